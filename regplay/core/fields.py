"""Field paths: how one value of an experiment is named everywhere.

`FIELDS["regularization.weight_decay"]` holds the bounds, the default and the texts of that value,
read from `regplay.core.experiment`. The same path is a control's objectName, the argument of
`--set`, and the place in an error message.
"""

import difflib
import inspect
import math
import types
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from regplay.core import UserError
from regplay.core.datasets import REGISTRY, may_be_polynomial
from regplay.core.experiment import Experiment, SettingsGroup

_LEAST = 0.66  # likeness of two names, for one to be meant by the other
_LONGEST = 60  # characters of a name that may mean one of those there are
_MOST_PROBLEMS = 20  # that are looked for: whoever wrote more has written something else
_SECTION_SHARE = 0.3  # what comes before the last part only decides between names that are alike


def hint_at(name: str, known: Collection[str], *, lists: bool = False) -> str:
    """The end of a refusal of `name`: `; did you mean NEAREST?`, or nothing where none is like it.

    Of a path the last part counts, as a whole, by one of its words or by its initials:
    `data.ntrain` is like `data.n_train`, `wd` like `regularization.weight_decay`, `learning_rate`
    like `optimizer.lr`.

    Parameters
    ----------
    lists
        Whether all that is known is listed where none is like it.
    """
    meant = known if len(name) <= _LONGEST else ()
    likeness, best = max(((_likeness(name, other), other) for other in meant), default=(0.0, ""))
    if likeness >= _LEAST:
        return f"; did you mean {best}?"
    return f"; there are {', '.join(known)}" if lists else ""


def _likeness(path: str, known: str) -> float:
    section, _, name = path.rpartition(".")
    known_section, _, known_name = known.rpartition(".")
    alike = _ratio(name, known_name)
    if name == _initials(known_name) or known_name == _initials(name):
        alike = 1.0
    elif name in known_name.split("_"):
        alike = max(alike, 0.8)
    if alike < _LEAST:
        return 0.0
    return alike + _SECTION_SHARE * _ratio(section, known_section)


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def _initials(name: str) -> str | None:
    """The first letters of a name of several words."""
    words = name.split("_")
    return "".join(word[:1] for word in words) if len(words) > 1 else None


FieldKind = Literal["integer", "number", "switch", "choice", "text"]
Value = int | float | bool | str

_KINDS: dict[Any, FieldKind] = {int: "integer", float: "number", bool: "switch", str: "text"}


class ExperimentError(UserError):
    """An experiment has values that are refused; one line each, with path, value and bound."""


@dataclass(frozen=True)
class Field:
    """One value of an experiment: where it is, what it may be, and what to tell a person of it."""

    path: str
    kind: FieldKind
    default: Value
    label: str
    description: str
    annotation: Any
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: bool = False
    choices: tuple[str, ...] = ()
    log_floor: float | None = None  # smallest value above 0 on a logarithmic slider
    symbol: str = ""  # before the value in a list, short as on an axis; "" where the value says it
    is_rare: bool = False  # changed so rarely that it need not be in sight
    form: str = ""  # what it must be, in words; "" where the bounds say it, or a text may be any

    @cached_property
    def bounds(self) -> str:
        """The allowed values in words."""
        if self.form:
            return self.form
        if self.choices:
            return "one of " + ", ".join(self.choices)
        kind = msgspec.inspect.type_info(self.annotation)
        return bounds_in_words(kind.type if isinstance(kind, msgspec.inspect.Metadata) else kind)[0]

    def check(self, value: object) -> Value:
        """`value` if it is allowed here, whole numbers turned into floats where those belong.

        Raises
        ------
        ExperimentError
            With the field path, the value and the bound.
        """
        if self.kind == "choice" and value not in self.choices and isinstance(value, str):
            raise self._refusal(value, hint_at(value, self.choices))
        try:
            checked: Value = msgspec.convert(value, self.annotation)
        except msgspec.ValidationError:
            raise self._refusal(_shown(value)) from None
        if isinstance(checked, float) and not math.isfinite(checked):
            raise self._refusal(checked)
        return checked

    def parse(self, text: str) -> Value:
        """The value written as `text`, as after `--set`.

        Raises
        ------
        ExperimentError
            With the field path, the text and the bound.
        """
        value: object = text.strip()
        try:
            match self.kind:
                case "integer":
                    value = int(text)
                case "number":
                    value = float(text)
                case "switch":
                    value = {"true": True, "false": False}[text.strip().lower()]
        except (ValueError, KeyError):
            raise self._refusal(value or "nothing") from None
        return self.check(value)

    def _refusal(self, shown: object, hint: str = "") -> ExperimentError:
        return ExperimentError(f"{self.path} = {shown}: must be {self.bounds}{hint}")


