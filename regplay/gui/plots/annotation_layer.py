"""Lines, arrows and texts that were drawn over a plot."""

import itertools

import numpy as np
from msgspec.structs import replace
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from regplay.gui.plots.frame import Frame
from regplay.session.session import Annotation

_WIDTH, _LETTERS = 3.0, 18  # px at 100 %
_HEAD, _HEAD_ANGLE = 5, 28  # of an arrow: widths of the line, degrees


class AnnotationLayer:
    """Draws annotations where their points are in the data.

    Attributes
    ----------
    annotations
        From bottom to top.
    """

    def __init__(self) -> None:
        self.annotations: tuple[Annotation, ...] = ()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        color, width = QColor(frame.colors.accent), _WIDTH * frame.zoom
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(color, width, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        font = annotation_font(painter.font(), frame.zoom)
        for annotation in self.annotations:
            points = pixels(annotation, frame)
            if not points:
                continue
            if annotation.draw == "text":
                painter.setFont(font)
                painter.drawText(points[0], annotation.text)
                continue
            painter.drawPolyline(QPolygonF(points))
            if annotation.draw == "arrow" and len(points) > 1:
                _paint_head(painter, points, width)


def _paint_head(painter: QPainter, points: list[QPointF], width: float) -> None:
    line = QLineF(points[-1], points[-2])
    for turn in (-_HEAD_ANGLE, _HEAD_ANGLE):
        side = QLineF(line)
        side.setLength(_HEAD * width)
        side.setAngle(line.angle() + turn)
        painter.drawLine(side)


def annotation_font(font: QFont, zoom: float) -> QFont:
    """The font of texts."""
    found = QFont(font)
    found.setPixelSize(round(_LETTERS * zoom))
    found.setWeight(QFont.Weight.DemiBold)
    return found


def pixels(annotation: Annotation, frame: Frame) -> list[QPointF]:
    """Where its points are, px from the upper left; none if one has no place on the axes."""
    xs = frame.x([x for x, _ in annotation.points])
    ys = frame.y([y for _, y in annotation.points])
    if not np.isfinite([*xs, *ys]).all():
        return []
    return [QPointF(x, y) for x, y in zip(xs, ys, strict=True)]


def begun(annotation: Annotation, frame: Frame, share: float) -> Annotation:
    """What is there of an annotation that is being drawn, after a share of its length, 0–1."""
    points = pixels(annotation, frame)
    if annotation.draw == "text" or len(points) < 2:
        return replace(annotation, text=annotation.text[: round(share * len(annotation.text))])
    pairs = [*itertools.pairwise(points)]
    lengths = [QLineF(*pair).length() for pair in pairs]
    left, found = share * sum(lengths), [points[0]]
    for (start, end), length in zip(pairs, lengths, strict=True):
        found.append(start + (end - start) * (min(left / length, 1.0) if length else 1.0))
        left -= length
        if left <= 0:
            break
    places = tuple((frame.x_value(point.x()), frame.y_value(point.y())) for point in found)
    return replace(annotation, points=places)


def is_near(annotation: Annotation, frame: Frame, place: QPointF, far: float, font: QFont) -> bool:
    """Whether an annotation passes a place, px, not farther away than `far`.

    Parameters
    ----------
    font
        The plot's.
    """
    points = pixels(annotation, frame)
    if not points:
        return False
    if annotation.draw == "text":
        box = QFontMetricsF(annotation_font(font, frame.zoom)).boundingRect(annotation.text)
        return QRectF(box).translated(points[0]).adjusted(-far, -far, far, far).contains(place)
    if len(points) == 1:
        return QLineF(points[0], place).length() <= far
    return any(_distance(start, end, place) <= far for start, end in itertools.pairwise(points))


def _distance(start: QPointF, end: QPointF, place: QPointF) -> float:
    """From a place to a piece of a line."""
    way, gone = end - start, place - start
    squared = QPointF.dotProduct(way, way)
    share = QPointF.dotProduct(gone, way) / squared if squared else 0.0
    return QLineF(start + way * min(max(share, 0.0), 1.0), place).length()
