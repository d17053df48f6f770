"""The other side: networks as the tutorials train them, in plain PyTorch."""

import itertools
import os
import time

import torch
from torch import Tensor, nn

from regplay.core.datasets import Dataset, Split


def _points(dataset: Dataset, split: Split) -> tuple[Tensor, Tensor]:
    x = torch.tensor(dataset.inputs(split.x)).float()
    y = torch.tensor(dataset.targets(split.y))
    return x, y if dataset.task == "classification" else y.float()[:, None]


def _network(dataset: Dataset, depth: int, width: int, dropout: float) -> nn.Sequential:
    layers: list[nn.Module] = []
    for n_in, n_out in itertools.pairwise([dataset.n_inputs, *[width] * depth]):
        layers += [nn.Linear(n_in, n_out), nn.Tanh()]
        if dropout:
            layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers, nn.Linear(width, dataset.n_outputs))


def _batches(x: Tensor, y: Tensor, size: int) -> list[tuple[Tensor, Tensor]]:
    if not size:
        return [(x, y)]
    return [(x[rows], y[rows]) for rows in torch.randperm(len(x)).split(size)]


def plain_loop(
    dataset: Dataset,
    epochs: int,
    *,
    depth: int = 2,
    width: int = 64,
    batch_size: int = 0,
    adam: bool = False,
    weight_decay: float = 0.0,
    dropout: float = 0.0,
    validate: bool = False,
) -> float:
    """Seconds that the tutorials' loop takes: `nn.Sequential`, `torch.optim`, `.item()` each epoch.

    torch keeps the number of threads it chose by itself, as it does for who runs a tutorial.

    Parameters
    ----------
    batch_size
        Points in each step; 0 takes all of them.
    validate
        Whether the validation loss is measured after each epoch.
    """
    torch.set_num_threads(os.cpu_count() or 1)
    torch.manual_seed(0)
    network = _network(dataset, depth, width, dropout)
    make = torch.optim.Adam if adam else torch.optim.SGD
    optimizer = make(network.parameters(), lr=0.01, weight_decay=weight_decay)
    loss_function = nn.CrossEntropyLoss() if dataset.task == "classification" else nn.MSELoss()
    x, y = _points(dataset, dataset.train)
    x_valid, y_valid = _points(dataset, dataset.valid)
    losses, valid_losses = [], []
    began = time.perf_counter()
    for _ in range(epochs):
        network.train()
        for x_batch, y_batch in _batches(x, y, batch_size):
            optimizer.zero_grad()
            loss = loss_function(network(x_batch), y_batch)
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
        if validate:
            network.eval()
            with torch.no_grad():
                valid_losses.append(loss_function(network(x_valid), y_valid).item())
    return time.perf_counter() - began
