"""What a change does to a run: retrained by default, adjusted with kept weights, or restarted."""

import gc
import threading

import numpy as np
from PySide6.QtCore import QObject, QPoint, Qt, QThread, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from regplay.core.fields import replace
from regplay.core.history import MEASURES, History
from regplay.core.training import Training, train

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton


def trained(experiment):
    """The history of a fresh training, without any window."""
    history = History()
    for snapshot in train(experiment):
        if snapshot is not None:
            history.append(snapshot)
    return history


def assert_same(history, other):
    np.testing.assert_array_equal(history.epochs, other.epochs)
    for measure in MEASURES:
        np.testing.assert_array_equal(history.column(measure), other.column(measure))


def trainings():
    gc.collect()
    return sum(type(thing) is Training for thing in gc.get_objects())


def slide(person, path, key=Key.Key_PageUp):
    control = person.window.controls.control(path)
    person.window.controls.ensureWidgetVisible(control)
    person.press(key, control)
    return control.value()


def test_a_change_retrains_as_if_it_had_been_so_from_the_start(open_window):
    person = open_window({"epochs": 120, "optimizer.batch_size": 7})
    person.click("transport.play")
    first = person.wait_until_finished()
    assert_same(first.run.history, trained(first.run.experiment))

    value = slide(person, "regularization.weight_decay")
    assert value > 0
    second = person.wait_until_finished()
    expected = replace(first.run.experiment, {"regularization.weight_decay": value})
    assert second.run.experiment == expected
    assert second.run is not first.run
    assert second.run.changed_at == []
    assert_same(second.run.history, trained(expected))

    slide(person, "regularization.dropout")
    third = person.wait_until_finished()
    assert_same(third.run.history, trained(third.run.experiment))


def test_a_paused_run_retrains_as_far_as_it_had_got(open_window):
    person = open_window({"epochs": 100_000})
    for _ in range(3):
        person.click("transport.epoch")
    person.wait_for_step(3)
    slide(person, "regularization.l1")
    view = person.wait_for_step(3)
    assert not view.is_finished
    assert not person.window.runner.is_playing
    expected = trained(replace(view.run.experiment, {"epochs": 3}))
    assert_same(view.run.history, expected)


def test_kept_weights_go_on_from_where_they_are(person):
    person.click("keep_weights")
    person.click("transport.play")
    first = person.wait_until_finished()
    before = [first.run.history.column(measure).copy() for measure in MEASURES]

    value = slide(person, "regularization.weight_decay")
    second = person.wait_until_finished()
    assert second.run is first.run
    assert second.run.experiment.regularization.weight_decay == value
    # It had trained all its epochs, so it was given as many again; the count goes on.
    assert person.window.session.experiment.epochs == 40
    assert person.find("epochs").value() == 40
    assert second.snapshot.epoch == 40
    epochs = list(second.run.history.epochs)
    assert epochs[:21] == list(range(21))
    assert epochs[20:] == sorted(set(epochs[20:]))
    assert epochs[-1] == 40
    for measure, values in zip(MEASURES, before, strict=True):
        np.testing.assert_array_equal(second.run.history.column(measure)[:21], values)
    assert second.run.changed_at == [20]
    assert person.window.history_view.plot.marks.epochs == (20,)
    penalty = second.run.history.column("penalty")
    assert not penalty[:21].any()
    assert penalty[21:].all()


def test_kept_weights_while_training(open_window):
    person = open_window({"epochs": 1_000_000})
    person.click("keep_weights")
    person.click("transport.play")
    person.wait(lambda: person.view.snapshot.epoch > 50)
    run = person.view.run
    slide(person, "optimizer.lr", Key.Key_PageDown)
    person.wait(person.is_shown)
    slide(person, "regularization.l1")
    person.wait(person.is_shown)
    person.click("transport.play")
    assert person.view.run is run
    first, second = run.changed_at
    assert 50 < first <= second
    assert person.window.session.experiment.epochs == 1_000_000
    steps = [view.snapshot.step for view in person.views]
    assert steps == sorted(steps)

    # Without kept weights it is retrained again, with no marks.
    person.click("keep_weights")
    slide(person, "regularization.l1")
    person.wait(person.is_shown)
    assert person.view.run.changed_at == []
    assert person.window.history_view.plot.marks.epochs == ()
    # It goes as far as before without being told to; a new start ends that.
    person.click("transport.reset")
    person.wait_for_step(0)


def test_another_shape_or_other_data_restart_even_with_kept_weights(person):
    person.click("keep_weights")
    person.click("transport.play")
    last = person.wait_until_finished()
    for path in ("model.depth", "data.noise", "optimizer.batch_size"):
        slide(person, path, Key.Key_Up)
        view = person.wait_until_finished()
        assert view.run is not last.run
        assert view.snapshot.epoch == 20
        assert_same(view.run.history, trained(view.run.experiment))
        last = view


def test_a_drag_shows_retrained_networks_all_the_way(open_window):
    person = open_window({"epochs": 500, "optimizer.name": "sgd"})
    person.click("transport.play")
    person.wait_until_finished()
    control = person.window.controls.control("regularization.weight_decay")
    person.window.controls.ensureWidgetVisible(control)
    slider, y = control.slider, control.slider.height() // 2
    first = len(person.views)
    QTest.mousePress(slider, LEFT, pos=QPoint(10, y))
    values = []
    for x in range(12, slider.width() - 10, 2):
        QTest.mouseMove(slider, QPoint(x, y))
        values.append(control.value())
        QApplication.processEvents()
        # As a hand does, it moves on while networks train; now and then it dwells.
        if x % 20 == 0:
            person.wait_until_finished()
    QTest.mouseRelease(slider, LEFT, pos=QPoint(x, y))
    last = person.wait_until_finished()

    shown = person.views[first:]
    generations = [view.generation for view in shown]
    assert generations == sorted(generations)
    fits = {view.generation: view for view in shown if view.is_finished}
    assert len(fits) >= 10
    for view in fits.values():
        assert view.snapshot.epoch == 500
        assert view.run.experiment.regularization.weight_decay in values
    assert last.run.experiment.regularization.weight_decay == values[-1] == control.value()
    assert_same(last.run.history, trained(last.run.experiment))
    decays = [view.run.experiment.regularization.weight_decay for view in fits.values()]
    assert len(set(decays)) == len(fits)  # each is of another position
    assert decays == sorted(decays)


def test_a_hundred_restarts_in_a_row_end_with_the_last(open_window):
    person = open_window({"epochs": 1500})
    person.click("transport.play")
    person.wait(lambda: person.view.snapshot.step > 0)
    window = person.window
    threads, timers = threading.active_count(), len(window.findChildren(QTimer))
    objects, before = len(window.findChildren(QObject)), trainings()
    for turn in range(100):
        if turn % 2:
            person.click("transport.seed")
        else:
            slide(person, "model.depth", Key.Key_Up if turn % 4 else Key.Key_Down)
        if turn % 10 == 9:  # let some of them come up in between
            person.wait(lambda: len(person.views) > 1)
    last = person.wait_until_finished()
    assert last.run.experiment.seed == 50
    assert last.generation == window.runner.generation == 101
    assert threading.active_count() <= threads + 1  # one may write what is open
    assert len(window.findChildren(QTimer)) == timers
    assert len(window.findChildren(QObject)) <= objects + 3
    assert trainings() <= before + 1  # those superseded are gone; one may be a slider's curve
    assert len([thread for thread in window.findChildren(QThread) if thread.isRunning()]) == 1
    generations = [view.generation for view in person.views]
    assert generations == sorted(generations)
    assert_same(last.run.history, trained(last.run.experiment))
