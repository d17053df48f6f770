"""What holds for every entry of the registry."""

import gc
import subprocess
import sys
import weakref

import msgspec
import numpy as np
import pytest
from made_datasets import make

from regplay.core.datasets import REGISTRY, Dataset, DatasetError, load
from regplay.core.experiment import DataSettings
from regplay.core.fields import FIELDS

SHIPPED = [spec for spec in REGISTRY.values() if spec.name != "csv"]
SIZED = [spec for spec in SHIPPED if "n_train" in spec.uses]
shipped = pytest.mark.parametrize("spec", SHIPPED, ids=lambda spec: spec.name)
sized = pytest.mark.parametrize("spec", SIZED, ids=lambda spec: spec.name)


def same(a: Dataset, b: Dataset) -> bool:
    return all(
        np.array_equal(getattr(getattr(a, split), axis), getattr(getattr(b, split), axis))
        for split in ("train", "valid")
        for axis in ("x", "y")
    )


def test_the_names_that_the_issue_asks_for():
    assert list(REGISTRY) == [
        *("sine", "x-sin-x", "step", "cubic"),
        *("curved", "curved-2", "moons", "circles", "spirals", "blobs", "xor-quadrants"),
        *("xor", "linear"),
        *("motorcycle", "penguins", "cars", "breast-cancer", "digits"),
        "points",
        "csv",
    ]


@pytest.mark.parametrize("spec", REGISTRY.values(), ids=lambda spec: spec.name)
def test_defaults_are_allowed(spec):
    for name, value in spec.defaults.items():
        assert FIELDS[f"data.{name}"].check(value) == value
    assert spec.title
    assert spec.description.endswith(".")


@shipped
def test_task_shapes_and_types(spec):
    data = make(spec.name)
    assert data.task == spec.task
    for split in (data.train, data.valid):
        assert split.x.dtype == np.float64
        assert split.x.shape == (len(split.y), data.n_inputs)
        assert np.isfinite(split.x).all()
        assert np.isfinite(split.y).all()
    assert len(data.input_names) == len(set(data.input_names)) == data.n_inputs
    if data.task == "classification":
        assert data.train.y.dtype == data.valid.y.dtype == np.int64
        assert set(data.train.y) == set(range(data.n_outputs))
        assert set(data.valid.y) == set(range(data.n_outputs))
    else:
        assert data.train.y.dtype == data.valid.y.dtype == np.float64
        assert data.n_outputs == 1


@sized
def test_sizes_are_what_was_asked_for(spec):
    data = make(spec.name, n_train=17, n_valid=23)
    assert (len(data.train.x), len(data.valid.x)) == (17, 23)
    data = make(spec.name)
    assert len(data.train.x) == spec.defaults["n_train"]
    assert len(data.valid.x) == spec.defaults["n_valid"]


@shipped
def test_the_same_seed_gives_the_same_points(spec):
    settings = DataSettings(name=spec.name, **{**spec.defaults, "seed": 5})
    one, other = spec.make(settings), spec.make(settings)
    assert one is not other
    assert same(one, other)


@shipped
def test_what_is_in_use_is_not_made_again_and_cannot_be_changed(spec):
    settings = DataSettings(name=spec.name, **{**spec.defaults, "seed": 38517})  # nobody else's
    data = load(settings)
    assert load(settings) is data
    with pytest.raises(ValueError, match="read-only"):
        data.train.x[0] += 1
    with pytest.raises(ValueError, match="read-only"):
        data.valid.y[0] += 1
    where = weakref.ref(data)
    del data
    gc.collect()
    assert where() is None


