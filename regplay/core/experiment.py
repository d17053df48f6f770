"""The experiment: everything that decides a result, as frozen, validated data.

It imports neither torch nor Qt, so that the window can be on screen before torch is loaded.
Bounds, labels and explanations are stated once, here; controls, error messages and documentation
read them through `regplay.core.fields`. What a docstring says of a field is what people read of it.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

ModelKind = Literal["network", "polynomial"]
Activation = Literal["tanh", "relu", "gelu", "sigmoid"]
Init = Literal["torch", "normal", "xavier", "kaiming"]
OptimizerName = Literal["sgd", "momentum", "adam", "adamw"]
MOMENTA = {"sgd": 0, "momentum": 1, "adam": 2, "adamw": 2}  # numbers kept for each parameter
TargetKind = Literal["auto", "regression", "classification"]
MissingRule = Literal["leave-out", "fill"]
SplitKind = Literal["auto", "random", "last", "stratified"]


class SettingsGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One group of values of an experiment."""


def _meta(
    label: str,
    symbol: str = "",
    *,
    within: tuple[float | None, float | None] = (None, None),
    is_open: bool = False,
    log_floor: float | None = None,
    is_rare: bool = False,
    form: str = "",
    pattern: str | None = None,
) -> Meta:
    """Bounds for msgspec, and what a control shows.

    Parameters
    ----------
    symbol
        What stands before the value in a list, short as on an axis; "" where the value says it all.
    within
        The least and the largest value.
    is_open
        Whether the least itself is refused.
    log_floor
        The smallest value above 0 that a logarithmic slider reaches.
    is_rare
        Whether it is changed so rarely that it need not be in sight.
    form, pattern
        What it must be in words, where the bounds don't say it; of a text also as a regular
        expression.
    """
    extra = {"symbol": symbol, "log_floor": log_floor, "is_rare": is_rare, "form": form}
    least, most = within
    bounds: dict[str, Any] = {"gt" if is_open else "ge": least, "le": most}
    return Meta(title=label, extra=extra, pattern=pattern, **bounds)


def _list_pattern(one: str) -> str:
    """Up to 8 numbers, separated by commas; or nothing."""
    return rf"^(?: *(?:{one}) *(?:, *(?:{one}) *){{0,7}})?$"


_POINTS = "a whole number from 1, or 0 with a file, to 20,000"


