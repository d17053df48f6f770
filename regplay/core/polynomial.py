"""Polynomials: linear models of P₁(x) … P_d(x), whose best weights are computed, not trained.

To all that measures and draws they are networks without hidden layers. Their training has
records at epochs 0 and 1 and at the last, which are the same: nothing happens in between.
"""

import msgspec
import numpy as np

from regplay.core.arrays import Floats
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment, OptimizerSettings, RegularizationSettings


def solved(experiment: Experiment, dataset: Dataset) -> Floats:
    """Weights and bias [d + 1] that minimise mean((X·w + b − y)²) + λ/2·(‖w‖² + b²), in float64.

    Without `decay_bias` the penalty is without b². Where there are many solutions, as with fewer
    points than weights and λ = 0, it is the one of the smallest norm.
    """
    settings, y = experiment.regularization, dataset.targets(dataset.train.y)
    design = np.column_stack([dataset.inputs(dataset.train.x), np.ones(len(y))])
    # Ridge regression is least squares with a row more for each weight (Hastie, Tibshirani and
    # Friedman, 2009, "The elements of statistical learning", exercise 3.12).
    penalized = np.ones(design.shape[1])
    penalized[-1] = settings.decay_bias
    rows = np.diag(penalized * np.sqrt(len(y) * settings.weight_decay / 2))
    solution: Floats = np.linalg.lstsq(
        np.vstack([design, rows]), np.append(y, np.zeros(len(rows))), rcond=None
    )[0]
    return solution


def as_trained(experiment: Experiment) -> Experiment:
    """What a training reports by: of a polynomial, the penalty with which it was solved."""
    if experiment.model.kind == "network":
        return experiment
    settings = experiment.regularization
    return msgspec.structs.replace(
        experiment,
        regularization=RegularizationSettings(
            weight_decay=settings.weight_decay, decay_bias=settings.decay_bias
        ),
        optimizer=OptimizerSettings(),  # of AdamW, the penalty is in no objective
    )
