"""Source quality: what kind of papers the claims come from, and how well these are described."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import mean
from typing import Final

from stiltwalk.literature.records.papers import Kind, Paper
from stiltwalk.literature.records.synthesis import Score, Synthesis
from stiltwalk.literature.reviewing.points import Point, scored, share

NAME: Final = "source quality"

REVIEWED: Final[Mapping[Kind, float]] = {
    "article": 1.0,
    "proceedings": 1.0,
    "book": 1.0,
    "thesis": 0.5,
    "preprint": 0.5,
    "report": 0.5,
    "other": 0.0,
    "": 0.0,
}
"""Kind of publication → how far it stands for a check by peers."""


def reviewed(synthesis: Synthesis) -> Score:
    """Up to 3 points each for peer review and works to look up, 2 for records, 1 each for two flaws.

    - peer review (3): the mean over works: 1 for articles, proceedings and books, a half for theses,
      preprints and reports, 0 where the kind is not known;
    - looked up (3): the share of works with a DOI or a number at arXiv, or known to a database;
    - records (2): the share of works whose title, authors, year and venue are all known;
    - differences (1): the share of works whose sources agree about them;
    - prompts (1): the share of works without passages that address whoever reads by machine.
    """
    works = synthesis.works
    count = len(works)
    papers = [each.paper for each in works]
    known = sum(any(_can_be_looked_up(record) for record in each.records) for each in works)
    whole = sum(_is_whole(each) for each in papers)
    agreeing = sum(not each.differences for each in works)
    quiet = len({each.key for each in works} - {each.work for each in synthesis.suspicious})
    peers = sum(REVIEWED[each.kind] == 1 for each in papers)
    return scored(
        NAME,
        (
            Point(
                3.0,
                mean(REVIEWED[each.kind] for each in papers) if papers else None,
                f"{peers} of {count} works are known to be published with peer review",
                "cite the published version of preprints, or search databases that say the kind (openalex, "
                "crossref)",
            ),
            Point(
                3.0,
                share(known, count),
                f"{known} of {count} works can be looked up by a DOI, at arXiv or in a database",
                "give DOIs of your own files in a BibTeX file beside them",
            ),
            Point(
                2.0,
                share(whole, count),
                f"{whole} of {count} works have a title, authors, a year and a venue",
                "search openalex or crossref too, or give a BibTeX file",
            ),
            Point(
                1.0,
                share(agreeing, count),
                f"{agreeing} of {count} works are described alike by all their sources",
                "look at the differences in the references, and report them to the databases",
            ),
            Point(
                1.0,
                share(quiet, count),
                f"{quiet} of {count} works have no passage that addresses whoever reads by machine",
                "read these works yourself, or leave them out",
            ),
        ),
    )


def _can_be_looked_up(paper: Paper) -> bool:
    return bool(paper.doi or paper.arxiv) or paper.source != "folder"


def _is_whole(paper: Paper) -> bool:
    return bool(paper.title and paper.authors and paper.year is not None and paper.venue)
