"""Code of datasets that are made of random numbers and a formula for a number."""

from regplay.core.experiment import DataSettings
from regplay.session.export.data_code import (
    NOISE_RNG,
    X_RNG,
    Argument,
    DataCode,
    generators,
    sampler,
)
from regplay.session.export.python_text import comment

_CURVES = {  # what stands in the comment, and the same as code
    "sine": ("sin(x)", "np.sin(x[:, 0])"),
    "x-sin-x": ("x sin(x)", "x[:, 0] * np.sin(x[:, 0])"),
    "step": ("-1 below x = 0 and 1 above", "np.where(x[:, 0] < 0, -1.0, 1.0)"),
    "cubic": ("(x^3 - 4x) / 5", "(x[:, 0] ** 3 - 4 * x[:, 0]) / 5"),
}
CURVES = tuple(_CURVES)


def curve_code(settings: DataSettings) -> DataCode:
    """Points on a curve over [−3, 3]."""
    formula, truth = _CURVES[settings.name]
    about = f"Data: y is {formula}, x uniform in [-3, 3]"
    return _noisy(settings, about, ["x = x_rng.uniform(-3, 3, (n, 1))"], truth)


def linear_code(settings: DataSettings) -> DataCode:
    """A linear function of many inputs."""
    d, informative = settings.n_inputs, min(settings.n_informative, settings.n_inputs)
    x = [f"x = x_rng.standard_normal((n, {d}))"]
    if informative == 0:
        return _noisy(settings, f"Data: y is 0.05, whatever the {d} inputs are", x, "0.05")
    summed = "x" if informative == d else f"x[:, :{informative}]"
    which = f"all {d}" if informative == d else f"the first {informative} of {d}"
    about = f"Data: y is 0.05 plus 0.01 times the sum of {which} inputs"
    return _noisy(settings, about, x, f"0.05 + 0.01 * {summed}.sum(axis=1)")


def _noisy(settings: DataSettings, about: str, x: list[str], truth: str) -> DataCode:
    """Targets of a true function, to which both splits or only the training points add noise."""
    noise, arguments = settings.noise, [X_RNG]
    body = [*x, f"y = {truth}"]
    if noise > 0:
        sigma = str(noise)
        about += f", plus Gaussian noise of standard deviation {noise}"
        if settings.clean_valid:
            about += " on the training points"
            arguments.insert(0, Argument("noise", str(noise), "0.0"))
            sigma = "noise"
        arguments.append(NOISE_RNG)
        body[-1] += f" + {sigma} * noise_rng.standard_normal(n)"
    elif truth == "0.05":
        body[-1] = "y = np.full(n, 0.05)"
    parts = "inputs and noise" if noise > 0 else "inputs"
    text = f"{comment(about + '.')}\n{generators(settings.seed, parts)}\n"
    return DataCode(text + sampler(settings, arguments, body))


def xor_code(_: DataSettings) -> DataCode:
    """The four points of exclusive or, which also validate."""
    return DataCode(
        "# Data: the four points of exclusive or; the same four validate.\n"
        "x_train = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])\n"
        "y_train = np.array([0.0, 1.0, 1.0, 0.0])\n"
        "x_valid, y_valid = x_train, y_train"
    )
