"""Runs, storage and export: what the window and the terminal share, no Qt.

There is no face for all of it: that would load what the first picture of the window doesn't need,
torch among it. Claims, lessons, documents (sessions as files) and exports have one each.
"""
