"""Files of frames, read back by FFmpeg's libraries: what went in comes out, whatever happened."""

import contextlib
import os
from pathlib import Path

import av
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from regplay.gui.recording.video import open_video
from regplay.gui.recording.video_formats import MP4, RecordingError, format_of

SIZE = (322, 200)  # a width whose rows FFmpeg pads
FPS = 10
NAMES = ["a.mp4", "a.webm", "a.gif", "a.apng", "frames"]


def picture(number: int) -> QImage:
    """One of plain grey, by which it is told from others."""
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    image.fill(QColor.fromHsv(0, 0, 4 * (number % 60)))
    return image


def read(path: Path) -> list[tuple[float, int]]:
    """The time of each frame in s, and the number of its picture."""
    if path.is_dir():
        images = [QImage(str(file)) for file in sorted(path.iterdir())]
        return [
            (at / FPS, round(image.pixelColor(9, 9).value() / 4)) for at, image in enumerate(images)
        ]
    with av.open(str(path)) as container:
        return [
            (float(frame.time), round(int(frame.to_ndarray(format="rgb24")[9, 9, 0]) / 4))
            for frame in container.decode(video=0)
        ]


def write(video, numbers) -> None:
    for number in numbers:
        video.write(picture(number))


@pytest.mark.parametrize("name", NAMES)
def test_all_frames_come_out_in_order_at_their_times(tmp_path, name):
    made = open_video(tmp_path / name, SIZE, FPS)
    write(made, range(25))
    made.write(picture(25), count=5)
    made.finish()
    frames = read(tmp_path / name)
    assert made.frames == len(frames) == 30
    assert [number for _, number in frames] == [*range(25)] + 5 * [25]
    assert [time for time, _ in frames] == pytest.approx([at / FPS for at in range(30)], abs=0.006)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_film_is_the_same_file_on_a_machine_of_one_processor(tmp_path):
    processors = os.sched_getaffinity(0)  # of this thread, by which x264 chooses how many threads
    written = []
    for name, of in (("all.mp4", processors), ("one.mp4", {min(processors)})):
        os.sched_setaffinity(0, of)
        try:
            made = open_video(tmp_path / name, SIZE, FPS, threads=1)
            write(made, range(25))
            made.finish()
        finally:
            os.sched_setaffinity(0, processors)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_discarded_is_gone_and_the_rest_follows_without_a_gap(tmp_path, name):
    made = open_video(tmp_path / name, SIZE, FPS)
    write(made, range(37))
    made.discard(10)
    kept = made.frames
    assert kept == 27 if name == "frames" else kept == 20  # whole seconds of a file
    write(made, range(40, 52))
    made.discard(0)
    kept_of_second = made.frames
    write(made, range(52, 55))
    made.finish()
    frames = read(tmp_path / name)
    expected = [*range(kept), *range(40, 40 + kept_of_second - kept), 52, 53, 54]
    assert [number for _, number in frames] == expected
    assert [time for time, _ in frames] == pytest.approx(
        [at / FPS for at in range(len(expected))], abs=0.006
    )


def test_discarding_more_than_there_is_leaves_nothing_and_goes_on(tmp_path):
    made = open_video(tmp_path / "a.mp4", SIZE, FPS)
    write(made, range(7))
    made.discard(100)
    assert made.frames == 0
    write(made, [30, 31])
    made.finish()
    assert [number for _, number in read(tmp_path / "a.mp4")] == [30, 31]


@pytest.mark.parametrize("name", ["a.mp4", "a.webm"])
def test_a_file_whose_writer_was_killed_plays_to_its_last_second(tmp_path, name):
    made = open_video(tmp_path / name, SIZE, FPS)
    write(made, range(47))
    copy = tmp_path / f"killed{Path(name).suffix}"
    copy.write_bytes((tmp_path / name).read_bytes())
    made.abandon()
    numbers = [number for _, number in read(copy)]
    assert numbers == [*range(len(numbers))]
    assert len(numbers) >= 47 - FPS


@pytest.mark.parametrize("name", NAMES)
def test_an_abandoned_video_leaves_no_file(tmp_path, name):
    made = open_video(tmp_path / name, SIZE, FPS)
    write(made, range(12))
    made.abandon()
    assert [*tmp_path.iterdir()] == []


