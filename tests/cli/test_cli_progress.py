"""The progress line and Ctrl-C of the terminal."""

import io
import signal
from types import SimpleNamespace

import pytest
from trainings import made_history

from regplay.core.history import History
from regplay.session.progress_line import CtrlC, StatusLine
from regplay.session.terminal import status


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_line_tells_epochs_losses_and_speed_rounded():
    training = SimpleNamespace(epoch=1234, epochs=5000, step=2468)
    assert status(training, made_history([0.123456], [1.98765], [0]), 2.0) == (
        "epoch 1,234 of 5,000   train 0.1235   valid 1.988   1,200 steps/s"
    )
    assert status(training, History(), 2.0) == ""


def test_it_is_written_ten_times_a_second(terminal):
    clock = Clock()
    line = StatusLine(terminal, clock)
    for _ in range(4000):
        clock.now += 1 / 1024
        line.show("{:.4f}".format)
    assert 36 <= terminal.getvalue().count("\r") <= 40
    assert terminal.getvalue().startswith("\r0.1")


def test_a_shorter_line_leaves_nothing_of_a_longer_one(terminal):
    clock = Clock()
    line = StatusLine(terminal, clock)
    for text in ("half of it", "all"):
        clock.now += 1.0
        line.show(lambda _, text=text: text)
    assert terminal.getvalue() == "\rhalf of it\rall       "
    line.clear()
    assert terminal.getvalue().endswith("\r" + " " * len("all") + "\r")


def test_a_narrow_terminal_gets_no_second_line(terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    clock = Clock()
    line = StatusLine(terminal, clock)
    clock.now += 1.0
    line.show(lambda _: 50 * "x")
    assert len(terminal.getvalue()) == 30  # with the \r


def test_nothing_is_written_elsewhere_than_in_a_terminal():
    stream, clock = io.StringIO(), Clock()
    line = StatusLine(stream, clock)
    clock.now += 60.0
    line.show(lambda _: "half of it")
    line.clear()
    assert stream.getvalue() == ""


def test_train_ends_with_the_line_removed(run_in_terminal, tmp_path):
    path = tmp_path / "experiment.toml"
    path.write_text("epochs = 20\n", encoding="utf-8")
    code, states = run_in_terminal("train", path)
    assert code == 0
    assert states[1].startswith("epoch 0 of 20 ")
    assert any(state.startswith("epoch 20 of 20 ") for state in states)
    assert states[-3].startswith("trying 19 nearby settings · 100 %")
    assert states[-2].strip() == ""
    assert states[-1] == ""


def test_the_first_ctrl_c_is_noted_and_the_second_one_interrupts():
    with pytest.raises(KeyboardInterrupt), CtrlC() as ctrl_c:  # noqa: PT012
        assert not ctrl_c.pressed
        signal.raise_signal(signal.SIGINT)
        assert ctrl_c.pressed
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_where_ctrl_c_is_ignored_it_stays_so():
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with CtrlC() as ctrl_c:
            signal.raise_signal(signal.SIGINT)
            assert not ctrl_c.pressed
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, previous)
