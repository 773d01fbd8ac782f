"""References of a synthesis: every included work with its number, its links, and where its records differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

from stiltwalk.literature.records.papers import Paper, Work
from stiltwalk.literature.records.synthesis import Read, Synthesis
from stiltwalk.render.page.quoting import spoken
from stiltwalk.spec.errors import UserError

DOI: Final = "https://doi.org/"
ARXIV: Final = "https://arxiv.org/abs/"

MOST_AUTHORS: Final = 8
"""That a reference names; of more it says how many others there are."""


class Anchor(NamedTuple):
    """A link to where a work is.

    Attributes:
        said: what it reads.
        href: an address that begins with ``https://`` or ``http://``.
    """

    said: str
    href: str


class Cited(NamedTuple):
    """One reference.

    Attributes:
        number: by which it is cited, from 1 on.
        work: what it is.
        authors: those that are named, in order.
        others: how many are not.
        title: one line.
        place: venue and year, as far as they are known.
        links: where it is.
        records: which sources brought it, and as what.
        read: what was read of it; ``None``: nothing is said of that.
    """

    number: int
    work: Work
    authors: tuple[str, ...]
    others: int
    title: str
    place: str
    links: tuple[Anchor, ...]
    records: tuple[str, ...]
    read: Read | None


def numbers_of(synthesis: Synthesis) -> dict[str, int]:
    """Key of every included work → the number it is cited by, from 1 on.

    Raises:
        UserError: a claim or its evidence is of a work that is not among them; or two have one key.
    """
    found = {work.key: number for number, work in enumerate(synthesis.works, 1)}
    if len(found) < len(synthesis.works):
        raise UserError(
            f"The synthesis '{synthesis.name}' has {len(synthesis.works)} works with {len(found)} keys; each "
            "has one of its own. It was changed, or cut short: make it again with 'stiltwalk literature'."
        )
    for key in _cited_keys(synthesis):
        if key not in found:
            raise UserError(
                f"The synthesis '{synthesis.name}' cites the work {key!r}, which is none of the "
                f"{len(found)} that it includes, so it would have no reference. It was changed, or cut "
                "short: make it again with 'stiltwalk literature'."
            )
    return found


def references(synthesis: Synthesis) -> tuple[Cited, ...]:
    """A reference for every included work, in their order."""
    read = {each.work: each for each in synthesis.read}
    return tuple(cited(number, work, read.get(work.key)) for number, work in enumerate(synthesis.works, 1))


def cited(number: int, work: Work, read: Read | None = None) -> Cited:
    """The reference of ``work``; what its records do not say is left out."""
    paper = work.paper
    place = ", ".join(filter(None, [spoken(paper.venue), str(paper.year) if paper.year is not None else ""]))
    return Cited(
        number=number,
        work=work,
        authors=tuple(map(spoken, paper.authors[:MOST_AUTHORS])),
        others=max(0, len(paper.authors) - MOST_AUTHORS),
        title=spoken(paper.title) or "Without a title",
        place=place,
        links=tuple(links_of(paper)),
        records=tuple(dict.fromkeys(spoken(f"{each.source}: {each.id}") for each in work.records)),
        read=read,
    )


def short(paper: Paper) -> str:
    """``Phang et al. 2020``; where nobody is named, how the title begins."""
    families = [each.split()[-1] for each in map(spoken, paper.authors) if each]
    year = f" {paper.year}" if paper.year is not None else ""
    if not families:
        title = spoken(paper.title)
        return f"{title[:40].rstrip()}…{year}" if len(title) > 40 else f"{title or paper.source}{year}"
    if len(families) > 2:
        return f"{families[0]} et al.{year}"
    return f"{' and '.join(families)}{year}"


def line(work: Work) -> str:
    """The whole reference on one line, for a list that has no links within a text."""
    each = cited(1, work)
    more = f" and {each.others} others" if each.others else ""
    names = f"{', '.join(each.authors)}{more}. " if each.authors else ""
    return f"{names}{each.title.rstrip('.')}. {each.place}".strip().rstrip(".") + "."


def links_of(paper: Paper) -> Iterator[Anchor]:
    """Where a paper is: by its DOI, at arXiv, and its page, each address once."""
    found: dict[str, str] = {}
    if paper.doi:
        found[f"{DOI}{quote(spoken(paper.doi), safe='/:;()._-')}"] = f"doi:{spoken(paper.doi)}"
    if paper.arxiv:
        found[f"{ARXIV}{quote(spoken(paper.arxiv), safe='/.')}"] = f"arXiv:{spoken(paper.arxiv)}"
    if safe := address(paper.url):
        found.setdefault(safe, safe.removeprefix("https://").removeprefix("http://"))
    return (Anchor(said, href) for href, said in found.items())


def address(url: str) -> str:
    """``url`` where a browser may be sent to it: over http(s), to some host; else nothing."""
    one = spoken(url)
    try:
        parts = urlsplit(one)
        host = parts.hostname
    except ValueError:  # of brackets that are no address
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not host or parts.username or parts.password:
        return ""
    return quote(one, safe="%:/?#[]@!$&'()*+,;=~-._")


def _cited_keys(synthesis: Synthesis) -> Iterator[str]:
    for each in synthesis.checked:
        yield each.claim.work
        yield from (weighed.passage.work for weighed in each.evidence)
