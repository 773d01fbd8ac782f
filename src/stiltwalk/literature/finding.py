"""Finding: all sources are searched one after the other, and the failure of one is only its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from stiltwalk.literature.folder import SOURCE, read_folder
from stiltwalk.literature.full_text.apart import TakeApart
from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.records.synthesis import Question, Searched
from stiltwalk.literature.services.every import find_service
from stiltwalk.literature.services.searching import search
from stiltwalk.literature.services.service import Client
from stiltwalk.literature.stages import Say, Stage
from stiltwalk.literature.words import keywords
from stiltwalk.spec.errors import UserError


class Identified(NamedTuple):
    """What all sources gave.

    Attributes:
        papers: in the order of sources.
        searched: how the search of each went, in the same order.
    """

    papers: tuple[Paper, ...]
    searched: tuple[Searched, ...]


def find_papers(
    question: Question, client: Client | None, endpoints: Mapping[str, str], apart: TakeApart, say: Say
) -> Identified:
    """What the sources of ``question`` have.

    Args:
        question: that can be searched for.
        client: who asks the databases; ``None`` if the question has none.
        endpoints: database → address to ask in place of its own.
        apart: takes apart what lies in the question's folder.
        say: hears how far it is.

    Raises:
        UserError: every source failed, and none gave anything.
    """
    papers: list[Paper] = []
    searched: list[Searched] = []
    words = question.query or keywords(question.text)
    for done, name in enumerate(question.sources):
        assert client is not None, "where databases are asked there is somebody who asks"
        service = find_service(name)
        say(Stage("search", done, len(question.sources), service.title))
        found = search(
            service, words, question.since, question.until, question.limit, client, endpoints.get(name, "")
        )
        papers += found.papers
        searched.append(found.searched)
    if question.sources:
        say(Stage("search", len(question.sources), len(question.sources), f"{len(papers)} records"))
    if question.folder:
        own, how = _in_folder(Path(question.folder), apart, say)
        papers += own
        searched.append(how)
    if not papers and all(each.failed for each in searched):
        lines = "\n".join(f"  {each.source}: {each.failed}" for each in searched)
        raise UserError(f"None of the sources gave anything:\n{lines}")
    return Identified(tuple(papers), tuple(searched))


class _Folder(NamedTuple):
    papers: tuple[Paper, ...]
    searched: Searched


def _in_folder(folder: Path, apart: TakeApart, say: Say) -> _Folder:
    say(Stage("read the folder"))
    found = read_folder(folder, apart, say)
    count = len(found.papers)
    say(Stage("read the folder", count, count, f"{count} records"))
    how = Searched(
        source=SOURCE, query=str(folder), total=count, found=count, unreadable=tuple(found.unreadable)
    )
    return _Folder(tuple(found.papers), how)
