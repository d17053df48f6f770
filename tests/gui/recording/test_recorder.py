"""Recordings: timed by the clock, with pauses, with what is taken back, on disks that fill up."""

import threading

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel

from regplay.gui.recording.recorder import Recorder, picture_of
from regplay.gui.recording.video import ImageFiles
from regplay.gui.recording.video_formats import RecordingError
from regplay.gui.training import VirtualClock

FPS = 10


class Screen:
    """Shows the time in tenths of a second as a grey."""

    def __init__(self, clock):
        self.clock, self.taken = clock, 0

    def picture(self):
        self.taken += 1
        image = QImage(64, 48, QImage.Format.Format_RGB32)
        image.fill(QColor.fromHsv(0, 0, round(self.clock.now() * FPS)))
        return image


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def screen(clock):
    return Screen(clock)


@pytest.fixture
def recorder(clock, screen, qapp):
    made = Recorder(clock, screen.picture)
    yield made
    made.stop()
    made.wait()


def tenths(path):
    """The time that each frame shows, in tenths of a second."""
    return [QImage(str(file)).pixelColor(9, 9).value() for file in sorted(path.iterdir())]


def let_pass(recorder, clock, seconds):
    """Time goes by on a machine that keeps up."""
    for _ in range(round(seconds * FPS)):
        clock.advance(1 / FPS)
        if recorder.is_on:
            recorder._encoder.wait()


def test_frames_are_timed_by_the_clock(recorder, clock, tmp_path):
    recorder.start(tmp_path / "frames", FPS)
    let_pass(recorder, clock, 2.0)
    assert recorder.seconds == pytest.approx(2.1)
    recorder.stop()
    recorder.wait()
    assert tenths(tmp_path / "frames") == [*range(21)]
    assert recorder.repeated == 0
    assert not recorder.is_on


@pytest.fixture
def gate(monkeypatch):
    """Nothing is written until it is set."""
    gate, usual = threading.Event(), ImageFiles.write

    def slow(self, image, count=1):
        gate.wait()
        usual(self, image, count)

    monkeypatch.setattr(ImageFiles, "write", slow)
    return gate


def test_pictures_that_find_no_room_are_left_out_and_their_time_is_kept(
    recorder, clock, tmp_path, gate
):
    recorder.start(tmp_path / "frames", FPS)
    clock.advance(3.0)
    waiting = recorder.seconds
    gate.set()
    assert waiting < 1.5  # eight pictures wait, one is written
    let_pass(recorder, clock, 0.3)
    assert recorder.seconds == pytest.approx(3.4, abs=0.11)
    recorder.stop()
    recorder.wait()
    frames = tenths(tmp_path / "frames")
    assert frames == sorted(frames)
    assert len(frames) == round(recorder.seconds * FPS)
    assert recorder.repeated == len(frames) - len(set(frames))


def test_a_machine_that_falls_far_behind_ends_the_recording_with_a_message(
    recorder, clock, tmp_path, gate
):
    told = []
    recorder.failed.connect(told.append)
    recorder.start(tmp_path / "frames", FPS)
    clock.advance(9.0)
    assert recorder.is_on
    clock.advance(2.0)
    gate.set()
    recorder.wait()
    assert "10 seconds behind" in told[0]
    assert not recorder.is_on
    assert len(tenths(tmp_path / "frames")) == round(recorder.seconds * FPS)


class AwayClock(VirtualClock):
    """Calls nobody back while the main thread is away."""

    is_away = False

    def every(self, interval, callback):
        return super().every(interval, lambda: self.is_away or callback())


def test_a_window_that_was_away_for_long_goes_on_recording(qapp, tmp_path):
    clock = AwayClock()
    screen = Screen(clock)
    recorder = Recorder(clock, screen.picture)
    recorder.start(tmp_path / "frames", FPS)
    let_pass(recorder, clock, 0.3)
    clock.is_away = True
    clock.advance(15.0)
    clock.is_away = False
    let_pass(recorder, clock, 0.3)
    assert recorder.is_on
    recorder.stop()
    recorder.wait()
    frames = tenths(tmp_path / "frames")
    assert frames == [0, 1, 2, 3, *[154] * 151, 155, 156]
    assert recorder.repeated == 150


def test_a_pause_is_not_recorded(recorder, clock, tmp_path):
    recorder.start(tmp_path / "frames", FPS)
    let_pass(recorder, clock, 0.5)
    recorder.pause()
    assert recorder.is_paused
    let_pass(recorder, clock, 4.0)
    recorder.pause()
    let_pass(recorder, clock, 0.3)
    recorder.stop()
    recorder.wait()
    assert tenths(tmp_path / "frames") == [0, 1, 2, 3, 4, 5, 46, 47, 48]


def test_the_last_ten_seconds_are_taken_back(recorder, clock, tmp_path):
    recorder.start(tmp_path / "frames", FPS)
    let_pass(recorder, clock, 12.4)
    recorder.discard()
    assert recorder.seconds == 2.0
    let_pass(recorder, clock, 0.3)
    recorder.stop()
    recorder.wait()
    assert tenths(tmp_path / "frames") == [*range(20), 125, 126, 127]


def test_what_is_taken_back_was_not_repeated(recorder, clock, tmp_path, gate):
    recorder.start(tmp_path / "frames", FPS)
    clock.advance(3.0)
    gate.set()
    let_pass(recorder, clock, 0.3)
    assert recorder.repeated
    recorder.discard()
    assert recorder.repeated == 0


def test_a_disk_that_fills_up_ends_the_recording_with_a_message(
    recorder, clock, qtbot, tmp_path, monkeypatch
):
    def refuse(self, image, count=1):
        raise RecordingError("frames: can't be written: No space left on device")

    monkeypatch.setattr(ImageFiles, "write", refuse)
    with qtbot.waitSignal(recorder.failed) as told:
        recorder.start(tmp_path / "frames", FPS)
        let_pass(recorder, clock, 0.3)
        recorder.wait()
    assert not recorder.is_on
    assert told.args == ["frames: can't be written: No space left on device"]
    assert [*tmp_path.iterdir()] == []


def test_a_folder_that_can_not_be_written_is_refused_at_once(recorder, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RecordingError, match="can't be written"):
        recorder.start(tmp_path / "file" / "a.mp4", FPS)
    assert not recorder.is_on


def test_the_picture_of_a_window_is_what_qt_has_painted_in_even_sizes(qtbot):
    window = QLabel("What is on screen")
    qtbot.addWidget(window)
    inner = QLabel(window)
    inner.setStyleSheet("background: #006fae")
    inner.setGeometry(31, 11, 51, 33)
    window.resize(201, 101)
    with qtbot.waitExposed(window):
        window.show()
    window.repaint()
    image = picture_of(window)
    assert image.size().toTuple() == (200, 100)
    assert image == window.grab().toImage().convertToFormat(image.format()).copy(0, 0, 200, 100)
    part = picture_of(window, inner)
    assert part.size().toTuple() == (50, 32)
    assert part.pixelColor(25, 16) == QColor("#006fae")
