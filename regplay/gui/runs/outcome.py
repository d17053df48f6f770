"""What a run came to, in numbers that keep their places in a table."""

from dataclasses import dataclass
from math import isfinite, nan

from regplay.core.history import History


@dataclass(frozen=True)
class Outcome:
    """Losses of a run so far; NaN and None before there are any."""

    train: float = nan
    valid: float = nan
    best: float = nan  # the smallest validation loss
    best_epoch: int | None = None
    diverged: bool = False

    @property
    def gap(self) -> float:
        """Validation loss minus training loss."""
        return self.valid - self.train


def outcome(history: History, member: int = 0) -> Outcome:
    """The last record and the best one."""
    last = history.last
    if last is None:
        return Outcome()
    best = history.best(member)
    return Outcome(
        train=last.value("train_loss", member),
        valid=last.value("valid_loss", member),
        best=nan if best is None else float(history.column("valid_loss", member)[best]),
        best_epoch=None if best is None else int(history.epochs[best]),
        diverged=bool(last.diverged[member]),
    )


def loss_text(value: float) -> str:
    """A loss in four decimals, so that those of one column stand under one another.

    What has no digits there, or too many, is written with an exponent.
    """
    if not isfinite(value):
        return "–"
    if 0 < abs(value) < 1e-3:
        return f"{value:.1e}".replace("-", "−")
    return _fixed(value)


def gap_text(value: float) -> str:
    """A difference of losses with its sign; a small one is 0 in four decimals."""
    if not isfinite(value):
        return "–"
    text = _fixed(value)
    return text if text[0] == "−" or text == "0.0000" else f"+{text}"


def _fixed(value: float) -> str:
    for limit, form in ((10, ".4f"), (1000, ".2f")):
        if abs(value) < limit:
            return f"{value:{form}}".replace("-", "−").replace("−0.0000", "0.0000")
    return f"{value:.1e}".replace("-", "−").replace("e+0", "e")


WIDEST_LOSS = "8.8e−88"
WIDEST_GAP = "+8.8888"
