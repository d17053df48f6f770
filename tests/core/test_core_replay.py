import numpy as np
import pytest
import torch
from small_trainings import advance
from trainings import trained_together

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")

VALUES = {"epochs": 300, "model.width": 8, "data.n_train": 12, "regularization.dropout": 0.2}


@pytest.fixture(scope="module", params=[None, 4])
def trained(request):
    """Members of a population that had memory for few states, with full batches and with small."""
    base = replace(Experiment(), VALUES | {"optimizer.batch_size": request.param or 0})
    decays = (0.0, 0.01, 0.1)
    experiments = [replace(base, {"regularization.weight_decay": decay}) for decay in decays]
    return trained_together(experiments, dtype=torch.float64, keeps=60_000)


def test_the_states_between_those_kept_are_those_of_the_training(trained):
    experiment = trained.experiments[1]
    sparse, history = trained.checkpoints(1), trained.history.member(1)
    few = list(sparse.epochs)
    assert len(few) < 20
    for _ in Training([experiment], dtype=torch.float64).fill_in(sparse, history):
        pass
    assert list(sparse.epochs) == list(history.epochs)
    alone = Training([experiment], dtype=torch.float64)
    for state in sparse:
        while alone.epoch < state.epoch:
            advance(alone)
        torch.testing.assert_close(state.parameters, alone.population.flat, rtol=1e-8, atol=1e-10)


def test_what_is_filled_in_can_be_left_off_anywhere(trained):
    sparse, history = trained.checkpoints(0), trained.history.member(0)
    alone = Training([trained.experiments[0]], dtype=torch.float64)
    filling = alone.fill_in(sparse, history)
    before = set(sparse.epochs)
    for _ in range(600):
        next(filling, None)
    epochs = sparse.epochs
    assert before < set(epochs) <= set(history.epochs)
    assert (np.diff(epochs) > 0).all()


def test_the_best_moment_is_among_them_however_little_room_there_is(trained):
    sparse, history = trained.checkpoints(0), trained.history.member(0)
    sparse._budget = 5 * sparse.last.size
    alone = Training([trained.experiments[0]], dtype=torch.float64)
    for _ in alone.fill_in(sparse, history):
        pass
    assert len(sparse) == 5
    assert history.epochs[history.best()] in sparse.epochs
