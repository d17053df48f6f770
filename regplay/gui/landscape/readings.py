"""What a person reads of a cell: its place, its losses, and why it has none."""

from regplay.core.fields import FIELDS
from regplay.core.sweep import NumberAxis
from regplay.gui.controls.number_text import number_text
from regplay.gui.landscape.landscape_map import LandscapeMap, Measure
from regplay.gui.loss_text import gap_text, number
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.readout import Row
from regplay.gui.theme import Colors

_ROWS = (
    ("training loss", "train_loss"),
    ("validation loss", "valid_loss"),
    ("training accuracy", "train_accuracy"),
    ("validation accuracy", "valid_accuracy"),
)


def place_text(x: NumberAxis, y: NumberAxis, cell: tuple[int, int]) -> str:
    """The two values of a cell: `Weight decay λ 0.01, Dropout p 0.2`."""
    parts = ((x, cell[0]), (y, cell[1]))
    return ", ".join(
        f"{FIELDS[axis.path].label} {number_text(axis.values[index])}" for axis, index in parts
    )


def cell_rows(shown: LandscapeMap, cell: tuple[int, int], colors: Colors) -> tuple[Row, ...]:
    """The measures of a cell, a line each."""
    at = (cell[1], cell[0])
    if not shown.trained[at]:
        return (Row("not trained yet", ""),)
    rows = []
    for name, measure in _ROWS:
        value = float(shown.measures[measure][at])
        if measure.endswith("accuracy"):
            if value == value:  # NaN in regression
                rows.append(Row(name, f"{value:.1%}", _color(measure, colors)))
        else:
            rows.append(Row(name, number(value), _color(measure, colors)))
    train, valid = (float(shown.measures[f"{split}_loss"][at]) for split in ("train", "valid"))
    rows.insert(2, Row("gap", gap_text(train, valid)))
    if shown.diverged[at]:
        rows.append(Row("diverged; last finite values", ""))
    elif shown.stage:
        rows.append(Row(shown.stage, ""))
    return tuple(rows)


def _color(measure: str, colors: Colors) -> str:
    return colors.train if measure.startswith("train") else colors.valid


def best_text(shown: LandscapeMap, measure: Measure, cell: tuple[int, int]) -> str:
    """The best cell in words: what it reaches, and where it is."""
    at = (cell[1], cell[0])
    if measure == "accuracy":
        reached = f"validation accuracy {shown.measures['valid_accuracy'][at]:.1%}"
    else:
        reached = f"validation loss {shown.measures['valid_loss'][at]:.4g}"
    which = "best so far" if shown.stage else "best"
    return f"{which}: {reached} at {place_text(shown.x, shown.y, cell)}"


def legend_entries(
    shown: LandscapeMap | None,
    measure: Measure,
    best: tuple[int, int] | None,
    present: bool,
    ink: Colors,
) -> list[Entry]:
    """What the marks are, and at which epoch the map is."""
    entries = []
    if shown is not None and best is not None:
        text = best_text(shown, measure, best)
        short = text.partition(":")[0]
        entries.append(Entry("circle", text, ink.background, ink.best, short=short, tip=text))
    if present:
        entries.append(Entry("diamond", "present settings", ink.fit, short="present"))
    if shown is None:
        return entries
    if shown.diverged.any():
        entries.append(Entry("cross", "diverged", ink.muted))
    if shown.stage and shown.trained.any():
        entries.append(Entry("none", shown.stage))
    if shown.trained.any():
        entries.append(Entry("none", "click a cell to adopt its settings", short="click to adopt"))
    return entries
