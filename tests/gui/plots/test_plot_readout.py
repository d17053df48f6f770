"""The box beside the mouse."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from regplay.gui.plots.canvas import Reading
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.readout import Picture, Readout, ReadoutRow, fitted, paint_readout
from regplay.gui.theme import DARK, LIGHT

BOUNDS = QRectF(0, 0, 400, 300)
GROUND = "#ff00ff"  # of no box


@pytest.fixture
def paint(qapp):
    def paint(
        readout: Readout, x: float, y: float, colors=LIGHT, bounds=BOUNDS
    ) -> tuple[QImage, QRectF]:
        """Draw it at a point; the image, and what of it is covered."""
        image = QImage(400, 300, QImage.Format.Format_RGB32)
        image.fill(QColor(GROUND))
        painter = QPainter(image)
        painter.setFont(QApplication.font("ReadoutWidget"))
        paint_readout(painter, bounds, QPointF(x, y), readout, colors)
        painter.end()
        pixels = np.frombuffer(image.constBits(), np.uint32).reshape(300, 400)
        rows, columns = np.nonzero(pixels != QColor(GROUND).rgb())
        left, top = columns.min(), rows.min()
        return image, QRectF(left, top, columns.max() - left + 1, rows.max() - top + 1)

    return paint


def _is_dark(image: QImage, x: int, y: int) -> bool:
    return image.pixelColor(x, y).value() < 120


TEXT = Readout("epoch 12", (ReadoutRow("training", "0.25", LIGHT.train), ReadoutRow("gap", "0.1")))


def test_it_stands_to_the_right_of_the_point_at_its_height(paint) -> None:
    _, box = paint(TEXT, 50, 80)
    assert 55 < box.left() < 65
    assert box.top() == 80


@pytest.mark.parametrize(("x", "y"), [(399, 0), (390, 299), (0, 299), (200, 290)])
def test_it_keeps_inside_the_bounds_and_leaves_the_point_free(paint, x, y) -> None:
    _, box = paint(TEXT, x, y)
    assert BOUNDS.contains(box)
    assert box.right() < x or box.left() > x


def test_a_title_that_has_no_room_is_cut_short_and_the_values_are_whole(paint) -> None:
    bounds = QRectF(20, 0, 160, 300)
    long = Readout("a title much wider than all there is", TEXT.rows)
    image, box = paint(long, 60, 80, bounds=bounds)
    assert (box.left(), box.right()) == pytest.approx((20, 180), abs=2)
    value = [x for x in range(130, 180) for y in range(100, 150) if _is_dark(image, x, y)]
    assert 160 < max(value) < 176


@pytest.mark.parametrize("times", [1, 4])
def test_over_a_narrow_plot_it_reaches_over_the_axes_and_not_out_of_the_chart(
    show_widget, times
) -> None:
    chart = show_widget(Chart(), 330, 200)
    chart.set_labels("across", "up")
    inside = chart.box.geometry()
    title = "x" * int(times * inside.width() / chart.fontMetrics().horizontalAdvance("x"))
    chart.reader = lambda x, y: Reading(100.0, title, TEXT.rows)
    before = chart.grab().toImage()
    chart.hover.move(100.0, 50.0)
    after = chart.grab().toImage()
    changed = [
        x
        for x in range(chart.width())
        for y in range(int(inside.top()) + 9, int(inside.top()) + 40)
        if before.pixel(x, y) != after.pixel(x, y)
    ]
    assert min(changed) < inside.left() or max(changed) > inside.right()
    assert 0 < min(changed) < max(changed) < chart.width() - 1


def test_each_row_and_a_picture_make_it_larger(paint) -> None:
    _, title = paint(Readout("epoch 12"), 10, 10)
    _, one = paint(Readout("epoch 12", TEXT.rows[:1]), 10, 10)
    _, two = paint(TEXT, 10, 10)
    assert two.height() - one.height() == one.height() - title.height() > 8
    drawn = []
    picture = Picture(lambda painter, rect: drawn.append(rect), "→ x", size=100)
    _, whole = paint(Readout("unit", TEXT.rows, picture), 10, 10)
    assert whole.height() > two.height() + 100
    (rect,) = drawn
    assert whole.contains(rect)
    assert (rect.width(), rect.height()) == (100, 100)


MANY = Readout("epoch 12", tuple(ReadoutRow(f"run {i}", f"0.{i}") for i in range(12)))


@pytest.mark.parametrize(
    ("width", "height", "columns", "last"),
    [
        (300, 300, 1, "run 11"),
        (300, 150, 2, "run 11"),
        (360, 100, 3, "run 11"),
        (100, 150, 1, "and 6 more"),
        (100, 20, 1, "and 12 more"),
    ],
)
def test_rows_that_have_no_room_go_into_columns_and_the_last_says_how_many_are_left_out(
    paint, width, height, columns, last
) -> None:
    metrics = QFontMetricsF(QApplication.font("ReadoutWidget"))
    shown = fitted(metrics, MANY, QSizeF(width, height))
    assert (shown.columns, shown.rows[-1].name) == (columns, last)
    if height > 20:
        bounds = QRectF(20, 30, width, height)
        _, box = paint(MANY, 30, 40, bounds=bounds)
        assert bounds.adjusted(0, 0, 1, 1).contains(box)  # its outline


def test_over_a_low_plot_it_reaches_over_the_axes_and_all_rows_are_seen(show_widget) -> None:
    chart = show_widget(Chart(), 330, 130)
    chart.set_labels("across", "up")
    rows = [ReadoutRow(f"run {i}", "0.1", color) for i, color in enumerate(LIGHT.classes[:6])]
    chart.reader = lambda x, y: Reading(100.0, "epoch 12", tuple(rows))
    chart.hover.move(100.0, 50.0)
    image = chart.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(330) for y in range(130)}
    assert {*LIGHT.classes[:6]} <= seen


def test_names_line_up_whether_or_not_they_have_a_colour(paint) -> None:
    def left_of_text(row: ReadoutRow) -> int:
        plain = ReadoutRow("gap", "", LIGHT.train)
        image, box = paint(Readout("", (row, plain)), 10, 10)
        # The first line of rows, right of where a swatch may be.
        line = range(int(box.top()) + 20, int(box.top()) + 36)
        dark = [x for x in range(34, 120) for y in line if _is_dark(image, x, y)]
        return min(dark)

    assert left_of_text(ReadoutRow("gap", "", LIGHT.train)) == left_of_text(ReadoutRow("gap", ""))


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_it_has_the_theme_colours(paint, colors) -> None:
    image, box = paint(Readout("a", (ReadoutRow("", "", colors.valid),)), 10, 10, colors)
    seen = {
        image.pixelColor(x, y).name()
        for x in range(int(box.left()), int(box.right()))
        for y in range(int(box.top()), int(box.bottom()))
    }
    assert colors.valid in seen
    middle = image.pixelColor(int(box.right()) - 4, int(box.top()) + 4)
    assert abs(middle.lightness() - QColor(colors.background).lightness()) < 25


def test_what_has_no_place_on_a_logarithmic_axis_is_not_read(show_widget) -> None:
    chart = show_widget(Chart(), 330, 200)
    for x in (float("nan"), float("-inf")):
        chart.reader = lambda *_, x=x: Reading(x, "epoch 0", TEXT.rows)
        chart.hover.move(100.0, 50.0)
        assert chart.hover.reading is None
        chart.grab()
