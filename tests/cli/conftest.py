"""What tests of the terminal share."""

import io
import signal
import sys
from collections.abc import Iterator

import pytest

from regplay.cli import main
from regplay.core.joint import JointTraining


@pytest.fixture(autouse=True)
def ctrl_c_interrupts() -> Iterator[None]:
    """Also where the tests were started with it ignored, as a shell does with `&`."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch):
    """A stream that says it is one, 80 columns wide."""
    monkeypatch.setenv("COLUMNS", "80")
    return Terminal()


@pytest.fixture
def regplay(capsys):
    """Runs the command line with these words; returns exit code, stdout and stderr."""

    def run(*words: object) -> tuple[int, str, str]:
        try:
            code = main([*map(str, words)])
        except SystemExit as exit_:  # argparse
            code = exit_.code
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def run_in_terminal(terminal, monkeypatch):
    """Runs the command line with a terminal as stderr: exit code, and states of its last line."""

    def run(*words):
        monkeypatch.setattr(sys, "stderr", terminal)  # here: each phase of a test has its own
        monkeypatch.setattr("regplay.session.progress_line._INTERVAL", 0.0)
        return main([*map(str, words)]), terminal.getvalue().split("\r")

    return run


@pytest.fixture
def step_by_step(monkeypatch):
    """Lets a stretch of training be one step."""
    monkeypatch.setattr("regplay.core.training._FLOPS", 0)


@pytest.fixture
def interrupt_study(monkeypatch, step_by_step):
    """Presses Ctrl-C in one step of networks that are trained together, counted from 1.

    Or sends another signal.
    """

    def at(call: int, number: int = signal.SIGINT) -> None:
        calls = iter(range(1, 1_000_000))
        advance = JointTraining.advance

        def advance_and_press(training: JointTraining) -> bool:
            if next(calls) == call:
                signal.raise_signal(number)
            return advance(training)

        monkeypatch.setattr(JointTraining, "advance", advance_and_press)

    return at
