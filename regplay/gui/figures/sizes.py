"""How large a figure is: in pixels, or on paper."""

from regplay.gui.figures.figure import LEAST, usual_scale

INCH = 25.4  # mm
SCREEN = 96.0  # dots an inch at a scale of 1, as CSS has it


def size_in_pixels(width: int, height: int, scale: float | None) -> tuple[int, int, float]:
    """Width, height and scale of a figure of so many pixels; the scale is chosen if it is None."""
    return width, height, _with_room(width, height, scale or usual_scale(width, height))


def size_on_paper(width: float, height: float, dpi: int) -> tuple[int, int, float]:
    """Width, height and scale in pixels of a figure of so many mm, printed at `dpi` dots an inch.

    Its text has the size that it has on a screen of 96 dots an inch: about 10 points.
    """
    across, up = (max(round(side / INCH * dpi), 1) for side in (width, height))
    return across, up, _with_room(across, up, dpi / SCREEN)


def _with_room(width: int, height: int, scale: float) -> float:
    """The scale, or less where the axes would have no room."""
    return min(scale, max(min(width, height) / LEAST, 0.1))
