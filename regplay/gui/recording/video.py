"""Frames into files: MP4, WebM, GIF, APNG and PNG files, by FFmpeg's libraries (`av`).

MP4 and WebM grow as they are written: what has been written of them can be played, whatever becomes
of the writer, and can be taken back by the second. GIF and APNG need all frames at once, a GIF for
its palette: they are written without loss first, beside the file that they become.
"""

import contextlib
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

import av
import numpy as np
from av.error import BlockingIOError as NotYetError
from av.error import EOFError as NoMoreError
from av.filter import Graph
from av.video.reformatter import Colorspace, VideoReformatter
from PySide6.QtGui import QImage

from regplay.gui.png import as_png
from regplay.gui.recording.video_formats import (
    APNG,
    GIF,
    LOSSLESS,
    PNG,
    WEBM,
    Format,
    RecordingError,
    format_of,
)
from regplay.session.files import temporary_beside, with_advice

_BT709 = 1  # as FFmpeg counts matrices, primaries and curves; players take it for that of HD video
_LIMITED = 1  # range of the numbers
_IMAGE_NAME = re.compile(r"[0-9]{5,}\.png")
# Dots in place of colours that a palette lacks would spoil the plain areas of plots.
_DITHERING = "dither=none:diff_mode=rectangle"


class Video(ABC):
    """A file, or a folder, that frames are written to, one after another.

    Parameters
    ----------
    path
        What is there of this name is replaced.
    size
        Width and height of all frames, px.
    fps
        Frames a second.

    Attributes
    ----------
    frames
        How many are in it.
    is_wanted
        Set to False from any thread, for what is converted at the end to be given up.

    Raises
    ------
    RecordingError
        By all methods, if it can't be written.
    """

    def __init__(self, path: Path, size: tuple[int, int], fps: int) -> None:
        self.path, self.size, self.fps, self.frames = path, size, fps, 0
        self.is_wanted = True

    @abstractmethod
    def write(self, image: QImage, count: int = 1) -> None:
        """Add a picture for `count` frames."""

    @abstractmethod
    def discard(self, frames: int) -> None:
        """Take back the last frames: so many, or up to a second more; all if there are fewer."""

    @abstractmethod
    def finish(self) -> None:
        """Complete the file."""

    @abstractmethod
    def abandon(self) -> None:
        """Leave no file."""


def open_video(
    path: Path,
    size: tuple[int, int],
    fps: int,
    *,
    alpha: bool = False,
    target: Path | None = None,
    threads: int = 0,
) -> Video:
    """A video in the format that the name of the file asks for.

    Parameters
    ----------
    target
        What the file becomes, if that is another one: says the format, and messages speak of it.
    alpha
        Whether it is transparent where pictures are; of WebM, as PNG files always are.
    threads
        How many encode; 0 for as many as suit the machine, on which the file depends then. One
        takes the least time of processors.

    Raises
    ------
    RecordingError
        If it can't be begun.
    """
    found = format_of(target or path)
    if found is PNG:
        return ImageFiles(path, size, fps)
    if found in (GIF, APNG):
        return ConvertedFile(path, size, fps, found, target, threads)
    if alpha and found is WEBM:
        found = replace(found, pixels="yuva420p")
    return StreamFile(path, size, fps, found, target, threads)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in words what the system refuses."""
    try:
        yield
    except OSError as error:  # those of `av` among them
        raise RecordingError(f"{path}: can't be written: {with_advice(error)}") from None


class _Tail:
    """The end of a file, for a container; while it is mute, nothing arrives there.

    Attributes
    ----------
    error
        What the system refused; a container would make other words of it.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.is_mute = file, False
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        if not self.is_mute:
            try:
                self.file.write(data)
            except OSError as error:
                self.error, self.is_mute = error, True
        return len(data)

    def check(self) -> None:
        if self.error is not None:
            raise self.error


def _opened(tail: _Tail, form: Format) -> Any:
    """A container that needs no more of a file than to be able to write at its end."""
    options = {"flush_packets": "1", **form.container_options}
    return av.open(tail, "w", format=form.container, options=options)


