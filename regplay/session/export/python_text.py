"""Pieces of Python source, laid out as `ruff format` lays them out."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from typing import Any

from regplay.core import UserError

WIDTH = 100  # columns of a line


def quoted(text: str) -> str:
    """A string literal, in double quotes unless it holds some."""
    literal = repr(text)
    is_plain = literal.startswith("'") and '"' not in literal
    return f'"{literal[1:-1]}"' if is_plain else literal


def comment(text: str) -> str:
    """A comment of as many lines as it takes."""
    lines = textwrap.wrap(text, WIDTH - 2, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"# {line}" for line in lines)


def call(head: str, arguments: Sequence[str], tail: str = "") -> str:
    """`head(arguments)tail` on one line, or with the arguments on lines of their own.

    The tail is such as the colon of a `def`.
    """
    inside = ", ".join(arguments)
    line = f"{head}({inside}){tail}"
    if len(line) <= WIDTH:
        return line
    if len(inside) + 4 <= WIDTH:
        return f"{head}(\n    {inside}\n){tail}"
    return "\n".join([f"{head}(", *[f"    {argument}," for argument in arguments], f"){tail}"])


def listed(head: str, elements: Sequence[str]) -> str:
    """`head[elements]` on one line, or with each element on a line of its own."""
    line = f"{head}[{', '.join(elements)}]"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{head}[", *[f"    {element}," for element in elements], "]"])


def table(name: str, rows: Iterable[Sequence[str]]) -> str:
    """An assignment of a long string that holds these cells, as many rows a line as fit."""
    lines: list[str] = []
    line = ""
    for row in rows:
        cells = " ".join(row)
        if line and len(line) + 3 + len(cells) > WIDTH:
            lines.append(line)
            line = ""
        line = f"{line}   {cells}" if line else cells
    return "\n".join([f'{name} = """', *lines, line, '"""'])


def joined(words: Sequence[str]) -> str:
    """Words as `a`, `a and b` or `a, b and c`."""
    return " and ".join([*([", ".join(words[:-1])] if words[1:] else []), *words[-1:]])


def indented(lines: Iterable[str], levels: int = 1) -> list[str]:
    """The lines, so many levels deeper."""
    return [" " * 4 * levels + line if line else "" for line in lines]


def definitions(*functions: Callable[..., Any]) -> list[str]:
    """The source of functions, without types, after that of all they use of their modules.

    That may be plain values, numpy, and functions like these, also as keywords of a partial.

    Raises
    ------
    UserError
        If the program came without its source.
    """
    values: list[str] = []
    sources: dict[str, list[str]] = {}

    def add(function: Callable[..., Any]) -> None:
        if isinstance(function, partial):
            for one in (*function.keywords.values(), function.func):
                add(one)
            return
        for name, value in inspect.getclosurevars(function).globals.items():
            if inspect.isfunction(value):
                add(value)
            elif not inspect.ismodule(value):
                values.append(f"{name} = {value!r}")
        try:
            source = inspect.getsource(function)
        except OSError:
            raise UserError(
                "the script would hold source of regplay, which this copy of it came without; "
                "install regplay by pip, and export there"
            ) from None
        (definition,) = ast.parse(source).body
        assert isinstance(definition, ast.FunctionDef)
        head = call(f"def {definition.name}", list(inspect.signature(function).parameters), ":")
        body = source.splitlines()[definition.body[0].lineno - 1 :]
        sources[definition.name] = ["", "", head, *body]

    for function in functions:
        add(function)
    return [*values, *chain(*sources.values()), "", ""]
