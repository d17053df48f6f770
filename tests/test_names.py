"""A name says one thing, once; and what a folder holds is reached through its face."""

import ast
import itertools
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import regplay

FOLDER = Path(regplay.__file__).parent
FILES = [file for file in FOLDER.rglob("*.py") if file.stem != "__init__"]
PACKAGES = [file.parent for file in FOLDER.rglob("__init__.py")]


def types_in(file: Path) -> Iterator[str]:
    """The classes and type aliases of a module's top level, private ones too."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        match node:
            case ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) if is_type(name):
                yield name


def is_type(name: str) -> bool:
    bare = name.lstrip("_")
    return bare[:1].isupper() and not bare.isupper()


def test_no_two_modules_have_one_name():
    names = sorted(file.stem for file in FILES)
    assert len(names) > 100
    assert [one for one, next in itertools.pairwise(names) if one == next] == []


def test_no_two_packages_have_one_name():
    names = sorted(package.name for package in PACKAGES)
    assert len(names) > 20
    assert [one for one, next in itertools.pairwise(names) if one == next] == []


def test_no_two_types_have_one_name():
    places = defaultdict(set)
    for file in FILES:
        for name in types_in(file):
            places[name.lstrip("_")].add(str(file.relative_to(FOLDER)))
    assert "Experiment" in places
    assert "Floats" in places
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_a_contract_holds_the_face_of_each_package_but_the_layers():
    layers = {FOLDER / name for name in ("core", "session", "gui")}
    file = Path(__file__).parents[1] / "pyproject.toml"
    project = tomllib.loads(file.read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    guarded = {
        module.rpartition(".")[0]
        for contract in contracts
        if contract["type"] == "protected"
        for module in contract["protected_modules"]
    }
    names = {
        "regplay." + ".".join(package.relative_to(FOLDER).parts)
        for package in PACKAGES
        if package != FOLDER and package not in layers
    }
    assert len(names) > 20
    assert names - guarded == set()
