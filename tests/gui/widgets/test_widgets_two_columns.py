"""Two columns that become one where two have no room."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget

from regplay.gui.widgets import TwoColumns


class Tile(QWidget):
    """Needs 200 × 50 px."""

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 50)


@pytest.fixture
def four(qtbot) -> tuple[QWidget, list[Tile]]:
    whole, tiles = QWidget(), [Tile() for _ in range(4)]
    columns = TwoColumns((1, 1), 8, whole)
    for tile in tiles:
        columns.add(tile)
    qtbot.addWidget(whole)
    whole.resize(500, 400)
    whole.show()
    return whole, tiles


def places(tiles: list[Tile]) -> list[tuple[bool, bool]]:
    """Of each whether it is right of the first, and whether it is below it."""
    first = tiles[0].geometry()
    return [(it.x() > first.right(), it.y() > first.bottom()) for it in tiles]


def resize(whole: QWidget, width: int) -> None:
    whole.resize(width, 400)
    for _ in range(5):
        QApplication.processEvents()


def test_they_stand_below_one_another_where_two_have_no_room_and_come_back(four) -> None:
    whole, tiles = four
    beside = [(False, False), (True, False), (False, True), (True, True)]
    resize(whole, 500)
    assert places(tiles) == beside
    assert tiles[0].width() == tiles[1].width()
    resize(whole, 300)
    assert places(tiles) == [(False, False), (False, True), (False, True), (False, True)]
    assert all(tile.width() == 300 for tile in tiles)
    resize(whole, 500)
    assert places(tiles) == beside


def test_they_ask_for_no_more_width_than_one(four) -> None:
    whole, _ = four
    resize(whole, 500)
    assert whole.minimumSizeHint().width() == 200


def test_one_alone_takes_all_of_the_width(four) -> None:
    whole, tiles = four
    for tile in tiles[1:]:
        tile.hide()
    resize(whole, 500)
    assert tiles[0].width() == 500
