"""Printing a synthesis: tables for people, one JSON object for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any, Final

from stiltwalk.cli import show
from stiltwalk.cli.literature.progress import plain
from stiltwalk.literature.records.evidence import LABELS, UNKNOWN, Checked
from stiltwalk.literature.records.papers import Work
from stiltwalk.literature.records.synthesis import Synthesis
from stiltwalk.literature.reviewing.points import BEST

MOST_CLAIMS: Final = 25
"""Claims in the table; all of them are in the report."""

MOST_WARNINGS: Final = 8
_MOST_LETTERS: Final = 240
_NAME_LETTERS: Final = 40


def show_synthesis(synthesis: Synthesis) -> None:
    """Print where was searched, how papers were chosen, what they claim, and what reviewers say of it all."""
    _line(f"{plain(synthesis.question.text)}")
    _line(f"Kept as '{synthesis.name}', made {synthesis.made}.")
    _show_sources(synthesis)
    _show_screening(synthesis)
    _show_claims(synthesis)
    _show_scores(synthesis)
    _show_warnings(synthesis)


def print_synthesis(synthesis: Synthesis, page: Path | None) -> None:
    """Print ``{"synthesis": {...}, "rows": [claims], "sources": [...], ...}``."""
    works = {work.key: work for work in synthesis.works}
    show.print_object(
        {
            "synthesis": {
                "name": synthesis.name,
                "question": synthesis.question.model_dump(mode="json"),
                "made": synthesis.made,
                "judge": synthesis.judge,
                "retrieval": synthesis.retrieval,
                "total": synthesis.total,
            },
            "rows": [_row(each, works[each.claim.work]) for each in synthesis.checked],
            "sources": [each.model_dump(mode="json") for each in synthesis.searched],
            "screening": synthesis.screening.model_dump(mode="json"),
            "verdicts": _verdicts(synthesis),
            "scores": [each.model_dump(mode="json") for each in synthesis.scores],
            "suspicious": [each.model_dump(mode="json") for each in synthesis.suspicious],
            "warnings": list(synthesis.warnings),
            "report": [] if page is None else [{"page": str(page)}],
        }
    )


def _row(checked: Checked, work: Work) -> dict[str, Any]:
    """A claim as a row: its slots, its place, and what became of it."""
    claim = checked.claim
    return {
        "claim": claim.quote,
        "verdict": checked.verdict,
        "confidence": checked.confidence,
        "disputed": checked.disputed,
        "reason": checked.reason,
        "work": claim.work,
        "title": work.paper.title,
        "year": work.paper.year,
        **claim.model_dump(mode="json", exclude={"quote", "work"}),
        "evidence": [each.model_dump(mode="json") for each in checked.evidence],
    }


def _verdicts(synthesis: Synthesis) -> dict[str, int]:
    counts = Counter[str](each.verdict for each in synthesis.checked)
    return {
        "claims": len(synthesis.checked),
        **{label: counts[label] for label in LABELS},
        "disputed": sum(each.disputed for each in synthesis.checked),
    }


def _show_sources(synthesis: Synthesis) -> None:
    rows = [
        {
            "source": each.source,
            "found": each.found,
            "of": each.total,
            "asked": shorten(plain(each.query), _MOST_LETTERS, placeholder=" …"),
            "answered": each.at.replace("T", " ").removesuffix("+00:00").removesuffix("Z"),
            "failed": plain(each.failed),
        }
        for each in synthesis.searched
    ]
    columns = ("source", "found", "of", "asked", "answered", "failed")
    _table("Sources", rows, [name for name in columns if any(row[name] not in {None, ""} for row in rows)])


def _show_screening(synthesis: Synthesis) -> None:
    counts = synthesis.screening
    reasons = Counter((each.stage, each.reason) for each in counts.excluded)
    rows: list[dict[str, Any]] = [
        {"papers": "identified", "count": counts.identified},
        {"papers": "duplicates", "count": counts.duplicates},
        *(
            {
                "papers": f"excluded {'by text' if stage == 'text' else 'by title and abstract'}: {reason}",
                "count": n,
            }
            for (stage, reason), n in sorted(reasons.items())
        ),
        {"papers": f"included, of these {counts.full_texts} read whole", "count": len(counts.included)},
    ]
    _table("How papers were chosen", rows, ("papers", "count"))


def _show_claims(synthesis: Synthesis) -> None:
    if not synthesis.checked:
        why = "no paper is included" if not synthesis.works else "no sentence of them states a result"
        _line(f"\nNo claims: {why}.")
        return
    counts = _verdicts(synthesis)
    works = {work.key: work for work in synthesis.works}
    # what other papers speak to comes first; within that the order of works stays
    ordered = sorted(synthesis.checked, key=lambda each: each.verdict == UNKNOWN and not each.disputed)
    rows = [
        {
            "claim": shorten(plain(each.claim.quote), _MOST_LETTERS, placeholder=" …"),
            "where": _where(works[each.claim.work], each.claim.section),
            "verdict": "disputed" if each.disputed and each.verdict == UNKNOWN else each.verdict,
            "confidence": each.confidence,
        }
        for each in ordered[:MOST_CLAIMS]
    ]
    said = ", ".join(f"{count} {name}" for name, count in counts.items() if name != "claims" and count)
    _table(f"{_count(counts['claims'], 'claim')}: {said}", rows, ("claim", "where", "verdict", "confidence"))
    if len(ordered) > MOST_CLAIMS:
        _line(f"{len(ordered) - MOST_CLAIMS} more are in the report, and printed by --json.")
    _line(f"Judged by {synthesis.judge}; evidence searched for by {synthesis.retrieval}.")


def _where(work: Work, section: str) -> str:
    paper = work.paper
    author = plain(paper.authors[0]).split(" ")[-1] if paper.authors else plain(paper.title)
    others = " et al." if len(paper.authors) > 1 else ""
    place = f", {shorten(plain(section), _NAME_LETTERS, placeholder=' …')}" if section else ""
    year = f" {paper.year}" if paper.year is not None else ""
    return f"{shorten(author, _NAME_LETTERS, placeholder=' …')}{others}{year}{place}"


def _show_scores(synthesis: Synthesis) -> None:
    total = "none" if synthesis.total is None else f"{synthesis.total:.1f} of {BEST:g}"
    _line(
        f"\nReview score: {total}, the mean of what {len(synthesis.scores)} reviewers say of the synthesis."
    )
    for each in synthesis.scores:
        score = "not judged" if each.score is None else f"{each.score:.1f}"
        _line(f"{plain(each.reviewer)}: {score}")
        for reason in each.reasons:
            _line(f"  {plain(reason)}")


def _show_warnings(synthesis: Synthesis) -> None:
    if not synthesis.warnings:
        return
    _line(f"\n{_count(len(synthesis.warnings), 'warning')}")
    for each in synthesis.warnings[:MOST_WARNINGS]:
        _line(f"  {plain(each)}")
    if len(synthesis.warnings) > MOST_WARNINGS:
        _line(f"  {len(synthesis.warnings) - MOST_WARNINGS} more are in the report, and printed by --json.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _table(title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    # as the table's own title it would be folded to the table's width
    _line(f"\n{title}")
    show.print_table(rows, columns)


def _line(text: str) -> None:
    show.console.print(text, markup=False)
