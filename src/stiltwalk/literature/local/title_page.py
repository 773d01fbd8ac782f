"""Title pages: what a paper's first lines plainly say of it. What is not plain to see is left empty."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from stiltwalk.literature.full_text.extract import Extracted
from stiltwalk.literature.identities import doi_of, title_form
from stiltwalk.literature.words import FUNCTION_WORDS

MOST_TITLE: Final = 300
MOST_OPENING: Final = 3000
"""Characters in which a title page ends, where no abstract ends it."""

_BEFORE_TITLE: Final = re.compile(
    r"(?:arxiv:|proceedings\b|published\b|accepted\b|preprint\b|under review|to appear|in:|volume\b|vol\.|"
    r"journal\b|transactions\b|findings\b|https?:|www\.|doi\b|issn\b|isbn\b|©|copyright|\d+\s*$|"
    r"(?:research |original |review )?article$|open access)",
    re.IGNORECASE,
)
_VENUE: Final = re.compile(
    r"(?P<venue>[^.;]{4,160}?),?\s*\(?(?:(?:January|February|March|April|May|June|July|August|September|October|"
    r"November|December)\s+)?(?:19|20)\d\d\b"
)
_VENUE_WORD: Final = re.compile(
    r"\b(?:proceedings|journal|conference|workshop|transactions|annals|annual|letters|reviews?|symposium|findings|"
    r"bulletin|advances|magazine|lecture notes)\b",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(r"(?<![\d/-])(?<!\d\.)(?:19|20)\d\d(?![\d/-]|\.\d|\s*(?:words|pairs|examples))")
_ARXIV: Final = re.compile(r"arxiv:\s?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?", re.IGNORECASE)
_LABEL: Final = re.compile(r"(?:by|authors?:)\s+", re.IGNORECASE)
_PARTICLES: Final = frozenset("al bin da de del della den der di dos du el la le ten ter van von zu".split())
_PLACE: Final = re.compile(
    r"\b(?:academy|ag|ai|brain|center|centre|college|company|corporation|department|dept|division|faculty|gmbh|"
    r"google|group|inc|institute|institut|lab|labs|laboratory|ltd|meta|microsoft|research|school|team|"
    r"technologies|technology|universit\w+|abstract|introduction|summary)\b",
    re.IGNORECASE,
)
_NO_TITLE: Final = re.compile(
    r"untitled|microsoft word|\.(?:docx?|tex|dvi|pdf|indd|rtf)\b|^\S*$", re.IGNORECASE
)


class TitlePage(NamedTuple):
    """What a file plainly says of its paper.

    Attributes:
        title: its first line, or its file's name, where it has none.
        authors: in order.
        year: ``None``: not plain.
        venue: where it was published.
        doi: lower case.
        arxiv: number, without a version.
        abstract: one paragraph or more.
    """

    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str = ""
    doi: str = ""
    arxiv: str = ""
    abstract: str = ""


def title_page(text: Extracted, path: str) -> TitlePage:
    """The title page of the file at ``path``: its first lines, and what it says of itself if they agree."""
    lines = _opening(text)
    at = _title_at(lines)
    title = _own_title(text) or (lines[at] if at is not None else "") or PurePosixPath(path).stem
    rest = [line for line in lines if title_form(line) != title_form(title)]
    about = "\n".join([*rest, text.stamp])
    years = {int(found) for found in _YEAR.findall(_without_numbers(about))}
    arxiv = {found.lower() for found in _ARXIV.findall(about)}
    dois = {doi_of(found) for found in re.findall(r"10\.\d{4,9}/\S+", about)} - {""}
    return TitlePage(
        title=title[:MOST_TITLE],
        authors=_authors(text, rest),
        year=years.pop() if len(years) == 1 else None,
        venue=_venue(rest),
        doi=dois.pop() if len(dois) == 1 else "",
        arxiv=arxiv.pop() if len(arxiv) == 1 else "",
        abstract=_abstract(text),
    )


def _opening(text: Extracted) -> list[str]:
    """Lines before the abstract or the second section."""
    end = len(text.text)
    for number, section in enumerate(text.sections):
        # the first section may be headed by the title
        if number > 0:
            end = section.start
            break
    return [line for line in text.text[: min(end, MOST_OPENING)].split("\n\n") if line]


def _title_at(lines: Sequence[str]) -> int | None:
    for number, line in enumerate(lines[:6]):
        letters = sum(character.isalpha() for character in line)
        if letters >= 3 and len(line) <= MOST_TITLE and not _BEFORE_TITLE.match(line):
            return number
    return 0 if lines and len(lines[0]) <= MOST_TITLE else None


def _own_title(text: Extracted) -> str:
    """The title by the file's metadata, where it reads as one and the first page has it too."""
    said = text.title
    if not said or len(said) > MOST_TITLE or _NO_TITLE.search(said):
        return ""
    return said if title_form(said) in title_form(text.text[:MOST_OPENING]) else ""


