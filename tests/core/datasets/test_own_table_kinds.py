"""What columns hold, missing values, splits, and what is said about them."""

import numpy as np
import pytest
from made_datasets import checked

from regplay.core.datasets import DatasetError, load, remarks
from regplay.core.datasets.own_table import TableFormat, read_format, write_format
from regplay.core.experiment import DataSettings


@pytest.fixture
def settings(tmp_path):
    """Settings of a file with this text."""

    def write(text, **values):
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        return DataSettings(name="csv", file=str(path), **{"n_train": 0, "n_valid": 0, **values})

    return write


def table(header, row, n=24):
    return header + "\n" + "".join(row(i) + "\n" for i in range(n))


@pytest.mark.parametrize(
    ("cells", "kind", "reason"),
    [
        (["1.5", "2", "-3e2"], "number", "numbers"),
        (["30 kg", "41 kg", "7 kg"], "number", "30 kg: a number with the unit kg"),
        (["10%", "20%", "7%"], "number", "10%: a percentage"),
        (["yes", "no", "yes"], "yes/no", "no or yes"),
        (["True", "False", "False"], "yes/no", "False or True"),
        (["Ja", "Nein", "Ja"], "yes/no", "Ja or Nein"),
        (["red", "blue", "green", "red"], "category", "3 different texts"),
        (["2024-05-01", "2024-06-02", "2024-05-07"], "date", "2024-05-01: a date"),
        (["3.7.2024", "24.12.2023"], "date", "3.7.2024: a date"),
        (["1er août 2024", "24 déc. 2023", "3 juin 2024"], "date", "1er août 2024: a date"),
        (["3 jui 2024", "4 jui 2024"], "category", "2 different texts"),
    ],
)
def test_kinds_are_found_with_the_reason(cells, kind, reason):
    text = table("b,a,y", lambda i: f"{i * i},{cells[i % len(cells)]},{i / 7}")
    column = checked(text).raw.columns[1]
    assert (column.kind, column.reason) == (kind, reason)


def test_a_text_of_its_own_in_nearly_every_row_and_row_numbers_are_left_out():
    text = table("rownames,name,b,y", lambda i: f"{i + 1},person {i},{i * i},{i / 7}")
    check = checked(text)
    assert check.table.input_names == ("b",)
    assert [str(remark) for remark in check.remarks] == [
        "column 1 (rownames): it is left out: it only counts the rows",
        "column 2 (name): it is left out: nearly every row has its own text",
    ]
    assert checked(text, inputs="rownames, b").table.input_names == ("rownames", "b")


def test_categories_are_one_input_each_and_at_most_fifty_together():
    text = table("a,b,c,y", lambda i: f"a{i % 40},b{i % 20},c{i % 3},{i / 7}", n=400)
    check = checked(text)
    assert check.table.x.shape[1] == 43
    assert check.table.x.sum(axis=1).tolist() == [2] * 400
    assert str(check.remarks[0]) == (
        "column 2 (b): it is left out: 20 different texts; at most 50 categories have room"
    )
    refused = checked(text, inputs="a, b").problems[0].message
    assert refused.startswith(
        "the categories among the inputs have 60 different texts together; at most 50"
    )


def test_a_person_may_give_another_kind():
    text = table("zip,b,y", lambda i: f"{10115 + i % 2},{i * i},{i / 7}")
    check = checked(text, columns="zip = category")
    assert check.table.input_names == ("zip = 10115", "zip = 10116", "b")
    assert [column.kind for column in check.raw.columns] == ["category", "number", "number"]
    assert checked(text, columns="zip = text").table.input_names == ("b",)
    wrong = checked(text, columns="zip = colour").problems[0].message
    assert wrong.startswith("data.columns: colour is no kind of column; it must be one of number, ")
    unknown = checked(text, columns="town = category").problems[0].message
    assert unknown == "data.columns = town is no column of it; the columns are zip, b, y"
    twice = table("a,a,y", lambda i: f"{i},{i * i},{i / 7}")
    unclear = checked(twice, columns="a = category").problems[0].message
    assert unclear.startswith("data.columns = a is the name of several columns; the columns are ")


def test_missing_numbers_are_filled_with_the_median_of_the_training_rows(settings):
    text = table("a,b,y", lambda i: f"{'NA' if i % 6 == 5 else i * i},{i},{i / 7}")
    data = load(settings(text, missing="fill", seed=3))
    is_gap = data.train.x[:, 1] % 6 == 5
    median = np.median(data.train.x[~is_gap, 0])
    assert is_gap.any()
    assert set(data.train.x[is_gap, 0]) == {median}
    gaps = data.valid.x[:, 1] % 6 == 5
    assert gaps.any()
    assert set(data.valid.x[gaps, 0]) == {median}
    assert len(load(settings(text)).train.y) + len(load(settings(text)).valid.y) == 20
    assert "4 rows with a missing value are left out (a: 4)" in remarks(settings(text))


