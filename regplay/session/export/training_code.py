"""Code of the optimizer, the training loop and the final measurement."""

from regplay.core.cost import Schedule
from regplay.core.experiment import Experiment
from regplay.session.export.python_text import call, comment, indented, joined

_OPTIMIZERS = {"sgd": "SGD", "momentum": "SGD", "adam": "Adam", "adamw": "AdamW"}


def optimizer_code(experiment: Experiment) -> list[str]:
    """Lines that define `optimizer`, and `weights` where biases are not penalized."""
    settings, penalties = experiment.optimizer, experiment.regularization
    decay, lines = penalties.weight_decay, []
    is_apart = not penalties.decay_bias and (decay > 0 or penalties.l1 > 0)
    if is_apart:
        lines += ["", "# Biases are not penalized.", _named("weights", "weight")]
    parameters, arguments = "model.parameters()", [f"lr={settings.lr}"]
    if settings.name == "momentum":
        arguments.append(f"momentum={settings.momentum}")
    if decay > 0 and is_apart:
        parameters = "parameter_groups"
        lines += [
            _named("biases", "bias"),
            "parameter_groups = [",
            f'    {{"params": weights, "weight_decay": {decay}}},',
            '    {"params": biases, "weight_decay": 0.0},',
            "]",
        ]
    elif decay > 0:
        arguments.append(f"weight_decay={decay}")
    elif settings.name == "adamw":
        lines.append("# AdamW decays by 0.01 unless told otherwise.")
        arguments.append("weight_decay=0.0")
    head = f"optimizer = torch.optim.{_OPTIMIZERS[settings.name]}"
    return [*lines, call(head, [parameters, *arguments])]


def _named(name: str, kind: str) -> str:
    return f'{name} = [p for name, p in model.named_parameters() if name.endswith("{kind}")]'


def loop_code(experiment: Experiment, n_train: int, schedule: Schedule) -> list[str]:
    """The training loop.

    Parameters
    ----------
    n_train
        Number of training points.
    schedule
        At which epochs regplay measures the validation loss, which is when it may stop early.
    """
    size, patience = experiment.optimizer.batch_size, experiment.regularization.early_stopping
    is_batched = 0 < size < n_train
    lines, step = [], _step(experiment, is_batched)
    if is_batched:
        lines.append(f"batches = torch.Generator().manual_seed({experiment.seed})")
        batches = f"for index in torch.randperm({n_train}, generator=batches).split({size}):"
        step = [batches, *indented(step)]
    head = f"for epoch in range({experiment.epochs}):"
    if patience >= experiment.epochs or patience == 0:
        switch = ["model.train()"] if drops(experiment) else []
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
    check = _check(patience, drops(experiment))
    if wait:
        check = ["if epoch == next_check:", *indented([f"next_check += {wait}", *check])]
    return [*lines, *indented([*check, "", *step])]


def drops(experiment: Experiment) -> bool:
    """Whether dropout has an effect."""
    return experiment.regularization.dropout > 0 and experiment.model.depth > 0


def _step(experiment: Experiment, is_batched: bool) -> list[str]:
    """One update."""
    penalties, lines = experiment.regularization, []
    x, y = "x_train", "y_train"
    if is_batched:
        lines.append("x, y = x_train[index], y_train[index]")
        x, y = "x", "y"
    if penalties.input_noise > 0:
        lines.append(f"noisy = {x} + {penalties.input_noise} * torch.randn_like({x})")
        x = "noisy"
    lines.append(f"loss = loss_function(model({x}), {y})")
    if penalties.l1 > 0:
        parameters = "model.parameters()" if penalties.decay_bias else "weights"
        lines.append(f"loss = loss + {penalties.l1} * sum(p.abs().sum() for p in {parameters})")
    return [*lines, "optimizer.zero_grad()", "loss.backward()", "optimizer.step()"]


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


def report_code(experiment: Experiment, task: str) -> list[str]:
    """The final losses, and accuracies of classes."""
    without = [
        *(["dropout"] if drops(experiment) else []),
        *(["input noise"] if experiment.regularization.input_noise > 0 else []),
        *(["the L1 penalty"] if experiment.regularization.l1 > 0 else []),
    ]
    lines = [comment(f"Final losses, without {joined(without)}.")] if without else []
    if drops(experiment):
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
