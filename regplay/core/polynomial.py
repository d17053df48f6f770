"""Polynomials: linear models of P₁(x) … P_d(x), whose best weights are computed, not trained.

To all that trains, measures and draws they are networks without hidden layers, which begin with the
solution and make one step of length 0.
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
    """What a training goes by: of a polynomial one epoch without any effect, after which it stops.

    Weight decay, which has had its effect already, stays for the penalty that is reported.
    """
    if experiment.model.kind == "network":
        return experiment
    penalty, optimizer = experiment.regularization, experiment.optimizer
    return msgspec.structs.replace(
        experiment,
        regularization=RegularizationSettings(
            weight_decay=penalty.weight_decay, decay_bias=penalty.decay_bias, early_stopping=1
        ),
        # AdamW's penalty is not in what is minimised; this one's is.
        optimizer=OptimizerSettings(
            name="adam" if optimizer.name == "adamw" else optimizer.name,
            lr=0.0,
            batch_size=optimizer.batch_size,
        ),
        epochs=1,
    )
