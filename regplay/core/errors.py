"""What a person can cause and put right, apart from what only a defect can."""


class UserError(ValueError):
    """Something is refused; the message says what, where and what to do, in plain words."""
