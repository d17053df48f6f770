"""Sessions to store: runs that train for milliseconds, as a window has them."""

import numpy as np
import torch
from keywords import by_path

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import MEASURES
from regplay.core.state import Checkpoints
from regplay.core.training import Training
from regplay.session.document import Document, DocumentWriter, StoredPin, StoredRun
from regplay.session.document.document_text import encoded, joined, taken_apart
from regplay.session.pins import Pins
from regplay.session.session import Run

SMALL = {"model.width": 6, "data.n_train": 12, "data.n_valid": 10, "epochs": 60}


def dumps(document, budget=None):
    """The text of a file with this session in it."""
    return DocumentWriter(budget).text(document)


def small(**values):
    return replace(Experiment(), SMALL | by_path(values))


def trained(experiment, epochs=None):
    """A run of an experiment and the training that it came from, at its end or at an epoch."""
    training = Training([experiment], device="cpu")
    run = Run(experiment, placement=training.placement.reason)
    goal = None if epochs is None else epochs * training.steps_per_epoch
    keep(run, training.train(0))
    while not training.finished and training.step != goal:
        keep(run, training.train(goal))
    return run, training


def keep(run, records):
    """Put what was recorded into a run."""
    for record in records:
        run.history.append(record.snapshot)
        run.checkpoints.extend([record.state], run.history.best_epoch)


def go_on(run, training):
    """Train to the next record."""
    length = len(run.history)
    while len(run.history) == length:
        keep(run, training.train(training.step + 1))


def session(**values):
    """A session of a run and two pins."""
    experiment = small(**values)
    run, _ = trained(experiment)
    pins = Pins()
    for decay in (0.0, 0.1):
        other = replace(experiment, {"regularization.weight_decay": decay, "epochs": 25})
        pins.pin(trained(other)[0], None, f"λ = {decay}")
    pins[1].is_hidden = True
    pins.move(pins[1], 0)
    view = {"tab": "fit", "best": True}
    return document_of(experiment, run, pins, lesson="weight-decay-sine", page=2, view=view)


def document_of(experiment, run=None, pins=(), **more):
    """What is worked on, as a window takes it."""
    stored = None if run is None or not len(run.history) else StoredRun.of(run)
    return Document(experiment, stored, tuple(StoredPin.of(pin) for pin in pins), **more)


def without_states(run):
    run.checkpoints = Checkpoints()
    return run


def earlier(document, trainings, streams=3):
    """The text of a session as it was in format 1.

    Parameters
    ----------
    trainings
        Of its run and of its pins: they know the shapes.
    streams
        0 stands for a training on a GPU, of which the weights alone were kept.
    """
    head, arrays = taken_apart(dumps(document))
    tables = [head["run"], *head.get("pins", [])]
    stored = [document.run, *(pin.run for pin in document.pins)]
    for place, (table, run, training) in enumerate(zip(tables, stored, trainings, strict=True)):
        owner = f"pin{place}" if place else "run"
        assert table["states"] == len(run.states)  # none is left out
        table["streams"] = streams
        found = _earlier_arrays(run.states, training.population, streams)
        arrays |= {f"{owner}_{name}": encoded(array) for name, array in found.items()}
        unknown = ["updates"]
        if not streams:
            unknown += ["momenta", "missed", "stream_rows", "streams", "stopped_at", "diverged"]
            unknown += ["best_loss", "best_epoch", "last_values"]
        for name in unknown:
            del arrays[f"{owner}_{name}"]
    return joined({**head, "format": 1}, arrays)


def _earlier_arrays(states, population, streams):
    def rows(tensors):
        return np.stack([_laid_out_earlier(population, row) for flat in tensors for row in flat])

    shape = len(states), len(states[0].momenta), population.shape.parameters
    momenta = [momentum for state in states for momentum in state.momenta]
    steps = np.array([state.step for state in states])
    generators = [torch.Generator().manual_seed(seed) for seed in range(max(streams, 1))]
    return {
        "parameters": rows(state.parameters for state in states),
        "momenta": rows(momenta).reshape(shape) if momenta else np.zeros(shape, np.float32),
        "missed": (steps - [int(state.updates[0]) for state in states]).astype(np.float32),
        "streams": np.stack([generator.get_state().numpy() for generator in generators]),
        "stream_rows": np.tile(np.arange(3, dtype=np.int32), (len(states), 1)),
    }


def _laid_out_earlier(population, numbers):
    """Parameters [P] as they lay then: weights [in, out] where there are fewer inputs."""
    parts = []
    for weight, bias in population.with_parameters(numbers[None]).member():
        n_out, n_in = weight.shape
        parts += [weight.T if n_in < n_out else weight, bias]
    return torch.cat([part.flatten() for part in parts]).numpy()


def same_history(one, other):
    columns = [(one.column(m), other.column(m)) for m in MEASURES]
    assert np.array_equal(one.epochs, other.epochs)
    assert all(np.array_equal(mine, theirs, equal_nan=True) for mine, theirs in columns)
    assert (one.last.epoch, one.last.step) == (other.last.epoch, other.last.step)
    assert (*one.last.stopped_at, *one.last.diverged) == (
        *other.last.stopped_at,
        *other.last.diverged,
    )


def same_state(one, other):
    assert (one.shape, one.epoch, one.step) == (other.shape, other.epoch, other.step)
    assert torch.equal(one.parameters, other.parameters)
    assert all(map(torch.equal, one.momenta, other.momenta))
    assert len(one.momenta) == len(other.momenta)
    assert np.array_equal(one.updates, other.updates)
    for mine, theirs in zip(
        vars(one.stopping).values(), vars(other.stopping).values(), strict=True
    ):
        assert np.array_equal(mine, theirs, equal_nan=True)
