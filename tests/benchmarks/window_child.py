"""What is measured in a window, one task a process: `python -m tests.benchmarks.window_child`.

The arguments are the task and a folder, whose `experiment.toml` is opened if there is one. Nothing
is imported that the window doesn't need: its start-up time is measured here.
"""

import gc
import itertools
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from regplay.gui.window import MainWindow

_DRAG_SECONDS = 4.0
_LOOK_SECONDS = 3.0
_MOMENTS = 60
_CURVES = 4  # in one process
_FIRST_SHARE = 0.25  # of a curve, as its first round trains


def _open(folder: Path, watch: "Callable[[MainWindow], None]") -> None:
    """Run `regplay` until its window is closed; `watch` is called when the window is made.

    Nothing is remembered from other windows.
    """
    gc.disable()  # as `regplay` does
    from PySide6.QtCore import QSettings

    from regplay.cli import main
    from regplay.gui.window import MainWindow

    make = MainWindow.__init__

    def make_and_watch(window: MainWindow, *arguments: Any, **options: Any) -> None:
        settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        make(window, *arguments, **options, settings=settings, folder=folder / "kept")
        watch(window)

    MainWindow.__init__ = make_and_watch
    experiment = folder / "experiment.toml"
    main([str(experiment)] if experiment.exists() else [])


