"""The plots, and how the losses and the list of runs share their room."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from regplay.gui.widgets import ScrolledPlots


class Part(QWidget):
    """Needs 180 × 50 px."""

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 50)


@pytest.mark.parametrize(("width", "is_beside"), [(460, True), (400, False)])
def test_runs_stand_below_losses_that_would_be_too_narrow_beside_them(
    show_widget, width, is_beside
) -> None:
    plots = show_widget(ScrolledPlots(Part(), Part(), Part()), width, 600)
    way = Qt.Orientation.Horizontal if is_beside else Qt.Orientation.Vertical
    assert plots.bottom.orientation() == way
