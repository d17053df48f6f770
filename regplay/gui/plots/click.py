"""A chart that tells a click from a drag and from a double click."""

from typing import Any

from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from regplay.gui.plots.chart import Chart

_STILL = 4.0  # pixels that a mouse may move between press and release of a click


class ClickChart(Chart):
    """A chart that can be clicked.

    Signals
    -------
    clicked
        With the x value. Where a double click would undo pan and zoom, it comes only after the
        time in which that could follow; else at once.
    """

    clicked = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pressed: QPointF | None = None  # where a click may have begun
        self._x = 0.0
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.timeout.connect(self._click)
        self.box.sigRangeChangedManually.connect(self._drag_began)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            at = event.position()
            self._pressed = at if self.box.rect().contains(self._in_box(at)) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A mouse that moves while it is pressed drags."""
        super().mouseMoveEvent(event)
        if self._pressed is not None:
            moved = event.position() - self._pressed
            if max(abs(moved.x()), abs(moved.y())) > _STILL:
                self._pressed = None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a click or a drag."""
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        self._x = self.frame().x_value(self._in_box(self._pressed).x())
        self._pressed = None
        if self.manual:
            self._wait.start(QApplication.doubleClickInterval())
        else:
            self._click()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Undo pan and zoom, in place of the click that came before."""
        self._pressed = None
        self._wait.stop()
        super().mouseDoubleClickEvent(event)

    def _in_box(self, position: QPointF) -> QPointF:
        """A position of the mouse in pixels of the view box."""
        return QPointF(self.box.mapFromScene(self.mapToScene(position.toPoint())))

    def _drag_began(self, *_: Any) -> None:
        self._pressed = None

    def _click(self) -> None:
        self.clicked.emit(self._x)
