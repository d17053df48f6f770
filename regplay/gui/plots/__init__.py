"""The plots of the window: numpy data in, nothing trained here.

`FitView` shows what a network predicts, `HistoryView` how its losses went.
"""
