"""A person's own table, as people really have it: read, described in words, checked.

This needs pandas: it is imported when a table is opened, and not before.
"""

from regplay.core.datasets.own_table.cells import text_of
from regplay.core.datasets.own_table.raw_table import RawTable, names_of, written
from regplay.core.datasets.own_table.table_check import (
    Check,
    check_beginning,
    how_to_say,
    keep,
    read_table,
)
from regplay.core.datasets.own_table.table_columns import KINDS, USED
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
    read_pairs,
    write_format,
    write_pairs,
)
from regplay.core.datasets.own_table.table_rows import Problem, ReadingStoppedError, Source
from regplay.core.datasets.own_table.table_values import remarks_on
