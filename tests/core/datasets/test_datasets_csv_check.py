"""All that is wrong with a table at once."""

import pytest
from made_datasets import checked

from regplay.core.datasets.own_table import table_body, table_columns, table_file
from regplay.core.datasets.own_table.cells import number_readings
from regplay.core.datasets.own_table.table_check import MOST, Check, check_beginning
from regplay.core.experiment import DataSettings


def told(check):
    return [(problem.row, problem.column, problem.message) for problem in check.problems]


def test_a_table_without_a_fault():
    check = checked("a,b,y\n1,2,3\n4,5,6\n")
    assert check.problems == []
    assert check.inputs == [0, 1]
    assert check.target == 2
    assert check.table.y.tolist() == [3, 6]
    assert check.raw.names == ("a", "b", "y")
    assert check.raw.body.cells.values.tolist() == [["1", "2", "3"], ["4", "5", "6"]]
    assert check.raw.body.numbers.tolist() == [2, 3]


def test_every_problem_is_found_in_one_reading():
    text = "a,b,y\n1,2,3\nx,5,6\n7,8\n9,,10\n\n1,inf,\n3,4,no\n5,6,7\n7,7,8\n"
    check = checked(text)
    assert [(row, column) for row, column, _ in told(check)] == [
        (3, 0),
        (4, None),
        (7, 1),
        (8, 2),
    ]
    assert [problem.place for problem in check.problems][:3] == [
        "row 3, column 1 (a)",
        "row 4",
        "row 7, column 2 (b)",
    ]
    assert check.table is None


def test_a_column_of_text_is_told_once():
    text = "name,a,y\n" + "".join(f"person {i},{i},{i * i}\n" for i in range(60))
    check = checked(text, inputs="name, a")
    words = "nearly every row has its own text; leave it out of the inputs"
    assert told(check) == [(0, 0, words)]
    assert checked(text, inputs="a").table is not None
    usual = checked(text)
    assert usual.table.input_names == ("a",)
    assert str(usual.remarks[0]) == (
        "column 1 (name): it is left out: nearly every row has its own text"
    )
    refused = checked(text, inputs="a", target="name").problems[0].message
    assert refused.startswith("this target can't be learned: nearly every row has its own text")


def test_problems_are_bounded():
    text = "a,b,y\n" + "1,2,3\n" * 6_000 + "1,x,2\n" * 5_000
    check = checked(text)
    assert len(check.problems) == MOST
    assert check.has_more
    assert check.problems[-1].row == 6_001 + MOST
    assert check.table is None


def test_a_placeholder_for_a_wrong_number_leads_to_no_second_complaint():
    check = checked("a,y\n1,1e999\n2,1e999\n3,inf\n")
    assert [row for row, _, _ in told(check)] == [2, 3, 4]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no text"),
        ("a\n1\n2\n", "there is only one column"),
        ("a,y\n1,2\n", "there is only one row of values"),
        ("a,y\n1,2\n3,2\n", 'the target is "2" in every row'),
        ('a,y\n1,2\n"3,2\n', 'the quotation mark (") that is opened'),
    ],
)
def test_what_ends_the_reading_is_told_last(text, message):
    check = checked(text)
    assert check.problems[-1].message.startswith(message)
    assert check.table is None


def test_the_choice_is_known_though_the_cells_are_wrong():
    check = checked("a,b,y\nx,1,2\n3,4,5\n6,7,8\n", target="b")
    assert (check.inputs, check.target) == ([0, 2], 1)
    assert len(check.problems) == 1


def test_a_file_and_its_text_are_the_same(tmp_path):
    text = "\ufeffa;y\r\n1;2\r\n3;4\r\n"
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode())
    for source in (text, path):
        check = checked(source)
        assert check.raw.names == ("a", "y")
        assert check.table.x.tolist() == [[1], [3]]


