"""Nothing is cut off or lies over something else, at any size of the window and of the text."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMainWindow,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QWidget,
)

from regplay.gui.widgets import ElidedLabel

_HAS_TEXT = (QLabel, QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit)
_SEVERAL = (QStackedWidget, QMainWindow, QAbstractScrollArea, QSplitter)  # lay out on their own


def _text(widget: QWidget) -> str:
    if isinstance(widget, QComboBox):
        return widget.currentText()
    return widget.text() if isinstance(widget, _HAS_TEXT) else ""


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()} {_text(widget)[:40]!r}"


def _is_scrolled(widget: QWidget) -> bool:
    while widget := widget.parentWidget():
        if isinstance(widget, QScrollArea):
            return True
    return False


def _cut(window: QWidget, widget: QWidget) -> str:
    """How a widget is smaller than its text, or outside of its window; empty if neither."""
    is_whole = isinstance(widget, QLabel | QAbstractButton)
    need = widget.sizeHint() if is_whole else widget.minimumSizeHint()
    may_wrap = isinstance(widget, QLabel) and widget.wordWrap()
    if not (may_wrap or isinstance(widget, ElidedLabel)) and widget.width() < need.width() - 1:
        return f"{widget.width()} px wide, not {need.width()}: {_name(widget)}"
    if not may_wrap and widget.height() < widget.minimumSizeHint().height() - 1:
        return f"{widget.height()} px high: {_name(widget)}"
    place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    if not _is_scrolled(widget) and not window.rect().contains(place):
        return f"outside of the window: {_name(widget)}"
    return ""


def faults(window: QWidget) -> list[str]:
    """Whatever is cut off or overlaps in a window, in words."""
    shown = [w for w in window.findChildren(QWidget) if w.isVisible() and w.window() is window]
    inner = "qt_spinbox_lineedit"
    with_text = [w for w in shown if _text(w) and w.objectName() != inner]
    found = [fault for widget in with_text if (fault := _cut(window, widget))]
    for parent in (window, *shown):
        if isinstance(parent, _SEVERAL):
            continue
        children = parent.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        children = [one for one in children if one.isVisible() and _text(one)]
        for index, one in enumerate(children):
            for other in children[index + 1 :]:
                common = one.geometry().intersected(other.geometry())
                if common.width() > 1 and common.height() > 1:
                    found.append(f"{_name(one)} lies over {_name(other)}")
    return found


def test_a_cut_and_an_overlap_are_found(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(200, 100)
    one, other = QLabel("Overfitting", window), QLabel("since epoch 55", window)
    one.setGeometry(0, 0, 200, 30)
    other.setGeometry(0, 50, 20, 30)
    window.show()
    assert len(faults(window)) == 1
    assert "20 px wide" in faults(window)[0]
    other.setGeometry(150, 10, 200, 30)
    assert len(faults(window)) == 2
    other.setGeometry(0, 50, 200, 30)
    assert not faults(window)


SIZES = [(1024, 640), (1366, 768), (1920, 1080)]
# Text of twice the size leaves nothing of a narrow window.
ZOOMED = [
    *((size, zoom) for size in SIZES for zoom in (100, 125, 150)),
    *((size, 200) for size in SIZES[1:]),
]


def _settle() -> None:
    for _ in range(5):
        QApplication.processEvents()


@pytest.mark.parametrize("tab", ["fit", "landscape", "seeds", "network", "side"])
def test_no_view_is_cut_off(open_window, tab) -> None:
    person = open_window()
    window = person.window
    person.click("timeline.play")
    person.wait_until_finished()
    window.tabs.set_tab(tab)
    found = {}
    for size, zoom in ZOOMED:
        if tab in ("landscape", "seeds") and size[0] < 9 * zoom:
            continue  # their rows of boxes need more room for larger text
        window.theme.set_zoom(zoom)
        window.resize(*size)
        _settle()
        assert (window.width(), window.height()) == size
        if seen := faults(window):
            found[size, zoom] = seen
    window.theme.set_zoom(100)
    assert not found


def test_no_view_is_cut_off_with_a_lesson_pins_and_compare(open_window) -> None:
    person = open_window()
    window = person.window
    person.click("timeline.play")
    person.wait_until_finished()
    person.controller.pin()
    window.lesson_studies.guide.toggle()
    found = {}
    for does in (lambda: None, person.controller.compare):
        does()
        for size in SIZES:
            window.resize(*size)
            _settle()
            if seen := faults(window):
                found[size] = seen
    assert not found


def test_text_grows_by_keys_and_is_remembered(open_window) -> None:
    person = open_window()
    window = person.window
    size = window.menuBar().fontMetrics().height()
    for _ in range(3):
        person.choose("Larger text")
    assert window.theme.zoom == 150
    _settle()
    assert window.menuBar().fontMetrics().height() == pytest.approx(1.5 * size, abs=1)
    assert open_window().window.theme.zoom == 150
    for _ in range(9):
        person.choose("Larger text")
    assert window.theme.zoom == 200
    person.choose("Smaller text")
    assert window.theme.zoom == 175
    person.choose("Usual size")
    _settle()
    assert window.theme.zoom == 100
    assert window.menuBar().fontMetrics().height() == size
