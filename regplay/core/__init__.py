"""Experiment, datasets, population, training: numpy and torch, no Qt."""


class UserError(ValueError):
    """What a person can cause and put right is refused, apart from what only a defect can.

    The message says what, where and what to do, in plain words.
    """
