"""The window: how soon it shows, how evenly it moves, and what is left for training.

Each measurement runs the real window in a process of its own (`window_child`), in five rounds, and
in five more while another program keeps one core busy.
"""

import compileall
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import regplay
from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import Value, replace
from regplay.core.sweep import sweep_axis
from regplay.session.experiment_text import to_toml
from tests.benchmarks.engine import TINY, one_after_another
from tests.benchmarks.machine import one_core_busy
from tests.benchmarks.report import Row

ROUNDS = 5
_TRAINING_SECONDS = 5.0
_MOST_EPOCHS = 1_000_000  # that an experiment may have
_SGD: Mapping[str, Value] = {"optimizer.name": "sgd"}

Figures = Mapping[str, float]


def window() -> list[Row]:
    """All rows about the window."""
    parts = (startup, frames, recording, drag, looking, curve, all_curves, landscape)
    return [row for part in parts for row in part()]


class Rounds:
    """Figures by name, as a measurement gave them in each round.

    Parameters
    ----------
    measure
        One round.
    count
        How many there are, and as many beside a busy core.
    is_also_busy
        Whether there are these.
    """

    def __init__(
        self, measure: Callable[[], Figures], count: int = ROUNDS, *, is_also_busy: bool = True
    ) -> None:
        self._idle = [_told(measure()) for _ in range(count)]
        self._busy: list[Figures] = []
        if is_also_busy:
            with one_core_busy():
                self._busy = [_told(measure()) for _ in range(count)]

    def row(
        self,
        name: str,
        against: str,
        sides: tuple[str, str],
        unit: str,
        ratio: str,
        goal: float,
        *,
        at_most: bool = False,
    ) -> Row:
        """A comparison; `sides` and `ratio` name figures."""
        theirs, ours = (_over(self._idle, side) for side in sides)
        share = _over(self._idle, ratio)
        busy = _over(self._busy, ratio) if self._busy else None
        return Row(name, against, theirs, ours, unit, share, goal, at_most=at_most, busy=busy)

    def bounded(
        self,
        name: str,
        figure: str,
        bound: float,
        unit: str,
        *,
        at_most: bool = False,
        over_rounds: Callable[[Sequence[float]], float] = median,
    ) -> Row:
        """A figure against a number that it should reach or, with `at_most`, not exceed."""
        idle = _over(self._idle, figure, over_rounds)
        busy = _over(self._busy, figure, over_rounds) / bound if self._busy else None
        against = f"at {'most' if at_most else 'least'} {bound:g} {unit}"
        ratio = idle / bound
        return Row(name, against, bound, idle, unit, ratio, 1.0, at_most=at_most, busy=busy)


def _told(figures: Figures) -> Figures:
    print(json.dumps(figures), file=sys.stderr)
    return figures


def _over(
    rounds: Sequence[Figures], name: str, combine: Callable[[Sequence[float]], float] = median
) -> float:
    return combine([figures[name] for figures in rounds])


def _child(task: str, experiment: Experiment | None = None) -> dict[str, Any]:
    """What a task finds in the window, opened on an experiment or as `regplay` alone opens it."""
    with tempfile.TemporaryDirectory() as folder:
        if experiment is not None:
            _write(experiment, folder)
        command = [sys.executable, "-m", "tests.benchmarks.window_child", task, folder]
        return json_answer(command)


def _write(experiment: Experiment, folder: str) -> Path:
    path = Path(folder) / "experiment.toml"
    path.write_text(to_toml(experiment), encoding="utf-8")
    return path


