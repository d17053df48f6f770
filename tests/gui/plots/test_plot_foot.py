"""Losses of exactly 0 on a logarithmic axis: open marks at its foot, on screen and in figures."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from regplay.gui.figures.figure import Style, paint_page
from regplay.gui.figures.view_figures import figure_at
from regplay.gui.plots.history_layers import GAP, PinnedCurves
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.theme import LIGHT

ZEROS = [1.0, 0.1, 0.015, *[0.0] * 8]
FALLING = [1.0, 0.5, 0.25, *[0.25] * 8]


@pytest.fixture
def view(show_widget, make_dataset) -> HistoryView:
    view = HistoryView()
    view.set_dataset(make_dataset("curve"), epochs=10)
    view.set_log_axes(["loss"])
    view.plot.set_floor(None, "")
    return show_widget(view, 800, 300)


def has_ink(image, origin, height, x, color) -> bool:
    """Whether nearly a colour is in a column of the lowest pixels of a plot."""
    rows = range(round(origin.y() + height) - 14, round(origin.y() + height))
    pixels = np.array(
        [image.pixelColor(round(origin.x() + x), row).getRgb()[:3] for row in rows], dtype=int
    )
    wanted = np.array(QColor(color).getRgb()[:3])
    return bool((np.abs(pixels - wanted).max(axis=1) < 80).any())


def is_at_foot(view: HistoryView, epoch: float, color: str) -> bool:
    plot = view.plot
    x, origin = float(plot.frame().x(epoch)), plot.box.geometry().topLeft()
    return has_ink(plot.grab().toImage(), origin, plot.frame().height, x, color)


def test_a_loss_of_zero_has_an_open_mark_at_the_foot(view, make_history) -> None:
    view.set_history(make_history(ZEROS, FALLING))
    assert is_at_foot(view, 8, LIGHT.train)
    assert is_at_foot(view, 8, LIGHT.background)
    assert not is_at_foot(view, 2, LIGHT.train)
    view.set_history(make_history(FALLING, FALLING))
    assert not is_at_foot(view, 8, LIGHT.train)


def test_no_line_leads_to_the_foot_and_the_gap_reaches_it(view, make_history) -> None:
    view.set_history(make_history(ZEROS, FALLING))
    frame, line = view.plot.frame(), view.plot.curves[0].thin(view.plot.epochs, view.plot.frame())
    assert line.at_foot.tolist() == [False] * 3 + [True] * 8
    assert (line.y[3:] == frame.height).all()
    assert is_at_foot(view, 7.5, LIGHT.of(GAP))
    assert not is_at_foot(view, 2.5, LIGHT.train)


def test_marks_of_many_records_stay_apart(view, make_history) -> None:
    view.set_planned(2000)
    view.set_history(make_history([1.0, *[0.0] * 2000], [1.0] * 2001))
    plot, image = view.plot, view.plot.grab().toImage()
    origin, height = plot.box.geometry().topLeft(), plot.frame().height
    inked = [has_ink(image, origin, height, x, LIGHT.train) for x in range(620)]
    marks = int(np.count_nonzero(np.diff(np.array(inked, dtype=int)) == 1)) + inked[0]
    assert 40 < marks < 110


def test_the_ring_of_the_best_epoch_and_the_dot_of_the_mouse_stay(view, make_history) -> None:
    view.set_history(make_history(ZEROS, ZEROS))
    plot = view.plot
    assert plot.best_epoch == 3
    assert plot._layer._best_at(plot.frame()) == QPointF(
        float(plot.frame().x(3)), plot.frame().height
    )
    assert is_at_foot(view, 3, LIGHT.best)
    reading = plot.reader(7.0, 0.0)
    assert [row.y for row in reading.rows[:2]] == [plot.frame().height] * 2


def test_pinned_runs_have_the_same_marks(view, make_history) -> None:
    view.set_history(make_history(FALLING, FALLING))
    view.set_pinned([PinnedCurves("kept", "#ff00ff", make_history(FALLING, ZEROS))])
    assert is_at_foot(view, 8, "#ff00ff")
    assert not is_at_foot(view, 2, "#ff00ff")


def test_a_figure_has_them_too(view, make_history) -> None:
    view.set_history(make_history(ZEROS, FALLING))
    image = QImage(900, 600, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    inside = paint_page(figure_at(view.plot), painter, Style(900, 600, 1.0, "light"))
    painter.end()
    for epoch, is_there in ((8, True), (2, False)):
        x = epoch / 10 * inside.width()
        place = inside.topLeft(), inside.height(), x
        assert has_ink(image, *place, LIGHT.train) is is_there


def test_a_linear_axis_has_none(view, make_history) -> None:
    view.set_log_axes([])
    view.set_history(make_history(ZEROS, FALLING))
    assert not view.plot.frame().at_foot([0.0, -1.0, 1.0]).any()
    assert view.plot.frame().dot(0.0) == view.plot.frame().height
