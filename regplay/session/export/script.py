"""The whole script: data, model, training and the final losses."""

import textwrap

from regplay.core.datasets import REGISTRY, Dataset, load, seen_by
from regplay.core.experiment import Experiment, ModelSettings
from regplay.core.fields import get, replace
from regplay.core.hyperparameters import HYPERPARAMETERS, ScriptPlace, in_use
from regplay.core.layers import dropouts, hidden_dropouts, hidden_widths
from regplay.core.measurements import Schedule
from regplay.core.number_text import counted
from regplay.session.export.data_code import data_code
from regplay.session.export.python_text import WIDTH, call, comment, indented, joined

# Where torch's own generator is drawn from.
_RANDOM: tuple[ScriptPlace, ...] = ("first", "hidden", "input")
_LEGENDRE = "from numpy.polynomial.legendre import legvander"  # what polynomials need
_OPTIMIZERS = {"sgd": "SGD", "momentum": "SGD", "adam": "Adam", "adamw": "AdamW"}


def to_pytorch(experiment: Experiment) -> str:
    """The experiment as a short script of plain PyTorch, as text that ends in a line break.

    It trains the same network on the same data from the same initial weights with the same batches,
    and prints final losses that equal regplay's up to rounding. Dropout and input noise come from
    torch's own generator: the same distribution, other draws.

    Of a polynomial it is plain numpy, and solves the same least squares.

    It needs numpy and torch; for two of the measured tables scikit-learn; for `csv` the file. Where
    training diverges it ends in nan, and regplay at its last finite record.

    Raises
    ------
    DatasetError
        If the data can't be made.
    """
    dataset = seen_by(experiment.model, load(experiment.data))
    data = data_code(experiment.data, dataset)
    if dataset.degree:
        imports = [line for line in _imports((*data.imports, _LEGENDRE)) if "torch" not in line]
        solution = _solution_code(experiment, len(dataset.train.y))
        return _source([_docstring(experiment, dataset)], imports, [data.text], solution)
    n_inputs, n_outputs = dataset.n_inputs, dataset.n_outputs
    # Whether numbers or classes are predicted decides what has an effect.
    known = replace(experiment, {"data.task": dataset.task})
    loss = "MSELoss" if dataset.task == "regression" else "CrossEntropyLoss"
    return _source(
        [_docstring(experiment, dataset)],
        _imports(data.imports),
        [data.text],
        _tensors(dataset.task),
        _network_code(experiment, n_inputs, n_outputs),
        ["# Training", *_loss_code(known, loss), *_optimizer_code(known)],
        _loop_code(known, len(dataset.train.y), Schedule.of(experiment, dataset)),
        _report_code(known, dataset.task),
    )


def _source(*sections: list[str]) -> str:
    """The lines of each section, an empty line between them."""
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _docstring(experiment: Experiment, dataset: Dataset) -> str:
    model = experiment.model
    title = REGISTRY[experiment.data.name].title
    network, library = "a linear model", "PyTorch"
    if dataset.degree:
        network, library = f"a polynomial of degree {dataset.degree}", "NumPy"
    elif model.depth:
        widths = hidden_widths(model)
        units = counted(widths[0], "unit")
        if len(set(widths)) > 1:
            units = f"{joined([str(width) for width in widths])} units"
        network = f"{counted(model.depth, 'hidden layer')} of {units}"
    points = counted(len(dataset.train.y), "training point")
    same = "Written by regplay: same data, initial weights and batches"
    text = f"{same}, so the same losses up to rounding, which long training can magnify."
    drawn = _terms(experiment, *_RANDOM)
    if drawn:
        verb = "is" if len(drawn) == 1 else "are"
        text = (
            f"{same}. {joined(drawn).capitalize()} {verb} drawn otherwise than there, so that the "
            "losses agree only on average over seeds."
        )
    if dataset.degree:
        text = "Written by regplay: same data and weights, so the same losses up to rounding."
    body = "\n".join(textwrap.wrap(text, WIDTH))
    return f'"""{title}, {points}: {network}, in plain {library}.\n\n{body}\n"""'


