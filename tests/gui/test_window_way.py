"""The way of a value from the mouse to the pixels is the one that the controller's file tells."""

import inspect
import itertools
import re
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from regplay.gui import controller
from regplay.gui.plots.curve import CurveView
from regplay.gui.training.worker import Worker

FOLDER = Path(controller.__file__).parent
WD = "regularization.weight_decay"


def told() -> list[str]:
    """The files of the way, in order, as they are written down."""
    return re.findall(r"^\d+\. `([\w/]+\.py)`", controller.__doc__, re.MULTILINE)


def way_to_here() -> list[str]:
    """The files of the window's code whose functions called one another up to whoever asks."""
    frames = [Path(frame.filename) for frame in reversed(inspect.stack(0)[2:])]
    files = [str(file.relative_to(FOLDER)) for file in frames if file.is_relative_to(FOLDER)]
    return [file for file, _ in itertools.groupby(files)]


def test_a_dragged_weight_decay_goes_the_way_that_is_written_down(
    open_window, settings, monkeypatch
):
    settings.setValue("curves", "")
    person = open_window({"epochs": 5})
    person.click("timeline.play")
    person.wait_until_finished()
    ways, submit, set_fit = {}, Worker.submit, CurveView.set_fit

    def note_job(worker, job):
        ways.setdefault("in", [*way_to_here(), "training/worker.py"])
        submit(worker, job)

    def note_fit(panel, fit):
        ways.setdefault("out", [*way_to_here(), "plots/curve.py"])
        set_fit(panel, fit)

    monkeypatch.setattr(Worker, "submit", note_job)
    monkeypatch.setattr(CurveView, "set_fit", note_fit)
    control = person.window.controls.control(WD)
    person.window.controls.ensureWidgetVisible(control)
    slider, y = control.slider, control.slider.height() // 2
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(10, y))
    QTest.mouseMove(slider, QPoint(60, y))
    value = control.value()
    person.wait(lambda: person.is_shown() and person.view.is_finished)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(60, y))
    assert person.view.run.experiment.regularization.weight_decay == value > 0

    # What any slider does with the mouse, and who calls at each frame.
    others = ["widgets/handle_slider.py", "training/clock.py"]
    passed = [file for file in ways["in"] + ways["out"] if file not in others]
    assert [file for file, _ in itertools.groupby(passed)] == told()
    assert len(told()) <= 12
    assert len(set(told())) <= 8
