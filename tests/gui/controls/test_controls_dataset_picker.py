"""The dataset picker and its pictures."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from regplay.core.datasets import REGISTRY
from regplay.core.fields import FIELDS
from regplay.gui.controls import dataset_picker as thumbnails
from regplay.gui.controls.dataset_picker import DatasetPicker

NAMES = tuple(REGISTRY)
# The offscreen platform says so of windows that show (size hints) and lists that open (raise).
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def loaded(monkeypatch):
    """The names of the datasets that pictures were made from."""
    names = []
    original = thumbnails.load

    def load(settings):
        names.append(settings.name)
        return original(settings)

    monkeypatch.setattr(thumbnails, "load", load)
    return names


@pytest.fixture
def window(qtbot):
    widget = QWidget()
    widget.resize(300, 200)
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def picker(window):
    control = DatasetPicker(FIELDS["data.name"], window)
    control.resize(280, 120)
    window.show()
    return control


def test_titles_are_listed_and_the_description_is_below(picker):
    combo = picker.combo
    assert [combo.itemData(i) for i in range(combo.count())] == list(REGISTRY)
    assert [combo.itemText(i) for i in range(combo.count())] == [s.title for s in REGISTRY.values()]
    for name in NAMES:
        picker.set_value(name)
        assert picker.value() == name
        assert combo.currentData() == name
        assert picker.description.text() == REGISTRY[name].description


def test_choosing_by_keyboard(picker):
    changes = []
    picker.value_changed.connect(changes.append)
    QTest.keyClick(picker.combo, Qt.Key.Key_Down)
    QTest.keyClick(picker.combo, Qt.Key.Key_Up)
    assert changes == [NAMES[1], NAMES[0]]


def test_pictures_cost_nothing_before_the_list_opens(picker, loaded, qtbot):
    picker.grab()
    picker.set_value(NAMES[1])
    QApplication.processEvents()
    assert loaded == []
    picker.combo.showPopup()
    qtbot.waitUntil(lambda: len(loaded) >= 5)
    QApplication.processEvents()
    picker.combo.hidePopup()
    assert len(loaded) == len(set(loaded))


def test_pictures_are_made_once(picker, loaded, qtbot):
    delegate = picker.combo.itemDelegate()
    for _ in range(2):
        picker.combo.showPopup()
        qtbot.waitUntil(lambda: len(loaded) >= 5 and None not in delegate._pictures.values())
        picker.combo.view().viewport().grab()
        picker.combo.hidePopup()
    qtbot.waitUntil(lambda: None not in delegate._pictures.values())
    assert len(loaded) == len(set(loaded))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ground", ["white", "#202020"])
def test_each_dataset_has_a_picture_in_the_palettes_colours(qapp, name, ground):
    palette = QPalette(QColor(ground))
    palette.setColor(QPalette.ColorRole.Base, QColor(ground))
    image = thumbnails.draw_thumbnail(thumbnails.example_points(name), palette, 2.0).toImage()
    assert image.size() == thumbnails.SIZE * 2
    inside = [
        image.pixelColor(x, y).name()
        for x in range(4, image.width() - 4)
        for y in range(4, image.height() - 4)
    ]
    assert inside.count(QColor(ground).name()) > len(inside) / 10
    assert len(set(inside)) > 1


def test_a_dataset_without_points_still_has_a_picture(qapp):
    assert not thumbnails.draw_thumbnail(None, QApplication.palette()).isNull()
