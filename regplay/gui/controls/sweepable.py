"""A number whose slider can show what each of its positions leads to."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from regplay.core.fields import Field, Value
from regplay.core.sweep import sweep_axis
from regplay.gui.controls.curve import SweepCurve
from regplay.gui.controls.curve_button import CurveButton
from regplay.gui.controls.curve_track import CurveTrack
from regplay.gui.controls.number import NumberControl
from regplay.gui.controls.scale import Scale
from regplay.gui.naming import named


class SweepableControl(NumberControl):
    """A number with a slider, and a button that makes room for the slider's curve.

    Signals
    -------
    curveToggled
        Whether the curve is to be shown.
    previewed
        Index of the trained member under the handle, while it is dragged over a finished curve;
        the box shows its value, `value()` is still the one from before.
    adopted
        Index of the trained member that was chosen; `value()` is its value, and `valueChanged` is
        not emitted: there is nothing to train.
    previewEnded
        Nothing was adopted after all; what counts is `value()`.
    """

    slider: CurveTrack

    curveToggled = Signal(bool)
    previewed = Signal(int)
    adopted = Signal(int)
    previewEnded = Signal()

    def __init__(
        self,
        field: Field,
        scale: Scale,
        words: Mapping[int, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(field, scale, words, parent)
        self._adopts = True
        count = len(sweep_axis(field.path).values)
        tip = f"Show the loss at each position of this slider: trains {count} networks at once"
        self.button = named(f"{field.path}.curve", CurveButton(tip, self))
        self.button.setAccessibleName(f"{field.label}, curve")
        self.button.setAccessibleDescription(tip)
        self._grid.addWidget(self.button, 0, 1)
        QWidget.setTabOrder(self.button, self.box)
        QWidget.setTabOrder(self.box, self.slider)

        self.button.toggled.connect(self._make_room)
        self.slider.previewed.connect(self._preview)
        self.slider.previewEnded.connect(self._end_preview)
        self.slider.adopted.connect(self._adopt)

    def showsCurve(self) -> bool:
        """Whether there is room for the curve."""
        return self.button.isChecked()

    def setShowsCurve(self, shows: bool) -> None:
        """Make or take the room for the curve; `curveToggled` follows if that is a change."""
        self.button.setChecked(shows)

    def setAdopts(self, adopts: bool) -> None:
        """Whether the handle brings trained members, or values like that of any other slider."""
        self._adopts = adopts

    def setCurve(self, curve: SweepCurve | None) -> None:
        """Show `curve` where there is room for one; the layout stays."""
        self.slider.set_curve(curve)

    def _make_slider(self, scale: Scale) -> CurveTrack:
        return CurveTrack(scale, self._number(), self)

    def _make_room(self, shows: bool) -> None:
        self.slider.set_shows_curve(shows)
        self.curveToggled.emit(shows)

    def _preview(self, index: int) -> None:
        if not self._adopts:
            self.setValue(self._under_handle())
            return
        self._show_under_handle()
        self.previewed.emit(index)

    def _end_preview(self) -> None:
        self._show_under_handle()
        self.previewEnded.emit()

    def _show_under_handle(self) -> None:
        self.box.setText(self.text(self.slider.under_handle))
        self.box.setCursorPosition(0)

    def _adopt(self, index: int) -> None:
        value = self._under_handle()
        if not self._adopts:
            self.setValue(value)
            return
        self._value = value
        self._show(self._value)
        self._refuse("")
        self.adopted.emit(index)

    def _under_handle(self) -> Value:
        number = int if self.field.kind == "integer" else float
        return self.field.check(number(self.slider.under_handle))
