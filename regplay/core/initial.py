"""Initial weights: the numbers that plain PyTorch draws from the same seed."""

import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from regplay.core.experiment import ModelSettings


def layer_sizes(model: ModelSettings, n_inputs: int, n_outputs: int) -> tuple[int, ...]:
    """Units of each layer from the inputs to the outputs, `depth + 2` numbers."""
    return (n_inputs, *[model.width] * model.depth, n_outputs)


def initial_parameters(
    model: ModelSettings, sizes: Sequence[int], seed: int
) -> list[tuple[Tensor, Tensor]]:
    """Weights [out, in] and biases [out] of each layer, float32, on the CPU.

    They equal those of an `nn.Sequential` built in order after `torch.manual_seed(seed)`, to whose
    linear layers, for an `init` other than `torch`, `nn.init.normal_`, `xavier_normal_` or
    `kaiming_normal_` and `nn.init.zeros_` for the bias are then applied in order. The process's own
    generator is not touched.
    """
    generator = torch.Generator().manual_seed(seed)
    layers = []
    for n_in, n_out in itertools.pairwise(sizes):
        weight, bias = torch.empty(n_out, n_in), torch.empty(n_out)
        # What nn.Linear.reset_parameters does.
        nn.init.kaiming_uniform_(weight, a=math.sqrt(5), generator=generator)
        bound = 1 / math.sqrt(n_in)
        nn.init.uniform_(bias, -bound, bound, generator=generator)
        layers.append((weight, bias))
    for weight, bias in layers:
        match model.init:
            case "torch":
                weight.mul_(model.init_scale)
                bias.mul_(model.init_scale)
                continue
            case "normal":
                nn.init.normal_(weight, 0.0, model.init_scale, generator=generator)
            case "xavier":
                nn.init.xavier_normal_(weight, model.init_scale, generator=generator)
            case "kaiming":
                nn.init.kaiming_normal_(weight, nonlinearity="relu", generator=generator)
                weight.mul_(model.init_scale)
        nn.init.zeros_(bias)
    return layers
