"""Plays a storyboard by the machine's clock in a window on a display, while it is captured.

`python -m tests.benchmarks.filming_child STORYBOARD FOLDER SIZE FPS` begins a process that captures
the display once the film begins; what that took is printed.
"""

import json
import multiprocessing
import os
import sys
import time
from fractions import Fraction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from regplay.session.storyboard import load_storyboard, parsed_size


def _capture(told: Connection, display: str, path: str, size: str, fps: int, count: int) -> None:
    """Encode so many frames of a display, as `regplay render` encodes its own."""
    import av

    from regplay.gui.recording.video_formats import MP4

    options = {"video_size": size, "framerate": str(fps), "draw_mouse": "0"}
    with av.open(path, "w", options=dict(MP4.container_options)) as film:
        stream: Any = film.add_stream(MP4.codec, rate=fps, options={**MP4.options, "g": str(fps)})
        stream.width, stream.height = parsed_size(size)
        stream.pix_fmt = MP4.pixels
        told.recv()
        began, number, first = time.perf_counter(), -1, None
        with av.open(display, format="x11grab", options=options) as screen:
            for frame in screen.decode(video=0):
                first = frame.time if first is None else first
                due = round((frame.time - first) * fps)
                if due <= number:
                    continue
                number, shown = due, frame.reformat(format=MP4.pixels, dst_colorspace="ITU709")
                shown.pts, shown.time_base = number, Fraction(1, fps)
                for packet in stream.encode(shown):
                    film.mux(packet)
                if number >= count - 1:
                    break
        for packet in stream.encode():
            film.mux(packet)
    told.send(time.perf_counter() - began)


def main() -> None:
    """Play, and print how many seconds of the film were captured in a second."""
    path, folder, size, fps = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    storyboard = load_storyboard(path)
    here, there = multiprocessing.Pipe()
    count = round(storyboard.seconds * fps)
    capturing = multiprocessing.get_context("spawn").Process(
        target=_capture,
        args=(there, os.environ["DISPLAY"], str(folder / "grab.mp4"), size, fps, count),
    )
    capturing.start()

    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from regplay.gui.training import SystemClock
    from regplay.gui.window import MainWindow
    from regplay.session.lessons import Measured

    app = QApplication(["regplay"])
    clock = SystemClock()
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    window = MainWindow(
        storyboard.experiment, clock=clock, settings=settings, folder=folder / "kept"
    )
    player = window.recording.player(
        storyboard,
        lambda claim, experiment: Measured(experiment, {}, holds=True),
    )
    window.setGeometry(0, 0, *parsed_size(size))
    window.show()

    def begin() -> None:
        player.begin(parsed_size(size))
        clock.later(1.0, start)

    def start() -> None:
        here.send(True)
        player.start()
        clock.every(1 / fps, step)

    def step() -> None:
        if player.advance():
            player.cover()
        else:
            window.controller.runner.stop()
            app.quit()  # closing would ask about changes

    window.controller.runner.loaded.connect(begin)
    app.exec()
    print(json.dumps({"grabbed": storyboard.seconds / here.recv()}), flush=True)
    capturing.join()


if __name__ == "__main__":
    main()
