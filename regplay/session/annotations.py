"""What is drawn on plots by hand or by a storyboard, in the coordinates of the data."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

PlotName = Literal["fit", "losses", "accuracy", "weights"]
MOST_ANNOTATIONS = 300
MOST_POINTS = 200  # of one line
LONGEST_TEXT = 100  # characters

AnnotationPoints = Annotated[tuple[tuple[float, float], ...], Meta(max_length=MOST_POINTS)]
AnnotationText = Annotated[str, Meta(max_length=LONGEST_TEXT)]


class Annotation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line, an arrow or a text.

    Attributes
    ----------
    draw
        Which of them.
    on
        The plot in whose data units the points are.
    points
        Of the line, in order; an arrow ends in a head, and a text begins at the first of them.
    """

    draw: Literal["line", "arrow", "text"]
    on: PlotName = "fit"
    points: AnnotationPoints = ()
    text: AnnotationText = ""


Annotations = Annotated[tuple[Annotation, ...], Meta(max_length=MOST_ANNOTATIONS)]
