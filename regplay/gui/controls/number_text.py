"""Numbers as people read and write them. No Qt."""

import math
import re
from collections.abc import Mapping
from decimal import Decimal

from regplay.core.fields import Field, Value


def number_text(value: float) -> str:
    """The shortest text that reads back as exactly `value`: `64`, `0.01`, `1e-4`."""
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < 1e6:
        return str(int(value))
    text = repr(float(value))  # of a NumPy number as well
    return f"{Decimal(text):e}" if abs(value) < 1e-3 else text


def read_number(field: Field, text: str, words: Mapping[int, str]) -> Value:
    """The value that a person typed: `1e-3`, `0,01`, a word such as `off`.

    Raises
    ------
    ExperimentError
        If it is no number, or not one that the field takes.
    """
    text = text.strip()
    for value, word in words.items():
        if text.lower() == word:
            return field.check(value)
    if field.kind == "number":
        # `0,01` is how much of Europe writes it; `1,000` could be either, so it is refused.
        plain = text.replace(",", ".") if not re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+", text) else text
        return field.parse(plain)
    try:
        number = float(text)
    except ValueError:
        return field.parse(text)
    whole = math.isfinite(number) and number.is_integer()
    return field.check(int(number)) if whole else field.parse(text)
