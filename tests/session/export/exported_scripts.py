"""Runs exported scripts in a fresh interpreter; what they and what training comes to."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from trainings import run

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.training import Training
from regplay.session.export import to_pytorch

# Runs each script that stdin names and says what it printed. None of them can import regplay.
_DRIVER = """
import contextlib, io, json, runpy, sys, traceback
import torch
torch.set_num_threads(1)
sys.modules["regplay"] = None
for path in sys.stdin:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        try:
            runpy.run_path(json.loads(path), run_name="__main__")
        except Exception:
            traceback.print_exc(file=text)
    print(json.dumps(text.getvalue()), flush=True)
"""


class Interpreter:
    """A fresh one that runs scripts, one after another, which spares loading torch for each.

    Parameters
    ----------
    folder
        An empty one, for the scripts and for an empty folder in which they run.
    """

    def __init__(self, folder: Path) -> None:
        self._script, self._empty = folder / "script.py", folder / "empty"
        self._empty.mkdir()
        command = [sys.executable, "-I", "-c", _DRIVER]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(command, cwd=self._empty, text=True, **pipes)

    def __enter__(self) -> "Interpreter":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, experiment: Experiment) -> dict[str, float]:
        """What the exported script of an experiment comes to."""
        self._script.write_text(to_pytorch(experiment), encoding="utf-8")
        print(json.dumps(str(self._script)), file=self._process.stdin, flush=True)
        printed = json.loads(self._process.stdout.readline())
        assert not list(self._empty.iterdir())
        return outcome(printed)


def experiment_of(values: Mapping[str, object]) -> Experiment:
    return replace(Experiment(), values)


def outcome(printed: str) -> dict[str, float]:
    """The final losses and accuracies that a script printed, by the names of measures."""
    found = {}
    for name, split in (("train", "train"), ("valid", "validation")):
        line = re.search(rf"^{split} loss: (\S+?)(?:, accuracy: (\S+))?$", printed, re.MULTILINE)
        assert line is not None, printed
        found[f"{name}_loss"] = float(line[1])
        if line[2]:
            found[f"{name}_accuracy"] = float(line[2])
    stopped = re.search(r"^stopped after (\d+) epochs$", printed, re.MULTILINE)
    if stopped:
        found["stopped"] = int(stopped[1])
    return found


def assert_same(found: Mapping[str, float], expected: Mapping[str, float]) -> None:
    """Up to rounding; the epoch at which training stopped is the same."""
    assert found.keys() == expected.keys()
    for measure, value in expected.items():
        is_accuracy = measure.endswith("accuracy")
        tolerance = {"abs": 1e-4} if is_accuracy else {"rel": 1e-3, "abs": 1e-9}
        if measure == "stopped":
            tolerance = {"abs": 0}
        assert found[measure] == pytest.approx(value, **tolerance)


def trained(*experiments: Experiment) -> list[dict[str, float]]:
    """What regplay comes to with each, all trained as one population, by names of measures."""
    *_, last = run(Training(experiments, device="cpu"))
    names = ["train_loss", "valid_loss"]
    if last.value("train_accuracy") >= 0:  # NaN in regression
        names += ["train_accuracy", "valid_accuracy"]
    found = [{name: last.value(name, m) for name in names} for m in range(len(experiments))]
    for member, values in enumerate(found):
        if last.has_stopped_early(member):
            values["stopped"] = int(last.stopped_at[member])
    return found