def test_files_that_can_not_be_read(tmp_path, monkeypatch):
    assert told(checked(tmp_path))[0][2] == "this is a folder; choose a file with a table"
    assert "there is no such file" in told(checked(tmp_path / "none.csv"))[0][2]
    path = tmp_path / "table.csv"
    path.write_text("a,y\n1,2\n3,4\n")

    def denied(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(table_file.Path, "open", denied)
        assert told(checked(path))[0][2] == "can't be read: Permission denied"
    monkeypatch.setattr(table_file, "MAX_BYTES", 10)
    assert told(checked("a,y\n1,2\n3,4\n"))[0][2] == "12 characters are too many for a table"


@pytest.mark.parametrize(
    ("text", "inputs", "target"),
    [
        ("a,b,y\n1,2,3\n4,5,6\n", [0, 1], 2),
        ("name,a,y\nAnn,2,3\nBob,5,6\n", [1], 2),
        ("a,a,y\n1,2,3\n4,5,6\n", [0, 1], 2),
        ("n,a,a,y\nx,2,3,1\ny,5,6,2\n", [1, 2], 3),
        ("x,y,split\n1,2,train\n3,4,valid\n", [0], 1),
        ("1,2\n3,4\n", [0], 1),
        ("Id,x,y\n1,2,3\n2,4,7\n", [1], 2),
        (",x,y\n0,2,3\n1,4,7\n", [1], 2),
        ("Id,x,y\n1,2,3\n3,4,7\n", [0, 1], 2),
        ("id,y\n1,2\n2,4\n", [0], 1),
        ("0,2,3\n1,4,7\n", [0, 1], 2),
        pytest.param(f"Id,x,y\n{'9' * 5000},2,3\n2,4,7\n", [0, 1], 2, id="digits"),
    ],
)
def test_what_is_likely_to_be_meant(text, inputs, target):
    check = checked(text)
    assert (check.inputs, check.target) == (inputs, target)


def test_a_table_without_an_input_is_refused_with_the_reasons():
    assert told(checked("a,b\nx,1\ny,2\n"))[0][2] == (
        "no column is left to predict from: a: nearly every row has its own text"
    )


def test_reading_comes_in_short_steps():
    text = "a,y\n" + "".join(f"{i},{i / 7}\n" for i in range(50_000))
    steps = list(Check(text, DataSettings(name="csv")).steps())
    assert [*dict.fromkeys(steps)] == [0, 20_000, 40_000, 50_001, 50_000]
    assert set(steps[steps.index(50_000) :]) == {50_000}
    assert len(steps) > 20  # in each column 50,000 texts are different
    wide = "".join("1" + ",2" * 998 + f",{i / 7}\n" for i in range(20))
    assert len(list(Check(wide, DataSettings(name="csv")).steps())) > 2_000


def test_the_marks_of_a_wide_table_are_settled_by_a_part_of_it(monkeypatch):
    count = 0

    def counted(text):
        nonlocal count
        count += 1
        return number_readings(text)

    monkeypatch.setattr(table_columns, "number_readings", counted)
    rows = range(200)
    wide = "\n".join(";".join(f"{r * i / 7:.4f}".replace(".", ",") for i in rows) for r in rows)
    check = checked(wide)
    assert check.raw.format.decimal == ","
    assert check.table.x.shape == (200, 199)
    assert count <= 10_000  # of 40,000 texts


LONG = "größe;y\n" + "".join(f"ä{i};{i}\n" for i in range(9000))
WIDE = "\n".join(
    ",".join(f"{cell}{'a' * 70 * (not row)}{i}" for i in range(950))
    for row, cell in enumerate("a12")
)


@pytest.mark.parametrize(
    "content",
    [
        LONG.encode(),
        LONG.encode("utf-16"),
        LONG.encode("utf-16-le"),
        LONG.encode("utf-16-be"),
        LONG.encode("windows-1252"),
        LONG.replace("\n", "\r").encode(),
        LONG.replace("\n", "\r\n").encode(),
        WIDE.encode(),
        LONG,
        WIDE,
    ],
    ids=["utf-8", "utf-16", "le", "be", "windows", "mac", "crlf", "wide", "text", "wide text"],
)
def test_of_a_long_file_whole_lines_are_looked_at_first(content, tmp_path):
    path = tmp_path / "long.csv"
    if isinstance(content, bytes):
        path.write_bytes(content)
    check_beginning(content if isinstance(content, str) else path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x," * 200_000, "rows with up to 200,001 cells are too many"),
        ("x " * 200_000, "there is only one column"),
        ("a,b\n" + "1," * 200_000, "rows with up to 200,001 cells are too many"),
        (" \n" * 200_000 + "a,b\n1,2\n2,3\n3,5\n", ""),
        ("\t\n" * 200_000 + "a,b\n1,2\n2,3\n3,5\n", "more than 100,000 rows"),
    ],
    ids=["commas", "blanks", "second row", "blank lines", "lines of tabs"],
)
def test_a_row_that_is_longer_than_what_decides_about_the_separator(text, message):
    check = Check(text, DataSettings(name="csv"))
    for _ in check.steps():
        pass
    assert message in str(check.problems[0] if check.problems else "")
    assert bool(message) == (check.table is None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-" * 1_000_000 + "x,y\n1,2\n3,4\n5,6\n", None),
        ('a "y"\n1 2\n3' + " " * 1_000_000 + "4\n5 6\n", None),
        ("a,y\n1,2\n(" + "1" * 1_000_000 + ",4\n5,6\n", "is not a number; correct it"),
    ],
    ids=["rule", "blanks", "parenthesis"],
)
def test_a_million_times_the_same_sign_takes_no_longer_than_others(text, message):
    """Where the time grows with the square of the length, this takes an hour."""
    check = Check(text, DataSettings(name="csv"))
    for _ in check.steps():
        pass
    if message is None:
        assert check.table.x.tolist() == [[1], [3], [5]]
    else:
        assert message in str(check.problems[0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2\n" * 2_000_000, "row 100002: there are more than 100,000 rows"),
        ('"1\n2",2\n' * 1_000_000, "row 100002: there are more than 100,000 rows"),
        ("\n" * 8_000_000 + "1,2\n", "rows with up to 0 cells are too many"),
        (
            'a\n"1\n2"\n"' + "\n" * 8_000_000 + '"\n',
            "row 3: this row goes on for more than 2,000,000",
        ),
        ('a\n1\n"2\n' + "3\n" * 4_000_000, "row 3: this row goes on for more than 2,000,000"),
        ("a\n" + "1" * 8_000_000, "row 2: this row goes on for more than 2,000,000"),
    ],
    ids=["rows", "quoted", "blank lines", "one cell", "never closed", "one line"],
)
def test_of_a_text_with_too_many_rows_most_is_not_looked_at(monkeypatch, text, message):
    seen, widths_of = [], table_file._widths

    def noted(piece, separator):
        seen.append(len(piece))
        return widths_of(piece, separator)

    monkeypatch.setattr(table_file, "_widths", noted)
    check = Check(text, DataSettings(name="csv"))
    for _ in check.steps():
        pass
    assert message in str(check.problems[0])
    assert sum(seen) < len(text) / 2


def test_columns_far_too_many_are_refused_before_they_are_looked_at(monkeypatch):
    monkeypatch.setattr(table_body, "_has_header", None)
    monkeypatch.setattr(table_body, "_more_names", None)
    (problem,) = checked("a,b\n1,2\n" + "3," * 2000 + "4\n5,6\n").problems
    assert problem.message == "there are 2,000 inputs; at most 1,000 are allowed"


def test_rows_are_the_same_in_pieces(monkeypatch):
    text = '"a,\nb""c",y\n1,2\n\n"\n\n",3\n' * 30 + "4,5"
    whole = table_file._widths(text, ",")
    for size in (1, 7, 20, 200):
        monkeypatch.setattr(table_file, "_PIECE", size)
        pieces = [*table_file._pieces(text)]
        assert "\n".join(pieces) == text
        assert len(pieces) > 1
        assert [width for piece in pieces for width in table_file._widths(piece, ",")] == whole