def test_missing_categories_are_filled_with_the_most_frequent_one(settings):
    colours = ["red", "blue", "", "red", "red", "green"]
    text = table("c,ill,b,y", lambda i: f"{colours[i % 6]},{['yes', 'no', '-'][i % 3]},{i},{i}")
    data = load(settings(text, missing="fill"))
    assert data.input_names == ("c = blue", "c = green", "c = red", "ill", "b")
    both = np.concatenate([data.train.x, data.valid.x])
    assert both[both[:, 4] % 6 == 2, :3].tolist() == [[0, 0, 1]] * 4
    assert set(both[:, 3]) == {0, 1}
    assert np.isfinite(both).all()


def test_a_row_without_a_target_is_left_out_always(settings):
    text = table("a,y", lambda i: f"{i},{'' if i == 3 else i * i}")
    data = load(settings(text, missing="fill"))
    assert len(data.train.y) + len(data.valid.y) == 23
    assert "1 row with a missing value is left out (y: 1)" in remarks(
        settings(text, missing="fill")
    )


def test_a_stratified_split_has_of_each_class_its_share(settings):
    text = table("a,kind", lambda i: f"{i},{'rare' if i % 10 == 0 else 'usual'}", n=100)
    for seed in range(5):
        data = load(settings(text, split="stratified", seed=seed))
        assert np.bincount(data.train.y).tolist() == [7, 63]
        assert np.bincount(data.valid.y).tolist() == [3, 27]
    one, other = (load(settings(text, split="stratified", seed=seed)) for seed in (1, 2))
    assert not np.array_equal(one.train.x, other.train.x)
    fewer = load(settings(text, split="stratified", seed=1, n_train=30))
    assert np.bincount(fewer.train.y).tolist() == [3, 27]
    assert set(fewer.train.x[:, 0]) <= set(one.train.x[:, 0])


def test_dates_that_run_backwards_are_told():
    text = table("when,y", lambda i: f"2024-05-{30 - i:02},{i / 7}")
    assert str(checked(text).remarks[-1]) == (
        "column 1 (when): its dates are not in order; the last rows are not the latest"
    )


def test_what_is_odd_about_inputs_is_told():
    text = table("a,b,same,c,y", lambda i: f"{i * i},{i * i},7,{i / 7},{i / 7}")
    assert [str(remark) for remark in checked(text).remarks] == [
        "column 2 (b): it repeats another input, a",
        "column 3 (same): it has the same value in every row",
        "column 4 (c): it repeats the target, y",
    ]


def test_a_class_that_only_validation_has_is_told(settings):
    text = table("a,kind", lambda i: f"{i},{'rare' if i == 5 else 'ab'[i % 2]}")
    said = {
        seed: [line for line in remarks(settings(text, seed=seed)) if "rare" in line]
        for seed in range(12)
    }
    validated = [seed for seed in said if 2 in load(settings(text, seed=seed)).valid.y]
    assert validated
    for seed, lines in said.items():
        expected = (
            "the class rare is only among the rows that validate: it can't be learned; another "
            "data seed or a stratified split may help"
            if seed in validated
            else "the class rare has only 1 row"
        )
        assert lines == [expected]


@pytest.mark.parametrize(
    ("cells", "classes"), [("123", "1, 2, 3"), ("24", "2, 4"), ([1, -1], "-1, 1")]
)
def test_labels_that_may_be_numbers_are_told(cells, classes):
    text = table("a,y", lambda i: f"{i * 1.5},{cells[i % len(cells)]}")
    check = checked(text)
    assert check.table.class_names == ()
    assert str(check.remarks[0]) == (
        f"column 2 (y): it is taken for a number; it may be {len(cells)} classes ({classes})"
    )
    assert len(checked(text, task="classification").table.class_names) == len(cells)
    assert not checked(text, task="regression").remarks


def test_numbers_from_zero_are_classes_and_that_is_told():
    text = table("a,y", lambda i: f"{i * 1.5},{i % 3}")
    check = checked(text)
    assert check.table.class_names == ("0", "1", "2")
    assert str(check.remarks[0]) == (
        "column 2 (y): it is taken for 3 classes (0, 1, 2); it may be a number"
    )


@pytest.mark.parametrize(
    ("header", "doubts"), [("0,1,2,3", True), ("400,410,420,430", True), ("1.5,7,2,9", False)]
)
def test_a_header_of_numbers_over_numbers_is_asked_about(header, doubts):
    text = table(header, lambda i: f"{i / 3},{i / 7},{i / 9},{i / 11}")
    problems = checked(text).problems
    assert bool(problems) == doubts
    if doubts:
        assert [value for _, _, value in problems[0].answers] == ["header = yes", "header = no"]
        assert len(checked(text, format="header = yes").table.y) == 24
        assert len(checked(text, format="header = no").table.y) == 25


def test_a_number_over_texts_that_come_again_is_the_name_of_their_column():
    check = checked(table("0.0,1,2", lambda i: f"{i / 3:.3f},{i * i},{'abc'[i % 3]}"))
    assert check.raw.names == ("0.0", "1", "2")
    assert check.table.class_names == ("a", "b", "c")


