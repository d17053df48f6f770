"""How a table is written: its separator, marks, header and encoding, as data, text and words.

A format is guessed from the whole file. `data.format` says what is otherwise, part by part:
`separator = semicolon; decimal = comma; header = no`. A part that is not there is guessed.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regplay.core.datasets.dataset import DatasetError, short
from regplay.core.number_text import counted

BLANKS = " "  # as a separator: any number of blanks

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "blanks": BLANKS}
DECIMALS = {"point": ".", "comma": ","}
THOUSANDS = {"none": "", "comma": ",", "point": ".", "blank": " ", "apostrophe": "'"}
HEADERS = {"yes": 1, "no": 0, "two rows": 2, "three rows": 3}
ENCODINGS = {
    name: name
    for name in (
        *("utf-8", "utf-16", "windows-1252", "windows-1250", "windows-1251", "windows-1253"),
        *("windows-1254", "windows-1255", "windows-1256", "windows-1257"),
        *(
            "iso-8859-2",
            "iso-8859-5",
            "iso-8859-15",
            "mac-roman",
            "cp850",
            "koi8-r",
            "cp866",
            "shift-jis",
            "euc-jp",
            "gbk",
            "big5",
            "euc-kr",
        ),
    )
}
DATES = {"year first": "year first", "day first": "day first", "month first": "month first"}
_CHOICES: Mapping[str, Mapping[str, Any]] = {
    "separator": SEPARATORS,
    "decimal": DECIMALS,
    "thousands": THOUSANDS,
    "header": HEADERS,
    "encoding": ENCODINGS,
    "dates": DATES,
}
_PARTS = (
    *("sheet", "separator", "decimal", "thousands", "header", "above", "encoding", "dates"),
    *("missing", "skip"),
)
_PLURAL = {"comma": "commas", "semicolon": "semicolons", "tab": "tabs", "bar": "bars"}
_PLURAL |= {"point": "points", "blank": "blanks", "apostrophe": "apostrophes"}
MOST_ABOVE = 1000
_LONGEST_NUMBER = 9  # digits of that of a row


@dataclass(frozen=True)
class TableFormat:
    """How one table is written.

    Attributes
    ----------
    separator
        Between the cells of a row; `BLANKS` for any number of them, "" in a workbook.
    decimal, thousands
        The marks in numbers; no thousands mark is "".
    header
        How many rows of the table hold the names of the columns, and their units.
    above
        Rows above that row, which are passed over.
    encoding
        Of the text, a key of `ENCODINGS`; "" in a workbook.
    dates
        Which part of a date comes first, a key of `DATES`.
    missing
        What stands in place of a missing value, besides an empty cell; case does not count.
    sheet
        Of a workbook; "" elsewhere.
    skip
        Rows that are left out, by their numbers in the spreadsheet.
    """

    separator: str = ","
    decimal: str = "."
    thousands: str = ""
    header: int = 1
    above: int = 0
    encoding: str = "utf-8"
    dates: str = "year first"
    missing: tuple[str, ...] = ()
    sheet: str = ""
    skip: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        """One line, such as `separated by semicolons, decimal commas, row 1 is a header`."""
        parts = [f'sheet "{self.sheet}"'] if self.sheet else []
        if self.separator:
            parts.append(f"separated by {_plural(SEPARATORS, self.separator)}")
        parts.append(f"decimal {_plural(DECIMALS, self.decimal)}")
        if self.thousands:
            parts.append(f"{_plural(THOUSANDS, self.thousands)} between thousands")
        first = self.above + 1
        place = f"row {first}" if self.above else "the first row"
        if self.header > 1:
            last = self.above + self.header
            count = "two" if self.header == 2 else "three"
            place = f"rows {first} to {last}" if self.above else f"the first {count} rows"
        verb = "is" if self.header == 1 else "are"
        parts.append(f"{place} {verb} a header" if self.header else "no header")
        if self.above:
            parts.append(f"{counted(self.above, 'row')} above it passed over")
        if self.dates != "year first":
            parts.append(f"dates with the {self.dates}")
        if self.encoding not in ("utf-8", ""):
            parts.append(encoding_name(self.encoding))
        if self.missing:
            parts.append(f"missing values as {', '.join(self.missing)}")
        if self.skip:
            noun = "row" if len(self.skip) == 1 else "rows"
            parts.append(f"{noun} {', '.join(map(str, self.skip))} left out")
        return ", ".join(parts)


def encoding_name(encoding: str) -> str:
    """What people call a key of `ENCODINGS`."""
    if encoding.startswith("windows"):
        return encoding.capitalize()
    names = {"mac-roman": "Mac Roman", "shift-jis": "Shift-JIS", "big5": "Big5"}
    return names.get(encoding, encoding.upper())


def _plural(of: Mapping[str, str], mark: str) -> str:
    name = next(name for name, value in of.items() if value == mark)
    return _PLURAL.get(name, name)


def read_format(text: str) -> dict[str, Any]:
    """The parts of `TableFormat` that a text such as `data.format` says.

    Raises
    ------
    DatasetError
        If one is unknown, comes twice, or has a value that it can't have.
    """
    found: dict[str, Any] = {}
    for entry in entries_of(text, ";", "data.format"):
        name, equals, value = (piece.strip() for piece in entry.partition("="))
        if not equals or name not in _PARTS:
            raise _refusal(
                text,
                f"{short(entry.strip())} is no part of a format; write PART = VALUE, with "
                f"{', '.join(_PARTS)}, separated by semicolons",
            )
        if name in found:
            raise _refusal(text, f"{name} comes twice")
        found[name] = _value(text, name, value)
    return found


def write_format(parts: Mapping[str, Any]) -> str:
    """Parts of a `TableFormat` as `read_format` reads them."""
    return "; ".join(
        _quoted(f"{name} = {_word(name, parts[name])}") for name in _PARTS if name in parts
    )


def read_pairs(text: str) -> list[tuple[str, str]]:
    """Names and values of `data.columns`, such as `name = value; name = value`.

    Raises
    ------
    DatasetError
        As `entries_of`.
    """
    pairs = (entry.rpartition("=") for entry in entries_of(text, ";", "data.columns"))
    return [(name.strip(), value.strip()) for name, _, value in pairs]


def write_pairs(pairs: Mapping[str, str]) -> str:
    """As `read_pairs` reads them."""
    return "; ".join(_quoted(f"{name} = {value}") for name, value in pairs.items())


def entries_of(text: str, separator: str, field: str) -> list[str]:
    """What is listed in a field; an entry that holds the separator stands in quotes.

    Raises
    ------
    DatasetError
        If an entry is longer than Python's csv reads.
    """
    rows = csv.reader([" ".join(text.split())], delimiter=separator, skipinitialspace=True)
    try:
        return [entry for entry in next(rows, []) if entry.strip()]
    except csv.Error:  # nothing else can be wrong with a single line
        raise DatasetError(
            f"{field} = {short(text.strip())}: a part of it has more than "
            f"{csv.field_size_limit():,} characters; is a quotation mark not closed?"
        ) from None


def _refusal(text: str, problem: str) -> DatasetError:
    return DatasetError(f"data.format = {short(text.strip())}: {problem}")


def _quoted(entry: str) -> str:
    needs = ";" in entry or entry.startswith('"')
    return '"' + entry.replace('"', '""') + '"' if needs else entry


def _value(text: str, name: str, value: str) -> Any:
    if name == "sheet":
        return value
    marks = tuple(mark.strip() for mark in value.split(",") if mark.strip())
    if name == "missing":
        return marks
    if name == "skip":
        if all(mark.isdecimal() and len(mark) <= _LONGEST_NUMBER for mark in marks):
            return tuple(sorted(set(map(int, marks))))
        raise _refusal(text, "skip must be numbers of rows, separated by commas")
    if name == "above":
        if value.isdecimal() and len(value) < 5 and int(value) <= MOST_ABOVE:
            return int(value)
        raise _refusal(text, f"above must be a whole number from 0 to {MOST_ABOVE:,}")
    choices = _CHOICES[name]
    if value.lower() in choices:
        return choices[value.lower()]
    if value in choices.values():
        return value
    raise _refusal(text, f"{name} must be one of {', '.join(choices)}")


def _word(name: str, value: Any) -> str:
    if name in ("missing", "skip"):
        return ", ".join(map(str, value))
    if name in _CHOICES:
        return next(word for word, mark in _CHOICES[name].items() if mark == value)
    return str(value)
