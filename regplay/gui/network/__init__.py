"""The inside of a network: its weights as histograms and norms, and a small one drawn whole."""

from regplay.gui.network.graph_layout import UnitPlace
from regplay.gui.network.network_graph import NetworkGraph
from regplay.gui.network.network_view import NetworkView, NormsPlot
from regplay.gui.network.pictures import Histograms, layer_name
