"""One member's training in plain PyTorch: what engines are held against."""

from functools import partial

import torch
from torch import nn

from regplay.core.torch_engine import draw_words, normals

ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "gelu": nn.GELU, "sigmoid": nn.Sigmoid}


class Mask(nn.Module):
    """nn.Dropout with a mask that is given; None in evaluation, and without dropout."""

    mask = None

    def forward(self, x):
        return x if self.mask is None else x * self.mask


def each_or(text, usual):
    """The numbers of each of 8 hidden layers, of which a text lists the first."""
    own = [float(part) for part in text.split(",")] if text else []
    return [*own, *[usual] * 8][:8]


class PlainTorch:
    """`nn.Sequential`, autograd and `torch.optim` in double precision.

    It begins at the present weights of a training's member, and makes what would be the training's
    first update and those that follow. `experiment` may be replaced between two of them.
    """

    def __init__(self, training, member=0):
        self.experiment = training.experiments[member]
        model, layers = self.experiment.model, []
        self._masks = [Mask() for _ in range(model.depth + 1)]  # of what each layer takes
        for index, (weight, bias) in enumerate(training.population.member(member)):
            linear = nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.float64)
            with torch.no_grad():
                linear.weight.copy_(weight)
                linear.bias.copy_(bias)
            layers += [self._masks[index], linear]
            if index < model.depth:
                layers.append(ACTIVATIONS[model.activation]())
        self.network = nn.Sequential(*layers)
        self._linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
        self._weights = [layer.weight for layer in self._linear]
        self._biases = [layer.bias for layer in self._linear]
        kinds = {
            "sgd": torch.optim.SGD,
            "momentum": partial(torch.optim.SGD, momentum=0.9),
            "adam": torch.optim.Adam,
            "adamw": torch.optim.AdamW,
        }
        kind = kinds[self.experiment.optimizer.name]
        groups = [{"params": self._weights}, {"params": self._biases}]
        self._optimizer = kind(groups, foreach=True)  # in torch's loops, not in Python's
        data = training.datasets[member]
        self._is_regression = data.task == "regression"
        self._parts = [self._tensors(data, split) for split in (data.train, data.valid)]
        self._batches = torch.Generator().manual_seed(self.experiment.seed)
        self._left, self._step = [], 0
        self._drawn = {}

    def _tensors(self, data, split):
        x, y = (torch.tensor(part) for part in (data.inputs(split.x), data.targets(split.y)))
        return x, y[:, None] if self._is_regression else y

    def _loss(self, output, y, smoothing=0.0):
        if self._is_regression:
            return nn.functional.mse_loss(output, y)
        return nn.functional.cross_entropy(output, y, label_smoothing=smoothing)

    def _words(self, layer, rows, units):
        """This step's, [rows, units]; those of several steps are drawn at once, for all points."""
        block, place = divmod(self._step, 8)
        key = block, layer, units
        if key not in self._drawn:
            steps = torch.arange(8 * block, 8 * block + 8)
            seeds, most = torch.tensor([self.experiment.seed]), len(self._parts[0][0])
            self._drawn[key] = draw_words(seeds, steps, layer, most, units)[:, 0]
        return self._drawn[key][place, :rows]

    def _batch(self):
        x, y = self._parts[0]
        size = self.experiment.optimizer.batch_size
        if not size or size >= len(x):
            return x, y
        if not self._left:
            self._left = list(torch.randperm(len(x), generator=self._batches).split(size))
        index = self._left.pop(0)
        return x[index], y[index]

    def step(self):
        """Make one update."""
        settings, optimizer = self.experiment.regularization, self.experiment.optimizer
        for group, decays in zip(
            self._optimizer.param_groups, (True, settings.decay_bias), strict=True
        ):
            group["lr"] = optimizer.lr
            group["weight_decay"] = settings.weight_decay * decays
            if "momentum" in group:
                group["momentum"] = optimizer.momentum if optimizer.name == "momentum" else 0.0
        x, y = self._batch()
        if settings.input_noise:
            words = self._words(0, *x.shape)
            x = x + settings.input_noise * normals(words, torch.float64)
        shares = [settings.input_dropout, *each_or(settings.dropouts, settings.dropout)]
        for index, (layer, p) in enumerate(zip(self._masks, shares, strict=False)):
            layer.mask = None
            if p:
                units = self._linear[index].in_features
                words = self._words(index or 9, len(x), units)
                layer.mask = (words.double() / 2**32 >= p).double() / (1 - p)
        loss = self._loss(self.network(x), y, settings.label_smoothing)
        if settings.l1:
            penalised = self._weights + (self._biases if settings.decay_bias else [])
            loss = loss + settings.l1 * sum(p.abs().sum() for p in penalised)
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        if settings.max_norm:
            with torch.no_grad():
                for weight in self._weights:
                    weight.copy_(torch.renorm(weight, 2, 0, settings.max_norm))
        self._step += 1

    @property
    def parameters(self):
        """All of them in one row."""
        return nn.utils.parameters_to_vector(self.network.parameters()).detach()

    def losses(self):
        """Training and validation loss now."""
        for layer in self._masks:
            layer.mask = None
        with torch.no_grad():
            return [self._loss(self.network(x), y).item() for x, y in self._parts]
