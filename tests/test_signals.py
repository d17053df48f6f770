"""Ctrl-C and SIGTERM at random moments of each command: it ends in order, and keeps what is told.

`REGPLAY_KILLS=100` makes a hundred moments of each, as of the kills in `test_kills.py`. By day
`test_cli_interrupt.py`, `test_cli_render.py` and `test_termination.py` hold chosen moments.
"""

import csv
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

MOMENTS = int(os.environ.get("REGPLAY_KILLS", "1"))
SOON, LATE = 2.0, 8.0  # s after which a signal is sent at the latest: importing, and training
# As in a terminal, whatever the tests were started by. The byte says that the program has begun.
CHILD = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
from regplay.cli import main
os.write(int(sys.argv.pop(1)), b".")
sys.exit(main())
"""
EXPERIMENT = "epochs = 1000000\n"
FILM = """
title = "A long film"
sizes = ["640x480"]
experiment = { epochs = 2000, model.width = 8 }
[[steps]]
train = "end"
seconds = 600
"""
OUT = ["--out", "out"]
VARIED = ["--vary", "regularization.weight_decay=0,0.1,0.3", "--seeds", "3"]
COMMANDS = {
    "train": ["train", "experiment.toml", *OUT],
    "sweep": ["sweep", "experiment.toml", *VARIED, *OUT],
    "lessons": ["lessons", "--check", "--seeds", "300"],
    "render": ["render", "film.toml", "--out", "film.mp4"],
    "export": ["export", "experiment.toml", "--out", "script.py"],
    "window": ["experiment.toml"],
}
HARMLESS = "This plugin does not support propagateSizeHints()\n"  # of the offscreen platform
RESULTS = {
    "train": {"experiment.toml", "history.csv", "predictions.csv", "model.pt"},
    "sweep": {"sweep.csv", "sweep.png"},
}

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(sys.platform == "win32", reason="these are signals of POSIX"),
]


def interrupted(words: list[str], folder: Path, number: int, after: float) -> tuple[int, str]:
    """Exit code and stderr of a command that gets a signal some seconds after it has begun."""
    places = {name: str(folder / "own") for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    places |= {"XDG_CACHE_HOME": str(folder / "own"), "QT_QPA_PLATFORM": "offscreen"}
    reading, writing = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(writing), *words],
        cwd=folder,
        env=os.environ | places,
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(writing)
        with os.fdopen(reading, "rb") as begun:
            assert begun.read(1) == b"."
        try:
            _, told = process.communicate(timeout=after)
        except subprocess.TimeoutExpired:
            process.send_signal(number)
            _, told = process.communicate(timeout=240)
    return process.returncode, told.replace(HARMLESS, "")


def check_results(folder: Path, told: str, names: set[str]) -> None:
    """All files, if it says so, and each of them whole; else none."""
    assert ("Results are in out" in told) == folder.exists()
    if folder.exists():
        assert {path.name for path in folder.iterdir()} == names
        for path in folder.glob("*.csv"):
            with path.open(newline="") as stream:
                for row in csv.DictReader(stream):
                    assert None not in row
                    assert None not in row.values()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_ends_in_order_whenever_it_is_asked_to(name, tmp_path):
    seed = random.randrange(10**6)
    rng = random.Random(seed)
    for moment in range(MOMENTS):
        folder = tmp_path / str(moment)
        folder.mkdir()
        (folder / "experiment.toml").write_text(EXPERIMENT)
        (folder / "film.toml").write_text(FILM)
        number = rng.choice([signal.SIGINT, signal.SIGTERM])
        after = rng.uniform(0, SOON if name == "export" else rng.choice([SOON, LATE]))
        code, told = interrupted(COMMANDS[name], folder, number, after)
        case = f"seed {seed}, {moment}: {number.name} after {after:.2f} s: {code}, {told}"
        left = {path.name for path in folder.iterdir()} - {"experiment.toml", "film.toml", "own"}
        if "The script is in script.py" in told:  # all is done, and Python itself is ending
            assert left == {"script.py"}, case
            compile((folder / "script.py").read_text(), "script.py", "exec")
            continue
        assert code == 128 + number, case
        assert "Traceback" not in told, case
        assert "Exception" not in told, case
        assert left <= {"out"}, case
        if name in RESULTS:
            check_results(folder / "out", told, RESULTS[name])
        assert not [*(folder / "own").rglob("*.regplay")], case