def _when_painted(widget: "QWidget", callback: Callable[[], None]) -> None:
    """Call back after each paint of a widget, when all that is painted with it is on screen."""
    from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt

    before_others = Qt.EventPriority.HighEventPriority.value

    class Watch(QObject):
        def eventFilter(self, _: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                QCoreApplication.postEvent(self, QEvent(QEvent.Type.User), before_others)
            return False

        def customEvent(self, _: QEvent) -> None:
            callback()

    widget.installEventFilter(Watch(widget))


def _paints_of(widget: "QWidget") -> list[float]:
    """A list to which the time of each paint of a widget is added."""
    times: list[float] = []
    _when_painted(widget, lambda: times.append(time.perf_counter()))
    return times


def _measure_startup(folder: Path) -> dict[str, float]:
    """When the window is painted, and when the result of a whole training is; in time.time().

    And when every fourth position of the two curves that it shows beside it is trained, when all
    are, and when the advice is there.
    """
    moments: dict[str, float] = {}
    is_finished = []

    def watch(window: "MainWindow") -> None:
        def note_finished() -> None:
            if is_finished:
                moments.setdefault("finished", time.time())
                note_curves()

        def note_curves() -> None:
            if "finished" not in moments:
                return
            if window.verdict_bar.tried is not None:
                moments.setdefault("advice", time.time())
            trained = _trained_share(window)
            if trained >= _FIRST_SHARE:
                moments.setdefault("quarter_of_curves", time.time())
            if trained == 1.0:
                moments.setdefault("curves", time.time())
            if {"advice", "curves"} <= moments.keys():
                window.close()

        def look(view: Any) -> None:
            if view.is_finished:
                is_finished.append(True)

        _when_painted(window, lambda: moments.setdefault("painted", time.time()))
        _when_painted(window.history_view.plot.viewport(), note_finished)
        window.controller.runner.loaded.connect(window.controller.runner.play)
        window.controller.runner.viewed.connect(look)
        window.controller.studies.changed.connect(note_curves)

    _open(folder, watch)
    return moments


def _trained_share(window: "MainWindow") -> float:
    """Of the curve that is the least trained of all that sliders show; 0–1."""
    studies = window.controller.studies.studies
    wanted = window.controls.wanted(window.controller.session.experiment, None)
    histories = [studies[path].history if path in studies else None for path in wanted]
    return min((0.0 if one is None else one.progress for one in histories), default=1.0)


def _measure_recording(folder: Path) -> dict[str, float]:
    """As `_measure_frames`, while the window is recorded."""
    return _measure_frames(folder, is_recorded=True)


def _measure_frames(folder: Path, *, is_recorded: bool = False) -> dict[str, float]:
    """Frame times from one paint of the loss plot to the next, over the middle of a training.

    Parameters
    ----------
    is_recorded
        Whether the window is recorded meanwhile, at 1280×720 and 30 frames a second.
    """
    steps: list[tuple[float, int]] = []
    paints: list[float] = []

    def watch(window: "MainWindow") -> None:
        nonlocal paints

        def count(view: Any) -> None:
            steps.append((time.perf_counter(), view.snapshot.step))
            if view.is_finished:
                window.close()

        paints = _paints_of(window.history_view.plot.viewport())

        def begin() -> None:
            if is_recorded:
                window.recording.commands().begin(
                    folder / "film.mp4", "window", "1280x720", 30, shows_pointer=False, countdown=0
                )
            window.controller.runner.play()

        window.resize(1280, 720)
        window.controller.runner.loaded.connect(begin)
        window.controller.runner.viewed.connect(count)

    _open(folder, watch)
    # The first tenth warms up; the end is cut so that the closing is not counted.
    whole = steps[-1][1]
    chosen = [pair for pair in steps if 0.1 * whole < pair[1] < 0.95 * whole]
    (begin, first), (end, last) = chosen[0], chosen[-1]
    during = [paint for paint in paints if begin <= paint <= end]
    gaps = [later - earlier for earlier, later in itertools.pairwise(during)]
    return {
        "steps_per_second": (last - first) / (end - begin),
        "within_20_ms": sum(gap <= 0.020 for gap in gaps) / len(gaps),
        "within_33_ms": sum(gap <= 0.033 for gap in gaps) / len(gaps),
        "longest_ms": 1000 * max(gaps),
        "frames_per_second": len(gaps) / (end - begin),
    }


def _measure_drag(folder: Path) -> dict[str, float]:
    """Fully retrained fits that were shown while weight decay moves 120 times a second."""
    shown: set[int] = set()
    moves: list[float] = []

    def watch(window: "MainWindow") -> None:
        from PySide6.QtCore import QTimer

        slider = window.controls.control("regularization.weight_decay")
        timer = QTimer(window)

        def move() -> None:
            moves.append(time.perf_counter())
            slider.set_value(10.0 ** (-6 + 6 * (len(moves) % 97) / 97))
            if moves[-1] - moves[0] > _DRAG_SECONDS:
                timer.stop()
                window.close()

        def show(view: Any) -> None:
            if view.is_finished and moves:
                shown.add(view.generation)
            elif view.is_finished and not timer.isActive():
                timer.start(8)

        timer.timeout.connect(move)
        window.controller.runner.viewed.connect(show)
        window.controller.runner.loaded.connect(window.controller.runner.play)

    _open(folder, watch)
    seconds = moves[-1] - moves[0]
    return {"fits": len(shown) / seconds, "moves": len(moves) / seconds}


def _measure_curve(folder: Path) -> dict[str, list[float]]:
    """The curve of weight decay."""
    return _measure_curves(folder, ("regularization.weight_decay",))


def _measure_all_curves(folder: Path) -> dict[str, list[float]]:
    """The curves of all sliders that have one, and whose value has an effect."""
    from regplay.core.hyperparameters import SWEEPABLE

    return _measure_curves(folder, SWEEPABLE)


def _measure_curves(folder: Path, paths: tuple[str, ...]) -> dict[str, list[float]]:
    """From the moment curves are asked for to their end, the plots painted anew at 30 hertz.

    The same curves of several seeds, one after another: the first in a process that has trained no
    population before.
    """
    spans: list[list[float]] = []
    first_shares: dict[int, float] = {}  # s until each curve of a span showed its shape
    paints: list[float] = []

    def watch(window: "MainWindow") -> None:
        nonlocal paints
        from PySide6.QtCore import QTimer

        from regplay.core.fields import replace

        base = window.controller.session.experiment
        window.controls.set_shown_curves(())
        plots = [window.fit_view.panel.chart, window.history_view.plot]
        paints = _paints_of(plots[1].viewport())
        is_asked = False

        def ask() -> None:
            nonlocal is_asked
            has_advice = window.verdict_bar.tried is not None  # which would take of the time
            if window.controller.runner.is_finished and has_advice and not is_asked:
                is_asked = True
                window.controls.set_shown_curves(paths)
                spans.append([time.perf_counter()])
                window.controller.studies.begin()

        def look() -> None:
            nonlocal is_asked
            share = _trained_share(window) if is_asked else 0.0
            if share >= _FIRST_SHARE:
                first_shares.setdefault(len(spans), time.perf_counter() - spans[-1][0])
            if share < 1.0:
                return
            spans[-1].append(time.perf_counter())
            if len(spans) == _CURVES:
                timer.stop()
                window.close()
                return
            is_asked = False
            window.controls.set_shown_curves(())
            window.controller.change(replace(base, {"seed": len(spans)}))

        def repaint() -> None:
            for plot in plots:
                plot.refresh()

        timer = QTimer(window)
        timer.timeout.connect(repaint)
        timer.start(33)
        window.controller.studies.changed.connect(ask)
        window.controller.studies.changed.connect(look)
        window.controller.runner.loaded.connect(window.controller.runner.play)

    _open(folder, watch)
    return {
        "seconds": [end - begin for begin, end in spans],
        "first_seconds": list(first_shares.values()),
        "frames_per_second": [
            sum(begin <= paint <= end for paint in paints) / (end - begin) for begin, end in spans
        ],
    }


def _measure_landscape(folder: Path) -> dict[str, float]:
    """From opening the tab and pressing its button to the end of the last network.

    The run and the curves of the sliders are finished before.
    """
    span: list[float] = []

    def watch(window: "MainWindow") -> None:
        def follow() -> None:
            tab = window.tabs.landscape
            if not span:
                studies = window.controller.studies.studies.values()
                if (
                    window.controller.runner.is_finished
                    and studies
                    and all(s.finished for s in studies)
                ):
                    span.append(time.perf_counter())
                    window.tabs.set_tab("landscape")
                    window.tabs.landscape.header.control.turn(True)
            elif tab is not None and tab.map is not None and tab.map.is_finished:
                span.append(time.perf_counter())
                window.close()

        window.controller.studies.changed.connect(follow)
        window.controller.runner.loaded.connect(window.controller.runner.play)

    _open(folder, watch)
    return {"seconds": span[1] - span[0]}


def _measure_replay(folder: Path) -> dict[str, float]:
    """Another moment of a finished run is picked at each frame."""
    return _measure_looking(folder, ())


def _measure_members(folder: Path) -> dict[str, float]:
    """Another position of the curve of weight decay is under the handle at each frame."""
    return _measure_looking(folder, ("regularization.weight_decay",))


def _measure_looking(folder: Path, curves: tuple[str, ...]) -> dict[str, float]:
    asked: list[float] = []
    paints: list[float] = []

    def watch(window: "MainWindow") -> None:
        nonlocal paints
        from PySide6.QtCore import Qt, QTimer

        window.controls.set_shown_curves(curves)
        paints = _paints_of(window.fit_view.panel.chart.viewport())
        timer = QTimer(window)
        timer.setTimerType(Qt.TimerType.PreciseTimer)

        def is_ready() -> bool:
            if curves:
                studies = window.controller.studies.studies
                return bool(studies) and all(study.finished for study in studies.values())
            return len(window.timeline.track.kept) > _MOMENTS

        def move() -> None:
            if not asked and not (window.controller.runner.is_finished and is_ready()):
                return
            asked.append(time.perf_counter())
            if curves:
                window.controls.member_previewed.emit(curves[0], len(asked) % 30)
            else:
                window.timeline.track.pick_moment(window.timeline.track.kept[len(asked) % _MOMENTS])
            if asked[-1] - asked[0] > _LOOK_SECONDS:
                timer.stop()
                window.close()

        timer.timeout.connect(move)
        timer.start(16)
        window.controller.runner.loaded.connect(window.controller.runner.play)

    _open(folder, watch)
    seconds = asked[-1] - asked[0]
    return {
        "shown_per_second": sum(asked[0] <= paint <= asked[-1] for paint in paints) / seconds,
        "asked_per_second": len(asked) / seconds,
    }


_TASKS: dict[str, Callable[[Path], Any]] = {
    "all_curves": _measure_all_curves,
    "curve": _measure_curve,
    "drag": _measure_drag,
    "frames": _measure_frames,
    "landscape": _measure_landscape,
    "members": _measure_members,
    "recording": _measure_recording,
    "replay": _measure_replay,
    "startup": _measure_startup,
}

if __name__ == "__main__":
    print(json.dumps(_TASKS[sys.argv[1]](Path(sys.argv[2]))))
