"""Colours made from the palette, so that they suit a light and a dark one."""

from PySide6.QtGui import QColor, QPalette


def blend(first: QColor, second: QColor, share: float) -> QColor:
    """`first`, with `share` (0 … 1) of it replaced by `second`."""
    mixed = [
        a + (b - a) * share
        for a, b in zip(first.getRgbF()[:3], second.getRgbF()[:3], strict=True)  # type: ignore[index]
    ]
    return QColor.fromRgbF(*mixed)


def line(palette: QPalette, share: float = 0.3) -> QColor:
    """A quiet line on the window: `share` of the text's colour."""
    return blend(
        palette.color(QPalette.ColorRole.Window),
        palette.color(QPalette.ColorRole.WindowText),
        share,
    )


def is_dark(palette: QPalette) -> bool:
    """Whether light text stands on a dark ground."""
    return palette.color(QPalette.ColorRole.Base).lightness() < 128


def refusal(palette: QPalette) -> QColor:
    """The red of a refused value."""
    return QColor.fromHsl(2, 200, 165 if is_dark(palette) else 110)
