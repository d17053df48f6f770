"""What a script of a polynomial has in place of a network and its training."""

from regplay.core.experiment import Experiment
from regplay.core.number_text import counted
from regplay.session.export.python_text import comment

IMPORT = "from numpy.polynomial.legendre import legvander"


def solution_code(experiment: Experiment, n_train: int) -> list[str]:
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
