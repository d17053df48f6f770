"""Sessions in a file: what was saved is what is opened, and training goes on from there."""

import os
import subprocess
import sys
import tomllib

import numpy as np
import pytest
import torch
from stored_sessions import (
    document_of,
    dumps,
    go_on,
    keep,
    same_history,
    same_state,
    session,
    small,
    trained,
    without_states,
)

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.training import Training
from regplay.session.document import (
    Document,
    DocumentError,
    DocumentWriter,
    StoredRun,
    loads,
    read,
    write,
)
from regplay.session.document.document_text import Budget
from regplay.session.experiment_text import from_link, to_link
from regplay.session.pins import Pins
from regplay.session.session import Run

EVERYTHING = {
    "regularization__dropout": 0.3,
    "regularization__input_noise": 0.1,
    "optimizer__batch_size": 5,
}


def test_a_session_comes_back_as_it_was():
    saved = session()
    found = loads(dumps(saved))
    assert found.experiment == saved.experiment
    assert (found.lesson, found.page) == ("weight-decay-sine", 2)
    assert found.view == {"tab": "fit", "best": True}
    assert [(p.name, p.color, p.is_hidden) for p in found.pins] == [
        ("λ = 0.1", 1, True),
        ("λ = 0.0", 0, False),
    ]
    for mine, theirs in zip(
        [saved.run, *(p.run for p in saved.pins)],
        [found.run, *(p.run for p in found.pins)],
        strict=True,
    ):
        assert theirs.experiment == mine.experiment
        assert theirs.placement == mine.placement != ""
        same_history(theirs.history, mine.history)
        kept = {state.epoch: state for state in mine.run().checkpoints}
        again = list(theirs.run().checkpoints)
        assert len(again) == len(kept)
        for state in again:
            same_state(state, kept[state.epoch])
    assert found.is_like(saved)


def test_a_session_of_nothing_but_an_experiment():
    experiment = replace(Experiment(), {"data.name": "moons", "data.noise": 0.3})
    found = loads(dumps(Document(experiment)))
    assert (found.experiment, found.run, found.pins) == (experiment, None, ())
    assert (found.lesson, found.page, dict(found.view)) == ("", 0, {})


def test_the_file_is_toml_that_begins_with_what_people_read():
    text = dumps(session(data__noise=0.25))
    raw = tomllib.loads(text)
    assert list(raw)[:5] == ["format", "regplay", "lesson", "page", "experiment"]
    assert raw["experiment"]["data"]["noise"] == 0.25
    assert raw["pins"][0]["changes"] == {"regularization.weight_decay": 0.1, "epochs": 25}
    assert text.index("[arrays]") > text.index("[[pins]]")


def test_a_polynomial_comes_back_from_a_file_and_a_link_as_it_was():
    experiment = small(model__kind="polynomial", model__degree=7, optimizer__batch_size=5)
    run, training = trained(experiment)
    found = loads(dumps(document_of(experiment, run))).run
    assert found.experiment == experiment == from_link(to_link(experiment))
    same_history(found.history, run.history)
    assert found.fits(load(experiment.data))
    state = found.run().checkpoints.last
    assert torch.equal(state.parameters, training.population.flat)


@pytest.mark.parametrize("name", ["sgd", "momentum", "adam", "adamw"])
def test_training_goes_on_from_a_file_bit_for_bit(name):
    experiment = small(optimizer__name=name, **EVERYTHING)
    run, straight = trained(experiment, epochs=20)
    found = loads(dumps(document_of(experiment, run))).run
    assert found.goes_on
    again = Training([experiment], device="cpu")
    again.restore(found.run().checkpoints.at(20))
    for training in (straight, again):
        while training.epoch < 50:
            training.train(50 * training.steps_per_epoch)
    assert torch.equal(again.population.flat, straight.population.flat)


@pytest.mark.parametrize("name", ["sgd", "momentum", "adam", "adamw"])
def test_what_goes_on_repeats_what_was_recorded_without_a_break(name):
    """From whichever state of a file, with dropout, input noise and batches that don't come out."""
    experiment = small(optimizer__name=name, regularization__l1=1e-3, **EVERYTHING)
    whole, _ = trained(experiment)
    run, _ = trained(experiment, epochs=30)
    stored = loads(dumps(document_of(experiment, run))).run.run()
    for epoch in (0, 7, 30):
        state = stored.checkpoints.at(epoch)
        training = Training([experiment], device="cpu")
        training.restore(state)
        again = stored.until(state.epoch)
        while not training.finished:
            keep(again, training.train())
        assert (state.epoch, training.step) == (epoch, 60 * 3)
        same_history(again.history, whole.history)
        for one, other in zip(again.checkpoints, whole.checkpoints, strict=True):
            same_state(one, other)


