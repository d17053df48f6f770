"""Edits of training points, as they are written and as they are made."""

import numpy as np
import pytest

from regplay.core.datasets import DatasetError, load
from regplay.core.datasets.edits import Edit, counted_edits, format_edits, parse_edits
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import replace


def settings(edits: str, **values) -> DataSettings:
    data = {f"data.{name}": value for name, value in values.items()} | {"data.edits": edits}
    return replace(Experiment(), data).data


def test_edits_are_read_from_lines_or_between_semicolons() -> None:
    edits = (
        Edit("move", 2, (0.5, -1.25)),
        Edit("delete", 6),
        Edit("add", point=(1.0, 2.0, 3.0)),
    )
    assert parse_edits("move 3 0.5 -1.25; delete 7\n\nadd 1 2.0 3e0") == edits
    assert format_edits(edits) == "move 3 0.5 -1.25\ndelete 7\nadd 1 2 3\n"
    assert parse_edits(format_edits(edits)) == edits
    assert parse_edits("") == ()


def test_numbers_come_back_exactly() -> None:
    values = tuple(np.random.default_rng(0).normal(size=3).tolist())
    edits = (Edit("add", point=values),)
    assert parse_edits(format_edits(edits)) == edits


def test_what_was_done_is_counted() -> None:
    assert counted_edits("add 1 2; add 1 3; move 1 0 0; delete 4") == "1 moved, 1 deleted, 2 added"
    assert counted_edits("") == counted_edits("nonsense") == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("add 1 2\nturn 3", "line 2: 'turn' is no edit"),
        ("add 1", "line 1: add: 1 number in place of 2, or 3 for two inputs; write add x y"),
        ("add 1 2 3 4", "line 1: add: 4 numbers in place of"),
        ("move 3 1", "line 1: after move and the number of a point: 1 number in place of 2, or 3"),
        ("move", "nothing is no number of a point"),
        ("delete 0 ", "'0' is no number of a point, from 1 to 20,000"),
        ("delete 20001", "'20001' is no number of a point"),
        ("delete -1", "'-1' is no number of a point"),
        ("delete ٣", "is no number of a point"),
        ("delete " + "9" * 5000, "is no number of a point"),
        ("delete 3 1 2", "line 1: after delete and the number of a point: 2 numbers in"),
        ("add 1 x", "'x' is not a number"),
        ("add 1 nan", "'nan' is not finite"),
        ("add 1 1e101", "'1e101' is too large"),
        ("add 1 1_0", "'1_0' is not a number"),
        ("delete 1;" * 20_001, "more than 20,000 edits"),
        (" " * 3_000_000, "characters are too many"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, message) -> None:
    with pytest.raises(DatasetError) as told:
        load(settings(text))
    assert str(told.value).startswith("data.edits")
    assert message in str(told.value)


def test_points_are_moved_deleted_and_added_at_the_end() -> None:
    drawn = load(settings("", n_train=4))
    after = load(settings("add 1 2; move 3 0 -1; delete 1", n_train=4))
    np.testing.assert_array_equal(
        after.train.x[:, 0], [drawn.train.x[1, 0], 0, drawn.train.x[3, 0], 1]
    )
    np.testing.assert_array_equal(after.train.y, [drawn.train.y[1], -1, drawn.train.y[3], 2])
    np.testing.assert_array_equal(after.valid.y, drawn.valid.y)


@pytest.mark.parametrize(
    "edit",
    ["move 5 0 0", "delete 5", "add 0 0 1"],
    ids=["no such point", "none to delete", "two inputs"],
)
def test_what_does_not_fit_is_left_out(edit) -> None:
    drawn = load(settings("", n_train=4))
    after = load(settings(edit, n_train=4))
    np.testing.assert_array_equal(after.train.y, drawn.train.y)
    assert after.train.x.shape == (4, 1)


def test_classes_have_to_be_those_of_the_dataset() -> None:
    drawn = load(settings("", name="moons"))
    for target in ("2", "-1", "0.5"):
        assert len(load(settings(f"add 0 0 {target}", name="moons")).train.y) == len(drawn.train.y)
    after = load(settings("add 0 0 1", name="moons"))
    assert after.train.y.dtype == drawn.train.y.dtype
    assert after.train.y[-1] == 1


def test_a_standardised_table_is_standardised_by_its_edited_rows() -> None:
    after = load(settings("move 1 10 900", name="motorcycle"))
    assert after.inputs(after.train.x).mean() == pytest.approx(0)
    assert after.targets(after.train.y).std() == pytest.approx(1)
    assert after.y_scale > 1.5 * load(settings("", name="motorcycle")).y_scale


def test_the_last_point_stays() -> None:
    with pytest.raises(DatasetError, match="0 training points are left"):
        load(settings("delete 1; delete 2", n_train=2))


def test_another_dataset_begins_without_edits_and_one_that_takes_none_ignores_them() -> None:
    start = replace(Experiment(), {"data.edits": "delete 1"})
    assert replace(start, {"data.name": "cubic"}).data.edits == ""
    digits = replace(start, {"data.name": "digits", "data.edits": "delete 1"})
    assert len(load(digits.data).train.y) == 200