def test_a_file_that_has_changed_is_read_again(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,y\n1,2\n3,5\n5,6\n")
    settings = DataSettings(name="csv", n_train=0, n_valid=0, file=str(path))
    before = load(settings)
    assert load(settings) is before
    path.write_text("x,y\n1,2\n3,5\n5,6\n7,7\n8,9\n9,9\n")
    after = load(settings)
    assert (len(before.train.y), len(after.train.y)) == (2, 4)
    path.unlink()
    with pytest.raises(DatasetError, match="there is no such file"):
        load(settings)


@sized
def test_another_seed_gives_other_points(spec):
    one, other = make(spec.name, seed=5), make(spec.name, seed=6)
    assert not np.array_equal(one.train.x, other.train.x)
    assert not np.array_equal(one.valid.x, other.valid.x)


CHANGED = {
    "noise": 0.77,
    "label_noise": 0.4,
    "clean_valid": True,
    "n_inputs": 7,
    "n_informative": 3,
    "n_classes": 4,
    "n_arms": 4,
    "n_train": 9,
    "n_valid": 9,
    "file": "nowhere.csv",
    "target": "y",
    "inputs": "x",
    "task": "classification",
    "standardize": False,
    "format": "decimal = comma",
    "columns": "x = category",
    "missing": "fill",
    "split": "last",
    "sample": 3,
    "points": "0 1\n2 3\n",
    "valid_points": "1 2\n",
    "edits": "delete 1\n",
}


@shipped
def test_only_the_fields_in_uses_matter(spec):
    assert set(CHANGED) | {"name", "seed"} == set(msgspec.structs.asdict(DataSettings()))
    unused = {name: value for name, value in CHANGED.items() if name not in spec.uses}
    assert same(make(spec.name), make(spec.name, **unused))


@sized
def test_each_field_in_uses_matters(spec):
    base = {"label_noise": 0.2} if "label_noise" in spec.uses else {}
    before = make(spec.name, **base)
    for name in spec.uses:
        assert not same(before, make(spec.name, **{**base, name: CHANGED[name]})), name


@sized
def test_more_training_points_keep_the_first_ones(spec):
    few, more = make(spec.name, n_train=12), make(spec.name, n_train=20)
    assert np.array_equal(more.train.x[:12], few.train.x)
    if few.task == "regression":
        assert np.array_equal(more.train.y[:12], few.train.y)
    assert np.array_equal(more.valid.x, few.valid.x)
    assert np.array_equal(more.valid.y, few.valid.y)


@sized
def test_more_validation_points_keep_the_training_points(spec):
    few, more = make(spec.name, n_valid=12), make(spec.name, n_valid=20)
    assert np.array_equal(more.train.x, few.train.x)
    assert np.array_equal(more.train.y, few.train.y)


@pytest.mark.parametrize(
    "spec",
    # Measured rows repeat in these two; test_datasets_tables.py counts rows instead.
    [spec for spec in SIZED if spec.name not in ("motorcycle", "penguins")],
    ids=lambda spec: spec.name,
)
def test_training_and_validation_are_different_points(spec):
    data = make(spec.name, n_train=40, n_valid=40)
    assert not {tuple(x) for x in data.train.x} & {tuple(x) for x in data.valid.x}


@sized
def test_empty_splits_are_refused_with_the_field(spec):
    least = 2 if spec.name in CLASSES_2D else 1
    with pytest.raises(DatasetError, match=rf"^data\.n_train = 0: there must be at least {least}$"):
        make(spec.name, n_train=0)
    with pytest.raises(DatasetError, match=r"^data\.n_valid = 0: there must be at least 1$"):
        make(spec.name, n_valid=0)


CLASSES_2D = {"curved", "curved-2", "moons", "circles", "spirals", "blobs", "xor-quadrants"}


@pytest.mark.parametrize("name", sorted(CLASSES_2D))
def test_one_training_point_is_no_classification(name):
    with pytest.raises(DatasetError, match=r"^data\.n_train = 1: there must be at least 2$"):
        make(name, n_train=1)


@shipped
def test_generated_inputs_need_no_standardising_and_lie_near_three(spec):
    data = make(spec.name)
    seen = data.inputs(data.train.x)
    assert np.abs(seen).max() < (8 if spec.name == "breast-cancer" else 5)
    if "noise" in spec.uses:
        assert data.x_mean is data.x_scale is None


def test_neither_torch_nor_pandas_is_loaded_for_a_dataset():
    code = (
        "import sys; from regplay.core.datasets import load; "
        "from regplay.core.experiment import DataSettings; load(DataSettings(name='digits')); "
        "print(sorted({'torch', 'pandas', 'scipy', 'PySide6', 'pyqtgraph'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