def _imports(more: tuple[str, ...]) -> list[str]:
    """The import statements, sorted: of the standard library, then of packages."""
    standard = [line for line in more if line == "import csv"]
    packages = ["import numpy as np", "import torch", "from torch import nn"]
    packages += [line for line in more if line not in standard]
    packages.sort(key=lambda line: (line.startswith("from"), line))
    return [*standard, *([""] if standard else []), *packages]


def _tensors(task: str) -> list[str]:
    column = "; the targets in a column, as the outputs are" if task == "regression" else ""
    lines = [f"# As tensors{column}"]
    for split in ("train", "valid"):
        lines.append(f"x_{split} = torch.tensor(x_{split}, dtype=torch.float32)")
        if task == "regression":
            lines.append(f"y_{split} = torch.tensor(y_{split}, dtype=torch.float32)[:, None]")
        else:
            lines.append(f"y_{split} = torch.tensor(y_{split})")
    return lines


# the network, the optimizer, the training loop, the final measurement


def _added(experiment: Experiment, place: ScriptPlace, **names: str) -> list[str]:
    """What the regularizers that are on add to a place of the script, with its variables' names."""
    return [
        HYPERPARAMETERS[path].script[place].format(value=get(experiment, path), **names)
        for path in in_use(experiment)
        if place in HYPERPARAMETERS[path].script
    ]


def _terms(experiment: Experiment, *places: ScriptPlace) -> list[str]:
    """What the regularizers are called that add to any of these places."""
    entries = [HYPERPARAMETERS[path] for path in in_use(experiment)]
    return [entry.term for entry in entries if entry.script.keys() & set(places)]


def _loss_code(experiment: Experiment, loss: str) -> list[str]:
    """Lines that define `loss_function`, by its name in `torch.nn`, and perhaps `training_loss`."""
    arguments = _added(experiment, "loss")
    training = [f"training_loss = nn.{loss}({', '.join(arguments)})"] if arguments else []
    return [f"loss_function = nn.{loss}()", *training]


def _optimizer_code(experiment: Experiment) -> list[str]:
    """Lines that define `optimizer`, and `weights` where biases are not penalized."""
    settings, lines = experiment.optimizer, []
    decay = "".join(_added(experiment, "optimizer"))  # of one regularizer at most
    is_penalized = bool(_terms(experiment, "optimizer", "penalty"))
    is_apart = is_penalized and not experiment.regularization.decay_bias
    if is_apart:
        lines += ["", "# Biases are not penalized.", _named("weights", "weight")]
    parameters, arguments = "model.parameters()", [f"lr={settings.lr}"]
    if settings.name == "momentum":
        arguments.append(f"momentum={settings.momentum}")
    if decay and is_apart:
        parameters = "parameter_groups"
        name, _, value = decay.partition("=")
        lines += [
            _named("biases", "bias"),
            "parameter_groups = [",
            f'    {{"params": weights, "{name}": {value}}},',
            f'    {{"params": biases, "{name}": 0.0}},',
            "]",
        ]
    elif decay:
        arguments.append(decay)
    elif settings.name == "adamw":
        lines.append("# AdamW decays by 0.01 unless told otherwise.")
        arguments.append("weight_decay=0.0")
    head = f"optimizer = torch.optim.{_OPTIMIZERS[settings.name]}"
    return [*lines, call(head, [parameters, *arguments])]


def _named(name: str, kind: str) -> str:
    return f'{name} = [p for name, p in model.named_parameters() if name.endswith("{kind}")]'


def _loop_code(experiment: Experiment, n_train: int, schedule: Schedule) -> list[str]:
    """The training loop; `schedule` says at which epochs regplay measures, and may stop early."""
    size, patience = experiment.optimizer.batch_size, experiment.regularization.early_stopping
    is_batched = 0 < size < n_train
    lines, step = [], _step(experiment, is_batched)
    if is_batched:
        lines.append(f"batches = torch.Generator().manual_seed({experiment.seed})")
        batches = f"for index in torch.randperm({n_train}, generator=batches).split({size}):"
        step = [batches, *indented(step)]
    head = f"for epoch in range({experiment.epochs}):"
    if patience >= experiment.epochs or patience == 0:
        switch = ["model.train()"] if _drops(experiment) else []
        return [*lines, *switch, head, *indented(step)]
    wait = _wait(experiment.epochs, schedule)
    lines += [
        f"# Stops when the validation loss has not got better for {patience} epochs"
        + ("; measured ever more rarely." if wait else "."),
        'best_loss, best_epoch, next_check = float("inf"), 0, 0'
        if wait
        else 'best_loss, best_epoch = float("inf"), 0',
        head,
    ]
    check = _check(patience, _drops(experiment))
    if wait:
        check = ["if epoch == next_check:", *indented([f"next_check += {wait}", *check])]
    return [*lines, *indented([*check, "", *step])]


