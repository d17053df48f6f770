"""Numbers that a person types into a box: one rule for all boxes, the same in every locale."""

import math
import re

_GAP = "[ \u00a0\u202f\u2009]"  # a space, also one that keeps a line together, thin or not
_EXPONENT = r"(?:[eE][+-]?\d+)?"
_WITH_POINT = re.compile(rf"(?:\d+(?:\.\d*)?|\.\d+){_EXPONENT}", re.ASCII)
_GROUPED = re.compile(
    rf"(?P<whole>[1-9]\d{{0,2}}(?P<group>{_GAP}|['’.,])\d{{3}}(?:(?P=group)\d{{3}})*)"
    r"(?:(?!(?P=group))[.,](?P<decimals>\d*))?",
    re.ASCII,
)
_WITH_COMMA = re.compile(rf"(?![1-9]\d{{0,2}},\d{{3}}[eE])(?:\d+,\d*|,\d+){_EXPONENT}", re.ASCII)
_EITHER = re.compile(r"[1-9]\d{0,2}\.\d{3}", re.ASCII)


class TypedNumberError(ValueError):
    """A text is no number, or could be two; the message says which two, or is empty."""


def typed_number(text: str, *, whole: bool = False) -> float:
    """The number in a text.

    A point is the decimal mark. So is a comma where it can't be a thousands mark: `0,01` and `2,5`
    are 0.01 and 2.5, `1,000` is 1000. Digits in groups of three are read as they are grouped, by
    spaces, apostrophes, commas, or points where there are several or a decimal comma behind them:
    `12 000`, `1'000`, `1.000.000`, `1.000,5`.

    Parameters
    ----------
    whole
        Whether only whole numbers make sense. Nobody writes 1 as `1.000`, so there it is refused.

    Raises
    ------
    TypedNumberError
        If it is no finite number, or one that could be two.
    """
    text = text.strip().replace("−", "-")
    sign, digits = (text[0], text[1:].lstrip()) if text[:1] in ("+", "-") else ("", text)
    if whole and _EITHER.fullmatch(digits):
        grouped = digits.replace(".", ",")
        raise TypedNumberError(f"{float(digits):g} or {grouped}? Write it without the point.")
    if _WITH_POINT.fullmatch(digits):
        plain = digits
    elif found := _GROUPED.fullmatch(digits):
        plain = f"{found['whole'].replace(found['group'], '')}.{found['decimals'] or ''}"
    elif _WITH_COMMA.fullmatch(digits):
        plain = digits.replace(",", ".")
    else:
        raise TypedNumberError
    number = float(sign + plain)
    if math.isinf(number):  # 1e999
        raise TypedNumberError
    return number or 0.0  # never −0
