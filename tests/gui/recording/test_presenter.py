"""F11: the window for an audience, by real keys and mouse; Esc leaves everything as it was."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from samples import LESSON

from regplay.gui.recording.glass_pane import GlassPane
from regplay.gui.recording.presentation import CaptionLine
from regplay.gui.training import VirtualClock

WD, DROPOUT = "regularization.weight_decay", "regularization.dropout"


def state(person):
    window = person.window
    parts = window.recording.presentation.layout
    return {
        "zoom": window.theme.zoom,
        "is full": window.isFullScreen(),
        "size": window.size().toTuple(),
        "bars": [bar.height() for bar in parts.bars],
        "hidden": parts.controls.hidden_paths(),
        "halves": parts.halves.sizes(),
        "plots": parts.plots.sizes(),
        "covered": pane(person).isVisible(),
    }


def settled(person, is_on):
    person.wait(lambda: person.window.recording.presenter.is_on is is_on)
    person.wait(lambda: person.window.isFullScreen() is is_on)


@pytest.fixture
def presenting(person):
    person.press(Qt.Key.Key_F11, person.window)
    settled(person, True)
    return person


def pane(person) -> GlassPane:
    return person.window.recording.presentation.pane


def covered_by_keys(person, keys):
    """What the box of these keys would lie over."""
    parts, shown = person.window.recording.presentation.layout, pane(person)
    shown.set_keys(keys)
    box = shown.keys_rect().toAlignedRect()
    assert shown.rect().contains(box)
    controls = [parts.controls.control(path) for path in parts.controls.paths()]
    read = [parts.timeline, parts.plots, parts.verdict_bar, *controls]
    places = [QRect(one.mapTo(parts.central, QPoint(0, 0)), one.size()) for one in read]
    pairs = zip(read, places, strict=True)
    return [one.objectName() for one, at in pairs if one.isVisible() and box.intersects(at)]


@pytest.mark.usefixtures("first_curves")
def test_f11_leaves_plots_and_few_controls_and_esc_brings_all_back(person):
    before = state(person)
    person.press(Qt.Key.Key_F11, person.window)
    settled(person, True)
    shown = state(person)
    assert shown["zoom"] == 150
    assert shown["bars"] == [0, 0]
    controls = person.window.controls
    left = controls.paths() - controls.hidden_paths()
    assert left == set(controls.chosen_curves())
    for keys in ("Space", "Ctrl+Shift+Left"):
        assert covered_by_keys(person, keys) == []
    person.press(Qt.Key.Key_Escape, person.window)
    settled(person, False)
    person.wait(lambda: state(person) == before)


def test_a_window_that_is_closed_while_it_presents_opens_the_next_time_as_it_was(open_window):
    person = open_window()
    person.window.resize(800, 600)
    person.press(Qt.Key.Key_F11, person.window)
    settled(person, True)
    QTest.keyClick(person.window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    person.wait(lambda: not person.window.isVisible())
    again = open_window().window
    assert not again.isFullScreen()
    assert again.size().toTuple() == (800, 600)
    assert again.theme.zoom == 100


def test_text_made_larger_for_an_audience_is_not_so_at_the_next_start(presenting, settings):
    remembered = settings.value("zoom")
    presenting.window.zoom_by(1)
    assert presenting.window.theme.zoom == 175
    presenting.press(Qt.Key.Key_Escape, presenting.window)
    settled(presenting, False)
    assert presenting.window.theme.zoom == 100
    assert settings.value("zoom") == remembered


def test_what_was_chosen_stays_in_sight_up_to_three(person, settings):
    menu = QMenu()
    wanted = ["model.width", "data.noise", WD]
    for path in wanted:
        person.window.recording.presenter.fill(menu)
        next(a for a in menu.actions() if a.objectName() == f"present.{path}").trigger()
    person.window.recording.presenter.fill(menu)
    open_ones = [a.objectName() for a in menu.actions() if a.objectName() and a.isEnabled()]
    assert sorted(open_ones) == sorted(f"present.{path}" for path in wanted)
    assert settings.value("present.controls").split() == wanted
    person.press(Qt.Key.Key_F11, person.window)
    settled(person, True)
    controls = person.window.controls
    assert controls.paths() - controls.hidden_paths() == set(wanted)


def test_only_controls_that_the_present_data_and_model_have_can_be_chosen(person):
    menu, presenter = QMenu(), person.window.recording.presenter

    def listed():
        presenter.fill(menu)
        return {action.objectName().removeprefix("present.") for action in menu.actions()}

    assert {"data.noise", "model.width"} <= listed()
    assert not listed() & {"data.missing", "data.columns", "model.degree"}
    person.set(model__kind="polynomial")
    assert "model.degree" in listed()


def test_shortcuts_of_menus_out_of_sight_still_work_and_are_shown(presenting):
    QTest.keyClick(presenting.window, Qt.Key.Key_P)
    assert len(presenting.controller.pins) == 1
    assert pane(presenting).keys == "P"
    QTest.keyClick(presenting.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert pane(presenting).keys == "Ctrl+L"


def test_escape_ends_the_editing_of_points_and_then_presenting(presenting):
    window = presenting.window
    presenting.click("edit")
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.editing.is_on
    assert window.recording.presenter.is_on
    QTest.keyClick(window, Qt.Key.Key_Escape)
    settled(presenting, False)


@pytest.mark.usefixtures("first_curves")
@pytest.mark.parametrize("turns", [False, True])
def test_after_presenting_controls_are_as_the_open_page_of_a_lesson_wants_them(
    person, tmp_path, turns
):
    file = tmp_path / "lesson.toml"
    pages = f"highlights = ['{WD}']\nhides = ['{DROPOUT}']", f"highlights = ['{DROPOUT}']"
    file.write_text(
        LESSON + f"[[pages]]\ntitle = 'Third'\ntext = 'A'\n{pages[0]}\n"
        f"[[pages]]\ntitle = 'Fourth'\ntext = 'B'\n{pages[1]}\n"
    )
    window, controls = person.window, person.window.controls
    window.guide.open_file(file)
    window.guide.go_to("small", 2)
    person.press(Qt.Key.Key_F11, window)
    settled(person, True)
    if turns:
        window.guide.next_page()
    person.press(Qt.Key.Key_Escape, window)
    settled(person, False)
    assert controls.highlighted() == ((DROPOUT,) if turns else (WD,))
    assert controls.hidden_paths() == (set() if turns else {DROPOUT})


@pytest.mark.usefixtures("first_curves")
def test_in_a_low_window_large_letters_leave_the_plots_their_room(person):
    window, parts = person.window, person.window.recording.presentation.layout
    bar, halves = parts.verdict_bar, parts.halves
    person.press(Qt.Key.Key_F11, window)
    settled(person, True)
    window.theme.set_zoom(200)
    person.wait(bar.reason.isHidden)
    person.wait(lambda: halves.sizes()[0] < 2 * 288)
    assert parts.controls.viewport().width() >= parts.controls.widget().minimumSizeHint().width()
    person.press(Qt.Key.Key_Escape, window)
    settled(person, False)
    person.wait(bar.reason.isVisible)


@pytest.mark.usefixtures("first_curves")
def test_with_the_largest_letters_a_low_window_has_both_plots_in_sight(person):
    window, tools = person.window, person.find("annotations")
    extras = [person.find(name) for name in ("pin", "compare", "verdict.advice")]
    window.theme.set_zoom(200)
    person.press(Qt.Key.Key_F11, window)
    settled(person, True)
    window.showNormal()  # a screen of this size
    window.resize(1024, 640)
    person.wait(lambda: not any(extra.isVisible() for extra in [*extras, tools]))
    person.wait(lambda: person.find("centre").verticalScrollBar().maximum() == 0)
    QTest.keyClick(window, Qt.Key.Key_D)
    assert tools.isVisible()
    window.theme.set_zoom(150)
    person.wait(lambda: all(extra.isVisible() for extra in extras))
    window.theme.set_zoom(200)
    person.wait(lambda: not any(extra.isVisible() for extra in extras))
    person.window.recording.presenter.end()
    settled(person, False)
    assert all(extra.isVisible() for extra in extras)
    assert not tools.isVisible()


def test_keys_go_after_a_while(open_window):
    clock = VirtualClock()
    person = open_window(clock=clock)
    person.press(Qt.Key.Key_F11, person.window)
    settled(person, True)
    QTest.keyClick(person.window, Qt.Key.Key_P)
    clock.advance(1.0)
    assert pane(person).keys == "P"
    clock.advance(0.6)
    assert pane(person).keys == ""


def test_the_halo_follows_the_pointer_and_a_ring_its_button(presenting):
    window = presenting.window
    handle, here = window.windowHandle(), window.fit_view.mapTo(window, QPoint(60, 50))
    QTest.mouseMove(handle, here)
    presenting.wait(lambda: pane(presenting).pointer is not None)
    assert pane(presenting).pointer.toPoint() == pane(presenting).mapFrom(window, here)
    assert not pane(presenting).is_pressed
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=here)
    presenting.wait(lambda: pane(presenting).is_pressed)
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=here)
    presenting.wait(lambda: not pane(presenting).is_pressed)
    presenting.window.recording.presenter.set_shows("halo", False)
    assert pane(presenting).pointer is None


def test_the_spotlight_is_on_the_plot_under_the_pointer(presenting):
    window, bright = presenting.window, pane(presenting)
    window.recording.presenter.set_shows("spotlight", True)
    QTest.mouseMove(window.windowHandle(), window.history_view.mapTo(window, QPoint(80, 40)))
    presenting.wait(lambda: bright._bright)
    parts = window.recording.presentation.layout
    assert bright._bright[0].contains(parts.losses.mapTo(parts.central, QPoint(80, 40)))
    assert not bright._bright[0].contains(parts.tabs.mapTo(parts.central, QPoint(80, 40)))


def test_a_caption_that_needs_two_lines_has_two_of_about_one_length(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    caption = CaptionLine(parent)
    caption.resize(400, caption.height())
    caption.say("With nine of ten left out, nothing is learned at all.")
    first, second = map(len, caption.text().split("\n"))
    assert abs(first - second) < 10
    caption.resize(2000, caption.height())
    caption.say("With nine of ten left out, nothing is learned at all.")
    assert "\n" not in caption.text()


def test_curves_that_had_little_room_can_still_be_read_in_larger_letters(person):
    parts = person.window.recording.presentation.layout
    parts.plots.setSizes([3000, 1])
    person.press(Qt.Key.Key_F11, person.window)
    settled(person, True)
    for _ in range(10):  # until all of it is laid out
        QApplication.processEvents()
    least = parts.losses.minimumSizeHint().height()
    assert sum(parts.plots.sizes()) > parts.tabs.minimumSizeHint().height() + least
    assert parts.losses.height() >= least
