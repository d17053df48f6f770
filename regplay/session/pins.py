"""Pinned runs: up to 12 that are kept beside the present one, and what tells them apart."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass

from regplay.core import UserError
from regplay.core.datasets import counted_edits, points_in
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, Value, differences, get, replace
from regplay.core.fit import Fit, Grid
from regplay.core.hyperparameters import MAIN_REGULARIZERS, is_used
from regplay.core.layers import hidden_widths
from regplay.core.number_text import counted, value_text
from regplay.session.session import Run

MOST = 12
DECAY, DROPOUT = 0.01, 0.3  # of the remedies that are compared, unless the experiment has its own
_KEPT = 16 << 20  # bytes for the states of each
LONGEST_NAME = 200  # characters of a pin's
_IN_A_NAME = 3  # values; with more a name would be a paragraph
_LONGEST_VALUE = 60  # characters of each, such as a list of columns
_UNREGULARIZED = "plain"

_POINTS = frozenset({"data.points", "data.valid_points"})  # too long to be told whole
# Switches, as what they say when they are off and on.
_SWITCHES = {
    "data.clean_valid": ("noisy validation", "clean validation"),
    "data.standardize": ("as measured", "standardized"),
    "regularization.decay_bias": ("free biases", "penalized biases"),
}


class PinsFullError(UserError):
    """There are as many pins as there may be; the message says how many and what to do."""


@dataclass(eq=False)
class Pin:
    """A run that is kept."""

    name: str  # not blank, in one line, at most `LONGEST_NAME` characters
    color: int  # index into a palette of 12 colours, its own for as long as it is pinned
    run: Run  # as it was when it was pinned; assign another to show one that goes on
    fit: Fit | None  # its last fit, or None before any
    grid: Grid | None = None  # where `fit.grid` was predicted; None where it is not known
    is_hidden: bool = False  # whether the plots leave it out
    number: int = 0  # that of a name such as "run 3"
    is_named: bool = True  # by someone; else by the values that tell it from the other pins
    is_aside: bool = False  # whether it is hidden only as long as a storyboard is played


class Pins(list[Pin]):
    """Pinned runs in the order in which they are listed, at most 12.

    Attributes
    ----------
    deleted
        What can be put back, and the places from 0 where it was, the last one deleted at the end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.deleted: list[tuple[Pin, int]] = []
        self._count = 0  # of all that were ever pinned; a number in a name never comes again

    @property
    def free_colors(self) -> list[int]:
        """The colours that no pin has, rising."""
        taken = {pin.color for pin in self}
        return [color for color in range(MOST) if color not in taken]

    def pin(
        self,
        run: Run,
        fit: Fit | None,
        name: str | None = None,
        *,
        grid: Grid | None = None,
        color: int | None = None,
    ) -> Pin:
        """Keep a run as it is now: training it further doesn't change the pin.

        Without a name it is called by the values that tell it from the other pins, such as
        "λ 0.01, p 0.3", and so are from now on all others that nobody has named. Alone it is called
        by its regularization and a polynomial's degree, and where too much differs by a number,
        "run 3". It has the colour asked for if that is free, else the first that is.

        Raises
        ------
        PinsFullError
            If 12 runs are pinned.
        """
        if len(self) >= MOST:
            raise PinsFullError(f"{MOST} runs are pinned: delete one first.")
        self._count += 1
        free, name = self.free_colors, name_of(name or "")
        color = color if color in free else free[0]
        pin = Pin(name, color, as_now(run), fit, grid, False, self._count, bool(name))
        self.append(pin)
        self.deleted.clear()  # whose colours are free
        self._tell_apart()
        return pin

    def restore(self, pins: Iterable[Pin]) -> None:
        """Keep these in place of all others, in this order: as they were saved.

        Raises
        ------
        PinsFullError
            If they are more than 12.
        """
        restored = list(pins)
        if len(restored) > MOST:
            raise PinsFullError(f"{MOST} runs can be pinned, and these are {len(restored)}.")
        self[:] = restored
        self.deleted.clear()
        self._count = max(self._count, len(restored))
        for number, (pin, name) in enumerate(zip(self, self._own_names(), strict=True), 1):
            pin.number = pin.number or number
            pin.is_named = pin.name != name

    def _tell_apart(self) -> None:
        """Give a name to each pin that has none of its own."""
        for pin, name in zip(self, self._own_names(), strict=True):
            if not pin.is_named:
                pin.name = name

    def _own_names(self) -> list[str]:
        """What each pin is called as long as nobody names it."""
        if len(self) == 1:
            experiment = self[0].run.experiment
            changed = differences(Experiment(), experiment)
            on = [path for path in changed if path.startswith("regularization.")]
            if is_used(experiment, "model.degree"):
                on.insert(0, "model.degree")
            return [_name(experiment, on) or _UNREGULARIZED]
        paths, names = self.differing() if self else (), list[str]()
        for pin in self:
            experiment = pin.run.experiment
            name = _name(experiment, paths)
            if not name:  # then by what tells it from the first alone
                changed = differences(self[0].run.experiment, experiment)
                name = _name(experiment, changed) or f"run {pin.number}"
            count = names.count(name)
            names.append(name if not count else f"{name} ({count + 1})")
        return names

    def rename(self, pin: Pin, name: str) -> None:
        """Call a pin otherwise; the same name, or nothing but blanks, changes nothing."""
        if (own := name_of(name)) and own != pin.name:
            pin.name, pin.is_named = own, True

    def delete(self, pin: Pin) -> None:
        """Keep a run no longer; it can be put back until another is pinned."""
        self.deleted.append((pin, self.index(pin)))
        self.remove(pin)

    def put_back(self) -> Pin:
        """Pin what was deleted last again, in its place and its colour."""
        pin, index = self.deleted.pop()
        self.insert(index, pin)
        return pin

    def move(self, pin: Pin, index: int) -> None:
        """Bring a pin to a place in the list, from 0; beyond an end is that end."""
        self.remove(pin)
        self.insert(max(index, 0), pin)

    def differing(self, *others: Experiment) -> tuple[str, ...]:
        """The field paths that are not the same in all pinned experiments and `others`."""
        first, *rest = [*(pin.run.experiment for pin in self), *others]
        found = {path for other in rest for path in differences(first, other)}
        return tuple(path for path in FIELDS if path in found)