def bounds_in_words(kind: msgspec.inspect.Type) -> tuple[str, str]:
    """What a value, and what several values, must be, in words."""
    match kind:
        case msgspec.inspect.Metadata(type=inner, extra_json_schema={"description": words}):
            one, several = bounds_in_words(inner)
            return f"{one}, {words}", f"{several}, {words}"
        case msgspec.inspect.IntType(ge=low, le=high):
            within = "" if low is None or high is None else f" from {low:,} to {high:,}"
            return f"a whole number{within}", f"whole numbers{within}"
        case msgspec.inspect.FloatType(gt=above, ge=low, le=high):
            within = "" if low is None or high is None else f" from {low:,g} to {high:,g}"
            if above is not None:
                within = f" more than {above:,g} and at most {high:,g}"
            return f"a number{within}", f"numbers{within}"
        case msgspec.inspect.StrType(min_length=least, max_length=most):
            count = f"{least} to" if least else "at most"
            within = "" if most is None else f" of {count} {most:,} characters"
            return f"a text{within}", f"texts{within}"
        case msgspec.inspect.UnionType(types=kinds):
            given = [each for each in kinds if not isinstance(each, msgspec.inspect.NoneType)]
            bounds = [bounds_in_words(each) for each in given]
            return ", or ".join(one for one, _ in bounds), ", or ".join(many for _, many in bounds)
        case msgspec.inspect.LiteralType(values=(value,)):
            return repr(value), "choices"
        case msgspec.inspect.LiteralType(values=values):
            return f"one of {', '.join(map(str, values))}", "choices"
        case msgspec.inspect.BoolType():
            return "true or false", "switches"
        case msgspec.inspect.VarTupleType(item_type=item, min_length=least, max_length=most):
            _, several = bounds_in_words(item)
            count = "a list of" if most is None else f"at most {most:,}"
            return f"{least} to {most} {several}" if least else f"{count} {several}", "lists"
    return "a table of values", "tables of values"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _descriptions(section: type[SettingsGroup]) -> dict[str, str]:
    """What the docstring of a group of values says of each of them, by its name."""
    _, _, attributes = inspect.cleandoc(section.__doc__ or "").partition("----------\n")
    found: dict[str, str] = {}
    name = ""
    for line in attributes.splitlines():
        if line.startswith(" "):
            found[name] = f"{found[name]} {line.strip()}".strip()
        else:
            name = line
            found[name] = ""
    return found


def _fields(section: type[SettingsGroup], prefix: str = "") -> dict[str, Field]:
    found: dict[str, Field] = {}
    hints, descriptions = get_type_hints(section, include_extras=True), _descriptions(section)
    for info in msgspec.structs.fields(section):
        path, annotation = prefix + info.name, hints[info.name]
        if isinstance(annotation, type) and issubclass(annotation, SettingsGroup):
            found |= _fields(annotation, path + ".")
            continue
        plain, meta = get_args(annotation)
        choices = get_args(plain) if get_origin(plain) is Literal else ()
        if path == "data.name":
            choices = tuple(REGISTRY)
        found[path] = Field(
            path=path,
            kind="choice" if choices else _KINDS[plain],
            default=info.default,
            label=meta.title,
            description=descriptions.get(info.name, ""),  # `python -OO` strips docstrings
            annotation=annotation,
            choices=choices,
            **(meta.extra or {}),
            minimum=meta.gt if meta.ge is None else meta.ge,
            maximum=meta.le,
            exclusive_minimum=meta.gt is not None,
        )
    return found


FIELDS: Mapping[str, Field] = types.MappingProxyType(_fields(Experiment))
_SECTIONS = tuple(dict.fromkeys(path.split(".")[0] for path in FIELDS if "." in path))


def field(path: str) -> Field:
    """The field at `path`.

    Raises
    ------
    ExperimentError
        If there is none, with the nearest known path.
    """
    if path in FIELDS:
        return FIELDS[path]
    if path in _SECTIONS:
        fields_of = ", ".join(known for known in FIELDS if known.startswith(f"{path}."))
        hint = f"; it is a group of fields: {fields_of}"
    else:  # a group alone is of no help to who has named it already
        hint = hint_at(path, FIELDS if "." in path else [*FIELDS, *_SECTIONS])
    raise ExperimentError(f"{path}: no such field{hint}")


