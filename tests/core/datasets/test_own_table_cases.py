"""Tables that people reported: each trains rightly, or is refused in these words."""

from pathlib import Path

import numpy as np
import pytest

from regplay.core.datasets import DatasetError, load, remarks
from regplay.core.experiment import DataSettings

CASES = Path(__file__).parent / "cases"
# Of each file: inputs, classes, rows, and the first rows: inputs and the target.
RIGHT = {
    "all-empty-column-in-middle": (("a", "b"), (), 24, [[0, 0, 0], [1, 2.5, 3.5]]),
    "boolean-column": (("smoker", "a"), (), 24, [[1, 1.5, 3], [0, 1.75, 0.98]]),
    "cell-thousands-quoted": (("a", "b"), (), 24, [[1.5, 0, 3], [1.75, 2.52, 0.98]]),
    "class-1-2-3": (("a", "b"), (), 24, [[1.5, 0, 3], [1.75, 2.52, 1]]),
    "class-only-in-validation": (("a", "b"), ("p", "q", "rare"), 24, [[0, 0, 0], [1, 2.5, 1]]),
    "date-first": (("date", "t"), (), 24, [[0, 1.5, 3], [1, 1.75, 0.98]]),
    "de-decimal-comma-target-only": (("tag",), (), 24, [[0, 1.5], [1, 1.75]]),
    "de-semicolon-decimal-comma": (("a", "b"), (), 24, [[1.5, 0, 3], [1.75, 2.52, 0.98]]),
    "empty-rows-at-end": (("a", "b"), (), 24, [[1.5, 0, 3], [1.75, 2.52, 0.98]]),
    "letter-column": (
        *(("sex = F", "sex = I", "sex = M", "length"), (), 24),
        [[0, 0, 1, 1.5, 4], [1, 0, 0, 1.75, 5]],
    ),
    "linear-known-weights": (("a", "b", "c"), (), 60, [[2.38, 54.423, -0.26, -25.2549]]),
    "missing-three-rows": (("a", "b"), (), 21, [[1.5, 0, 3], [1.75, 2.52, 0.98]]),
    "numbered-header-class": (
        *(("0", "1"), ("blue", "green", "red"), 24),
        [[1.5, 0, 1], [1.75, 2.52, 2]],
    ),
    "percent-inputs": (("rate", "a"), (), 24, [[10, 0, 0], [11, 2.5, 2]]),
    "sep-line": (("a", "b"), (), 24, [[1.5, 0, 3], [1.75, 2.52, 0.98]]),
    "thousands-int-quoted": (("city", "area"), (), 24, [[0, 1.5, 1250], [1, 1.75, 2500]]),
    "trailing-comma": (("a", "b"), (), 24, [[1.5, 0, 3], [1.75, 2.52, 0.98]]),
    "yes-no-target": (("a", "b"), ("no", "yes"), 24, [[1.5, 0, 0], [1.75, 2.52, 1]]),
}
REFUSED = {
    "id-like-text-target": (
        ", column 3 (name): this target can't be learned: nearly every row has its own text; "
        "choose another column as the target"
    ),
    "thousands-de-mixed": (
        ', row 5, column 2 (preis): "1.000" may be 1 or 1000; say '
        'data.format = "decimal = point" or data.format = "decimal = comma"'
    ),
}
REMARKS = {
    "all-empty-column-in-middle": "column 1 (a): it counts the rows; if it is but their number, "
    "leave it out of the inputs",
    "cell-thousands-quoted": "separated by commas, decimal points, commas between thousands, "
    "the first row is a header",
    "class-1-2-3": "column 3 (cls): it is taken for a number; it may be 3 classes (1, 2, 3); say "
    "data.task = classification",
    "class-only-in-validation": "the class rare has only 1 row",
    "date-first": "column 1 (date): it is a date, so the last rows validate, not random ones",
    "de-semicolon-decimal-comma": "separated by semicolons, decimal commas, the first row is a "
    "header",
    "missing-three-rows": "3 rows with a missing value are left out (b: 3)",
}


def settings_of(name, **values):
    file = str(CASES / f"{name}.csv")
    return DataSettings(name="csv", file=file, **{"n_train": 0, "n_valid": 0, **values})


def points_of(settings):
    """All rows, in any order: inputs and target."""
    data = load(settings)
    both = [np.column_stack([split.x, split.y]) for split in (data.train, data.valid)]
    return data, np.concatenate(both).tolist()


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_read_rightly(name):
    inputs, classes, n, first = RIGHT[name]
    data, points = points_of(settings_of(name))
    assert data.input_names == inputs
    assert data.class_names == classes
    assert len(points) == n
    for row in first:
        assert row in points


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_in_words(name):
    with pytest.raises(DatasetError) as caught:
        load(settings_of(name))
    assert str(caught.value) == f"{CASES / name}.csv{REFUSED[name]}"


def test_each_case_is_one_or_the_other():
    assert {file.stem for file in CASES.glob("*.csv")} == {*RIGHT, *REFUSED}


@pytest.mark.parametrize("name", REMARKS)
def test_what_is_said_of_it(name):
    assert REMARKS[name] in remarks(settings_of(name))


def test_a_plain_table_has_one_line():
    assert remarks(settings_of("linear-known-weights")) == [
        "separated by commas, decimal points, the first row is a header"
    ]


def test_a_thousand_inside_a_column_is_a_thousand():
    _, points = points_of(settings_of("cell-thousands-quoted"))
    assert [2.5, 1250, 7.27] in points


@pytest.mark.parametrize(("decimal", "factor"), [("point", 0.001), ("comma", 1)])
def test_the_answer_settles_what_is_ambiguous(decimal, factor):
    settings = settings_of("thousands-de-mixed", format=f"decimal = {decimal}")
    _, points = points_of(settings)
    assert [4, 1000 * factor] in points
    assert [3, 750] in points


def test_the_last_rows_validate_where_a_date_comes_first():
    data = load(settings_of("date-first"))
    assert data.train.x[:, 0].tolist() == list(range(17))
    assert data.valid.x[:, 0].tolist() == list(range(17, 24))
    random = load(settings_of("date-first", split="random"))
    assert random.valid.x[:, 0].tolist() != list(range(17, 24))


def test_numbered_labels_are_classes_once_that_is_said():
    data = load(settings_of("class-1-2-3", task="classification"))
    assert data.class_names == ("1", "2", "3")
