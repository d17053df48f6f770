"""What networks trained on resampled data say together."""

from typing import TYPE_CHECKING

import numpy as np

from regplay.core.bias_variance import (
    Decomposition,
    Spread,
    common_points,
    decompose,
    has_decomposition,
    spread,
)
from regplay.core.fit import grid_of

if TYPE_CHECKING:  # torch takes a second to import
    from regplay.core.joint import JointTraining

_POINTS = 2000  # at which bias and variance are averaged


def band_of(training: "JointTraining", epoch: int | None = None) -> Spread | None:
    """The spread of all members on the grid of the first one's data.

    None for more than two inputs, or with fewer than two members under way.
    """
    grid = grid_of(training.datasets[0])
    if grid is None:
        return None
    found = training.predict(grid.x, epoch)
    if len(found) < 2:
        return None
    return spread(np.stack(list(found.values())))


def decompositions_of(
    training: "JointTraining", epoch: int | None = None, *, seeds: int
) -> list[Decomposition | None]:
    """Bias², variance and noise at each position of an axis; None where not all seeds are there.

    Parameters
    ----------
    seeds
        How many members, one after another, belong to a position.
    """
    positions = len(training.experiments) // seeds
    dataset = training.datasets[0]
    if not has_decomposition(dataset):
        return [None] * positions
    assert dataset.truth is not None
    assert dataset.valid_noise_floor is not None
    x = common_points(training.datasets, _POINTS)
    truth = dataset.targets(dataset.truth(x))
    losses = training.history.values("valid_loss", epoch)
    predictions = training.predict(x, epoch)
    found: list[Decomposition | None] = []
    for position in range(positions):
        members = range(position * seeds, (position + 1) * seeds)
        if all(member in predictions for member in members):
            rows = np.stack([dataset.targets(predictions[member]) for member in members])
            found.append(decompose(rows, truth, dataset.valid_noise_floor, losses[list(members)]))
        else:
            found.append(None)
    return found
