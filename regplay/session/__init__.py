"""Runs, storage and export: what the window and the terminal share, no Qt."""
