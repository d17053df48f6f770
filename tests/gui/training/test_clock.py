"""Clocks: order, stopping, once and again and again."""

import gc
from fractions import Fraction

import pytest
from PySide6.QtCore import QTimer

from regplay.gui.training import VirtualClock
from regplay.gui.training.clock import SystemClock


@pytest.fixture
def clock():
    return VirtualClock()


def test_virtual_time_moves_only_when_told(clock):
    calls = []
    clock.later(0.0, lambda: calls.append("now"))
    assert clock.now() == 0.0
    assert calls == []
    clock.advance(0.0)
    assert calls == ["now"]
    clock.advance(2.5)
    assert clock.now() == 2.5


def test_callbacks_come_in_the_order_of_their_times_and_of_their_making(clock):
    calls = []
    for name, delay in [("c", 2.0), ("a", 1.0), ("d", 2.0), ("b", 1.5), ("late", 3.1)]:
        clock.later(delay, lambda name=name: calls.append((name, clock.now())))
    clock.advance(3.0)
    assert calls == [("a", 1.0), ("b", 1.5), ("c", 2.0), ("d", 2.0)]
    clock.advance(3.0)
    assert calls[-1] == ("late", 3.1)
    assert clock.now() == 6.0


def test_later_comes_once(clock):
    calls = []
    clock.later(1.0, lambda: calls.append(clock.now()))
    clock.advance(10.0)
    assert calls == [1.0]


@pytest.mark.parametrize("pieces", [1, 7, 60])
def test_every_comes_as_often_as_its_interval_fits(clock, pieces):
    calls = []
    clock.every(0.5, lambda: calls.append(clock.now()))
    for _ in range(pieces):
        clock.advance(6.0 / pieces)
    clock.advance(0.1)
    assert calls == [0.5 * (i + 1) for i in range(12)]


def test_an_hour_of_frames_does_not_drift(clock):
    calls = []
    clock.every(1 / 60, lambda: calls.append(clock.now()))
    for _ in range(600):
        clock.advance(1.0)
    assert len(calls) == 600 * 60
    assert calls[-1] == pytest.approx(float(Fraction(600)), abs=1e-9)


def test_a_stopped_timer_calls_no_more(clock):
    calls = []
    again = clock.every(1.0, lambda: calls.append("every"))
    once = clock.later(5.0, lambda: calls.append("later"))
    clock.advance(2.0)
    again.stop()
    once.stop()
    clock.advance(10.0)
    assert calls == ["every", "every"]
    assert clock._due == []  # and is not kept


def test_a_callback_may_stop_its_own_timer_and_start_others(clock):
    calls = []

    def call():
        calls.append(("every", clock.now()))
        if len(calls) == 2:
            timer.stop()
            clock.later(0.5, lambda: calls.append(("later", clock.now())))

    timer = clock.every(1.0, call)
    clock.advance(10.0)
    assert calls == [("every", 1.0), ("every", 2.0), ("later", 2.5)]


def test_the_systems_time_rises(qapp):
    clock = SystemClock()
    first = clock.now()
    assert clock.now() >= first


def test_the_systems_timers_come_in_order(qtbot):
    clock, calls = SystemClock(), []
    clock.later(0.03, lambda: calls.append("later"))
    clock.later(0.001, lambda: calls.append("sooner"))
    stopped = clock.later(0.002, lambda: calls.append("stopped"))
    stopped.stop()
    began = clock.now()
    qtbot.waitUntil(lambda: len(calls) == 2)
    assert calls == ["sooner", "later"]
    assert clock.now() - began >= 0.025
    qtbot.waitUntil(lambda: not clock.findChildren(QTimer))  # of which a drag makes many


def test_the_systems_timer_comes_again_until_it_is_stopped(qtbot):
    clock, calls = SystemClock(), []

    def call():
        calls.append(clock.now())
        if len(calls) == 3:
            timer.stop()

    timer = clock.every(0.002, call)
    qtbot.waitUntil(lambda: len(calls) == 3)
    # Longer than another interval: a timer that went on would have come before this one.
    done = []
    clock.later(0.02, lambda: done.append(True))
    qtbot.waitUntil(lambda: bool(done))
    assert len(calls) == 3


def test_a_call_of_the_systems_timer_that_waits_is_not_called_again_meanwhile(qtbot):
    clock, calls, later = SystemClock(), [], []

    def call():
        calls.append("begun")
        if len(calls) == 1:
            clock.later(0.02, lambda: later.append(True))
            qtbot.waitUntil(lambda: bool(later))
            calls.append("done")

    timer = clock.every(0.002, call)
    qtbot.waitUntil(lambda: len(calls) >= 4)
    timer.stop()
    assert calls[:4] == ["begun", "done", "begun", "begun"]


class PunctualClock(SystemClock):
    """Reads what it is set to."""

    time = 100.0

    def now(self):
        return self.time


def test_the_systems_timer_keeps_its_pace_though_qt_counts_whole_milliseconds(qapp):
    clock, calls = PunctualClock(), []
    timer = clock.every(1 / 60, lambda: calls.append(clock.now()))
    for _ in range(600):
        clock.time += timer._timer.interval() / 1000  # as long as Qt was told to wait
        timer._timer.timeout.emit()
    timer.stop()
    assert calls[-1] == pytest.approx(110.0, abs=0.001)


def test_what_the_systems_timer_missed_is_left_out(qapp):
    clock, calls = PunctualClock(), []
    timer = clock.every(0.01, lambda: calls.append(clock.now()))
    clock.time += 1.0
    timer._timer.timeout.emit()
    assert calls == [101.0]
    assert timer._timer.interval() == 0  # at once, and then
    timer._timer.timeout.emit()
    assert timer._timer.interval() == 10
    timer.stop()


def test_the_systems_timers_end_with_it(qtbot):
    clock, calls = SystemClock(), []
    clock.every(0.001, lambda: calls.append("gone"))
    del clock
    gc.collect()
    other, done = SystemClock(), []
    other.later(0.01, lambda: done.append(True))
    qtbot.waitUntil(lambda: bool(done))
    assert calls == []
