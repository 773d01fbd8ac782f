"""Identities of a paper: the numbers that it has with publishers and archives, and its title in one form."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.words import folded

_ARXIV_NUMBER: Final = r"(\d{4}\.\d{4,5}|[a-z][a-z.-]+/\d{7})(?:v\d+)?"
_ARXIV_DOI: Final = re.compile(rf"10\.48550/arxiv\.{_ARXIV_NUMBER}", re.IGNORECASE)
_ARXIV_ADDRESS: Final = re.compile(rf"arxiv\.org/(?:abs|pdf)/{_ARXIV_NUMBER}", re.IGNORECASE)
_ACL_NUMBER: Final = r"([A-Z]\d{2}-\d{4}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d+)"
_ACL_DOI: Final = re.compile(rf"10\.18653/v1/{_ACL_NUMBER}", re.IGNORECASE)
_ACL_ADDRESS: Final = re.compile(rf"aclanthology\.org/{_ACL_NUMBER}(?:\.pdf|/)?$", re.IGNORECASE)

PREPRINT_DOIS: Final = ("10.1101/20", "10.2139/ssrn", "10.20944/preprints", "10.21203/rs", "10.31234/osf")
"""How DOIs of bioRxiv and medRxiv (with a date, which those of the publisher's journals lack), SSRN,
Preprints.org, Research Square and PsyArXiv begin, as guides to preprint servers and their own records show
(read 2026-11-22); arXiv's is told apart before."""

_SUFFIXES: Final = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})


class Identity(NamedTuple):
    """What two records of one paper share.

    Attributes:
        kind: of number.
        number: lower case; of ACL's old kind upper case, as its addresses have it.
    """

    kind: Literal["doi", "arxiv", "acl", "record"]
    number: str


def doi_of(text: str) -> str:
    """The DOI in ``text``, in lower case, without a resolver's address; empty: there is none."""
    found = re.search(r"10\.\d{4,9}/[^\s\"<>{}|\\^]+", text)
    return found.group().rstrip(".,;:)]'").lower() if found else ""


def arxiv_of(paper: Paper) -> str:
    """The number at arXiv of ``paper``, without a version; empty: it is not known."""
    if paper.arxiv:
        return re.sub(r"v\d+$", "", paper.arxiv.lower().removeprefix("arxiv:"))
    for pattern, text in ((_ARXIV_DOI, paper.doi), (_ARXIV_ADDRESS, paper.url)):
        if found := pattern.search(text):
            return found.group(1).lower()
    return ""


def acl_of(paper: Paper) -> str:
    """The ACL Anthology's id of ``paper``; empty: it is not known."""
    if paper.source == "acl":
        return paper.id
    for pattern, text in ((_ACL_DOI, paper.doi), (_ACL_ADDRESS, paper.url)):
        if found := pattern.search(text):
            number = found.group(1)
            return number.upper() if re.fullmatch(r"[A-Za-z]\d{2}-\d{4}", number) else number.lower()
    return ""


def published_doi(paper: Paper) -> str:
    """The DOI of ``paper``, unless it is arXiv's own for a preprint there."""
    return "" if _ARXIV_DOI.match(paper.doi) else paper.doi.lower()


def is_preprint(paper: Paper) -> bool:
    """Whether the record describes a preprint, by its kind, its archive or its DOI."""
    if paper.kind == "preprint" or _ARXIV_DOI.match(paper.doi):
        return True
    return paper.doi.startswith(PREPRINT_DOIS) or (paper.source == "arxiv" and not paper.doi)


def identities(paper: Paper) -> frozenset[Identity]:
    """All numbers of ``paper``; the one that it has with its source is always among them."""
    found = {Identity("record", f"{paper.source}\n{paper.id}")}
    if doi := published_doi(paper):
        found.add(Identity("doi", doi))
    if arxiv := arxiv_of(paper):
        found.add(Identity("arxiv", arxiv))
    if acl := acl_of(paper):
        found.add(Identity("acl", acl))
    return frozenset(found)


def title_form(title: str) -> str:
    """``title`` without case, accents, LaTeX, spaces and punctuation: the same for every way to print it."""
    bare = re.sub(r"\\[a-zA-Z]+\s*|[{}$\\^_]", "", title)
    return re.sub(r"[\W_]+", "", folded(bare))


def family(author: str) -> str:
    """The family name of ``author`` in one form: its last word, or the last before a comma."""
    words = author.split(",", 1)[0].split()
    while len(words) > 1 and words[-1].lower() in _SUFFIXES:
        words.pop()
    return re.sub(r"[\W_]+", "", folded(words[-1])) if words else ""
