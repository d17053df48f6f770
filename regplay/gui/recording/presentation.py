"""The window arranged for an audience: no menus, few controls, and a line of words below."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QSplitter, QVBoxLayout, QWidget

from regplay.gui.controls import ControlPanel, Folding
from regplay.gui.plots import MeasurePlot
from regplay.gui.recording.glass_pane import GlassPane
from regplay.gui.runs import RunsList
from regplay.gui.tabs import Tabs
from regplay.gui.theme import ZOOMS, zoomed
from regplay.gui.timeline import Timeline
from regplay.gui.verdict_bar import VerdictBar
from regplay.gui.widgets import Label, named

_CAPTION, _SMALL_CAPTION = 20, 17  # px at 100 %
_CAPTION_HEIGHT = 64  # px at 100 %, of two lines of that
_WIDE = 0.42  # share of the width that a control in focus gets
_MAX_HEIGHT = (1 << 24) - 1  # px, Qt's own
_HALVES = ("fit", "losses")  # of which one alone is in sight when it is in focus
_PANEL_HEIGHT = 0.3  # share of the height that controls below the plots get
# px of the window's height at 100 %, without words below, in which there is room for a network
# with its histograms, for more than both plots, and for these with the names of tabs.
_HIGH, _LOW = 500, (400, 300)
_CURVES = ("fit", "network")  # tabs that may be lower than they need, beside the losses,
_TOO_LOW = 0.75  # by this share of all the height; with less, and others, are shown alone
_UPRIGHT = 600  # px of width at 100 %: an upright film is seen on a telephone


def is_upright(size: tuple[int, int]) -> bool:
    """Whether a frame is higher than wide."""
    return size[1] > size[0]


def zoom_for(zoom: int, size: tuple[int, int]) -> int:
    """How large text is, in percent: larger where an upright frame has the pixels for it."""
    fits = [larger for larger in ZOOMS if larger * _UPRIGHT <= 100 * size[0]]
    return max(zoom, *fits) if is_upright(size) and fits else zoom


class CaptionLine(Label):
    """What is said about the picture, in up to two lines below it; as high if it is empty."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self._words = ""
        self.is_small = False
        self.restyle()

    def restyle(self) -> None:
        """Be as large as the zoom asks for."""
        font = QFont(self.font())
        font.setPixelSize(zoomed(_SMALL_CAPTION if self.is_small else _CAPTION))
        font.setWeight(QFont.Weight.DemiBold)
        self.setFont(font)
        margin = zoomed(4 if self.is_small else 8)
        self.setContentsMargins(2 * margin, margin, 2 * margin, margin)
        self.setFixedHeight(2 * self.fontMetrics().lineSpacing() + 2 * margin)

    def say(self, words: str) -> None:
        """Show these; two lines are about as long as one another."""
        self._words = words
        self._break()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._break()

    def _break(self) -> None:
        words, advance = self._words, self.fontMetrics().horizontalAdvance
        places = [place for place, letter in enumerate(words) if letter == " "]
        if places and advance(words) > self.contentsRect().width():
            at = min(places, key=lambda k: max(advance(words[:k]), advance(words[k + 1 :])))
            words = f"{words[:at]}\n{words[at + 1 :]}"
        self.setText(words)


@dataclass(frozen=True)
class WindowLayout:
    """What of a window is laid out otherwise for an audience."""

    central: QWidget
    bars: tuple[QWidget, ...]  # that are left out, such as the menus
    extras: tuple[QWidget, ...]  # that are left out, too, where the window is low for its letters
    halves: QSplitter  # what the controls are in, beside the plots
    plots: QSplitter  # tabs over losses
    losses: QWidget  # with what is beside them
    runs: RunsList  # that is there
    controls: ControlPanel
    tabs: Tabs
    timeline: Timeline
    verdict_bar: VerdictBar

    def place(self, name: str) -> QWidget:
        """A plot, the verdict, the timeline, or the control of a field path."""
        named_parts: dict[str, QWidget] = {
            "plots": self.plots,
            "fit": self.tabs,
            "losses": self.losses,
            "verdict": self.verdict_bar,
            "timeline": self.timeline,
            "epochs": self.timeline,  # which is their control
        }
        return named_parts[name] if name in named_parts else self.controls.control(name)


