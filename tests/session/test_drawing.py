"""Points that a person edits."""

import dataclasses

import numpy as np
import pytest

from regplay.core.datasets import Dataset, Split, load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.session.drawing import (
    MOST,
    Drawing,
    is_edit,
    reason_against,
    unchanged_rows,
)


def dataset(**values) -> Dataset:
    return load(replace(Experiment(), {f"data.{k}": v for k, v in values.items()}).data)


def loaded(drawing: Drawing, start: Experiment | None = None) -> Dataset:
    return load(drawing.experiment(start or Experiment()).data)


@pytest.mark.parametrize(
    "values",
    [
        {"name": "sine"},
        {"name": "moons"},
        {"name": "blobs", "n_classes": 4},
        {"name": "linear", "n_inputs": 2, "n_informative": 2},
        {"name": "motorcycle"},
    ],
    ids=lambda values: values["name"],
)
def test_points_of_a_dataset_are_taken_over_to_the_last_digit(values) -> None:
    before = dataset(**values)
    after = loaded(Drawing.of(before))
    assert (after.task, after.n_outputs) == (before.task, before.n_outputs)
    for name in ("train", "valid"):
        one, other = getattr(before, name), getattr(after, name)
        np.testing.assert_array_equal(one.x, other.x)
        np.testing.assert_array_equal(one.y, other.y)
    np.testing.assert_allclose(after.inputs(after.train.x), before.inputs(before.train.x))
    assert is_edit(before, after)


def test_an_experiment_keeps_all_but_its_data() -> None:
    start = replace(Experiment(), {"model.depth": 1, "regularization.l1": 0.1, "seed": 3})
    experiment = Drawing.of(dataset(name="sine")).experiment(start)
    assert experiment.data.name == "points"
    assert experiment.data.task == "regression"
    assert experiment.model == start.model
    assert (experiment.regularization, experiment.seed) == (start.regularization, 3)


def test_each_edit_leaves_the_drawing_before_as_it_was() -> None:
    first = Drawing.of(dataset(name="sine", n_train=5))
    points = first.points.copy()
    added = first.added([0.5, 2])
    moved = added.moved(1, [-1, 0.25])
    deleted = moved.deleted(0)
    np.testing.assert_array_equal(first.points, points)
    np.testing.assert_array_equal(added.points, [*points, [0.5, 2]])
    np.testing.assert_array_equal(moved.points[[1, 5]], [[-1, 0.25], [0.5, 2]])
    np.testing.assert_array_equal(deleted.points, moved.points[1:])
    np.testing.assert_array_equal(loaded(deleted).train.y, deleted.points[:, 1])


def test_the_last_point_stays() -> None:
    drawing = Drawing.of(dataset(name="sine", n_train=1))
    assert drawing.deleted(0) is drawing


def test_an_outlier_lies_three_to_four_standard_deviations_from_the_fit() -> None:
    drawing = Drawing.of(dataset(name="sine"))
    spread, x = drawing.points[:, 1].std(), drawing.points[:, 0]
    for _ in range(20):
        before, drawing = drawing, drawing.with_outlier(lambda x: 10 + x[:, 0])
        place, y = drawing.points[-1]
        assert x.min() <= place <= x.max()
        off = abs(y - 10 - place) / before.points[:, 1].std()
        assert 3 <= off <= 4
    assert spread < drawing.points[:, 1].std()


def test_the_same_drawing_gets_the_same_outlier_and_the_next_another() -> None:
    first, second = (
        Drawing.of(dataset(name="sine")).with_outlier(lambda x: 0 * x[:, 0]) for _ in range(2)
    )
    np.testing.assert_array_equal(first.points, second.points)
    third = first.with_outlier(lambda x: 0 * x[:, 0])
    assert third.points[-1, 0] != first.points[-1, 0]


@pytest.mark.parametrize("name", ["moons", "blobs", "spirals", "circles"])
def test_an_outlier_of_classes_is_amid_another_class(name) -> None:
    drawing = Drawing.of(dataset(name=name, noise=0.1, n_train=80))
    after = drawing.with_outlier(lambda x: pytest.fail("classes have no fit to be off"))
    *place, own = after.points[-1]
    distance = np.hypot(*(drawing.points[:, :2] - place).T)
    near = drawing.points[distance.argsort()[:3], 2]
    assert own in drawing.points[:, 2]
    assert distance.min() > 0
    assert (near != own).all()
    assert len(set(near)) == 1


def test_points_of_one_class_get_an_outlier_of_another() -> None:
    drawing = Drawing.of(dataset(name="moons", n_train=30))
    ones = dataclasses.replace(drawing, points=drawing.points[drawing.points[:, 2] == 1])
    assert ones.with_outlier(lambda x: x).points[-1, 2] == 0


def test_it_says_why_points_cannot_be_edited() -> None:
    assert reason_against(dataset(name="sine")) == ""
    assert reason_against(dataset(name="sine", n_train=MOST)) == ""
    assert "2,000" in reason_against(dataset(name="sine", n_train=MOST + 1))
    assert "200 inputs" in reason_against(dataset(name="linear"))
    many = Split(np.zeros((6, 1)), np.arange(6))
    names = tuple("abcdef")
    six = Dataset("classification", many, many, ("x",), "y", class_names=names)
    assert "not of 6" in reason_against(six)


def rows(*x: float) -> Split:
    return Split(np.array(x, dtype=float)[:, None], np.zeros(len(x)))


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ((1, 2, 3), (1, 2, 3), (3, 0)),
        ((1, 2, 3), (1, 2, 3, 4), (3, 0)),
        ((1, 2, 3), (2, 3), (0, 2)),
        ((1, 2, 3), (1, 3), (1, 1)),
        ((1, 2, 3), (1, 9, 3), (1, 1)),
        ((1, 1, 1), (1, 1), (2, 0)),  # no point counts twice
        ((1, 2), (5, 6), (0, 0)),
    ],
)
def test_unchanged_rows(before, after, same) -> None:
    assert unchanged_rows(rows(*before), rows(*after)) == same


def test_one_changed_point_is_an_edit_and_two_are_not() -> None:
    first = dataset(name="moons")
    drawing = Drawing.of(first)
    edits = [drawing.added([0, 0, 1]), drawing.moved(3, [0, 0, 1]), drawing.deleted(5)]
    for edit in edits:
        assert is_edit(first, loaded(edit))
        assert is_edit(loaded(edit), first)
    assert not is_edit(first, loaded(drawing.added([0, 0, 1]).deleted(2)))
    assert not is_edit(first, dataset(name="moons", seed=1))
    assert not is_edit(first, dataset(name="moons", n_valid=10))
    assert not is_edit(first, dataset(name="sine"))
