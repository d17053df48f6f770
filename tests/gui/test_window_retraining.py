"""What a change does to a run: retrained by default, adjusted with kept weights, or restarted."""

import gc
import threading

import numpy as np
import pytest
from endless import ENDLESS
from PySide6.QtCore import QObject, QPoint, Qt, QThread, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from trainings import assert_same, trained

from regplay.core.datasets import load
from regplay.core.fields import get, replace
from regplay.core.history import MEASURES
from regplay.core.training import Training

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


def trainings():
    gc.collect()
    return sum(type(thing) is Training for thing in gc.get_objects())


def slide(person, path, key=Key.Key_PageUp):
    control = person.window.controls.control(path)
    person.window.controls.ensureWidgetVisible(control)
    person.press(key, control)
    return control.value()


def test_kept_weights_go_on_from_where_they_are(person):
    person.click("keep_weights")
    first = person.train()
    before = [first.run.history.column(measure).copy() for measure in MEASURES]

    value = slide(person, "regularization.weight_decay")
    second = person.wait_until_finished()
    assert second.run is first.run
    assert second.run.experiment.regularization.weight_decay == value
    # It had trained all its epochs, so it was given as many again; the count goes on.
    assert person.controller.session.experiment.epochs == 40
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


def test_kept_weights_while_training(begin_anew):
    person = begin_anew({"epochs": 1_000_000, "optimizer.batch_size": 1})
    person.click("keep_weights")
    person.click("timeline.play")
    person.wait(lambda: person.view.snapshot.epoch > 50)
    run = person.view.run
    slide(person, "optimizer.lr", Key.Key_PageDown)
    person.wait(person.is_shown)
    slide(person, "regularization.l1")
    person.wait(person.is_shown)
    person.click("timeline.play")
    assert person.view.run is run
    first, second = run.changed_at
    assert 50 < first <= second
    assert person.controller.session.experiment.epochs == 1_000_000
    steps = [view.snapshot.step for view in person.views]
    assert steps == sorted(steps)

    # Without kept weights it is retrained again, with no marks.
    person.click("keep_weights")
    slide(person, "regularization.l1")
    person.wait(person.is_shown)
    assert person.view.run.changed_at == []
    assert person.window.history_view.plot.marks.epochs == ()
    # It goes as far as before without being told to; a new start ends that.
    person.click("timeline.reset")
    person.wait_for_step(0)


def test_a_drag_shows_retrained_networks_all_the_way(begin_anew):
    person = begin_anew({"epochs": 60, "optimizer.name": "sgd"})
    person.train()
    control = person.window.controls.control("regularization.weight_decay")
    person.window.controls.ensureWidgetVisible(control)
    slider, y = control.slider, control.slider.height() // 2
    first = len(person.views)
    QTest.mousePress(slider, LEFT, pos=QPoint(10, y))
    values = []
    for x in range(12, slider.width() - 10, 8):
        QTest.mouseMove(slider, QPoint(x, y))
        values.append(control.value())
        QApplication.processEvents()
        # As a hand does, it moves on while networks train; now and then it dwells.
        if x % 16 == 12:
            person.wait_until_finished()
    QTest.mouseRelease(slider, LEFT, pos=QPoint(x, y))
    last = person.wait_until_finished()

    shown = person.views[first:]
    generations = [view.generation for view in shown]
    assert generations == sorted(generations)
    fits = {view.generation: view for view in shown if view.is_finished}
    assert len(fits) >= 10
    for view in fits.values():
        assert view.snapshot.epoch == 60
        assert view.run.experiment.regularization.weight_decay in values
    assert last.run.experiment.regularization.weight_decay == values[-1] == control.value()
    assert_same(last.run.history, trained(last.run.experiment))
    decays = [view.run.experiment.regularization.weight_decay for view in fits.values()]
    assert len(set(decays)) == len(fits)  # each is of another position
    assert decays == sorted(decays)


@pytest.fixture
def train_with_curves(begin_anew):
    """Begins where these sliders show their curves, and lets it train."""

    def train_one(curves, values):
        person = begin_anew(values, curves)
        person.click("timeline.play")
        return person

    return train_one


