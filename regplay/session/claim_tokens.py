"""The words, numbers and signs that a claim is made of."""

import math
import re
from dataclasses import dataclass
from typing import Literal

from regplay.session.claim_terms import ClaimError

LONGEST = 1000  # characters of a claim

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<text>"[^"\n]*"|'[^'\n]*')
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
  | (?P<sign><=|>=|==|!=|[-+*/()<>=,])
    """,
    re.VERBOSE,
)
# What people write instead of a sign.
_MEANT = {
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "−": "-",
    "·": "*",
    "×": "*",
    "&": "and",
    "!": "!=",
    "^": "x * x",
}


@dataclass(frozen=True)
class Token:
    """A word, a number, a text or a sign.

    Attributes
    ----------
    text
        As it is written; of a text, without the quotes.
    column
        Where it begins, from 1.
    """

    kind: Literal["number", "text", "name", "sign", "end"]
    text: str
    column: int

    def __str__(self) -> str:
        if self.kind == "end":
            return "the claim ends"
        return f'"{self.text}"' if self.kind == "text" else self.text

    def is_sign(self, text: str) -> bool:
        """Whether it is this sign, or this word."""
        return self.text == text and self.kind in ("sign", "name")

    @property
    def number(self) -> float:
        """The value of a number."""
        return float(self.text)


def tokens_of(text: str) -> list[Token]:
    """The tokens of a claim, and one for its end.

    Raises
    ------
    ClaimError
        If there is a character that no token has, or the claim is too long.
    """
    if len(text) > LONGEST:
        raise ClaimError(
            f"the claim has {len(text):,} characters, and at most {LONGEST:,} are read", 1
        )
    tokens, place = list[Token](), 0
    while place < len(text):
        column, found = place + 1, _TOKEN.match(text, place)
        if found is None:
            raise ClaimError(_unknown(text[place]), column)
        place = found.end()
        match found.lastgroup:
            case "number":
                if not math.isfinite(float(found[0])):
                    raise ClaimError(f"{found[0]} is too large a number", column)
                tokens.append(Token("number", found[0], column))
            case "text":
                tokens.append(Token("text", found[0][1:-1], column))
            case "name":
                tokens.append(Token("name", found[0], column))
            case "sign":
                tokens.append(Token("sign", found[0], column))
    tokens.append(Token("end", "", len(text) + 1))
    return tokens


def _unknown(character: str) -> str:
    if character in "\"'":
        return "a quote that is not closed"
    if character == "|":
        return "there is no or in claims: only and joins comparisons"
    meant = _MEANT.get(character)
    return f"{character!r} is no sign of claims" + (f"; write {meant}" if meant else "")
