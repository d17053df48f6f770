"""Pins of a session that was opened: their curves at once, the rest when there is torch."""

import numpy as np
import pytest

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.training import Training
from regplay.gui.persistence.shown_session import completed, pins_of
from regplay.session.document import Document, DocumentWriter, StoredPin, loads
from regplay.session.pins import MOST, Pin, Pins, PinsFullError
from regplay.session.session import Run

SMALL = {"model.width": 5, "epochs": 12}


def opened(*experiments):
    """A session with pins of these, from a file."""
    pins = Pins()
    fits = []
    for experiment in experiments:
        training, kept = Training([experiment], device="cpu"), Run(experiment)
        while not training.finished:
            for record in training.train():
                kept.history.append(record.snapshot)
                kept.checkpoints.keep(record.state.copy())
        fits.append(training.fit(None))
        pins.pin(kept, None)
    document = Document(experiments[0], pins=tuple(StoredPin.of(pin) for pin in pins))
    return loads(DocumentWriter().text(document)), fits


def complete(pins, document):
    """What a controller does with what is found."""
    stored = {pin: stored.run for pin, stored in zip(pins, document.pins, strict=True)}
    for pin, found in completed(stored).items():
        pin.run, pin.fit, pin.grid = found


def test_histories_come_first_and_states_and_fits_after():
    one = replace(Experiment(), SMALL)
    other = replace(one, {"data.name": "moons"})
    document, fits = opened(one, other)
    pins = pins_of(document)
    assert [pin.run.history.last.epoch for pin in pins] == [12, 12]
    assert [len(pin.run.checkpoints) for pin in pins] == [0, 0]
    assert [pin.fit for pin in pins] == [None, None]
    complete(pins, document)
    for pin, fit in zip(pins, fits, strict=True):
        assert np.array_equal(pin.fit.train, fit.train)
        assert np.array_equal(pin.fit.valid, fit.valid)
        assert len(pin.fit.grid) == len(pin.grid.x)
        assert pin.run.checkpoints.epochs.tolist() == list(range(13))


def test_a_pin_whose_file_is_gone_or_another_stays_a_history(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("a,b,y\n" + "".join(f"{i},{i % 3},{i * 0.7}\n" for i in range(20)))
    values = {"data.name": "csv", "data.file": str(table), "data.n_train": 0, "data.n_valid": 0}
    document, fits = opened(replace(Experiment(), SMALL | values))

    (pin,) = pins = pins_of(document)
    complete(pins, document)
    assert np.array_equal(pin.fit.train, fits[0].train)
    for content in ("a,y\n" + "".join(f"{i},{i * 0.7}\n" for i in range(20)), None):
        if content is None:
            table.unlink()
        else:
            table.write_text(content)
        (pin,) = pins = pins_of(document)
        complete(pins, document)
        assert pin.fit is None
        assert len(pin.run.checkpoints) == 0
        assert pin.run.history.last.epoch == 12
    (pin,) = pins = pins_of(document.without_files())
    complete(pins, document.without_files())
    assert pin.fit is None


def test_pins_are_restored_in_place_of_all_others():
    pins = Pins()
    pins.pin(Run(Experiment()), None)
    restored = [Pin(f"{color}", color, Run(Experiment()), None) for color in (4, 0)]
    pins.restore(restored)
    assert list(pins) == restored
    new = pins.pin(Run(Experiment()), None)
    assert (new.color, new.name) == (1, "run 3")
    too_many = [Pin("x", color, Run(Experiment()), None) for color in range(MOST + 1)]
    with pytest.raises(PinsFullError, match="these are 13"):
        pins.restore(too_many)
    assert len(pins) == 3