# data.format


def test_a_format_comes_back_from_its_text():
    parts = {
        "sheet": 'My "data"; new',
        "separator": ";",
        "decimal": ",",
        "thousands": "",
        "header": False,
        "above": 3,
        "encoding": "utf-16",
        "dates": "day first",
        "missing": ("NA", "-999"),
        "skip": (3, 27),
    }
    assert read_format(write_format(parts)) == parts
    assert set(parts) == set(TableFormat.__dataclass_fields__)
    assert read_format("") == {}
    assert write_format({}) == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seperator = comma", "seperator = comma is no part of a format; write PART = VALUE, with"),
        ("decimal", "decimal is no part of a format"),
        ("decimal = dot", "decimal must be one of point, comma"),
        ("above = many", "above must be a whole number from 0 to 1,000"),
        ("decimal = comma; decimal = point", "decimal comes twice"),
        ("skip = last", "skip must be numbers of rows, separated by commas"),
        ("skip = " + 5000 * "9", "9…: skip must be numbers of rows, separated by commas"),
        ('"' + 200_000 * "x", "x…: a part of it has more than 131,072 characters; is a quotation"),
    ],
)
def test_a_format_that_is_none_is_refused(settings, text, message):
    with pytest.raises(DatasetError, match=r"data\.format = ") as caught:
        load(settings("a,y\n1,2\n3,4\n", format=text))
    assert message in str(caught.value)


def test_marks_of_missing_values_that_a_person_names():
    text = table("a,y", lambda i: f"{-999 if i == 4 else i},{i / 7}")
    check = checked(text, format="missing = -999")
    assert len(check.table.y) == 23
    assert check.raw.format.words.endswith("missing values as -999")


def test_a_last_row_that_sums_up_is_told():
    text = table("month,ads,sales", lambda i: f"m{i},{i * 3},{i * i}") + "Total,828,4324\n"
    check = checked(text)
    assert check.table.y[-1] == 4324
    assert (
        'row 26, column 1 (month): "Total": this row may sum up those above it; if so, leave it out'
    ) in map(str, check.remarks)
    is_class = table("mean,ads,sales", lambda i: f"{['total', 'net'][i % 2]},{i * 3},{i * i}", 25)
    assert checked(is_class).remarks == []


def test_years_in_a_row_are_no_numbers_of_rows():
    text = table("year,b,y", lambda i: f"{1990 + i},{i * i},{i / 7}")
    assert checked(text).remarks == []
    assert checked(text).table.input_names == ("year", "b")


def test_postal_codes_that_are_read_as_numbers_are_told():
    text = table("zip,b,y", lambda i: f"0{1067 + i * i},{i * i},{i / 7}")
    assert str(checked(text).remarks[0]) == (
        "column 1 (zip): some of its numbers begin with 0, as postal codes do; if they are codes, "
        "say that it is a category, or leave it out of the inputs"
    )
    assert checked(table("a,b,y", lambda i: f"{i * i},0.{i},{i / 7}")).remarks == []


def test_a_column_that_costs_half_of_the_rows_is_named():
    text = table("b,done,y", lambda i: f"{i * i},{'yes' if i % 2 else ''},{i / 7}")
    assert str(checked(text).remarks[0]) == (
        "12 rows with a missing value are left out (done: 12), of 24; without the input done more "
        "of them stay"
    )


def test_a_remark_below_the_table_is_told_as_such():
    text = table("a,b,y", lambda i: f"{i * i},{i % 5},{i / 7}") + "Source: World Bank\n"
    assert [str(problem) for problem in checked(text).problems] == [
        "row 26: this row has only one cell, the first one has 3; if it is a remark, such as a "
        "source, leave it out, else look for a missing separator"
    ]


def test_grades_among_numbers_may_be_categories():
    grades = ["1", "2", "2+", "3-", "4"]
    text = table("hours,note", lambda i: f"{i * i},{grades[i % 5]}", n=25)
    first, *others = checked(text).problems
    assert str(first).startswith('row 4, column 2 (note): "2+" is not a number; correct it, or if ')
    assert first.answers == (("These are categories", "data.columns", "note = category"),)
    assert not any(problem.answers for problem in others)
    chosen = checked(text, columns="note = category").table
    assert chosen.class_names == ("1", "2", "2+", "3-", "4")
    typo = table("hours,note", lambda i: f"{i * i},{'2x' if i == 3 else i % 5}", n=25)
    assert [problem.answers for problem in checked(typo + "7,2 4\n").problems] == [(), ()]


def test_the_terminal_says_how_to_make_categories_of_grades(settings):
    text = table("hours,note", lambda i: f"{i * i},{['1', '2', '2+', '3'][i % 4]}")
    with pytest.raises(DatasetError, match=r'; say data\.columns = "note = category"$'):
        load(settings(text))
    with pytest.raises(DatasetError, match=r'"hours = number; note = category"$'):
        load(settings(text, columns="hours = number"))
