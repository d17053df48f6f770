"""What is drawn at another zoom is as large as the text there."""

import pytest
from PySide6.QtWidgets import QApplication

from regplay.core.fields import FIELDS
from regplay.gui.controls.panel import make_control
from regplay.gui.plots import HistoryView, marker_scale


@pytest.mark.parametrize("zoom", [100, 150, 200])
def test_lines_markers_handles_and_curves_grow_with_the_text(show_widget, theme, zoom) -> None:
    view = show_widget(HistoryView(), 600, 400)
    plot = view.plot
    control = show_widget(make_control(FIELDS["regularization.weight_decay"]), 280, 120)
    slider = control.slider
    slider.set_shows_curve(True)
    usual = marker_scale(plot.frame()), slider.handle, slider.height()
    theme.set_zoom(zoom)
    QApplication.processEvents()
    share = zoom / 100
    assert plot.frame().zoom == pytest.approx(share)
    now = marker_scale(plot.frame()), slider.handle, slider.height()
    assert now == pytest.approx([share * size for size in usual], abs=1)
