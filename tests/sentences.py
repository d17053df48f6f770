"""What a verdict and its advice may say, and what of it can't stand together."""

import re

from regplay.core.advice import Tried
from regplay.core.verdict import Verdict

_NUMBER = r"[\d.,·⁻⁰¹²³⁴⁵⁶⁷⁸⁹−]*[\d⁰¹²³⁴⁵⁶⁷⁸⁹–]"
# All of them, by a name.
SENTENCES = {
    "rose": f"The validation loss rose from {_NUMBER} to {_NUMBER}",
    "fell below": ", and the training loss fell below its noise floor",
    "both losses": f"The training loss is {_NUMBER}",
    "below": f", below its noise floor {_NUMBER}",
    "validation loss": f"; the validation loss is {_NUMBER}",
    "too high": (
        f"A closer fit has a lower validation loss, too: the training loss {_NUMBER} is too high"
    ),
    "above": f"The training loss {_NUMBER} is above its noise floor {_NUMBER}",
    "constant": (
        f"A constant prediction has a training loss of {_NUMBER}, this model one of {_NUMBER}"
    ),
    "begun": "It has only begun",
    "no steps": "The learning rate is 0: the network stays as it began",
    "both fall": "Both losses are still falling",
    "training falls": "Only the training loss is still falling",
}
_WHOLE = re.compile("|".join(f"(?P<_{i}>{text})" for i, text in enumerate(SENTENCES.values())))

# A headline or a sentence, and what must not be said beside it.
_CONTRARY = {
    "Good fit": ("too high", "above", "constant", "begun", "both fall", "rose", "below"),
    "Still learning": ("too high", "above", "constant", "training falls", "rose", "below"),
    "Underfitting": ("rose", "below", "fell below", "validation loss", "at the floor"),
    "Overfitting": ("too high", "above", "constant", "begun", "both fall"),
    "Still underfits": ("fell below", "below", "at the floor"),
    "rose": ("both fall",),
    "too high": ("nothing better",),
}


def said_in(reason: str) -> set[str]:
    """The names of the sentences of a reason, of which there may be no others."""
    found = {list(SENTENCES)[int(match.lastgroup[1:])] for match in _WHOLE.finditer(reason)}
    assert _WHOLE.sub("", reason).strip(". ") == "", reason
    return found


def assert_consistent(verdict: Verdict, tried: Tried | None = None) -> None:
    """Nothing that is said of a run speaks against the rest."""
    if verdict.kind in ("untrained", "diverged"):
        return
    said = said_in(verdict.reason)
    said |= {head for head in _CONTRARY if verdict.headline.startswith(head)}
    if tried is not None and tried.best is None and tried.count:
        said.add("nothing better")
        if "the noise floor is" in tried.text:
            said.add("at the floor")
    for one in said.intersection(_CONTRARY):
        assert said.isdisjoint(_CONTRARY[one]), (verdict, tried)
