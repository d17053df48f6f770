from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton, QVBoxLayout, QWidget

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.gui.controller import Controller
from regplay.gui.runs.run_rows import pin_color, places
from regplay.gui.runs.runs_list import RunsList
from regplay.gui.theme import DARK, LIGHT, palette_of
from regplay.session.session import Run

LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key


class Listed:
    """A list with three pins, on screen."""

    def __init__(self, list_: RunsList, controller: Controller) -> None:
        self.list, self.controller, self.pins = list_, controller, controller.pins
        self.window = list_.window()  # held, or Python lets go of it
        self.changes: list[None] = []
        controller.pins_changed.connect(lambda: self.changes.append(None))

    def row(self, place: int) -> QRect:
        return self.list.view.visualRect(self.list.rows.index(place))

    def part(self, place: int, part: str) -> QPoint:
        """The middle of a part of a row, in the viewport."""
        row = self.row(place)
        at = getattr(places(row.width(), self.list.font()), part)
        return at.translated(row.topLeft()).center()

    def click(self, place: int, part: str = "name") -> None:
        QTest.mouseClick(self.list.view.viewport(), LEFT, pos=self.part(place, part))

    def press(self, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.list.view, key, modifier)

    def editor(self) -> QLineEdit:
        editor = self.list.view.viewport().findChild(QLineEdit)
        assert editor is not None
        return editor

    @property
    def names(self) -> list[str]:
        return [row.name for row in self.list.rows.rows]


@pytest.fixture
def listed(qtbot, controller, make_run) -> Listed:
    window = QWidget()
    qtbot.addWidget(window)
    pins, runs = controller.pins, RunsList(controller)
    QVBoxLayout(window).addWidget(runs)
    window.resize(330, 300)
    pins.pin(make_run(), None, "a")
    pins.pin(make_run(regularization__weight_decay=0.01), None, "b")
    pins.pin(make_run(regularization__dropout=0.3, train=(0.5, 0.2)), None, "c")
    controller.complete_pins({})
    runs.rows.set_present(make_run(train=(0.5, 0.05), valid=(0.2, 0.4)))
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    runs.view.setFocus()
    return Listed(runs, controller)


def test_rows_hold_the_numbers_and_only_what_differs(listed) -> None:
    now, a, b, c = listed.list.rows.rows
    assert listed.names == ["now", "a", "b", "c"]
    assert [row.values for row in (now, a, b, c)] == [
        "λ 0 · p 0",
        "λ 0 · p 0",
        "λ 0.01 · p 0",
        "λ 0 · p 0.3",
    ]
    assert now.numbers == ("0.0500", "0.4000", "+0.3500")
    assert now.best == ("0.2000", "0")
    assert c.numbers == ("0.2000", "0.3000", "+0.1000")
    assert c.best == ("0.3000", "10")


def test_the_present_experiment_is_part_of_what_differs(listed) -> None:
    listed.list.rows.set_present(Run(replace(Experiment(), {"seed": 4})))
    values = [row.values for row in listed.list.rows.rows]
    assert values[0] == "λ 0 · p 0 · seed 4"
    assert values[1] == "λ 0 · p 0 · seed 0"
    assert listed.list.rows.rows[0].numbers == ("–", "–", "–")


def test_a_name_that_says_what_differs_is_not_followed_by_the_same(controller, make_run) -> None:
    pins = controller.pins
    for decay in (0, 0.01):
        pins.pin(make_run(regularization__weight_decay=decay), None)
    rows = RunsList(controller).rows.rows
    assert [(row.name, row.values) for row in rows[1:]] == [("λ 0", ""), ("λ 0.01", "")]
    assert rows[0].values == "λ 0"


def test_the_swatch_hides_and_shows(listed) -> None:
    listed.click(2, "swatch")
    assert [pin.is_hidden for pin in listed.pins] == [False, True, False]
    assert len(listed.changes) == 1
    listed.click(2, "swatch")
    assert not listed.pins[1].is_hidden
    assert len(listed.changes) == 2


