"""Sessions to store: runs that train for milliseconds, as a window has them."""

from regplay.core.checkpoints import Checkpoints
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.training import Training
from regplay.core.training import run as steps
from regplay.session.document import Document
from regplay.session.pins import Pins
from regplay.session.run import Run

SMALL = {"model.width": 6, "data.n_train": 12, "data.n_valid": 10, "epochs": 60}


def small(**values):
    return replace(Experiment(), SMALL | {k.replace("__", "."): v for k, v in values.items()})


def trained(experiment, epochs=None):
    """A run of an experiment and the training that it came from, at its end or at an epoch."""
    training = Training([experiment], device="cpu")
    run = Run(experiment, placement=training.placement.reason)
    for snapshot in steps(training):
        if snapshot is not None:
            run.history.append(snapshot)
            best = run.history.best()
            run.checkpoints.keep(training.state(), int(run.history.epochs[best]))
            if snapshot.epoch == epochs:
                break
    return run, training


def go_on(run, training):
    """Train to the next record."""
    snapshot = None
    while snapshot is None:
        snapshot = training.advance()
    run.history.append(snapshot)
    run.checkpoints.keep(training.state())


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
    return Document.of(experiment, run, pins, "weight-decay-sine", 2, {"tab": "fit", "best": True})


def without_states(run):
    run.checkpoints = Checkpoints()
    return run
