"""Menus by the mouse."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget


def figure_menu(window: QWidget) -> QMenu | None:
    """The menu of a plot, while it is open."""
    found = [menu for menu in window.findChildren(QMenu, "figure.menu") if menu.isVisible()]
    assert len(found) < 2
    return found[0] if found else None


def choose(menu: QMenu, name: str) -> None:
    """Click the entry of this name."""
    action = next(action for action in menu.actions() if action.objectName() == name)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def click_action(menu: QMenu, action: QAction) -> None:
    """Click an entry of a menu that is open."""
    assert menu.isVisible()
    assert action.isEnabled()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    assert not menu.isVisible()
    window = menu.parentWidget().window()
    window.activateWindow()  # the offscreen platform leaves it to us
    assert QTest.qWaitForWindowActive(window)
