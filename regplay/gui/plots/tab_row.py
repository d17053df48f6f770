"""The line above a plot of several tabs: a button for each, the legend, and switches."""

from collections.abc import Iterable

from PySide6.QtWidgets import QHBoxLayout, QWidget

from regplay.gui.plots.legend import Legend


def tab_row(tabs: Iterable[QWidget], legend: Legend, *switches: QWidget) -> QHBoxLayout:
    """Buttons on the left, the legend in the room that is left, switches on the right."""
    row = QHBoxLayout()
    row.setContentsMargins(2, 0, 2, 0)
    row.setSpacing(3)
    for tab in tabs:
        row.addWidget(tab)
    row.addSpacing(6)
    row.addWidget(legend, 1)
    for switch in switches:
        row.addWidget(switch)
    return row
