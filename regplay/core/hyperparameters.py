"""What each field of an experiment does in training: one table, asked wherever that matters.

Bounds, labels and explanations are in `regplay.core.experiment`. Here stands, once for each field,
whether a member may have a value of its own, whether the value may change while a network trains,
how far its slider goes, where the curve of that is measured and when it has an effect; and of
regularizers, in which direction they act, what a verdict calls them and what they add to an
exported script.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from regplay.core.datasets import REGISTRY, DatasetError, load, may_be_polynomial
from regplay.core.experiment import DataSettings, Experiment, ModelKind
from regplay.core.fields import FIELDS, Field, get
from regplay.core.layers import hidden_dropouts, listed

# Places in an exported script, with the names that `regplay.session.export.script` fills in.
ScriptPlace = Literal[
    "optimizer",  # an argument of the optimizer
    "hidden",  # a module after activations, each with the value of its layer
    "first",  # a module before the first layer
    "input",  # what is given to the network in place of `{x}`
    "loss",  # an argument of the loss that is trained on, but not of the one that is reported
    "penalty",  # what is added to the loss; the sum is over `{parameters}`
    "after_step",  # lines that follow each step of the optimizer
]


class Curve(NamedTuple):
    """Where the curve of a slider is measured."""

    values: tuple[float, ...]  # 25–33 of them, or all that there are; 0 among them where allowed
    is_even: bool  # so that a map has even steps from 0


class Reach(NamedTuple):
    """Over which whole numbers a slider goes."""

    # Each of them; each up to 20, then twenty a decade; or four to each doubling.
    steps: Literal["each", "decades", "octaves"]
    low: int
    high: int


@dataclass(frozen=True)
class Hyperparameter:
    """What one field does in training."""

    # Whether members of one population may differ in it; else it belongs to what they share.
    own: bool = False
    kinds: tuple[ModelKind, ...] = ("network",)  # of models that it has an effect on
    adjustable: bool = False  # whether it may change in the middle of training, the weights kept
    by_layer: bool = False  # whether an engine reads it of each layer
    reach: Reach | None = None  # of its slider, where that ends before its bounds
    words: Mapping[int, str] = field(default_factory=dict)  # in place of some of its values
    # From the field to the positions of its slider's curve; None for no curve.
    curve: Callable[[Field], Curve] | None = None
    # Some of those positions, at which bias and variance are measured: each takes many networks.
    decomposed: tuple[float, ...] = ()
    # Why the field at a path has no effect on an experiment; empty where it may have one.
    unused: Callable[[Experiment, str], str] = lambda experiment, path: ""
    # Of a regularizer: 1 if larger values hold the network back more, −1 if smaller ones above 0
    # do; 0 is off for both. 0 of all that doesn't hold the network back.
    sign: Literal[-1, 0, 1] = 0
    term: str = ""  # what sentences call it
    # Whether it is on, where that is another question than whether its value is 0.
    on: Callable[[Experiment], bool] | None = None
    # Of a regularizer that is off: values that advice tries, the likeliest first.
    tries: tuple[float, ...] = ()
    tried_from: int = 1  # inputs
    # What it adds to the exported script while it is on, and where.
    script: Mapping[ScriptPlace, str] = field(default_factory=dict)


# Positions of curves, all of which the slider stops at


def _decades(*digits: float) -> Callable[[Field], Curve]:
    """0 where it is allowed, then these multiples of each power of ten."""

    def curve(of: Field) -> Curve:
        assert of.log_floor is not None
        assert of.maximum is not None
        powers = range(round(math.log10(of.log_floor)), round(math.log10(of.maximum)) + 1)
        numbers = (float(f"{digit}e{power}") for power in powers for digit in digits)
        values = tuple(number for number in numbers if number <= of.maximum)
        return Curve((0.0, *values) if of.minimum == 0 else values, is_even=False)

    return curve


def _even(*pieces: tuple[float, float, float]) -> Callable[[Field], Curve]:
    """Even steps through pieces of (from, up to and with, step)."""
    values: list[float] = []
    for low, high, step in pieces:
        count = round((high - low) / step) + 1
        values += [round(low + index * step, 10) for index in range(count)]
    return lambda _: Curve(tuple(values), is_even=True)


def _each(of: Field) -> Curve:
    """All whole numbers."""
    return Curve(tuple(range(int(of.minimum or 0), int(of.maximum or 0) + 1)), is_even=True)


def _listed(*values: float) -> Callable[[Field], Curve]:
    return lambda _: Curve(values, is_even=False)


_SHARES = _even((0.0, 0.5, 0.02), (0.6, 0.9, 0.1), (0.95, 0.95, 1.0))
_NOISES = _even((0.0, 1.0, 0.05), (1.1, 2.0, 0.1))
_WIDTHS = _listed(
    *(1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32),
    *(40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256),
)
_POINTS = _listed(
    *(2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80),
    *(100, 120, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1500, 2000),
)


# Why a field has no effect


def _no_hidden_layer(experiment: Experiment, path: str) -> str:
    has_one = experiment.model.depth > 0
    return "" if has_one else "a linear model (model.depth = 0) has no hidden layer"


def _no_common_width(experiment: Experiment, path: str) -> str:
    are_own = len(listed(experiment.model.widths)) >= experiment.model.depth
    own = "each hidden layer has a width of its own (model.widths)" if are_own else ""
    return _no_hidden_layer(experiment, path) or own


def _no_common_dropout(experiment: Experiment, path: str) -> str:
    are_own = len(listed(experiment.regularization.dropouts)) >= experiment.model.depth
    own = "each hidden layer has one of its own (regularization.dropouts)" if are_own else ""
    return _no_hidden_layer(experiment, path) or own


def _no_polynomial(experiment: Experiment, path: str) -> str:
    is_there = experiment.model.kind == "polynomial"
    fits = is_there or may_be_polynomial(experiment.data)
    return "" if fits else "a polynomial needs one input, and a number to predict"


def _no_momentum(experiment: Experiment, path: str) -> str:
    name = experiment.optimizer.name
    return "" if name == "momentum" else f"the optimizer {name} doesn't use it"


def _no_penalty(experiment: Experiment, path: str) -> str:
    has_one = any(is_on(experiment, f"regularization.{name}") for name in ("weight_decay", "l1"))
    return "" if has_one else "there is neither weight decay nor an L1 penalty"


def _no_classes(experiment: Experiment, path: str) -> str:
    return "" if _may_have_classes(experiment.data) else "a number is predicted, not a class"


@lru_cache(maxsize=64)  # it is asked for with each change, and points have to be read
def _may_have_classes(data: DataSettings) -> bool:
    """Whether classes are predicted; of a file that nobody has read yet, whether they may be."""
    spec = REGISTRY[data.name]
    if "task" not in spec.uses:
        return spec.task == "classification"
    if data.task != "auto" or "file" in spec.uses:
        return data.task != "regression"
    try:
        return load(data).task == "classification"
    except DatasetError:
        return True


def _not_in_the_data(experiment: Experiment, path: str) -> str:
    spec = REGISTRY[experiment.data.name]
    is_read = path.removeprefix("data.") in spec.uses | {"name", "seed"}
    return "" if is_read else f"the dataset {spec.title} doesn't use it"


def _no_edits(experiment: Experiment, path: str) -> str:
    unread = _not_in_the_data(experiment, path)
    return unread or ("" if experiment.data.edits else "no training point was edited")


# The table. Another regularizer is one more entry here and one more field of the experiment, a
# number of `struct rates` in native/kernel.h, and what the two engines do with it.

_ALL: tuple[ModelKind, ...] = get_args(ModelKind)
# Members need equally many points.
_DATA = Hyperparameter(own=True, kinds=_ALL, unused=_not_in_the_data)
_SEEDS = Reach("each", 0, 100)
_STRENGTH = Hyperparameter(own=True, adjustable=True, sign=1)

HYPERPARAMETERS: Mapping[str, Hyperparameter] = {
    **{path: _DATA for path in FIELDS if path.startswith("data.")},
    "data.edits": replace(_DATA, unused=_no_edits),
    "data.n_train": replace(_DATA, curve=_POINTS, reach=Reach("decades", 2, 2_000)),
    "data.n_valid": replace(_DATA, reach=Reach("decades", 1, 2_000)),
    "data.n_inputs": replace(_DATA, reach=Reach("decades", 1, 1_000)),
    "data.n_informative": replace(_DATA, reach=Reach("decades", 0, 1_000)),
    "data.sample": replace(_DATA, reach=Reach("decades", 0, 100_000), words={0: "all"}),
    "data.seed": replace(_DATA, reach=_SEEDS),
    "data.noise": replace(_DATA, curve=_NOISES),
    "model.kind": Hyperparameter(kinds=_ALL, unused=_no_polynomial),
    "model.degree": Hyperparameter(
        kinds=("polynomial",),
        curve=_each,
        decomposed=(1, 2, 3, 4, 5, 6, 8, 10, 12, 15),
    ),
    "model.depth": Hyperparameter(curve=_each),
    "model.width": Hyperparameter(
        curve=_WIDTHS,
        reach=Reach("octaves", 1, 256),
        decomposed=(1, 2, 3, 4, 6, 8, 16, 32, 64, 128, 256),  # dense where the loss turns
        unused=_no_common_width,
    ),
    "model.widths": Hyperparameter(unused=_no_hidden_layer),
    "model.activation": Hyperparameter(unused=_no_hidden_layer),
    "model.init": Hyperparameter(own=True),
    "model.init_scale": Hyperparameter(own=True),
    "regularization.weight_decay": replace(
        _STRENGTH,
        kinds=_ALL,
        curve=_decades(1, 2, 3, 5),
        decomposed=(0.0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
        term="weight decay",
        tries=(0.01, 0.001),
        script={"optimizer": "weight_decay={value}"},
    ),
    "regularization.l1": replace(
        _STRENGTH,
        curve=_decades(1, 2, 3, 5),
        term="L1 penalty",
        tries=(0.001, 0.0001),
        script={"penalty": "{value} * sum(p.abs().sum() for p in {parameters})"},
    ),
    "regularization.dropout": replace(
        _STRENGTH,
        by_layer=True,
        curve=_SHARES,
        decomposed=(0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
        unused=_no_common_dropout,
        term="dropout",
        on=lambda experiment: any(hidden_dropouts(experiment)),
        tries=(0.2, 0.5),
        script={"hidden": "nn.Dropout({value})"},
    ),
    "regularization.dropouts": Hyperparameter(own=True, adjustable=True, unused=_no_hidden_layer),
    # Of few inputs it drops nearly all there is to learn from.
    "regularization.input_dropout": replace(
        _STRENGTH,
        by_layer=True,
        curve=_SHARES,
        term="input dropout",
        tries=(0.2, 0.5),
        tried_from=10,
        script={"first": "nn.Dropout({value})"},
    ),
    "regularization.input_noise": replace(
        _STRENGTH,
        curve=_NOISES,
        term="input noise",
        tries=(0.1, 0.3),
        script={"input": "{x} + {value} * torch.randn_like({x})"},
    ),
    # Srivastava et al. (2014), "Dropout: a simple way to prevent neural networks from overfitting",
    # section 5.1, bound the weights into each hidden unit; here those into outputs are bounded too,
    # so that it acts on a linear model as well. Biases are free.
    "regularization.max_norm": replace(
        _STRENGTH,
        curve=_decades(1, 1.5, 2, 2.5, 3, 4, 5, 6, 8),
        sign=-1,
        term="max-norm",
        tries=(1.0, 0.5),
        script={
            "after_step": """with torch.no_grad():
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            layer.weight.copy_(torch.renorm(layer.weight, 2, 0, {value}))"""
        },
    ),
    # Szegedy et al. (2016), "Rethinking the Inception architecture for computer vision", section 7.
    "regularization.label_smoothing": replace(
        _STRENGTH,
        curve=_SHARES,
        unused=_no_classes,
        term="label smoothing",
        tries=(0.1, 0.3),
        script={"loss": "label_smoothing={value}"},
    ),
    "regularization.decay_bias": Hyperparameter(adjustable=True, kinds=_ALL, unused=_no_penalty),
    # It ends a training that nothing holds back.
    "regularization.early_stopping": Hyperparameter(
        own=True,
        adjustable=True,
        reach=Reach("decades", 0, 10_000),
        words={0: "off"},
        term="early stopping",
    ),
    "optimizer.name": Hyperparameter(),
    "optimizer.lr": Hyperparameter(own=True, adjustable=True, curve=_decades(1, 2, 3, 5)),
    "optimizer.momentum": Hyperparameter(adjustable=True, unused=_no_momentum),
    "optimizer.batch_size": Hyperparameter(reach=Reach("octaves", 0, 1_024), words={0: "full"}),
    "epochs": Hyperparameter(adjustable=True, reach=Reach("decades", 1, 100_000)),
    "seed": Hyperparameter(own=True, reach=_SEEDS),
}


def _paths(which: Callable[[Hyperparameter], bool]) -> tuple[str, ...]:
    return tuple(path for path in FIELDS if which(HYPERPARAMETERS[path]))


MEMBER_FIELDS = frozenset(_paths(lambda entry: entry.own))
ADJUSTABLE_FIELDS = frozenset(_paths(lambda entry: entry.adjustable))
# What holds the network back; 0 is off.
REGULARIZERS = _paths(lambda entry: entry.sign != 0)
# Numbers of each member that an engine reads at each step, in the order of `struct rates` in
# native/kernel.h.
RATE_FIELDS = tuple(
    path
    for path in FIELDS
    if path in MEMBER_FIELDS & ADJUSTABLE_FIELDS
    and FIELDS[path].kind == "number"
    and not HYPERPARAMETERS[path].by_layer
)
# The regularizers first: they are what a slider's curve is most often of.
SWEEPABLE = tuple(
    sorted(
        _paths(lambda entry: entry.curve is not None),
        key=lambda path: not path.startswith("regularization."),
    )
)
DECOMPOSED = tuple(path for path in SWEEPABLE if HYPERPARAMETERS[path].decomposed)
# The two that are compared with each other, and whose curves are shown unless others are chosen.
MAIN_REGULARIZERS = ("regularization.weight_decay", "regularization.dropout")
# Whose curves are seen unless chosen otherwise, where they have an effect: a network has no degree.
FIRST_CURVES = (*MAIN_REGULARIZERS, "model.degree")


def curve_of(path: str) -> Curve:
    """The positions of a slider's curve.

    Raises
    ------
    KeyError
        If the field is not in `SWEEPABLE`.
    """
    curve = HYPERPARAMETERS[path].curve
    if curve is None:
        raise KeyError(path)
    return curve(FIELDS[path])


def why_no_curve(path: str) -> str:
    """Why there is no curve of a field, as a sentence of its own; empty if there is one."""
    return "" if path in SWEEPABLE else f"{path} has no curve; there are {', '.join(SWEEPABLE)}"


def why_unused(experiment: Experiment, path: str) -> str:
    """Why a field has no effect on this experiment, as the end of a sentence; empty if it has."""
    entry = HYPERPARAMETERS[path]
    if is_of_model(experiment, path):
        return entry.unused(experiment, path)
    return {
        "polynomial": "a polynomial is solved exactly",
        "network": "a network has none; model.kind = polynomial has one",
    }[experiment.model.kind]


def is_of_model(experiment: Experiment, path: str) -> bool:
    """Whether the kind of model that is fitted has this field."""
    return experiment.model.kind in HYPERPARAMETERS[path].kinds


def is_used(experiment: Experiment, path: str) -> bool:
    """Whether a field has any effect on this experiment, whatever its value."""
    return not why_unused(experiment, path)


def is_on(experiment: Experiment, path: str) -> bool:
    """Whether a field has an effect, and a value other than 0."""
    on = HYPERPARAMETERS[path].on
    if on is not None:
        return on(experiment)
    return bool(get(experiment, path)) and is_used(experiment, path)


def in_use(experiment: Experiment) -> tuple[str, ...]:
    """The regularizers that are on, in the order of the fields."""
    return tuple(path for path in REGULARIZERS if is_on(experiment, path))