def slider_of(person, path):
    """A slider in sight, and the height in px at which the mouse is to go along it."""
    control = person.window.controls.control(path)
    person.window.controls.ensureWidgetVisible(control)
    return control.slider, control.slider.height() // 2


def under_handle(person, path, slider):
    """Whether the newest view is of the value where the handle stands."""
    is_new = person.view.is_preview or person.view.generation == person.controller.runner.generation
    return is_new and get(person.view.run.experiment, path) == slider.under_handle


def is_whole(window, view):
    """Whether the plots show one view: its points, its fit and its losses."""
    panel, plot, history = window.fit_view.panel, window.history_view.plot, view.run.history
    n = len(plot.epochs) - 1  # the last one may be newer than the last record
    return (
        panel.dataset is view.dataset
        and panel.fit is view.fit
        and plot.epochs[-1] >= view.snapshot.epoch
        and np.array_equal(plot.epochs[:n], history.epochs[:n])
        and all(
            np.array_equal(curve.values[:n], history.column(curve.measure)[:n])
            for curve in plot.curves
        )
    )


def assert_belongs_together(view, alone, rtol):
    """The points, the fit and the losses are those of the experiment, which was trained `alone`."""
    dataset = load(view.run.experiment.data)
    for split in ("train", "valid"):
        points, expected = getattr(view.dataset, split), getattr(dataset, split)
        np.testing.assert_array_equal(points.x, expected.x)
        np.testing.assert_array_equal(points.y, expected.y)
        loss = ((getattr(view.fit, split) - expected.y) ** 2).mean()
        assert view.snapshot.value(f"{split}_loss") == pytest.approx(loss, rel=1e-4)
    history = view.run.history
    n = len(alone) if view.is_finished else len(history)  # which may have been left on its way
    np.testing.assert_array_equal(history.epochs, alone.epochs[:n])
    for measure in MEASURES:
        column = alone.column(measure)[:n]
        np.testing.assert_allclose(history.column(measure), column, rtol=rtol)


