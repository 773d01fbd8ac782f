"""A folder of papers: PDF files, web pages, plain text and Markdown, and BibTeX files that describe them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from stiltwalk.literature.full_text.apart import Apart, Foreign, TakeApart, taken_apart
from stiltwalk.literature.full_text.extract import Extracted, UnreadableTextError, extracted
from stiltwalk.literature.identities import title_form
from stiltwalk.literature.local.bibtex import Entry, Library, read_bibtex
from stiltwalk.literature.local.files import files_in
from stiltwalk.literature.local.title_page import title_page
from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.stages import Say, Stage, unheard
from stiltwalk.spec.errors import UserError

SOURCE: Final = "folder"
OPENING_PAGES: Final = 2
"""Of a file: what says which paper it is."""


class InFolder(NamedTuple):
    """What a folder holds.

    Attributes:
        papers: of files, sorted by path, then of entries of BibTeX files that no file belongs to. A file
            whose text cannot be read is one too, by its name: why is said where its text is asked for.
        unreadable: sentences: entries and files of which no paper could be made, and why.
    """

    papers: tuple[Paper, ...]
    unreadable: tuple[str, ...]


def read_folder(folder: Path, apart: TakeApart = taken_apart, say: Say = unheard) -> InFolder:
    """The papers in ``folder`` and below it, the same in every run.

    An entry of a BibTeX file describes a file that its field ``file`` names, or that its key is the name of,
    or that has its title; what it does not state is the file's own to say. Copies are left to merging.

    Args:
        folder: that is read.
        apart: takes apart PDF files and web pages, several at a time.
        say: hears how many files are read.

    Raises:
        UserError: there is no such folder, it cannot be read, or a library that is needed is not installed.
    """
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing"
        raise UserError(f"Expected a folder of papers at {folder}, found {found}. Name one that exists.")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise UserError(f"The folder {folder} cannot be read. Its owner can allow it: chmod u+rx {folder}")
    files = files_in(folder)
    # each file is read by a child process: threads only wait for it
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        papers: list[Paper] = []
        for paper in pool.map(lambda path: _paper(folder, path, apart), files.papers):
            papers.append(paper)
            say(Stage("read the folder", len(papers) - 1, len(files.papers), paper.title))
    libraries = [(path, _library(folder, path)) for path in files.libraries]
    entries = [(path, entry) for path, library in libraries for entry in library.entries]
    joined = _joined(papers, entries)
    unreadable = [*files.left_out, *(said for _, library in libraries for said in library.unreadable)]
    return InFolder(tuple(joined), tuple(unreadable))


def _paper(folder: Path, path: str, apart: TakeApart) -> Paper:
    """The paper in the file at ``path``, as the file says."""
    text = _opening(folder, path, apart)
    if text is None:
        return Paper(source=SOURCE, id=path, title=PurePosixPath(path).stem, full_text=(path,))
    page = title_page(text, path)
    return Paper(
        source=SOURCE,
        id=path,
        title=page.title,
        authors=page.authors,
        year=page.year,
        venue=page.venue,
        doi=page.doi,
        arxiv=page.arxiv,
        abstract=page.abstract,
        full_text=(path,),
    )


def _opening(folder: Path, path: str, apart: TakeApart) -> Extracted | None:
    """The first pages of the file at ``path``; ``None``: it cannot be read."""

    def first_pages(kind: Foreign, content: bytes) -> Apart:
        # all of it is taken apart: its text is asked for later, if the paper is about the question
        whole = apart(kind, content)
        return whole._replace(pages=whole.pages[:OPENING_PAGES])

    try:
        content = (folder / path).read_bytes()
    except OSError:
        return None
    try:
        return extracted(content, path, apart=first_pages)
    except UnreadableTextError:
        return None


def _library(folder: Path, path: str) -> Library:
    try:
        return read_bibtex((folder / path).read_bytes(), path)
    except OSError as error:
        return Library((), (f"{path}: it cannot be read ({error.strerror}).",))


def _joined(papers: Sequence[Paper], entries: Iterable[tuple[str, Entry]]) -> list[Paper]:
    """``papers``, each described by the first entry that is about it, then the entries that are left."""
    by_path = {paper.id: paper for paper in papers}
    described: dict[str, Paper] = {}
    left: list[Paper] = []
    for library, entry in entries:
        path = _file_of(library, entry, [each for each in by_path.values() if each.id not in described])
        if path is None:
            left.append(entry.paper)
        else:
            described[path] = _both(entry.paper, by_path[path])
    return [*(described.get(path, paper) for path, paper in by_path.items()), *left]


def _file_of(library: str, entry: Entry, free: Sequence[Paper]) -> str | None:
    """Path of the file that ``entry`` of the BibTeX file ``library`` describes."""
    paths = [paper.id for paper in free]
    below = PurePosixPath(library).parent
    for named in entry.files:
        if (beside := (below / named).as_posix()) in paths:
            return beside
        # written on another machine: the name is what is left of the path
        if (
            len(same := [path for path in paths if PurePosixPath(path).name == PurePosixPath(named).name])
            == 1
        ):
            return same[0]
    if len(called := [path for path in paths if PurePosixPath(path).stem == entry.paper.id]) == 1:
        return called[0]
    form = title_form(entry.paper.title)
    titled = [paper.id for paper in free if title_form(paper.title) == form]
    return titled[0] if titled else None


def _both(entry: Paper, file: Paper) -> Paper:
    """The paper of ``file`` as ``entry`` describes it, and where that says nothing as the file does."""
    stated = {name: value for name, value in entry.model_dump().items() if value not in ("", (), None, False)}
    return file.replace(stated)
