"""What goes wrong: errors on the thread, a full GPU, runs that diverge, closing in the middle."""

import math
import threading
import time

import pytest
import torch
from PySide6.QtCore import Qt, QThread

from regplay.core.joint import JointTraining
from regplay.core.training import Training
from regplay.gui.widgets import StudyControl
from regplay.gui.window import MainWindow

Key = Qt.Key
BIG = {"model.depth": 8, "model.width": 256, "epochs": 1_000_000}


def broken(*_, **__):
    raise RuntimeError("the cat sat on the keyboard")


@pytest.fixture
def alone(begin_anew):
    """A person where the sliders show no curves: what fails there is the run."""
    return begin_anew()


# By day where a training is made and where it is trained: what else a thread calls at night.
@pytest.mark.parametrize(
    "name",
    ["__init__", "train", *(pytest.param(n, marks=pytest.mark.nightly) for n in ("fit", "adjust"))],
)
def test_an_error_on_the_thread_is_told_and_the_window_stays_usable(alone, monkeypatch, name):
    alone.click("keep_weights")
    for count, remedy in enumerate(("train", "reset", "control")):
        alone.click("timeline.reset")
        alone.wait_for_step(0)
        alone.click("timeline.step")
        alone.wait_for_step(1)
        assert_usable_after_an_error(alone, monkeypatch, name, remedy, l1=0.1 + 0.1 * count)


def assert_usable_after_an_error(person, monkeypatch, name, remedy, l1):
    with monkeypatch.context() as patch:
        patch.setattr(Training, name, broken)
        # Makes another training, adjusts it, or just trains, whichever is broken.
        if name == "__init__":
            person.click("timeline.seed")
        elif name == "adjust":
            person.set(regularization__l1=l1)
        else:
            person.click("timeline.play")
        person.wait(lambda: bool(person.banner))
        assert "the cat sat on the keyboard" in person.banner
        assert not person.controller.runner.is_playing
        assert person.window.timeline.play.text() == "Train"
        assert [thread.isRunning() for thread in person.window.findChildren(QThread)] == [True]
    person.click("banner.close")

    if remedy == "reset":
        person.click("timeline.reset")
        person.wait_for_step(0)
    elif remedy == "control":
        person.set(model__depth=3)
        person.wait(person.is_shown)
    assert person.train().snapshot.epoch == 20
    assert person.banner == ""


def test_a_step_after_an_error_begins_anew(alone, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Training, "train", broken)
        alone.click("timeline.play")
        alone.wait(lambda: bool(alone.banner))
    alone.click("timeline.step")
    alone.wait_for_step(1)


@pytest.mark.usefixtures("first_curves")
def test_an_error_in_a_sweep_is_told_and_the_run_does_not_suffer(open_window, monkeypatch):
    monkeypatch.setattr(JointTraining, "advance", broken)
    person = open_window()
    person.wait(lambda: "could not be trained: the cat sat on the keyboard" in person.banner)
    assert person.train().snapshot.epoch == 20


def test_an_error_of_a_superseded_experiment_is_not_told(open_window, monkeypatch):
    goes_on, init = threading.Event(), Training.__init__

    def breaks_at_seed_1(training, experiments, **values):
        if experiments[0].seed == 1:
            goes_on.wait(10)
            broken()
        init(training, experiments, **values)

    person = open_window()
    monkeypatch.setattr(Training, "__init__", breaks_at_seed_1)
    person.click("timeline.seed")
    person.click("timeline.seed")
    goes_on.set()
    assert person.train().run.experiment.seed == 2
    assert person.banner == ""


def full_gpu(monkeypatch, name):
    """Make everything but the CPU run out of memory in `Training.<name>`."""
    init, train = Training.__init__, Training.train

    def fake_init(training, experiments, **values):
        training.is_on_gpu = values["device"] != "cpu"
        if name == "__init__" and training.is_on_gpu:
            raise torch.OutOfMemoryError("CUDA out of memory")
        init(training, experiments, **(values | {"device": "cpu"}))

    def fake_train(training, goal=None, stop=None):
        if name == "train" and getattr(training, "is_on_gpu", False):  # not made before this
            if training.step == 7:
                raise torch.OutOfMemoryError("CUDA out of memory")
            goal = 7 if goal is None else min(goal, 7)
        return train(training, goal, stop)

    monkeypatch.setattr(Training, "__init__", fake_init)
    monkeypatch.setattr(Training, "train", fake_train)


