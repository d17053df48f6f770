"""A failing list of actions is shortened to what it needs; a key goes to who takes it by then."""

import pytest
from monkey.events import press
from monkey.shrinking import shortened
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit


@pytest.mark.parametrize("needed", [{3}, {0, 99}, {17, 18, 60}, set(range(5))])
def test_what_a_failure_needs_is_left(needed):
    tried = []

    def fails(items: list[int]) -> bool:
        tried.append(items)
        return needed.issubset(items)

    assert shortened(range(100), fails) == sorted(needed)
    assert len(tried) < 150  # leaving out one at a time would take thousands


def test_no_key_is_sent_to_a_menu_that_alt_has_closed(qtbot):
    line = QLineEdit()
    qtbot.addWidget(line)
    line.show()
    line.activateWindow()
    place = line.rect().center()
    menu = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, line.mapToGlobal(place))
    QApplication.sendEvent(line, menu)
    assert QApplication.activePopupWidget() is not None
    press(line, "Alt+Right")
    assert QApplication.activePopupWidget() is None
