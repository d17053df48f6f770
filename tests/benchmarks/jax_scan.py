"""The other side: TinyNet as JAX trains it, a whole training compiled by `jit(scan)`."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from regplay.core.datasets import Dataset
from tests.benchmarks.machine import seconds_of

WIDTH = 64
_LR = 0.01
_BETAS, _EPSILON = (0.9, 0.999), 1e-8  # Adam's


def jax_run(
    dataset: Dataset,
    steps: int,
    *,
    adam: bool = False,
    weight_decay: float = 0.0,
    dropout: float = 0.0,
    validate: bool = False,
) -> tuple[float, float]:
    """Seconds that `jit(scan)` takes for one run: with compiling, and when it is compiled.

    Raises
    ------
    ImportError
        If jax is not installed.
    """
    import jax

    run = _run(dataset, steps, adam=adam, dropout=dropout, validate=validate)
    return _first_and_again(jax.jit(run), _initial(dataset), weight_decay)


def jax_sweep(dataset: Dataset, steps: int, weight_decays: np.ndarray) -> tuple[float, float]:
    """Seconds that `jit(vmap(scan))` takes for a sweep: with compiling, and when it is compiled.

    Raises
    ------
    ImportError
        If jax is not installed.
    """
    import jax
    import jax.numpy as jnp

    sweep = jax.jit(jax.vmap(_run(dataset, steps), in_axes=(None, 0)))
    return _first_and_again(sweep, _initial(dataset), jnp.asarray(weight_decays, jnp.float32))


def _first_and_again(function: Callable[..., Any], *arguments: Any) -> tuple[float, float]:
    import jax

    jax.clear_caches()
    began = time.perf_counter()
    jax.block_until_ready(function(*arguments))
    first = time.perf_counter() - began
    return first, seconds_of(lambda: jax.block_until_ready(function(*arguments)))


def _initial(dataset: Dataset) -> list[tuple[Any, Any]]:
    """Weights and biases of each layer."""
    import jax
    import jax.numpy as jnp

    key = jax.random.PRNGKey(0)
    parameters = []
    for n_in, n_out in itertools.pairwise((dataset.n_inputs, WIDTH, WIDTH, 1)):
        key, part = jax.random.split(key)
        weight = jax.random.uniform(part, (n_in, n_out), minval=-1, maxval=1) / np.sqrt(n_in)
        parameters.append((weight, jnp.zeros(n_out)))
    return parameters


def _run(
    dataset: Dataset,
    steps: int,
    *,
    adam: bool = False,
    dropout: float = 0.0,
    validate: bool = False,
) -> Callable[[Any, Any], Any]:
    """A training as a function of initial parameters and weight decay, to be compiled.

    It returns the parameters, and the training loss and validation loss of each step.
    """
    import jax
    import jax.numpy as jnp

    x, y = jnp.asarray(dataset.train.x, jnp.float32), jnp.asarray(dataset.train.y, jnp.float32)
    x_valid = jnp.asarray(dataset.valid.x, jnp.float32)
    y_valid = jnp.asarray(dataset.valid.y, jnp.float32)

    def loss(parameters: Any, x: Any, y: Any, kept: Any = None) -> Any:
        h = x
        for layer, (weight, bias) in enumerate(parameters[:-1]):
            h = jnp.tanh(h @ weight + bias)
            if kept is not None:
                h = jnp.where(kept[layer], h / (1 - dropout), 0.0)
        weight, bias = parameters[-1]
        return jnp.mean(((h @ weight + bias)[:, 0] - y) ** 2)

    differentiate = jax.value_and_grad(loss)

    def sgd(parameters: Any, gradient: Any, momenta: Any, _: Any) -> Any:
        return jax.tree.map(lambda w, g: w - _LR * g, parameters, gradient), momenta

    def adam_update(parameters: Any, gradient: Any, momenta: Any, step: Any) -> Any:
        first, second = _BETAS
        mean, square = momenta
        mean = jax.tree.map(lambda m, g: first * m + (1 - first) * g, mean, gradient)
        square = jax.tree.map(lambda v, g: second * v + (1 - second) * g * g, square, gradient)
        rate = _LR / (1 - first**step)
        scale = 1 / (1 - second**step)
        updated = jax.tree.map(
            lambda w, m, v: w - rate * m / (jnp.sqrt(v * scale) + _EPSILON),
            parameters,
            mean,
            square,
        )
        return updated, (mean, square)

    update = adam_update if adam else sgd

    def run(parameters: Any, weight_decay: Any) -> Any:
        def one_step(state: Any, given: Any) -> Any:
            parameters, momenta = state
            step, key = given
            kept = None
            if dropout:  # of both hidden layers at once
                kept = jax.random.bernoulli(key, 1 - dropout, (2, len(x), WIDTH))
            value, gradient = differentiate(parameters, x, y, kept)
            gradient = jax.tree.map(lambda g, w: g + weight_decay * w, gradient, parameters)
            parameters, momenta = update(parameters, gradient, momenta, step)
            measured = loss(parameters, x_valid, y_valid) if validate else None
            return (parameters, momenta), (value, measured)

        zeros = jax.tree.map(jnp.zeros_like, parameters)
        momenta = (zeros, zeros) if adam else None
        numbers = jnp.arange(1, steps + 1) if adam else None
        keys = jax.random.split(jax.random.PRNGKey(0), steps) if dropout else None
        (parameters, _), losses = jax.lax.scan(
            one_step, (parameters, momenta), (numbers, keys), length=steps
        )
        return parameters, losses

    return run
