"""From a field to its control."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from regplay.core.fields import Field, Value
from regplay.core.hyperparameters import SWEEPABLE
from regplay.gui.controls.control import (
    ChoiceControl,
    Control,
    FileControl,
    PointsControl,
    SwitchControl,
    TextControl,
)
from regplay.gui.controls.curve_control import SweepableControl
from regplay.gui.controls.dataset_picker import DatasetPicker
from regplay.gui.controls.number import NumberControl
from regplay.gui.controls.slider_scale import SliderScale, counts, linear, logarithmic, octaves

# What a person slides to; typing goes as far as the field's bounds.
_SCALES: Mapping[str, Callable[[], SliderScale]] = {
    "data.n_train": lambda: counts(2_000, low=2),
    "data.n_valid": lambda: counts(2_000),
    "data.n_inputs": lambda: counts(1_000),
    "data.n_informative": lambda: counts(1_000, low=0),
    "data.seed": lambda: linear(0, 100, 1),
    "model.width": lambda: octaves(256),
    "regularization.early_stopping": lambda: counts(10_000, low=0),
    "optimizer.batch_size": lambda: octaves(1_024, low=0),
    "epochs": lambda: counts(100_000),
    "seed": lambda: linear(0, 100, 1),
}
_WORDS: Mapping[str, Mapping[int, str]] = {
    "regularization.early_stopping": {0: "off"},
    "optimizer.batch_size": {0: "full"},
}


# In a file, where both default to 0, that stands for a number that the file decides.
_FILE_WORDS: Mapping[str, Mapping[int, str]] = {
    "data.n_train": {0: "all"},
    "data.n_valid": {0: "30 %"},
}


def fit_to_dataset(control: Control, default: Value) -> None:
    """Let the control of a data field offer what suits a dataset with this `default`."""
    path = control.field.path
    if path in _FILE_WORDS:
        assert isinstance(control, NumberControl)
        if default == 0:
            control.set_reach(counts(2_000, low=0), _FILE_WORDS[path])
        else:
            control.set_reach(_SCALES[path](), {})
    control.set_default(default)


def scale_of(field: Field) -> SliderScale:
    """The slider of a number: logarithmic where the field has a `log_floor`, else even steps."""
    if field.path in _SCALES:
        return _SCALES[field.path]()
    assert field.minimum is not None
    assert field.maximum is not None
    if field.log_floor is not None:
        zero = field.minimum == 0 and not field.exclusive_minimum
        return logarithmic(field.log_floor, field.maximum, zero=zero)
    if field.kind == "integer":
        return linear(int(field.minimum), int(field.maximum), 1)
    return linear(field.minimum, field.maximum, 0.01)


def make_control(field: Field, parent: QWidget | None = None) -> Control:
    """The control for `field`, showing its default."""
    match field.kind:
        case "choice" if field.path == "data.name":
            return DatasetPicker(field, parent)
        case "choice":
            return ChoiceControl(field, parent)
        case "switch":
            return SwitchControl(field, parent)
        case "text" if field.path == "data.file":
            return FileControl(field, parent)
        case "text" if field.path in ("data.points", "data.valid_points"):
            return PointsControl(field, parent)
        case "text":
            return TextControl(field, parent)
    kind = SweepableControl if field.path in SWEEPABLE else NumberControl
    return kind(field, scale_of(field), _WORDS.get(field.path), parent)
