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


def experiment(**values) -> Experiment:
    return replace(Experiment(), {f"data.{name}": value for name, value in values.items()})


def dataset(**values) -> Dataset:
    return load(experiment(**values).data)


def begun(**values) -> Drawing:
    """The drawing of a dataset."""
    return Drawing.of(dataset(**values), experiment(**values).data)


def same_points(one: Dataset, other: Dataset) -> None:
    for name in ("train", "valid"):
        mine, its = getattr(one, name), getattr(other, name)
        np.testing.assert_array_equal(mine.x, its.x)
        np.testing.assert_array_equal(mine.y, its.y)


_DATASETS = [
    {"name": "sine"},
    {"name": "moons"},
    {"name": "blobs", "n_classes": 4},
    {"name": "linear", "n_inputs": 2, "n_informative": 2},
    {"name": "motorcycle"},
    {"name": "penguins"},
    {"name": "xor"},
    {"name": "points"},
]


@pytest.mark.parametrize("values", _DATASETS, ids=lambda values: values["name"])
def test_points_are_edited_to_the_last_digit(values) -> None:
    start = experiment(**values)
    before, drawing = load(start.data), begun(**values)
    same_points(load(drawing.experiment(start).data), before)
    point = [*before.train.x[2], before.train.y[1]]
    edited = drawing.moved(0, point).deleted(1).added(point)
    after = load(edited.experiment(start).data)
    rows = np.column_stack([after.train.x, after.train.y])
    np.testing.assert_array_equal(rows, edited.points)
    np.testing.assert_array_equal(after.valid.x, before.valid.x)
    assert (after.task, after.n_outputs) == (before.task, before.n_outputs)
    again = Drawing.of(after, edited.experiment(start).data)
    np.testing.assert_array_equal(again.points, edited.points)
    assert again.experiment(start) == edited.experiment(start)


@pytest.mark.parametrize("values", _DATASETS[:-1], ids=lambda values: values["name"])
def test_a_dataset_keeps_its_truth_its_floors_and_its_settings(values) -> None:
    start = experiment(**values)
    before, drawing = load(start.data), begun(**values)
    edited = drawing.added(drawing.points[0] + 0).experiment(start)
    after = load(edited.data)
    assert replace(edited, {"data.edits": ""}) == start
    assert (after.truth is None) == (before.truth is None)
    assert (after.noise_floor, after.valid_noise_floor) == (
        before.noise_floor,
        before.valid_noise_floor,
    )
    assert (after.class_names, after.input_names) == (before.class_names, before.input_names)


def test_a_point_that_is_put_back_is_no_edit() -> None:
    drawing, start = begun(name="sine"), experiment(name="sine")
    back = drawing.moved(3, [0.0, 0.0]).moved(3, drawing.points[3])
    assert back.experiment(start) == start
    assert drawing.added([0, 0]).deleted(30).experiment(start) == start


def test_an_edit_of_a_point_that_is_not_there_waits_for_it() -> None:
    start = experiment(name="sine")
    edited = begun(name="sine").moved(20, [0.0, 5.0]).added([1.0, -5.0]).experiment(start)
    fewer = replace(edited, {"data.n_train": 10})
    few = load(fewer.data)
    assert len(few.train.y) == 11  # the one that was added is there
    assert 5.0 not in few.train.y
    drawing = Drawing.of(few, fewer.data).deleted(0)  # it isn't lost by another edit
    assert drawing.n_waiting == 1
    more = replace(drawing.experiment(fewer), {"data.n_train": 40})
    many = load(more.data)
    assert len(many.train.y) == 40
    assert many.train.y[19] == 5.0  # the 21st that was drawn, without the first
    assert many.train.y[-1] == -5.0


def test_a_class_that_a_dataset_has_not_makes_its_points_own_ones() -> None:
    start = experiment(name="moons")
    third = begun(name="moons").added([0, 0, 2])
    after = third.experiment(start)
    assert after.data.name == "points"
    assert load(after.data).n_outputs == 3
    same_points(load(third.deleted(60).experiment(after).data), load(start.data))


