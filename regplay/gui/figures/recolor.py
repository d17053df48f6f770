"""Plots in the colours of another scheme, for as long as a figure of them is drawn."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from regplay.gui.runs.palette import pin_color
from regplay.gui.theme import DARK, LIGHT, Colors

_PINS = 12


def translated(color: str, before: Colors, after: Colors) -> str:
    """The colour of one scheme that stands for `color` in another; others stay as they are."""
    for index in range(_PINS):
        if color == pin_color(index, before):
            return pin_color(index, after)
    for one in dataclasses.fields(Colors):
        if getattr(before, one.name) == color:
            return str(getattr(after, one.name))
    return color


def like(own: Colors, target: Colors) -> Colors:
    """`target`, with those colours that a plot has of its own: a fit in the colour of its run."""
    base = DARK if own.dark else LIGHT
    changed: dict[str, Any] = {
        one.name: translated(getattr(own, one.name), base, target)
        for one in dataclasses.fields(Colors)
        if getattr(own, one.name) != getattr(base, one.name)
    }
    return dataclasses.replace(target, **changed)


@contextmanager
def restyled(set_colors: Callable[[Colors], None], before: Colors, after: Colors) -> Iterator[None]:
    """Give a plot other colours, and its own again at the end; nothing is painted in between."""
    if before == after:
        yield
        return
    set_colors(after)
    try:
        yield
    finally:
        set_colors(before)
