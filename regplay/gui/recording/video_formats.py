"""What films can be: their formats, by the endings of their names."""

from dataclasses import dataclass, field
from pathlib import Path

from regplay.core import UserError


class RecordingError(UserError):
    """Frames can't be written; the message says where and why."""


@dataclass(frozen=True)
class Format:
    """How frames become a file.

    Attributes
    ----------
    suffix
        Of the file's name, by which it is chosen; a folder of PNG files has none.
    label
        For people.
    codec, container, pixels
        FFmpeg's names.
    options, container_options
        Of the codec and of the container.
    """

    suffix: str
    label: str
    codec: str = ""
    container: str = ""
    pixels: str = ""
    options: dict[str, str] = field(default_factory=dict)
    container_options: dict[str, str] = field(default_factory=dict)


_NO_DELAY = {"bf": "0", "rc-lookahead": "0", "sc_threshold": "0"}  # a packet for each frame at once
# A fragment each second, whose times are those of the whole.
_FRAGMENTED = {
    "movflags": "frag_keyframe+empty_moov+default_base_moof+frag_discont",
    "avoid_negative_ts": "disabled",
}
MP4 = Format(
    ".mp4",
    "MP4 (H.264)",
    "libx264",
    "mp4",
    "yuv420p",
    # Plots are flat, and move by whole pixels: all as exact everywhere, and nothing interpolated.
    {
        "preset": "superfast",
        "qp": "18",
        "subq": "0",
        "weightp": "0",
        "x264-params": "no-deblock=1",
        **_NO_DELAY,
    },
    _FRAGMENTED,
)
WEBM = Format(
    ".webm",
    "WebM (VP9)",
    "libvpx-vp9",
    "webm",
    "yuv420p",
    {"deadline": "realtime", "cpu-used": "8", "crf": "24", "b": "0", "lag-in-frames": "0"},
    {"live": "1", "cluster_time_limit": "900"},
)
GIF = Format(".gif", "GIF", "gif", "gif", "pal8")
APNG = Format(".apng", "APNG", "apng", "apng", "rgba", {"pred": "mixed"}, {"plays": "0"})
PNG = Format("", "PNG files, in a folder")
FORMATS = (MP4, WEBM, GIF, APNG, PNG)
TRANSPARENT = (WEBM, PNG)  # those that may be, where there is nothing in a picture
LOSSLESS = Format(
    ".mp4",
    "",
    "libx264rgb",
    "mp4",
    "bgr0",
    {"preset": "ultrafast", "qp": "0", **_NO_DELAY},
    _FRAGMENTED,
)
# Without loss, too: squares of 64 px that differ from the frame before, in two thirds of the time
# and as many bytes; only the first frame is whole, so that nothing can be taken back.
KEPT = Format(
    ".flv",
    "",
    "flashsv",
    "flv",
    "bgr24",
    {"compression_level": "1", "g": "1000000"},
    {"flvflags": "no_duration_filesize"},
)


def format_of(path: Path) -> Format:
    """The format that a file's name asks for.

    Raises
    ------
    RecordingError
        If its ending is of no format, with those that there are.
    """
    for known in FORMATS:
        if path.suffix.lower() == known.suffix:
            return known
    endings = ", ".join(known.suffix for known in FORMATS if known.suffix)
    raise RecordingError(
        f"{path.name}: the ending says what to write: {endings}, or none for a folder of PNG files"
    )
