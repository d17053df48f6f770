"""Links: short, exact, and harmless whoever made them."""

import base64
import json
import textwrap
import zlib

import pytest
from keywords import by_path

from regplay.core import UserError
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, replace
from regplay.session.experiment_text import LinkError, from_link, is_link, to_link


def _of(**values):
    return replace(Experiment(), by_path(values))


def _made_of(values) -> str:
    """A link as somebody else might make one."""
    text = values if isinstance(values, bytes) else json.dumps(values).encode()
    return "regplay:1" + base64.urlsafe_b64encode(zlib.compress(text)).decode().rstrip("=")


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(),
        _of(model__depth=4, regularization__weight_decay=1e-300, optimizer__name="sgd"),
        _of(data__name="moons"),
        _of(data__name="moons", data__noise=FIELDS["data.noise"].default),  # not that of moons
        _of(data__name="xor", data__target='a "quoted" λ\n; = column', seed=2**31 - 1),
        _of(regularization__decay_bias=False, data__noise=0.1 + 0.2),
        _of(data__name="points", data__points="0.1 0.2\n0.3 -0.4", data__valid_points="1 1"),
    ],
)
def test_a_link_leads_to_the_same_experiment(experiment):
    link = to_link(experiment)
    assert link.startswith("regplay:")
    assert set(link[8:]) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    assert from_link(link) == experiment


def test_a_link_is_short():
    changed = _of(
        model__depth=3, regularization__weight_decay=0.0123, regularization__early_stopping=200
    )
    assert len(to_link(changed)) < 150
    assert len(to_link(Experiment())) < 30


def test_what_mail_programs_do_to_a_link_does_no_harm():
    experiment = _of(model__depth=3, data__name="moons", data__noise=0.25, optimizer__lr=0.003)
    link = to_link(experiment)
    assert from_link(f"  \n{link}\t\n") == experiment
    assert from_link("\r\n".join(textwrap.wrap(link, 20))) == experiment
    assert from_link(f"<{link}>.") == experiment
    assert from_link(f'"{link}"') == experiment
    assert from_link(link.replace("regplay", "RegPlay")) == experiment
    assert from_link(link + "=") == experiment


def test_a_link_is_told_from_other_text():
    link = to_link(Experiment())
    assert is_link(link)
    assert is_link(f"\n <{link}> ")
    assert not is_link("look at regplay: it is nice")
    assert not is_link("session.regplay")
    assert not is_link("")


def test_every_truncation_is_refused():
    link = to_link(_of(model__depth=3, data__name="moons", regularization__dropout=0.25))
    for length in range(len(link)):
        with pytest.raises(LinkError):
            from_link(link[:length])


def test_no_changed_letter_goes_unnoticed():
    experiment = _of(model__depth=3, data__name="moons", regularization__dropout=0.25)
    link = to_link(experiment)
    for place in range(9, len(link)):
        for letter in "A_9":
            try:
                found = from_link(link[:place] + letter + link[place + 1 :])
            except LinkError:
                continue
            assert found == experiment  # the letter was that one, or its bits are not used


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "must begin with regplay:"),
        ("http://example.com", "must begin with regplay:"),
        ("regplay:", "not complete"),
        ("regplay:1", "not complete"),
        ("regplay:1ü", "not complete"),
        ("regplay:2eJw", "newer regplay"),
        (_made_of(b"\xff\xfe"), "no experiment"),
        (_made_of(b"[1, 2]"), "no experiment"),
        (_made_of(b"[" * 100_000), "no experiment"),
        (_made_of(b'{"seed": ' + b"9" * 5000 + b"}"), "no experiment"),
        (_made_of({"model.deep": 3}), "did you mean model.depth"),
        (_made_of({"model.depth": 99}), "model.depth = 99: must be a whole number from 0 to 8"),
        (_made_of({"model.depth": [3]}), "model.depth"),
        (_made_of({"data.noise": float("nan")}), "data.noise = nan"),
        (_made_of({"data.name": ["csv"]}), "data.name"),
        ("regplay:1" + "A" * (1 << 20), "too long"),
    ],
)
def test_what_is_no_link_is_refused_in_plain_words(text, complaint):
    with pytest.raises(LinkError) as refused:
        from_link(text)
    assert complaint in str(refused.value)
    assert isinstance(refused.value, UserError)
    assert len(str(refused.value)) < 300


def test_a_link_may_not_name_a_file():
    with pytest.raises(LinkError, match="names a file"):
        from_link(_made_of({"data.name": "csv", "data.file": "/etc/passwd"}))
    with pytest.raises(LinkError, match="names a file"):
        from_link(_made_of({"data.file": "/etc/passwd"}))
    with pytest.raises(LinkError, match="asks for a file"):
        from_link(_made_of({"data.name": "csv"}))


def test_an_experiment_with_a_file_has_no_link():
    with pytest.raises(LinkError, match="save the session"):
        to_link(_of(data__name="csv", data__file="/home/me/table.csv"))
    unused = _of(data__file="/home/me/table.csv")
    assert from_link(to_link(unused)) == Experiment()


def test_very_many_points_have_no_link():
    points = "\n".join(f"{i / 7!r} {i / 11!r}" for i in range(20_000))
    with pytest.raises(LinkError, match="too many points"):
        to_link(_of(data__name="points", data__points=points, data__valid_points="0 0"))


def test_little_that_unpacks_to_much_is_refused_before_it_is_unpacked():
    bomb = _made_of(b" " * (64 << 20))
    assert len(bomb) < 100_000
    with pytest.raises(LinkError, match="more than an experiment may"):
        from_link(bomb)
