"""What a claim says: comparisons of numbers that are made of terms."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from regplay.session.claim_terms import Term

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
_NAN = float("nan")


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
        numbers = [_NAN if isinstance(value, str) else value for value in values]
        return _NAN if any(map(math.isnan, numbers)) else compute(numbers)

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
                    result = result / number if number else _NAN
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
