"""Values of single hidden layers: one for all, until a check box gives each layer its own."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from PySide6.QtWidgets import QVBoxLayout, QWidget

from regplay.core.fields import FIELDS, Field, Value
from regplay.core.layers import listed
from regplay.core.number_text import exact
from regplay.gui.controls.control import Control
from regplay.gui.controls.number import NumberControl
from regplay.gui.widgets import CheckBox, fill, named

# The field that holds the common value.
COMMON = {"model.widths": "model.width", "regularization.dropouts": "regularization.dropout"}


class LayerValuesControl(Control):
    """A check box; while it is checked, a slider for each hidden layer below.

    Attributes
    ----------
    sliders
        Of the first layers: as many as have been needed so far, hidden where there are fewer now.
    """

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._common = FIELDS[COMMON[field.path]]
        self._depth, self._usual = 0, self._common.default
        self.check_box = CheckBox(field.label, self)
        self._describe(self.check_box)
        self.setFocusProxy(self.check_box)
        self.sliders: list[NumberControl] = []
        self._column = fill(QVBoxLayout(self), self.check_box, spacing=2)
        self.check_box.clicked.connect(self._switch)  # by a person

    def set_layers(self, depth: int, usual: Value) -> None:
        """How many hidden layers there are, and the value of those that have none of their own."""
        if (depth, usual) != (self._depth, self._usual):
            self._depth, self._usual = depth, usual
            if self._value:
                self._show(self._value)

    def _add_slider(self) -> None:
        """One more layer's; Tab comes to it after the one above."""
        index = len(self.sliders)
        slider = NumberControl(replace(self._common, label=f"Layer {index + 1}"), self)
        slider.value_changed.connect(lambda value: self._set_layer(index, value))
        above = self.sliders[-1].slider if self.sliders else self.check_box
        QWidget.setTabOrder(above, slider.box)
        QWidget.setTabOrder(slider.box, slider.slider)
        self._column.addWidget(named(f"{self.field.path}.{index + 1}", slider))
        self.sliders.append(slider)

    def _numbers(self) -> list[float]:
        """Of all layers that there are, and of those that are listed beyond them."""
        own = listed(str(self._value))
        return [*own, *[float(self._usual)] * (self._depth - len(own))]

    def _set_layer(self, index: int, value: float) -> None:
        numbers = self._numbers()
        if not self.sliders[index].isHidden():  # else it was typed for a layer that is no more
            numbers[index] = value
            self.set_value(_list(numbers))

    def _switch(self, are_own: bool) -> None:
        self.set_value(_list(self._numbers()) if are_own else "")

    def _show(self, value: Value) -> None:
        numbers, are_own = self._numbers(), bool(str(value).strip())
        self.check_box.setChecked(are_own)
        whole = self._common.kind == "integer"
        while are_own and len(self.sliders) < self._depth:
            self._add_slider()
        for index, slider in enumerate(self.sliders):
            slider.setVisible(are_own and index < self._depth)
            if index < len(numbers):
                slider.show_value(int(numbers[index]) if whole else numbers[index])


def _list(numbers: Iterable[float]) -> str:
    """The numbers as the field holds them: exact, and without a power of ten."""
    return ", ".join(f"{Decimal(exact(number)):f}" for number in numbers)