class DataSettings(SettingsGroup, frozen=True):
    """What is learned from. `seed` alone decides the points, the noise and the split.

    Attributes
    ----------
    name
        The problem to learn.
    n_train
        Number of points that the network learns from; fewer are easier to memorise. In a file, 0
        takes all that do not validate.
    n_valid
        Number of points held back to measure the fit on; they are never trained on. In a file, 0
        takes 30 %.
    noise
        Standard deviation of the Gaussian noise on the points: y = f(x) + N(0, σ²).
    label_noise
        Share of the labels replaced by another class; learning these is memorising.
    clean_valid
        Validate against the true function, without noise: the validation loss is then the mean of
        (f̂(x) − f(x))².
    n_inputs
        Number of inputs x₁ … x_d of each point.
    n_informative
        How many of the inputs the target depends on; the others have a true weight of 0. More than
        there are means all.
    n_classes
        Number of classes.
    n_arms
        Number of arms, each a class of its own.
    seed
        Decides the points, their noise and the split.
    file
        The table that `csv` reads, CSV or Excel.
    target
        Column of the file to predict; empty takes the last one.
    inputs
        Columns of the file to predict from, separated by commas; empty takes all but the target.
    task
        What the target is: regression, a number; classification, a class; auto decides by its
        values.
    standardize
        Give inputs and a numeric target mean 0 and standard deviation 1 on the training points: (x
        − mean)/σ. Losses are then in those units.
    format
        How the file is written, where that differs from what is found in it, such as separator =
        semicolon; decimal = comma; header = no.
    columns
        What columns of the file hold, where that differs from what is found in them, such as zip =
        category; when = date.
    missing
        What becomes of rows of the file in which an input is missing: leave-out, or fill with the
        median of the training rows, of a category with the most frequent one.
    split
        Which rows of the file validate: random ones, the last ones, or stratified, as many of each
        class as it has a share; auto takes the last ones where the first input is a date, else
        random ones.
    sample
        Number of rows of the file to take at random, as the data seed decides; 0 takes all.
    edits
        Training points that were added, moved or deleted by hand after they were drawn, one a line:
        add x y, move 3 x y, delete 3. An edit of a point that is drawn no more, as with fewer
        training points, waits until it is drawn again.
    points
        Points to learn from, one a line or separated by semicolons: x y, or x₁ x₂ y; y is a number,
        or a class from 0 to 3.
    valid_points
        Points to validate on, written as those to learn from; empty holds back 30 % of those, which
        are then not trained on.
    """

    name: Annotated[str, _meta("Dataset")] = "sine"
    n_train: Annotated[int, _meta("Training points", "n", within=(0, 20_000), form=_POINTS)] = 30
    n_valid: Annotated[
        int, _meta("Validation points", "n valid", within=(0, 20_000), is_rare=True, form=_POINTS)
    ] = 200
    noise: Annotated[float, _meta("Noise σ", "σ", within=(0.0, 2.0))] = 0.3
    label_noise: Annotated[float, _meta("Flipped labels", "flipped", within=(0.0, 0.5))] = 0.0
    clean_valid: Annotated[bool, _meta("Clean validation", is_rare=True)] = False
    n_inputs: Annotated[int, _meta("Inputs", "inputs", within=(1, 1000))] = 200
    n_informative: Annotated[int, _meta("Inputs that count", "informative", within=(0, 1000))] = 200
    n_classes: Annotated[int, _meta("Classes", "classes", within=(2, 4))] = 3
    n_arms: Annotated[int, _meta("Arms", "arms", within=(2, 4))] = 2
    seed: Annotated[int, _meta("Data seed", "data seed", within=(0, 2**31 - 1), is_rare=True)] = 0
    file: Annotated[str, _meta("File")] = ""
    target: Annotated[str, _meta("Target", "target")] = ""
    inputs: Annotated[str, _meta("Input columns", "from")] = ""
    task: Annotated[TargetKind, _meta("Task")] = "auto"
    standardize: Annotated[bool, _meta("Standardize")] = True
    format: Annotated[str, _meta("Format", is_rare=True)] = ""
    columns: Annotated[str, _meta("Kinds of columns", is_rare=True)] = ""
    missing: Annotated[MissingRule, _meta("Missing values", is_rare=True)] = "leave-out"
    split: Annotated[SplitKind, _meta("Validate on", is_rare=True)] = "auto"
    sample: Annotated[int, _meta("Sample", within=(0, 100_000), is_rare=True)] = 0
    edits: Annotated[str, _meta("Edited points")] = ""
    points: Annotated[str, _meta("Own points")] = ""
    valid_points: Annotated[str, _meta("Own validation points", "valid")] = ""


class ModelSettings(SettingsGroup, frozen=True):
    """A network of `depth` hidden layers of `width` units each, or a polynomial.

    Attributes
    ----------
    kind
        What is fitted: a network, trained step by step; or a polynomial of one input, whose best
        weights are computed at once, by least squares, with weight decay by ridge regression.
    degree
        The highest power of x in a polynomial, f(x) = w₁·P₁(x) + … + w_d·P_d(x) + b; Pₖ is the k-th
        Legendre polynomial over the range of the training points.
    depth
        Number of hidden layers; 0 is a linear model, f(x) = w·x + b.
    width
        Units in each hidden layer: h = φ(W·x + b) has this length.
    widths
        Units of the hidden layers one by one, such as 64, 32, 16; layers beyond have the common
        width.
    activation
        The function φ that each hidden unit applies: h = φ(W·x + b).
    init
        How the weights are drawn: torch U(−1/√n, 1/√n) for n inputs, normal N(0, s²), xavier N(0,
        2s²/(n_in + n_out)), kaiming N(0, 2s²/n_in).
    init_scale
        The factor s on the initial weights; small ones start nearer to a constant function.
    """

    kind: Annotated[ModelKind, _meta("Model")] = "network"
    degree: Annotated[int, _meta("Degree", "degree", within=(1, 20))] = 4
    depth: Annotated[int, _meta("Depth", "depth", within=(0, 8))] = 2
    width: Annotated[int, _meta("Width", "width", within=(1, 512))] = 64
    widths: Annotated[
        str,
        _meta(
            "Width by layer",
            "widths",
            is_rare=True,
            form="up to 8 whole numbers from 1 to 512, separated by commas",
            pattern=_list_pattern("[1-9][0-9]?|[1-4][0-9][0-9]|50[0-9]|51[0-2]"),
        ),
    ] = ""
    activation: Annotated[Activation, _meta("Activation")] = "tanh"
    init: Annotated[Init, _meta("Initial weights", "init", is_rare=True)] = "torch"
    init_scale: Annotated[
        float,
        _meta(
            "Initial scale", "scale", within=(0.0, 10.0), is_open=True, log_floor=1e-3, is_rare=True
        ),
    ] = 1.0


