"""Menus by the mouse."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu


def click_action(menu: QMenu, action: QAction) -> None:
    """Click an entry of a menu that is open."""
    assert menu.isVisible()
    assert action.isEnabled()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    assert not menu.isVisible()
    window = menu.parentWidget().window()
    window.activateWindow()  # the offscreen platform leaves it to us
    assert QTest.qWaitForWindowActive(window)
