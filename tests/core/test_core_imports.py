"""No module imports one that imports it, not even for its types, which import-linter leaves out."""

import ast
import graphlib
from pathlib import Path

import pytest

import regplay

ROOT = Path(regplay.__file__).parent


def modules():
    """Each module by its name, a package by its own."""
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


FILES = dict(modules())


def imported(path):
    """The modules of the package that a file names in any of its imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            for each in node.names:
                name = f"{node.module}.{each.name}"
                yield name if name in FILES else node.module
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names)


@pytest.mark.parametrize("package", ["core", "session", "gui"])
def test_there_is_no_circle(package):
    of = {name for name in FILES if name.startswith(f"regplay.{package}.")}
    graph = {name: of.intersection(imported(FILES[name])) - {name} for name in of}
    assert sum(map(len, graph.values())) > 1
    graphlib.TopologicalSorter(graph).prepare()  # which names a circle
