"""Nothing is cut off or lies over something else, at any size of the window and of the text."""

from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QScrollArea,
    QWidget,
)

from regplay.gui.plots.chart import Chart
from regplay.gui.widgets import ElidedLabel
from regplay.gui.window import MainWindow

_HAS_TEXT = (QLabel, QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit)


def _text(widget: QWidget) -> str:
    if isinstance(widget, QComboBox):
        return widget.currentText()
    return widget.text() if isinstance(widget, _HAS_TEXT) else ""


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()} {_text(widget)[:40]!r}"


def _place(window: QWidget, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def _in_sight(window: QWidget, widget: QWidget) -> QRect:
    """Where something is seen of a widget in its window; empty where all of it is hidden."""
    seen = _place(window, widget)
    while widget is not window:
        widget = widget.parentWidget()
        seen &= _place(window, widget)
    return seen


def _is_lost(window: QWidget, widget: QWidget) -> bool:
    """Whether something is hidden of a widget that no scroll bar brings into sight."""
    whole, never = _place(window, widget), Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    across = down = True  # until something scrolls that way
    while widget is not window:
        widget = widget.parentWidget()
        area, room = widget.parentWidget(), _place(window, widget)
        if isinstance(area, QScrollArea) and widget is area.viewport():
            across &= area.horizontalScrollBarPolicy() == never
            down &= area.verticalScrollBarPolicy() == never
        if across and not room.left() <= whole.left() <= whole.right() <= room.right():
            return True
        if down and not room.top() <= whole.top() <= whole.bottom() <= room.bottom():
            return True
    return False


def _cut(window: QWidget, widget: QWidget) -> str:
    """How a widget is smaller than its text, or outside of its window; empty if neither.

    An elided label is meant to say less where there is less room.
    """
    is_whole = isinstance(widget, QLabel | QAbstractButton) and not isinstance(widget, ElidedLabel)
    need = widget.sizeHint() if is_whole else widget.minimumSizeHint()
    may_wrap = isinstance(widget, QLabel) and widget.wordWrap()
    if not may_wrap and widget.width() < need.width() - 1:
        return f"{widget.width()} px wide, not {need.width()}: {_name(widget)}"
    if may_wrap and not isinstance(widget, ElidedLabel):
        needed = widget.heightForWidth(widget.width())
        if widget.height() < needed - 1:
            return f"{widget.height()} px high, not {needed}: {_name(widget)}"
    elif widget.height() < widget.minimumSizeHint().height() - 1:
        return f"{widget.height()} px high: {_name(widget)}"
    if isinstance(widget, ElidedLabel) and not QLabel.text(widget):
        return ""  # there is no room for any of it
    if _is_lost(window, widget):
        return f"outside of what it is in: {_name(widget)}"
    return ""


def faults(window: QWidget) -> list[str]:
    """Whatever is cut off or overlaps in a window, in words."""
    shown = [w for w in window.findChildren(QWidget) if w.isVisible() and w.window() is window]
    inner = "qt_spinbox_lineedit"
    shown = [w for w in shown if _text(w) and w.objectName() != inner]
    found = [fault for widget in shown if (fault := _cut(window, widget))]
    places = np.array([_in_sight(window, widget).getCoords() for widget in shown]).reshape(-1, 4)
    first = np.maximum(places[:, None, :2], places[:, :2])  # [n, n, 2]: what any two share
    last = np.minimum(places[:, None, 2:], places[:, 2:])
    are_over = ((last - first) > 0).all(axis=-1)  # by more than a pixel
    for one, other in np.argwhere(np.triu(are_over, 1)):
        one, other = shown[one], shown[other]
        if not (one.isAncestorOf(other) or other.isAncestorOf(one)):
            found.append(f"{_name(one)} lies over {_name(other)}")
    return found


def test_a_cut_and_an_overlap_are_found(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(200, 100)
    font = window.font()
    font.setPixelSize(12)
    window.setFont(font)
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
# Between the ends of the zoom the smallest window will do: elsewhere there is more room.
LOOKS = [*((100, size) for size in SIZES), (125, SIZES[0]), (150, SIZES[0])]
LOOKS += [(200, size) for size in SIZES]
BY_DAY = [(100, SIZES[0]), (200, SIZES[0])]  # where there is least room; all at night
night = pytest.mark.nightly
TABS = ("fit", "landscape", "seeds", "network", "split")
LEAST_PLOT = (120, 60)  # px at 100 %: what a plot keeps


def _settle() -> None:
    # What wraps asks for its height once it has its width, and so does what it is in: each of them
    # by an event to the next.
    for _ in range(12):
        QApplication.processEvents()


def _look_at_all(window: MainWindow, looks) -> dict[tuple[str, tuple[int, int], int], list[str]]:
    """What is cut off, by tab, size and zoom, in these of `LOOKS`; nothing is painted meanwhile."""
    found = {}
    window.setUpdatesEnabled(False)
    for zoom, size in looks:
        window.theme.set_zoom(zoom)
        window.resize(*size)
        for tab in TABS:
            window.tabs.set_tab(tab)
            _settle()
            assert (window.width(), window.height()) == size
            seen = faults(window)
            across = window.findChild(QScrollArea, "columns").horizontalScrollBar()
            if across.maximum():
                seen.append(f"scrolls sideways by {across.maximum()} px")
            width, height = (zoom * pixels // 100 for pixels in LEAST_PLOT)
            for chart in window.findChildren(Chart):
                if chart.isVisible() and (chart.width() < width or chart.height() < height):
                    seen.append(f"a plot of {chart.width()} × {chart.height()} px")
            if seen:
                found[tab, size, zoom] = seen
    window.setUpdatesEnabled(True)
    window.theme.set_zoom(100)
    return found


CURVES = "regularization.weight_decay", "regularization.dropout"  # in sight at the first start


def _finished(begin_anew, values=None):
    person = begin_anew(values, CURVES)
    person.train()
    return person


# Moons have the tabs of a sine, which is looked at below too, and the controls of digits.
@pytest.mark.parametrize("looks", [BY_DAY, pytest.param(LOOKS, marks=night)], ids=["tight", "all"])
@pytest.mark.parametrize(
    "data", [*(pytest.param(name, marks=night) for name in ("sine", "moons")), "digits"]
)
def test_nothing_is_cut_off(begin_anew, data, looks) -> None:
    assert not _look_at_all(_finished(begin_anew, {"data.name": data}).window, looks)


# With four runs side by side there is less room than with one.
@pytest.mark.parametrize("looks", [BY_DAY, pytest.param(LOOKS, marks=night)], ids=["tight", "all"])
@pytest.mark.parametrize("compares", [pytest.param(False, marks=night), True])
def test_nothing_is_cut_off_with_a_lesson_and_pins(begin_anew, compares, looks) -> None:
    person = _finished(begin_anew)
    person.controller.pin()
    person.window.guide.go_to("memorising", 0)
    if compares:
        person.controller.compare()
        person.wait(lambda: len(person.window.tabs.side.titles) == 4)
    assert not _look_at_all(person.window, looks)


def test_a_page_below_the_control_that_it_names_keeps_its_buttons_in_sight(begin_anew) -> None:
    window = _finished(begin_anew).window
    window.resize(1024, 640)
    window.theme.set_zoom(200)
    window.guide.go_to("memorising", 4)
    _settle()
    columns, next_page = window.findChild(QWidget, "columns"), window.guide.panel.bar.next
    assert next_page.isVisible()
    assert columns.rect().contains(_place(columns, next_page))
    assert not window.controls.control("model.depth").visibleRegion().isEmpty()


def test_a_control_is_whole_in_sight_once_its_curve_unfolds(begin_anew) -> None:
    person = _finished(begin_anew)
    window = person.window
    window.resize(1024, 640)
    window.theme.set_zoom(200)
    window.guide.go_to("valley", 0)
    _settle()
    control = window.controls.control("regularization.weight_decay")
    folded = control.height()
    window.guide.panel.findChild(QAbstractButton, "lesson.place").click()
    person.wait(lambda: control.height() > folded)
    person.wait(lambda: control.visibleRegion().boundingRect().height() >= control.height() - 1)


# Where text is large there is least room for it: that is asked by day.
@pytest.mark.parametrize("zoom", [pytest.param(100, marks=night), 200])
def test_no_dialog_is_cut_off(begin_anew, zoom) -> None:
    window = begin_anew(curves=CURVES).window
    window.resize(1024, 640)
    window.theme.set_zoom(zoom)
    shows = {tab: partial(window.help.show, tab) for tab in ("shortcuts", "words", "about")}
    found = {}
    for name, show in {"gallery": window.gallery.show, **shows}.items():
        show()
        _settle()
        [dialog] = [one for one in window.findChildren(QDialog) if one.isVisible()]
        assert window.rect().contains(QRect(QPoint(0, 0), dialog.size()))
        if seen := faults(dialog):
            found[name] = seen
        dialog.close()
        _settle()
    assert not found


def _areas(window: MainWindow) -> tuple[QRect, QRect]:
    _settle()
    both = window.tabs, window.history_view
    return tuple(QRect(view.mapTo(window, QPoint(0, 0)), view.size()) for view in both)


def test_losses_stand_beside_a_picture_that_grows_by_that(begin_anew) -> None:
    person = _finished(begin_anew)
    window = person.window

    def are_beside() -> bool:
        fit, losses = _areas(window)
        assert (losses.left() > fit.right()) != (losses.top() > fit.bottom())
        return losses.left() > fit.right()

    def show(values, step) -> None:
        person.controller.set_values(values)
        person.wait_for_step(step)

    window.resize(1280, 800)
    assert not are_beside()
    show({"data.name": "moons"}, 20)  # twice as wide as high
    assert not are_beside()
    show({"data.name": "spirals"}, 20)
    assert are_beside()
    person.controller.pin()
    show({"regularization.weight_decay": 0.01}, 20)
    assert window.runs.isVisible()
    assert window.runs.mapTo(window, QPoint(0, 0)).y() > _areas(window)[1].bottom()
    window.resize(900, 1300)
    assert not are_beside()
    window.resize(1280, 800)
    assert are_beside()
    window.tabs.set_tab("network")
    assert not are_beside()


@pytest.mark.usefixtures("first_curves")
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
    for _ in range(3):  # one more than there are
        person.choose("Larger text")
    assert window.theme.zoom == 200
    person.choose("Smaller text")
    assert window.theme.zoom == 175
    person.choose("Usual size")
    _settle()
    assert window.theme.zoom == 100
    assert window.menuBar().fontMetrics().height() == size


def test_what_was_done_stands_in_place_of_the_device_whatever_is_laid_out_meanwhile(begin_anew):
    window = begin_anew(curves=CURVES).window
    device = window.findChild(QLabel, "status.device")
    window.status.tell("Saved a.csv")
    window.theme.set_zoom(125)
    _settle()
    assert not device.isVisible()
    window.status.clearMessage()
    assert device.isVisible()


def test_the_rate_has_room_in_letters_of_any_size(begin_anew):
    window = begin_anew().window
    rate = window.findChild(QLabel, "status.rate")
    window.theme.set_zoom(200)
    _settle()
    rate.setText("1,234,567 steps/s")
    assert rate.width() >= rate.sizeHint().width()
    assert rate.height() >= rate.sizeHint().height()
