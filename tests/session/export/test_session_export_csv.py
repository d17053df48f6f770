"""Exported scripts read a person's table as regplay does, and hold a person's own points."""

import re

import pytest
from exported_scripts import assert_same, experiment_of, trained

from regplay.core.datasets import DatasetError
from regplay.session.export import to_pytorch

ROWS = [(i, i * i % 7, (i * 5) % 11, i * 3 % 13 + 0.5) for i in range(30)]
KINDS = ["wood", "clay", "Iron ore"]


def table(separator=",", header="a,b,c,y", end="\n", target=lambda row: row[-1]):
    lines = [header.replace(",", separator)] if header else []
    lines += [separator.join(map(str, [*row[:-1], target(row)])) for row in ROWS]
    return end.join(lines) + end


def _class(row):
    return KINDS[(row[1] + row[2]) % 3]


def _digit(row):
    return row[2] % 3


# The bytes of each file, and what is asked of it.
FILES = {
    "plain": (table(), {}),
    "semicolons": (table(";"), {}),
    "tabs": (table("\t"), {}),
    "commas in the names": (table(";").replace("b;", '"b, c";'), {}),
    "semicolons in a quoted name": (table().replace("b,", '"b;c",'), {}),
    "one name with a semicolon": ("x,'y;z'\n".replace("'", '"') + "1,2.5\n3,5\n4,3\n" * 4, {}),
    "no header": (table(header=""), {}),
    "windows": ("\ufeff\r\n" + table(end="\r\n\r\n") + "   \r\n", {}),
    "spaces and quotes": (re.sub(r"[^,\n]+", r' "\g<0> "', table()), {}),
    "first is the target": (table(), {"data.target": "a"}),
    "another target": (table(), {"data.target": "b"}),
    "two inputs": (table(), {"data.inputs": "b, c"}),
    "inputs in another order": (table(), {"data.inputs": "c, a"}),
    "one input": (table(), {"data.inputs": "a"}),
    "no unit": (table(), {"data.standardize": False}),
    "some rows": (table(), {"data.n_train": 7, "data.n_valid": 4, "data.seed": 6}),
    "text classes": (table(target=_class), {}),
    "text classes without units": (table(target=_class), {"data.standardize": False}),
    "numbered classes": (table(target=_digit), {}),
    "numbers that could be classes": (table(target=_digit), {"data.task": "regression"}),
    "any numbers as classes": (
        table(target=lambda row: [-1.5, 10, 2][_digit(row)]),
        {"data.task": "classification"},
    ),
    "numbers and texts as classes": (
        table(target=lambda row: ["10", "9", "many"][_digit(row)]),
        {"data.task": "classification"},
    ),
    "an input that never varies": (
        re.sub("^", "0.1,", table(header=""), flags=re.M).removesuffix("0.1,"),
        {},
    ),
    "a target that hardly varies": (
        table(target=lambda row: float(row[0] == 29)),
        {"data.task": "regression", "data.n_train": 3, "data.n_valid": 20},
    ),
    "decimal commas": (table(";").replace(".", ","), {}),
    "a title above": ("Measured in 2024\n\n" + table(), {}),
    "percent, kinds, gaps": (
        table(header="a,kind,c,y", target=lambda row: f"{row[3]}%").replace("3,2,", "3,,"),
        {"data.columns": "kind = category", "data.missing": "fill"},
    ),
    "rows left out": (table().replace("3,2,", "3,,"), {}),
    "the last rows": (table(), {"data.split": "last", "data.n_train": 9}),
    "stratified": (table(target=_class), {"data.split": "stratified"}),
    "a sample": (table(), {"data.sample": 14, "data.seed": 2}),
    "text in a column that is not used": (
        table().replace("c,y", "name,y").replace(",10,", ",Röm,"),
        {"data.inputs": "a,b"},
    ),
}
NAMES = ["plain.csv", 'it\'s "odd" {x}\\n.csv', "Größe größer.csv", "#; import os.csv"]
ONE_INPUT = "0 1; 1 -2\n2 0.5\n3 1e-3\n-4 .25\n5 3"
TWO_INPUTS = "0 0 0\n0 1 1\n1 0 1\n1 1 2\n2 2 0\n3 1 1\n2 0 2"
POINTS = {
    "held back": {"data.points": ONE_INPUT, "data.seed": 3},
    "both given": {"data.points": ONE_INPUT, "data.valid_points": "1 1\n2 2"},
    "standardised": {"data.points": ONE_INPUT, "data.standardize": True},
    "classes": {"data.points": TWO_INPUTS, "data.standardize": True},
    "classes as numbers": {"data.points": TWO_INPUTS, "data.task": "regression"},
    "a class that no point has": {
        "data.points": "1 0\n2 3\n4 0",
        "data.valid_points": "3 3",
        "data.task": "classification",
    },
    "many": {"data.points": "\n".join(f"{i / 7} {i * i % 11 / 3}" for i in range(200))},
}
COMMON = {"model.width": 8, "epochs": 10}


def _experiments(folder):
    found = {}
    for i, (name, (text, values)) in enumerate(FILES.items()):
        path = folder / f"{i} {NAMES[i % len(NAMES)]}"
        is_latin = "not used" in name
        path.write_bytes(text.encode("latin-1" if is_latin else "utf-8"))
        settings = {"data.name": "csv", "data.file": f" {path} "}
        found[name] = experiment_of(COMMON | settings | values)
    for name, values in POINTS.items():
        found[name] = experiment_of(COMMON | {"data.name": "points"} | values)
    return found


@pytest.fixture(scope="module")
def experiments(tmp_path_factory):
    return _experiments(tmp_path_factory.mktemp("tables"))


@pytest.mark.parametrize("name", [*FILES, *POINTS])
def test_a_script_comes_to_what_training_comes_to(experiments, run_script, name):
    (expected,) = trained(experiments[name])
    assert_same(run_script(experiments[name]), expected)


def test_what_files_and_their_names_hold_stays_text(tmp_path):
    path = tmp_path / "a\n'''\"\"\"\nraise SystemExit.csv"
    header = 'x\u202e,"a ""\\",y\u2066'
    path.write_text(header + "\n" + "".join(f"{i},{i},{i / 3}\n" for i in range(9)), "utf-8")
    script = to_pytorch(experiment_of({"data.name": "csv", "data.file": str(path), "epochs": 1}))
    compile(script, "script", "exec")
    assert "\u202e" not in script
    assert "\u2066" not in script
    assert not any(line.startswith(("raise", "'", '"y')) for line in script.splitlines())


def test_a_file_that_is_gone_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="there is no such file"):
        to_pytorch(experiment_of({"data.name": "csv", "data.file": str(tmp_path / "gone.csv")}))
