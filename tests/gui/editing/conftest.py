"""The editing mode on screen."""

from collections.abc import Callable

import pytest
from editing_table import LEFT, Table
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication


@pytest.fixture
def open_table(show_widget) -> Callable[[str], Table]:
    def open_one(kind: str, on: bool = True) -> Table:
        table = show_widget(Table(kind), 700, 460)
        if on:
            QTest.mouseClick(table.editing.button, LEFT)
            QApplication.processEvents()  # the strip takes its room
        return table

    return open_one
