"""Storyboards: films of the window, written down."""

from regplay.session.storyboard.captions import chapters, read_marks, srt, vtt
from regplay.session.storyboard.reading import (
    HEAD,
    check_readable,
    is_storyboard,
    load_storyboard,
    loads_storyboard,
    read_step,
)
from regplay.session.storyboard.steps import (
    KEYS,
    LONGEST_CAPTION,
    LONGEST_STEP,
    VERBS,
    BeginSection,
    Caption,
    Draw,
    Focus,
    Hide,
    PinRun,
    Require,
    Scrub,
    SetValues,
    ShowTab,
    Step,
    StepsTogether,
    Still,
    StoryboardError,
    SweepField,
    Train,
    Wait,
    WaitUntil,
    between_epochs,
    duration,
    eased,
    table_files,
    verb,
)
from regplay.session.storyboard.storyboard import (
    EXAMPLE,
    SIZES,
    Percent,
    Storyboard,
    at_marks,
    begun_at,
    in_language,
    parsed_size,
    unused_marks,
)
from regplay.session.storyboard.tidying import Action, tidied
from regplay.session.storyboard.writing import (
    step_table,
    step_toml,
    storyboard_toml,
    write_storyboard,
)
