"""Plots as figures, at any size in a PNG, an SVG or on the clipboard, and as tables of numbers.

A `Figure` draws by the same layers as the plot on screen, in the ranges that are on screen. What
trains small pictures (`thumbnails`) and what draws a sweep (`sweep_figure`) are imported by their
own names, when they are wanted: they need torch.
"""

from regplay.gui.figures.figure_menus import FigureMenus
