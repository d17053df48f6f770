"""The map of a measure over two fields: every cell is a network, all of them trained together.

`LandscapeView` shows what it is handed as a `LandscapeMap`; nothing is trained here.
"""
