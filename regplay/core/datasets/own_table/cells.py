"""What the text of a cell means: a number with its marks and its unit, a date, yes or no.

Most texts mean the same in every format. Two kinds do not: `1.250` is 1250 or 1.25, and
`03/04/2024` is in March or in April. `number_readings` and `date_readings` say which readings of a
text there are; `table_columns` decides, by all cells of a table, or asks.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from regplay.core.datasets.dataset import short
from regplay.core.datasets.points import format_number

_MARKS = """na n/a n.a. nan null none nil ? - -- --- – — . .. ... #n/a #na #null! #value!
    #div/0! #ref! #num! <na> (null) \\n k.a. missing"""
MISSING = frozenset(_MARKS.split()) | {"", "n. a.", "k. a."}
TOTALS = frozenset(  # what the last row of a spreadsheet is often called
    (
        *("total", "totals", "grand total", "sum", "average", "mean"),
        *("summe", "gesamt", "gesamtsumme", "insgesamt", "mittelwert", "durchschnitt"),
        *("somme", "moyenne", "totaux"),
    )
)
YES = frozenset(("yes", "true", "y", "t", "ja", "j", "wahr", "oui", "vrai", "si", "sí", "on"))
NO = frozenset(("no", "false", "n", "f", "nein", "falsch", "non", "faux", "off"))
CHECKS = frozenset("x✓✔☑")  # mean yes where all other cells are empty
UNCHECKED = "no"  # what these are then

_CURRENCY = (
    r"(?:US\$|C\$|A\$|R\$|[$€£¥₹₽₩₺₫฿]|EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|Fr\.|Rs\.?|kr\.?)"
)
_POWER = r"(?:(?<=[a-z^−-])[1-4])?"  # of m2, m^2 and s-1
_UNIT = (
    rf"(?:{_CURRENCY}|[%‰°]|(?![²³¹½¼¾⅓⅔⁰-₟])[^\W\d_])[^\d\s]{{0,11}}{_POWER}"
    rf"(?:/[^\d\s]{{1,8}}{_POWER})?(?: [^\W\d_]\S{{0,9}})?"
)
_GAP = "[ \u00a0\u202f\u2009]"
_EXPONENT = r"(?:[eE][+-]?\d+)?"


def _pattern(decimal: str) -> re.Pattern[str]:
    """Numbers by their decimal mark; groups of three digits by any other mark, always the same."""
    mark, other = re.escape(decimal), re.escape("," if decimal == "." else ".")
    plain = rf"\d+(?:{mark}(?:\d*|[-–—]{{1,2}}))?|{mark}\d+"  # 5,– is a price
    grouped = rf"(?!0)\d{{1,3}}(?P<group>{_GAP}|['’]|{other})\d{{3}}(?:(?P=group)\d{{3}})*"
    return re.compile(
        rf"(?P<before>{_CURRENCY})?{_GAP}?(?P<sign>[+−-]?){_GAP}?(?P<early>{_CURRENCY})?{_GAP}?"
        rf"(?P<number>{grouped}(?:{mark}\d*)?|(?:{plain}){_EXPONENT})"
        rf"(?:{_GAP}*(?P<after>{_UNIT}))?"
    )


_PATTERNS = {decimal: _pattern(decimal) for decimal in ".,"}


@dataclass(frozen=True)
class Number:
    """A number as it is written: its value, its unit or currency, and its thousands mark."""

    value: float
    unit: str = ""
    thousands: str = ""


