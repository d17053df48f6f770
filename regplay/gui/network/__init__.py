"""The inside of a network: its weights as histograms and norms, and a small one drawn whole.

`NetworkView` shows what `regplay.core.inside` computes; nothing is trained here.
"""
