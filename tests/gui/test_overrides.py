"""What is raised where Qt calls Python never leaves it: it would freeze or end the program."""

import importlib
import pkgutil
import sys
from types import FunctionType, MethodDescriptorType

import pytest
import shiboken6
from pyqtgraph import GraphicsView
from PySide6.QtCore import QAbstractListModel, QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QListView, QStyledItemDelegate, QWidget

import regplay.gui

for module in pkgutil.walk_packages(regplay.gui.__path__, "regplay.gui."):
    importlib.import_module(module.name)

# Of Qt's names, what Python alone calls: its exceptions are for the caller.
OURS = {"setText", "text"}


def raise_in_c(*_):
    return [][1]


@pytest.fixture
def reported(monkeypatch):
    kinds = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_: kinds.append(kind))
    return kinds


def overrides():
    """Each function of our classes that has the name of one of Qt's in a base, by that name."""
    classes = {shiboken6.Object}
    while more := {sub for known in classes for sub in known.__subclasses__()} - classes:
        classes |= more
    for one in classes:
        for name in {name for base in one.__mro__ for name in vars(base)}:
            function = getattr(one, name)
            is_ours = isinstance(function, FunctionType) and "regplay" in function.__module__
            of_qt = (vars(base).get(name) for base in one.__mro__)
            if is_ours and any(isinstance(it, MethodDescriptorType) for it in of_qt):
                yield one, name


def test_all_that_qt_calls_are_guarded():
    found = [(cls, name) for cls, name in overrides() if not name.startswith("_")]
    assert len(found) > 150
    bare = {name for cls, name in found if not hasattr(getattr(cls, name), "__wrapped__")}
    assert bare <= OURS
    assert hasattr(GraphicsView.paintEvent, "__wrapped__")  # pyqtgraph's too


class Mixed:
    def wheelEvent(self, _):
        raise_in_c()


class Widget(Mixed, QWidget):
    def sizeHint(self):
        return raise_in_c()

    def mousePressEvent(self, _):
        raise_in_c()

    def eventFilter(self, *_):
        return raise_in_c()


def test_events_and_sizes_are_those_of_qt_after_an_exception(qtbot, reported):
    widget = Widget()
    qtbot.addWidget(widget)
    widget.show()
    assert widget.sizeHint() == QSize(-1, -1)
    reported.clear()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    assert reported == [IndexError]
    QTest.wheelEvent(widget.windowHandle(), QPoint(5, 5), QPoint(0, 120))
    assert reported == [IndexError] * 2
    label = QLabel(widget)
    label.installEventFilter(widget)
    QApplication.sendEvent(label, QEvent(QEvent.Type.User))
    assert reported == [IndexError] * 3


def test_rows_whose_size_can_not_be_computed_are_listed(qtbot, reported):
    class Rows(QAbstractListModel):
        def rowCount(self, *_):
            return 2

        def data(self, *_):
            return raise_in_c()

    class Delegate(QStyledItemDelegate):
        def sizeHint(self, *_):
            return raise_in_c()

    view = QListView()
    qtbot.addWidget(view)
    view.setModel(Rows(view))
    view.setItemDelegate(Delegate(view))
    view.indexAt(QPoint(3, 3))
    assert IndexError in reported


def test_a_widget_that_can_not_paint_leaves_the_window_as_it_is(qtbot, reported):
    class Broken(QWidget):
        def paintEvent(self, _: QPaintEvent) -> None:
            with QPainter(self):
                raise_in_c()

    widget = Broken()
    qtbot.addWidget(widget)
    picture = QPixmap(20, 20)
    widget.render(picture, sourceRegion=QRect(0, 0, 20, 20))
    assert reported == [IndexError]
