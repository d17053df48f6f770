"""Runs beside one another: the list of pinned ones, and up to four fits side by side."""
