"""What is drawn at another zoom is as large as the text there."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from regplay.core.fields import FIELDS
from regplay.gui.controls.panel import make_control
from regplay.gui.plots import (
    Axes,
    Axis,
    Bar,
    Chart,
    Entry,
    HistoryView,
    Reading,
    Scale,
    draw_valley,
    marker_scale,
)
from regplay.gui.plots.legend import paint_entry
from regplay.gui.theme import LIGHT, sized


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


@pytest.mark.parametrize("zoom", [100, 150, 200])
def test_what_stands_beside_a_plot_grows_with_the_text(show_widget, theme, zoom) -> None:
    """Ticks, the colours' scale, swatches, the valley's mark and the cross under the mouse."""

    def extent(paint) -> tuple[float, float]:
        """Width and height of what is painted around the middle of an empty picture."""
        image = QImage(400, 400, QImage.Format.Format_Grayscale8)
        image.fill(255)
        painter = QPainter(image)
        painter.setFont(sized(QApplication.font("Chart")))
        paint(painter)
        painter.end()
        ink = np.frombuffer(image.constBits(), np.uint8).reshape(400, -1) < 200
        across, down = np.flatnonzero(ink.any(axis=0)), np.flatnonzero(ink.any(axis=1))
        return across[-1] - across[0] + 1, down[-1] - down[0] + 1

    def lengths() -> list[float]:
        font = sized(QApplication.font("Chart"))
        metrics = QFontMetricsF(font)
        axes = Axes(Axis("x", Scale()), Axis("y", Scale(), marks=lambda *_: []))
        area = QRectF(0, 0, 2000, 1000)
        swatch = Entry("square", "", "#000000")
        chart = show_widget(Chart(), 600, 400)
        chart.fix("x", 0.0, 1.0)
        chart.fix("y", 0.0, 1.0)
        chart.hover._set(Reading(200.0, "", (), 150.0))
        chart.hover._paint_box = lambda *_: None
        return [
            area.bottom() - axes.inside(area, metrics).bottom(),
            area.right() - axes.inside(area, metrics).right(),
            Bar(Scale(), "loss").width(metrics),
            *extent(lambda p: paint_entry(p, swatch, "", QPointF(200, 200), LIGHT)),
            *extent(lambda p: draw_valley(p, QPointF(200, 200), LIGHT, chart.frame().zoom)),
            *extent(lambda p: chart.hover.paint(p, None)),
        ]

    usual = lengths()
    theme.set_zoom(zoom)
    QApplication.processEvents()
    assert lengths() == pytest.approx([zoom / 100 * size for size in usual], abs=2.5, rel=0.03)
