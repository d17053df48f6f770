"""The left side of the window: a control for each value of the experiment, in groups."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from regplay.core import fields
from regplay.core.datasets import REGISTRY
from regplay.core.experiment import Experiment
from regplay.core.hyperparameters import ADJUSTABLE_FIELDS, is_used, why_unused
from regplay.gui.controls.control import Control
from regplay.gui.controls.curve_control import SweepableControl
from regplay.gui.controls.factory import fit_to_dataset, make_control
from regplay.gui.controls.sweep_curve import SweepCurve
from regplay.gui.theme import blend
from regplay.gui.widgets import Button, Press, ScrolledColumn, named

_ACCENT = QPalette.ColorRole.Highlight
_RADIUS = 4.0  # px


class Framing(QWidget):
    """Where controls stand; it draws a soft frame behind some of them, to point them out.

    It and not the controls, because the frame has to lie outside of them: they fill their room.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._framed: tuple[QWidget, ...] = ()

    def frame(self, controls: Iterable[QWidget]) -> None:
        """Point out these controls and no others."""
        self._framed = tuple(controls)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Draw the frames anew where the controls may have moved."""
        if event.type() == QEvent.Type.LayoutRequest and self._framed:
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame and a tint in the accent colour."""
        shown = [control for control in self._framed if control.isVisible()]
        if not shown:
            return
        window, accent = (
            self.palette().color(role) for role in (QPalette.ColorRole.Window, _ACCENT)
        )
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(blend(window, accent, 0.75), 1.0))
        painter.setBrush(blend(window, accent, 0.14))
        for control in shown:
            place = QRectF(control.rect()).translated(control.mapTo(self, QPoint()))
            painter.drawRoundedRect(place.adjusted(-3.5, -1.5, 3.5, 1.5), _RADIUS, _RADIUS)
        painter.end()


_SPACING = 4  # px between controls