@pytest.mark.parametrize("name", ["__init__", "train"])
def test_a_full_gpu_is_told_and_training_goes_on_on_the_cpu(person, monkeypatch, name):
    full_gpu(monkeypatch, name)
    person.window.set_device("cuda:0")
    view = person.train()
    assert view.snapshot.epoch == 20
    assert list(view.run.history.epochs) == list(range(21))
    person.wait(lambda: "GPU ran out of memory" in person.banner)  # a view may be quicker
    assert "CPU" in person.banner
    assert person.text("status.device").startswith("CPU")


@pytest.mark.usefixtures("first_curves")
def test_a_sweep_for_which_a_gpu_has_no_room_is_trained_on_the_cpu(person, monkeypatch):
    full_gpu(monkeypatch, "train")
    person.window.set_device("cuda:0")
    studies = person.controller.studies
    decay = "regularization.weight_decay"
    person.wait(lambda: decay in studies.studies and studies.studies[decay].finished)
    study = studies.studies[decay]
    assert study.problem == ""
    assert study.history.epochs[-1] == 20
    person.wait(lambda: "GPU ran out of memory" in person.banner)  # a view may be quicker


def test_a_run_that_diverges_is_told_and_leaves_the_window_usable(begin_anew):
    person = begin_anew({"data.name": "cubic", "optimizer.name": "sgd", "optimizer.lr": 10.0})
    view = person.train()
    assert view.snapshot.diverged[0]
    assert "Diverged" in person.text("verdict.headline")
    assert "10" in person.text("verdict.reason")
    assert person.banner == ""
    for tab in ("weights", "loss"):
        person.window.history_view.set_tab(tab)
        for log in (True, False):
            person.window.history_view.log_y.setChecked(log)
            assert not person.window.grab().isNull()
    person.controller.replay.seconds = 0.2
    person.click("timeline.play")
    assert person.controller.replay.is_on  # as far as it came
    person.wait(lambda: not person.controller.replay.is_on)
    assert not person.controller.runner.is_playing

    person.set(optimizer__lr=0.01)
    view = person.wait_until_finished()
    assert view.snapshot.epoch == 20
    assert not view.snapshot.diverged[0]
    assert "Diverged" not in person.text("verdict.headline")
    assert math.isfinite(view.snapshot.value("train_loss"))


def test_closing_while_training_a_big_network_computes_for_less_than_a_second(open_window):
    person = open_window(BIG)
    person.click("timeline.play")
    person.wait(lambda: person.view.snapshot.step > 0)
    (thread,) = person.window.findChildren(QThread)
    assert thread.isRunning()
    began = time.process_time()  # which other programs take no part of
    person.window.close()
    assert time.process_time() - began < 1.0
    assert thread.isFinished()
    assert not person.window.isVisible()
    assert person.controller.runner.step < 1_000_000


@pytest.mark.parametrize("tab", ["landscape", pytest.param("seeds", marks=pytest.mark.nightly)])
def test_closing_while_the_networks_of_a_tab_train_stops_them(open_window, tab):
    person = open_window({"model.width": 128, "epochs": 20_000})
    person.window.tabs.set_tab(tab)
    controls = {it.button.objectName(): it for it in person.window.findChildren(StudyControl)}
    controls[f"{tab}.start"].turn(True)
    studies = person.controller.studies
    person.wait(lambda: any(not study.finished for study in studies.studies.values()))
    began = time.process_time()
    person.window.close()
    assert time.process_time() - began < 1.0
    assert not any(thread.isRunning() for thread in person.window.findChildren(QThread))


@pytest.mark.usefixtures("first_curves")
def test_closing_while_curves_train_stops_them(open_window):
    person = open_window({"model.width": 128, "epochs": 20_000})
    studies = person.controller.studies
    person.wait(lambda: any(not study.finished for study in studies.studies.values()))
    person.window.close()
    assert not any(thread.isRunning() for thread in person.window.findChildren(QThread))


def test_closing_before_torch_is_loaded_leaves_no_thread(open_window):
    person = open_window(loads=False)
    person.window.close()
    assert not any(thread.isRunning() for thread in person.window.findChildren(QThread))


def test_a_window_that_was_never_shown_closes(qapp, settings, tmp_path):
    window = MainWindow(settings=settings, folder=tmp_path)
    (thread,) = window.findChildren(QThread)
    window.close()
    assert not thread.isRunning()
    window.theme.deleteLater()
    window.deleteLater()


def test_a_big_network_is_superseded_between_two_steps(begin_anew):
    person = begin_anew(BIG)
    person.click("timeline.play")
    person.wait(lambda: person.view.snapshot.step > 0)
    person.set(model__depth=1, model__width=2, epochs=5)
    assert person.wait_until_finished().snapshot.epoch == 5
