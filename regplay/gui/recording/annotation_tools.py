"""Drawing on the plots: a pen, arrows, texts, an eraser, and the line of tools."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget

from regplay.gui.controller import Controller
from regplay.gui.plots import Chart, annotation_font, is_near
from regplay.gui.theme import zoom_of_text, zoomed
from regplay.gui.widgets import CloseButton, FlatButton, Toggle, application, fill, named
from regplay.session.session import LONGEST_TEXT, MOST_POINTS, Annotation, PlotName

_TOOLS = {
    "pen": ("Pen", "Drag over a plot: the line stays where it is in the data"),
    "arrow": ("Arrow", "Drag from its end to its head"),
    "text": ("Text", "Click on a plot and write; Enter ends it"),
    "eraser": ("Eraser", "Drag over what is to go"),
}
_APART = 3.0  # px between two points of a line, at least
_NEAR = 8  # px at 100 %, that the eraser reaches
_DIGITS = 5  # significant ones of a coordinate
_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)  # of two quick strokes


class AnnotationBar(QWidget):
    """The tools, of which one or none is chosen.

    Attributes
    ----------
    tool
        The name of the one that is chosen; empty for none.

    Signals
    -------
    tool_changed
        (str): the name of the one that is chosen; empty for none.
    clear_clicked, close_clicked
        Nothing drawn is wanted any more; nor are the tools.
    """

    tool_changed = Signal(str)
    clear_clicked = Signal()
    close_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("annotations")
        self.tool = ""
        row = QHBoxLayout(self)
        self.tools = {name: Toggle(*texts) for name, texts in _TOOLS.items()}
        for name, button in self.tools.items():
            button.setObjectName(f"annotations.{name}")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys stay where they are
            button.clicked.connect(lambda on, name=name: self.choose(name if on else ""))
        clear = named(
            "annotations.clear", FlatButton("Clear", "Erase all that is drawn (undo: Ctrl+Z)")
        )
        clear.clicked.connect(self.clear_clicked)
        close = named("annotations.close", CloseButton("Put the tools away"))
        close.clicked.connect(self.close_clicked)
        tools = self.tools.values()
        fill(row, *tools, 12, clear, None, close, margins=(12, 4, 8, 4), spacing=4)

    def choose(self, tool: str) -> None:
        """Choose one by its name, or none."""
        for name, button in self.tools.items():
            button.setChecked(name == tool)
        if tool != self.tool:
            self.tool = tool
            self.tool_changed.emit(tool)


class AnnotationTools(QObject):
    """Lets a person draw on the plots, and shows there what is drawn.

    Only plots are drawn on: all else works as ever while a tool is chosen.

    Attributes
    ----------
    bar
        The tools; hidden at first.
    """

    def __init__(
        self,
        controller: Controller,
        charts: Callable[[], Mapping[PlotName, Chart]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._controller, self._charts = controller, charts
        self.bar = AnnotationBar()
        self.bar.hide()
        self._begun: tuple[Annotation, ...] | None = None  # what was there before a drag
        self._pixels: list[QPointF] = []  # of the drag
        self._editor: QLineEdit | None = None
        self.bar.tool_changed.connect(self._take_tool)
        self.bar.clear_clicked.connect(self.clear)
        self.bar.close_clicked.connect(lambda: self.set_shown(False))
        controller.annotations_changed.connect(self.show_annotations)
        controller.data_changed.connect(self.show_annotations)

    def set_shown(self, shows: bool) -> None:
        """Bring the tools into sight, or put them away."""
        self.bar.choose("")
        self.bar.setVisible(shows)

    def toggle(self) -> None:
        """Take the pen, or put the tools away if one of them is taken."""
        is_taken = not self.bar.tool
        self.set_shown(is_taken)
        if is_taken:
            self.bar.choose("pen")

    def clear(self) -> None:
        """Erase all that is drawn."""
        self._controller.annotate((), before=self._controller.annotations)

    def show_annotations(self) -> None:
        """Show each plot what is drawn on it."""
        for name, chart in self._charts().items():
            drawn = self._controller.annotations
            chart.set_annotations(tuple(each for each in drawn if each.on == name))

    def _take_tool(self, tool: str) -> None:
        self._end_drag()
        self._end_text(keeps=True)
        application().removeEventFilter(self)
        for chart in self._charts().values():
            chart.viewport().unsetCursor()
        if tool:
            application().installEventFilter(self)

    # what a person does

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the mouse on plots, and Esc, while a tool is chosen."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            window, popup = QApplication.activeWindow(), QApplication.activePopupWidget()
            is_ours = window is self.bar.window() and popup is None  # no dialog's, no list's
            return is_ours and self._take_escape(event)
        if not isinstance(event, QMouseEvent):
            return False
        charts = self._charts().items()
        found = [(name, chart) for name, chart in charts if watched is chart.viewport()]
        return bool(found) and self._take_mouse(event, *found[0])

    def _take_escape(self, event: QKeyEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # else it would end what is presented
        elif event.type() == QEvent.Type.KeyPress:
            if self._editor is not None:
                self._end_text(keeps=False)
            else:
                self.bar.choose("")
        return True

    def _take_mouse(self, event: QMouseEvent, name: PlotName, chart: Chart) -> bool:
        chart.viewport().setCursor(Qt.CursorShape.CrossCursor)
        chart.hover.leave()  # its box would cover what is drawn
        place, kind = chart.place_of(event.position()), event.type()
        is_left = event.button() == Qt.MouseButton.LeftButton
        if kind in _PRESSES and is_left:
            self._press(name, chart, place)
        elif kind == QEvent.Type.MouseMove and self._begun is not None:
            self._move(name, chart, place)
        elif kind == QEvent.Type.MouseButtonRelease and is_left:
            self._end_drag()
        return True

    def _press(self, name: PlotName, chart: Chart, place: QPointF) -> None:
        self._end_text(keeps=True)
        if not chart.box.rect().contains(place):
            return
        if self.bar.tool == "text":
            self._write(name, chart, place)
            return
        self._begun, self._pixels = self._controller.annotations, [place]
        self._move(name, chart, place)

    def _move(self, name: PlotName, chart: Chart, place: QPointF) -> None:
        """Draw as far as the mouse has come, or erase what is there."""
        controller, tool, before = self._controller, self.bar.tool, self._begun
        assert before is not None
        if tool == "eraser":
            frame, far, font = chart.frame(), zoomed(_NEAR), chart.font()
            controller.annotate(
                each
                for each in controller.annotations
                if each.on != name or not is_near(each, frame, place, far, font)
            )
            return
        if tool == "arrow":
            self._pixels = [self._pixels[0], place]
        elif (place - self._pixels[-1]).manhattanLength() >= _APART:
            self._pixels.append(place)
            if len(self._pixels) > MOST_POINTS:
                self._pixels = [*self._pixels[:-1:2], place]
        has_way = (self._pixels[-1] - self._pixels[0]).manhattanLength() >= _APART
        if has_way or len(self._pixels) > 2:
            points = _in_data(chart, self._pixels)
            drawn = Annotation(draw="arrow" if tool == "arrow" else "line", on=name, points=points)
            controller.annotate((*before, drawn))

    def _end_drag(self) -> None:
        before, self._begun = self._begun, None
        if before is not None:
            self._controller.annotate(self._controller.annotations, before=before)

    # texts

    def _write(self, name: PlotName, chart: Chart, place: QPointF) -> None:
        editor = self._editor = named("annotations.editor", QLineEdit(chart.viewport()))
        editor.setFont(annotation_font(editor.font(), zoom_of_text()))
        editor.setMaxLength(LONGEST_TEXT)
        editor.setProperty("place", (name, _in_data(chart, [place])))
        corner = chart.box.geometry().topLeft() + place
        editor.move(round(corner.x()), round(corner.y()) - editor.sizeHint().height())
        editor.editingFinished.connect(lambda: self._end_text(keeps=True))
        editor.show()
        editor.setFocus()

    def _end_text(self, *, keeps: bool) -> None:
        editor, self._editor = self._editor, None
        if editor is None:
            return
        text, before = editor.text().strip(), self._controller.annotations
        name, points = editor.property("place")
        if editor.hasFocus():
            editor.window().setFocus()  # else the first control would have it, and take the keys
        editor.hide()
        editor.deleteLater()
        if keeps and text:
            drawn = Annotation(draw="text", on=name, points=points, text=text)
            self._controller.annotate((*before, drawn), before=before)


def _in_data(chart: Chart, pixels: Sequence[QPointF]) -> tuple[tuple[float, float], ...]:
    """Places inside the axes, px, in units of the data, with as many digits as can be told."""
    frame = chart.frame()

    def rounded(value: float) -> float:
        return float(f"{value:.{_DIGITS}g}")

    return tuple((rounded(frame.x_value(p.x())), rounded(frame.y_value(p.y()))) for p in pixels)
