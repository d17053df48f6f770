"""Measured tables that ship with the program."""

import csv
import gzip
from collections import Counter

import numpy as np
import pytest
from made_datasets import make

from regplay.core.datasets import DatasetError
from regplay.resources import resource

TABLES = {  # name: file, rows, inputs, classes
    "motorcycle": ("motorcycle.csv", 133, 1, 0),
    "penguins": ("penguins.csv", 342, 2, 3),
    "cars": ("cars.csv", 392, 6, 0),
    "breast-cancer": ("breast-cancer.csv.gz", 569, 30, 2),
    "digits": ("digits.csv.gz", 1797, 64, 10),
}
every = pytest.mark.parametrize("name", TABLES)


def file_rows(name):
    path = resource("datasets", TABLES[name][0])
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.reader(text.decode().splitlines()))


@every
def test_every_row_is_in_exactly_one_split(name):
    _, n, d, k = TABLES[name]
    data = make(name, n_train=n - 40, n_valid=40)
    assert data.n_inputs == d
    assert len(data.class_names) == k
    header, *rows = file_rows(name)
    assert (*data.input_names, data.target_name) == tuple(header)
    found = Counter()
    for split in (data.train, data.valid):
        y = [data.class_names[i] for i in split.y] if k else split.y
        found.update((*x, t) for x, t in zip(split.x.tolist(), y, strict=True))
    expected = Counter((*map(float, row[:-1]), row[-1] if k else float(row[-1])) for row in rows)
    assert found == expected


@every
def test_more_rows_than_there_are_is_refused(name):
    n = TABLES[name][1]
    with pytest.raises(
        DatasetError,
        match=rf"^data\.n_train = {n - 9}: the table has {n:,} rows, of which 10 validate; "
        rf"take at most {n - 10:,}$",
    ):
        make(name, n_train=n - 9, n_valid=10)
    with pytest.raises(DatasetError, match=rf"^data\.n_valid = {n}: the table has {n:,} rows"):
        make(name, n_train=1, n_valid=n)
    assert len(make(name, n_train=n - 10, n_valid=10).train.x) == n - 10


@every
def test_standardised_by_the_training_rows_alone(name):
    data = make(name, n_train=30)
    seen = data.inputs(data.train.x)
    if name == "digits":  # pixels share one scale
        assert seen.mean() == pytest.approx(0, abs=1e-12)
        assert seen.std() == pytest.approx(1)
    else:
        np.testing.assert_allclose(seen.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(seen.std(axis=0), 1)
    if data.task == "regression":
        y = data.targets(data.train.y)
        assert y.mean() == pytest.approx(0, abs=1e-12)
        assert y.std() == pytest.approx(1)
        np.testing.assert_allclose(data.measured(y), data.train.y, atol=1e-9)
    # other validation rows change nothing of it
    other = make(name, n_train=30, n_valid=31)
    np.testing.assert_array_equal(data.x_mean, other.x_mean)
    np.testing.assert_array_equal(data.x_scale, other.x_scale)
    assert (data.y_mean, data.y_scale) == (other.y_mean, other.y_scale)


@every
def test_points_keep_the_measured_units(name):
    data = make(name)
    values = {float(row[0]) for row in file_rows(name)[1:]}
    assert set(data.train.x[:, 0]) <= values
    assert data.x_mean.shape == data.x_scale.shape == (data.n_inputs,)


@every
def test_one_training_row_has_scale_one(name):
    data = make(name, n_train=1)
    np.testing.assert_array_equal(data.inputs(data.train.x).std(axis=0), 0)
    if name != "digits":  # the pixels of one picture do vary
        np.testing.assert_array_equal(data.x_scale, 1)
    assert data.y_scale == 1


def test_a_pixel_that_is_always_empty_does_no_harm():
    data = make("digits")
    assert (np.ptp(data.train.x, axis=0) == 0).any()
    assert np.abs(data.inputs(data.valid.x)).max() < 4


@every
def test_nothing_is_claimed_about_the_truth(name):
    data = make(name)
    assert data.truth is data.noise_floor is data.valid_noise_floor is None


def test_known_facts_of_the_tables():
    assert make("penguins").class_names == ("Adelie", "Chinstrap", "Gentoo")
    assert make("digits").class_names == tuple("0123456789")
    diagnoses = Counter(row[-1] for row in file_rows("breast-cancer")[1:])
    assert diagnoses == {"benign": 357, "malignant": 212}
    species = Counter(row[-1] for row in file_rows("penguins")[1:])
    assert species == {"Adelie": 151, "Chinstrap": 68, "Gentoo": 123}
    x = np.array([row[:-1] for row in file_rows("digits")[1:]], dtype=float)
    assert x.min() == 0
    assert x.max() == 16


def test_files_are_small_and_say_where_they_come_from():
    folder = resource("datasets")
    files = [path for path in folder.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 1_000_000
    readme = (folder / "README.md").read_text(encoding="utf-8")
    lines = {line.split("`")[1]: line for line in readme.splitlines() if line.startswith("| `")}
    tables = {path.name for path in files} - {"README.md"}
    assert tables == set(lines) == {file for file, *_ in TABLES.values()}
    for file, rows, *_ in TABLES.values():
        assert f"| {rows} |" in lines[file]
        assert any(word in lines[file] for word in ("CC0", "CC BY 4.0", "Not copyright"))
