"""Any dataset as a CSV file."""

import csv

import numpy as np
import pytest

from regplay.core.datasets import REGISTRY, DatasetError, load
from regplay.core.datasets.csv_table import written
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import replace
from regplay.session.files import OutputError
from regplay.session.results import write_dataset


def rows_of(dataset, split):
    one = getattr(dataset, split)
    y = [dataset.class_names[i] for i in one.y] if dataset.class_names else one.y.tolist()
    return [(*x, target) for x, target in zip(one.x.tolist(), y, strict=True)]


@pytest.mark.parametrize("name", [name for name in REGISTRY if name != "csv"])
def test_any_dataset_comes_back_as_a_file(name, tmp_path):
    dataset = load(replace(Experiment(), {"data.name": name}).data)
    path = tmp_path / "saved.csv"
    write_dataset(path, dataset)
    names = (*dataset.input_names, dataset.target_name, "split")
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == names
    splits = [row[-1] for row in rows]
    n_train, n_valid = len(dataset.train.y), len(dataset.valid.y)
    assert splits == ["train"] * n_train + ["valid"] * n_valid
    settings = DataSettings(
        name="csv",
        file=str(path),
        target=dataset.target_name,
        inputs=written(dataset.input_names),
        task=dataset.task,
        n_train=0,
        n_valid=0,
    )
    again = load(settings)
    assert again.input_names == dataset.input_names
    expected = sorted(rows_of(dataset, "train") + rows_of(dataset, "valid"), key=str)
    assert sorted(rows_of(again, "train") + rows_of(again, "valid"), key=str) == expected


def test_names_that_need_quotes(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text('"a, b","say ""c""",kind\n1,2,"up, or\ndown"\n3,4,other\n5,6,other\n')
    dataset = load(DataSettings(name="csv", file=str(path), n_train=2, n_valid=1))
    write_dataset(tmp_path / "again.csv", dataset)
    again = load(
        DataSettings(
            name="csv",
            file=str(tmp_path / "again.csv"),
            inputs=written(dataset.input_names),
            target="kind",
            n_train=2,
            n_valid=1,
        )
    )
    assert again.input_names == dataset.input_names == ("a, b", 'say "c"')
    assert set(again.class_names) == {"up, or\ndown", "other"}
    x = np.concatenate([again.train.x, again.valid.x])
    np.testing.assert_array_equal(x[x[:, 0].argsort()], [[1, 2], [3, 4], [5, 6]])


def test_what_can_not_be_written(tmp_path):
    dataset = load(DataSettings())
    target = tmp_path / "none" / "saved.csv"
    with pytest.raises(OutputError, match=r"saved\.csv: can't be written: No such file"):
        write_dataset(target, dataset)
    assert not target.exists()


def test_the_column_that_names_the_split_is_text(tmp_path):
    path = tmp_path / "saved.csv"
    write_dataset(path, load(DataSettings()))
    with pytest.raises(DatasetError, match=r"row 2, column 3 \(split\): 'train' is not a number"):
        load(DataSettings(name="csv", file=str(path), target="y"))