def test_an_experiment_keeps_all_but_its_data() -> None:
    start = replace(Experiment(), {"model.depth": 1, "regularization.l1": 0.1, "seed": 3})
    for name in ("sine", "points"):
        edited = begun(name=name).added([0.0, 1.0]).experiment(replace(start, {"data.name": name}))
        assert edited.data.name == name
        assert edited.model == start.model
        assert (edited.regularization, edited.seed) == (start.regularization, 3)


def test_each_edit_leaves_the_drawing_before_as_it_was() -> None:
    first = begun(name="sine", n_train=5)
    points = first.points.copy()
    added = first.added([0.5, 2])
    moved = added.moved(1, [-1, 0.25])
    deleted = moved.deleted(0)
    np.testing.assert_array_equal(first.points, points)
    np.testing.assert_array_equal(added.points, [*points, [0.5, 2]])
    np.testing.assert_array_equal(moved.points[[1, 5]], [[-1, 0.25], [0.5, 2]])
    np.testing.assert_array_equal(deleted.points, moved.points[1:])
    after = load(deleted.experiment(experiment(name="sine", n_train=5)).data)
    np.testing.assert_array_equal(after.train.y, deleted.points[:, 1])


def test_the_last_point_stays() -> None:
    drawing = begun(name="sine", n_train=1)
    assert drawing.deleted(0) is drawing


def test_an_outlier_lies_three_to_four_standard_deviations_from_the_fit() -> None:
    drawing = begun(name="sine")
    spread, x = drawing.points[:, 1].std(), drawing.points[:, 0]
    for _ in range(20):
        before, drawing = drawing, drawing.with_outlier(lambda x: 10 + x[:, 0])
        place, y = drawing.points[-1]
        assert x.min() <= place <= x.max()
        off = abs(y - 10 - place) / before.points[:, 1].std()
        assert 3 <= off <= 4
    assert spread < drawing.points[:, 1].std()


def test_the_same_drawing_gets_the_same_outlier_and_the_next_another() -> None:
    first, second = (begun(name="sine").with_outlier(lambda x: 0 * x[:, 0]) for _ in range(2))
    np.testing.assert_array_equal(first.points, second.points)
    third = first.with_outlier(lambda x: 0 * x[:, 0])
    assert third.points[-1, 0] != first.points[-1, 0]


@pytest.mark.parametrize("name", ["moons", "blobs", "spirals", "circles"])
def test_an_outlier_of_classes_is_amid_another_class(name) -> None:
    drawing = begun(name=name, noise=0.1, n_train=80)
    after = drawing.with_outlier(lambda x: pytest.fail("classes have no fit to be off"))
    *place, own = after.points[-1]
    distance = np.hypot(*(drawing.points[:, :2] - place).T)
    near = drawing.points[distance.argsort()[:3], 2]
    assert own in drawing.points[:, 2]
    assert distance.min() > 0
    assert (near != own).all()
    assert len(set(near)) == 1


def test_points_of_one_class_get_an_outlier_of_another() -> None:
    drawing = begun(name="moons", n_train=30)
    ones = dataclasses.replace(drawing, points=drawing.points[drawing.points[:, 2] == 1])
    assert ones.with_outlier(lambda x: x).points[-1, 2] == 0


def test_it_says_why_points_cannot_be_edited() -> None:
    assert reason_against(dataset(name="sine")) == ""
    assert reason_against(dataset(name="sine", n_train=MOST)) == ""
    assert "2,000" in reason_against(dataset(name="sine", n_train=MOST + 1))
    assert "not of 200" in reason_against(dataset(name="linear"))
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
    first, start, drawing = dataset(name="moons"), experiment(name="moons"), begun(name="moons")

    def loaded(edit: Drawing) -> Dataset:
        return load(edit.experiment(start).data)

    edits = [drawing.added([0, 0, 1]), drawing.moved(3, [0, 0, 1]), drawing.deleted(5)]
    for edit in edits:
        assert is_edit(first, loaded(edit))
        assert is_edit(loaded(edit), first)
    assert not is_edit(first, loaded(drawing.added([0, 0, 1]).deleted(2)))
    assert not is_edit(first, dataset(name="moons", seed=1))
    assert not is_edit(first, dataset(name="moons", n_valid=10))
    assert not is_edit(first, dataset(name="sine"))
