"""The experiment: frozen, and free of torch and Qt."""

import subprocess
import sys

import msgspec
import pytest

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, get, replace


@pytest.mark.parametrize(
    "module",
    [
        "regplay.core.experiment",
        "regplay.core.fields",
        "regplay.core.datasets",
        "regplay.core.measurements",
        "regplay.core.history",
    ],
)
def test_importing_it_loads_neither_torch_nor_qt(module):
    code = (
        f"import sys, {module}\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), sep='\\n')"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(result.stdout.split())
    assert "msgspec" in loaded or module.endswith(("cost", "history"))
    assert not loaded & {"torch", "PySide6", "shiboken6", "pyqtgraph"}


def test_it_is_frozen_all_the_way_down():
    experiment = Experiment()
    with pytest.raises(AttributeError):
        experiment.epochs = 5
    for section in ("data", "model", "regularization", "optimizer"):
        part = getattr(experiment, section)
        with pytest.raises(AttributeError):
            setattr(part, part.__struct_fields__[0], 1)
        with pytest.raises(AttributeError):
            setattr(experiment, section, part)


def test_equal_values_make_equal_experiments_that_hash_alike():
    a, b = (replace(Experiment(), {"model.depth": 3, "data.noise": 0.5}) for _ in range(2))
    assert a is not b
    assert a == b
    assert hash(a) == hash(b)
    assert len({a, b, Experiment()}) == 2


def test_replacing_leaves_the_old_one_alone():
    old = Experiment()
    new = replace(old, {"model.depth": 5, "epochs": 7})
    assert (old.model.depth, old.epochs) == (2, 1000)
    assert (new.model.depth, new.epochs) == (5, 7)
    assert new.data is old.data


def test_sections_take_no_unknown_names():
    with pytest.raises(TypeError):
        Experiment(epoch=3)
    with pytest.raises(msgspec.ValidationError, match="epoch"):
        msgspec.convert({"epoch": 3}, Experiment)


def test_every_default_is_allowed_and_is_what_the_experiment_has():
    for path, field in FIELDS.items():
        assert field.check(field.default) == field.default == get(Experiment(), path)


def test_defaults_are_those_of_the_recipe():
    experiment = Experiment()
    assert (experiment.data.name, experiment.data.n_train, experiment.data.noise) == (
        "sine",
        30,
        0.3,
    )
    assert (experiment.model.depth, experiment.model.width) == (2, 64)
    assert (experiment.optimizer.name, experiment.optimizer.lr) == ("adam", 0.01)
