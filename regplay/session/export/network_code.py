"""Code of the network, with the initial weights that training begins from."""

from collections.abc import Sequence

from regplay.core.experiment import ModelSettings

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


def network_code(
    settings: ModelSettings, n_inputs: int, n_outputs: int, hidden: Sequence[str], seed: int
) -> list[str]:
    """Lines that define `model`, its weights drawn after `torch.manual_seed(seed)`.

    Parameters
    ----------
    hidden
        Modules after each activation.
    """
    lines = [f"# Model, with {_WEIGHTS[settings.init]}", f"torch.manual_seed({seed})"]
    if settings.depth == 0:
        lines.append(f"model = nn.Linear({n_inputs}, {n_outputs})")
    else:
        lines.append("model = nn.Sequential(")
        size = n_inputs
        for _ in range(settings.depth):
            lines.append(f"    nn.Linear({size}, {settings.width}),")
            lines.append(f"    {_ACTIVATIONS[settings.activation]},")
            lines += [f"    {module}," for module in hidden]
            size = settings.width
        lines += [f"    nn.Linear({size}, {n_outputs}),", ")"]
    return lines + _initial(settings)


def _initial(settings: ModelSettings) -> list[str]:
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
    if settings.depth == 0:
        return [line.replace("layer", "model") for line in drawn]
    return [
        "for layer in model:",
        "    if isinstance(layer, nn.Linear):",
        *[f"        {line}" for line in drawn],
    ]
