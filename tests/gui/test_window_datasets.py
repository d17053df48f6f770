"""Each dataset trains in the window."""

import itertools

import numpy as np
from PySide6.QtCore import Qt

from regplay.core.datasets import REGISTRY
from regplay.core.experiment import Experiment
from regplay.core.fields import replace


def assert_trains(person):
    window = person.window
    view = person.train()
    assert person.banner == ""
    assert view.snapshot.epoch == 5
    panel = window.fit_view.panel
    dataset = panel.dataset
    assert panel.isVisible()
    assert panel.fit is view.fit
    # What the panel draws is of the points that it draws.
    assert len(view.fit.train) == len(dataset.train.y)
    assert len(view.fit.valid) == len(dataset.valid.y)
    assert (view.fit.grid is None) == (dataset.n_inputs > 2)
    assert np.isfinite(view.fit.train).all()
    assert list(window.history_view.plot.epochs) == [0, 1, 2, 3, 4, 5]
    classes = dataset.task == "classification"
    assert window.history_view.tabs["accuracy"].isVisible() == classes
    assert ("accuracy" in person.text("verdict.losses")) == classes
    for tab in ("accuracy", "weights") if classes else ("weights",):
        window.history_view.set_tab(tab)
        assert list(window.history_view.plot.epochs) == [0, 1, 2, 3, 4, 5]
        assert not window.history_view.grab().isNull()
    return dataset


def test_each_dataset_trains_without_a_complaint(open_window):
    person = open_window({"epochs": 5})
    combo = person.find("data.name").focusProxy()
    for name in REGISTRY:
        if name == "csv":
            continue
        index = combo.findData(name)
        while combo.currentIndex() != index:  # by the arrow keys, past the others
            person.press(
                Qt.Key.Key_Down if combo.currentIndex() < index else Qt.Key.Key_Up, "data.name"
            )
        assert person.controller.session.experiment.data.name == name
        person.wait(person.is_shown)
        assert assert_trains(person) is person.controller.dataset, name


def test_a_persons_own_file_trains(open_window, file):
    person = open_window({"epochs": 5})
    for inputs, task in itertools.product((1, 2, 3), ("regression", "classification")):
        rng = np.random.default_rng(0)
        lines = [",".join([*"xzw"[:inputs], "y" if task == "regression" else "kind"])]
        for x in rng.normal(size=(40, inputs)):
            y = x.sum()
            target = f"{y:.3f}" if task == "regression" else ("up" if y > 0 else "down")
            lines.append(",".join([f"{value:.3f}" for value in x] + [target]))
        path = file(f"own {inputs} {task}.csv", "\n".join(lines) + "\n")
        values = {"epochs": 5, "data.name": "csv", "data.file": str(path)}
        person.controller.open(replace(Experiment(), values))
        person.wait(person.is_shown)
        dataset = assert_trains(person)
        assert (dataset.task, dataset.n_inputs) == (task, inputs)
        assert len(dataset.train.y) == 28


def test_switching_datasets_while_training_shows_the_last(open_window):
    person = open_window({"epochs": 1_000_000, "optimizer.batch_size": 1})
    person.click("timeline.play")
    for name in REGISTRY:
        if name != "csv":
            person.set(data__name=name)
    person.set(data__name="spirals", epochs=5)
    view = person.wait_until_finished()
    assert view.run.experiment.data.name == "spirals"
    assert view.fit.grid.shape[1] == len(person.window.fit_view.panel.dataset.class_names)
