"""Headings: which line of a paper is one."""

from __future__ import annotations

import re
from typing import Final

MOST_CHARACTERS: Final = 100

_NAMES: Final = frozenset(
    re.split(
        r"\s*\|\s*",
        """abstract|acknowledgement|acknowledgements|acknowledgment|acknowledgments|analysis|appendices|
        appendix|approach|author contributions|background|background and related work|baselines|
        bibliography|broader impact|conclusion|conclusions|conclusion and future work|
        conclusions and future work|conflict of interest|conflicts of interest|contributions|data|
        data availability|data sets|data set|dataset|datasets|discussion|discussion and conclusion|
        ethical considerations|ethics statement|evaluation|experiment|experimental results|
        experimental setup|experimental set-up|experiments|experiments and results|findings|funding|
        future work|implementation details|impact statement|introduction|keywords|limitations|
        limitations and future work|main results|material and methods|materials and methods|method|
        methodology|methods|model|models|motivation|notation|notes|objective|objectives|overview|
        preliminaries|problem statement|procedure|references|related work|related works|
        reproducibility statement|result|results|results and analysis|results and discussion|setup|
        set-up|statistical analysis|summary|supplementary material|supplementary materials|
        supporting information|task definition|works cited""",
    )
)
_NUMBER: Final = re.compile(
    r"(?:[1-9]\d?(?:\.\d{1,2}){0,3}\.?|[A-Z](?:\.\d{1,2}){0,3}|[IVX]{2,5}\.|Appendix [A-Z]\.?)\s+"
    r"(?=[A-Z\"'])(?P<rest>.*)"
)
_SENTENCE_END: Final = re.compile(r"[.;:,!]$")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'-]+")


def is_named(line: str) -> bool:
    """Whether ``line`` is a heading that papers share (``Results``), numbered or not, in any case."""
    found = _NUMBER.fullmatch(line)
    bare = found["rest"] if found else line
    return bare.strip().rstrip(":.").casefold() in _NAMES


def is_numbered(line: str) -> bool:
    """Whether ``line`` is numbered as a heading is, and reads as a phrase, not as a sentence or an item."""
    found = _NUMBER.fullmatch(line)
    if found is None or len(line) > MOST_CHARACTERS or _SENTENCE_END.search(line):
        return False
    return 0 < len(_WORD.findall(found["rest"])) <= 14


def is_heading(line: str, *, stands_out: bool = False) -> bool:
    """Whether ``line`` is a heading; ``stands_out``: it is bold, larger than running text, or alone."""
    if len(line) > MOST_CHARACTERS or not _WORD.search(line):
        return False
    return is_named(line) or (stands_out and is_numbered(line))


def opens_abstract(line: str) -> str | None:
    """What follows on a line like ``Abstract: We show``; ``None``: the line is not like that."""
    found = re.match(r"(?:Abstract|ABSTRACT)\s*(?:[.:\u2014\u2013-]\s*(?P<rest>.*)|$)", line)
    return None if found is None else (found["rest"] or "")
