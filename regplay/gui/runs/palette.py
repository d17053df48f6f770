"""Twelve colours for pinned runs.

They were searched for: each keeps a CIEDE2000 distance of 19 or more from the others and from the
colours of training, validation, fit and truth, and of 7.5 under simulated protanopia, deuteranopia
and tritanopia (Machado et al., 2009), with a contrast of 3 to the ground. A test holds them to
that. The first ones are the most vivid.
"""

from regplay.gui.theme import Colors

_ON_LIGHT = (
    *("#ff00ff", "#d90036", "#00358c", "#735017", "#17735c", "#591250"),
    *("#a64299", "#6633ff", "#084000", "#a386bf", "#732e2e", "#d97790"),
)
_ON_DARK = (
    *("#d900a3", "#7361f2", "#bfff00", "#f2b600", "#8c701c", "#658c4d"),
    *("#bf6974", "#42a699", "#f20000", "#b186bf", "#bfbf86", "#007ca6"),
)


def pin_color(index: int, colors: Colors) -> str:
    """The colour of a pin as `#rrggbb`, from its index in 0 … 11; then they come again."""
    palette = _ON_DARK if colors.dark else _ON_LIGHT
    return palette[index % len(palette)]
