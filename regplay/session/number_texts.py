"""Numbers as a person reads them, in the terminal and in messages."""


def counted(n: int, noun: str) -> str:
    """A number with its noun, such as `1 epoch` or `1,000 epochs`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def loss_text(loss: float) -> str:
    """A loss, or what else is measured, such as `0.1235`."""
    return f"{loss:.4g}"


def percent_text(share: float, digits: int = 0) -> str:
    """A share from 0 to 1, such as `97.3 %` with one digit behind the point."""
    return f"{100 * share:.{digits}f} %"


def duration_text(seconds: float) -> str:
    """About how long something takes, such as `45 s`, `3 min` or `2.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