class Group(QWidget):
    """A bold heading, the controls under it, and a button that shows some more.

    Attributes
    ----------
    heading, more
        The buttons. `more` is checked while the rarely used controls are shown, None without any.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = Button(self)
        self.heading.setText(title)
        self.heading.setToolTip(f"Show or hide what belongs to {title}.")
        self.heading.setAutoRaise(True)
        self.heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.heading.setArrowType(Qt.ArrowType.DownArrow)
        self.heading.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        font = self.heading.font()
        font.setBold(True)
        self.heading.setFont(font)

        self.body = Framing(self)
        self._controls = QVBoxLayout(self.body)
        self._controls.setContentsMargins(4, 2, 4, 4)  # room for the frames
        self._controls.setSpacing(_SPACING)
        self.more: Button | None = None
        self._title = title

        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.heading)
        layout.addWidget(self.body)
        self.heading.clicked.connect(self._fold)

    def add(self, control: QWidget) -> None:
        """Put a control below those already there."""
        self._controls.addWidget(control)

    def add_more(self) -> None:
        """Put a `More` button below; it shows and hides the controls that are added from now on."""
        self.more = Button(self.body)
        self.more.setText("More")
        self.more.setToolTip(f"Show or hide more about {self._title}.")
        self.more.setAccessibleName(f"More {self._title}")
        self.more.setCheckable(True)
        self.more.setAutoRaise(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.toggled.connect(self._show_rare)
        self._controls.addWidget(self.more)
        rare = QWidget(self.body)
        self._controls.addWidget(rare)
        self._controls = QVBoxLayout(rare)
        self._controls.setContentsMargins(0, 0, 0, 0)
        self._controls.setSpacing(_SPACING)
        self._rare = rare
        self._show_rare(False)

    def open(self) -> None:
        """Unfold it."""
        if self.body.isHidden():
            self._fold()

    def frame(self, controls: Iterable[QWidget]) -> None:
        """Point out these of its controls, and no others, by a frame around each."""
        self.body.frame(controls)

    def _show_rare(self, shows: bool) -> None:
        assert self.more is not None
        self.more.setArrowType(Qt.ArrowType.DownArrow if shows else Qt.ArrowType.RightArrow)
        self._rare.setVisible(shows)

    def _fold(self) -> None:
        opens = self.body.isHidden()
        self.heading.setArrowType(Qt.ArrowType.DownArrow if opens else Qt.ArrowType.RightArrow)
        self.body.setVisible(opens)


class HiddenNote(QWidget):
    """Shown only while something is hidden.

    Signals
    -------
    show_all_clicked
        All controls are wanted.
    """

    show_all_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = named("controls.hidden", QLabel())
        self._button = named("controls.showAll", Press("Show all"))
        self._button.setToolTip("Show all controls; another page of the lesson may hide some again")
        self._button.setAccessibleName("Show all controls")
        self._button.clicked.connect(self.show_all_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 4, 2)
        row.addWidget(self._text, 1)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignRight)
        self.hide()

    def set_count(self, count: int) -> None:
        """Say how many controls are hidden; 0 takes the line away."""
        controls = "1 control is" if count == 1 else f"{count} controls are"
        self._text.setText(f"{controls} hidden here.")
        self.setVisible(count > 0)


_GROUPS = {
    "data": "Data",
    "model": "Model",
    "regularization": "Regularization",
    "optimizer": "Optimizer",
}
_PLACED = {"seed": "model"}  # fields outside the sections
_ELSEWHERE = ("epochs",)  # the transport bar's
_FIRST = ("data.name", "data.file", "data.target")  # what the rest of a group depends on
# Behind `More`, so that weight decay and dropout are in sight without scrolling.
_RARE = frozenset(path for path, field in fields.FIELDS.items() if field.is_rare)
_SEEDS = frozenset({"seed", "data.seed"})  # change often, and say little
_HIDING = frozenset({"data", "optimizer"})  # groups that show only what is used
_WIDTH, _MIN_WIDTH = 300, 280  # px
_SCROLL_MARGIN = 24  # px above and below a control that is scrolled to


class ControlPanel(ScrolledColumn):
    """All controls of an experiment; a change by a person comes out as a whole new experiment.

    Of the data and the optimizer only the fields with an effect are shown; elsewhere those without
    one are greyed. The values stay either way.

    Signals
    -------
    experiment_changed
        The new experiment, which is to be trained.
    curve_toggled
        A field path, and whether a person wants to see the curve of its slider.
    member_previewed, member_adopted
        A field path, and the index of a member of its finished curve: under the handle for now, or
        chosen. `experiment()` has the value of a chosen one; `experiment_changed` is not emitted.
    preview_ended
        A field path; nothing was adopted after all.
    """

    experiment_changed = Signal(object)
    curve_toggled = Signal(str, bool)
    member_previewed = Signal(str, int)
    member_adopted = Signal(str, int)
    preview_ended = Signal(str)

    def __init__(self, experiment: Experiment | None = None, parent: QWidget | None = None) -> None:
        super().__init__("controls", parent)
        self._experiment = Experiment()
        self._showing = False
        self._controls: dict[str, Control] = {}
        self._groups: dict[str, Group] = {}
        self._highlighted: tuple[str, ...] = ()
        self._hidden: frozenset[str] = frozenset()
        self._unused: dict[str, str] = {}  # why fields have no effect

        self.setMinimumWidth(_MIN_WIDTH)

        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(6, 4, 6, 8)
        column.setSpacing(6)
        self._note = HiddenNote(content)
        self._note.show_all_clicked.connect(lambda: self.set_hidden_paths(()))
        column.addWidget(self._note)
        for section, title in _GROUPS.items():
            group = Group(title, content)
            for path in _paths(section):
                if path in _RARE and group.more is None:
                    group.add_more()
                control = make_control(fields.FIELDS[path], group.body)
                control.value_changed.connect(self._changed)
                if isinstance(control, SweepableControl):
                    control.curve_toggled.connect(self._toggled)
                    control.previewed.connect(self._previewed)
                    control.adopted.connect(self._adopted)
                    control.preview_ended.connect(self._preview_ended)
                group.add(control)
                self._controls[path] = control
            self._groups[section] = group
            column.addWidget(group)
        column.addStretch(1)
        self._relate()
        if experiment is not None:
            self.set_experiment(experiment)
        self.setWidget(content)

    def control(self, path: str) -> Control:
        """The control of a field path.

        Raises
        ------
        KeyError
            If the panel has none, such as for `epochs`.
        """
        return self._controls[path]

    def experiment(self) -> Experiment:
        """The experiment that is shown, with the values that have no control here."""
        return self._experiment

    def set_experiment(self, experiment: Experiment) -> None:
        """Show `experiment`, touching only what differs; `experiment_changed` is not emitted."""
        paths = fields.differences(self._experiment, experiment)
        self._experiment = experiment
        self._showing = True
        try:
            for path in paths:
                if path in self._controls:
                    self._controls[path].set_value(fields.get(experiment, path))
        finally:
            self._showing = False
        if "data.name" in paths or self._reasons() != self._unused:
            self._relate()
        for path in _RARE.intersection(paths) - _SEEDS:
            control = self._controls[path]
            if control.value() != control.default():
                self._reveal(path)  # what was changed is in sight

    def set_curve(self, path: str, curve: SweepCurve | None) -> None:
        """Show a curve on the slider of `path`, where there is room for one.

        Raises
        ------
        KeyError
            If that field is not sweepable.
        """
        self._sweepable()[path].set_curve(curve)

    def chosen_curves(self) -> tuple[str, ...]:
        """Field paths whose curves are switched on."""
        return tuple(path for path, control in self._sweepable().items() if control.shows_curve())

    def shown_curves(self) -> tuple[str, ...]:
        """Field paths whose curves are to be seen: not those without effect at present."""
        return tuple(path for path in self.chosen_curves() if is_used(self._experiment, path))

    def set_shown_curves(self, paths: Iterable[str]) -> None:
        """Make room for these curves and no others; `curve_toggled` is not emitted.

        Raises
        ------
        KeyError
            If a field is not sweepable; nothing changes then.
        """
        controls = self._sweepable()
        wanted = {path: controls[path] for path in paths}
        self._showing = True
        try:
            for path, control in controls.items():
                control.set_shows_curve(path in wanted)
        finally:
            self._showing = False
        for path in _RARE.intersection(wanted):
            self._reveal(path)

    def set_keeps_weights(self, keeps: bool) -> None:
        """Whether a change goes on from the present weights where it can.

        Networks that were trained from the start are then no substitute: they are not adopted.
        """
        for path, control in self._sweepable().items():
            control.set_adopts(not (keeps and path in ADJUSTABLE_FIELDS))

    def highlighted(self) -> tuple[str, ...]:
        """Field paths of the controls that are pointed out."""
        return self._highlighted

    def set_highlighted(self, paths: Iterable[str]) -> None:
        """Point out these controls, if they are here, and no others; bring them into sight."""
        self._highlighted = tuple(path for path in paths if path in self._controls)
        for section, group in self._groups.items():
            here = [path for path in self._highlighted if _section(path) == section]
            group.frame(self._controls[path] for path in here)
            if here:
                group.open()
                if _RARE.intersection(here):
                    self._reveal(here[0])
        if self._highlighted:
            QTimer.singleShot(0, self, self._show_highlighted)  # once it is laid out

    def hidden_paths(self) -> frozenset[str]:
        """Field paths of the controls that were hidden by `set_hidden_paths`."""
        return self._hidden

    def set_hidden_paths(self, paths: Iterable[str]) -> None:
        """Hide these controls and show the others that the experiment reads; values stay.

        While some are hidden, a line above says so, with a button that shows them again. Fields
        without a control here are passed over.
        """
        hidden = frozenset(path for path in paths if path in self._controls)
        if hidden != self._hidden:
            self._hidden = hidden
            self._note.set_count(len(hidden))
            self._relate()

    def sizeHint(self) -> QSize:
        """300 px wide; as tall as there is room."""
        return QSize(_WIDTH, 640)

    def _changed(self, value: fields.Value) -> None:
        if self._showing:
            return
        path = self.sender().objectName()
        self.set_experiment(fields.replace(self._experiment, {path: value}))
        self.experiment_changed.emit(self._experiment)

    def _toggled(self, shows: bool) -> None:
        if not self._showing:
            self.curve_toggled.emit(self.sender().objectName(), shows)

    def _previewed(self, index: int) -> None:
        self.member_previewed.emit(self.sender().objectName(), index)

    def _preview_ended(self) -> None:
        self.preview_ended.emit(self.sender().objectName())

    def _adopted(self, index: int) -> None:
        path = self.sender().objectName()
        value = self._controls[path].value()
        self.set_experiment(fields.replace(self._experiment, {path: value}))
        self.member_adopted.emit(path, index)

    def _sweepable(self) -> dict[str, SweepableControl]:
        controls = self._controls.items()
        return {path: one for path, one in controls if isinstance(one, SweepableControl)}

    def _reveal(self, path: str) -> None:
        """Show the controls behind the `More` of a rare field's group."""
        more = self._groups[_section(path)].more
        assert more is not None
        more.setChecked(True)

    def _show_highlighted(self) -> None:
        for path in reversed(self._highlighted):  # the first, if there isn't room for all
            if not self._controls[path].isHidden():
                self.ensureWidgetVisible(self._controls[path], 0, _SCROLL_MARGIN)

    def _relate(self) -> None:
        """Show, hide, grey and explain the controls that depend on another one."""
        spec = REGISTRY[self._experiment.data.name]
        self._unused = self._reasons()
        for path, control in self._controls.items():
            section, _, name = path.rpartition(".")
            reason = self._unused[path]
            if section == "data":
                fit_to_dataset(control, spec.defaults.get(name, control.field.default))
            hides = section in _HIDING and bool(reason)
            control.setVisible(not hides and path not in self._hidden)
            if section not in _HIDING:
                control.setEnabled(not reason)
                control.set_note(f"No effect: {reason}." if reason else "")
        for section, group in self._groups.items():
            seen = (path for path in self._controls if path not in self._hidden)
            group.setVisible(section in map(_section, seen))  # no heading over nothing

    def _reasons(self) -> dict[str, str]:
        """Why fields have no effect at present, by their paths; empty of those that have."""
        return {path: why_unused(self._experiment, path) for path in self._controls}


def _section(path: str) -> str:
    """The name of the group that a field is in."""
    return _PLACED.get(path, path.partition(".")[0])


def _paths(section: str) -> list[str]:
    """The field paths of a group, in the order of the experiment but for `_FIRST` and `_RARE`."""
    found = [path for path in fields.FIELDS if path not in _ELSEWHERE and _section(path) == section]
    return sorted(found, key=lambda path: (path not in _FIRST, path in _RARE))
