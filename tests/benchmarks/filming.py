"""Films: seconds of film a second, against FFmpeg's own capture of the same window as it plays.

Each measurement runs in processes of its own, as `regplay render` does, from its start to the
complete file. For the other side (`filming_child`) the window plays the same storyboard by the
machine's clock on a virtual display, of which FFmpeg's `x11grab` takes frames of the same size and
rate, encoded by the same codec; it is measured from its first frame.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from regplay.resources import resource
from regplay.session.storyboard import load_storyboard
from tests.benchmarks.report import Row
from tests.benchmarks.window import Figures, Rounds, json_answer

_FILM = "memorising"
_SIZE, _FPS = "1280x720", 30
_ROUNDS = 3  # of a minute each, as long as the film plays


def render() -> list[Row]:
    """A film of a lesson, encoding included."""
    path = resource("storyboards", f"{_FILM}.toml")
    seconds = load_storyboard(path).seconds
    can_grab = shutil.which("Xvfb") is not None

    def measure() -> Figures:
        with tempfile.TemporaryDirectory() as folder:
            film = Path(folder) / "film.mp4"
            command = [sys.executable, "-m", "regplay", "render", str(path), "-o", str(film)]
            command += ["--size", _SIZE, "--fps", str(_FPS)]
            environment = os.environ | {"XDG_CACHE_HOME": folder}  # nothing is kept from before
            began = time.perf_counter()
            subprocess.run(command, env=environment, check=True, capture_output=True)
            ours = seconds / (time.perf_counter() - began)
            if not can_grab:
                return {"ours": ours}
            with _display() as display:
                environment |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
                words = [str(path), folder, _SIZE, str(_FPS)]
                command = [sys.executable, "-m", "tests.benchmarks.filming_child", *words]
                grabbed = json_answer(command, environment)
        return {"ours": ours, **grabbed, "ratio": ours / grabbed["grabbed"]}

    rounds = Rounds(measure, _ROUNDS, is_also_busy=False)
    name = f"film of {seconds:.0f} s, {_SIZE}, {_FPS} frames a second"
    rows = [rounds.bounded(name, "ours", 1.5, "s/s")]
    if can_grab:
        rows.append(
            rounds.row("the same", "x11grab, as it plays", ("grabbed", "ours"), "s/s", "ratio", 1.0)
        )
    return rows


@contextmanager
def _display() -> Iterator[str]:
    """A virtual display of the size of the frames; its name."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{_SIZE}x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
    finally:
        process.terminate()
        process.wait()
