"""The map of a measure over two fields: every cell is a network, all of them trained together."""

from regplay.gui.landscape.landscape_map import (
    MEASURE_NAMES,
    RECORDED,
    are_beyond,
    color_shares,
    labelled,
    place,
    scale_of,
)
from regplay.gui.landscape.landscape_tab import LandscapeTab
from regplay.gui.landscape.map_chart import CellsLayer, cell_edges, cell_place, draw_frame, shade_at