def _authors(text: Extracted, lines: Sequence[str]) -> tuple[str, ...]:
    """Names by the file's metadata, else by the first line that is a list of names and nothing else."""
    said = _names(text.authors)
    opening = title_form(text.text[:MOST_OPENING])
    if said and (_own_title(text) or all(title_form(name.split()[-1]) in opening for name in said)):
        return said
    for line in lines[:4]:
        if found := _names(line):
            return found
    return ()


def _names(line: str) -> tuple[str, ...]:
    """The people that ``line`` lists; none, if anything in it may be something else."""
    bare = re.sub(
        r"\^?[\d*\u2217\u2020\u2021\u00a7\u00b6]+(?:,[\d*\u2217\u2020\u2021]+)*",
        "",
        _LABEL.sub("", line, count=1),
    )
    parts = [part.strip(" .") for part in re.split(r",|;|\s+and\s+|\s*&\s*|\s\u00b7\s", bare)]
    names = [part for part in parts if part]
    if not names or len(names) > 60 or _PLACE.search(bare) or not all(map(_is_name, names)):
        return ()
    return tuple(names)


def _is_name(text: str) -> bool:
    """Whether ``text`` is a given and a family name: words with capitals, but for particles."""
    words = text.split()
    long = [word for word in words if word.lower() not in _PARTICLES and len(word.strip(".")) > 1]
    if not (2 <= len(words) <= 5 and 1 <= len(long) <= 3) or words[-1].lower() in _PARTICLES:
        return False
    if any(word.lower() in FUNCTION_WORDS - {"a", "i", "e", "g", "s", "may", "will"} for word in words):
        return False
    return all(
        word.lower() in _PARTICLES
        or (
            word[0].isupper()
            and word.replace("-", "").replace(".", "").replace("'", "").replace("\u2019", "").isalpha()
        )
        for word in words
    )


def _venue(lines: Sequence[str]) -> str:
    for line in lines:
        found = _VENUE.match(line)
        if found and _VENUE_WORD.search(found["venue"]):
            return found["venue"].strip(" ,(")
    return ""


def _without_numbers(text: str) -> str:
    """``text`` without DOIs and addresses, in which a year may be of anything."""
    return re.sub(r"(?:doi:?\s*)?10\.\d{4,9}/\S+|https?:\S+", " ", text)


def _abstract(text: Extracted) -> str:
    """Paragraphs of the section of that name, up to a length: some papers have no heading after it."""
    for section in text.sections:
        if section.heading.strip(" .:").casefold() == "abstract":
            body = text.text[section.start : section.end].strip()
            paragraphs = body[: MOST_OPENING + len(section.heading)].split("\n\n")[1:]
            cut = len(body) > MOST_OPENING + len(section.heading)
            return "\n\n".join(paragraphs[:-1] if cut and len(paragraphs) > 1 else paragraphs)
    return ""
