"""Experiment, datasets, population, training: numpy and torch, no Qt."""

_LONGEST = 2000  # characters of a message


class UserError(ValueError):
    """What a person can cause and put right is refused, apart from what only a defect can.

    The message says what, where and what to do, in plain words; of one that repeats a value of any
    length, the middle is left out.
    """

    def __str__(self) -> str:
        told = super().__str__()
        half = _LONGEST // 2
        return told if len(told) <= _LONGEST else f"{told[:half]} … {told[-half:]}"
