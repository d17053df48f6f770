"""What goes with a film as text: captions as SubRip and WebVTT, chapters, and marks to keep to."""

import re
from collections.abc import Sequence
from pathlib import Path

from regplay.session.storyboard.steps import StoryboardError
from regplay.session.validation import read_text

_LARGEST = 1 << 18  # bytes of a file of marks
_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)[,.](\d{3})\s*-->")

Moments = Sequence[tuple[float, str]]  # s, and what begins there


def srt(captions: Moments, end: float) -> str:
    """Captions as SubRip; an empty one ends the one before, `end` the last, s."""
    return _cues(captions, end, "", ",")


def vtt(captions: Moments, end: float, language: str) -> str:
    """Captions as WebVTT, <https://www.w3.org/TR/webvtt1/>, that says in which language it is."""
    return _cues(captions, end, f"WEBVTT\nKind: captions\nLanguage: {language}\n\n", ".")


def chapters(sections: Moments) -> str:
    """A line for each chapter, as video sites read them; the first begins at 0."""
    moments = [*sections]
    if moments and moments[0][0] > 0:
        moments.insert(0, (0.0, "Beginning"))
    return "".join(f"{_clock(seconds)} {title}\n" for seconds, title in moments)


def read_marks(path: Path) -> dict[str, float]:
    """When the texts of a SubRip or WebVTT file begin, s.

    Raises
    ------
    StoryboardError
        If it can't be read, or has no such text.
    """
    text = read_text(path, _LARGEST, "file of subtitles", StoryboardError)
    marks: dict[str, float] = {}
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").lstrip("\ufeff")):
        lines = block.strip().splitlines()
        for number, line in enumerate(lines):
            found = _TIME.match(line.strip())
            if found:
                hours, minutes, seconds, thousandths = map(int, found.groups())
                words = " ".join(lines[number + 1 :]).strip()
                begin = 3600 * hours + 60 * minutes + seconds + thousandths / 1000
                marks.setdefault(words, begin)
    marks.pop("", None)
    if not marks:
        raise StoryboardError(f"{path}: no marks are in it; it must be a file of subtitles (.srt)")
    return marks


def _cues(captions: Moments, end: float, head: str, point: str) -> str:
    ends = [moment for moment, _ in captions[1:]] + [end]
    cues, number = [head], 0
    for (begin, text), until in zip(captions, ends, strict=True):
        if not text or until <= begin:
            continue
        number += 1
        times = f"{_time(begin, point)} --> {_time(until, point)}"
        cues.append(f"{number}\n{times}\n{_plain(text)}\n\n")
    return "".join(cues)


def _plain(text: str) -> str:
    """A text that no player takes for markup or for the next cue."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("-->", "→")


def _time(seconds: float, point: str) -> str:
    thousandths = round(seconds * 1000)
    whole, rest = divmod(thousandths, 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{rest:03}"


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 60:02}:{whole % 60:02}"
