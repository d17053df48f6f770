"""M networks of one shape, trained together: batched matrices and a hand-written backward pass.

All parameters lie in one flat buffer, block after block, each block holding one layer's weights or
biases of all members. One member is computed with plain matrices, more with batched ones; the code
is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from regplay.core.activations import ACTIVATIONS, ActivationFunction

Loss = Literal["mse", "cross_entropy"]
_CACHED_NUMBERS = 1 << 18
_WHOLE = 1 << 12  # numbers


def loss_of(task: str) -> Loss:
    """The loss that suits a task: `regression` or `classification`."""
    return "mse" if task == "regression" else "cross_entropy"


@dataclass(frozen=True)
class Shape:
    """What the members of a population have in common: their number and their layer sizes."""

    members: int
    sizes: tuple[int, ...]  # inputs, hidden layers, outputs

    @property
    def layers(self) -> list[tuple[int, int]]:
        """(inputs, outputs) of each affine layer."""
        return list(zip(self.sizes, self.sizes[1:], strict=False))

    @property
    def total(self) -> int:
        """Length of the flat buffer: parameters of all members.

        With more than one it is filled up with zeros to a round number, so that its shares, one for
        each CPU thread, are whole vectors (`regplay.core.threads`).
        """
        numbers = self.members * sum((n_in + 1) * n_out for n_in, n_out in self.layers)
        return numbers if self.members == 1 else -(-numbers // _WHOLE) * _WHOLE

    def blocks(self, flat: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Views of a flat buffer: weights [M, in·out] and biases [M, out] of each layer."""
        found, start = [], 0
        for n_in, n_out in self.layers:
            sizes = (n_in * n_out, n_out)
            pair = []
            for size in sizes:
                stop = start + self.members * size
                pair.append(flat[start:stop].view(self.members, size))
                start = stop
            found.append((pair[0], pair[1]))
        return found

    def matrices(self, flat: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Views for computing: weights [M, out, in] and biases [M, 1, out], without M if M = 1.

        The shorter side comes first in memory: a batched product whose result is a few numbers wide
        takes up to nine times as long as one whose result is a few numbers high.
        """
        lead = () if self.members == 1 else (self.members,)
        views = []
        for (weight, bias), (n_in, n_out) in zip(self.blocks(flat), self.layers, strict=True):
            is_stored_transposed = n_in < n_out
            if is_stored_transposed:
                matrix = weight.view(*lead, n_in, n_out).mT
            else:
                matrix = weight.view(*lead, n_out, n_in)
            views.append((matrix, bias.view(*lead, 1, n_out)))
        return views

    def of_member(self, flat: Tensor, member: int) -> Tensor:
        """A copy of one member's numbers [total / M], laid out as those of a population of one."""
        return torch.cat([block[member] for pair in self.blocks(flat) for block in pair])

    def spread(self, per_member: Tensor, biases: bool = True) -> Tensor:
        """One value a member [M] laid out over a flat buffer; 0 on the biases unless `biases`."""
        flat = per_member.new_zeros(self.total)
        for weight, bias in self.blocks(flat):
            weight.copy_(per_member[:, None].expand_as(weight))
            if biases:
                bias.copy_(per_member[:, None].expand_as(bias))
        return flat


class _Workspace:
    """Buffers for a batch of N points: made once for each batch size, then reused."""

    def __init__(
        self, shape: Shape, n: int, phi: ActivationFunction, scale: float, like: Tensor
    ) -> None:
        lead = (n,) if shape.members == 1 else (shape.members, n)
        hidden = shape.sizes[1:-1]

        def buffers(sizes: Sequence[int]) -> list[Tensor]:
            return [like.new_empty(*lead, size) for size in sizes]

        self.affine = buffers(hidden)
        self.active = buffers(hidden) if phi.keeps_input else self.affine
        self.dropped = buffers(hidden)
        self.hidden_delta = buffers(hidden)
        self.output = like.new_empty(*lead, shape.sizes[-1])
        self.output_delta = torch.empty_like(self.output)
        # Views that each step needs: making one takes a tenth of the time of using it.
        self.transposed_deltas = [delta.mT for delta in (*self.hidden_delta, self.output_delta)]
        self.ones = like.new_ones(1, n)
        # As a tensor: a Python number costs as much as the arithmetic itself.
        self.scale = like.new_tensor(scale)
        # One draw fills the masks of all layers; a member's share is contiguous.
        width = sum(hidden)
        self.mask = like.new_empty(shape.members, n * width)
        self.masks, start = [], 0
        for size in hidden:
            part = self.mask[:, start : start + n * size]
            self.masks.append(part.view(*lead, size) if shape.members > 1 else part.view(n, size))
            start += n * size


class Population:
    """Parameters and gradients of M networks of one shape.

    Parameters
    ----------
    shape
        Number of members and layer sizes.
    activation
        A name of `ACTIVATIONS`.
    loss
        `mse`: mean over points and outputs of the squared error. `cross_entropy`: mean over points
        of −log softmax(output)[class]. Both as in torch.
    device, dtype
        Where and in what precision everything is computed.
    """

    def __init__(
        self,
        shape: Shape,
        activation: str,
        loss: Loss,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.shape = shape
        self.loss: Loss = loss
        self.flat = torch.zeros(shape.total, device=device, dtype=dtype)
        self.gradient = torch.zeros_like(self.flat)
        self._layers = shape.matrices(self.flat)
        # [in, out], for the forward pass.
        self._transposed = [(weight.mT, bias) for weight, bias in self._layers]
        # As they lie in memory: [in, out] where there are fewer inputs than outputs.
        self._is_narrow = [n_in < n_out for n_in, n_out in shape.layers]
        self._gradients = [
            (weight.mT if is_narrow else weight, bias)
            for is_narrow, (weight, bias) in zip(
                self._is_narrow, shape.matrices(self.gradient), strict=True
            )
        ]
        self._backward_order = range(len(self._layers) - 1, -1, -1)
        self._activation = activation
        self._phi = ACTIVATIONS[activation]
        # As a tensor: a Python number costs as much as the arithmetic itself.
        self._gain = self.flat.new_tensor(self._phi.gain)
        self._workspaces: dict[int, _Workspace] = {}
        self._is_single = shape.members == 1
        self._add_matmul = torch.addmm if self._is_single else torch.baddbmm
        self._matmul = torch.mm if self._is_single else torch.bmm
        # From one output it is an outer product, for which the batched matrix routines are slow.
        self._matmul_back = [
            torch.mul if n_out == 1 and not self._is_single else self._matmul
            for _, n_out in shape.layers
        ]

    def set_member(self, member: int, layers: Sequence[tuple[Tensor, Tensor]]) -> None:
        """Copy weights [out, in] and biases [out] into one member."""
        for (to_weight, to_bias), (weight, bias) in zip(self._of(member), layers, strict=True):
            to_weight.copy_(weight)
            to_bias.copy_(bias)

    def member(self, member: int = 0) -> list[tuple[Tensor, Tensor]]:
        """Copies of one member's weights [out, in] and biases [out]."""
        return [(weight.contiguous().clone(), bias.clone()) for weight, bias in self._of(member)]

    def _of(self, member: int) -> list[tuple[Tensor, Tensor]]:
        if self._is_single:
            return [(weight, bias[0]) for weight, bias in self._layers]
        return [(weight[member], bias[member, 0]) for weight, bias in self._layers]

    def select(self, member: int) -> "Population":
        """One member as a population of its own, with copies of its parameters."""
        if self.shape.members == 1:
            return self
        alone = self.of_members(1)
        alone.flat.copy_(self.shape.of_member(self.flat, member))
        return alone

    def with_parameters(self, flat: Tensor) -> "Population":
        """Another population of the same shape, with a copy of these parameters [total]."""
        other = self.of_members(self.shape.members)
        other.flat.copy_(flat)
        return other

    def of_members(self, members: int) -> "Population":
        """Another population of such networks, all parameters 0."""
        shape = Shape(members, self.shape.sizes)
        return Population(shape, self._activation, self.loss, self.flat.device, self.flat.dtype)

    def workspace(self, n: int) -> _Workspace:
        """The buffers for batches of `n` points."""
        if n not in self._workspaces:
            # The gradient of the loss by an output: 2·(output − y) over points and outputs for
            # the squared error, softmax(output) − y over points for the cross-entropy.
            scale = 2.0 / (n * self.shape.sizes[-1]) if self.loss == "mse" else 1.0 / n
            with torch.inference_mode(False):
                self._workspaces[n] = _Workspace(self.shape, n, self._phi, scale, self.flat)
        return self._workspaces[n]

    def predict(self, x: Tensor) -> Tensor:
        """Outputs [M, N, outputs] for inputs [M, N, d], dropout off; without M if M = 1."""
        members, n = self.shape.members, x.shape[-2]
        # Some members at a time, so that what passes between two layers stays in the cache.
        at_once = self.predicted_at_once(n)
        if at_once >= members or self.flat.device.type != "cpu":
            return self._forward(x, self._transposed)
        parts = []
        for start in range(0, members, at_once):
            part = slice(start, start + at_once)
            layers = [(weight[part], bias[part]) for weight, bias in self._transposed]
            parts.append(self._forward(x[part], layers))
        return torch.cat(parts)

    def predicted_at_once(self, n: int) -> int:
        """For how many members `predict` computes all of `n` points together."""
        return max(1, _CACHED_NUMBERS // (n * max(self.shape.sizes)))

    def _forward(self, x: Tensor, layers: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
        gain = self._phi.gain
        for weight, bias in layers[:-1]:
            z = self._affine(bias, x, weight, gain)
            x = torch.empty_like(z) if self._phi.keeps_input else z
            self._phi.forward(z, x)
        weight, bias = layers[-1]
        return self._affine(bias, x, weight, 1.0)

    def _affine(
        self, bias: Tensor, x: Tensor, weight: Tensor, gain: float, out: Tensor | None = None
    ) -> Tensor:
        """`gain`·(x·weight + bias), with weight as [.., in, out]."""
        if weight.shape[-2] > 1:
            sums: Tensor = self._add_matmul(bias, x, weight, beta=gain, alpha=gain, out=out)
            return sums
        # One input: an outer product, for which the matrix routines are slow.
        sums = torch.addcmul(bias, x, weight, out=out)
        return sums if gain == 1.0 else sums.mul_(self._gain)

    def differentiate(self, x: Tensor, y: Tensor, *, dropout: bool = False) -> None:
        """Fill `gradient` with that of the data loss on one batch.

        Parameters
        ----------
        x
            Inputs [M, N, d]; without M if M = 1.
        y
            Targets [M, N, outputs]; one-hot for cross-entropy.
        dropout
            Whether to apply the masks that `workspace(N).mask` holds: 0 for a dropped unit,
            1/(1 − p) for a kept one.
        """
        n = x.shape[-2]
        work, gain, matmul = self.workspace(n), self._phi.gain, self._matmul
        forward, backward = self._phi.forward, self._phi.backward
        inputs = [x]
        for i, (weight, bias) in enumerate(self._transposed[:-1]):
            z, x = work.affine[i], work.active[i]
            self._affine(bias, inputs[i], weight, gain, z)
            forward(z, x)
            if dropout:
                x = torch.mul(x, work.masks[i], out=work.dropped[i])
            inputs.append(x)
        weight, bias = self._transposed[-1]
        self._affine(bias, x, weight, 1.0, work.output)
        delta = self._output_delta(work, y)

        saved = work.affine if self._phi.keeps_input else work.active
        for i in self._backward_order:
            weight_gradient, bias_gradient = self._gradients[i]
            if self._is_narrow[i]:
                matmul(inputs[i].mT, delta, out=weight_gradient)
            else:
                matmul(work.transposed_deltas[i], inputs[i], out=weight_gradient)
            if self._is_single:
                matmul(work.ones, delta, out=bias_gradient)  # faster than a sum, if small
            else:
                torch.sum(delta, -2, keepdim=True, out=bias_gradient)
            if i:
                weight = self._layers[i][0]
                delta = self._matmul_back[i](delta, weight, out=work.hidden_delta[i - 1])
                if dropout:
                    delta.mul_(work.masks[i - 1])
                backward(delta, saved[i - 1])

    def _output_delta(self, work: _Workspace, y: Tensor) -> Tensor:
        delta = work.output_delta
        if self.loss == "mse":
            torch.sub(work.output, y, out=delta)
        else:
            torch.softmax(work.output, -1, out=delta)
            delta.sub_(y)
        return delta.mul_(work.scale)