class Presentation:
    """Leaves out what an audience doesn't need, and brings all of it back.

    Attributes
    ----------
    layout
        What it arranges.
    pane
        Lies over all of it.
    is_on
        Whether the window is arranged so.
    caption
        The line below; None without one.
    extras
        What is left out where the window is low for its letters.
    focus
        The name of the part that has most of the room; empty for none.
    """

    def __init__(self, layout: WindowLayout) -> None:
        self.layout, self.extras = layout, [*layout.extras]
        self.pane = GlassPane(layout.central, layout.controls, layout.plots)
        self.caption: CaptionLine | None = None
        self._hidden: frozenset[str] = frozenset()  # as they were before
        self._left_hidden: frozenset[str] = frozenset()  # by `begin`
        self._folding: Folding | None = None
        self._widths: list[int] = []  # of controls and plots, as they were before
        self._heights: list[int] = []  # of the plots
        self.focus, self.is_on = "", False
        self._unwanted: list[QWidget] = []  # at this height
        self._left_out: list[QWidget] = []  # of these; the others were hidden
        self._is_low = [False, False]  # for some parts, and for the names of tabs
        self.pane.arranged.connect(self._make_room)
        layout.tabs.tab_changed.connect(self._make_room)  # each is made when it is first shown
        self._shared = [3000, 2000]  # of the plots, while none of them is in focus
        self._beside: list[int] = []  # of controls and plots, while no control is in focus
        self._way = "", 1.0  # what was in focus before, and how far it is on the way to this

    def begin(self, controls: Sequence[str] = ()) -> None:
        """Arrange the window.

        Parameters
        ----------
        controls
            Field paths of the controls that stay; none leaves the panel as it is.
        """
        parts = self.layout
        for bar in parts.bars:  # not hidden: the shortcuts of menus out of sight do nothing
            bar.setFixedHeight(0)
        self._hidden, self._folding = parts.controls.hidden_paths(), parts.controls.folding()
        self._widths, self._heights = parts.halves.sizes(), parts.plots.sizes()
        if controls:
            parts.controls.set_hidden_paths(parts.controls.paths() - set(controls), tells=False)
            parts.controls.unfold(parts.controls.paths() & set(controls))
        self._left_hidden = parts.controls.hidden_paths()
        parts.verdict_bar.set_stacked(True)
        self._set_scrolled(False)
        self.is_on = True

    def end(self) -> None:
        """Bring back what was there before."""
        if not self.is_on:
            return
        parts, self.is_on = self.layout, False
        self.set_focus("")
        self.set_controls_below(False)
        parts.verdict_bar.set_stacked(False)
        self._set_scrolled(True)
        self._make_room()
        if parts.controls.hidden_paths() == self._left_hidden:  # no lesson wants others by now
            parts.controls.set_hidden_paths(self._hidden)
            if self._folding is not None:
                parts.controls.fold(self._folding)
        for bar in parts.bars:
            bar.setMinimumHeight(0)
            bar.setMaximumHeight(_MAX_HEIGHT)
        self._restore_widths()
        parts.plots.setSizes(self._heights)

    def _make_room(self) -> None:
        """Leave out, or bring back, what plots need the room of, by the present size of letters."""
        parts, caption, was_low = self.layout, self.caption, self._is_low
        height = parts.central.window().height() if self.is_on else _MAX_HEIGHT
        if caption is not None:
            height -= zoomed(_CAPTION_HEIGHT)
        is_high, *self._is_low = (height >= zoomed(_HIGH), *(height < zoomed(h) for h in _LOW))
        (is_low, is_lowest), network = self._is_low, parts.tabs.network
        if caption is not None and caption.is_small != is_lowest:
            caption.is_small = is_lowest
            caption.restyle()
        if network is not None:
            network.details.setVisible(is_high)
        before, extras = self._unwanted, self.extras if is_low else []
        self._unwanted = [*extras, *(parts.tabs.buttons if is_lowest else [])]
        for part in self._unwanted:
            if part not in before and not part.isHidden():
                part.hide()
                self._left_out.append(part)
        back = [part for part in self._left_out if part not in self._unwanted]
        self._left_out = [part for part in self._left_out if part in self._unwanted]
        for part in back:  # which may change the height, and so make room within this
            part.show()
        parts.runs.set_has_room(not is_low)
        self._leave_losses_out()
        if [is_low, is_lowest] > was_low:
            if parts.halves.orientation() == Qt.Orientation.Horizontal:
                panel, plots, *others = parts.halves.sizes()
                least = min(parts.controls.minimumSizeHint().width(), panel)
                parts.halves.setSizes([least, panel + plots - least, *others])
            if is_lowest:
                parts.plots.setSizes([parts.plots.height()] * 2)

    def _leave_losses_out(self) -> None:
        """Show the tabs alone where both have no room, such as for a map of networks.

        Where they have, each gets what it needs: the letters may have become larger.
        """
        plots, parts = self.layout.plots, (self.layout.tabs, self.layout.losses)
        if self.focus in _HALVES:
            return
        heights = [part.minimumSizeHint().height() for part in parts]
        needed = sum(heights)
        beside = plots.orientation() == Qt.Orientation.Horizontal
        least = _TOO_LOW * needed if self.layout.tabs.tab in _CURVES else needed
        has_room = beside or plots.height() >= least
        parts[1].setVisible(has_room or not self.is_on)
        whole, lower = sum(plots.sizes()), plots.sizes()[1]
        if self.is_on and not beside and lower and whole >= needed and self._way[1] >= 1.0:
            wanted = min(max(lower, heights[1]), whole - heights[0])
            if wanted != lower:
                plots.setSizes([whole - wanted, wanted])

    def _set_scrolled(self, is_scrolled: bool) -> None:
        """Have bars beside controls and runs that have no room, and plots as high as they need."""
        parts, policies = self.layout, Qt.ScrollBarPolicy
        for area in (parts.controls, *parts.losses.findChildren(QAbstractItemView)):
            area.setVerticalScrollBarPolicy(
                policies.ScrollBarAsNeeded if is_scrolled else policies.ScrollBarAlwaysOff
            )
        self._set_least_heights(not is_scrolled)

    def _set_least_heights(self, are_any: bool) -> None:
        """Let plots be as low as there is room, or keep what they need."""
        for part in (self.layout.tabs, self.layout.losses):
            part.setMinimumHeight(1 if are_any else 0)

    def _restore_widths(self) -> None:
        halves, (panel, plots, *others) = self.layout.halves, self._widths
        plots += halves.width() - panel - plots - sum(others)  # the rest of a larger window
        halves.setSizes([panel, plots, *others])

    def set_controls_below(self, are_below: bool) -> None:
        """Have the controls below the plots, as upright frames ask for it, or beside them again.

        They are below by a share of the height that there is: ask again where that has changed.
        """
        halves, controls = self.layout.halves, self.layout.controls
        were_below = halves.orientation() == Qt.Orientation.Vertical
        if are_below and not were_below:
            self._widths = self._widths if self.is_on else halves.sizes()
            halves.setOrientation(Qt.Orientation.Vertical)
            halves.insertWidget(1, halves.widget(0))
        if are_below:
            height = halves.height()
            below = min(controls.widget().sizeHint().height(), round(_PANEL_HEIGHT * height))
            halves.setSizes([height - below, below, 0])
        elif were_below:
            halves.setOrientation(Qt.Orientation.Horizontal)
            halves.insertWidget(0, halves.widget(1))
            self._restore_widths()

    def show_caption_line(self, shows: bool) -> None:
        """Have a line for words below the plots, or none."""
        central = self.layout.central
        layout = central.layout()
        assert isinstance(layout, QVBoxLayout)
        if shows and self.caption is None:
            self.caption = named("caption", CaptionLine(central))
            layout.insertWidget(layout.indexOf(self.layout.timeline) + 1, self.caption)
            self.pane.raise_()
        elif not shows and self.caption is not None:
            self.caption.hide()
            self.caption.deleteLater()
            self.caption = None

    def set_caption(self, text: str) -> None:
        """Say something; an empty text says nothing."""
        if self.caption is not None:
            self.caption.say(text)

    def set_focus(self, name: str) -> None:
        """Give room to a plot or a control, which is drawn larger; an empty name shares it out."""
        self.move_focus(name)(1.0)

    def move_focus(self, name: str) -> Callable[[float], None]:
        """What brings a part into focus, by a share of the way from 0 to 1; at 1 it is there.

        On the way the window is laid out anew each time: nothing is magnified.
        """
        parts, before = self.layout, self.focus
        plots, halves = parts.plots, parts.halves
        controls = parts.controls.paths()
        if before not in _HALVES and all(plots.sizes()):
            self._shared = plots.sizes()
        if before not in controls:
            self._beside = halves.sizes()
        starts = plots.sizes(), halves.sizes()
        whole, width = sum(starts[0]), sum(starts[1][:2])
        ends = {"fit": [whole, 0], "losses": [0, whole]}.get(name, self._shared), starts[1]
        is_beside = halves.orientation() == Qt.Orientation.Horizontal
        if is_beside and (name in controls or before in controls):
            panel = round(_WIDE * width) if name in controls else self._beside[0]
            ends = ends[0], [panel, width - panel, *starts[1][2:]]
        if name in controls or before in controls:  # else those of a lesson stay
            parts.controls.set_highlighted([name] if name in controls else [])
        self.focus = name
        floors = [plot.floor for plot in parts.losses.findChildren(MeasurePlot)]

        def move(share: float) -> None:
            self._way, is_there = (before, share), share >= 1.0
            for floor in floors:
                floor.is_held = not is_there
            for part, other in ((parts.tabs, "losses"), (parts.losses, "fit")):
                part.setVisible(name != other or not is_there)
            self._set_least_heights(not is_there or self.is_on)
            for splitter, start, end in zip((plots, halves), starts, ends, strict=True):
                if start != end:
                    splitter.setSizes(_between(start, end, share))

        return move

    def bright(self) -> tuple[Sequence[QRect], float]:
        """What is not dimmed, in the coordinates of the central widget, and how much the rest is.

        Between two parts it goes from one to the other; the line of words is read all the time.
        """
        before, share = self._way
        ends = [self.rect(name) for name in (before, self.focus) if name]
        if not ends or (share >= 1.0 and not self.focus):
            return (), 0.0
        words = () if self.caption is None else (self.caption.geometry(),)
        if len(ends) == 1:
            return (ends[0], *words), share if self.focus else 1.0 - share
        start, end = ([it.x(), it.y(), it.width(), it.height()] for it in ends)
        return (QRect(*_between(start, end, share)), *words), 1.0

    def rect(self, name: str) -> QRect:
        """Where a part is, in the coordinates of the central widget."""
        part = self.layout.place(name)
        return QRect(part.mapTo(self.layout.central, QPoint(0, 0)), part.size())


def _between(starts: Iterable[int], ends: Iterable[int], share: float) -> list[int]:
    pairs = zip(starts, ends, strict=True)
    return [round(start + share * (end - start)) for start, end in pairs]