def test_what_stopped_and_what_was_changed_come_back():
    patient = small(regularization__early_stopping=5, optimizer__lr=0.05, epochs=500)
    run, _ = trained(patient)
    run.changed_at.append(3)
    found = loads(dumps(document_of(patient, run))).run.run()
    assert found.history.last.has_stopped_early(500)
    assert found.history.last.epoch < 500
    assert found.changed_at == [3]
    state, kept = found.checkpoints.last, run.checkpoints.last
    assert state.stopping.stopped_at.tolist() == kept.stopping.stopped_at.tolist()
    assert state.stopping.best_loss.tolist() == kept.stopping.best_loss.tolist()

    wild = small(optimizer__name="sgd", optimizer__lr=10.0, epochs=500)
    run, _ = trained(wild)
    assert run.history.last.diverged[0]
    assert loads(dumps(document_of(wild, run))).run.history.last.diverged[0]


def test_what_is_opened_does_not_touch_what_it_was_opened_from():
    found = loads(dumps(session())).run
    first, second = found.run(), found.run()
    last = first.history.last
    later = type(last)(
        last.epoch + 1, last.step + 1, last.values + 1, last.stopped_at, last.diverged
    )
    first.history.append(later)
    assert second.history.last.epoch == found.epoch == last.epoch
    assert len(second.history) == len(found.history) == len(first.history) - 1
    second.history.append(later)
    assert np.array_equal(first.history.epochs, second.history.epochs)


