"""Plots that show something made by hand, one of each kind."""

import numpy as np
from PySide6.QtWidgets import QWidget

from regplay.core.bias_variance import Decomposition, spread
from regplay.core.datasets import Dataset, Split
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, replace
from regplay.core.fit import Fit, grid_of
from regplay.core.history import MEASURES, History, Snapshot
from regplay.core.sweep import decomposition_axis, landscape_axis, sweep_axis
from regplay.gui.controls.panel import make_control
from regplay.gui.controls.sweep_curve import SweepCurve
from regplay.gui.figures.figure import Figure
from regplay.gui.figures.view_figures import figure_at
from regplay.gui.landscape.landscape_map import LandscapeMap
from regplay.gui.landscape.landscape_tab import LandscapeTab
from regplay.gui.plots.fit_view import FitView
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.runs.side_tab import SideTab, Variant
from regplay.gui.seeds.loss_strip import LossStrip
from regplay.gui.seeds.seeds_tab import SeedsTab
from regplay.session.pins import Pins

DECAY = "regularization.weight_decay"


def make_dataset(inputs: int, classes: int = 0) -> Dataset:
    rng = np.random.default_rng(0)
    train, valid = rng.uniform(-1, 1, (12, inputs)), rng.uniform(-1, 1, (9, inputs))
    if classes:
        splits = [Split(x, np.arange(len(x)) % classes) for x in (train, valid)]
    else:
        splits = [Split(x, x.sum(axis=1)) for x in (train, valid)]
    return Dataset(
        task="classification" if classes else "regression",
        train=splits[0],
        valid=splits[1],
        input_names=tuple(f"length {index} (m)" for index in range(inputs)),
        target_name="force (N)",
        class_names=tuple(f"kind {index}" for index in range(classes)),
        truth=None if classes else lambda x: x.sum(axis=1),
        true_weights=np.linspace(-1, 1, inputs) if inputs > 2 and not classes else None,
        noise_floor=0.04,
    )


def make_fit(dataset: Dataset, epoch: int = 7) -> Fit:
    """A smooth fit; each epoch has another one."""
    grid, classes = grid_of(dataset), len(dataset.class_names)

    def predict(x: np.ndarray) -> np.ndarray:
        waves = [np.sin((2 + epoch / 10) * x.sum(axis=1) + k) for k in range(max(classes, 1))]
        if not classes:
            return waves[0]
        powers = np.exp(np.stack(waves, axis=1))
        return powers / powers.sum(axis=1, keepdims=True)

    return Fit(
        epoch,
        epoch,
        predict(dataset.train.x),
        predict(dataset.valid.x),
        None if grid is None else predict(grid.x),
        None if dataset.true_weights is None else dataset.true_weights / 2,
    )


def make_history(records: int = 40) -> History:
    history, rng = History(), np.random.default_rng(1)
    for epoch in range(records):
        values = rng.uniform(0.1, 1, (len(MEASURES), 1))
        history.append(Snapshot(epoch, epoch, values, np.array([-1]), np.array([False])))
    return history


def make_curve(path: str = DECAY) -> SweepCurve:
    values = tuple(float(value) for value in sweep_axis(path).values)
    losses = np.linspace(0.1, 0.9, len(values))
    return SweepCurve(values, losses, losses[::-1].copy(), len(values) - 1, True, 1.0)


def fit_view(inputs: int, classes: int = 0) -> FitView:
    view, dataset = FitView(), make_dataset(inputs, classes)
    view.set_dataset(dataset)
    view.set_fit(make_fit(dataset))
    return view


def history_view(tab: str) -> HistoryView:
    view = HistoryView()
    view.set_dataset(make_dataset(1, 2 if tab == "accuracy" else 0), 40)
    view.set_tab(tab)
    view.set_history(make_history())
    return view


def landscape_view() -> LandscapeTab:
    view = LandscapeTab()
    x, y = landscape_axis(DECAY, 5), landscape_axis("regularization.dropout", 5)
    shape = len(y.values), len(x.values)
    losses = 0.1 + np.arange(shape[0] * shape[1]).reshape(shape) / 30
    nothing, diverged = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    diverged[-1, -1] = True
    measures = {
        "train_loss": losses / 2,
        "valid_loss": losses,
        "train_accuracy": nothing,
        "valid_accuracy": nothing,
    }
    view.set_map(LandscapeMap(x, y, measures, diverged, is_finished=True))
    view.wanted(replace(Experiment(), {x.path: 0.01, y.path: 0.2}), None)
    return view


