"""Plays the ACL Anthology: its data, a few files of the layout that acl-anthology 1.3 reads, as a repository.

The layout is that of https://github.com/acl-org/acl-anthology (read 2026-11-22): ``data/xml/COLLECTION.xml``
for volumes, ``data/json/*.json`` for what they share, ``data/xml/schema.rnc`` for the schema.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from git import Actor, Repo

from stiltwalk.literature.records.papers import Paper

CHANGED: Final = "2026-10-01T08:00:00+00:00"
"""When the data were committed."""

VENUES: Final = {
    "aacl": {"acronym": "AACL", "name": "Asia-Pacific Chapter of the ACL"},
    "tacl": {"acronym": "TACL", "name": "Transactions of the ACL", "type": "journal"},
}


def written(paper: Paper, number: int, *, more: str = "") -> str:
    """``paper`` as an element; its title and abstract are XML already; ``more`` is put behind them."""
    authors = "".join(
        f"<author><first>{escape(first)}</first><last>{escape(last)}</last></author>"
        for first, _, last in (each.rpartition(" ") for each in paper.authors)
    )
    abstract = f"<abstract>{paper.abstract}</abstract>" if paper.abstract else ""
    doi = f"<doi>{escape(paper.doi)}</doi>" if paper.doi else ""
    return (
        f'<paper id="{number}"><title>{paper.title}</title>{authors}<pages>1–11</pages>{abstract}'
        f'<pdf hash="69f9ea60"/><bibkey>key-{number}</bibkey>{doi}{more}</paper>'
    )


def volume(
    papers: Sequence[str], year: int, *, collection: str, name: str = "main", journal: bool = False
) -> str:
    """A volume of elements, with front matter, which is no paper."""
    kind, venue = ("journal", "tacl") if journal else ("proceedings", "aacl")
    title = f"Proceedings of {collection}" if not journal else f"Transactions, Volume {year}"
    return (
        f'<volume id="{name}" ingest-date="2020-12-02" type="{kind}"><meta><booktitle>{title}</booktitle>'
        f"<editor><first>Kam-Fai</first><last>Wong</last></editor><year>{year}</year><venue>{venue}</venue></meta>"
        f"<frontmatter><pdf hash='803dfce7'/><bibkey>front-{collection.replace('.', '-')}-{name}</bibkey>"
        f"</frontmatter>{''.join(papers)}</volume>"
    )


def collection(name: str, volumes: Sequence[str]) -> str:
    """The content of a file."""
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<collection id=\"{name}\">{''.join(volumes)}</collection>"
    )


def of_papers(papers: Sequence[Paper]) -> dict[str, str]:
    """Collections with ``papers``, one of each year."""
    years = sorted({each.year or 2020 for each in papers})
    return {
        f"{year}.aacl": collection(
            f"{year}.aacl",
            [
                volume(
                    [
                        written(each, number)
                        for number, each in enumerate(
                            (p for p in papers if (p.year or 2020) == year), start=1
                        )
                    ],
                    year,
                    collection=f"{year}.aacl",
                )
            ],
        )
        for year in years
    }


def data_folder(root: Path, collections: Mapping[str, str]) -> Path:
    """Write the data below ``root``; returns the folder that holds ``xml``."""
    folder = root / "data"
    (folder / "xml").mkdir(parents=True)
    (folder / "json").mkdir()
    (folder / "xml" / "schema.rnc").write_bytes(pkgutil.get_data("acl_anthology", "data/schema.rnc") or b"")
    for name, content in collections.items():
        (folder / "xml" / f"{name}.xml").write_text(content, encoding="utf-8")
    for name, shared in (("venues", VENUES), ("sigs", {}), ("people", {})):
        (folder / "json" / f"{name}.json").write_text(json.dumps(shared), encoding="utf-8")
    return folder


def repository(root: Path, collections: Mapping[str, str]) -> str:
    """The address of a repository with the data."""
    data_folder(root, collections)
    author = Actor("A", "a@example.org")
    with Repo.init(root) as repo:
        repo.git.add("--all")
        at = CHANGED.replace("+00:00", " +0000")
        repo.index.commit("Data", author=author, committer=author, commit_date=at, author_date=at)
    return root.as_uri()