def test_colours_are_those_of_hd_video_and_say_so(tmp_path):
    made = open_video(tmp_path / "a.mp4", SIZE, FPS)
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    made.write(image)
    made.finish()
    with av.open(str(tmp_path / "a.mp4")) as container:
        frame = next(container.decode(video=0))
        assert (frame.colorspace, frame.color_range) == (1, 1)
        # Pure red by ITU-R BT.709, 8 bits in the limited range.
        found = [int(np.frombuffer(plane, np.uint8)[0]) for plane in frame.planes]
    assert found == pytest.approx([63, 102, 240], abs=1)


def test_a_gif_has_exactly_the_colours_of_few_plain_areas(tmp_path):
    made = open_video(tmp_path / "a.gif", SIZE, FPS)
    colors = [QColor(0, 114, 178), QColor(213, 94, 0), QColor(255, 255, 255)]
    for color in colors:
        image = QImage(*SIZE, QImage.Format.Format_RGB32)
        image.fill(color)
        made.write(image)
    made.finish()
    with av.open(str(tmp_path / "a.gif")) as container:
        found = [frame.to_ndarray(format="rgb24")[9, 9] for frame in container.decode(video=0)]
    assert [tuple(map(int, pixel)) for pixel in found] == [c.getRgb()[:3] for c in colors]


def test_webm_is_transparent_where_pictures_are(tmp_path):
    made = open_video(tmp_path / "a.webm", SIZE, FPS, alpha=True)
    image = QImage(*SIZE, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    for x in range(100):
        for y in range(100):
            image.setPixelColor(x, y, QColor(200, 200, 200))
    made.write(image)
    made.finish()
    with av.open(str(tmp_path / "a.webm")) as container:
        stream = container.streams.video[0]
        decoder = av.CodecContext.create("libvpx-vp9", "r")  # FFmpeg's own leaves alpha out
        packets = [packet for packet in container.demux(stream) if packet.size]
        frames = [frame for packet in [*packets, None] for frame in decoder.decode(packet)]
    alpha = frames[0].to_ndarray(format="rgba")[..., 3]
    assert alpha[50, 50] > 250
    assert alpha[150, 200] < 5


def test_other_endings_are_refused_with_those_that_there_are(tmp_path):
    with pytest.raises(RecordingError, match=r"film\.avi: .*\.mp4, \.webm, \.gif, \.apng"):
        open_video(tmp_path / "film.avi", SIZE, FPS)
    assert format_of(Path("FILM.MP4")) is MP4


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_is_not_there_is_named(tmp_path, name):
    (tmp_path / "no folder").touch()
    with pytest.raises(
        RecordingError, match=f"no folder.*{name}: can't be written: not a directory"
    ):
        open_video(tmp_path / "no folder" / name, SIZE, FPS)


@pytest.fixture
def full_disk():
    """Nothing longer than 20,000 bytes, or so many, can be written while it is set up."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    @contextlib.contextmanager
    def full(size=20_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return full


def test_the_files_of_more_than_an_hour_are_replaced_too_and_stay_in_order(tmp_path):
    for name in ("99999.png", "100000.png", "100000.jpg", "1.png"):
        (tmp_path / name).write_text("there before")
    made = open_video(tmp_path, SIZE, FPS)
    assert {path.name for path in tmp_path.iterdir()} == {"100000.jpg", "1.png"}
    made.frames = 99_999
    made.write(picture(0), count=3)
    made.discard(1)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"100000.jpg", "1.png", "99999.png", "100000.png"}


@pytest.mark.parametrize("name", ["a.gif", "a.apng"])
def test_what_is_no_longer_wanted_is_not_converted(tmp_path, name):
    made = open_video(tmp_path / name, SIZE, FPS)
    made.write(picture(0), count=3)
    made.is_wanted = False
    with pytest.raises(RecordingError, match="not wanted"):
        made.finish()
    made.abandon()
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.gif", "a.apng"])
def test_a_full_disk_is_said_while_writing(tmp_path, full_disk, name):
    made = open_video(tmp_path / name, SIZE, FPS)
    noise = np.random.default_rng(0).integers(0, 2**32, (200, 322), np.uint32)
    image = QImage(noise.tobytes(), *SIZE, 4 * SIZE[0], QImage.Format.Format_RGB32)
    with full_disk(), pytest.raises(RecordingError, match=r"can't be written: file too large"):
        made.write(image, count=100)
    made.abandon()
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.gif", "a.apng"])
def test_what_a_full_disk_has_no_room_to_begin_leaves_no_file(tmp_path, full_disk, name):
    with full_disk(0), pytest.raises(RecordingError, match=r"can't be written: file too large"):
        open_video(tmp_path / name, SIZE, FPS).write(picture(0), count=100)
    assert [*tmp_path.iterdir()] == []
