"""The editing mode on screen."""

from collections.abc import Callable

import pytest
from editing_window import LEFT, EditingWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication


@pytest.fixture
def open_editing(show_widget) -> Callable[[str], EditingWindow]:
    def open_one(kind: str, on: bool = True) -> EditingWindow:
        window = show_widget(EditingWindow(kind), 700, 460)
        if on:
            QTest.mouseClick(window.editing.button, LEFT)
            QApplication.processEvents()  # the strip takes its room
        return window

    return open_one
