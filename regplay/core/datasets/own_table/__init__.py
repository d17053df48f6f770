"""A person's own table, as people really have it: read, described in words, checked.

This needs pandas: it is imported when a table is opened, and not before.
"""

from regplay.core.datasets.own_table.table_check import (
    Check,
    Sheet,
    check_beginning,
    chosen_columns,
    how_to_say,
    keep,
    kinds_of,
    names_of,
    read_table,
    remarks_on,
    written,
)
from regplay.core.datasets.own_table.table_columns import KINDS, USED, Column, ColumnKind, text_of
from regplay.core.datasets.own_table.table_file import (
    MAX_BYTES,
    MAX_ROWS,
    Problem,
    ReadingStoppedError,
    Source,
)
from regplay.core.datasets.own_table.table_format import (
    DATES,
    DECIMALS,
    ENCODINGS,
    HEADERS,
    MOST_ABOVE,
    SEPARATORS,
    THOUSANDS,
    TableFormat,
    read_format,
    write_format,
    write_pairs,
)

__all__ = [
    "DATES",
    "DECIMALS",
    "ENCODINGS",
    "HEADERS",
    "KINDS",
    "MAX_BYTES",
    "MAX_ROWS",
    "MOST_ABOVE",
    "SEPARATORS",
    "THOUSANDS",
    "USED",
    "Check",
    "Column",
    "ColumnKind",
    "Problem",
    "ReadingStoppedError",
    "Sheet",
    "Source",
    "TableFormat",
    "check_beginning",
    "chosen_columns",
    "how_to_say",
    "keep",
    "kinds_of",
    "names_of",
    "read_format",
    "read_table",
    "remarks_on",
    "text_of",
    "write_format",
    "write_pairs",
    "written",
]