class StreamFile(Video):
    """MP4 or WebM, written as it grows.

    Each second begins with a picture of its own, a key frame, so that the file can be cut there. A
    file that was cut goes on by a container whose beginning is left out and whose times are later.

    Parameters
    ----------
    target
        What it is for, if that is another file; messages speak of that one.
    threads
        As of `open_video`.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: int,
        form: Format,
        target: Path | None = None,
        threads: int = 0,
    ) -> None:
        super().__init__(path, size, fps)
        self._threads = threads
        self._form, self._target = form, target or path
        self._newest: QImage | None = None  # which is often written once more
        self._reformatter = VideoReformatter()  # one for all: each makes tables of its own
        self._starts = {0: 0}  # bytes before a frame that begins a second
        with _told(self._target):
            self._file = path.open("wb", buffering=0)
            self._tail = _Tail(self._file)
            try:
                self._begin()
            except BaseException:
                self._tail.is_mute = True  # the container writes when it goes
                self._file.close()
                path.unlink(missing_ok=True)
                raise

    def _begin(self) -> None:
        form, (width, height) = self._form, self.size
        self._container = _opened(self._tail, form)
        options = {"g": str(self.fps), "keyint_min": str(self.fps), "threads": str(self._threads)}
        options |= form.options
        self._stream = self._container.add_stream(form.codec, rate=self.fps, options=options)
        self._stream.width, self._stream.height = width, height
        self._stream.pix_fmt = form.pixels
        self._stream.time_base = Fraction(1, self.fps)
        if form.pixels.startswith("yuv"):
            context = self._stream.codec_context
            context.colorspace = context.color_primaries = context.color_trc = _BT709
            context.color_range = _LIMITED
        self._tail.is_mute = self.frames > 0
        self._container.start_encoding()
        self._tail.check()
        self._tail.is_mute = False

    def write(self, image: QImage, count: int = 1) -> None:
        if image is not self._newest:
            self._newest, self._frame = image, self._frame_of(image)
        frame = self._frame
        with _told(self._target):
            for _ in range(count):
                frame.pts, frame.time_base = self.frames, Fraction(1, self.fps)
                self._put(self._stream.encode(frame))
                self.frames += 1

    def _frame_of(self, image: QImage) -> av.VideoFrame:
        """A picture as FFmpeg takes it, its colours converted as HD video has them."""
        pixels = self._form.pixels
        has_alpha = pixels in ("yuva420p", "rgba")
        kind = QImage.Format.Format_ARGB32 if has_alpha else QImage.Format.Format_RGB32
        image = image.convertToFormat(kind)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
        frame = av.VideoFrame.from_numpy_buffer(rows, "bgra")
        matrix = Colorspace.ITU709 if pixels.startswith("yuv") else None
        return self._reformatter.reformat(frame, format=pixels, dst_colorspace=matrix, threads=1)

    def _put(self, packets: Sequence[Any]) -> None:
        for packet in packets:
            number = round(packet.pts * packet.time_base * self.fps)
            is_key = packet.is_keyframe
            self._container.mux(packet)
            self._tail.check()
            if is_key and number:  # which brings all before it into the file
                self._starts[number] = self._file.tell()

    def discard(self, frames: int) -> None:
        keeps = max(self.frames - frames, 0)
        start = max(number for number in self._starts if number <= keeps)
        self._tail.is_mute = True
        with _told(self._target):
            self._container.close()
            self._file.seek(self._starts[start])
            self._file.truncate()
            self._starts = {n: place for n, place in self._starts.items() if n <= start}
            self.frames = start
            self._begin()

    def finish(self) -> None:
        with _told(self._target):
            try:
                self._put(self._stream.encode())
                self._container.close()
                self._tail.check()
                os.fsync(self._file.fileno())
            finally:
                self._file.close()

    def abandon(self) -> None:
        self._tail.is_mute = True
        self._container.close()
        self._file.close()
        self.path.unlink(missing_ok=True)


class ConvertedFile(StreamFile):
    """GIF or APNG, made at the end of a file without loss beside it."""

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: int,
        form: Format,
        target: Path | None = None,
        threads: int = 0,
    ) -> None:
        super().__init__(temporary_beside(path), size, fps, LOSSLESS, target or path, threads)
        self._becomes, self._converted = form, path
        self._is_converted = False

    def finish(self) -> None:
        super().finish()
        made = temporary_beside(self._converted)
        try:
            with _told(self._target):
                _convert(self.path, made, self.fps, self._becomes, lambda: self.is_wanted)
                os.replace(made, self._converted)
            self._is_converted = True
        finally:
            self.path.unlink(missing_ok=True)
            made.unlink(missing_ok=True)

    def abandon(self) -> None:
        super().abandon()
        if self._is_converted:  # else there may be an earlier file of this name
            self._converted.unlink(missing_ok=True)


class ImageFiles(Video):
    """A folder of `00000.png` and so on."""

    def __init__(self, path: Path, size: tuple[int, int], fps: int) -> None:
        super().__init__(path, size, fps)
        with _told(path):
            path.mkdir(parents=True, exist_ok=True)
            for old in self._files():
                old.unlink()

    def _files(self) -> list[Path]:
        return _image_files(self.path)

    def write(self, image: QImage, count: int = 1) -> None:
        for _ in range(count):
            path = self.path / f"{self.frames:05}.png"
            with _told(path):
                path.write_bytes(as_png(image))
            self.frames += 1

    def discard(self, frames: int) -> None:
        self.frames = max(self.frames - frames, 0)
        with _told(self.path):
            for old in self._files():
                if int(old.stem) >= self.frames:
                    old.unlink()

    def finish(self) -> None:
        """As `Video.finish`: each file is complete."""

    def abandon(self) -> None:
        for old in self._files():
            old.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # there may be other files
            self.path.rmdir()


def _image_files(folder: Path) -> list[Path]:
    found = (path for path in folder.glob("*.png") if _IMAGE_NAME.fullmatch(path.name))
    return sorted(found, key=lambda path: int(path.stem))


def put_in_place(made: Path, target: Path) -> None:
    """Give a finished video its name; in a folder that is there, other files stay.

    Raises
    ------
    RecordingError
        If it can't be written there.
    """
    with _told(target):
        if not target.is_dir():
            os.replace(made, target)
            return
        for old in _image_files(target):
            old.unlink()
        for image in _image_files(made):
            os.replace(image, target / image.name)
        made.rmdir()


def _convert(
    source: Path, target: Path, fps: int, form: Format, goes_on: Callable[[], bool]
) -> None:
    """Write a lossless recording as a GIF, by the palette of all its frames, or as an APNG."""
    with (
        av.open(str(source)) as taken,
        av.open(
            str(target), "w", format=form.container, options=dict(form.container_options)
        ) as container,
    ):
        video = taken.streams.video[0]
        stream: Any = container.add_stream(form.codec, rate=fps, options=dict(form.options))
        stream.width, stream.height, stream.pix_fmt = video.width, video.height, form.pixels
        frames = _decoded(taken, goes_on)
        if form is GIF:
            frames = _in_palette(source, frames, video, fps, goes_on)
        for number, frame in enumerate(frames):
            frame.pts, frame.time_base = number, Fraction(1, fps)
            if form is not GIF:
                frame = frame.reformat(format=form.pixels)
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def _decoded(taken: Any, goes_on: Callable[[], bool]) -> Iterator[Any]:
    """The frames of a recording, as long as they are wanted."""
    for frame in taken.decode(video=0):
        if not goes_on():
            raise RecordingError("it is not wanted any more")
        yield frame


def _in_palette(
    source: Path, frames: Iterator[Any], video: Any, fps: int, goes_on: Callable[[], bool]
) -> Iterator[Any]:
    """Frames in the 255 colours that suit what changes in all of them."""
    form = {"width": video.width, "height": video.height, "format": video.format.name}
    form["time_base"] = Fraction(1, fps)
    graph = Graph()
    into = graph.add_buffer(**form)
    making = graph.add("palettegen", "stats_mode=full:max_colors=255")
    out = graph.add("buffersink")
    into.link_to(making)
    making.link_to(out)
    graph.configure()
    with av.open(str(source)) as taken:
        for frame in _decoded(taken, goes_on):
            into.push(frame)
    into.push(None)
    palette: Any = graph.pull()

    graph = Graph()
    into = graph.add_buffer(**form)
    colors = graph.add_buffer(
        width=palette.width,
        height=palette.height,
        format=palette.format.name,
        time_base=Fraction(1, fps),
        name="palette",
    )
    using, out = graph.add("paletteuse", _DITHERING), graph.add("buffersink")
    into.link_to(using, 0, 0)
    colors.link_to(using, 0, 1)
    using.link_to(out)
    graph.configure()
    colors.push(palette)
    colors.push(None)
    for frame in frames:
        into.push(frame)
        yield from _pulled(graph)
    into.push(None)
    yield from _pulled(graph)


def _pulled(graph: Graph) -> Iterator[Any]:
    with contextlib.suppress(NotYetError, NoMoreError):
        while True:
            yield graph.pull()
