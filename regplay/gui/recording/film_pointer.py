"""The pointer of a film: at what is moved, or on its way there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from regplay.gui.controls import HandleSlider, NumberControl
from regplay.gui.recording.presentation import Presentation
from regplay.session.storyboard import (
    Hide,
    Scrub,
    SetValues,
    Step,
    StepsTogether,
    SweepField,
    duration,
    eased,
)

GLIDE = 0.35  # s, in which the pointer goes from one thing to the next
TIMELINE = "timeline"
MOVING = (SweepField, Scrub, Hide, StepsTogether)  # they have the pointer themselves


@dataclass(frozen=True)
class _Pointed:
    """What the pointer is at, or on its way to."""

    on: QWidget
    start: QPointF | None  # where it comes from, px; None if it is there
    since: float  # s, when it set off
    is_pressed: bool


class FilmPointer:
    """Draws the pointer at the handle of a control, or of the timeline."""

    def __init__(self, presentation: Presentation) -> None:
        self._layout, self._pane = presentation.layout, presentation.pane
        self._pointed: _Pointed | None = None
        self._unseen = ""  # the control that is scrolled to once all is laid out

    def hide(self) -> None:
        """Show none until something is pointed at."""
        self._pointed = None
        self._pane.set_pointer(None)

    def point_at(
        self,
        aim: str,
        since: float,
        *,
        glides: bool,
        is_pressed: bool = False,
        jumps: bool = False,
    ) -> None:
        """Go to the control of a field, which is scrolled to, or to the timeline, if it is shown.

        Parameters
        ----------
        since
            When it sets off, s of the film.
        glides
            Whether it goes there in `GLIDE`, from where it was; else it is there at once.
        jumps
            Whether what it is at there has just taken another place.
        """
        on = self._widget(aim)
        if on is None:
            return
        before = self._pointed
        if before is not None and before.on is on and not jumps:
            self._pointed = replace(before, is_pressed=is_pressed)
        else:
            self._unseen = "" if aim == TIMELINE else aim
            start = self._pane.pointer if before is not None and glides else None
            self._pointed = _Pointed(on, start, since, is_pressed)

    def _widget(self, aim: str) -> QWidget | None:
        controls = self._layout.controls
        if aim == TIMELINE:
            return self._layout.timeline.track
        if aim not in controls.paths():
            return None
        control = controls.control(aim)
        slider = control.slider if isinstance(control, NumberControl) else None
        on = slider if slider is not None and slider.isVisible() else control
        return on if on.isVisible() else None

    def place(self, now: float) -> tuple[QPointF, bool] | None:
        """Draw it where it is by now, over the window as it is laid out.

        Returns
        -------
        Its place and whether its button is down, if that is new.
        """
        pointed, pane = self._pointed, self._pane
        if pointed is None:
            return None
        if self._unseen:
            self._layout.controls.scroll_to(self._unseen)
            self._unseen = ""
        on_screen = pointed.on.mapToGlobal(_on_handle(pointed.on).toPoint())
        place = QPointF(pane.mapFromGlobal(on_screen))
        share = min((now - pointed.since) / GLIDE, 1.0)
        is_there = pointed.start is None or share >= 1.0 - 1e-6
        if pointed.start is not None:
            place = pointed.start + (place - pointed.start) * eased(share, "smooth")
        is_pressed = pointed.is_pressed and is_there
        if (place, is_pressed) == (pane.pointer, pane.is_pressed):
            return None
        pane.set_pointer(place, is_pressed)
        return place, is_pressed


def next_aim(steps: Sequence[Step]) -> str:
    """What the first of steps that takes time or moves something points at; empty for nothing."""
    for step in steps:
        match step:
            case SetValues(set=values):
                return next(iter(values))
            case SweepField(sweep=path):
                return path
            case Scrub():
                return TIMELINE
            case StepsTogether(together=tracks):
                return next_aim([*chain.from_iterable(tracks)])
        if isinstance(step, Hide) or duration(step) > 0.0:
            break
    return ""


def _on_handle(widget: QWidget) -> QPointF:
    """The middle of a slider's handle, which is at its foot; of another widget, its own middle."""
    if isinstance(widget, HandleSlider):
        return QPointF(widget.x_of(widget.value()), widget.height() - widget.handle / 2)
    return QPointF(widget.rect().center())