# By day the data are dragged with their own curve, and the network where there is none or there
# are others.
@pytest.mark.parametrize(
    ("path", "curves"),
    [
        ("data.noise", "its own"),
        pytest.param("data.n_train", "its own", marks=pytest.mark.nightly),
        pytest.param("model.depth", "its own", marks=pytest.mark.nightly),
        pytest.param("model.width", "its own", marks=pytest.mark.nightly),
        pytest.param("data.n_train", "none", marks=pytest.mark.nightly),
        ("model.depth", "none"),
        pytest.param("data.noise", "others", marks=pytest.mark.nightly),
        ("model.width", "others"),
    ],
)
def test_a_drag_over_other_data_or_networks_shows_each_with_its_own_fit_and_losses(
    train_with_curves, path, curves
):
    own = curves == "its own"
    shown = {"none": [], "others": ["regularization.dropout", "optimizer.lr"], "its own": [path]}
    person = train_with_curves(shown[curves], {"epochs": 40, "model.width": 16})
    before, window = person.wait_until_finished(), person.window
    slider, y = slider_of(person, path)
    if own:  # then it shows its own networks, which are there
        person.wait(lambda: slider.curve and slider.curve.is_finished)
    first, whole, dwelled = len(person.views), [], {}
    window.controller.runner.viewed.connect(lambda view: whole.append(is_whole(window, view)))
    QTest.mousePress(slider, LEFT, pos=QPoint(10, y))
    for x in range(10, slider.width() // 2, 5):
        QTest.mouseMove(slider, QPoint(x, y))
        assert is_whole(window, person.view)  # until something newer comes, all of it stays
        if x % 10 == 0:  # as a hand does, it dwells now and then
            person.wait(lambda: under_handle(person, path, slider) and person.view.is_finished)
            dwelled[slider.under_handle] = person.view
        QApplication.processEvents()
    value = slider.under_handle
    QTest.mouseRelease(slider, LEFT, pos=QPoint(x, y))
    last = person.wait_until_finished()
    assert get(last.run.experiment, path) == value == window.controls.control(path).value()
    assert not last.is_preview

    views = person.views[first:]
    assert all(whole)
    assert len(whole) == len(views)
    assert any(view.is_preview for view in views) == own
    generations = [view.generation for view in views]
    assert generations == sorted(generations)
    assert len(dwelled) >= 4
    assert [get(view.run.experiment, path) for view in dwelled.values()] == list(dwelled)
    for view in (before, *dwelled.values(), last):
        assert view.snapshot.epoch == 40
    alone = {view.run.experiment: trained(view.run.experiment) for view in (before, *views)}
    for view in (before, *views):
        assert_belongs_together(view, alone[view.run.experiment], rtol=2e-3 if own else 0)


# Other networks at night: by day the test above drags over them.
@pytest.mark.parametrize(
    "path", ["data.n_train", pytest.param("model.depth", marks=pytest.mark.nightly)]
)
def test_what_trains_long_shows_its_progress_and_is_left_for_another_value(train_with_curves, path):
    person = train_with_curves([], ENDLESS)
    person.wait(lambda: person.view.snapshot.step > 0)
    window, (slider, y) = person.window, slider_of(person, path)
    values = set()
    QTest.mousePress(slider, LEFT, pos=QPoint(10, y))
    for x in (20, 60, 100):
        QTest.mouseMove(slider, QPoint(x, y))
        assert is_whole(window, person.view)
        person.wait(lambda: under_handle(person, path, slider))
        for _ in range(2):
            step = person.view.snapshot.step
            person.wait(lambda step=step: person.view.snapshot.step > step)
        assert under_handle(person, path, slider)
        assert is_whole(window, person.view)
        values.add(get(window.controller.session.experiment, path))
        assert slider.under_handle in values
    QTest.mouseRelease(slider, LEFT, pos=QPoint(x, y))
    assert len(values) >= 3
    assert not any(view.is_finished for view in person.views)
    assert window.controller.runner.is_playing


@pytest.mark.parametrize("values", [{"data.noise": 1.0}, {"data.name": "moons"}])
def test_what_is_shown_stays_whole_until_there_is_a_fit_of_other_data(person, monkeypatch, values):
    before = person.train()
    goes_on, init = threading.Event(), Training.__init__

    def held(*arguments, **others):
        assert goes_on.wait(20)
        init(*arguments, **others)

    monkeypatch.setattr(Training, "__init__", held)
    window, verdict = person.window, person.text("verdict.losses")
    window.controller.change(replace(window.controller.session.experiment, values))
    QApplication.processEvents()
    assert is_whole(window, before)
    assert person.text("verdict.losses") == verdict
    assert window.controller.dataset is not before.dataset
    goes_on.set()
    after = person.wait_until_finished()
    assert after.dataset is window.controller.dataset
    assert is_whole(window, after)
    assert person.text("verdict.losses") != verdict


def test_many_restarts_in_a_row_end_with_the_last(open_window):
    person = open_window({"epochs": 1500})
    person.click("timeline.play")
    person.wait(lambda: person.view.snapshot.step > 0)
    window = person.window
    threads, timers = threading.active_count(), len(window.findChildren(QTimer))
    objects, before = len(window.findChildren(QObject)), trainings()
    for turn in range(40):
        if turn % 2:
            person.click("timeline.seed")
        else:
            slide(person, "model.depth", Key.Key_Up if turn % 4 else Key.Key_Down)
        if turn % 10 == 9:  # let some of them come up in between
            person.wait(lambda: len(person.views) > 1)
    last = person.wait_until_finished()
    assert last.run.experiment.seed == 20
    assert last.generation == window.controller.runner.generation == 41
    # One may write what is open; those that train curves beside the thread come and go.
    person.wait(lambda: threading.active_count() <= threads + 1)
    person.wait(lambda: len(window.findChildren(QTimer)) <= timers)
    assert len(window.findChildren(QObject)) <= objects + 3
    assert trainings() <= before + 1  # those superseded are gone; one may be a slider's curve
    assert len([thread for thread in window.findChildren(QThread) if thread.isRunning()]) == 1
    generations = [view.generation for view in person.views]
    assert generations == sorted(generations)
    assert_same(last.run.history, trained(last.run.experiment))
