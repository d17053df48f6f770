"""One small table in some hundred ways of writing it: right, or refused; never silently wrong."""

import csv
import io
import itertools
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import openpyxl
import pandas as pd
import pytest
from made_datasets import checked

from regplay.core.datasets import DatasetError, load
from regplay.core.experiment import DataSettings

# length, price, colour; colours are classes in the order of their names
LENGTHS = [1.5, 12.25, 0.5, 3.75, 100.5, 7.25, 2.5, 4.5, 6.75, 8.25, 9.5, 11.75]
PRICES = [1250, 2500, 300, 12000, 4100, 999, 1000, 1500, 20000, 7, 88, 1234567]
COLOURS = [{"r": "red", "b": "blue", "g": "grün"}[letter] for letter in "rbgbrgbrrbgr"]
NAMES = ["length", "price", "colour"]
GAP = 3  # the row without a length
ALL = [
    [a, b, sorted(set(COLOURS)).index(c)] for a, b, c in zip(LENGTHS, PRICES, COLOURS, strict=True)
]
WITHOUT = [row for i, row in enumerate(ALL) if i != GAP]


def points_of(source, **values):
    """What is learned: rows of inputs and class, or a refusal in words."""
    check = checked(source, n_train=0, n_valid=0, **values)
    if check.table is None:
        return str(check.problems[0])
    return np.column_stack([check.table.x, check.table.y]).tolist()


def number(value, decimal, thousands):
    text = f"{value:,}".replace(",", "G").replace(".", decimal)
    return text.replace("G", thousands)


def table(
    separator, decimal, thousands, header, gap, *, top=(), trailing=0, quotes=False, end="\n"
):
    """The text of the table."""
    rows = [
        [number(a, decimal, thousands), number(b, decimal, thousands), c]
        for a, b, c in zip(LENGTHS, PRICES, COLOURS, strict=True)
    ]
    if gap is not None:
        rows[GAP][0] = gap
    rows = [*([header] if header else []), *rows]
    text = io.StringIO()
    how = csv.QUOTE_ALL if quotes else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=how)
    writer.writerows([*row, *[""] * trailing] for row in rows)
    return "".join(f"{line}{end}" for line in top) + text.getvalue()