def get(experiment: Experiment, path: str) -> Value:
    """The value at `path`, such as `get(experiment, "model.depth")`."""
    value: Any = experiment
    for name in path.split("."):
        value = getattr(value, name)
    return value  # type: ignore[no-any-return]


def to_dict(experiment: Experiment) -> dict[str, Any]:
    """The experiment as nested dictionaries, every value included."""
    plain: dict[str, Any] = msgspec.to_builtins(experiment)
    return plain


def from_dict(raw: Mapping[str, Any]) -> Experiment:
    """An experiment from nested dictionaries, such as a parsed TOML file.

    What is left out takes the defaults of the named dataset, then those of the experiment.

    Raises
    ------
    ExperimentError
        One line for each wrong value (field path, value, bound) and each unknown key (with the
        nearest known one), of the first twenty.
    """
    problems: list[str] = []
    values: dict[str, Value] = {}
    for path, value in _leaves(raw, problems):
        try:
            values[path] = field(path).check(value)
        except ExperimentError as error:
            problems.append(str(error))
        if len(problems) == _MOST_PROBLEMS:
            problems.append("…")
            break
    if problems:
        raise ExperimentError("\n".join(problems))
    return replace(Experiment(), values)


def _leaves(raw: Mapping[str, Any], problems: list[str]) -> list[tuple[str, Any]]:
    leaves: list[tuple[str, Any]] = []
    for name, value in raw.items():
        if name in _SECTIONS:
            if isinstance(value, Mapping):
                leaves += [(f"{name}.{key}", inner) for key, inner in value.items()]
            else:
                problems.append(f"{name} = {_shown(value)}: must be a table of values")
        else:
            leaves.append((name, value))
    return leaves


def replace(experiment: Experiment, values: Mapping[str, object]) -> Experiment:
    """A new experiment with the values at these field paths.

    Choosing another dataset (`data.name`) also sets what that dataset's own defaults say, except
    where `values` says otherwise and where a person's own points lie already; and a network, where
    a polynomial can't be fitted.

    Raises
    ------
    ExperimentError
        If a path is unknown or a value is refused.
    """
    checked = {path: field(path).check(value) for path, value in values.items()}
    if "data.name" in checked:
        spec = REGISTRY[str(checked["data.name"])]
        if spec.name != experiment.data.name:
            chosen = spec.chosen_after(experiment.data)
            checked = {f"data.{key}": value for key, value in chosen.items()} | checked
    changes: dict[str, dict[str, Any]] = {"": {}}
    for path, value in checked.items():
        section, _, name = path.rpartition(".")
        changes.setdefault(section, {})[name] = value
    own = changes.pop("")
    for section, values in changes.items():
        own[section] = msgspec.structs.replace(getattr(experiment, section), **values)
    changed = msgspec.structs.replace(experiment, **own)
    is_other = "data.name" in checked and "model.kind" not in checked
    if is_other and changed.model.kind == "polynomial" and not may_be_polynomial(changed.data):
        return replace(changed, {"model.kind": "network"})
    return changed


# What is learned: a person's own choice, which no default replaces.
CHOSEN = frozenset(
    f"data.{name}"
    for name in ("name", "file", "target", "inputs", "task", "points", "valid_points")
)


def default_of(experiment: Experiment, path: str) -> Value:
    """The value that a field has unless it is changed: of the data, the chosen dataset's own."""
    section, _, name = path.rpartition(".")
    usual = field(path).default
    if section != "data":
        return usual
    value: Value = REGISTRY[experiment.data.name].defaults.get(name, usual)
    return value


def with_defaults(experiment: Experiment, paths: Iterable[str]) -> Experiment:
    """The experiment with the defaults at these field paths; what is learned stays."""
    found = {path: default_of(experiment, path) for path in paths if path not in CHOSEN}
    return replace(experiment, found)


def differences(old: Experiment, new: Experiment) -> tuple[str, ...]:
    """The field paths at which two experiments differ, in the order of `FIELDS`."""
    same = {name for name in _SECTIONS if getattr(old, name) == getattr(new, name)}
    return tuple(
        path
        for path in FIELDS
        if path.partition(".")[0] not in same and get(old, path) != get(new, path)
    )
