"""The language of claims: `valid_loss(weight_decay=0.01) < 0.5 * valid_loss(weight_decay=0)`.

A claim is read by the small parser here and never run as Python. Its grammar, where `{}` may come
any number of times and `[]` may be left out::

    claim       comparison {"and" comparison}
    comparison  sum ("<" | "<=" | ">" | ">=" | "==" | "!=") sum {…}
    sum         product {("+" | "-") product}
    product     factor {("*" | "/") factor}
    factor      "-" factor | number | "text" | "(" sum ")" | function | term
    function    ("abs" | "min" | "max") "(" sum {"," sum} ")"
    term        measure ["(" name "=" value {"," name "=" value} ")"]
    value       ["-"] number | "text" | "true" | "false"

Measures are those of `NEEDS`. A name is a field path, the last part of one where no other field
ends with it, or `epoch`: the measure at the newest record that is not later.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, get_args

from regplay.core.fields import Value, nearest
from regplay.core.verdict import Kind
from regplay.session.claims.terms import (
    ClaimError,
    Term,
    check_measure,
    check_value,
    find_field,
)

LONGEST_CLAIM = 1000  # characters of a claim

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

Reading = float | str
ValueOf = Callable[[Term], float | str | bool]

COMPARISONS: Mapping[str, Callable[[Reading, Reading], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
FUNCTIONS: Mapping[str, Callable[..., float]] = {"abs": abs, "min": min, "max": max}
_DEEPEST = 20  # parentheses within parentheses
_LATEST = 1_000_000  # epochs, as many as can be trained
_VERDICTS: tuple[str, ...] = get_args(Kind)


# tokens: the words, numbers and signs of a claim


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
    if len(text) > LONGEST_CLAIM:
        raise ClaimError(
            f"the claim has {len(text):,} characters, and at most {LONGEST_CLAIM:,} are read", 1
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


# statements: comparisons of numbers that are made of terms


@dataclass(frozen=True)
class Expression:
    """Something that has a value once its terms have.

    Attributes
    ----------
    value
        Gives the value; NaN for a number that there isn't.
    terms
        All terms in it, in order.
    is_text
        Whether it is words instead of a number.
    """

    value: Callable[[ValueOf], Reading]
    terms: tuple[Term, ...] = ()
    is_text: bool = False


def constant(value: Reading) -> Expression:
    """A number or a text."""
    return Expression(lambda _: value, is_text=isinstance(value, str))


def measured(term: Term) -> Expression:
    """The value of a term."""

    def value(value_of: ValueOf) -> Reading:
        known = value_of(term)
        return known if isinstance(known, str) else float(known)

    return Expression(value, (term,), term.is_text)


def _of_numbers(
    compute: Callable[[Sequence[float]], float], operands: Sequence[Expression]
) -> Expression:
    """A number made of numbers; of NaN among them it is NaN."""

    def value(value_of: ValueOf) -> float:
        values = [operand.value(value_of) for operand in operands]
        numbers = [math.nan if isinstance(value, str) else value for value in values]
        return math.nan if any(map(math.isnan, numbers)) else compute(numbers)

    return Expression(value, tuple(term for operand in operands for term in operand.terms))


def negated(operand: Expression) -> Expression:
    """Minus a number."""
    return _of_numbers(lambda numbers: -numbers[0], [operand])


def called(function: str, operands: Sequence[Expression]) -> Expression:
    """A function of `FUNCTIONS`."""
    return _of_numbers(lambda numbers: float(FUNCTIONS[function](*numbers)), operands)


def chain(operands: Sequence[Expression], signs: Sequence[str]) -> Expression:
    """Numbers joined from left to right by `+` and `-`, or by `*` and `/`.

    Parameters
    ----------
    signs
        Between the operands, so one fewer.
    """

    def compute(numbers: Sequence[float]) -> float:
        result = numbers[0]
        for sign, number in zip(signs, numbers[1:], strict=True):
            match sign:
                case "+":
                    result += number
                case "-":
                    result -= number
                case "*":
                    result *= number
                case _:
                    result = result / number if number else math.nan
        return result

    return _of_numbers(compute, operands)


@dataclass(frozen=True)
class Comparison:
    """Expressions, each compared with the next, as in `a < b <= c`."""

    operands: tuple[Expression, ...]
    signs: tuple[str, ...]  # of `COMPARISONS`, one fewer than operands

    def holds(self, value_of: ValueOf) -> bool:
        """Whether each comparison is true; one with a NaN never is."""
        values = [operand.value(value_of) for operand in self.operands]
        pairs = zip(self.signs, values, values[1:], strict=False)
        return all(_holds(sign, left, right) for sign, left, right in pairs)


def _holds(sign: str, left: Reading, right: Reading) -> bool:
    if isinstance(left, str) != isinstance(right, str):
        return False
    if any(isinstance(value, float) and math.isnan(value) for value in (left, right)):
        return False
    return COMPARISONS[sign](left, right)


@dataclass(frozen=True)
class Statement:
    """A claim that has been read: comparisons, all of which have to hold."""

    comparisons: tuple[Comparison, ...]

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """What it speaks of, in order, each once."""
        found = (
            term
            for comparison in self.comparisons
            for operand in comparison.operands
            for term in operand.terms
        )
        return tuple(dict.fromkeys(found))

    def holds(self, value_of: ValueOf) -> bool:
        """Whether it is true, given the value of each of its terms.

        A NaN never holds, neither with `!=`; nor does a text beside a number.
        """
        return all(comparison.holds(value_of) for comparison in self.comparisons)


# the parser


@lru_cache(maxsize=1024)
def parse_claim(text: str) -> Statement:
    """What a claim says.

    Raises
    ------
    ClaimError
        If it can't be read, with the column and what to write instead.
    """
    return _Parser(tokens_of(text)).statement()


class _Parser:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens  # the last is the end
        self._place = 0
        self._depth = 0

    # tokens

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        self._place += token.kind != "end"
        return token

    def _takes(self, text: str) -> bool:
        """Take the next token if it is this sign or word."""
        found = self._next.is_sign(text)
        if found:
            self._take()
        return found

    def _expect(self, text: str, why: str) -> None:
        if not self._takes(text):
            raise ClaimError(f"{self._next}, but {text} was expected {why}", self._next.column)

    # the grammar

    def statement(self) -> Statement:
        comparisons = [self._comparison()]
        while self._takes("and"):
            comparisons.append(self._comparison())
        if self._next.kind != "end":
            raise ClaimError(_out_of_place(self._next), self._next.column)
        return Statement(tuple(comparisons))

    def _comparison(self) -> Comparison:
        operands, signs = [self._sum()], list[str]()
        while self._next.text in COMPARISONS and self._next.kind == "sign":
            sign = self._take()
            operands.append(self._sum())
            signs.append(sign.text)
            _check_sides(sign, operands[-2], operands[-1])
        if not signs:
            problem = f"{self._next}, but a comparison was expected, such as < or =="
            if self._next.kind == "end":
                problem = "nothing is compared: add <, <=, >, >=, == or != and what to compare with"
            elif self._next.is_sign("="):
                problem = "= sets a value in parentheses; to compare write =="
            raise ClaimError(problem, self._next.column)
        return Comparison(tuple(operands), tuple(signs))

    def _sum(self) -> Expression:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Expression:
        return self._chain(("*", "/"), self._factor)

    def _chain(self, signs: tuple[str, str], part: Callable[[], Expression]) -> Expression:
        column = self._next.column
        operands, found = [part()], list[str]()
        while self._next.kind == "sign" and self._next.text in signs:
            found.append(self._take().text)
            _check_number(operands[-1], found[-1], column)
            column = self._next.column
            operands.append(part())
        if not found:
            return operands[0]
        _check_number(operands[-1], found[-1], column)
        return chain(operands, found)

    def _factor(self) -> Expression:
        token = self._take()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ClaimError(f"nested more than {_DEEPEST} deep", token.column)
        try:
            return self._factor_of(token)
        finally:
            self._depth -= 1

    def _factor_of(self, token: Token) -> Expression:
        match token.kind:
            case "number":
                return constant(token.number)
            case "text":
                return constant(_verdict(token))
            case "name" if token.text in FUNCTIONS:
                return self._function(token)
            case "name" if token.text in ("or", "not"):
                raise ClaimError(_out_of_place(token), token.column)
            case "name" if token.text not in ("and", "true", "false"):
                return self._term(token)
        if token.is_sign("-"):
            column = self._next.column
            operand = self._factor()
            _check_number(operand, "-", column)
            return negated(operand)
        if token.is_sign("("):
            inner = self._sum()
            if self._next.text in (*COMPARISONS, "and") and self._next.kind != "text":
                problem = "parentheses hold numbers; join comparisons by and, without parentheses"
                raise ClaimError(problem, self._next.column)
            self._expect(")", "to close the parenthesis")
            return inner
        hint = "; write 1 for true and 0 for false" if token.text in ("true", "false") else ""
        problem = f"{token}, but a measure such as valid_loss or a number was expected{hint}"
        raise ClaimError(problem, token.column)

    def _function(self, name: Token) -> Expression:
        self._expect("(", f"after {name.text}")
        arguments = list[Expression]()
        while True:
            column = self._next.column
            arguments.append(self._sum())
            _check_number(arguments[-1], name.text, column)
            if not self._takes(","):
                break
        self._expect(")", f"to close {name.text}(")
        fits = len(arguments) == 1 if name.text == "abs" else len(arguments) > 1
        if not fits:
            wanted = "one number" if name.text == "abs" else "at least two numbers"
            raise ClaimError(f"{name.text} takes {wanted}, not {len(arguments)}", name.column)
        return called(name.text, arguments)

    def _term(self, name: Token) -> Expression:
        measure = check_measure(name.text, name.column)
        changes, epoch = dict[str, Value](), None
        if self._takes("("):
            while True:
                if self._next.is_sign(")") and not changes and epoch is None:
                    problem = f"leave out the parentheses of {name.text}(), or set a field in them"
                    raise ClaimError(problem, self._next.column)
                given = self._take()
                if given.kind != "name":
                    problem = f"{given}, but a change such as weight_decay=0.01 was expected"
                    raise ClaimError(problem, given.column)
                if given.text == "epoch":
                    if epoch is not None:
                        raise ClaimError("epoch is set twice", given.column)
                    epoch = self._epoch(given)
                else:
                    self._change(given, changes)
                if not self._takes(","):
                    break
            self._expect(")", f"to close {name.text}(")
        if epoch is not None and measure == "noise_floor":
            raise ClaimError("noise_floor is the same at every epoch", name.column)
        return measured(Term(measure, changes, epoch))

    def _change(self, given: Token, changes: dict[str, Value]) -> None:
        of = find_field(given.text, given.column)
        if of.path in changes:
            raise ClaimError(f"{of.path} is set twice", given.column)
        self._expect("=", f"after {given.text}")
        column = self._next.column
        changes[of.path] = check_value(of, self._value(given), column)

    def _value(self, given: Token) -> Value:
        sign = -1.0 if self._takes("-") else 1.0
        token = self._take()
        if token.kind == "number":
            is_whole = token.text.isdigit()
            return int(sign) * int(token.text) if is_whole else sign * token.number
        if token.kind == "text" and sign > 0:
            return token.text
        if token.text in ("true", "false") and sign > 0:
            return token.text == "true"
        quoted = f'; put it in quotes: {given.text}="{token.text}"' if token.kind == "name" else ""
        problem = f"{token}, but a number, a text in quotes, true or false was expected{quoted}"
        raise ClaimError(problem, token.column)

    def _epoch(self, given: Token) -> int:
        self._expect("=", "after epoch")
        token = self._take()
        if token.kind != "number" or not token.number.is_integer() or token.number > _LATEST:
            problem = f"epoch={token.text}: must be a whole number from 0 to {_LATEST}"
            raise ClaimError(problem, given.column)
        return int(token.number)


def _out_of_place(token: Token) -> str:
    if token.text in ("or", "not") and token.kind == "name":
        return f"{token.text} is no word of claims: only and joins comparisons"
    if token.is_sign("="):
        return "= sets a value in parentheses; to compare write =="
    return f"{token} is out of place here; join comparisons by and"


def _check_number(operand: Expression, sign: str, column: int) -> None:
    if operand.is_text:
        raise ClaimError(f"{sign} takes numbers, and this is a text", column)


def _check_sides(sign: Token, left: Expression, right: Expression) -> None:
    """Refuse comparisons that make no sense whatever is measured."""
    if left.is_text != right.is_text:
        problem = f"{sign.text} between a text and a number; "
        problem += 'a verdict is a text, as in verdict == "overfitting", all else is a number'
        raise ClaimError(problem, sign.column)
    if not left.is_text:
        return
    if sign.text not in ("==", "!="):
        raise ClaimError(f"{sign.text} compares numbers; texts take == or !=", sign.column)


def _verdict(token: Token) -> str:
    """The text, if it is a verdict: nothing else is compared with texts."""
    if token.text not in _VERDICTS:
        near = nearest(token.text, _VERDICTS)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(_VERDICTS)}"
        raise ClaimError(f"{token}: no such verdict; {hint}", token.column)
    return token.text
