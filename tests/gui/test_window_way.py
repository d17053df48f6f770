"""The way of a value from the mouse to the pixels is the one that the controller's file tells."""

import inspect
import itertools
import re
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from regplay.gui import controller
from regplay.gui.plots.canvas import LineLayer
from regplay.gui.training.worker import Mailbox, Worker

FOLDER = Path(controller.__file__).parent
WD = "regularization.weight_decay"
# Where Qt tells of the mouse or the time, or begins to paint a view, which tells pyqtgraph, and
# what guards that: they know no value.
NO_STOPS = {"mouseMoveEvent", "_call", "paintEvent", "guarded"}
# What passes the value on: from the mouse to a job, from the thread to a view, from there to the
# line of the fit, and from that to the screen. Between them it rests, and something else calls.
STAGES = (Worker.submit, Mailbox.put, LineLayer.set, LineLayer.paint)


def told() -> list[str]:
    """The files of the way, in order, as they are written down."""
    return re.findall(r"^ *\d+\. `([\w/]+\.py)`", controller.__doc__, re.MULTILINE)


def way_to_here(function) -> list[str]:
    """The files of the window's code whose functions called one another up to this one."""
    stack = [frame for frame in inspect.stack(0)[2:] if frame.function not in NO_STOPS]
    frames = [Path(frame.filename) for frame in reversed(stack)]
    frames.append(Path(inspect.getfile(function)))
    return [str(file.relative_to(FOLDER)) for file in frames if file.is_relative_to(FOLDER)]


def test_a_dragged_weight_decay_goes_the_way_that_is_written_down(open_window, monkeypatch):
    person = open_window({"epochs": 5})
    person.train()
    line, passed = person.window.fit_view.panel.curve, []

    def noted(function):
        def note(it, *args):
            is_on_its_way = len(passed) == STAGES.index(function)  # the first of each counts
            if is_on_its_way and (it is line or not isinstance(it, LineLayer)):
                passed.append(way_to_here(function))
            return function(it, *args)

        return note

    for function in STAGES:
        owner = {"submit": Worker, "put": Mailbox}.get(function.__name__, LineLayer)
        monkeypatch.setattr(owner, function.__name__, noted(function))
    control = person.window.controls.control(WD)
    person.window.controls.ensureWidgetVisible(control)
    slider, y = control.slider, control.slider.height() // 2
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(10, y))
    QTest.mouseMove(slider, QPoint(60, y))
    value = control.value()
    person.wait(lambda: len(passed) == len(STAGES) and person.is_shown())
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(60, y))
    assert person.view.run.experiment.regularization.weight_decay == value > 0

    way = [file for file, _ in itertools.groupby(itertools.chain(*passed))]
    assert way == told(), passed
    assert len(way) == len(set(way)) <= 8  # each file once
