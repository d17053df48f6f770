"""The left side of the window: a control for each value of the experiment, in groups."""

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from regplay.core import fields
from regplay.core.datasets import REGISTRY
from regplay.core.experiment import Experiment
from regplay.core.hyperparameters import ADJUSTABLE_FIELDS, is_used, why_unused
from regplay.gui.controls.control import Control
from regplay.gui.controls.curve import SweepCurve
from regplay.gui.controls.factory import fit_to_dataset, make_control
from regplay.gui.controls.group import Group
from regplay.gui.controls.hidden_note import HiddenNote
from regplay.gui.controls.sweepable import SweepableControl

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


class ControlPanel(QScrollArea):
    """All controls of an experiment; a change by a person comes out as a whole new experiment.

    Of the data and the optimizer only the fields with an effect are shown; elsewhere those without
    one are greyed. The values stay either way.

    Signals
    -------
    experimentChanged
        The new experiment, which is to be trained.
    curveToggled
        A field path, and whether a person wants to see the curve of its slider.
    memberPreviewed, memberAdopted
        A field path, and the index of a member of its finished curve: under the handle for now, or
        chosen. `experiment()` has the value of a chosen one; `experimentChanged` is not emitted.
    previewEnded
        A field path; nothing was adopted after all.
    """

    experimentChanged = Signal(object)
    curveToggled = Signal(str, bool)
    memberPreviewed = Signal(str, int)
    memberAdopted = Signal(str, int)
    previewEnded = Signal(str)

    def __init__(self, experiment: Experiment | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._experiment = Experiment()
        self._showing = False
        self._controls: dict[str, Control] = {}
        self._groups: dict[str, Group] = {}
        self._highlighted: tuple[str, ...] = ()
        self._hidden: frozenset[str] = frozenset()
        self._unused: dict[str, str] = {}  # why fields have no effect

        self.setObjectName("controls")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(_MIN_WIDTH)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(6, 4, 6, 8)
        column.setSpacing(6)
        self._note = HiddenNote(content)
        self._note.showAllClicked.connect(lambda: self.setHiddenPaths(()))
        column.addWidget(self._note)
        for section, title in _GROUPS.items():
            group = Group(title, content)
            for path in _paths(section):
                if path in _RARE and group.more is None:
                    group.addMore()
                control = make_control(fields.FIELDS[path], group.body)
                control.valueChanged.connect(self._changed)
                if isinstance(control, SweepableControl):
                    control.curveToggled.connect(self._toggled)
                    control.previewed.connect(self._previewed)
                    control.adopted.connect(self._adopted)
                    control.previewEnded.connect(self._preview_ended)
                group.add(control)
                self._controls[path] = control
            self._groups[section] = group
            column.addWidget(group)
        column.addStretch(1)
        self._relate()
        if experiment is not None:
            self.setExperiment(experiment)
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

    def setExperiment(self, experiment: Experiment) -> None:
        """Show `experiment`, touching only what differs; `experimentChanged` is not emitted."""
        paths = fields.differences(self._experiment, experiment)
        self._experiment = experiment
        self._showing = True
        try:
            for path in paths:
                if path in self._controls:
                    self._controls[path].setValue(fields.get(experiment, path))
        finally:
            self._showing = False
        if "data.name" in paths or self._reasons() != self._unused:
            self._relate()
        for path in _RARE.intersection(paths) - _SEEDS:
            control = self._controls[path]
            if control.value() != control.default():
                self._reveal(path)  # what was changed is in sight

    def setCurve(self, path: str, curve: SweepCurve | None) -> None:
        """Show a curve on the slider of `path`, where there is room for one.

        Raises
        ------
        KeyError
            If that field is not sweepable.
        """
        self._sweepable()[path].setCurve(curve)

    def chosenCurves(self) -> tuple[str, ...]:
        """Field paths whose curves are switched on."""
        return tuple(path for path, control in self._sweepable().items() if control.showsCurve())

    def shownCurves(self) -> tuple[str, ...]:
        """Field paths whose curves are to be seen: not those without effect at present."""
        return tuple(path for path in self.chosenCurves() if is_used(self._experiment, path))

    def setShownCurves(self, paths: Iterable[str]) -> None:
        """Make room for these curves and no others; `curveToggled` is not emitted.

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
                control.setShowsCurve(path in wanted)
        finally:
            self._showing = False
        for path in _RARE.intersection(wanted):
            self._reveal(path)

    def setKeepsWeights(self, keeps: bool) -> None:
        """Whether a change goes on from the present weights where it can.

        Networks that were trained from the start are then no substitute: they are not adopted.
        """
        for path, control in self._sweepable().items():
            control.setAdopts(not (keeps and path in ADJUSTABLE_FIELDS))

    def highlighted(self) -> tuple[str, ...]:
        """Field paths of the controls that are pointed out."""
        return self._highlighted

    def setHighlighted(self, paths: Iterable[str]) -> None:
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

    def hiddenPaths(self) -> frozenset[str]:
        """Field paths of the controls that were hidden by `setHiddenPaths`."""
        return self._hidden

    def setHiddenPaths(self, paths: Iterable[str]) -> None:
        """Hide these controls and show the others that the experiment reads; values stay.

        While some are hidden, a line above says so, with a button that shows them again. Fields
        without a control here are passed over.
        """
        hidden = frozenset(path for path in paths if path in self._controls)
        if hidden != self._hidden:
            self._hidden = hidden
            self._note.setCount(len(hidden))
            self._relate()

    def sizeHint(self) -> QSize:
        """300 px wide; as tall as there is room."""
        return QSize(_WIDTH, 640)

    def _changed(self, value: fields.Value) -> None:
        if self._showing:
            return
        path = self.sender().objectName()
        self.setExperiment(fields.replace(self._experiment, {path: value}))
        self.experimentChanged.emit(self._experiment)

    def _toggled(self, shows: bool) -> None:
        if not self._showing:
            self.curveToggled.emit(self.sender().objectName(), shows)

    def _previewed(self, index: int) -> None:
        self.memberPreviewed.emit(self.sender().objectName(), index)

    def _preview_ended(self) -> None:
        self.previewEnded.emit(self.sender().objectName())

    def _adopted(self, index: int) -> None:
        path = self.sender().objectName()
        value = self._controls[path].value()
        self.setExperiment(fields.replace(self._experiment, {path: value}))
        self.memberAdopted.emit(path, index)

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
                control.setNote(f"No effect: {reason}." if reason else "")
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
