"""What many networks have in common, as figures."""

from collections.abc import Callable

import numpy as np

from regplay.core.bias_variance import Spread
from regplay.core.fields import FIELDS
from regplay.core.fit import grid_of
from regplay.gui.figures.chart_figure import ChartFigure
from regplay.gui.figures.data import Series
from regplay.gui.figures.figure import Figure
from regplay.gui.figures.fit_series import (
    member_series,
    points_series,
    spread_series,
    truth_series,
)
from regplay.gui.plots.color_bar import ColorBar
from regplay.gui.plots.legend_chart import LegendChart
from regplay.gui.seeds.decomposition_view import DecompositionPlot
from regplay.gui.seeds.loss_strip import LossStrip
from regplay.gui.seeds.spread_curves import SpreadCurves
from regplay.gui.seeds.spread_surface import SpreadSurface


def curves_figure(view: SpreadCurves) -> Figure:
    """The spread of the fits over one input."""
    return _figure(view, "seeds", lambda: _title(view.spread), lambda: spread_of(view))


def surface_figure(view: SpreadSurface) -> Figure:
    """The spread of the fits over two inputs."""

    def heading() -> str:
        shown = "standard deviation" if view.std_button.isChecked() else "mean"
        return f"{_title(view.spread)}: {shown}"

    return _figure(view, "seeds", heading, lambda: spread_of(view), view.bar)


def strip_figure(view: LossStrip) -> Figure:
    """The losses of networks whose fits can't be drawn."""

    def heading() -> str:
        count = 0 if view.losses is None else len(view.losses.train)
        return f"Losses of {count} networks"

    return _figure(view, "seeds_losses", heading, lambda: losses_of(view))


def decomposition_figure(view: DecompositionPlot) -> Figure:
    """What the error of the networks is made of."""
    heading = "Bias², variance and noise"
    return _figure(view, "bias_variance", lambda: heading, lambda: parts_of(view))


def _title(spread: Spread | None) -> str:
    return "Fits" if spread is None else f"Fits of {len(spread.members)} networks"


def _figure(
    view: LegendChart,
    name: str,
    heading: Callable[[], str],
    tables: Callable[[], list[Series]],
    bar: ColorBar | None = None,
) -> Figure:
    return ChartFigure(
        name=name,
        heading=heading,
        colors=lambda: view.colors,
        tables=tables,
        entries=lambda: view.legend.entries,
        chart=view.chart,
        set_colors=view.setColors,
        bar=bar,
    )


def spread_of(view: SpreadCurves | SpreadSurface) -> list[Series]:
    """Mean and standard deviation on the grid, each network where they are drawn, the points."""
    dataset, spread = view.dataset, view.spread
    if dataset is None:
        return []
    found = [*points_series(dataset, train_only=True), *truth_series(dataset)]
    grid = grid_of(dataset)
    if spread is None or grid is None:
        return found
    found.append(spread_series("mean", dataset, grid, spread.mean, spread.std))
    # Over two inputs only the boundaries of classes are drawn of each.
    has_members = isinstance(view, SpreadCurves) or dataset.task == "classification"
    if has_members and view.members_button.isChecked():
        found += [
            member_series(f"network {number}", dataset, grid, values)
            for number, values in enumerate(spread.members, start=1)
        ]
    return found


def losses_of(view: LossStrip) -> list[Series]:
    """The losses of each network."""
    if view.losses is None:
        return []
    return [
        Series(name, {"network": np.arange(1, len(losses) + 1), "loss": losses})
        for name, losses in zip(("training", "validation"), view.losses.both, strict=True)
    ]


def parts_of(view: DecompositionPlot) -> list[Series]:
    """The parts of the error at each position of the axis where it is known."""
    pairs = zip(view.values, view.bars.parts, strict=True)
    known = [(value, one) for value, one in pairs if one is not None]
    columns = {
        FIELDS[view.path].label: [value for value, _ in known],
        "bias²": [one.bias_squared for _, one in known],
        "variance": [one.variance for _, one in known],
        "noise": [one.noise for _, one in known],
        "sum": [one.total for _, one in known],
        "measured loss": [one.measured for _, one in known],
        "standard error": [one.measured_error for _, one in known],
    }
    return [Series("decomposition", columns)]