def seeds_view(inputs: int, classes: int = 0) -> SeedsTab:
    view, dataset = SeedsTab(), make_dataset(inputs, classes)
    view.set_dataset(dataset)
    fits = [make_fit(dataset, epoch).grid for epoch in range(5)]
    view.spread.set_spread(spread(np.stack(fits)))
    return view


def decomposition_view() -> SeedsTab:
    view = seeds_view(1)
    values = tuple(float(value) for value in decomposition_axis(DECAY).values)
    parts = [Decomposition(0.1, 0.2 / k, 0.05, 0.16 + 0.2 / k, 0.01) for k in range(1, 11)]
    view.decomposition.set_decompositions(values, [*parts, *[None] * (len(values) - len(parts))])
    return view


def loss_strip() -> LossStrip:
    strip, rng = LossStrip(), np.random.default_rng(2)
    strip.set_losses((rng.uniform(size=8), rng.uniform(size=8)))
    return strip


def split_view() -> SideTab:
    view, dataset = SideTab(Pins()), make_dataset(1)
    variants = [Variant(name, Experiment()) for name in ("plain", "dropout")]
    view.set_variants(variants, [dataset, dataset])
    view.set_fit(0, make_fit(dataset, 1))
    view.set_fit(1, make_fit(dataset, 2))
    return view


def slider() -> QWidget:
    control = make_control(FIELDS[DECAY])
    control.button.setChecked(True)
    control.slider.set_curve(make_curve())
    return control


# How each is made, the part that a person clicks, and texts that its figure has.
KINDS = {
    "curve": (lambda: fit_view(1), "panel.chart", ["length 0 (m)", "force (N)", "training (12)"]),
    "class curves": (lambda: fit_view(1, 3), "panel.chart", ["P(force (N))", "kind 2"]),
    "values": (lambda: fit_view(2), "panel.chart", ["length 0 (m)", "length 1 (m)", "force (N)"]),
    "classes": (lambda: fit_view(2, 3), "panel.chart", ["length 1 (m)", "kind 1"]),
    "predicted": (
        lambda: fit_view(4),
        "panel.chart_panel.chart",
        ["true force (N)", "predicted force (N)"],
    ),
    "linear weights": (lambda: fit_view(4), "panel.weights.chart", ["input", "weight"]),
    "confusion": (lambda: fit_view(4, 3), "panel.grid", ["true class", "assigned class", "kind 2"]),
    "loss": (lambda: history_view("loss"), "plot", ["epoch", "loss", "validation"]),
    "accuracy": (lambda: history_view("accuracy"), "plot", ["epoch", "accuracy (%)"]),
    "weights": (lambda: history_view("weights"), "plot", ["epoch", "‖w‖"]),
    "landscape": (landscape_view, "chart", ["Weight decay λ", "Dropout p", "validation loss"]),
    "seeds": (lambda: seeds_view(1), "spread.panel.chart", ["mean fit", "force (N)"]),
    "seeds over two": (lambda: seeds_view(2), "spread.panel.chart", ["length 1 (m)"]),
    "seeds of classes": (lambda: seeds_view(2, 2), "spread.panel.chart", ["boundary"]),
    "decomposition": (
        decomposition_view,
        "decomposition.chart",
        ["bias²", "squared error", "Weight decay λ"],
    ),
    "losses of seeds": (loss_strip, "chart", ["loss", "median and quartiles"]),
    "split": (split_view, "legend", ["plain: Fit at epoch 1", "dropout: Fit at epoch 2"]),
    "slider": (slider, "slider", ["Weight decay λ", "loss", "training"]),
}


def part_of(view: QWidget, name: str) -> QWidget:
    for step in name.split("."):
        view = getattr(view, step)
    return view


def figure_of(view: QWidget, name: str) -> Figure:
    figure = figure_at(part_of(view, name))
    assert figure is not None
    return figure
