"""Texts in encodings that their bytes do not name: read rightly, or asked about."""

import pytest
from made_datasets import checked

from regplay.core.datasets import DatasetError, load
from regplay.core.datasets.own_table.text_encoding import decode, encodings_of
from regplay.core.experiment import DataSettings

WEST = ["windows-1252", "mac-roman"]
WORDS = [
    ("Größe Länge Müller Straße Öl Übung", [*WEST, "cp850"]),
    ("été élève forêt château œuvre où ça", WEST),
    ("année coût_€ été", ["iso-8859-15"]),
    ("año niño corazón ¿qué? día", WEST),
    ("ações São Não coração", WEST),
    ("Åre kött smörgås", WEST),
    ("Ærø Østerbro smørrebrød", WEST[:1]),
    ("Århus Málaga Zürich Orléans", WEST[:1]),
    ("(°C) m² µg € ½ “x” don’t 10–20", WEST[:1]),
    ("żółty różowy Łódź", ["windows-1250", "iso-8859-2"]),
    ("černý růžový šedý Plzeň", ["windows-1250", "iso-8859-2"]),
    ("őszi nő tűz", ["windows-1250"]),
    ("kırmızı yeşil ağaç İzmir", ["windows-1254"]),
    ("Красный синий Москва", ["windows-1251", "koi8-r", "cp866", "iso-8859-5"]),
    ("МОСКВА ВЕС", ["windows-1251"]),
    ("Київ їжак червоний", ["windows-1251"]),
    ("Αθήνα κόκκινο βάρος", ["windows-1253"]),
    ("東京 大阪 高さ ねこ", ["shift-jis"]),
    ("北京 上海 红色 长度", ["gbk"]),
    ("A组 B组 x坐标", ["gbk"]),
    ("臺北 高雄 顏色", ["big5"]),
]


@pytest.mark.parametrize(
    ("words", "encoding"), [(words, one) for words, encodings in WORDS for one in encodings]
)
def test_what_is_told_by_its_words(words, encoding):
    raw = "".join(f"{word},1\n" for word in words.split()).encode(encoding)
    (guess,) = encodings_of(raw)
    assert decode(raw, guess.encoding) == raw.decode(encoding)


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("서울 부산 빨강", "euc-kr"),
        ("東京 大阪 高さ", "euc-jp"),
        ("אביב אדום גובה", "windows-1255"),
    ],
)
def test_what_may_be_several_is_offered_as_each(words, encoding):
    raw = "".join(f"{word},1\n" for word in words.split()).encode(encoding)
    guesses = encodings_of(raw)
    assert len(guesses) > 1
    assert words.replace(" ", ", ") in [guess.words for guess in guesses if guess.encoding]
    assert encoding in [guess.encoding for guess in guesses]


def test_a_terminal_is_told_what_to_say(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("이름,값\n서울,1\n부산,2\n빨강,3\n".encode("euc-kr"))
    with pytest.raises(
        DatasetError, match="can be read in several ways; say which words"
    ) as caught:
        load(DataSettings(name="csv", file=str(path)))
    assert 'data.format = "encoding = euc-kr"' in str(caught.value)
    assert checked(path, format="encoding = euc-kr").raw.names == ("이름", "값")


def test_letters_of_no_known_encoding_are_not_read_without_a_word(tmp_path):
    path = tmp_path / "table.csv"
    text = "درجة,الحرارة\n" + "".join(f"{i},{i * i}\n" for i in range(20))
    path.write_bytes(text.encode("windows-1256"))
    (problem,) = checked(path).problems
    assert problem.message == (
        "the letters of this file are in an encoding that is not known here; save it as UTF-8 "
        "(in Excel: CSV UTF-8)"
    )
    assert checked(path, format="encoding = windows-1256").raw.names == ("درجة", "الحرارة")


def test_of_an_endless_word_the_beginning_decides():
    start = ("é" * 70_000).encode("latin-1")
    assert encodings_of(start)
    assert encodings_of(start + b"\x81") == encodings_of(start)


@pytest.mark.parametrize("bom", [b"", "\ufeff".encode()])
def test_utf_8_is_what_it_is(bom):
    raw = bom + "größe,東京\n".encode()
    (guess,) = encodings_of(raw)
    assert guess.encoding == "utf-8"
    assert decode(raw, "utf-8") == "größe,東京\n"
