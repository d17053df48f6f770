"""TOML of strangers: what could take long to parse is refused before."""

import time
import tomllib

import pytest

from regplay.core import UserError
from regplay.session.validation import parse_toml, takes_long

_M = 1 << 20
_DOTS = ".".join("c" * 60_000)


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 100_000,
        "x = " + "[" * 3000,  # too deep for the parser alone
        "x = " + "{a=" * 50_000,
        "x = [" + "1," * 1_000_000 + "]",
        f"{_DOTS} = 1",
        f"[{' . '.join(['a'] * 60_000)}]",
        ".".join(['"a b"'] * 60_000) + " = 1",
        f"x = {{{_DOTS} = 1}}",
        "".join(f"[a{i}.b.c.d]\n" for i in range(20_000)),
        "".join(f"a{i} = 1\n" for i in range(300_000)),
        "x = [" + "[],\n" * 250_000 + "]",
        "".join(f"  [[a{i}]]\n" for i in range(20_000)),
        "".join(f"[a{i}.{'.'.join('b' * 31)}]\n" for i in range(4000)),
        "# a\n" * 2 * _M,
        'x = "' + r"\u0041" * 2 * _M + '"',
        "a" * 7 * _M + " = 1",
    ],
    ids=[
        *("lists", "recursion", "tables", "numbers", "dots", "header", "quoted", "inline"),
        *(
            "headers",
            "keys",
            "empty lists",
            "lists of tables",
            "deep headers",
            "lines",
            "escapes",
            "length",
        ),
    ],
)
def test_what_could_take_long_is_refused_at_once(text):
    start = time.thread_time()
    with pytest.raises(UserError, match="far too many, or nested too deeply"):
        parse_toml(text, "file", UserError)
    assert time.thread_time() - start < 3  # 0.3 or less, but for the lines, on a slow machine


@pytest.mark.parametrize(
    "text",
    [
        ('"' * 990 + "=.") * 2000,
        '"""\\' * 200_000,
        "'''a" * _M,
        '"\\' * 400_000,
        '""""' * _M,
        "'\n" * 100_000,
    ],
)
def test_quotes_that_are_not_closed_are_soon_looked_through(text):
    start = time.thread_time()
    with pytest.raises(UserError, match=r"at line|at end of document"):
        parse_toml(text, "file", UserError)
    assert time.thread_time() - start < 3


@pytest.mark.parametrize(
    "before",
    [
        'x = {a = """b"""", ',
        'x = {a = """b""""", ',
        'x = {a = """b\\""" "" """, ',
        "x = {a = '''b'''', ",
        "x = {a = '''b''''', ",
        'x = {a = "\\"", ',
        "x = {a = '\\', ",
        'x = "\\\\" # "\ny = {',
        "x = '\"' # '''\ny = {",
    ],
)
def test_nothing_is_hidden_behind_the_end_of_a_string(before):
    tomllib.loads(f"{before}c.c.c = 1}}")  # or it would hide nothing
    with pytest.raises(UserError, match="far too many, or nested too deeply"):
        parse_toml(f"{before}{_DOTS} = 1}}", "file", UserError)


@pytest.mark.parametrize(
    "text",
    [
        'points = """\n' + "0.5 -1.25, [x] {y} = 3\n" * 30_000 + '"""\n',
        "points = '''" + "a.b.c.d = [1]\n" * 20_000 + "'''",
        f'link = "{_DOTS}" # {_DOTS}\n# {_DOTS}',
        "[pages.pins.set.data]\nnoise = 0.5\n",
        'a."b.c" = [1.5, 2.25, 1979-05-27T07:32:00.999]\nb = "x"\n',
        "numbers = [" + "3,\n" * 30_000 + "]",
        "drawn = [" + "[0.5, 1.25], " * 60_000 + "]",
        "drawn = [\n" + "  [\n    0.5,\n    1.25,\n  ],\n" * 60_000 + "]",
        "lines = [" + "[\n1.5,\n-3,\n],\n" * 30_000 + "]",
        "",
    ],
)
def test_what_files_hold_is_parsed_whatever_stands_in_its_strings(text):
    assert parse_toml(text, "file", UserError) == tomllib.loads(text)
    assert not takes_long(text)


def test_what_is_no_toml_is_told_with_its_place():
    with pytest.raises(UserError, match="at line 2, column 5"):
        parse_toml("x = 1\ny = = 3\n", "file", UserError)
    with pytest.raises(UserError, match="limit"):
        parse_toml("x = " + "9" * 5000, "file", UserError)
