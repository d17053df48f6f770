"""The mode in which a person places, moves and deletes points on the plot of the fit."""

from regplay.gui.editing.edit_mode import EditMode