class RegularizationSettings(SettingsGroup, frozen=True):
    """What keeps the network from memorising.

    Attributes
    ----------
    weight_decay
        Pulls all weights towards 0, which makes the fit smoother. An L2 penalty: adds λ·w to each
        gradient, minimising loss + λ/2·‖w‖² (AdamW shrinks w by lr·λ instead).
    l1
        Adds l1·sign(w) to each gradient, minimising loss + l1·‖w‖₁, which drives weights to zero.
    dropout
        Drops each hidden unit with probability p in every training step and scales the others by
        1/(1 − p); off when measuring.
    dropouts
        Dropout of the hidden layers one by one, such as 0.2, 0.5; layers beyond have the common
        one.
    input_dropout
        Drops each input with probability p in every training step and scales the others by 1/(1 −
        p); off when measuring.
    input_noise
        Adds fresh N(0, s²) noise to the inputs in every training step: x + s·ε.
    max_norm
        Bound c on the norm ‖w‖ of the weights into each unit: after each step, longer ones are
        scaled back to length c. Small bounds are strict, 0 is off.
    label_smoothing
        Trains on softer labels: ε of each is shared out among all K classes, so that the true one
        is asked for with 1 − ε + ε/K, not with certainty. For classes only.
    decay_bias
        Whether weight decay and L1 act on the biases too, as torch does by default.
    early_stopping
        Patience: stop when the validation loss has not improved for this many epochs; 0 is off.
    """

    weight_decay: Annotated[
        float, _meta("Weight decay λ", "λ", within=(0.0, 10.0), log_floor=1e-6)
    ] = 0.0
    l1: Annotated[float, _meta("L1 penalty", "l1", within=(0.0, 1.0), log_floor=1e-6)] = 0.0
    dropout: Annotated[float, _meta("Dropout p", "p", within=(0.0, 0.95))] = 0.0
    dropouts: Annotated[
        str,
        _meta(
            "Dropout by layer",
            "p by layer",
            is_rare=True,
            form="up to 8 numbers from 0 to 0.95, separated by commas",
            pattern=_list_pattern(r"0|0?\.(?:[0-8][0-9]*|9(?:[0-4][0-9]*|50*)?)|0\.0*"),
        ),
    ] = ""
    input_dropout: Annotated[
        float, _meta("Input dropout", "input p", within=(0.0, 0.95), is_rare=True)
    ] = 0.0
    input_noise: Annotated[
        float, _meta("Input noise", "input noise", within=(0.0, 2.0), is_rare=True)
    ] = 0.0
    max_norm: Annotated[
        float, _meta("Max-norm", "max-norm", within=(0.0, 100.0), log_floor=0.1, is_rare=True)
    ] = 0.0
    label_smoothing: Annotated[
        float, _meta("Label smoothing", "ε", within=(0.0, 0.95), is_rare=True)
    ] = 0.0
    decay_bias: Annotated[bool, _meta("Penalize biases", is_rare=True)] = True
    early_stopping: Annotated[
        int, _meta("Early stopping", "patience", within=(0, 100_000), is_rare=True)
    ] = 0


class OptimizerSettings(SettingsGroup, frozen=True):
    """How the weights are updated.

    Attributes
    ----------
    name
        The update rule: sgd w ← w − lr·g, momentum v ← μ·v + g, w ← w − lr·v, or adam / adamw,
        which scale each step by the gradient's recent size.
    lr
        Length of a step: w ← w − lr·g.
    momentum
        Share of the last step kept: v ← μ·v + g.
    batch_size
        Points in each step; 0 takes all of them.
    """

    name: Annotated[OptimizerName, _meta("Optimizer")] = "adam"
    lr: Annotated[float, _meta("Learning rate", "lr", within=(0.0, 10.0), log_floor=1e-5)] = 0.01
    momentum: Annotated[float, _meta("Momentum μ", "μ", within=(0.0, 0.999))] = 0.9
    batch_size: Annotated[int, _meta("Batch size", "batch", within=(0, 20_000))] = 0


class Experiment(SettingsGroup, frozen=True):
    """Everything that decides a result.

    `seed` alone decides the initial weights, the batches and what dropout drops; `data.seed` alone
    decides the data.

    Attributes
    ----------
    epochs
        Passes over the training points.
    seed
        Decides initial weights, batches and dropout.
    """

    data: DataSettings = DataSettings()
    model: ModelSettings = ModelSettings()
    regularization: RegularizationSettings = RegularizationSettings()
    optimizer: OptimizerSettings = OptimizerSettings()
    epochs: Annotated[int, _meta("Epochs", "epochs", within=(1, 1_000_000))] = 1000
    seed: Annotated[int, _meta("Seed", "seed", within=(0, 2**31 - 1), is_rare=True)] = 0