def test_states_are_thinned_to_a_budget_but_for_the_first_the_last_and_the_best():
    experiment = small(epochs=400)
    run, _ = trained(experiment)
    best = int(run.history.epochs[run.history.best()])
    size = run.checkpoints.last.size
    for count in (3, 10):
        text = dumps(document_of(experiment, run), Budget(run=count * size, pin=0))
        epochs = loads(text).run.run().checkpoints.epochs
        assert count // 2 < len(epochs) <= count < len(run.checkpoints)
        assert {0, best, 400} <= set(epochs.tolist())
    # A network of which three states would take eight times the budget keeps the last.
    text = dumps(document_of(experiment, run), Budget(run=size // 4, pin=0))
    assert loads(text).run.run().checkpoints.epochs.tolist() == [400]


def test_a_run_without_states_is_to_be_looked_at():
    experiment = small()
    run, _ = trained(experiment, epochs=10)
    found = loads(dumps(document_of(experiment, without_states(run)))).run
    assert not found.goes_on
    assert not len(found.run().checkpoints)
    same_history(found.history, run.history)


def test_what_was_opened_can_be_saved_again():
    text = dumps(session())
    assert dumps(loads(text)) == text


def test_taking_a_snapshot_copies_nothing_and_stays_as_it_was():
    run, training = trained(small(), epochs=20)
    stored = StoredRun.of(run)
    assert np.shares_memory(stored.history.epochs, run.history.epochs)
    for _ in range(5):
        go_on(run, training)
    run.experiment = small(seed=4)
    assert (stored.epoch, stored.experiment) == (20, small())
    assert stored.states[-1].epoch == 20
    assert loads(dumps(Document(stored.experiment, stored))).run.epoch == 20


def test_a_snapshot_from_the_middle_of_a_record_is_whole():
    run, training = trained(small(), epochs=20)
    length = len(run.history)
    go_on(run, training)
    run.checkpoints.forget_after(20)
    run.history._length = length  # another thread has not got further than this
    found = loads(dumps(document_of(run.experiment, run))).run
    assert (found.epoch, found.history.last.epoch, len(found.history)) == (20, 20, length)


def test_what_is_like_another():
    saved = session()
    assert saved.is_like(loads(dumps(saved)))
    experiment = saved.experiment
    elsewhere = Document(experiment, saved.run, saved.pins, "other", 0, {"tab": "seeds"})
    assert elsewhere.is_like(saved)
    assert Document(experiment, None, saved.pins).is_like(saved)  # not known yet
    assert not Document(experiment, saved.run, saved.pins[:1]).is_like(saved)
    assert not Document(experiment, saved.run, saved.pins[::-1]).is_like(saved)
    assert not Document(small(seed=9), saved.run, saved.pins).is_like(saved)
    further = StoredRun.of(trained(experiment, epochs=30)[0])
    assert not Document(experiment, further, saved.pins).is_like(saved)
    begun = StoredRun.of(trained(experiment, epochs=0)[0])
    assert Document(experiment, begun).is_like(Document(experiment))
    assert not Document(experiment, further).is_like(Document(experiment))


def test_runs_that_stay_are_not_packed_again(monkeypatch):
    packed = []

    def encoded(array):
        packed.append(array)
        return real(array)

    from regplay.session.document import document_text

    real = document_text.encoded
    monkeypatch.setattr(document_text, "encoded", encoded)
    experiment = small()
    run, training = trained(experiment, epochs=20)
    pins = Pins()
    pins.pin(trained(small(seed=1))[0], None)
    writer = DocumentWriter()
    first = writer.text(document_of(experiment, run, pins))
    assert packed
    packed.clear()
    assert writer.text(document_of(experiment, run, pins)) == first
    assert not packed
    go_on(run, training)
    pins[0].name = "other"
    text = writer.text(document_of(experiment, run, pins))
    assert 0 < len(packed) < 15
    assert loads(text).pins[0].name == "other"
    assert loads(text).run.epoch == run.history.last.epoch > 20
    pins[0].run = Run(experiment)  # of which nothing is known
    assert len(loads(writer.text(document_of(experiment, run, pins))).pins[0].run.history) == 0


def test_files_are_read_from_where_the_session_lies(tmp_path):
    folder = tmp_path / "sent"
    folder.mkdir()
    experiment = replace(Experiment(), {"data.name": "csv", "data.file": "table.csv"})
    unused = replace(Experiment(), {"data.file": "unused.csv"})
    path = folder / "mine.regplay"
    write(path, Document(experiment))
    found = read(path)
    assert found.paths == (str(folder / "table.csv"),)
    assert found.without_files().paths == ()
    assert found.without_files().experiment == replace(experiment, {"data.file": ""})
    write(path, Document(unused))
    assert read(path).paths == ()


def test_a_run_on_a_file_is_held_against_it_when_it_is_read(tmp_path):
    table = tmp_path / "table.csv"
    rows = [f"{i},{i * i % 7},{i % 5}" for i in range(30)]
    table.write_text("a,b,y\n" + "\n".join(rows))
    experiment = small(data__name="csv", data__file=str(table), data__n_train=0, data__n_valid=0)
    run, training = trained(experiment)
    path = tmp_path / "mine.regplay"
    write(path, document_of(experiment, run))
    found = read(path)
    assert found.paths == (str(table),)
    assert found.run.fits(training.datasets[0])
    table.write_text("a,y\n" + "\n".join(row[2:] for row in rows))
    other = Training([small(data__n_train=20, data__n_valid=9)]).datasets[0]
    assert read(path).run.epoch == 60  # the file is not looked at
    assert not found.run.fits(other)


def test_a_file_that_cannot_be_written_or_read_is_told_by_name(tmp_path):
    with pytest.raises(DocumentError, match=r"none.mine\.regplay: can't be written: no such file"):
        write(tmp_path / "none" / "mine.regplay", Document(Experiment()))
    odd = replace(Experiment(), {"data.name": "csv", "data.file": "/home/\udcff.csv"})
    with pytest.raises(DocumentError, match="is no text"):
        write(tmp_path / "mine.regplay", Document(odd))
    assert os.listdir(tmp_path) == []
    with pytest.raises(DocumentError, match=r"mine\.regplay: can't be read: No such file"):
        read(tmp_path / "mine.regplay")
    with pytest.raises(DocumentError, match="this is no file"):
        read(tmp_path)


def test_reading_a_session_imports_neither_torch_nor_qt(tmp_path):
    path = tmp_path / "mine.regplay"
    write(path, session())
    code = (
        "import sys; from pathlib import Path;"
        "from regplay.session.document.session_file import read;"
        "import regplay.session.document.session_file, regplay.session.experiment_text;"
        "d = read(Path(sys.argv[1])); assert len(d.pins) == 2; d.run.run(with_states=False);"
        "sys.exit('torch' in sys.modules or 'PySide6' in sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code, str(path)], check=True, timeout=60)
