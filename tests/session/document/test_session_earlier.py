"""Sessions of format 1: their runs are those that were saved, and training goes on from them."""

import numpy as np
import pytest
import torch
from stored_sessions import (
    document_of,
    dumps,
    earlier,
    keep,
    same_history,
    same_state,
    session,
    small,
    trained,
)

from regplay.core.training import Training
from regplay.session.document import loads

PATIENT = {"regularization__early_stopping": 5, "optimizer__lr": 0.05, "epochs": 500}
WILD = {"optimizer__name": "sgd", "optimizer__lr": 10.0, "epochs": 500}


def opened(experiment, epochs=None, **options):
    """A run, its training, and what comes out of a file of format 1 that it was saved in."""
    run, training = trained(experiment, epochs)
    text = earlier(document_of(experiment, run), [training], **options)
    assert text.startswith("format = 1\n")
    return run, training, loads(text).run


@pytest.mark.parametrize("name", ["sgd", "momentum", "adam", "adamw"])
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"data__name": "blobs", "model__depth": 1, "model__width": 2},  # 2 → 2 → 3
        {"data__name": "linear", "data__n_inputs": 9, "model__width": 7},  # 9 → 7 → 7 → 1
        {"data__name": "penguins", "model__depth": 0},  # 2 → 3
    ],
    ids=["sine", "blobs", "many inputs", "linear model"],
)
def test_a_run_is_the_one_that_was_saved(name, values):
    run, training, found = opened(small(optimizer__name=name, **values))
    assert found.goes_on
    assert found.fits(training.datasets[0])
    same_history(found.history, run.history)
    again = found.run()
    for mine, theirs in zip(again.checkpoints, run.checkpoints, strict=True):
        same_state(mine, theirs)
    network = training.population.with_parameters(again.checkpoints.last.parameters)
    x = torch.linspace(-1, 1, 30 * training.population.shape.sizes[0]).reshape(30, -1)
    assert torch.equal(network.predict(x), training.population.predict(x))


@pytest.mark.parametrize("values", [PATIENT, WILD, WILD | {"optimizer__name": "momentum"}], ids=str)
def test_a_run_that_stopped_has_stopped(values):
    run, _, found = opened(small(**values))
    last, before = found.history.last, run.history.last
    assert last.stopped_at[0] == before.stopped_at[0] >= 0
    assert last.diverged[0] == before.diverged[0]
    for mine, theirs in zip(found.run().checkpoints, run.checkpoints, strict=True):
        same_state(mine, theirs)
    training = Training([run.experiment], device="cpu")
    training.restore(found.run().checkpoints.last)
    assert training.finished


def test_a_file_from_before_a_regularizer_has_it_off():
    run, _ = trained(small(data__name="moons", regularization__l1=0.01))
    text = dumps(document_of(run.experiment, run))
    for line in ("max_norm = 0.0\n", "label_smoothing = 0.0\n"):
        assert line in text
        text = text.replace(line, "")
    found = loads(text)
    assert found.experiment == found.run.experiment == run.experiment
    same_history(found.run.history, run.history)


def test_pins_come_back_and_all_is_saved_in_todays_format():
    saved = session(data__name="blobs", regularization__dropout=0.2)
    found = loads(earlier(saved, [Training([saved.experiment], device="cpu")] * 3))
    text = dumps(found)
    assert text.startswith("format = 2\n")
    for document in (found, loads(text)):
        assert document.is_like(saved)
        runs = [document.run, *(pin.run for pin in document.pins)]
        kept = [saved.run, *(pin.run for pin in saved.pins)]
        for run, other in zip(runs, kept, strict=True):
            for mine, theirs in zip(run.run().checkpoints, other.states, strict=True):
                same_state(mine, theirs)


@pytest.mark.parametrize("name", ["sgd", "momentum", "adam", "adamw"])
@pytest.mark.parametrize("epoch", [0, 8, 20])
def test_training_goes_on_as_without_a_break(name, epoch):
    experiment = small(optimizer__name=name, optimizer__batch_size=5)
    whole, _ = trained(experiment)
    _, _, found = opened(experiment, epochs=20)
    training, again = Training([experiment], device="cpu"), found.run().until(epoch)
    training.restore(again.checkpoints.last)
    assert training.epoch == epoch
    while not training.finished:
        keep(again, training.train())
    same_history(again.history, whole.history)
    same_state(again.checkpoints.last, whole.checkpoints.last)


def test_streams_of_random_numbers_are_passed_over():
    experiment = small(regularization__dropout=0.3, regularization__input_noise=0.1)
    run, training = trained(experiment, epochs=20)
    text = earlier(document_of(experiment, run), [training])
    damaged = text.replace("run_streams = 'e", "run_streams = 'A")
    assert damaged != text
    again = Training([experiment], device="cpu")
    again.restore(loads(damaged).run.run().checkpoints.last)
    assert again.epoch == 20
    while not again.finished:
        again.train()
    assert again.population.flat.isfinite().all()


@pytest.mark.parametrize("values", [{}, {"optimizer__name": "sgd"}, PATIENT, WILD], ids=str)
def test_of_a_gpu_there_are_weights_to_go_on_from(values):
    experiment = small(**values)
    run, straight, found = opened(experiment, epochs=20, streams=0)
    assert found.goes_on
    states = list(found.run().checkpoints)
    for mine, theirs in zip(states, run.checkpoints, strict=True):
        assert torch.equal(mine.parameters, theirs.parameters)
        assert [momentum.abs().max() for momentum in mine.momenta] == [0] * len(theirs.momenta)
        assert mine.updates.tolist() == [0]  # that its momenta know of
        assert mine.stopping.stopped_at == theirs.stopping.stopped_at
        assert mine.stopping.diverged == theirs.stopping.diverged
        last_values = mine.stopping.last_values, theirs.stopping.last_values
        assert np.array_equal(*last_values, equal_nan=True)
    training = Training([experiment], device="cpu")
    training.restore(states[-1])
    has_stopped = values in (PATIENT, WILD)
    assert training.finished == straight.finished == has_stopped
    for each in (training, straight):
        while not each.finished:
            each.train()
    is_same = torch.equal(training.population.flat, straight.population.flat)
    has_momenta = experiment.optimizer.name != "sgd"
    assert is_same == (has_stopped or not has_momenta)
