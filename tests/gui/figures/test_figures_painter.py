"""Segments that become whole lines."""

import itertools

import numpy as np
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from regplay.gui.plots.paint_devices import VECTORS, joined


def through(*points):
    return np.array([[*a, *b] for a, b in itertools.pairwise(points)], dtype=float)


def test_a_curve_is_one_line():
    points = [(0, 0), (1, 2), (2, 1), (3, 5)]
    (line,) = joined(through(*points))
    assert line.tolist() == [[x, y] for x, y in points]


def test_pieces_in_any_order_and_direction_are_joined():
    points = [(index, index**2) for index in range(9)]
    segments = through(*points)
    segments[::2] = segments[::2][:, [2, 3, 0, 1]]
    (line,) = joined(segments[[3, 0, 7, 5, 1, 2, 6, 4]])
    ordered = line if line[0, 0] == 0 else line[::-1]
    assert ordered.tolist() == [[x, y] for x, y in points]


def test_dashes_stay_apart_and_crossings_are_not_turned():
    assert len(joined(np.array([[0, 0, 1, 0], [2, 0, 3, 0]], dtype=float))) == 2
    cross = np.array([[0, 0, 1, 1], [2, 2, 1, 1], [0, 2, 1, 1], [2, 0, 1, 1]], dtype=float)
    assert len(joined(cross)) == 4


def test_a_ring_ends_where_it_began():
    ring = through((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    (line,) = joined(ring[[2, 0, 3, 1]])
    assert line[0].tolist() == line[-1].tolist()
    assert len(line) == 5


def test_what_has_no_place_is_left_out():
    segments = np.array([[0, 0, 1, 1], [1, 1, np.nan, 2], [np.inf, 2, 3, 3]])
    assert [line.tolist() for line in joined(segments)] == [[[0, 0], [1, 1]]]
    assert joined(np.full((1, 4), np.nan)) == []


def test_lines_are_drawn_with_the_pen_and_not_filled(qapp):
    image = QImage(20, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("#ffffff"))
    painter = QPainter(image)
    painter.setBrush(QColor("#0000ff"))
    painter.setPen(QPen(QColor("#ff0000"), 2))
    VECTORS.draw_lines(painter, through((2, 2), (18, 2), (18, 18), (2, 18), (2, 2)))
    painter.end()
    assert image.pixelColor(10, 2) == QColor("#ff0000")
    assert image.pixelColor(10, 10) == QColor("#ffffff")
