"""What `--vary` accepts and refuses."""

import pytest

from regplay.core.experiment import Experiment
from regplay.core.fields import ExperimentError, replace
from regplay.session.experiment_text import MOST, read_axis, read_sweep, without_effect


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("regularization.weight_decay=0,0.01,0.1", (0.0, 0.01, 0.1)),
        ("optimizer.lr=1e-4:1e-1:4:log", (1e-4, 1e-3, 1e-2, 1e-1)),
        ("optimizer.lr = 1e-4 : 1e-1 : 7 : log", None),
        ("regularization.dropout=0:0.5:6", (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)),
        ("regularization.weight_decay=0,1e-2:1:3:log,5", (0.0, 0.01, 0.1, 1.0, 5.0)),
        ("model.width=2:64:6:log", (2, 4, 8, 16, 32, 64)),
        ("model.width=2:5:9", (2, 3, 4, 5)),
        ("model.activation=tanh,relu", ("tanh", "relu")),
        ("data.clean_valid=false,true", (False, True)),
        ("model.depth=3,1,3", (3, 1)),
    ],
)
def test_lists_and_ranges(text, values):
    axis = read_axis(text)
    assert axis.path == text.partition("=")[0].strip()
    if values is None:
        assert len(axis.values) == 7
        assert axis.values[1] == pytest.approx(10**-3.5, rel=1e-5)
        assert axis.values[-1] == 0.1
    else:
        assert axis.values == values
        assert [type(value) for value in axis.values] == [type(value) for value in values]


def test_a_data_file_is_meant_from_the_current_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert read_axis("data.file=a.csv,/b.csv").values == (str(tmp_path / "a.csv"), "/b.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model.dept=1,2", "model.dept: no such field; did you mean model.depth?"),
        ("=1,2", "=1,2: the name before = is missing; it must be FIELD=V1,V2,..."),
        ("model.width", "model.width: must be FIELD=V1,V2,... or FIELD=LOW:HIGH:COUNT[:log]"),
        ("model.width=4,999", "model.width = 999: must be a whole number from 1 to 512"),
        ("model.width=4:999:3", "model.width = 999: must be a whole number from 1 to 512"),
        ("model.width=4,", "model.width = nothing: must be a whole number from 1 to 512"),
        ("model.activation=tanh,rely", "did you mean relu?"),
        ("optimizer.lr=0.1:0.01:3", "optimizer.lr = 0.1:0.01:3: LOW must be less than HIGH"),
        ("optimizer.lr=0.1:0.1:3", "LOW must be less than HIGH"),
        ("optimizer.lr=0.1:1:1", "COUNT = 1 must be a whole number from 2"),
        ("optimizer.lr=0.1:1:2.5", "COUNT = 2.5 must be a whole number from 2"),
        ("optimizer.lr=0.1:1:", "COUNT = nothing must be a whole number from 2"),
        ("optimizer.lr=0:1:3:log", "LOW must be above 0; a 0 can be put before it"),
        ("optimizer.lr=0:1", "a range must be LOW:HIGH:COUNT or LOW:HIGH:COUNT:log"),
        ("optimizer.lr=0.1:1:3:ln", "a range must be LOW:HIGH:COUNT or LOW:HIGH:COUNT:log"),
        ("optimizer.lr=0.1:1:1000000000", "1,000,000,000 networks are more than the 100,000"),
        ("optimizer.lr=nan:1:3", "optimizer.lr = nan: must be a number from 0 to 10"),
    ],
)
def test_what_is_refused(text, message):
    with pytest.raises(ExperimentError) as error:
        read_axis(text)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_several_axes_and_seeds_are_all_combined():
    sweep = read_sweep(Experiment(), ["model.width=1,2,3", "model.depth=1,2"], seeds=4)
    assert sweep.shape == (3, 2, 4)
    assert sweep.experiments[-1].model.width == 3


def test_what_is_set_holds_for_each_dataset():
    kept = ["data.n_train=9", "data.noise=0.7", "model.depth=1"]
    experiment = replace(Experiment(), {"data.n_train": 9, "data.noise": 0.7, "model.depth": 1})
    sweep = read_sweep(experiment, ["data.name=sine,cubic", "data.noise=0,1"], kept=kept)
    found = [(each.data.name, each.data.noise) for each in sweep.experiments]
    assert found == [("sine", 0.0), ("sine", 1.0), ("cubic", 0.0), ("cubic", 1.0)]
    assert {(each.data.n_train, each.model.depth) for each in sweep.experiments} == {(9, 1)}


def test_all_problems_are_told_at_once():
    with pytest.raises(ExperimentError) as error:
        read_sweep(Experiment(), ["model.dept=1", "model.width=0", "epochs=5,6"])
    assert len(str(error.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("texts", "seeds", "message"),
    [
        (["model.width=1,2", "model.width=3"], 1, "model.width: varied twice"),
        (["seed=1,2"], 3, "seed: give either --vary seed=... or --seeds, not both"),
        ([], 1, "nothing varies; give --vary FIELD=V1,V2"),
        (["epochs=1:1000:1000", "seed=1:101:101"], 1, "101,000 networks are more than"),
        ([], MOST + 1, "100,001 networks are more than"),
    ],
)
def test_sweeps_that_are_refused(texts, seeds, message):
    with pytest.raises(ExperimentError) as error:
        read_sweep(Experiment(), texts, seeds)
    assert message in str(error.value)


def test_seeds_alone_and_the_seed_alone_are_sweeps():
    assert read_sweep(Experiment(), [], 5).shape == (5,)
    assert [e.seed for e in read_sweep(Experiment(), ["seed=7,9"]).experiments] == [7, 9]


def test_fields_without_effect_are_named():
    linear = replace(Experiment(), {"model.depth": 0, "data.name": "cars"})
    sweep = read_sweep(linear, ["model.width=1,2", "data.noise=0,1", "optimizer.lr=0.1,0.2"])
    width, noise = without_effect(sweep, sweep.experiments)
    assert width.startswith("model.width (Width) changes nothing here: a linear model")
    assert noise.endswith("the dataset Cars doesn't use it")


@pytest.mark.parametrize(
    ("values", "varied", "reason"),
    [
        ({}, "optimizer.momentum=0.5,0.9", "the optimizer adam doesn't use it"),
        ({"optimizer.name": "sgd"}, "optimizer.momentum=0,0.9", "the optimizer sgd doesn't use it"),
        ({"model.depth": 0}, "regularization.dropout=0,0.5", "has no hidden layer"),
        ({"model.depth": 0}, "model.activation=tanh,relu", "has no hidden layer"),
        ({}, "regularization.decay_bias=true,false", "neither weight decay nor an L1 penalty"),
    ],
)
def test_what_a_field_lacks_to_have_an_effect_is_said(values, varied, reason):
    sweep = read_sweep(replace(Experiment(), values), [varied])
    (line,) = without_effect(sweep, sweep.experiments)
    assert line.startswith(f"{varied.partition('=')[0]} (")
    assert line.endswith(reason)


def test_a_field_that_one_member_uses_has_an_effect():
    sweep = read_sweep(Experiment(), ["model.depth=0,1", "model.width=1,2"])
    assert without_effect(sweep, sweep.experiments) == []
