"""What each layer of a network has of its own: its units, and how many of them are dropped."""

from regplay.core.experiment import Experiment, ModelSettings

MOST_LAYERS = 9  # affine ones: 8 hidden layers and the output


def listed(text: str) -> list[float]:
    """The numbers of a list such as `64, 32`; a list that is no such text has been refused."""
    return [float(part) for part in text.split(",") if part.strip()]


def hidden_widths(model: ModelSettings) -> tuple[int, ...]:
    """Units of each hidden layer: its own, or `width` where it has none; a polynomial has none."""
    if model.kind == "polynomial":
        return ()
    own = [int(width) for width in listed(model.widths)]
    return tuple([*own, *[model.width] * model.depth][: model.depth])


def hidden_dropouts(experiment: Experiment) -> tuple[float, ...]:
    """The probability with which units of each hidden layer are dropped, or `dropout`."""
    settings, depth = experiment.regularization, len(hidden_widths(experiment.model))
    return tuple([*listed(settings.dropouts), *[settings.dropout] * depth][:depth])


def dropouts(experiment: Experiment) -> tuple[float, ...]:
    """p of what each affine layer takes: of the inputs, then of the units of each hidden layer."""
    is_trained = experiment.model.kind == "network"
    of_inputs = experiment.regularization.input_dropout if is_trained else 0.0
    return (of_inputs, *hidden_dropouts(experiment))