def parse_number_text(text: str, decimal: str) -> Number | None:
    """The number in a text by this decimal mark; None where it is none.

    Python's own `1_000` is none. `inf` is a number that is not finite. One in parentheses is
    negative, as in accounts. A time is a number of hours, or of minutes if that is what it begins
    with; its unit is `TIMES[0]` or `TIMES[1]`.
    """
    text = text.replace("٫", decimal).replace("٬", "," if decimal == "." else ".")
    if inner := _IN_PARENTHESES.fullmatch(text):
        number = parse_number_text("".join(inner.groups()), decimal)
        is_count = number is not None and number.value >= 0 and number.unit not in TIMES
        return replace(number, value=-number.value) if number is not None and is_count else None
    found = _PATTERNS[decimal].fullmatch(text)
    if found is None:
        is_infinite = re.fullmatch(r"[+-]?inf(inity)?", text, re.IGNORECASE)
        return Number(math.inf) if is_infinite else _parse_time(text)
    if found["after"] == "Uhr" and not found["number"].isdecimal():
        return _parse_time(text)
    digits, group = found["number"].rstrip("-–—"), found["group"] or ""
    if group:
        digits = digits.replace(group, "")
    value = float(digits.replace(decimal, "."))
    units = [unit for unit in (found["before"], found["early"], found["after"]) if unit]
    if len(units) > 1:
        return None
    thousands = " " if re.fullmatch(_GAP, group) else group.replace("’", "'")
    is_negative = found["sign"] in ("-", "−")
    return Number(-value if is_negative else value, units[0] if units else "", thousands)


TIMES = ("h:mm", "h:mm:ss")  # units of times; the first may be minutes and seconds too
_IN_PARENTHESES = re.compile(r"([^\d()]*)\(([^\d()+−-]*\d[^()]*)\)(\s*%?)")
_CLOCK = re.compile(
    r"(?P<sign>[−-]?)(?:(?P<days>\d{1,5}) days?,? )?(?P<first>\d{1,4})(?:[:h]| h |\.(?=.*Uhr))"
    r"(?P<second>[0-5]\d)(?::(?P<third>[0-5]\d))?(?P<part>[.,]\d+)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?| Uhr| h)?"
)


