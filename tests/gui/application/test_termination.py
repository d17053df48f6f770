"""Ctrl-C in the terminal and SIGTERM, in a process of its own."""

import configparser
import os
import signal
import subprocess
import sys

import pytest

from regplay.session.document import left_behind, read

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these are signals of POSIX")

# As in a terminal, whatever the tests were started by.
CHILD = """
import signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
    signal.signal(number, usual)
from regplay.cli import main
from regplay.gui.application import app
from regplay.gui.persistence.documents import Dialogs
from regplay.gui.window import MainWindow

class Telling(MainWindow):
    is_told = False

    def __init__(self, experiment):
        super().__init__(experiment)
        self.controller.runner.viewed.connect(self.tell)

    def tell(self, view):
        if self.is_told or not (view.is_finished or "train" in sys.argv):
            return
        self.is_told = True
        if "pin" in sys.argv:
            self.controller.pin()
        print("ready", flush=True)
        if "ask" in sys.argv:
            Dialogs(self).keep_changes("a name")

app.MainWindow = Telling
sys.exit(main([sys.argv[1]]))
"""


@pytest.fixture
def end(tmp_path):
    """Opens the window, waits until it has trained, sends a signal; returns the exit code."""
    experiment = tmp_path / "experiment.toml"

    def run(number: int, *words: str) -> int:
        experiment.write_text(f"epochs = {1_000_000 if 'train' in words else 20}\n")
        places = {
            name: str(tmp_path / name) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
        }
        with subprocess.Popen(
            [sys.executable, "-c", CHILD, str(experiment), *words],
            env=os.environ | places | {"QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            process.send_signal(number)
            _, said = process.communicate(timeout=120)
        assert said.replace("This plugin does not support propagateSizeHints()\n", "") == ""
        return process.returncode

    return run


@pytest.fixture
def leftovers(tmp_path):
    """What is offered at the next start."""

    def find():
        folder = next((tmp_path / "XDG_DATA_HOME").rglob("autosave"), None)
        found = [] if folder is None else left_behind(folder)
        for leftover in found:
            leftover.leave()
        return found

    return find


# By day a window that asks something, and below one that trains and would have to ask. What SIGHUP
# asks for at night is the same.
@pytest.mark.parametrize(
    ("name", "word"),
    [("SIGTERM", "ask"), pytest.param("SIGHUP", "train", marks=pytest.mark.nightly)],
)
def test_the_window_is_closed_as_by_its_button(end, leftovers, tmp_path, name, word):
    number = getattr(signal, name)
    assert end(number, word) == 128 + number
    (settings,) = (tmp_path / "XDG_CONFIG_HOME").rglob("regplay.conf")
    kept = configparser.RawConfigParser()
    kept.read(settings)
    assert kept["General"]["geometry"]
    assert leftovers() == []


def test_what_it_would_have_asked_about_is_offered_at_the_next_start(end, leftovers):
    assert end(signal.SIGINT, "train", "pin") == 128 + signal.SIGINT
    (leftover,) = leftovers()
    assert len(read(leftover.path).pins) == 1
