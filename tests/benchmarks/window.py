"""The window: how soon it shows, how evenly it moves, and what is left for training.

Each measurement runs the real window in a process of its own, `python -m tests.benchmarks.window`.
"""

import gc
import itertools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.sweep import sweep_axis
from tests.benchmarks.report import Row

ROUNDS = 5
_STEPS = 40_000  # enough for some seconds of training at full speed
_DRAG_SECONDS = 4.0
_LOOK_SECONDS = 3.0
_MOMENTS = 60
_CURVES = 4  # in one process


def window() -> list[Row]:
    """All rows about the window."""
    return [_startup(), *_frames(), _drag(), *_looking(), *curve()]


def curve() -> list[Row]:
    """The curve of weight decay in the window, against the plain loop one after another.

    The first curve of a process, and those that follow when a setting has changed. The plain loop
    runs in a process that has run it before.
    """
    from tests.benchmarks.engine import one_after_another  # with torch, which no window may need

    steps = 1000
    experiment = replace(Experiment(), {"data.n_valid": 30, "optimizer.name": "sgd"})
    dataset = load(experiment.data)
    decays = np.array(sweep_axis("regularization.weight_decay").values)
    one_after_another(dataset, steps, decays)
    plain: list[float] = []
    answers = []
    for _ in range(ROUNDS):
        plain.append(one_after_another(dataset, steps, decays))
        answers.append(_child("curve"))
        print(plain[-1], json.dumps(answers[-1]), file=sys.stderr)
    rows = []
    for name, chosen in (("the first", slice(0, 1)), ("again", slice(1, None))):
        label = f"curve of weight decay, {len(decays)} positions, {name}"
        ours = [median(answer["seconds"][chosen]) for answer in answers]
        rate = median(median(answer["frames_per_second"][chosen]) for answer in answers)
        seconds = median(ours)
        ratio = median(theirs / own for theirs, own in zip(plain, ours, strict=True))
        rows += [
            Row(label, "plain loop", median(plain), seconds, "s", ratio, 15.0),
            Row(f"its time, {name}", "2 s", 2.0, seconds, "s", 2.0 / seconds, 1.0),
            Row(f"frames meanwhile, {name}", "30 a second", 30.0, rate, "1/s", rate / 30, 1.0),
        ]
    return rows


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _child(task: str, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.window", task, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _startup() -> Row:
    pairs = []
    for _ in range(ROUNDS):
        torch_import = _seconds([sys.executable, "-c", "import torch"])
        began = time.time()
        pairs.append((torch_import, _child("startup")["painted"] - began))
    return Row(
        "process start to painted window",
        "import torch",
        median(pair[0] for pair in pairs),
        median(pair[1] for pair in pairs),
        "s",
        median(pair[0] / pair[1] for pair in pairs),
        1.0,
    )


def _frames() -> list[Row]:
    speeds, shares, late = [], [], []
    for _ in range(ROUNDS):
        alone = _train_alone()
        answer = _child("frames")
        speeds.append((alone, answer["steps_per_second"]))
        shares.append(answer["steps_per_second"] / alone)
        late.append(answer["within_20_ms"])
        print(json.dumps(answer), file=sys.stderr)
    return [
        Row(
            "training under 60 frames a second",
            "regplay train",
            median(pair[0] for pair in speeds),
            median(pair[1] for pair in speeds),
            "steps/s",
            median(shares),
            0.7,
        ),
        Row("frames within 20 ms", "all frames", 1.0, median(late), "share", median(late), 0.95),
    ]


def _looking() -> list[Row]:
    """Moments of training, and members of a curve, shown while the handle moves on each frame."""
    rows = []
    for task, name in (("replay", "moments replayed"), ("members", "members of a curve shown")):
        answers = [_child(task) for _ in range(ROUNDS)]
        print(task, json.dumps(answers), file=sys.stderr)
        rate = median(answer["shown_per_second"] for answer in answers)
        rows.append(Row(name, "60 a second", 60.0, rate, "1/s", rate / 60, 1.0))
    return rows


def _train_alone() -> float:
    """Steps a second of `regplay train` on the same experiment."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "experiment.toml"
        path.write_text(f'epochs = {_STEPS}\n[optimizer]\nname = "sgd"\n', encoding="utf-8")
        command = [sys.executable, "-m", "regplay", "train", str(path), "--json", "--device", "cpu"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer = json.loads(done.stdout)
    return float(answer["epochs"] / answer["seconds"])


def _drag() -> Row:
    fits = median(_child("drag")["fits_per_second"] for _ in range(3))
    return Row("retrained fits while dragging", "10 a second", 10.0, fits, "fits/s", fits / 10, 1.0)


# What the child processes do


def _make_window(folder: str) -> Any:
    gc.disable()  # as `regplay` does
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from regplay.gui.app import collect_from_now_on
    from regplay.gui.window import MainWindow

    app = QApplication([])
    app.setStyle("Fusion")
    values = {"epochs": _STEPS, "optimizer.name": "sgd"}
    settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
    window = MainWindow(
        replace(Experiment(), values), settings=settings, folder=Path(folder) / "kept"
    )
    window.runner.loaded.connect(collect_from_now_on)
    window.resize(1280, 800)
    return app, window


def _paints_of(widget: Any) -> list[float]:
    """A list to which the time of each paint of a widget is added."""
    from PySide6.QtCore import QEvent, QObject

    times: list[float] = []

    class Watch(QObject):
        def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            if event.type() == QEvent.Type.Paint:
                times.append(time.perf_counter())
            return False

    widget.installEventFilter(Watch(widget))
    return times


def _measure_startup(folder: str) -> dict[str, float]:
    app, window = _make_window(folder)
    painted: list[float] = []

    def note() -> None:
        painted.append(time.time())
        window.close()

    window.painted.connect(note)
    window.show()
    app.exec()
    return {"painted": painted[0]}


def _measure_frames(folder: str) -> dict[str, float]:
    """Frame times from one paint of the loss plot to the next, over the middle of a training."""
    app, window = _make_window(folder)
    paints = _paints_of(window.history_view.plot.viewport())
    steps: list[tuple[float, int]] = []
    window.runner.loaded.connect(window.runner.play)

    def count(view: Any) -> None:
        steps.append((time.perf_counter(), view.snapshot.step))
        if view.is_finished:
            window.close()

    window.runner.viewed.connect(count)
    window.show()
    app.exec()
    # The first tenth warms up; the end is cut so that the closing is not counted.
    chosen = [pair for pair in steps if 0.1 * _STEPS < pair[1] < 0.95 * _STEPS]
    (begin, first), (end, last) = chosen[0], chosen[-1]
    during = [paint for paint in paints if begin <= paint <= end]
    gaps = [later - earlier for earlier, later in itertools.pairwise(during)]
    return {
        "steps_per_second": (last - first) / (end - begin),
        "within_20_ms": sum(gap <= 0.020 for gap in gaps) / len(gaps),
        "frames_per_second": len(gaps) / (end - begin),
        "median_ms": 1000 * median(gaps),
    }


def _measure_drag(folder: str) -> dict[str, float]:
    """Fully retrained fits that were shown while weight decay moves 120 times a second."""
    from PySide6.QtCore import QTimer

    app, window = _make_window(folder)
    window.setExperiment(replace(window.session.experiment, {"epochs": 500}))
    slider = window.controls.control("regularization.weight_decay")
    shown: set[int] = set()
    began: list[float] = []
    moves = [0]
    timer = QTimer()

    def move() -> None:
        moves[0] += 1
        slider.setValue(10.0 ** (-6 + 6 * (moves[0] % 97) / 97))
        if time.perf_counter() - began[0] > _DRAG_SECONDS:
            window.close()

    def show(view: Any) -> None:
        if not began:
            if view.is_finished:
                began.append(time.perf_counter())
                timer.start(8)
        elif view.is_finished:
            shown.add(view.generation)

    timer.timeout.connect(move)
    window.runner.viewed.connect(show)
    window.runner.loaded.connect(window.runner.play)
    window.show()
    app.exec()
    timer.stop()
    return {"fits_per_second": len(shown) / _DRAG_SECONDS, "moves": moves[0]}


def _measure_curve(folder: str) -> dict[str, list[float]]:
    """From the moment a curve is asked for to its end, the plots painted anew at 30 hertz.

    The same curve of several seeds, one after another: the first in a process that has trained no
    population before.
    """
    from PySide6.QtCore import QTimer

    app, window = _make_window(folder)
    base = replace(window.session.experiment, {"epochs": 1000, "data.n_valid": 30})
    window.setExperiment(base)
    window.controls.setShownCurves(())
    plots = [window.fit_view.panel.chart, window.history_view.plot]
    paints = _paints_of(plots[1].viewport())
    spans: list[list[float]] = []
    is_asked = [False]

    def ask(view: Any) -> None:
        if window.runner.is_finished and not is_asked[0]:
            is_asked[0] = True
            window.controls.setShownCurves(("regularization.weight_decay",))
            spans.append([time.perf_counter()])
            window.laboratory.begin()

    def look(studies: Any) -> None:
        if not (is_asked[0] and studies and all(study.finished for study in studies.values())):
            return
        spans[-1].append(time.perf_counter())
        if len(spans) == _CURVES:
            window.close()
            return
        is_asked[0] = False
        window.controls.setShownCurves(())
        window.setExperiment(replace(base, {"seed": len(spans)}))

    def repaint() -> None:
        for plot in plots:
            plot.refresh()

    timer = QTimer()
    timer.timeout.connect(repaint)
    timer.start(33)
    window.runner.viewed.connect(ask)
    window.runner.studied.connect(look)
    window.runner.loaded.connect(window.runner.play)
    window.show()
    app.exec()
    timer.stop()
    return {
        "seconds": [end - begin for begin, end in spans],
        "frames_per_second": [
            sum(begin <= paint <= end for paint in paints) / (end - begin) for begin, end in spans
        ],
    }


def _measure_replay(folder: str) -> dict[str, float]:
    """Another moment of a finished run is picked at each frame."""
    return _measure_looking(folder, ())


def _measure_members(folder: str) -> dict[str, float]:
    """Another position of the curve of weight decay is under the handle at each frame."""
    return _measure_looking(folder, ("regularization.weight_decay",))


def _measure_looking(folder: str, curves: tuple[str, ...]) -> dict[str, float]:
    from PySide6.QtCore import Qt, QTimer

    app, window = _make_window(folder)
    window.setExperiment(replace(window.session.experiment, {"epochs": 1000}))
    window.controls.setShownCurves(curves)
    paints = _paints_of(window.fit_view.panel.chart.viewport())
    asked: list[float] = []
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)

    def is_ready() -> bool:
        if curves:
            studies = window.laboratory.studies
            return bool(studies) and all(study.finished for study in studies.values())
        return len(window.timeline.track.kept) > _MOMENTS

    def move() -> None:
        if not asked and not (window.runner.is_finished and is_ready()):
            return
        asked.append(time.perf_counter())
        if curves:
            window.controls.memberPreviewed.emit(curves[0], len(asked) % 30)
        else:
            window.timeline.pickMoment(window.timeline.track.kept[len(asked) % _MOMENTS])
        if asked[-1] - asked[0] > _LOOK_SECONDS:
            window.close()

    timer.timeout.connect(move)
    timer.start(16)
    window.runner.loaded.connect(window.runner.play)
    window.show()
    app.exec()
    timer.stop()
    return {
        "shown_per_second": sum(asked[0] <= paint <= asked[-1] for paint in paints)
        / (asked[-1] - asked[0]),
        "asked_per_second": len(asked) / (asked[-1] - asked[0]),
    }


_TASKS = {
    "curve": _measure_curve,
    "replay": _measure_replay,
    "members": _measure_members,
    "startup": _measure_startup,
    "frames": _measure_frames,
    "drag": _measure_drag,
}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(_TASKS[sys.argv[1]](temporary)))
