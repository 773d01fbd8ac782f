"""Papers of the ACL Anthology, read by the library acl-anthology."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.services import fields
from stiltwalk.literature.services.acl_data import library
from stiltwalk.literature.services.markup import plain_letters
from stiltwalk.literature.services.service import ServiceError

if TYPE_CHECKING:
    from acl_anthology import Anthology
    from acl_anthology.collections import Collection, Volume
    from acl_anthology.collections import Paper as Entry

_DEBRIS: Final = (SyntaxError, ValueError, TypeError, LookupError, AttributeError, OSError, RecursionError)
"""What the library raises where a file is not of the layout that it knows; lxml's are syntax errors."""


class Entries(NamedTuple):
    """What the data hold of some years.

    Attributes:
        entries: in order of volumes, without front and back matter.
        unreadable: sentences: collections that could not be read, and why.
    """

    entries: tuple[Entry, ...]
    unreadable: tuple[str, ...]


def read_entries(folder: Path, since: int | None, until: int | None) -> Entries:
    """The entries of the data in ``folder`` that are of these years.

    Raises:
        ServiceError: none of the files can be read by this version of the library.
    """
    entries: list[Entry] = []
    unreadable: list[str] = []
    read = 0
    with warnings.catch_warnings():
        # a schema of another version is told where something cannot be read, and only there
        warnings.simplefilter("ignore")
        anthology = _opened(folder)
        for collection in anthology.collections.values():
            try:
                collection.load()
                read += 1
            except _DEBRIS as error:
                unreadable.append(
                    f"The collection {fields.shown(collection.id)} cannot be read further than its volume "
                    f"{fields.shown(_last_volume(collection))}: {fields.shown(error)}."
                )
            entries += _within(collection, since, until)
    if unreadable and not read:
        raise ServiceError(
            f"The data of the ACL Anthology in {folder} are not of the layout that this version of the "
            f"library acl-anthology reads: {unreadable[0]} Update the library, or delete the folder to get "
            "newer data."
        )
    return Entries(tuple(entries), tuple(unreadable))


def searched_text(entry: Entry) -> str:
    """What of ``entry`` is searched: its title, twice, for it says most, and its abstract."""
    title = entry.title.as_text()
    return f"{title}\n{title}\n{entry.abstract.as_text() if entry.abstract is not None else ''}"


def paper_of(entry: Entry) -> Paper | str:
    """The paper that ``entry`` is, or why it is none."""
    title = fields.text(plain_letters(entry.title.as_text()))
    if not title:
        return f"Record '{entry.full_id}' has no title."
    return Paper(
        source="acl",
        id=entry.full_id,
        title=title,
        authors=tuple(filter(None, (fields.text(each.name.as_first_last()) for each in entry.authors))),
        year=fields.year(entry.year),
        venue=_venue(entry),
        kind="article" if entry.parent.type == "journal" else "proceedings",
        doi=fields.doi(entry.doi),
        abstract=_paragraphs(entry),
        language=_language(entry),
        url=fields.web_address(entry.web_url),
        full_text=_full_text(entry),
        retracted=entry.is_deleted,
    )


def _opened(folder: Path) -> Anthology:
    library()
    from acl_anthology import Anthology  # noqa: PLC0415 (an extra)

    try:
        anthology = Anthology(datadir=folder, verbose=False)
    except OSError as error:
        raise ServiceError(
            f"The data of the ACL Anthology in {folder} are not whole: {fields.shown(error)}. Delete the "
            "folder to get them anew."
        ) from None
    # titles of journals are looked up there; which volumes a venue has is not, and takes every file
    anthology.venues.no_item_ids = True
    return anthology


def _within(collection: Collection, since: int | None, until: int | None) -> Iterator[Entry]:
    for volume in collection.data.values():
        if (since or 0) <= int(volume.year) <= (until or 9999):
            yield from (each for each in volume.data.values() if each.type == "paper")


def _last_volume(collection: Collection) -> str:
    return next(reversed(collection.data), "none")


def _venue(entry: Entry) -> str:
    volume: Volume = entry.parent
    try:
        journal = entry.journal_title
    except _DEBRIS:
        journal = None  # it is of a list beside the volumes, which may be broken without them
    return fields.text(journal or volume.title.as_text())


def _paragraphs(entry: Entry) -> str:
    if entry.abstract is None:
        return ""
    return "\n\n".join(filter(None, map(fields.text, plain_letters(entry.abstract.as_text()).split("\n\n"))))


def _language(entry: Entry) -> str:
    if not entry.language:
        return ""
    from langcodes import standardize_tag  # noqa: PLC0415 (comes with acl-anthology)

    try:
        return fields.language(standardize_tag(entry.language))  # the data have codes of three letters
    except ValueError:
        return ""


def _full_text(entry: Entry) -> tuple[str, ...]:
    """The address of the PDF; a paper that was removed has none."""
    if entry.pdf is None or (entry.deletion is not None and entry.deletion.type == "removed"):
        return ()
    return fields.without_repeats(iter([fields.web_address(entry.pdf.url)]), 1)
