"""Runs exported scripts in a fresh interpreter, many of them in one, which spares loading torch."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from trainings import run

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.training import Training
from regplay.session.export import to_pytorch

# Runs the scripts that stdin names and prints what each printed. None of them can import regplay.
_DRIVER = """
import contextlib, io, json, runpy, sys, traceback
import torch
torch.set_num_threads(1)
sys.modules["regplay"] = None
printed = []
for path in json.load(sys.stdin):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        try:
            runpy.run_path(path, run_name="__main__")
        except Exception:
            traceback.print_exc(file=text)
    printed.append(text.getvalue())
json.dump(printed, sys.stdout)
"""


def experiment_of(values: Mapping[str, object]) -> Experiment:
    return replace(Experiment(), values)


def run_scripts(scripts: Sequence[str], folder: Path) -> list[str]:
    """What each script prints, run after one another in an empty folder below `folder`."""
    paths = []
    for i, script in enumerate(scripts):
        path = folder / f"script_{i}.py"
        path.write_text(script, encoding="utf-8")
        paths.append(str(path))
    empty = folder / "empty"
    empty.mkdir()
    done = subprocess.run(
        [sys.executable, "-I", "-c", _DRIVER],
        input=json.dumps(paths),
        cwd=empty,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert not list(empty.iterdir())
    return json.loads(done.stdout)


def run_experiments(experiments: Sequence[Experiment], folder: Path) -> list[dict[str, float]]:
    """What the exported script of each comes to."""
    scripts = [to_pytorch(experiment) for experiment in experiments]
    return [outcome(printed) for printed in run_scripts(scripts, folder)]


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


def trained(*experiments: Experiment) -> list[dict[str, float]]:
    """What regplay comes to with each, all trained as one population, by names of measures."""
    *_, last = run(Training(experiments, device="cpu"))
    names = ["train_loss", "valid_loss"]
    if last.value("train_accuracy") >= 0:  # NaN in regression
        names += ["train_accuracy", "valid_accuracy"]
    found = [{name: last.value(name, m) for name in names} for m in range(len(experiments))]
    for member, values in enumerate(found):
        if last.ending(member) == "stopped early":
            values["stopped"] = int(last.stopped_at[member])
    return found
