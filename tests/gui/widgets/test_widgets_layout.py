"""Rows that go on below, and text that asks for the height of its lines."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from regplay.gui.widgets import FlowLayout, WrappedLabel


@pytest.fixture
def row(show_widget):
    """Three labels of 100 × 20 px; the last one stands at the right, and a fourth one is hidden."""
    window = QWidget()
    flow = FlowLayout((8, 4, 8, 4), 4, window)
    window.labels = [QLabel(text) for text in "abcd"]
    for place, label in enumerate(window.labels):
        label.setFixedSize(100, 20)
        if place == 2:
            flow.add_stretch()
        flow.addWidget(label)
    window.labels[3].hide()
    return show_widget(window, 500, 28)


def corners(row: QWidget) -> list[tuple[int, int]]:
    return [(label.x(), label.y()) for label in row.labels[:3]]


def test_a_row_with_room_has_one_line(row) -> None:
    assert corners(row) == [(8, 4), (112, 4), (392, 4)]
    assert row.layout().sizeHint().width() == 8 + 3 * 100 + 2 * 4 + 8


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (324, [(8, 4), (112, 4), (216, 4)]),
        (323, [(8, 4), (112, 4), (8, 28)]),
        (150, [(8, 4), (8, 28), (8, 52)]),
        (60, [(8, 4), (8, 28), (8, 52)]),
    ],
)
def test_what_has_no_room_goes_on_below(row, width, expected) -> None:
    layout = row.layout()
    height = 4 + expected[-1][1] - 4 + 20 + 4
    assert layout.heightForWidth(width) == height
    row.resize(width, 200)
    places = corners(row)
    assert [y for _, y in places] == [y for _, y in expected]
    assert places[:2] == expected[:2]
    assert layout.minimumSize().height() == height


def test_what_was_hidden_takes_its_place(qtbot, row) -> None:
    row.labels[3].show()
    qtbot.waitUntil(lambda: row.labels[3].x() == 392)
    assert row.labels[2].x() == 288


def test_what_grows_takes_what_is_left_of_its_line(show_widget) -> None:
    window = QWidget()
    flow = FlowLayout((0, 0, 0, 0), 0, window)
    first, growing, last = QLabel("a"), QLabel("b"), QLabel("c")
    for label in (first, growing, last):
        label.setFixedHeight(20)
        label.setMinimumWidth(100)
    flow.addWidget(first)
    flow.add_growing(growing)
    flow.addWidget(last)
    show_widget(window, 500, 100)
    spare = 500 - sum(label.sizeHint().width() for label in (first, growing, last))
    assert growing.width() >= 100 + spare - 2 * flow.spacing()
    assert last.geometry().right() == 499


def test_wrapped_text_in_a_scroll_area_keeps_all_its_lines(qtbot, show_widget) -> None:
    label, content, area = WrappedLabel(), QWidget(), QScrollArea()
    label.setText("A sample of the units of each layer is drawn here. " * 4)
    QVBoxLayout(content).addWidget(label)
    area.setWidgetResizable(True)
    area.setWidget(content)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    show_widget(area, 200, 60)
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))
    few = label.height()
    area.resize(120, 60)
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))
    assert label.height() > few


def test_wrapped_text_on_a_page_out_of_sight_makes_no_window_high(show_widget) -> None:
    window, label = QWidget(), WrappedLabel()
    label.setText("Bias, variance and noise add up to a squared error. " * 3)
    stack = QStackedLayout(window)
    stack.addWidget(shown := QLabel("A plot"))
    stack.addWidget(label)
    label.resize(0, 0)  # as in a row that was never given any room
    show_widget(window, 600, 200)
    assert not label.isVisible()
    assert window.minimumSizeHint().height() < 8 * shown.fontMetrics().height()