SEPARATORS = [",", ";", "\t", "|"]
MARKS = [(".", ""), (".", ","), (".", " "), (".", "'"), (",", ""), (",", "."), (",", " ")]
HEADERS = [NAMES, None, ["0", "1", "colour"]]
GAPS = [None, "", "NA", "-"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252"]


# Each separator with every second way to write numbers; the others at night.
@pytest.mark.parametrize(
    ("separator", "decimal", "thousands"),
    [
        pytest.param(separator, *marks, marks=pytest.mark.nightly if (i + j) % 2 else ())
        for i, separator in enumerate(SEPARATORS)
        for j, marks in enumerate(MARKS)
    ],
)
def test_marks_headers_gaps_and_encodings(tmp_path, separator, decimal, thousands):
    encodings = itertools.cycle(ENCODINGS)
    for header, gap in itertools.product(HEADERS, GAPS):
        path = tmp_path / "table.csv"
        text = table(separator, decimal, thousands, header, gap)
        path.write_bytes(text.encode(next(encodings)))
        assert points_of(path) == (ALL if gap is None else WITHOUT), text


# With a point by day, with a comma only between semicolons and between commas.
@pytest.mark.parametrize(
    ("separator", "decimal"),
    [
        pytest.param(
            separator,
            decimal,
            marks=pytest.mark.nightly if decimal == "," and separator not in ",;" else (),
        )
        for separator in SEPARATORS
        for decimal in ".,"
    ],
)
@pytest.mark.parametrize(
    "values",
    [
        {"top": ["Lengths and prices of 2024"]},
        {"top": ["Lengths", "", "in cm"]},
        {"top": ["", ""]},
        {"trailing": 1},
        {"trailing": 3},
        {"quotes": True},
        {"end": "\r\n"},
        {"end": "\r"},
        {"quotes": True, "trailing": 1, "end": "\r\n"},
    ],
    ids=repr,
)
def test_titles_trailing_separators_quotes_and_line_ends(separator, decimal, values):
    text = table(separator, decimal, "", NAMES, None, **values)
    assert points_of(text) == ALL
    assert points_of(text + "\n\n") == ALL
    blank = separator * (2 + values.get("trailing", 0)) + values.get("end", "\n")
    assert points_of(text + 3 * blank) == ALL


@pytest.mark.parametrize("separator", [";", "\t", "|"], ids=["semicolon", "tab", "bar"])
def test_the_line_for_excel(separator):
    text = table(separator, ".", "", NAMES, None, end="\r\n")
    assert points_of(f"sep={separator}\r\n{text}") == ALL


@pytest.mark.parametrize(("decimal", "mark"), [(".", ","), (",", ".")])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_nothing_but_groups_of_three_digits_is_asked_about(separator, decimal, mark):
    rows = [f"{i}{separator}{i + 1}{mark}250" for i in range(1, 9)]
    found = points_of("\n".join([f"a{separator}y", *rows]))
    assert found.startswith("row 2, column 2 (y): ")
    assert "may be" in found
    marks = {".": "point", ",": "comma"}
    text = "\n".join([f"a{separator}y", *rows])
    assert points_of(text, format=f"decimal = {marks[decimal]}")[0] == [1, 2250]
    assert points_of(text, format=f"decimal = {marks[mark]}")[0] == [1, 2.25]


@pytest.mark.parametrize("unit", ["kg", " kg", "%", " %", "€", " €", " km/h"])
@pytest.mark.parametrize("decimal", [".", ","])
def test_one_unit_in_a_column(unit, decimal):
    lines = [f"{number(a, decimal, '')}{unit};{b}" for a, b in zip(LENGTHS, PRICES, strict=True)]
    found = points_of("\n".join(["a;y", *lines]))
    assert found == [[a, b] for a, b in zip(LENGTHS, PRICES, strict=True)]
    lines[4] = lines[4].replace(unit, "")
    assert f"has no unit, the others have {unit.strip()}" in points_of("\n".join(["a;y", *lines]))


@pytest.mark.parametrize("currency", ["$", "€", "CHF "])
def test_a_currency_before_the_number(currency):
    lines = [f"{currency}{a};{b}" for a, b in zip(LENGTHS, PRICES, strict=True)]
    found = points_of("\n".join(["a;y", *lines]))
    assert found == [[a, b] for a, b in zip(LENGTHS, PRICES, strict=True)]


def test_one_column_with_other_marks_is_refused_not_left_out():
    lines = [f'{a},"{number(a, ",", "")}",{i * i}' for i, a in enumerate(LENGTHS)]
    found = points_of("\n".join(["a,b,y", *lines]))
    assert found == (
        'row 2, column 2 (b): "1,5" has other marks than the rest of this table, which has decimal '
        "points; write all numbers alike"
    )


DATES = [
    *("{y}-{m:02}-{d:02}", "{y}-{m:02}-{d:02} 00:00:00", "{d:02}.{m:02}.{y}", "{d}.{m}.{y}"),
    *("{d:02}/{m:02}/{y}", "{m:02}/{d:02}/{y}", "{d} May {y}", "May {d}, {y}", "{d}. Mai {y}"),
]


@pytest.mark.parametrize("form", DATES)
def test_dates_are_days(form):
    lines = [form.format(y=2024, m=5, d=d) + f";{d * 1.5}" for d in range(1, 25)]
    found = points_of("\n".join(["when;y", *lines]))
    assert found == [[d - 1, d * 1.5] for d in range(1, 25)]


def test_dates_that_can_be_read_in_two_ways_are_asked_about():
    lines = [f"{d:02}/05/2024;{d * 1.5}" for d in range(1, 12)]
    text = "\n".join(["when;y", *lines])
    assert points_of(text) == (
        'row 2, column 1 (when): "01/05/2024" may begin with the day or with the month'
    )
    assert points_of(text, format="dates = day first")[1] == [1, 3]
    assert points_of(text, format="dates = month first")[1] == [31, 3]


@pytest.mark.parametrize("second", ["{y}-{m:02}-{d:02}", "{d:02}.{m:02}.{y}"])
@pytest.mark.parametrize("first", ["{m:02}/{d:02}/{y}", "{d:02}.{m:02}.{y}", "{y}-{m:02}-{d:02}"])
def test_columns_may_write_their_dates_in_orders_of_their_own(first, second):
    lines = []
    for d in range(1, 25):
        dates = [form.format(y=2024, m=5, d=d) for form in (first, second)]
        lines.append(";".join([*dates, str(d * 1.5)]))
    found = points_of("\n".join(["when;until;y", *lines]))
    assert found == [[d - 1, d - 1, d * 1.5] for d in range(1, 25)]


# writers


def frame():
    return pd.DataFrame({"length": LENGTHS, "price": PRICES, "colour": COLOURS})


def python_csv(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([NAMES, *rows_of()])


def r_write(path: Path, header: str, row: str, decimal: str = ".") -> None:
    """A numbered row each, of which the header has no name, or an empty one."""
    rows = [row.format(i, number(a, decimal, ""), b, c) for i, (a, b, c) in enumerate(rows_of(), 1)]
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def written_as(encoding: str, *style: object) -> Callable[[Path], int]:
    return lambda path: path.write_bytes(table(*style, None, end="\r\n").encode(encoding))


def workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [["Lengths and prices"], [], NAMES, *map(list, rows_of())]:
        book.active.append(row)
    book.save(path)


def merged(path: Path) -> None:
    """A title, and groups of columns above their names, each over merged cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [["Rooms"], [], ["Size", None, "Look"], NAMES, *map(list, rows_of())]:
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("A3:B3")
    book.save(path)


def with_units(path: Path) -> None:
    rows = [NAMES, ["cm", "€", ""], *rows_of()]
    path.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")


def with_second_sheet(path: Path, *first: str) -> None:
    book = openpyxl.Workbook()
    for line in first:
        book.active.append([line])
    sheet = book.create_sheet("Data")
    for row in [NAMES, *map(list, rows_of())]:
        sheet.append(row)
    book.save(path)


COVER = ("Survey", "Ms Miller")


def blanks(path: Path) -> None:
    rows = [f"  {a:<8} {b:>9}   {i}" for i, (a, b, _) in enumerate(rows_of())]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def rows_of():
    return zip(LENGTHS, PRICES, COLOURS, strict=True)


WRITERS = {
    "Python": python_csv,
    "pandas": lambda path: frame().to_csv(path, index=False),
    "pandas with its index": lambda path: frame().to_csv(path),
    "pandas, all in quotes": lambda path: frame().to_csv(path, index=False, quoting=csv.QUOTE_ALL),
    "pandas in German": lambda path: frame().to_csv(path, index=False, sep=";", decimal=","),
    "pandas in bars and UTF-16": lambda path: frame().to_csv(
        path, index=False, sep="|", encoding="utf-16"
    ),
    "pandas with all digits": lambda path: frame().to_csv(path, index=False, float_format="%.9e"),
    "pandas packed": lambda path: frame().to_csv(path, index=False, compression="gzip"),
    "R write.csv": lambda path: r_write(path, '"","length","price","colour"', '"{}",{},{},"{}"'),
    "R write.csv2": lambda path: r_write(
        path, '"";"length";"price";"colour"', '"{}";{};{};"{}"', ","
    ),
    "R write.table": lambda path: r_write(path, '"length" "price" "colour"', '"{}" {} {} "{}"'),
    "Excel": written_as("cp1252", ",", ".", "", NAMES),
    "Excel in German": written_as("cp1252", ";", ",", "", NAMES),
    "Excel UTF-8": written_as("utf-8-sig", ";", ",", ".", NAMES),
    "Excel on a Mac": written_as("mac-roman", ",", ".", "", NAMES),
    "Excel in French": written_as("utf-8-sig", ";", ",", "\u202f", NAMES),
    "Excel in Swiss": written_as("cp1252", ";", ".", "'", NAMES),
    "Excel Unicode": written_as("utf-16", "\t", ",", "", NAMES),
    "LibreOffice": lambda path: r_write(path, '"length","price","colour"', '{1},{2},"{3}"'),
    "SQLite": written_as("utf-8", ",", ".", "", None),
    "SQLite with a header": written_as("utf-8", ",", ".", "", NAMES),
    "a workbook": workbook,
    "a workbook with merged cells": merged,
    "units below the header": with_units,
    "a second sheet": lambda path: with_second_sheet(path, "nothing here"),
    "a cover sheet": lambda path: with_second_sheet(path, *COVER),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize(
    "name",
    ["table.csv", *(pytest.param(n, marks=pytest.mark.nightly) for n in ("table.data", "table"))],
)
def test_what_programs_write(tmp_path, write, name):
    path = tmp_path / name
    write(path)
    assert points_of(path) == ALL


def test_numbers_between_blanks(tmp_path):
    path = tmp_path / "table.data"
    blanks(path)
    found = points_of(path, inputs="column 1, column 2")
    assert found == [[a, b, i] for i, (a, b, _) in enumerate(rows_of())]


def test_a_sheet_is_chosen_by_its_name(tmp_path):
    path = tmp_path / "table.xlsx"
    with_second_sheet(path, "nothing here")
    with pytest.raises(DatasetError, match=r"there is no sheet Other; the sheets are Sheet, Data$"):
        load(DataSettings(name="csv", file=str(path), format="sheet = Other"))
    assert points_of(path, format="sheet = Data") == ALL


def test_a_sheet_without_a_table_names_the_others(tmp_path):
    path = tmp_path / "table.xlsx"
    with_second_sheet(path, *COVER)
    (problem,) = checked(path, format="sheet = Sheet").problems
    assert problem.message == (
        "there is only one column on the sheet Sheet; at least one input and the target are needed,"
        " side by side; or is the table on another sheet?"
    )
    assert problem.answers == (("On Data", "data.format", "sheet = Data"),)


def test_a_column_of_formulas_that_were_never_computed_is_told(tmp_path):
    path = tmp_path / "table.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["a", "twice", "y"])
    for row in range(2, 12):
        book.active.append([row * row, f"=2*A{row}", row / 7])
    book.save(path)
    assert [str(remark) for remark in checked(path).remarks] == [
        "column 2 (twice): there is nothing in it; if it holds formulas, open the workbook in "
        "Excel or LibreOffice, save it there, and open it here again"
    ]


def test_a_workbook_with_dates_and_truths(tmp_path):
    path = tmp_path / "table.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["when", "ill", "y"])
    for day in range(1, 9):
        book.active.append([pd.Timestamp(2024, 5, day).to_pydatetime(), day % 2 == 0, day * 1.5])
    book.save(path)
    assert points_of(path) == [[d - 1, float(d % 2 == 0), d * 1.5] for d in range(1, 9)]


# what nobody should write

SCRAPS = [*',;\t|". \n\r-05aé€%/:=', "NA", "1.000", "1,5", "\n\n", "sep=;\n", "2024-01-02", "1e999"]


@pytest.mark.parametrize("seed", range(4))
def test_a_table_with_random_scraps_in_it_is_read_or_refused_in_words(seed):
    random = Random(seed)
    base = [table(",", ".", "", NAMES, "NA"), table(";", ",", ".", None, None), "NA,NA\n-,-\n-,-\n"]
    for _ in range(40):
        text = random.choice(base)
        for _ in range(random.randint(1, 12)):
            at = random.randrange(len(text) + 1)
            end = at + random.choice([0, 0, 1, 5])
            text = text[:at] + random.choice(SCRAPS) + text[end:]
        found = points_of(text, missing=random.choice(["leave-out", "fill"]))
        if isinstance(found, str):
            assert found
        else:
            assert np.isfinite(np.array(found)[:, -1]).all(), text


def test_a_table_of_gaps_alone_is_refused():
    assert points_of("NA,NA\n-,-\n-,-\n") == "there is no value in any of its columns"
