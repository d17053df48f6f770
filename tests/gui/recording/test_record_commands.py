"""Ctrl+Shift+R: from the dialog to the file, by the keys and buttons of a person."""

import threading
from pathlib import Path

import av
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from regplay.gui.recording import video
from regplay.gui.recording.glass_pane import GlassPane
from regplay.gui.recording.record_commands import RecordDialog
from regplay.gui.recording.video import StreamFile
from regplay.gui.recording.video_formats import FORMATS, RecordingError
from regplay.gui.training import VirtualClock


@pytest.fixture(scope="module")
def shared_clock():
    return VirtualClock()


@pytest.fixture
def clock(shared_clock):
    return shared_clock


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


@pytest.fixture
def commands(person):
    return person.window.recording.commands()


def film(path: Path) -> tuple[int, tuple[int, int]]:
    """How many frames a file has, and their size."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return sum(1 for _ in container.decode(video=0)), (stream.width, stream.height)


def let_pass(commands, clock, seconds):
    for _ in range(round(seconds * 30)):
        clock.advance(1 / 30)
        if commands.recorder.is_on:
            commands.recorder._encoder.wait()


def begin(commands, path, part="window", size="own", *, pointer=False, countdown=0, alpha=False):
    commands.begin(
        path, part, size, 30, shows_pointer=pointer, countdown=countdown, is_transparent=alpha
    )


def test_the_window_is_recorded_after_a_countdown_and_the_end_is_told(
    person, commands, clock, tmp_path
):
    path = tmp_path / "a.mp4"
    begin(commands, path, countdown=3)
    assert commands.strip.time.text() == "in 3 …"
    clock.advance(2.0)
    assert commands.strip.time.text() == "in 1 …"
    assert not path.exists()
    clock.advance(1.0)
    let_pass(commands, clock, 1.3)
    assert commands.strip.time.text() == "● 00:01"
    assert commands.strip.isWindow()  # of its own, so that it is in no picture
    commands.stop()
    commands.recorder.wait()
    frames, size = film(path)
    assert frames == pytest.approx(40, abs=1)
    window = person.window.size()
    assert size == (window.width() & ~1, window.height() & ~1)
    assert commands.strip is None


# One plot alone at night: by day `test_what_is_transparent_…` records the fit.
@pytest.mark.parametrize(
    "part",
    ["window", "plots", *(pytest.param(it, marks=pytest.mark.nightly) for it in ("fit", "losses"))],
)
def test_each_part_is_laid_out_for_the_frames_and_the_window_comes_back(
    person, commands, clock, tmp_path, part
):
    before = person.window.geometry()
    begin(commands, tmp_path / "a.mp4", part, "1280x720")
    let_pass(commands, clock, 0.2)
    commands.stop()
    commands.recorder.wait()
    assert film(tmp_path / "a.mp4")[1] == (1280, 720)
    assert person.window.geometry() == before


def arrangement(window):
    presentation = window.recording.presentation
    sizes = presentation.layout.halves.sizes(), presentation.layout.plots.sizes()
    return presentation.layout.halves.orientation(), sizes, window.geometry(), window.theme.zoom


@pytest.mark.parametrize("part", ["window", pytest.param("plots", marks=pytest.mark.nightly)])
def test_an_upright_window_is_arranged_like_an_upright_film_and_is_as_it_was_afterwards(
    person, commands, tmp_path, part
):
    window = person.window
    before = arrangement(window)
    begin(commands, tmp_path / "a.mp4", part, "1080x1920")
    upright, (sizes, _), _, zoom = arrangement(window)
    assert zoom == 175  # it is seen on a telephone
    assert (upright == Qt.Orientation.Vertical) == (part == "window")
    if part == "window":
        assert 0.2 < sizes[1] / sum(sizes) < 0.35  # the controls, below
    commands.stop()
    commands.recorder.wait()
    assert arrangement(window) == before


def test_a_screen_that_is_too_small_is_said_and_nothing_changes(open_window, tmp_path):
    person = open_window()
    commands = person.window.recording.commands()
    person.window.setMaximumSize(1000, 900)
    before = person.window.geometry()
    begin(commands, tmp_path / "a.mp4", "fit", "1080x1920")
    assert "The screen is too small for frames of 1080x1920" in person.banner
    assert person.window.geometry() == before
    assert commands.strip is None


def test_the_strip_pauses_takes_back_and_stops(person, commands, clock, tmp_path):
    begin(commands, tmp_path / "a.mp4")
    let_pass(commands, clock, 1.0)
    QTest.mouseClick(commands.strip.pause, Qt.MouseButton.LeftButton)
    assert commands.strip.pause.text() == "Go on"
    let_pass(commands, clock, 2.0)
    QTest.mouseClick(commands.strip.pause, Qt.MouseButton.LeftButton)
    assert commands.strip.pause.text() == "Pause"
    let_pass(commands, clock, 0.5)
    assert commands.recorder.seconds == pytest.approx(1.5, abs=0.1)
    QTest.mouseClick(commands.strip.discard, Qt.MouseButton.LeftButton)
    assert commands.recorder.seconds == 0.0
    let_pass(commands, clock, 0.3)
    QTest.mouseClick(commands.strip.stop, Qt.MouseButton.LeftButton)
    commands.recorder.wait()
    assert film(tmp_path / "a.mp4")[0] == pytest.approx(9, abs=1)


def test_keys_of_the_window_pause_and_take_back_and_are_not_in_the_picture(
    person, commands, clock, tmp_path
):
    presenter = person.window.recording.presenter
    presenter.toggle()
    begin(commands, tmp_path / "a.mp4")
    let_pass(commands, clock, 1.0)
    person.press(Qt.Key.Key_F8, person.window)
    assert commands.recorder.is_paused
    person.press(Qt.Key.Key_F8, person.window)
    assert not commands.recorder.is_paused
    let_pass(commands, clock, 0.5)
    person.press(Qt.Key.Key_F9, person.window)
    assert commands.recorder.seconds == 0.0
    assert commands.recorder.is_on
    assert not person.window.findChild(GlassPane).keys
    commands.stop()
    commands.recorder.wait()
    person.press(Qt.Key.Key_F9, person.window)
    assert commands.strip is None
    presenter.end()


def test_an_open_menu_is_in_the_picture(person, commands, clock, tmp_path):
    begin(commands, tmp_path / "frames")
    bar = person.window.menuBar()
    view = next(action for action in bar.actions() if action.text() == "&View")
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.actionGeometry(view).center())
    menu = QApplication.activePopupWidget()
    place = QRect(person.window.mapFromGlobal(menu.pos()), menu.size())
    let_pass(commands, clock, 0.1)
    shown = menu.grab().toImage()
    menu.close()
    commands.stop()
    commands.recorder.wait()
    last = QImage(str(max((tmp_path / "frames").iterdir())))
    assert last.copy(place) == shown.convertToFormat(last.format())


def test_a_full_disk_ends_the_recording_with_a_message_and_training_goes_on(
    person, commands, clock, tmp_path, monkeypatch
):
    begin(commands, tmp_path / "a.mp4")

    def refuse(self, image, count=1):
        raise RecordingError("a.mp4: can't be written: No space left on device")

    monkeypatch.setattr(StreamFile, "write", refuse)
    let_pass(commands, clock, 1.0)
    commands.recorder.wait()
    assert "No space left on device" in person.banner
    assert commands.strip is None
    person.press(Qt.Key.Key_Space, person.window)

    def is_trained():
        clock.advance(0.05)
        return person.is_shown() and person.view.is_finished

    person.wait(is_trained)


def test_a_folder_that_is_not_there_is_said(person, commands, tmp_path):
    begin(commands, tmp_path / "nowhere" / "a.mp4")
    assert "a.mp4: can't be written: no such file or directory" in person.banner
    assert commands.strip is None


def test_its_key_asks_what_to_record_begins_and_ends_it(
    open_window, clock, tmp_path, monkeypatch, settings
):
    person, asked = open_window(clock=clock), []
    commands = person.window.recording.commands()

    def choose(parent, title, suggested, kinds):
        asked.append((suggested, kinds))
        return str(tmp_path / "mine"), ""

    def answer(dialog):
        dialog.form.setCurrentIndex(1)
        dialog.accept()
        return dialog.result()

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    monkeypatch.setattr(RecordDialog, "exec", answer)
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(person.window, Qt.Key.Key_R, keys)
    assert asked == [("regplay.webm", "WebM (VP9) (*.webm)")]
    assert settings.value("record.format") == "WebM (VP9)"
    clock.advance(3.0)
    let_pass(commands, clock, 0.3)
    QTest.keyClick(person.window, Qt.Key.Key_R, keys)
    commands.recorder.wait()
    assert film(tmp_path / "mine.webm")[0] > 5


def test_a_film_that_is_there_is_asked_about_by_its_whole_name(
    person, commands, clock, tmp_path, monkeypatch
):
    there, asked = tmp_path / "mine.mp4", []
    there.write_bytes(b"an earlier film")

    def choose(parent, title, suggested, kinds):
        asked.append(suggested)
        return ("" if len(asked) > 1 else str(tmp_path / "mine")), ""

    def answer(dialog):
        dialog.form.setCurrentIndex(0)
        dialog.accept()
        return dialog.result()

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    monkeypatch.setattr(RecordDialog, "exec", answer)
    commands.toggle()
    clock.advance(5.0)
    assert asked == ["regplay.mp4", str(there)]  # of which the dialog asks
    assert commands.strip is None
    assert there.read_bytes() == b"an earlier film"


def test_closing_the_window_does_not_wait_for_the_file_which_is_completed(
    open_window, clock, tmp_path, monkeypatch
):
    person = open_window(clock=clock)
    commands = person.window.recording.commands()
    gate, usual = threading.Event(), StreamFile.write
    monkeypatch.setattr(StreamFile, "write", lambda *given: (gate.wait(), usual(*given)))
    begin(commands, tmp_path / "a.mp4", pointer=True)
    for _ in range(5):
        clock.advance(1 / 30)
    writing = [one for one in threading.enumerate() if one.name.startswith("encoding")]
    person.window.close()
    is_visible, strip = person.window.isVisible(), commands.strip
    assert not writing[0].daemon  # the process waits for it
    gate.set()
    assert not is_visible
    assert strip is None
    writing[0].join()
    assert film(tmp_path / "a.mp4")[0] == 6


def test_a_gif_is_completed_while_the_window_can_be_used(
    person, commands, clock, tmp_path, monkeypatch
):
    gate, usual = threading.Event(), video._convert

    def convert(*args):
        gate.wait()
        usual(*args)

    monkeypatch.setattr(video, "_convert", convert)
    begin(commands, tmp_path / "a.gif", "fit")
    let_pass(commands, clock, 0.3)
    commands.stop()
    assert commands.strip.time.text() == "Writing the file…"
    assert not commands.strip.stop.isEnabled()
    gate.set()

    def is_there():
        clock.advance(0.1)
        return commands.strip is None

    person.wait(is_there)
    assert film(tmp_path / "a.gif")[0] > 5
    assert "Recorded 0.3 s into a.gif" in person.window.status.currentMessage()


def test_a_recording_that_ends_by_itself_says_that_its_file_is_being_written(
    person, commands, clock, tmp_path, monkeypatch
):
    gate, usual = threading.Event(), StreamFile.write
    monkeypatch.setattr(StreamFile, "write", lambda *given: (gate.wait(), usual(*given)))
    begin(commands, tmp_path / "a.mp4", "fit")
    clock.advance(11.0)
    assert not commands.recorder.is_on
    assert commands.strip.time.text() == "Writing the file…"
    assert not commands.strip.stop.isEnabled()
    gate.set()
    commands.recorder.wait()
    assert commands.strip is None
    assert "10 seconds behind" in person.banner


def test_what_is_transparent_is_the_ground_of_plots(person, commands, clock, tmp_path):
    begin(commands, tmp_path / "frames", "fit", alpha=True)
    commands.stop()
    commands.recorder.wait()
    image = QImage(str(next((tmp_path / "frames").iterdir())))
    chart = person.window.recording.charts()["fit"]
    corner = chart.viewport().mapTo(person.window.tabs, QPoint(4, 4))
    assert image.pixelColor(corner).alpha() == 0
    alphas = {image.pixelColor(x, corner.y() + 90).alpha() for x in range(image.width())}
    assert {0, 255} < alphas  # and some at the edges of lines


def test_a_transparent_webm_says_so(person, commands, clock, tmp_path):
    begin(commands, tmp_path / "a.webm", "fit", alpha=True)
    let_pass(commands, clock, 0.2)
    commands.stop()
    commands.recorder.wait()
    with av.open(str(tmp_path / "a.webm")) as container:
        assert container.streams.video[0].metadata["alpha_mode"] == "1"


def test_transparency_is_offered_where_the_format_has_it(person, settings):
    dialog = RecordDialog(settings, person.window)
    offered = {}
    for index, form in enumerate(FORMATS):
        dialog.form.setCurrentIndex(index)
        offered[form.label.split()[0]] = dialog.alpha.isEnabled()
    assert offered == {"MP4": False, "WebM": True, "GIF": False, "APNG": False, "PNG": True}


def test_presenting_ends_a_recording_before_the_window_takes_another_size(
    person, commands, clock, tmp_path
):
    window, before = person.window, arrangement(person.window)
    begin(commands, tmp_path / "a.mp4", size="1280x720")
    assert arrangement(window) != before
    let_pass(commands, clock, 0.3)
    person.press(Qt.Key.Key_F11, window)
    person.wait(window.isFullScreen)
    assert not commands.recorder.is_on
    commands.recorder.wait()
    assert film(tmp_path / "a.mp4") == (pytest.approx(9, abs=1), (1280, 720))
    assert "present first (F11), then record" in person.banner
    assert window.theme.zoom == 150
    person.press(Qt.Key.Key_Escape, window)
    window.banner.clear()  # which the plots make room for
    person.wait(lambda: arrangement(window) == before)


def test_the_end_of_presenting_ends_what_is_recorded_of_it_and_the_window_is_as_before(
    person, commands, clock, tmp_path
):
    window, before = person.window, arrangement(person.window)
    person.press(Qt.Key.Key_F11, window)
    person.wait(window.isFullScreen)
    size = window.width() & ~1, window.height() & ~1
    begin(commands, tmp_path / "a.mp4", countdown=1)
    clock.advance(1.0)
    let_pass(commands, clock, 0.3)
    person.press(Qt.Key.Key_Escape, window)
    commands.recorder.wait()
    assert film(tmp_path / "a.mp4") == (pytest.approx(9, abs=1), size)
    assert "Recorded 0.3 s into a.mp4, until presenting ended" in window.status.currentMessage()
    assert commands.strip is None
    person.wait(lambda: arrangement(window) == before)


def test_presenting_during_the_countdown_records_nothing(person, commands, clock, tmp_path):
    begin(commands, tmp_path / "a.mp4", countdown=3)
    person.press(Qt.Key.Key_F11, person.window)
    person.wait(person.window.isFullScreen)
    assert "present first (F11), then record" in person.banner
    assert commands.strip is None
    clock.advance(5.0)
    assert not commands.recorder.is_on
    person.press(Qt.Key.Key_Escape, person.window)
    person.wait(lambda: not person.window.isFullScreen())


def test_who_presents_and_records_sees_one_halo(person, commands, clock, tmp_path):
    person.press(Qt.Key.Key_F11, person.window)
    person.wait(person.window.isFullScreen)
    begin(commands, tmp_path / "a.mp4", pointer=True)
    QTest.mouseMove(person.window.windowHandle(), QPoint(200, 200))
    pane = person.window.recording.presentation.pane
    person.wait(lambda: pane.pointer is not None)
    assert person.window.findChildren(GlassPane) == [pane]
    commands.stop()
    commands.recorder.wait()
    QTest.mouseMove(person.window.windowHandle(), QPoint(300, 200))
    person.wait(lambda: pane.pointer is not None and round(pane.pointer.x()) == 300)
    person.press(Qt.Key.Key_Escape, person.window)
    person.wait(lambda: not person.window.recording.presenter.is_on)
    assert pane.pointer is None
