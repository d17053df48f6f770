"""The map of a measure over two fields: every cell is a network, all of them trained together."""

from regplay.gui.landscape.landscape_map import labelled, place
from regplay.gui.landscape.landscape_tab import LandscapeTab

__all__ = ["LandscapeTab", "labelled", "place"]
