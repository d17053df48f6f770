"""A slider with its own curve, and a person who uses it by mouse."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from regplay.core.fields import FIELDS, replace, with_defaults
from regplay.core.sweep import sweep_axis
from regplay.gui.controls.panel import make_control
from regplay.gui.controls.sweep_curve import SweepCurve

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def answered():
    """Lets a panel be told what follows from what is chosen in it, as by the controller."""

    def answer(panel):
        def now():
            return panel.experiment()

        panel.value_chosen.connect(lambda *it: panel.set_experiment(replace(now(), dict([it]))))
        panel.defaults_wanted.connect(lambda at: panel.set_experiment(with_defaults(now(), at)))
        panel.start_chosen.connect(lambda experiment, _: panel.set_experiment(experiment))
        return panel

    return answer


def _u_curve(path, *, progress=1.0, valley=12, shift=0.0):
    values = tuple(float(value) for value in sweep_axis(path).values)
    away = np.abs(np.arange(len(values)) - valley) / len(values)
    is_finished = progress == 1.0
    return SweepCurve(
        values=values,
        train=np.linspace(0.05, 0.5, len(values)) + shift,
        valid=0.09 + 0.6 * away**2 + shift,
        valley=valley if is_finished else None,
        is_finished=is_finished,
        progress=progress,
    )


@pytest.fixture
def u_curve():
    """Makes a curve over the positions of a field, with its valley at an index."""
    return _u_curve


class Slider:
    """A control with a curve, what is done to it, and what it said since the last `take`.

    It says `("value", 0.1)`, `("previewed", 3)`, `("adopted", 3)`, `("toggled", True)`.
    """

    def __init__(self, control):
        self.control, self.track, self._said = control, control.slider, []
        control.value_changed.connect(lambda value: self._said.append(("value", value)))
        control.previewed.connect(lambda index: self._said.append(("previewed", index)))
        control.adopted.connect(lambda index: self._said.append(("adopted", index)))
        control.curve_toggled.connect(lambda shows: self._said.append(("toggled", shows)))

    def take(self):
        said, self._said = self._said, []
        return said

    def at(self, value):
        """The point on the groove where the handle stands at `value`."""
        x = self.track.x_of(self.track.scale.position(value))
        return QPoint(round(x), self.track.height() - 10)

    def valley(self):
        """The middle of the mark at the smallest validation loss."""
        return self.track._placed().valley_point().toPoint()

    def press(self, value):
        QTest.mousePress(self.track, LEFT, pos=self.at(value))

    def move(self, value):
        QTest.mouseMove(self.track, self.at(value))

    def release(self, value):
        QTest.mouseRelease(self.track, LEFT, pos=self.at(value))

    def click(self, point):
        QTest.mouseClick(self.track, LEFT, pos=point)

    def key(self, key):
        QTest.keyClick(self.track, key)


@pytest.fixture
def show_control(qtbot):
    """Makes the control of a field, in a window of its own."""
    windows = []  # qtbot holds weak references only

    def build(path):
        window = QWidget()
        window.resize(300, 200)
        qtbot.addWidget(window)
        windows.append(window)
        control = make_control(FIELDS[path], window)
        control.resize(260, control.sizeHint().height())
        window.show()
        return control

    return build


@pytest.fixture
def make_slider(show_control):
    """Makes a `Slider` for a field, with room for a curve if it gets one."""

    def build(path="regularization.weight_decay", curve=None, value=None):
        control = show_control(path)
        if value is not None:
            control.set_value(value)
        control.button.setChecked(curve is not None)
        control.slider.set_curve(curve)
        control.resize(280, control.sizeHint().height())
        return Slider(control)

    return build
