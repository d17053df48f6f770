"""Which encoding the bytes of a text are in, and what they say.

UTF-8 and UTF-16 are told by their bytes. In all others any bytes are some letters, so that what
decides is whether these are words: letters of one language, no capital behind a small letter, no
sign amid a word. Where two encodings give different words, a person is asked. (charset-normalizer
guesses without asking; of a column or two it reads `T (°C)` as Big5 and `coût` as Windows-1250.)
"""

import re
import unicodedata
from dataclasses import dataclass

from regplay.core.datasets.dataset import short

_CODECS = {"utf-8": "utf-8-sig", "shift-jis": "cp932", "gbk": "gb18030", "euc-kr": "cp949"}
_LANGUAGES = {  # encodings, the more usual first, and the letters beyond a to z of some languages
    ("windows-1252", "iso-8859-15", "mac-roman", "cp850"): (
        *("äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "áâãàçéêíóôõúü", "àèéìíîòóùú"),
        *("æøåäöé", "áðéíóúýþæö", "éèêëïóöüç"),
    ),
    ("windows-1250", "iso-8859-2"): (
        *("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ"),
    ),
    ("windows-1254",): ("çğıöşüİâîû",),
    ("windows-1251", "koi8-r", "cp866", "iso-8859-5"): (
        *("абвгдежзийклмнопрстуфхцчшщъыьэюяё", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"),
    ),
    ("windows-1253",): ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋ",),
    ("windows-1255",): ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",),
}
_SEVERAL = "äöüßàâæçéèêëîïôœùûÿáíñóúãõìíòåø"  # of languages of the West in one file
_PAIRS = {  # of encodings with two bytes a sign: all of these, and the usual ones among them
    "gbk": (rb"[\xa1-\xf7][\xa1-\xfe]", rb"[\xa1-\xa3\xb0-\xd7]"),
    "shift-jis": (rb"[\x81-\x9f\xe0-\xea][\x40-\x7e\x80-\xfc]", rb"[\x81-\x83\x88-\x97]"),
    "euc-jp": (rb"[\xa1-\xf4][\xa1-\xfe]", rb"[\xa1-\xa5\xb0-\xcf]"),
    "euc-kr": (rb"[\xa1-\xc8][\xa1-\xfe]", rb"[\xa1-\xa3\xb0-\xc8]"),
    "big5": (rb"[\xa1-\xf9][\x40-\x7e\xa1-\xfe]", rb"[\xa1-\xc6]"),
}
_USUAL = 0.9  # share of usual ones
_SIGNS = "°µ€£¥²³¹±×÷·§©®™«»„“”‚‘’–—…¿¡ºª½¼¾\xa0"
_AMID = re.compile(
    r"[^\W\d_][°€£¥±÷§©®™„“”‘‚–—…¿¡½¼¾ªº\xa0²³¹][^\W\d_]|[°²³¹™…—‘º][a-zà-ÿ]"
    r"|[^\W\d_]«|»[^\W\d_]|[°€£¥²³¹±×÷§©®™¿¡ºª½¼¾·—«»]{2}"
)
_WORDS = re.compile(r"[^\W\d_µªº]+")
_MIXED = re.compile(r"[a-zA-Z][^\W\da-zA-Zµ]|[^\W\da-zA-Zµ][a-zA-Z]")
_BESIDE_SMALL = re.compile(r"[a-z][\u3000-\uffff]|[\u3000-\uffff][a-z]")
_FREQUENT = frozenset("оаеинт")
_KANA = re.compile(r"[\u3040-\u30fa]")
_END_LETTERS = re.compile(r"[ךםןףץ][א-ת]")  # stand at the end of a word
_PIECES = re.compile(  # with a byte beyond ASCII, and never cut within a sign
    rb"(?<![\x40-\xff])[\x40-\x7f]*[\x80-\xff][\x40-\xff]*"
)
_MOST_PIECES = 2_000  # different ones
_SAMPLED = 1 << 15  # bytes of these together
_SCANNED = 1 << 20  # bytes, from the first one beyond ASCII on
_SHOWN = 3  # in a question


@dataclass(frozen=True)
class Guess:
    """An encoding, a key of `ENCODINGS`, and some words as they are by it."""

    encoding: str
    words: str


def encodings_of(raw: bytes) -> list[Guess]:
    """The encodings that a text may be in, the likeliest first; none if it can't be told."""
    known = _unicode_of(raw)
    if known:
        return [Guess(known, "")]
    pieces = dict.fromkeys(_PIECES.findall(_part_of_words(raw)))
    sample = b"\n".join([*pieces][:_MOST_PIECES])
    if len(sample) > _SAMPLED:
        whole, _, cut = sample[:_SAMPLED].rpartition(b"\n")
        sample = whole or cut
    western = _decoded(sample, "windows-1252")
    if not any(sign.isalpha() and sign not in _SIGNS for sign in western if sign > "\x7f"):
        is_lonely = not re.search(rf"[{_SIGNS}]{{2}}", western)
        if is_lonely and _are_words(western, ""):
            return [Guess("windows-1252", western)]
    found: dict[str, str] = {}  # encodings by texts, since several may give the same
    for encodings, languages in _LANGUAGES.items():
        texts = [(_decoded(sample, encoding), encoding) for encoding in encodings]
        fit = [one for one in texts if any(_are_words(one[0], letters) for letters in languages)]
        for text, encoding in sorted(fit, key=lambda one: -_n_frequent(one[0]))[:1]:
            found.setdefault(text, encoding)
    pairs = {_decoded(sample, one): one for one in _PAIRS if _are_pairs(sample, one)}
    found |= {text: one for text, one in pairs.items() if not _BESIDE_SMALL.search(text)}
    found = found or pairs
    if not found and _are_words(western, _SEVERAL):
        found[western] = "windows-1252"
    return [
        Guess(encoding, short(", ".join(text.split("\n")[:_SHOWN])))
        for text, encoding in found.items()
    ]


def _part_of_words(raw: bytes) -> bytes:
    """The lines that decide: about a mebibyte from the first byte beyond ASCII on."""
    first = re.search(rb"[\x80-\xff]", raw)
    if first is None:
        return b""
    end = raw.find(b"\n", first.start() + _SCANNED)
    return raw[raw.rfind(b"\n", 0, first.start()) + 1 : end if end >= 0 else None]


def decode(raw: bytes, encoding: str) -> str:
    """A text in an encoding that is a key of `ENCODINGS`.

    Raises
    ------
    UnicodeDecodeError
        If it is not in this encoding.
    """
    if encoding == "utf-16" and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16-le" if raw[1:2] == b"\0" else "utf-16-be")
    try:
        return raw.decode(_CODECS.get(encoding, encoding))
    except UnicodeDecodeError:
        if encoding == "windows-1252":
            return raw.decode("latin-1")  # five bytes mean nothing in Windows-1252
        raise


def _unicode_of(raw: bytes) -> str:
    """`utf-8` or `utf-16`; empty for neither."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = raw[:1000]
    zeros = max(start[half::2].count(0) for half in (0, 1))
    if zeros * 2 > len(start) // 2 and start.count(0) * 10 < len(start) * 6:
        return "utf-16"  # without its mark; every second byte of Latin letters is zero
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "utf-8"


def _decoded(sample: bytes, encoding: str) -> str:
    return sample.decode(_CODECS.get(encoding, encoding), errors="replace")


def _are_words(text: str, letters: str) -> bool:
    """Whether all beyond ASCII are these letters and usual signs, as words have them."""
    known = {*letters, *letters.upper(), *_SIGNS}
    if any(sign > "\x7f" and sign not in known for sign in {*text}) or _AMID.search(text):
        return False
    is_latin = letters[:1] < "\u0250"
    if not is_latin and (_MIXED.search(text) or _END_LETTERS.search(text)):
        return False
    words = [word for word in _WORDS.findall(text) if not word.isascii()]
    if any(not word.isupper() and word[1:] != word[1:].lower() for word in words):
        return False
    has_syllabic = "č" in letters or "ŕ" in letters  # words without vowels, such as čtvrť
    return not is_latin or has_syllabic or all(map(_has_vowel, words))


def _has_vowel(word: str) -> bool:
    base = unicodedata.normalize("NFD", word.lower())
    return len(word) < 3 or any(letter in "aeiouyæœøı" for letter in base)


def _are_pairs(sample: bytes, encoding: str) -> bool:
    """Whether all beyond ASCII are signs of two bytes, most of them usual."""
    every, usual = _PAIRS[encoding]
    pairs = re.findall(every, sample)
    if not re.fullmatch(rb"(?:[\x00-\x7f]|" + every + rb")*", sample):
        return False
    count = sum(map(bool, map(re.compile(usual).match, pairs)))
    text = _decoded(sample, encoding)
    has_kana = _KANA.search(text) is not None  # as nearly all Japanese
    if encoding != "shift-jis" and has_kana != (encoding == "euc-jp"):
        return False
    return count >= _USUAL * len(pairs)


def _n_frequent(text: str) -> int:
    """How many of the most frequent letters of Cyrillic there are."""
    return sum(map(text.lower().count, _FREQUENT))
