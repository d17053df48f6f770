"""The hidden units' functions φ, with the backward pass of each, for buffers that are reused."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

_aten = torch.ops.aten
_MINUS_ONE = {dtype: torch.tensor(-1.0, dtype=dtype) for dtype in (torch.float32, torch.float64)}


@dataclass(frozen=True)
class ActivationFunction:
    """One φ.

    Attributes
    ----------
    forward
        `forward(z, a)` writes φ into `a`; `z` holds `gain` times the affine sum.
    backward
        `backward(delta, saved)` turns ∂loss/∂a into ∂loss/∂z within `delta`; `saved` is `z` if
        `keeps_input`, else `a`.
    gain
        Factor that the affine layer applies to its sum at no cost.
    keeps_input
        Whether the backward pass needs `z`, so that `a` must be a buffer of its own.
    """

    forward: Callable[[Tensor, Tensor], object]
    backward: Callable[[Tensor, Tensor], object]
    gain: float = 1.0
    keeps_input: bool = False


def _tanh(z: Tensor, a: Tensor) -> None:
    # tanh(s) = 2·σ(2s) − 1, and z is 2s already: torch's vectorised tanh takes six times as long.
    torch.sigmoid(z, out=a)
    torch.add(_MINUS_ONE[a.dtype], a, alpha=2, out=a)


ACTIVATIONS = {
    "tanh": ActivationFunction(
        forward=_tanh,
        backward=lambda delta, a: _aten.tanh_backward.grad_input(delta, a, grad_input=delta),
        gain=2.0,
    ),
    "relu": ActivationFunction(
        forward=lambda z, a: torch.clamp(z, min=0.0, out=a),
        backward=lambda delta, a: _aten.threshold_backward.grad_input(
            delta, a, 0.0, grad_input=delta
        ),
    ),
    "gelu": ActivationFunction(
        forward=lambda z, a: _aten.gelu.out(z, out=a),
        backward=lambda delta, z: _aten.gelu_backward.grad_input(delta, z, grad_input=delta),
        keeps_input=True,
    ),
    "sigmoid": ActivationFunction(
        forward=lambda z, a: torch.sigmoid(z, out=a),
        backward=lambda delta, a: _aten.sigmoid_backward.grad_input(delta, a, grad_input=delta),
    ),
}
