"""Plots as figures, at any size in a PNG, an SVG or on the clipboard, and as tables of numbers.

A `Figure` draws by the same layers as the plot on screen, in the ranges that are on screen.
"""
