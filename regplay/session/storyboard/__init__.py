"""Storyboards: films of the window, written down."""

from regplay.session.storyboard.captions import chapters, read_marks, srt, vtt
from regplay.session.storyboard.slides import between, between_epochs, eased
from regplay.session.storyboard.storyboard import (
    SIZES,
    Caption,
    Draw,
    Focus,
    Hide,
    PinRun,
    Require,
    Scrub,
    Section,
    SetValues,
    ShowTab,
    Step,
    Still,
    Storyboard,
    StoryboardError,
    SweepField,
    Together,
    Train,
    Wait,
    WaitUntil,
    begun_at,
    duration,
    load_storyboard,
    loads_storyboard,
    parsed_size,
    verb,
)
