"""What is raised while Qt paints never leaves the override: it would freeze or end the program."""

import importlib
import pkgutil
import sys

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemDelegate, QGraphicsItem, QGraphicsView, QWidget

import regplay.gui
from regplay.gui.widgets import guarded

for module in pkgutil.walk_packages(regplay.gui.__path__, "regplay.gui."):
    importlib.import_module(module.name)
PAINTING = ("paintEvent", "paint", "drawBackground", "drawForeground")


def overrides():
    """Each of ours that Qt calls while it paints, by its name."""
    classes = {QWidget, QGraphicsItem, QAbstractItemDelegate, QGraphicsView}
    while more := {sub for known in classes for sub in known.__subclasses__()} - classes:
        classes |= more
    classes |= {sub.__mro__[1] for sub in classes if "regplay" in sub.__module__}  # mixins
    for one in sorted(classes, key=repr):  # in the order of their names
        if "regplay" in one.__module__:
            for name in PAINTING:
                if name in vars(one):
                    yield f"{one.__module__}.{one.__qualname__}.{name}", vars(one)[name]


@pytest.mark.parametrize("override", [pytest.param(it, id=name) for name, it in overrides()])
def test_each_that_raises_is_reported_and_left_in_good_order(override, monkeypatch):
    reported = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_: reported.append(kind))
    assert override(object(), None) is None  # no widget: whatever it asks first is missing
    assert len(reported) == 1


def test_there_are_as_many_as_are_written(qapp):
    assert len([*overrides()]) > 25


def test_a_widget_that_can_not_paint_leaves_the_window_as_it_is(qtbot, monkeypatch):
    class Broken(QWidget):
        @guarded
        def paintEvent(self, _: QPaintEvent) -> None:
            with QPainter(self):
                raise ValueError("no picture")

    reported = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_: reported.append(kind))
    widget = Broken()
    qtbot.addWidget(widget)
    picture = QPixmap(20, 20)
    widget.render(picture, sourceRegion=QRect(0, 0, 20, 20))
    assert reported == [ValueError]