def test_the_swatch_of_the_present_run_does_nothing(listed) -> None:
    listed.click(0, "swatch")
    assert not listed.changes


def test_a_swatch_has_the_colour_of_the_pin(listed) -> None:
    for colors in (LIGHT, DARK):
        listed.list.setPalette(palette_of(colors))
        image = listed.list.view.viewport().grab().toImage()
        for place in (1, 2, 3):
            at = listed.row(place).topLeft()
            swatch = places(listed.row(place).width(), listed.list.font()).swatch
            point = at + QPoint(swatch.left() + 5, swatch.center().y())
            color = colors.of(pin_color(listed.pins[place - 1].color))
            assert image.pixelColor(point) == QColor(color)


def test_renaming_by_keyboard(qtbot, listed) -> None:
    listed.click(1)
    listed.press(KEY.Key_F2)
    editor = listed.editor()
    QTest.keyClicks(editor, "no penalty")
    QTest.keyClick(editor, KEY.Key_Return)
    qtbot.waitUntil(lambda: listed.pins[0].name == "no penalty")
    assert listed.names[1] == "no penalty"
    assert len(listed.changes) == 1


def test_renaming_by_a_double_click_and_taking_it_back(listed) -> None:
    listed.click(3)
    QTest.mouseDClick(listed.list.view.viewport(), LEFT, pos=listed.part(3, "name"))
    editor = listed.editor()
    QTest.keyClicks(editor, "other")
    QTest.keyClick(editor, KEY.Key_Escape)
    assert listed.names[3] == "c"
    assert not listed.changes


def test_the_present_run_can_not_be_renamed_or_deleted(listed) -> None:
    listed.click(0)
    for key in (KEY.Key_F2, KEY.Key_Delete):
        listed.press(key)
    assert listed.list.view.viewport().findChild(QLineEdit) is None
    assert listed.names == ["now", "a", "b", "c"]
    assert not any(action.isEnabled() for action in listed.list.actions_by_name.values())


def test_deleting_is_told_and_chooses_the_next(listed) -> None:
    listed.click(2)
    listed.press(KEY.Key_Delete)
    assert len(listed.changes) == 1
    assert listed.names == ["now", "a", "c"]
    assert listed.list.current is listed.pins[1]
    listed.press(KEY.Key_Delete)
    assert listed.list.current is listed.pins[0]


def test_reordering_by_keyboard_keeps_the_choice(listed) -> None:
    listed.click(3)
    chosen = listed.list.current
    alt = Qt.KeyboardModifier.AltModifier
    for _ in range(4):
        listed.press(KEY.Key_Up, alt)
    assert listed.names == ["now", "c", "a", "b"]
    assert listed.list.current is chosen
    assert len(listed.changes) == 2
    listed.press(KEY.Key_Down, alt)
    assert listed.names == ["now", "a", "c", "b"]


@pytest.mark.parametrize(
    ("dragged", "to", "names"),
    [(1, 4, "bca"), (3, 1, "cab"), (3, 0, "cab"), (1, -1, "bca"), (1, 2, "abc"), (2, 4, "acb")],
)
def test_reordering_by_dropping_a_row(listed, dragged, to, names) -> None:
    rows = listed.list.rows
    data = rows.mimeData([rows.index(dragged)])
    rows.dropMimeData(data, Qt.DropAction.MoveAction, to, 0, rows.index(-1))
    assert listed.names == ["now", *names]
    assert not rows.flags(rows.index(0)) & Qt.ItemFlag.ItemIsDragEnabled


def test_adopting_by_button_and_by_enter(qtbot, listed, monkeypatch) -> None:
    adopt = listed.list.findChild(QToolButton, "runs.adopt")
    assert not adopt.isEnabled()
    listed.click(2)
    adopted = []
    monkeypatch.setattr(
        listed.controller, "adopt", lambda experiment, start: adopted.append(start.run)
    )
    QTest.mouseClick(adopt, LEFT)
    listed.list.view.setFocus()
    listed.press(KEY.Key_Return)
    assert adopted == [listed.pins[1].run, listed.pins[1].run]


