"""States of a run that were not kept, trained again."""

from collections.abc import Iterator
from itertools import pairwise

from regplay.core.checkpoints import Checkpoints
from regplay.core.history import History
from regplay.core.training import Training
from regplay.core.work import Stop


def fill_in(
    checkpoints: Checkpoints, history: History, training: Training, stop: Stop | None = None
) -> Iterator[None]:
    """Train again from each kept state to the next, and keep the states at the records between.

    Of a member of a large population few states are kept; alone it has room for many. As each
    stretch begins at a state of the run itself, differences by rounding don't add up.

    Parameters
    ----------
    checkpoints, history
        Of the run; the former gets the states.
    training
        Of the run's experiment alone, as it was all through the run; what it has trained is lost.
    stop
        Makes a stretch come back before its end.

    Yields
    ------
    After each stretch, so that it can be left off at any time.
    """
    best = history.best()
    best_epoch = -1 if best is None else int(history.epochs[best])
    for state, following in pairwise(list(checkpoints)):
        epochs = history.epochs
        between = epochs[(epochs > state.epoch) & (epochs < following.epoch)]
        if not between.size:
            continue
        training.restore(state)
        goal = int(between[-1]) * training.steps_per_epoch
        while (training.step < goal or training.owes_record) and not training.finished:
            for record in training.train(goal, stop):
                checkpoints.insert(record.state.copy(), best_epoch)
            yield
