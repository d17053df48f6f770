"""The hidden units' functions φ and their slopes φ′, as torch computes them."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class ActivationFunction:
    """One φ.

    Attributes
    ----------
    forward
        φ(z).
    slope
        φ′(z), from z and φ(z).
    """

    forward: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor, Tensor], Tensor]


def _gelu_slope(z: Tensor, _: Tensor) -> Tensor:
    """Φ(z) + z·φ(z), of the standard normal distribution."""
    below: Tensor = torch.special.ndtr(z)
    return below + z * torch.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


ACTIVATIONS = {
    "tanh": ActivationFunction(torch.tanh, lambda _, a: 1 - a * a),
    "relu": ActivationFunction(torch.relu, lambda z, _: (z > 0).to(z.dtype)),
    "gelu": ActivationFunction(functional.gelu, _gelu_slope),
    "sigmoid": ActivationFunction(torch.sigmoid, lambda _, a: a * (1 - a)),
}
