"""The upper half of the centre: the fit, and the other views, made when they are first shown."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from regplay.core.datasets import Dataset
from regplay.core.fit import Fit
from regplay.gui.controller import Controller
from regplay.gui.runs import ComparedRun, SideTab
from regplay.gui.training import View
from regplay.gui.widgets import FlowLayout, Toggle, fill, named
from regplay.session.session import Run

# Imported when first shown: together they take some 40 ms, and that of the network needs torch.
if TYPE_CHECKING:
    from regplay.gui.landscape import LandscapeTab
    from regplay.gui.network import NetworkView
    from regplay.gui.seeds import SeedsTab

_TABS = {
    "fit": ("Fit", "What the network predicts"),
    "landscape": (
        "Landscape",
        "The validation loss over two settings: a whole map of networks trained at once",
    ),
    "seeds": (
        "Seeds",
        "The same experiment on other draws of the data: how far the fits lie apart, and why",
    ),
    "network": (
        "Network",
        "The weights of each layer, and the network itself where it is small",
    ),
    "split": (
        "Split",
        "The present run beside pinned ones, or beside other remedies, trained together",
    ),
}


class Tabs(QWidget):
    """Hands to each view what concerns it, whether it is in sight or not.

    Attributes
    ----------
    landscape, seeds, network, side
        The views, None before they are first shown.

    Signals
    -------
    tab_changed
        (str): the name of the tab that is shown now.
    recorded_changed
        (Sequence[int]): the view in sight shows networks of its own, recorded at these epochs.
    compared_runs_changed
        (list[ComparedRun]): these are side by side, or they have trained further.
    """

    tab_changed = Signal(str)
    recorded_changed = Signal(object)
    compared_runs_changed = Signal(object)

    def __init__(self, fit_view: QWidget, controller: Controller) -> None:
        super().__init__()
        self.setObjectName("tabs")
        self._controller, self._studies = controller, controller.studies
        self._dataset: Dataset | None = None
        self._view: View | None = None
        self._shows_validation = True
        self.landscape: LandscapeTab | None = None
        self.seeds: SeedsTab | None = None
        self.network: NetworkView | None = None
        self.side: SideTab | None = None
        self._views: dict[str, QWidget] = {"fit": fit_view}
        self._make = {
            "landscape": self._make_landscape,
            "seeds": self._make_seeds,
            "network": self._make_network,
            "split": self._make_side,
        }
        self._row = FlowLayout((8, 4, 8, 4), 4)
        self._stack = QStackedLayout()
        fill(QVBoxLayout(self), self._row, (self._stack, 1))
        self._stack.addWidget(fit_view)  # not before: it would be shown as a window
        self._buttons, group = {}, QButtonGroup(self)
        for name, (text, tip) in _TABS.items():
            button = self._buttons[name] = named(f"tab.{name}", Toggle(text, tip))
            group.addButton(button)
            self._row.addWidget(button)
            button.setChecked(name == "fit")
            button.toggled.connect(lambda shows, name=name: self._show(name) if shows else None)
        self._row.add_stretch()
        self._end: QWidget = self._buttons["split"]  # of the row
        self._buttons["split"].clicked.connect(self._show_pins)
        self._studies.changed.connect(self._tell_recorded)

    def add_at_end(self, widget: QWidget) -> None:
        """Put a widget at the right end of the row of tabs."""
        self._row.addWidget(widget)
        self._end = widget

    @property
    def buttons(self) -> Sequence[QWidget]:
        """Those by which one of them is chosen."""
        return [*self._buttons.values()]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all tabs."""
        return tuple(_TABS)

    @property
    def tab(self) -> str:
        """The name of the tab that is shown."""
        return next(name for name, button in self._buttons.items() if button.isChecked())

    def set_tab(self, name: str) -> None:
        self._buttons[name].setChecked(True)

    def compare(self) -> None:
        """Train none, weight decay, dropout and both side by side."""
        self.set_tab("split")
        if self.side is not None:
            self.side.compare()

    def make_anew(self) -> None:
        """Show the fit, and have the other views made anew when they are shown next."""
        self.set_tab("fit")
        self._look_beside([])
        self.compared_runs_changed.emit([])
        made = [self._views.pop(name) for name in [*self._views] if name != "fit"]
        self.landscape = self.seeds = self.network = self.side = None
        for view in made:
            self._studies.remove(view)
            self._stack.removeWidget(view)
            view.deleteLater()

    def set_shows_validation(self, shows: bool) -> None:
        """Draw the validation points over fits side by side, or the training points alone."""
        self._shows_validation = shows
        if self.side is not None:
            self.side.set_shows_validation(shows)

    def set_dataset(self, dataset: Dataset | None) -> None:
        """Work on other data; without any, what is shown stays."""
        if dataset is not None and dataset is not self._dataset:
            self._dataset = dataset
            for tab in (self.landscape, self.seeds, self.network):
                if tab is not None:
                    tab.set_dataset(dataset)

    def show_view(self, view: View) -> None:
        self._view = view
        if self.network is not None:
            self.network.show_view(view)
        if self.side is not None and self.tab == "split":
            self.side.show_view(view)

    def _show(self, name: str) -> None:
        if name not in self._views:
            self._views[name] = self._make[name]()
            self._stack.addWidget(self._views[name])
        self._stack.setCurrentWidget(self._views[name])
        self.order_focus()
        for other, view in self._views.items():  # only that in sight asks for room
            policy = QSizePolicy.Policy
            size = policy.Preferred if other == name else policy.Ignored
            view.setSizePolicy(size, size)
        if name == "split" and self.side is not None and self._view is not None:
            self.side.show_view(self._view)
        self._studies.reconsider()
        self._tell_recorded()
        self.tab_changed.emit(name)

    def order_focus(self) -> None:
        """Have Tab go through the view in sight after the row above it; what is new comes last."""
        none, window = Qt.FocusPolicy.NoFocus, self.window()  # lists of boxes have another one
        view = self._views[self.tab]
        parts = [it for it in view.findChildren(QWidget) if it.window() is window]
        parts = [it for it in parts if it.focusPolicy() != none]  # the others can't be ordered
        for first, second in pairwise([self._end, *parts]):
            self.setTabOrder(first, second)

    def _show_pins(self) -> None:
        if self.side is not None:
            self.side.show_pins()  # those, too, that were pinned since

    def _tell_recorded(self) -> None:
        view = {"landscape": self.landscape, "seeds": self.seeds, "split": self.side}.get(self.tab)
        self.recorded_changed.emit(() if view is None else view.recorded)

    def _make_landscape(self) -> QWidget:
        from regplay.gui.landscape import LandscapeTab

        tab = self.landscape = LandscapeTab()
        if self._dataset is not None:
            tab.set_dataset(self._dataset)
        tab.start_chosen.connect(self._controller.adopt)
        return self._training(tab)

    def _make_seeds(self) -> QWidget:
        from regplay.gui.seeds import SeedsTab

        tab = self.seeds = SeedsTab()
        if self._dataset is not None:
            tab.set_dataset(self._dataset)
        tab.experiment_chosen.connect(self._controller.change)
        return self._training(tab)

    def _make_network(self) -> QWidget:
        from regplay.gui.network import NetworkView

        tab = self.network = NetworkView()
        if self._dataset is not None:
            tab.set_dataset(self._dataset)
        return tab

    def _make_side(self) -> QWidget:
        tab = self.side = SideTab(self._controller.pins)
        tab.set_shows_validation(self._shows_validation)
        tab.beside_changed.connect(self._look_beside)
        tab.beside_changed.connect(self.order_focus)  # there may be more of them
        tab.compared_runs_changed.connect(self.compared_runs_changed)
        tab.start_chosen.connect(self._controller.adopt)
        tab.pin_chosen.connect(self._pin)
        return self._training(tab)

    def _training(self, tab: "LandscapeTab | SeedsTab | SideTab") -> QWidget:
        """Have a tab train networks of its own."""
        tab.wishes_changed.connect(self._studies.reconsider)
        self._studies.add(tab)
        return tab

    def _look_beside(self, runs: Sequence[Run]) -> None:
        self._controller.look(beside=tuple(runs))

    def _pin(self, it: ComparedRun, fit: Fit) -> None:
        self._controller.pin_run(it.run, fit, it.dataset, it.variant.name, it.variant.color)
