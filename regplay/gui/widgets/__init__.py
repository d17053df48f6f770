"""The program's own small widgets."""

from regplay.gui.widgets.boxes import (
    ComboBox,
    CountBox,
    NumberBox,
    WholeNumberBox,
    commit_first,
    leave_keys,
)
from regplay.gui.widgets.buttons import (
    Button,
    CheckBox,
    CloseButton,
    FlatButton,
    PushButton,
    Toggle,
    application_icon,
)
from regplay.gui.widgets.columns import Columns, ScrolledPlots
from regplay.gui.widgets.file_names import path_to_save
from regplay.gui.widgets.layout import (
    FlowLayout,
    ModelIndex,
    ScrolledColumn,
    TwoColumns,
    application,
    beside,
    column,
    divided,
    fill,
    named,
    next_stop,
    put_in_tab_order,
    take_out,
    with_parents,
)
from regplay.gui.widgets.painting import (
    LOOK_EVENTS,
    FocusRing,
    fill_rounded,
    paint_button,
    paint_focus_ring,
)
from regplay.gui.widgets.plain_text import Label, as_plain
from regplay.gui.widgets.pointer import show_waiting
from regplay.gui.widgets.study_control import StudyControl
from regplay.gui.widgets.texts import Banner, ElidedLabel, Invitation, Sentence, WrappedLabel
