"""Which encoders of a study a claim may be held against, by the names that papers give them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from stiltwalk.literature.extraction.vocabulary import names
from stiltwalk.literature.named import squeezed
from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.spec.encoders import EncoderChoice

_SHORT: Final[Mapping[str, str]] = {
    "xlmroberta": "xlmr",
    "bertbasemultilingualcased": "mbert",
    "multilingualbert": "mbert",
}
"""How hub ids and papers spell a family of encoders at length → how it is called in short."""


class HeldAgainst(NamedTuple):
    """Encoders that a claim may be held against.

    Attributes:
        encoders: names of those of the study.
        sized: whether the claim names the encoder, with its size.
        other: the encoders that it names, where none of the study's is among them; empty: one is, or it
            names none.
    """

    encoders: tuple[str, ...]
    sized: bool
    other: tuple[str, ...]


def held_against(claim: PaperClaim, encoders: Iterable[EncoderChoice]) -> HeldAgainst:
    """The encoders of a study that ``claim`` is of; all of them where it names none.

    Where its slots name none, the sentence is looked at. ``XLM-R`` without a size is every XLM-R.
    """
    slots = f"{claim.subject} ; {claim.comparison} ; {claim.data_set} ; {claim.condition}"
    printed = _printed(slots) or _printed(claim.quote)
    choices = tuple(encoders)
    if not printed:
        return HeldAgainst(tuple(each.name for each in choices), sized=False, other=())
    spoken = {_short(each) for each in printed}
    exact = tuple(each.name for each in choices if _spellings(each) & spoken)
    if exact:
        return HeldAgainst(exact, sized=True, other=())
    families = tuple(
        each.name
        for each in choices
        if any(own.startswith(name) for own in _spellings(each) for name in spoken & _FAMILIES)
    )
    return HeldAgainst(families, sized=False, other=() if families else printed)


_FAMILIES: Final = frozenset({"xlmr"})
"""Which have several sizes, and are named without one."""


def _printed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.text for each in names(text) if each.kind == "encoder"))


def _spellings(choice: EncoderChoice) -> frozenset[str]:
    tail = (choice.source or "").rstrip("/").rpartition("/")[2]
    return frozenset(_short(each) for each in (choice.name, tail) if each)


def _short(name: str) -> str:
    found = squeezed(name)
    for long, short in _SHORT.items():
        found = found.replace(long, short)
    return found