def name_of(text: str, most: int = LONGEST_NAME) -> str:
    """A text as a name: in one line of at most `most` characters; empty if it is all blanks."""
    name = " ".join(text.split())
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _name(experiment: Experiment, paths: Iterable[str]) -> str:
    """Its values at these field paths; empty if there are none or too many for a name."""
    texts = [name_of(text, _LONGEST_VALUE) for text in value_texts(experiment, paths)]
    return ", ".join(texts) if len(texts) <= _IN_A_NAME else ""


def as_now(run: Run) -> Run:
    """A run as it is now, whatever is trained later, with as many states as a pin may keep."""
    return Run(
        run.experiment,
        copy.copy(run.history),  # it is only ever appended to: a copy may share what is there
        list(run.changed_at),
        run.placement,
        run.checkpoints.within(_KEPT, run.history.best_epoch),
    )


def value_texts(experiment: Experiment, paths: Iterable[str]) -> list[str]:
    """An experiment's values at these field paths as in a list of runs, such as "λ 0.01".

    Values that have no effect on the experiment are left out, and that it is a polynomial where a
    degree says so.
    """
    used = [path for path in paths if is_used(experiment, path) and get(experiment, path) != ""]
    if "model.degree" in used and "model.kind" in used:
        used.remove("model.kind")
    return [_text(path, get(experiment, path)) for path in used]


def _text(path: str, value: Value) -> str:
    if path in _SWITCHES:
        return _SWITCHES[path][bool(value)]
    if path in _POINTS:
        text = counted(points_in(str(value)), "point")
    elif path == "data.edits":
        text = counted_edits(str(value))
    else:  # a seed is a name, and no quantity
        text = str(value) if path.endswith("seed") else value_text(value, 6)
    return f"{FIELDS[path].symbol} {text}".strip()


def compared(
    experiment: Experiment, decay: float = DECAY, dropout: float = DROPOUT
) -> dict[str, Experiment]:
    """The same experiment without regularization, with weight decay, with dropout, with both.

    Their strengths are the experiment's own where they are above 0, else those given. A linear
    model or a polynomial has nothing to drop: there it is with and without weight decay.
    """
    own = experiment.regularization
    decay, dropout = own.weight_decay or decay, own.dropout or dropout
    pairs = {"none": (0.0, 0.0), "weight decay": (decay, 0.0)}
    if hidden_widths(experiment.model):
        pairs |= {"dropout": (0.0, dropout), "both": (decay, dropout)}
    common = replace(experiment, {"regularization.dropouts": ""})
    return {
        name: replace(common, dict(zip(MAIN_REGULARIZERS, pair, strict=True)))
        for name, pair in pairs.items()
    }