def test_the_menu_hides_and_shows(listed) -> None:
    listed.click(2)
    hide = listed.list.actions_by_name["hide"]
    assert hide.text() == "Hide"
    hide.trigger()
    assert listed.pins[1].is_hidden
    assert hide.text() == "Show"


def test_space_is_the_windows_but_a_name_may_have_one(qtbot, listed) -> None:
    pressed = []
    window = listed.list.window()
    space = QShortcut(QKeySequence("Space"), window)
    space.activated.connect(lambda: pressed.append(1))
    listed.click(1)
    listed.press(KEY.Key_Space)
    adopt = listed.list.findChild(QToolButton, "runs.adopt")
    adopt.setFocus()
    QTest.keyClick(adopt, KEY.Key_Space)
    assert len(pressed) == 2
    listed.list.view.setFocus()
    listed.press(KEY.Key_F2)
    QTest.keyClicks(listed.editor(), "a b")
    QTest.keyClick(listed.editor(), KEY.Key_Return)
    qtbot.waitUntil(lambda: listed.pins[0].name == "a b")
    assert len(pressed) == 2


def test_new_numbers_draw_one_row_and_keep_choice_and_columns(listed, snapshot) -> None:
    rows = listed.list.rows
    listed.click(2)
    told, resets = [], []
    rows.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    rows.modelReset.connect(lambda: resets.append(1))
    before = listed.row(0)
    listed.list.rows.update()
    assert told == []
    run = rows._present
    run.history.append(snapshot(20, 1.24e-5, 123.4))
    listed.list.rows.update()
    assert told == [(0, 0)]
    assert resets == []
    assert rows.rows[0].numbers == ("1.2e−05", "123.40", "+123.40")
    assert listed.list.current is listed.pins[1]
    assert listed.row(0) == before


def test_a_new_pin_keeps_the_choice(listed, make_run) -> None:
    listed.click(2)
    listed.pins.pin(make_run(seed=1), None, "d")
    listed.controller.complete_pins({})
    assert listed.names[-1] == "d"
    assert listed.list.current is listed.pins[1]


def test_a_wide_list_has_rows_of_one_line(qtbot, listed) -> None:
    narrow = listed.row(1).height()
    listed.list.window().resize(900, 300)
    qtbot.waitUntil(lambda: listed.row(1).height() < 0.7 * narrow)
    row = places(listed.row(1).width(), listed.list.font())
    rects = [row.swatch, row.name, row.values, *row.numbers, row.best]
    assert all(a.right() < b.left() for a, b in pairwise(rects))


def test_a_narrow_list_leaves_out_numbers_and_keeps_names(listed) -> None:
    font = listed.list.font()
    train, valid, gap = 0, 1, 2
    shown = {
        width: [k for k, place in enumerate(places(width, font).numbers) if not place.isEmpty()]
        for width in (180, 240, 340)
    }
    assert shown == {180: [valid], 240: [valid, gap], 340: [train, valid, gap]}
    for width in shown:
        at = places(width, font)
        assert at.name.width() > QFontMetrics(font).horizontalAdvance("no penalty")
        assert not any(at.name.intersects(place) for place in at.numbers)


def test_a_diverged_run_says_so(listed, snapshot) -> None:
    listed.pins[0].run.history.append(snapshot(20, 3.0, 4.0, diverged=True))
    listed.list.rows.update()
    assert listed.list.rows.rows[1].values.startswith("diverged · ")


def test_a_list_of_twelve_scrolls(listed, make_run) -> None:
    for seed in range(9):
        listed.pins.pin(make_run(seed=seed), None)
    listed.controller.complete_pins({})
    listed.list.choose(listed.pins[11])
    QApplication.processEvents()
    assert listed.list.view.viewport().rect().contains(listed.row(12))
    assert listed.list.current is listed.pins[11]
