"""Twelve colours for pinned runs.

They were searched for: each keeps a CIE76 distance of 14 or more from the others and from the
colours of training, validation and fit under simulated protanopia, deuteranopia and tritanopia
(Machado et al., 2009), and of 33 to eyes that see all colours. The first ones lie farthest apart.
"""

from regplay.gui.theme import Colors

_ON_LIGHT = (
    *("#8f30df", "#ff2050", "#8f0080", "#00309f", "#806030", "#0000ff"),
    *("#cf80bf", "#ff00df", "#800000", "#703050", "#808fff", "#ef308f"),
)
_ON_DARK = (
    *("#af40ff", "#df5070", "#8070df", "#bfff70", "#af709f", "#808040"),
    *("#108f70", "#efef00", "#ff0040", "#dfaf00", "#ff60cf", "#efcf80"),
)


def pin_color(index: int, colors: Colors) -> str:
    """The colour of a pin as `#rrggbb`, from its index in 0 … 11; then they come again."""
    palette = _ON_DARK if colors.dark else _ON_LIGHT
    return palette[index % len(palette)]
