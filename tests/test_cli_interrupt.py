"""Ctrl-C while `regplay train` trains: what there is stays, and belongs together."""

import csv
import json
import signal
from pathlib import Path

import pytest
import torch
from torch import nn

from regplay.cli import main
from regplay.core.datasets import load
from regplay.core.experiment import DataSettings
from regplay.core.history import Snapshot
from regplay.session import terminal

# Three steps an epoch.
EXPERIMENT = """
epochs = 120
[model]
depth = 1
width = 16
[optimizer]
batch_size = 10
"""


@pytest.fixture
def press_ctrl_c(monkeypatch):
    """Presses Ctrl-C in the middle of one step, counted from 1."""

    def at(step: int) -> None:
        advance = terminal.Training.advance

        def advance_and_press(training: terminal.Training) -> Snapshot | None:
            if training.step + 1 == step:
                signal.raise_signal(signal.SIGINT)
            return advance(training)

        monkeypatch.setattr(terminal.Training, "advance", advance_and_press)

    return at


@pytest.fixture
def train(tmp_path, capsys):
    """Runs `regplay train --out` with these words; returns exit code, stdout and stderr."""

    def run(folder: Path, *words: str) -> tuple[int, str, str]:
        path = tmp_path / "experiment.toml"
        path.write_text(EXPERIMENT, encoding="utf-8")
        code = main(["train", str(path), "--out", str(folder), *words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def _history(folder: Path) -> list[dict[str, str]]:
    with (folder / "history.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_ctrl_c_stops_and_keeps_what_there_is(train, press_ctrl_c, tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    train(whole)
    press_ctrl_c(3 * 70 + 2)
    code, out, err = train(cut, "--json")
    assert code == 130
    assert err == f"Stopped at epoch 70 of 120.\nResults are in {cut}\n"
    summary = json.loads(out)
    assert summary["epochs"] == 70
    rows = _history(cut)
    epochs = [int(row["epoch"]) for row in rows]
    assert epochs == sorted(set(epochs))
    assert epochs[-1] == 70
    assert rows[:-1] == _history(whole)[: len(rows) - 1]
    # The final loss is that of the written weights.
    network = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
    network.load_state_dict(torch.load(cut / "model.pt", weights_only=True))
    valid = load(DataSettings()).valid
    y = torch.from_numpy(valid.y).float()
    loss = nn.functional.mse_loss(network(torch.from_numpy(valid.x).float())[:, 0], y).item()
    assert summary["final"]["valid_loss"] == pytest.approx(loss, rel=1e-5)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_in_the_first_step(train, press_ctrl_c, tmp_path):
    press_ctrl_c(1)
    code, out, err = train(tmp_path / "out")
    assert code == 130
    assert err.startswith("Stopped at epoch 0 of 120.\n")
    assert out.startswith("0 epochs in ")
    assert "Press Space" not in out
    assert [row["epoch"] for row in _history(tmp_path / "out")] == ["0"]


def test_ctrl_c_in_the_last_step_is_too_late(train, press_ctrl_c, tmp_path):
    press_ctrl_c(3 * 120)
    code, _, err = train(tmp_path / "out")
    assert code == 0
    assert "Stopped" not in err


def test_ctrl_c_before_training(tmp_path, capsys, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(terminal, "Training", interrupted)
    path = tmp_path / "experiment.toml"
    path.touch()
    assert main(["train", str(path)]) == 130
    assert capsys.readouterr() == ("", "Stopped.\n")
