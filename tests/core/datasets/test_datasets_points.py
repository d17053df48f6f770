"""A person's own points."""

import math

import numpy as np
import pytest

from regplay.core.datasets import REGISTRY, Dataset, DatasetError, load, problem_of
from regplay.core.datasets import points as points_module
from regplay.core.datasets.points import (
    format_points,
    points_in,
    points_settings,
    read_points,
    shape_of,
)
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import replace


def parse_points(text):
    return read_points(text, "data.points")[0]


def own(text: str, **values: object) -> DataSettings:
    return DataSettings(name="points", points=text, **{"standardize": False, **values})


def refusal(text: str, **values: object) -> str:
    with pytest.raises(DatasetError) as caught:
        load(own(text, **values))
    return str(caught.value)


def columns(data: Dataset, split: str) -> np.ndarray:
    one = getattr(data, split)
    return np.column_stack([one.x, one.y])


@pytest.mark.parametrize(
    "text",
    ["0 1; 1 2; 2 1", "0 1\n1 2\n2 1\n", "0\t1;\n 1.0  2e0 ;;2 +1", "\r\n0 1\r\n1 2\r\n2 1\r\n"],
)
def test_points_are_separated_by_lines_or_semicolons(text):
    found = parse_points(text)
    np.testing.assert_array_equal(found, [[0, 1], [1, 2], [2, 1]])
    assert found.dtype == np.float64
    assert not found.flags.writeable
    assert points_in(text) == 3


@pytest.mark.parametrize("text", ["", "\n", " ; ;\n"])
def test_no_points(text):
    assert parse_points(text).shape == (0, 0)
    assert points_in(text) == 0
    assert "no point to learn from yet" in refusal(text)


def test_counting_needs_no_right_points():
    assert points_in("1 2 3; a") == 2
    assert points_in("7") == 1


def test_numbers_come_back_exactly_and_short():
    rng = np.random.default_rng(0)
    values = np.concatenate(
        [rng.standard_normal((50, 3)) * 10.0 ** rng.integers(-9, 9, (50, 1)), [[1, -0.0, 1e99]]]
    )
    again = parse_points(format_points(values))
    np.testing.assert_array_equal(again, values)
    assert math.copysign(1, again[-1, 1]) == -1
    assert format_points(np.array([[1.0, -2.5], [0.1, 1e-7]])) == "1 -2.5\n0.1 1e-07\n"
    assert format_points(np.empty((0, 2))) == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 1\n\n1 two", "line 3: 'two' is not a number; separate the numbers"),
        ("0 1; 1,5 2", "line 2: '1,5' is not a number; write decimals with a point"),
        ("0 1; 0,1", "line 2: '0,1' is not a number; write decimals with a point"),
        ("0 1\n1_0 2", "line 2: '1_0' is not a number"),
        ("0 1\nnan 2", "line 2: 'nan' is not finite"),
        ("0 1\n1 1e200", "line 2: '1e200' is too large"),
        ("0 1\n1 2 3\n", "line 2: this point has 3 numbers, those before it have 2"),
        ("0 1 2\n1\n", "line 2: this point has 1 number, those before it have 3"),
        ("1", "line 1: this point has 1 number; write x y, or x1 x2 y with two inputs"),
        ("1 2 3 4", "line 1: this point has 4 numbers; write x y"),
        ("1 2 3 4\n1 2 x 4\n", "line 1: this point has 4 numbers; write x y"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text, message):
    with pytest.raises(DatasetError) as caught:
        parse_points(text)
    assert str(caught.value).startswith(f"data.points, {message}")
    found = refusal("0 1" if len(text.split("\n")[0].split()) == 2 else "0 1 2", valid_points=text)
    assert found.startswith(f"data.valid_points, {message}")


def test_too_many_points_are_refused(monkeypatch):
    monkeypatch.setattr(points_module, "MAX_POINTS", 50)
    assert len(parse_points("0 1;" * 50 + "\n\n")) == 50
    with pytest.raises(DatasetError, match="line 53: there are more than 50 points"):
        parse_points("\n\n" + "0 1;" * 51)
    monkeypatch.setattr(points_module, "MAX_TEXT", 60)
    with pytest.raises(DatasetError, match="100 characters are too many"):
        parse_points("\n" * 100)


def test_points_with_validation_points_of_their_own():
    data = load(own("0 1; 1 2.5; 2 1", valid_points="0.5 1.5"))
    assert data.task == "regression"
    np.testing.assert_array_equal(columns(data, "train"), [[0, 1], [1, 2.5], [2, 1]])
    np.testing.assert_array_equal(columns(data, "valid"), [[0.5, 1.5]])
    assert data.input_names == ("x",)
    assert data.truth is data.noise_floor is data.x_mean is None


def test_without_validation_points_thirty_percent_are_held_back():
    text = "".join(f"{i} {i * i / 7}\n" for i in range(20))
    data = load(own(text))
    assert (len(data.train.y), len(data.valid.y)) == (14, 6)
    both = np.concatenate([columns(data, "train"), columns(data, "valid")])
    np.testing.assert_array_equal(both[both[:, 0].argsort()], parse_points(text))
    assert (np.diff(data.train.x[:, 0]) > 0).all()
    other = load(own(text, seed=1))
    assert set(data.valid.x[:, 0]) != set(other.valid.x[:, 0])