def _drops(experiment: Experiment) -> bool:
    """Whether the network is another one in training than in evaluation."""
    return any(dropouts(experiment))


def _step(experiment: Experiment, is_batched: bool) -> list[str]:
    """One update."""
    lines = []
    x, y = "x_train", "y_train"
    if is_batched:
        lines.append("x, y = x_train[index], y_train[index]")
        x, y = "x", "y"
    for code in _added(experiment, "input", x=x):
        lines.append(f"noisy = {code}")
        x = "noisy"
    loss = "training_loss" if _added(experiment, "loss") else "loss_function"
    lines.append(f"loss = {loss}(model({x}), {y})")
    penalized = "model.parameters()" if experiment.regularization.decay_bias else "weights"
    penalties = _added(experiment, "penalty", parameters=penalized)
    lines += [f"loss = loss + {code}" for code in penalties]
    lines += ["optimizer.zero_grad()", "loss.backward()", "optimizer.step()"]
    for code in _added(experiment, "after_step"):
        lines += code.split("\n")
    return lines


def _wait(epochs: int, schedule: Schedule) -> str:
    """How many epochs it is to the next measurement, as code; empty where they are all measured.

    The same as `Schedule.following` in all epochs but the last, without what has no effect there.
    """
    last, stride = epochs - 1, schedule.stride
    if schedule.following(last) == last + 1:  # and at no epoch before it is the wait longer
        return ""
    waits = ["1", "epoch // 10" if last // 10 <= stride else f"min(epoch // 10, {stride})"]
    if last // 180 > stride:
        waits.append("epoch // 180")
    return f"max({', '.join(waits)})"


def _check(patience: int, switches: bool) -> list[str]:
    """Measure, and stop where the validation loss has not got better for long."""
    measure = [
        "with torch.no_grad():",
        "    valid_loss = loss_function(model(x_valid), y_valid).item()",
    ]
    if switches:
        measure = ["model.eval()", *measure, "model.train()"]
    return [
        *measure,
        "if valid_loss < best_loss:",
        "    best_loss, best_epoch = valid_loss, epoch",
        f"elif epoch - best_epoch >= {patience}:",
        '    print(f"stopped after {epoch} epochs")',
        "    break",
    ]


def _report_code(experiment: Experiment, task: str) -> list[str]:
    """The final losses, and accuracies of classes."""
    without = _terms(experiment, "first", "hidden", "input", "loss", "penalty")
    lines = [comment(f"Final losses, without {joined(without)}.")] if without else []
    if _drops(experiment):
        lines.append("model.eval()")
    lines += [
        "with torch.no_grad():",
        '    for split, x, y in [("train", x_train, y_train), ("validation", x_valid, y_valid)]:',
    ]
    body = ['print(f"{split} loss: {loss_function(model(x), y):.6g}")']
    if task == "classification":
        body = [
            "output = model(x)",
            "accuracy = (output.argmax(1) == y).float().mean()",
            'print(f"{split} loss: {loss_function(output, y):.6g}, accuracy: {accuracy:.4f}")',
        ]
    return lines + indented(body, 2)


_ACTIVATIONS = {
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "gelu": "nn.GELU()",
    "sigmoid": "nn.Sigmoid()",
}

_WEIGHTS = {
    "torch": "the initial weights of torch",
    "normal": "normal initial weights",
    "xavier": "the initial weights of Xavier Glorot",
    "kaiming": "the initial weights of Kaiming He",
}


def _network_code(experiment: Experiment, n_inputs: int, n_outputs: int) -> list[str]:
    """Lines that define `model`, its weights drawn after `torch.manual_seed(seed)`."""
    settings = experiment.model
    lines = [f"# Model, with {_WEIGHTS[settings.init]}", f"torch.manual_seed({experiment.seed})"]
    modules, size = _added(experiment, "first"), n_inputs
    dropout = HYPERPARAMETERS["regularization.dropout"].script["hidden"]
    for width, p in zip(hidden_widths(settings), hidden_dropouts(experiment), strict=True):
        modules += [f"nn.Linear({size}, {width})", _ACTIVATIONS[settings.activation]]
        if p:
            modules.append(dropout.format(value=p))
        size = width
    modules.append(f"nn.Linear({size}, {n_outputs})")
    if len(modules) == 1:
        lines.append(f"model = {modules[0]}")
    else:
        lines += ["model = nn.Sequential(", *(f"    {module}," for module in modules), ")"]
    return lines + _initial(settings, is_alone=len(modules) == 1)


def _initial(settings: ModelSettings, *, is_alone: bool) -> list[str]:
    """Lines that draw the weights anew; `is_alone` where `model` is a layer, not a sequence."""
    scale = settings.init_scale
    if settings.init == "torch":
        if scale == 1.0:
            return []
        return [
            "with torch.no_grad():",
            "    for parameter in model.parameters():",
            f"        parameter *= {scale}",
        ]
    match settings.init:
        case "normal":
            drawn = [f"nn.init.normal_(layer.weight, std={scale})"]
        case "xavier":
            gain = "" if scale == 1.0 else f", gain={scale}"
            drawn = [f"nn.init.xavier_normal_(layer.weight{gain})"]
        case "kaiming":
            drawn = ['nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")']
            if scale != 1.0:
                drawn.append(f"layer.weight.data *= {scale}")
    drawn.append("nn.init.zeros_(layer.bias)")
    if is_alone:
        return [line.replace("layer", "model") for line in drawn]
    return [
        "for layer in model:",
        "    if isinstance(layer, nn.Linear):",
        *[f"        {line}" for line in drawn],
    ]


# what a polynomial has in place of a network and its training


def _solution_code(experiment: Experiment, n_train: int) -> list[str]:
    """Lines that define `inputs` and `weights`, and print both losses; they need numpy alone."""
    degree, penalty = experiment.model.degree, experiment.regularization
    count = counted(degree + 1, "column")
    design, targets = "inputs(x_train)", "y_train"
    lines = [
        comment(
            f"A polynomial of degree {degree}: {count}, the constant 1 and Legendre polynomials of "
            "x, of which the training points fill [-1, 1]"
        ),
        "low, high = x_train.min(), x_train.max()",
        "",
        "",
        "def inputs(x):",
        f"    return legvander((2 * x[:, 0] - low - high) / (high - low or 1.0), {degree})",
        "",
        "",
    ]
    if penalty.weight_decay:
        lines += [
            comment(
                "Ridge regression: least squares with a row more for each weight, which minimises "
                "the mean squared error + weight decay / 2 times the sum of squared weights"
            ),
            f"penalty = {penalty.weight_decay} / 2 * np.eye({degree + 1})",
            *([] if penalty.decay_bias else ["penalty[0, 0] = 0.0  # the bias is not penalized"]),
            "design = np.vstack([inputs(x_train), np.sqrt(len(x_train) * penalty)])",
            f"targets = np.append(y_train, np.zeros({degree + 1}))",
        ]
        design, targets = "design", "targets"
    elif n_train <= degree:
        lines.append("# Least squares: of all that go through the points, the smallest weights")
    else:
        lines.append("# Least squares")
    return [
        *lines,
        f"weights = np.linalg.lstsq({design}, {targets}, rcond=None)[0]",
        "",
        *([comment("Final losses, without weight decay.")] if penalty.weight_decay else []),
        'for split, x, y in [("train", x_train, y_train), ("validation", x_valid, y_valid)]:',
        "    loss = np.mean((inputs(x) @ weights - y) ** 2)",
        '    print(f"{split} loss: {loss:.6g}")',
    ]