def json_answer(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The JSON object that a program prints last."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    start = done.stdout.rindex("\n{") if "\n{" in done.stdout else 0
    found: dict[str, Any] = json.loads(done.stdout[start:])
    return found


def startup() -> list[Row]:
    """From the start of the process, as `regplay` opens the window, against `import torch`.

    Both sides find bytecode, as after `pip install`: pip compiles what it installs, but not a tree
    that is installed as editable, and nobody does under PYTHONDONTWRITEBYTECODE.
    """
    compileall.compile_dir(Path(regplay.__file__).parent, quiet=1)

    def measure() -> Figures:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import torch"], check=True)
        torch_import = time.perf_counter() - began
        start = time.time()
        answer = _child("startup")
        painted, finished = answer["painted"] - start, answer["finished"] - start
        return {
            "import": torch_import,
            "painted": painted,
            "finished": finished,
            "advice": answer["advice"] - answer["finished"],
            "quarter": answer["quarter_of_curves"] - answer["finished"],
            "curves": answer["curves"] - answer["finished"],
            "painted_ratio": painted / torch_import,
            "finished_ratio": finished / torch_import,
        }

    rounds = Rounds(measure)
    return [
        rounds.row(
            name, "import torch", ("import", figure), "s", f"{figure}_ratio", goal, at_most=True
        )
        for name, figure, goal in (
            ("process start to a painted window", "painted", 0.4),
            ("process start to 1,000 epochs on screen", "finished", 1.3),
        )
    ] + [
        rounds.bounded("its advice, from then on", "advice", 0.5, "s", at_most=True),
        rounds.bounded("its two curves, every fourth value", "quarter", 0.5, "s", at_most=True),
        rounds.bounded("its two curves, from then on", "curves", 0.5, "s", at_most=True),
    ]


def frames() -> list[Row]:
    """Training at full speed while the plots move, against the same without a window."""
    epochs = round(
        _TRAINING_SECONDS * _trained_alone(replace(Experiment(), {**_SGD, "epochs": 20_000}))
    )
    experiment = replace(Experiment(), {**_SGD, "epochs": min(epochs, _MOST_EPOCHS)})

    def measure() -> Figures:
        alone = _trained_alone(experiment)
        answer = _child("frames", experiment)
        return {"alone": alone, **answer, "share": answer["steps_per_second"] / alone}

    rounds = Rounds(measure)
    return [
        rounds.row(
            "training in the window under 60 frames a second",
            "regplay train",
            ("alone", "steps_per_second"),
            "steps/s",
            "share",
            0.9,
        ),
        rounds.bounded("frames within 20 ms", "within_20_ms", 0.95, "of all"),
        rounds.bounded("longest frame", "longest_ms", 100.0, "ms", at_most=True, over_rounds=max),
    ]


def recording() -> list[Row]:
    """Training at full speed while the window is recorded, against the same without recording."""
    rate = _trained_alone(replace(Experiment(), {**_SGD, "epochs": 20_000}))
    epochs = min(round(_TRAINING_SECONDS * rate), _MOST_EPOCHS)
    experiment = replace(Experiment(), {**_SGD, "epochs": epochs})

    def measure() -> Figures:
        without, answer = _child("frames", experiment), _child("recording", experiment)
        speeds = without["steps_per_second"], answer["steps_per_second"]
        return {**answer, "without": speeds[0], "share": speeds[1] / speeds[0]}

    rounds = Rounds(measure)
    return [
        rounds.row(
            "training while recorded, 1280×720, 30 frames a second",
            "the same without recording",
            ("without", "steps_per_second"),
            "steps/s",
            "share",
            0.75,
        ),
        rounds.bounded("frames within 33 ms", "within_33_ms", 0.95, "of all"),
        rounds.bounded("longest frame", "longest_ms", 100.0, "ms", at_most=True, over_rounds=max),
    ]


def _trained_alone(experiment: Experiment) -> float:
    """Steps a second of `regplay train`, whose steps are epochs here."""
    with tempfile.TemporaryDirectory() as folder:
        path = _write(experiment, folder)
        command = [sys.executable, "-m", "regplay", "train", str(path), "--json", "--device", "cpu"]
        answer = json_answer(command)
    return float(answer["epochs"] / answer["seconds"])


def drag() -> list[Row]:
    """Fully retrained fits a second while the slider of weight decay moves 120 times a second."""
    rows = []
    for name, values, goal in (
        ("SGD 500 epochs", {**_SGD, "epochs": 500}, 50.0),
        ("Adam 1,000 epochs", {"optimizer.name": "adam", "epochs": 1000}, 25.0),
    ):
        experiment = replace(Experiment(), values)
        rounds = Rounds(lambda experiment=experiment: _child("drag", experiment))
        rows.append(rounds.bounded(f"retrained while dragging, {name}", "fits", goal, "fits/s"))
    return rows


def looking() -> list[Row]:
    """Moments of training, and members of a curve, shown while the handle moves on each frame."""
    experiment = replace(Experiment(), {**_SGD, "epochs": 1000})
    rows = []
    for task, name in (("replay", "moments replayed"), ("members", "members of a curve shown")):
        rounds = Rounds(lambda task=task: _child(task, experiment))
        rows.append(rounds.bounded(name, "shown_per_second", 60.0, "1/s"))
    return rows


def curve() -> list[Row]:
    """The curve of weight decay in the window, against the plain loop one after another.

    The first curve of a process, and those that follow when a setting has changed. The plain loop
    runs in a process that has run it before, and never beside a busy program, which holds up its
    two threads out of all proportion.
    """
    experiment = replace(Experiment(), {**TINY, "epochs": 1000})
    dataset = load(experiment.data)
    decays = np.array(sweep_axis("regularization.weight_decay").values)
    one_after_another(dataset, experiment.epochs, decays)

    plain: list[float] = []  # s, of each round; then once more for those with a core busy

    def measure() -> Figures:
        if len(plain) < ROUNDS:
            plain.append(one_after_another(dataset, experiment.epochs, decays))
        else:
            plain.append(plain[-ROUNDS])
        answer = _child("curve", experiment)
        figures = {"plain": plain[-1]}
        for name, chosen in (("first", slice(0, 1)), ("again", slice(1, None))):
            seconds = median(answer["seconds"][chosen])
            figures |= {
                f"{name}_seconds": seconds,
                f"{name}_ratio": plain[-1] / seconds,
                f"{name}_frames": median(answer["frames_per_second"][chosen]),
            }
        return figures

    rounds = Rounds(measure)
    rows = []
    for name in ("first", "again"):
        label = f"curve of weight decay, {len(decays)} positions, {name}"
        seconds = f"{name}_seconds"
        rows += [
            rounds.row(label, "plain loop", ("plain", seconds), "s", f"{name}_ratio", 35.0),
            rounds.bounded(f"its time, {name}", seconds, 0.5, "s", at_most=True),
            rounds.bounded(f"frames meanwhile, {name}", f"{name}_frames", 30.0, "1/s"),
        ]
    return rows


def all_curves() -> list[Row]:
    """The curves of all sliders at once, from being asked for to a quarter and to the end."""
    experiment = replace(Experiment(), {**_SGD, "epochs": 1000})

    def measure() -> Figures:
        answer = _child("all_curves", experiment)
        first, *again = answer["seconds"]
        shape, *shapes = answer["first_seconds"]
        return {
            "first": first,
            "again": median(again),
            "first, every fourth value": shape,
            "again, every fourth value": median(shapes),
        }

    rounds = Rounds(measure)
    return [
        rounds.bounded(f"curves of all sliders, {name}", name, 1.0, "s", at_most=True)
        for name in ("first, every fourth value", "again, every fourth value", "first", "again")
    ]


def landscape() -> list[Row]:
    """The map as it is offered: 25 weight decays by 9 dropouts, each network 1,000 epochs."""
    rounds = Rounds(lambda: _child("landscape"))
    return [rounds.bounded("landscape 25 × 9, 1,000 epochs", "seconds", 4.0, "s", at_most=True)]
