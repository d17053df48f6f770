"""Short texts with a picture that the program draws: starting points, and what the words mean.

A picture is described by an experiment and by what of it is to be seen, so that what it shows is
data and trained networks, never a drawing of what they might look like.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from regplay.core import UserError
from regplay.core.experiment import Experiment
from regplay.core.fields import ExperimentError, Value, field, from_dict, replace
from regplay.core.hyperparameters import FIRST_CURVES, why_no_curve
from regplay.core.sweep import Lineup, Sweep, sweep_axis
from regplay.resources import resource
from regplay.session.validation import Form, OneLine, parse_toml, read_text, validated

# The points alone; points and fit; the losses over the epochs; the losses along a slider; fits of
# several values of one field; the first images of the training points; a table.
PictureKind = Literal["points", "fit", "losses", "curve", "fits", "images", "table"]
Begins = Literal["training", "table", "editing"]

_LARGEST = 1 << 18  # bytes of a file


class IllustratedError(UserError):
    """A file of texts with pictures is damaged; the message says which, where and what."""


class Illustrated(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A text and its picture."""

    title: OneLine
    text: OneLine
    experiment: Experiment = Experiment()  # what is learned
    picture: PictureKind = "fit"  # what of it is shown
    # Of a curve, the field whose slider it belongs to; of several fits, the field in which they
    # differ, and its values
    along: str = ""
    values: tuple[Value, ...] = ()
    validates: bool = False  # whether the validation points are shown too

    @property
    def sweep(self) -> Sweep | Lineup | None:
        """The networks that the picture shows; None where it shows none."""
        if self.picture in ("points", "images", "table"):
            return None
        if self.picture == "curve":
            axis = sweep_axis(self.along)
            return Sweep(replace(self.experiment, {self.along: axis.values[0]}), (axis,))
        if self.picture == "fits":
            return Lineup(
                tuple(replace(self.experiment, {self.along: value}) for value in self.values)
            )
        return Lineup((self.experiment,))


class StartingPoint(Illustrated, frozen=True):
    """Something to begin with."""

    # What follows: training, the choice of a table, or the editing of points
    begins: Begins = "training"
    curves: tuple[str, ...] = FIRST_CURVES  # field paths of the sliders that show their curve


class GlossaryEntry(Illustrated, frozen=True):
    """A word of the field and what it means."""


def starting_points() -> list[StartingPoint]:
    """Those that ship with the program, in order.

    Raises
    ------
    IllustratedError
        If one of them is damaged.
    """
    return [
        _read(_tables(path), StartingPoint, path.name)
        for path in sorted(resource("gallery").glob("*.toml"))
    ]


def glossary() -> list[GlossaryEntry]:
    """The terms that the program explains, in the order of the file.

    Raises
    ------
    IllustratedError
        If the file is damaged.
    """
    path = resource("glossary.toml")
    tables = _tables(path).get("terms", [])
    return [_read(raw, GlossaryEntry, f"{path.name}, {raw.get('title', '')}") for raw in tables]


def _tables(path: Path) -> dict[str, Any]:
    text = read_text(path, _LARGEST, "text with pictures", IllustratedError)
    return parse_toml(text, "text with pictures", IllustratedError)


def _read(raw: dict[str, Any], form: type[Form], place: str) -> Form:
    """A text with its picture, as the table of a file has it."""
    rest = dict(raw)
    try:
        experiment = from_dict(rest.pop("experiment", {}))
        found = validated(rest, form, IllustratedError)
        _check_fields(found)
    except UserError as error:
        raise IllustratedError(f"{place}: {error}") from None
    return msgspec.structs.replace(found, experiment=experiment)


def _check_fields(found: Any) -> None:
    """Refuse fields and values that there are not."""
    paths: Sequence[str] = getattr(found, "curves", ())
    if found.picture == "curve":
        paths = [*paths, found.along]
    for path in paths:
        if why_no_curve(path):
            raise ExperimentError(why_no_curve(path))
    if found.picture == "fits":
        for value in found.values:
            field(found.along).check(value)
