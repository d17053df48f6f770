"""The inside of a network: its weights as histograms and norms, and a small one drawn whole."""

from regplay.gui.network.network_view import NetworkView

__all__ = ["NetworkView"]