def test_one_more_point_changes_little_about_what_is_held_back():
    for n in range(10, 30):
        held = []
        for count in (n, n + 1):
            text = "".join(f"{i} {i / 7}\n" for i in range(count))
            held.append(set(load(own(text)).valid.x[:, 0]))
        assert len(held[0] ^ held[1]) <= 2


def test_one_point_cannot_be_split():
    assert "one to learn from and one to validate on are needed" in refusal("1 2")
    assert len(load(own("1 2", valid_points="2 3")).train.y) == 1


def test_both_splits_must_have_the_same_inputs():
    assert refusal("0 1", valid_points="0 1 2") == (
        "data.valid_points have 3 numbers each, data.points have 2"
    )


@pytest.mark.parametrize(
    ("text", "valid", "task", "expected"),
    [
        ("0 0; 1 1", "2 0", "auto", 2),
        ("0 0 1; 1 1 0", "1 2 2", "auto", 3),
        ("0 0; 1 1", "2 0", "regression", 0),
        ("0 0; 1 2", "2 0", "auto", 0),
        ("0 0; 1 2", "2 0", "classification", 3),
        ("0 0; 1 0", "2 0", "classification", 2),
        ("0 1; 1 0.5", "2 0", "auto", 0),
        ("0 0; 1 1; 1 2; 1 3; 1 4", "2 0", "auto", 0),
    ],
)
def test_what_is_a_class(text, valid, task, expected):
    settings = own(text, valid_points=valid, task=task)
    data = load(settings)
    assert len(data.class_names) == expected
    assert data.task == ("classification" if expected else "regression")
    assert data.train.y.dtype == (np.int64 if expected else np.float64)
    assert shape_of(settings) == (data.n_inputs, data.task, data.n_outputs)


@pytest.mark.parametrize(("y", "shown"), [("1.5", "1.5"), ("-1", "-1"), ("4", "4")])
def test_what_is_no_class(y, shown):
    message = (
        f"line 3: {shown} is no class; a class is a whole number from 0 to 3 "
        "(or set data.task = regression)"
    )
    bad = f"0 0\n\n1 {y}"
    assert refusal(bad, task="classification", valid_points="0 0") == f"data.points, {message}"
    found = refusal("0 0", task="classification", valid_points=bad)
    assert found == f"data.valid_points, {message}"


def test_standardised_by_the_training_points_if_asked_for():
    text = "".join(f"{100 + i} {i * i}\n" for i in range(8))
    data = load(own(text, standardize=True, valid_points="0 0"))
    np.testing.assert_allclose(data.inputs(data.train.x).mean(), 0, atol=1e-12)
    np.testing.assert_allclose(data.targets(data.train.y).std(), 1)
    classes = load(own("0 0; 1 1; 4 1", standardize=True, valid_points="0 0"))
    assert (classes.y_mean, classes.y_scale) == (0, 1)
    assert classes.x_scale is not None


SMALL = [
    name for name in REGISTRY if name not in ("csv", "linear", "cars", "breast-cancer", "digits")
]


@pytest.mark.parametrize("name", SMALL)
def test_any_dataset_of_one_or_two_inputs_can_be_edited(name):
    experiment = replace(Experiment(), {"data.name": name})
    before = load(experiment.data)
    edited = replace(experiment, points_settings(before))
    after = load(edited.data)
    for split in ("train", "valid"):
        np.testing.assert_array_equal(columns(after, split), columns(before, split))
    assert after.task == before.task
    np.testing.assert_array_equal(after.inputs(after.train.x), before.inputs(before.train.x))
    np.testing.assert_array_equal(after.targets(after.valid.y), before.targets(before.valid.y))
    assert points_in(edited.data.points) == len(before.train.y)
    assert points_in(edited.data.valid_points) == len(before.valid.y)
    assert edited.data.task == before.task


def test_others_cannot(tmp_path):
    with pytest.raises(DatasetError, match="have 200 inputs; only points of one or two"):
        points_settings(load(replace(Experiment(), {"data.name": "linear"}).data))
    path = tmp_path / "many.csv"
    path.write_text("".join(f"{i},{i % 5}\n" for i in range(40)))
    with pytest.raises(DatasetError, match="are of 5 classes; points of at most 4"):
        points_settings(load(DataSettings(name="csv", file=str(path), n_train=0, n_valid=0)))


def test_points_stay_while_other_datasets_are_looked_at():
    drawn = replace(
        Experiment(), {"data.name": "points", "data.points": "0 1; 1 2", "data.valid_points": "1 1"}
    )
    back = replace(replace(drawn, {"data.name": "moons"}), {"data.name": "points"})
    assert back.data.points == "0 1; 1 2"
    assert back.data.valid_points == "1 1"
    fresh = replace(Experiment(), {"data.name": "points"})
    assert points_in(fresh.data.points) == 24
    assert load(fresh.data).task == "regression"


def test_the_problem_is_what_a_plot_can_share():
    one = own("0 1; 1 2.5", valid_points="1 1")
    assert problem_of(one) == problem_of(own("5 1.5; 1 2.5; 3 3"))
    assert problem_of(one) != problem_of(own("0 1 2; 1 2 2.5"))
    assert problem_of(one) != problem_of(own("0 1; 1 0"))
    assert problem_of(own("a")) == problem_of(own("")) == ("points",)
    sine = DataSettings()
    assert problem_of(sine) == problem_of(DataSettings(seed=3, noise=0.1, points="0 1"))
    assert problem_of(DataSettings(name="csv")) != problem_of(DataSettings(name="csv", inputs="a"))
