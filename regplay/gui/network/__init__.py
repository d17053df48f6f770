"""The inside of a network: its weights as histograms and norms, and a small one drawn whole.

`NetworkView` shows what `regplay.core.inside` computes; nothing is trained here.
"""

from regplay.gui.network.network_view import NetworkView

__all__ = ["NetworkView"]
