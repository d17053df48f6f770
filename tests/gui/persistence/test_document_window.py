"""The real window: what it works on is saved, opened in another one, and goes on there."""

import time

import numpy as np
import pytest
from trainings import train

from regplay.gui.persistence import documents as documents_module
from regplay.session.document import read


@pytest.fixture
def documents_of(tmp_path):
    """The documents of a person's window, saved where they are asked to save."""

    def find(person):
        person.answers.path = tmp_path / "mine.regplay"
        return person.window.documents

    return find


def test_a_session_goes_on_in_another_window(open_window, documents_of):
    first = open_window({"epochs": 40, "regularization.dropout": 0.2})
    first.train()
    first.choose("Pin this run")
    first.set(regularization__weight_decay=0.1)
    view = first.train()
    first.choose("Pin this run")
    first.controller.pins.rename(first.controller.pins[0], "without")
    documents = documents_of(first)
    assert documents.save()
    first.window.close()

    second = open_window()
    opened = documents_of(second)
    assert opened.open(documents.path)
    second.wait(lambda: second.is_shown() and second.view.snapshot.epoch == 40)
    assert second.view.run.experiment == view.run.experiment
    assert np.array_equal(second.view.run.history.epochs, view.run.history.epochs)
    assert np.array_equal(second.view.fit.grid, view.fit.grid)  # the same network
    pins, before = list(second.controller.pins), list(first.controller.pins)
    assert [pin.name for pin in pins] == ["without", "λ 0.1"]
    for pin, was in zip(pins, before, strict=True):
        assert np.array_equal(pin.fit.grid, was.fit.grid)
        assert np.array_equal(pin.grid.x, was.grid.x)
        assert pin.run.checkpoints.last.epoch == 40
    opened.check()
    assert not opened.is_modified

    # Replay, and training on to where a run without a break comes to.
    kept = second.view.run.checkpoints.epochs
    assert {0, 40} < set(kept.tolist())
    second.window.timeline.track.set_moment(int(kept[3]))
    second.window.timeline.track.moment_changed.emit(int(kept[3]))
    second.wait(lambda: second.view.moment.epoch == kept[3])
    second.set(epochs=80)
    second.train()
    opened.check()
    assert opened.is_modified
    *_, straight = train(second.view.run.experiment)
    assert straight.epoch == 80
    assert np.array_equal(second.view.snapshot.values, straight.values, equal_nan=True)


def test_what_is_open_is_collected_in_less_than_two_milliseconds(open_window, documents_of):
    person = open_window({"epochs": 3000})
    person.train()
    for _ in range(12):
        person.choose("Pin this run")
    shown = person.window.documents._session
    times = []
    for _ in range(20):
        start = time.thread_time()
        document = shown.document()
        times.append(time.thread_time() - start)
    assert len(document.pins) == 12
    assert len(document.run.history) > 100
    assert min(times) < 2e-3


def test_what_is_trained_is_written_by_itself(open_window, documents_of, tmp_path, monkeypatch):
    monkeypatch.setattr(documents_module, "INTERVAL", 0.0)  # a tick before may have written the pin
    person = open_window()
    documents = documents_of(person)
    person.choose("Pin this run")
    person.train()
    documents._tick()
    documents._autosave.wait()
    (path,) = (tmp_path / "kept").glob("*.regplay")
    found = read(path)
    assert (found.run.epoch, len(found.pins)) == (20, 1)
    documents.close()
    assert not list((tmp_path / "kept").glob("*"))
