"""The language of claims: `valid_loss(weight_decay=0.01) < 0.5 * valid_loss(weight_decay=0)`.

Comparisons, joined by `and`, of numbers that are made of measures by `+ - * /`, `abs`, `min`, `max`
and parentheses; a verdict is compared with a text. Measures are those of `NEEDS`. In parentheses
after one stands what is otherwise in the experiment, `name=value`: a name is a field path, the last
part of one where no other field ends with it, or `epoch`: the measure at the newest record that is
not later. Values are numbers, texts in quotes, `true` and `false`.

Python's parser reads a claim, which is never run: each node of the tree that is not known here is
refused.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Annotated, Any, get_args

from msgspec import Meta

from regplay.core.fields import Value, hint_at
from regplay.core.verdict import VerdictKind
from regplay.session.claims.terms import (
    NEEDS,
    TEXTS,
    ClaimError,
    Term,
    check_measure,
    check_value,
    find_field,
)

LONGEST_CLAIM = 1000  # characters of a claim
ClaimText = Annotated[
    str, Meta(max_length=LONGEST_CLAIM, pattern=r"^[^\n]*$", description="in a single line")
]

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

ClaimValue = float | str
ValueOf = Callable[[Term], float | str | bool]

# Signs, and what they do.
_COMPARISONS: Mapping[type[ast.cmpop], tuple[str, Callable[[Any, Any], bool]]] = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
}
_OPERATORS: Mapping[type[ast.operator], tuple[str, Callable[[float, float], float]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", lambda one, other: one / other if other else math.nan),
}
_FUNCTIONS: Mapping[str, Callable[..., float]] = {"abs": abs, "min": min, "max": max}
_DEEPEST = 20  # parentheses within parentheses
_LATEST = 1_000_000  # epochs, as many as can be trained
_VERDICTS: tuple[str, ...] = get_args(VerdictKind)
_EXPECTED = "a measure such as valid_loss or a number was expected"
_TOO_DEEP = f"nested more than {_DEEPEST} deep"
_IN_PARENTHESES = "= sets a value in parentheses; to compare write =="


# statements: comparisons of numbers that are made of terms


@dataclass(frozen=True)
class Expression:
    """Something that has a value once its terms have."""

    value: Callable[[ValueOf], ClaimValue]  # NaN for a number that there isn't
    terms: tuple[Term, ...] = ()  # all in it, in order
    is_text: bool = False  # whether it is words instead of a number


def _measured(term: Term) -> Expression:
    def value(value_of: ValueOf) -> ClaimValue:
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


_Compared = tuple[Expression, Callable[[Any, Any], bool], Expression]


@dataclass(frozen=True)
class Statement:
    """A claim that has been read: comparisons, all of which have to hold."""

    comparisons: tuple[_Compared, ...]

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """What it speaks of, in order, each once."""
        sides = (side for left, _, right in self.comparisons for side in (left, right))
        return tuple(dict.fromkeys(term for side in sides for term in side.terms))

    def holds(self, value_of: ValueOf) -> bool:
        """Whether it is true, given the value of each of its terms.

        A NaN never holds, neither with `!=`; nor does a text beside a number.
        """
        return all(
            _holds(left.value(value_of), compare, right.value(value_of))
            for left, compare, right in self.comparisons
        )


def _holds(left: ClaimValue, compare: Callable[[Any, Any], bool], right: ClaimValue) -> bool:
    if isinstance(left, str) != isinstance(right, str):
        return False
    if any(isinstance(value, float) and math.isnan(value) for value in (left, right)):
        return False
    return compare(left, right)


# reading


@lru_cache(maxsize=1024)
def parse_claim(text: str) -> Statement:
    """What a claim says.

    Raises
    ------
    ClaimError
        If it can't be read, with the column and what to write instead.
    """
    return _ClaimReader(text).statement()


class _ClaimReader:
    """Reads the tree of a claim; columns in it are from 0, those of messages from 1."""

    def __init__(self, text: str) -> None:
        # Names without dots, and texts of the same length: what they are, the claim itself says.
        self._claim, plain = text, _plain(text)
        self._start = len(plain) - len(plain.lstrip())  # which Python would take for indentation
        self._tree = self._parsed(plain.strip())

    def _parsed(self, plain: str) -> ast.expr:
        nothing = re.search(r"=\s*(?=[,)])", plain)
        if nothing:
            raise ClaimError(
                f"{plain[nothing.end()]}, but a number, a text in quotes, true or false was "
                "expected",
                self._start + nothing.end() + 1,
            )
        try:
            return ast.parse(plain, mode="eval").body
        except (RecursionError, MemoryError):
            raise ClaimError(_TOO_DEEP, 1) from None
        except SyntaxError as error:
            if not error.offset or error.offset > len(plain):
                problem = f"the claim ends, but {_EXPECTED}"
                raise ClaimError(problem, len(self._claim) + 1) from None
            column = self._start + error.offset - 1
            found = _TOKEN.match(self._claim, column)
            token = found[0] if found else plain[error.offset - 1]
            is_plain = error.msg == "invalid syntax"
            hint = "; join comparisons by and" if is_plain else f": {error.msg}"
            problem = _IN_PARENTHESES if token == "=" else f"{token} is out of place here{hint}"
            raise ClaimError(problem, column + 1) from None

    def _column(self, node: ast.expr | ast.keyword) -> int:
        return self._start + node.col_offset

    def _end(self, node: ast.expr) -> int:
        assert node.end_col_offset is not None
        return self._start + node.end_col_offset

    def _column_after(self, node: ast.expr, word: str) -> int:
        """Where a sign or a word stands behind a node; parentheses may come before it."""
        return self._claim.index(word, self._end(node))

    def _written(self, node: ast.expr) -> str:
        return " ".join(self._claim[self._column(node) : self._end(node)].split())

    def _error(self, node: ast.expr | ast.keyword, problem: str) -> ClaimError:
        return ClaimError(problem, self._column(node) + 1)

    # the grammar

    def statement(self) -> Statement:
        return Statement(tuple(self._comparisons(self._tree)))

    def _comparisons(self, node: ast.expr) -> list[_Compared]:
        match node:
            case ast.BoolOp(op=ast.And()):
                return [found for each in node.values for found in self._comparisons(each)]
            case ast.Compare():
                return self._compared(node)
        self._number_or_text(node)  # which may know better what is wrong
        problem = "nothing is compared: add <, <=, >, >=, == or != and what to compare with"
        raise ClaimError(problem, self._end(node) + 1)

    def _compared(self, node: ast.Compare) -> list[_Compared]:
        found, nodes = [], [node.left, *node.comparators]
        operands = [self._number_or_text(each) for each in nodes]
        for place, op in enumerate(node.ops):
            if type(op) not in _COMPARISONS:
                problem = f"{self._written(node)}: only <, <=, >, >=, == and != compare"
                raise self._error(node, problem)
            (left, right), (sign, compare) = operands[place : place + 2], _COMPARISONS[type(op)]
            problem = _why_incomparable(left, sign, right)
            if problem:
                raise ClaimError(problem, self._column_after(nodes[place], sign) + 1)
            found.append((left, compare, right))
        return found

    def _number(self, node: ast.expr, sign: str) -> Expression:
        """What a sign or a function takes."""
        found = self._number_or_text(node)
        if found.is_text:
            raise self._error(node, f"{sign} takes numbers, and this is a text")
        return found

    def _number_or_text(self, node: ast.expr) -> Expression:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return Expression(lambda _: float(number))
            case ast.Constant(value=str()):
                text = self._text(node)
                if text in _VERDICTS:  # nothing else is compared with texts
                    return Expression(lambda _: text, is_text=True)
                hint = hint_at(text, _VERDICTS, lists=True)
                raise self._error(node, f'"{text}": no such verdict{hint}')
            case ast.UnaryOp(op=ast.USub()):
                return self._negated(node)
            case ast.BinOp():
                return self._joined(node)
            case ast.Name(id=name) if name in _FUNCTIONS:
                raise self._error(node, f"( was expected after {name}")
            case ast.Name(id="true" | "false"):
                raise self._error(node, f"{node.id}: write 1 for true and 0 for false")
            case ast.Name():
                return _measured(Term(self._measure(node)))
            case ast.Call(func=ast.Name(id=name)) if name in _FUNCTIONS:
                return self._function(node, name)
            case ast.Call(func=ast.Name()):
                return _measured(self._term(node))
            case ast.BoolOp(op=ast.Or()):
                column = self._column_after(node.values[0], "or") + 1
                raise ClaimError("or is no word of claims: only and joins comparisons", column)
            case ast.UnaryOp(op=ast.Not()):
                raise self._error(node, "not is no word of claims: only and joins comparisons")
            case ast.Tuple(elts=[first, *_]):
                column = self._column_after(first, ",") + 1
                raise ClaimError(", is out of place here; join comparisons by and", column)
            case ast.Compare() | ast.BoolOp():
                raise self._error(node, "parentheses hold numbers; join comparisons by and")
        raise self._error(node, f"{self._written(node)}, but {_EXPECTED}")

    def _text(self, node: ast.Constant) -> str:
        token = self._claim[self._column(node) : self._end(node)]
        if not _TOKEN.fullmatch(token):  # such as r"" or two in a row
            raise self._error(node, f"{self._written(node)} is out of place here")
        return token[1:-1]

    def _negated(self, node: ast.expr) -> Expression:
        count = 0
        while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            if count == _DEEPEST:
                raise self._error(node, _TOO_DEEP)
            count += 1
            node = node.operand
        operand = self._number(node, "-")
        return _of_numbers(lambda numbers: -numbers[0], [operand]) if count % 2 else operand

    def _joined(self, node: ast.expr) -> Expression:
        """Of as many numbers as stand beside one another, without going deeper for each."""
        rest: list[tuple[str, Callable[[float, float], float], ast.expr]] = []
        while isinstance(node, ast.BinOp):
            if type(node.op) not in _OPERATORS:
                problem = f"{self._written(node)}: only +, -, * and / join numbers"
                raise self._error(node, problem)
            rest.insert(0, (*_OPERATORS[type(node.op)], node.right))
            node = node.left
        operands = [self._number(node, rest[0][0])]
        operands += [self._number(each, sign) for sign, _, each in rest]

        def compute(numbers: Sequence[float]) -> float:
            result = numbers[0]
            for (_, join, _), number in zip(rest, numbers[1:], strict=True):
                result = join(result, number)
            return result

        return _of_numbers(compute, operands)

    def _function(self, node: ast.Call, name: str) -> Expression:
        if node.keywords:
            raise self._error(node.keywords[0], f"{name} takes numbers, and no field is set in it")
        arguments = [self._number(each, name) for each in node.args]
        fits = len(arguments) == 1 if name == "abs" else len(arguments) > 1
        if not fits:
            wanted = "one number" if name == "abs" else "at least two numbers"
            raise self._error(node, f"{name} takes {wanted}, not {len(arguments)}")
        return _of_numbers(lambda numbers: float(_FUNCTIONS[name](*numbers)), arguments)

    def _measure(self, node: ast.expr) -> str:
        return check_measure(self._written(node), self._column(node) + 1)

    def _term(self, node: ast.Call) -> Term:
        measure, changes = self._measure(node.func), dict[str, Value]()
        epoch: Value | None = None
        if not (node.args or node.keywords):
            problem = f"leave out the parentheses of {measure}(), or set a field in them"
            raise ClaimError(problem, self._column_after(node.func, ")") + 1)
        for each in node.args:
            problem = f"{self._written(each)}, but a change such as weight_decay=0.01 was expected"
            raise self._error(each, problem)
        for change in node.keywords:
            place = self._column(change)
            name = self._claim[place : place + len(change.arg or "*")]
            if name == "epoch":
                if epoch is not None:
                    raise self._error(change, "epoch is set twice")
                epoch = self._value(change.value, name)
                is_whole = not isinstance(epoch, bool | str) and float(epoch).is_integer()
                if not (is_whole and 0 <= float(epoch) <= _LATEST):
                    problem = f"epoch={epoch}: must be a whole number from 0 to {_LATEST}"
                    raise self._error(change, problem)
                continue
            field = find_field(name, place + 1)
            if field.path in changes:
                raise self._error(change, f"{field.path} is set twice")
            value = self._value(change.value, name)
            changes[field.path] = check_value(field, value, self._column(change.value) + 1)
        if epoch is not None and measure == "noise_floor":
            raise self._error(node, "noise_floor is the same at every epoch")
        if epoch == 0 and measure not in TEXTS and NEEDS[measure] in ("weights", "resamples"):
            problem = f"{measure} is not measured before training: write epoch=1, or a later one"
            raise self._error(node, problem)
        return Term(measure, changes, None if epoch is None else int(epoch))

    def _value(self, node: ast.expr, name: str) -> Value:
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return -value
            case ast.Constant(value=str()):
                return self._text(node)
            case ast.Name(id="true" | "false"):
                return node.id == "true"
        written = self._written(node)
        quoted = f'; put it in quotes: {name}="{written}"' if isinstance(node, ast.Name) else ""
        problem = f"{written}, but a number, a text in quotes, true or false was expected{quoted}"
        raise self._error(node, problem)


def _plain(claim: str) -> str:
    """A claim for Python's parser, as long: names without dots, texts without what they say.

    Raises
    ------
    ClaimError
        If there is a character that no token has, the claim is too long, or parentheses too deep.
    """
    if len(claim) > LONGEST_CLAIM:
        raise ClaimError(
            f"the claim has {len(claim):,} characters, and at most {LONGEST_CLAIM:,} are read", 1
        )
    plain, depth = "", 0
    while (place := len(plain)) < len(claim):
        found = _TOKEN.match(claim, place)
        if found is None:
            raise ClaimError(_unknown(claim[place]), place + 1)
        token = found[0]
        if found.lastgroup == "number" and not math.isfinite(float(token)):
            raise ClaimError(f"{token} is too large a number", place + 1)
        if found.lastgroup == "number" and claim[found.end() : found.end() + 1].isalpha():
            raise ClaimError(f"a blank is missing behind {token}", found.end() + 1)
        depth += (token == "(") - (token == ")")
        if depth > _DEEPEST:
            raise ClaimError(_TOO_DEEP, place + 1)
        match found.lastgroup:
            case "text":
                token = f'"{"x" * (len(token) - 2)}"'
            case "space":
                token = " " * len(token)
            case "name":
                token = token.replace(".", "_")
        plain += token
    return plain


def _unknown(character: str) -> str:
    if character in "\"'":
        return "a quote that is not closed"
    if character == "|":
        return "there is no or in claims: only and joins comparisons"
    meant = _MEANT.get(character)
    return f"{character!r} is no sign of claims" + (f"; write {meant}" if meant else "")


def _why_incomparable(left: Expression, sign: str, right: Expression) -> str:
    """Why a comparison makes no sense whatever is measured; empty if it may."""
    if left.is_text != right.is_text:
        return (
            f"{sign} between a text and a number; a verdict is a text, as in "
            'verdict == "overfitting", all else is a number'
        )
    if left.is_text and sign not in ("==", "!="):
        return f"{sign} compares numbers; texts take == or !="
    return ""
