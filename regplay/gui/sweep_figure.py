"""The figure of a sweep, as a PNG: losses over one field, or the validation loss over two."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QImageWriter, QPainter

from regplay.core.datasets import REGISTRY
from regplay.core.fields import FIELDS
from regplay.gui.sweep_lines import paint_lines
from regplay.gui.sweep_map import paint_map
from regplay.gui.sweep_paper import LARGE, MEDIUM, Paper
from regplay.gui.theme import LIGHT
from regplay.session.sweep_results import SweepResult

WIDTH, HEIGHT = 1200, 800  # pixels
_LEFT, _TOP, _RIGHT, _BOTTOM = 132, 140, 40, 104  # pixels around the plot


def sweep_png(result: SweepResult) -> bytes:
    """The figure of a sweep of one or two fields.

    Works without a display and without a running application.

    Raises
    ------
    ValueError
        If another number of fields varies.
    """
    with _application():
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, b"png").write(draw_sweep(result))
        return bytes(buffer.data().data())


@contextmanager
def _application() -> Iterator[None]:
    """An application, without which Qt has no fonts; a running one is left as it is."""
    if QCoreApplication.instance() is not None:
        yield
        return
    # Not by QT_QPA_PLATFORM, which a window that is opened later would follow.
    app = QGuiApplication([*sys.argv[:1], "-platform", "offscreen"])
    try:
        yield
    finally:
        app.shutdown()


def draw_sweep(result: SweepResult) -> QImage:
    """The figure as an image; as `sweep_png`, but needs an application."""
    axes = result.sweep.axes
    if len(axes) not in (1, 2):
        raise ValueError(f"a figure shows one or two fields, not {len(axes)}")
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.background))
    painter = QPainter(image)
    try:
        paper = Paper(painter, QRectF(_LEFT, _TOP, WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM))
        paper.text(_title(result), QPointF(_LEFT, 50), LARGE, weight=QFont.Weight.DemiBold)
        paper.text(_subtitle(result), QPointF(_LEFT, 84), MEDIUM, LIGHT.muted)
        paint = paint_lines if len(axes) == 1 else paint_map
        paint(paper, result)
    finally:
        painter.end()
    return image


def _title(result: SweepResult) -> str:
    labels = [FIELDS[axis.path].label for axis in result.sweep.axes]
    if len(labels) == 1:
        return f"{labels[0]}: final losses"
    first, second = labels
    if second[1:2].islower():  # not of "L1 penalty"
        second = second[0].lower() + second[1:]
    return f"{first} and {second}: final validation loss"


def _subtitle(result: SweepResult) -> str:
    """What all networks have in common."""
    experiment, sweep = result.sweep.experiment, result.sweep
    varied = {axis.path for axis in sweep.axes}
    parts = []
    if "data.name" not in varied:
        parts.append(REGISTRY[experiment.data.name].title)
    if not {"data.name", "data.n_train"} & varied and experiment.data.n_train:
        parts.append(f"{experiment.data.n_train:,} training points")
    if "epochs" not in varied:
        parts.append(f"{experiment.epochs:,} epochs")
    if sweep.seeds > 1:
        parts.append(f"mean of {sweep.seeds} seeds")
    if len(result.finished) < len(result.outcomes):
        parts.append(f"{len(result.finished):,} of {len(result.outcomes):,} networks")
    return " · ".join(parts)
