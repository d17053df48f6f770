"""The other side: TinyNet as the tutorials train it, in plain PyTorch, and as JAX would."""

import itertools
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from regplay.core.datasets import Dataset

WIDTH = 64


def _points(dataset: Dataset) -> list[torch.Tensor]:
    arrays = (dataset.train.x, dataset.train.y[:, None], dataset.valid.x, dataset.valid.y[:, None])
    return [torch.from_numpy(array).float() for array in arrays]


def plain_loop(
    dataset: Dataset,
    steps: int,
    *,
    adam: bool = False,
    weight_decay: float = 0.0,
    dropout: float = 0.0,
    validate: bool = False,
) -> float:
    """Seconds that the tutorials' loop takes: `nn.Sequential`, `torch.optim`, `.item()` each epoch.

    torch keeps the number of threads it chose by itself, as it does for who runs a tutorial.
    """
    torch.set_num_threads(os.cpu_count() or 1)
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for n_in in (1, WIDTH):
        layers += [nn.Linear(n_in, WIDTH), nn.Tanh()]
        if dropout:
            layers.append(nn.Dropout(dropout))
    network = nn.Sequential(*layers, nn.Linear(WIDTH, 1))
    make = torch.optim.Adam if adam else torch.optim.SGD
    optimizer = make(network.parameters(), lr=0.01, weight_decay=weight_decay)
    loss_function = nn.MSELoss()
    x, y, x_valid, y_valid = _points(dataset)
    losses, valid_losses = [], []
    began = time.perf_counter()
    for _ in range(steps):
        network.train()
        optimizer.zero_grad()
        loss = loss_function(network(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if validate:
            network.eval()
            with torch.no_grad():
                valid_losses.append(loss_function(network(x_valid), y_valid).item())
    return time.perf_counter() - began


def jax_sweep(dataset: Dataset, steps: int, weight_decays: np.ndarray) -> float:
    """Seconds that `jit(vmap(scan))` takes for the whole sweep, compiling included.

    Raises
    ------
    ImportError
        If jax is not installed.
    """
    import jax
    import jax.numpy as jnp

    jax.clear_caches()
    x, y = jnp.asarray(dataset.train.x, jnp.float32), jnp.asarray(dataset.train.y, jnp.float32)

    def loss(parameters: Any) -> Any:
        h = x
        for weight, bias in parameters[:-1]:
            h = jnp.tanh(h @ weight + bias)
        weight, bias = parameters[-1]
        return jnp.mean(((h @ weight + bias)[:, 0] - y) ** 2)

    gradient: Callable[..., Any] = jax.value_and_grad(loss)

    def run(parameters: Any, weight_decay: Any) -> Any:
        def step(parameters: Any, _: None) -> Any:
            value, slope = gradient(parameters)
            updated = jax.tree.map(
                lambda w, g: w - 0.01 * (g + weight_decay * w), parameters, slope
            )
            return updated, value

        return jax.lax.scan(step, parameters, None, length=steps)

    key = jax.random.PRNGKey(0)
    sizes, parameters = (1, WIDTH, WIDTH, 1), []
    for n_in, n_out in itertools.pairwise(sizes):
        key, part = jax.random.split(key)
        weight = jax.random.uniform(part, (n_in, n_out), minval=-1, maxval=1) / np.sqrt(n_in)
        parameters.append((weight, jnp.zeros(n_out)))
    sweep = jax.jit(jax.vmap(run, in_axes=(None, 0)))
    decays = jnp.asarray(weight_decays, jnp.float32)
    began = time.perf_counter()
    jax.block_until_ready(sweep(parameters, decays))
    return time.perf_counter() - began