def _parse_time(text: str) -> Number | None:
    """A time such as 12:30, 1:02:03.4, 3:15 pm, 8h30 or 2 days 03:00:00, as a number."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    first, parts = int(found["first"]), [found["second"], found["third"] or ""]
    if found["half"]:
        if not 1 <= first <= 12:
            return None
        first = first % 12 + (12 if found["half"] in "Pp" else 0)
    place = 1 if found["third"] else 0
    parts[place] += (found["part"] or "").replace(",", ".")
    value = (
        24 * int(found["days"] or 0) + first + (float(parts[0]) + float(parts[1] or 0) / 60) / 60
    )
    return Number(-value if found["sign"] else value, TIMES[place])


@lru_cache(maxsize=65_536)
def number_readings(text: str) -> tuple[float | None, float | None]:
    """What a text is with decimal points, and with decimal commas; None where it is no number."""
    point, comma = (parse_number_text(text, decimal) for decimal in ".,")
    return (point.value if point else None, comma.value if comma else None)


_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?")  # most are so


def is_number(text: str) -> bool:
    """Whether it is a number by one decimal mark or the other."""
    return _PLAIN.fullmatch(text) is not None or number_readings(text) != (None, None)


def looks_like_number(text: str) -> bool:
    """Whether a text that is none begins as a number does, such as 1/2, <5 or 10-20."""
    return text.lstrip("+-−<>≤≥=~≈±$€£¥'( ")[:1].isnumeric()


# dates

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "january januar janvier janv",
            "february februar février fevrier févr fevr",
            *("march märz maerz mrz mars", "april avril", "may mai", "june juni juin"),
            *("july juli juillet juil", "august août aout", "september septembre"),
            *("october oktober octobre", "november novembre", "december dezember décembre"),
        ),
        start=1,
    )
    for whole in names.split()
    for name in {whole, whole[:3]} - {"jui"}  # of juin and of juillet
}
_MONTHS["sept"] = 9
_TIME = r"(?:(?:T|,? +)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
_TIME += r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?(?: ?(?:Z|UTC|GMT(?:[+-]\d+)?)| ?[+-]\d\d:?\d\d)?)?"
_YEAR_FIRST = re.compile(
    r"(?P<a>\d{4})(?:(?P<mark>[-/.])(?P<b>\d\d?)(?P=mark)(?P<c>\d\d?)|[-/](?P<month>\d\d?))" + _TIME
)
_YEAR_LAST = re.compile(
    rf"(?P<a>\d\d?)(?P<mark>[-/.])(?P<b>\d\d?)(?P=mark)(?P<c>\d{{4}}|\d\d){_TIME}"
)
_NAMED = re.compile(
    r"(?:(?P<a>\d\d?)(?:er)?[. -]+)?(?P<b>[^\W\d_]{3,9})[., -]+(?:(?P<d>\d\d?)[, ]+)?"
    rf"(?P<c>\d{{4}}|(?<=-)\d\d|(?<=\d, )\d\d){_TIME}"
)
_COMPACT = re.compile(r"(?P<a>19|20)(?P<b>\d\d)(?P<c>[01]\d)(?P<d>[0-3]\d)")
_WEEKDAY = re.compile(
    r"(?:mo|tu|we|th|fr|sa|su|di|mi|do|so|lu|ma|me|je|ve)[^\W\d_]{0,8}[.,]? +(?=\d)", re.IGNORECASE
)
_CENTURY = 69  # two digits below mean 20.., as everywhere


def date_readings(text: str) -> dict[str, float]:
    """A date in days since the year 1, by which part of it may come first; {} where it is none.

    A day of the week may stand before it. 20240501 is a date here, and a number too.
    """
    readings: dict[str, float | None] = {}
    if found := _YEAR_FIRST.fullmatch(text):
        month, day = found["b"] or found["month"], found["c"] or "1"
        readings["year first"] = _days(found, found["a"], month, day)
    elif found := _YEAR_LAST.fullmatch(text):
        year = _year(found["c"])
        readings["day first"] = _days(found, year, found["b"], found["a"])
        if found["mark"] != ".":  # nobody writes the month first with points
            readings["month first"] = _days(found, year, found["a"], found["b"])
    elif (found := _NAMED.fullmatch(text)) and not (found["a"] and found["d"]):
        month, day = _MONTHS.get(found["b"].lower(), 0), found["a"] or found["d"] or "1"
        readings["year first"] = _days(found, _year(found["c"]), month, day)
    elif found := _COMPACT.fullmatch(text):
        days = _date(int(found["a"] + found["b"]), int(found["c"]), int(found["d"]))
        readings["year first"] = days
    elif found := _WEEKDAY.match(text):
        return date_readings(text[found.end() :])
    return {order: days for order, days in readings.items() if days is not None}


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < _CENTURY else 1900)


def _date(year: int, month: int, day: int) -> int | None:
    """Days since the year 1; None where there is no such day."""
    try:
        return date(year, month, day).toordinal()
    except ValueError:
        return None


def _days(found: re.Match[str], *parts: str | int) -> float | None:
    """Of a year, a month and a day; None where there is no such day or time."""
    days = _date(*map(int, parts))
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0) if 1 <= hour <= 12 else 25
    if days is None or hour > 24 or minute > 59 or second > 60:
        return None
    return days + (hour + (minute + second / 60) / 60) / 24


def is_date(text: str) -> bool:
    """Whether it is a date by one order or another."""
    return bool(date_readings(text))


def is_compact_date(text: str) -> bool:
    """Whether it is a date such as 20240501, which is a number too."""
    return text.isdecimal() and len(text) == 8 and is_date(text)


# cells, which are texts, or numbers of a workbook


def text_of(cell: object) -> str:
    """A cell as it is shown."""
    return format_number(cell) if isinstance(cell, float) else str(cell)


def in_quotes(cell: object) -> str:
    """A cell in quotes, cut off where it is long."""
    return f'"{short(text_of(cell))}"'


def is_value(cell: object) -> bool:
    """Whether it is a number or a date."""
    return isinstance(cell, float) or is_number(str(cell)) or is_date(str(cell))


def is_gap(cell: object) -> bool:
    """Whether it usually stands for a missing value."""
    return isinstance(cell, str) and cell.lower() in MISSING


def are_checks(values: Iterable[str]) -> bool:
    """Whether different texts are checks and what stands for empty cells beside them."""
    left = {text.lower() for text in values} - {UNCHECKED}
    return bool(left) and left <= CHECKS


def count_up(cells: Sequence[object]) -> bool:
    """Whether cells are whole numbers, each one more than that before."""
    texts: list[str] = []
    for cell in cells:
        texts.append(text_of(cell))
        if not texts[-1].isdecimal() or len(texts[-1]) >= 16:
            return False
    if not texts:
        return False
    first = int(texts[0])
    return texts == [str(first + i) for i in range(len(texts))]
