"""The files of a run: whole or not there, readable by others, refused with a reason."""

import os
import stat
from pathlib import Path

import numpy as np
import pytest
import torch

from regplay.core.datasets import load
from regplay.core.experiment import DataSettings, Experiment, ModelSettings, RegularizationSettings
from regplay.core.fit import Fit
from regplay.core.history import MEASURES, History, Snapshot
from regplay.session.files import OutputError, prepare_folder, write_file
from regplay.session.results import Result, history_csv, predictions_csv, state_dict, write_results

FILES = {"experiment.toml", "history.csv", "predictions.csv", "model.pt"}


def _snapshot(epoch: int, *values: float, diverged: bool = False) -> Snapshot:
    column = np.array(values)[:, None]
    stopped_at = np.array([epoch if diverged else -1])
    return Snapshot(epoch, epoch, column, stopped_at, np.array([diverged]))


def _result(*snapshots: Snapshot) -> Result:
    data = DataSettings(n_train=3, n_valid=2)
    history = History()
    for snapshot in snapshots:
        history.append(snapshot)
    return Result(
        experiment=Experiment(data=data),
        dataset=load(data),
        history=history,
        final=snapshots[-1],
        fit=Fit(0, 0, np.array([0.1, 0.2, 1 / 3]), np.array([1e-17, -2.0])),
        layers=[(torch.eye(1), torch.zeros(1))],
        seconds=1.5,
        engine="native, AVX2",
    )


@pytest.fixture
def result() -> Result:
    nan = float("nan")
    return _result(
        _snapshot(0, 0.9, 0.8, nan, nan, 0.0, 0.9, 3.0),
        _snapshot(1, 0.1, 1 / 3, nan, nan, 0.0, 0.1, 3.5),
        _snapshot(5, 1e-17, 0.5, nan, nan, 0.0, 0.0, 4.0),
    )


def test_the_history_has_all_digits_and_no_nan(result):
    assert history_csv(result.history).decode().splitlines() == [
        "epoch,train_loss,valid_loss,train_accuracy,valid_accuracy,penalty,weight_norm",
        "0,0.9,0.8,,,0.0,3.0",
        "1,0.1,0.3333333333333333,,,0.0,3.5",
        "5,1e-17,0.5,,,0.0,4.0",
    ]


def test_the_summary(result):
    assert result.summary() == {
        "final": {
            "train_loss": 1e-17,
            "valid_loss": 0.5,
            "train_accuracy": None,
            "valid_accuracy": None,
            "penalty": 0.0,
            "weight_norm": 4.0,
        },
        "best": {"epoch": 1, "valid_loss": 1 / 3},
        "epochs": 5,
        "diverged": False,
        "seconds": 1.5,
        "engine": "native, AVX2",
    }


def test_the_summary_of_what_was_never_finite():
    values = [float("nan"), float("inf"), *[float("nan")] * (len(MEASURES) - 2)]
    summary = _result(_snapshot(0, *values, diverged=True)).summary()
    assert set(summary["final"].values()) == {None}
    assert summary["best"] == {"epoch": None, "valid_loss": None}
    assert summary["diverged"] is True


def test_the_predictions_of_a_regression(result):
    dataset = result.dataset
    lines = predictions_csv(dataset, result.fit).decode().splitlines()
    assert lines[0] == "split,x,y_true,y_pred"
    x, y = dataset.train.x[2, 0], dataset.train.y[2]
    assert lines[3] == f"train,{float(x)!r},{float(y)!r},0.3333333333333333"
    assert lines[4].startswith("valid,")
    assert lines[4].endswith(",1e-17")
    assert len(lines) == 1 + 3 + 2


def test_the_predictions_of_classes_are_names():
    data = DataSettings(name="penguins", n_train=2, n_valid=1)
    dataset = load(data)
    fit = Fit(0, 0, np.array([[0.1, 0.2, 0.7], [0.6, 0.3, 0.1]]), np.array([[0.0, 1.0, 0.0]]))
    lines = predictions_csv(dataset, fit).decode().splitlines()
    names = dataset.class_names
    assert [line.rsplit(",", 1)[1] for line in lines[1:]] == [names[2], names[0], names[1]]
    assert [line.rsplit(",", 2)[1] for line in lines[1:]] == [
        names[i] for i in [*dataset.train.y, *dataset.valid.y]
    ]


@pytest.mark.parametrize(
    ("dropout", "keys"), [(0.0, ["0", "2", "4"]), (0.3, ["0", "3", "6"])], ids=["without", "with"]
)
def test_the_keys_count_dropout_where_there_is_some(dropout, keys):
    experiment = Experiment(
        model=ModelSettings(depth=2), regularization=RegularizationSettings(dropout=dropout)
    )
    layers = [(torch.ones(2, 2), torch.ones(2))] * 3
    state = state_dict(experiment, layers)
    assert list(state) == [f"{key}.{part}" for key in keys for part in ("weight", "bias")]


def test_four_files_and_nothing_else(result, tmp_path):
    folder = tmp_path / "a" / "b"
    write_results(folder, result)
    assert {path.name for path in folder.iterdir()} == FILES


def test_files_are_as_readable_as_any_other(result, tmp_path):
    (tmp_path / "other").touch()
    write_results(tmp_path, result)
    expected = stat.S_IMODE((tmp_path / "other").stat().st_mode)
    for name in FILES:
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == expected


def test_files_of_the_same_name_are_replaced_and_others_stay(result, tmp_path):
    (tmp_path / "history.csv").write_text("old", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    write_results(tmp_path, result)
    assert (tmp_path / "history.csv").read_bytes() == history_csv(result.history)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_write_that_fails_leaves_the_old_file_whole(result, tmp_path, monkeypatch):
    (tmp_path / "history.csv").write_text("old", encoding="utf-8")
    replace = os.replace

    def full(name: Path, wanted: Path) -> None:
        if wanted.name == "history.csv":
            raise OSError(28, "No space left on device")
        replace(name, wanted)

    monkeypatch.setattr(os, "replace", full)
    message = r"history\.csv: can't be written: No space left on device$"
    with pytest.raises(OutputError, match=message):
        write_results(tmp_path, result)
    assert (tmp_path / "history.csv").read_text(encoding="utf-8") == "old"
    assert {path.name for path in tmp_path.iterdir()} <= FILES


def test_half_a_surrogate_is_refused_with_words(tmp_path):
    """As in the name of a file that is no text to the system."""
    with pytest.raises(OutputError, match=r"a\.toml: can't be written: a name in it"):
        write_file(tmp_path / "a.toml", 'file = "\udcff.csv"')
    assert list(tmp_path.iterdir()) == []


def test_a_folder_where_a_file_should_be(result, tmp_path):
    (tmp_path / "model.pt").mkdir()
    with pytest.raises(OutputError, match=r"model\.pt: can't be written: "):
        write_results(tmp_path, result)


def test_a_file_where_the_folder_should_be(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(OutputError, match="this is a file; results need a folder"):
        prepare_folder(file)
    with pytest.raises(OutputError, match="can't write there"):
        prepare_folder(file / "sub")


def test_preparing_leaves_an_empty_folder(tmp_path):
    prepare_folder(tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
