"""Gathering what an audit looks at from a plan and a store, and printing what its reviewers say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import pandas as pd

from stiltwalk.analyse.audit.audit import audited
from stiltwalk.analyse.audit.hours import HOUR
from stiltwalk.analyse.audit.records import MOST, Audit, Review
from stiltwalk.analyse.audit.subject import EncoderOrigin, StepSeen, Subject
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.cli import show
from stiltwalk.cli.evidence import gathered
from stiltwalk.cli.named import kept_name, kept_plan
from stiltwalk.cli.studies import outlined
from stiltwalk.cli.verdict import POCKET, REHEARSAL, looks_at
from stiltwalk.engine.encoders import packaged_encoders
from stiltwalk.engine.prepare import step_key
from stiltwalk.engine.status import facts_of
from stiltwalk.engine.status import look as look_at_steps
from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.store.atomic import read_json
from stiltwalk.store.looks import read_frozen
from stiltwalk.store.plans import Outline, outlines_of
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import Store, damage
from stiltwalk.store.studies import kept_names

WIDE: Final = 120
"""Columns from which on what was expected stands beside what was found, and not below it."""

LEAST_RAISE: Final = 0.005
"""Steps that raise the score by less are left out of the table: it would say 0.00."""

_SMALL: Final = ("step.json", "results.parquet")
"""Files whose content is compared; of the others, which may be large, the size is."""


def subject_of(
    plan: Plan, store: Store, evidence: Evidence | None = None, rows: pd.DataFrame | None = None
) -> Subject:
    """The study of ``plan`` as far as it is finished in ``store``, for its reviewers.

    Args:
        plan: of the study.
        store: where its steps lie.
        evidence: of the study, if it is at hand.
        rows: its result rows, if they are.

    Raises:
        UserError: a finished step, or the record of what was asked before, is damaged.
    """
    name = plan.study.study
    return Subject(
        evidence=gathered(plan, store) if evidence is None else evidence,
        cells=plan.cells,
        absent=plan.absent,
        rows=study_rows(store, plan) if rows is None else rows,
        steps=tuple(_steps(plan, store)),
        frozen=read_frozen(store, name),
        looks=looks_at(store, name),
        origins={choice.name: _origin(choice, store) for choice in plan.study.encoders},
        kept=name in kept_names(store),
    )


def _steps(plan: Plan, store: Store) -> Iterator[StepSeen]:
    """Every step of the plan, parents first."""
    outlines, finished = outlines_of(plan.nodes), look_at_steps(plan, store).finished
    facts = facts_of(store, list(finished))
    seeds: dict[str, int | None] = {}
    for key, outline in outlines.items():
        seeds[key] = _seed(plan, outline, seeds)
        if key not in finished:
            yield StepSeen(key, outline.kind, seeds[key], finished=False)
            continue
        own: Mapping[str, Any] = facts.get(key, {})
        yield StepSeen(
            key,
            outline.kind,
            seeds[key],
            finished=True,
            at=datetime.fromtimestamp(finished[key], UTC),
            wall_seconds=own.get("wall_seconds"),
            flops=own.get("flops"),
            versions=own.get("versions") or {},
            device=own.get("peak_memory_of") or "",
            damage=_damage(store.folder(key)),
        )


def _seed(plan: Plan, outline: Outline, known: Mapping[str, int | None]) -> int | None:
    """The seed of a training; of any other step, that of what it starts from."""
    if outline.kind in {"intermediate", "target"}:
        step = plan.nodes[outline.key].step
        assert isinstance(step, TrainStep), "only they are trainings"
        return step.seed
    if outline.kind == "predict" and outline.parents:
        return known.get(outline.parents[0])
    return None


def _damage(folder: Path) -> str:
    """What is no longer as it was published, as far as it can be told without reading large files."""
    manifest = read_json(folder / "manifest.json") or {}
    files = manifest.get("files")
    if not isinstance(files, Mapping):
        return "manifest.json is missing or cannot be read"
    for name, said in files.items():
        path = folder / name
        if not path.exists():
            return f"{name} is missing"
        if path.stat().st_size != said.get("bytes"):
            return f"{name} is not what was published"
    return damage(folder, {name: said for name, said in files.items() if name in _SMALL}) or ""


def _origin(choice: EncoderChoice, store: Store) -> EncoderOrigin:
    if choice.pretrain is not None:
        return "made here"
    source = str(choice.source)
    if Path(source).expanduser().is_dir():
        return "folder"
    if source in packaged_encoders():
        return "packaged"
    return "hub" if step_key(source, store) is None else "made here"


class Audited(NamedTuple):
    """A study, audited: what was looked at, and what was said."""

    subject: Subject
    audit: Audit


def audit_called(store: Store, name: str, scale: str | None = None) -> Audited:
    """The audit of the study called ``name``, at one of its scales: as it was run, else as it is planned.

    Raises:
        UserError: no such study or scale; or what is kept of it is damaged.
    """
    if kept_name(name, store, scale) in kept_names(store):
        plan = kept_plan(store, name, scale)
    else:
        plan = outlined(name, None, store.root, {}, scale).prepared.plan
    subject = subject_of(plan, store)
    return Audited(subject, audited(subject))


def show_audit(found: Audited) -> None:
    """Print the scores, every check under its reviewer, and the steps that would raise the score."""
    subject, audit = found
    if subject.study.scale == POCKET:
        show.console.print(f"[bold]{REHEARSAL}[/bold]")
    show.console.print(
        f"{audit.study}: {audit.overall:.1f} of {MOST:g}, the mean of its reviewers: how it is made, not "
        "what it found.",
        markup=False,
    )
    scores = [
        {"reviewer": each.reviewer, "score": each.score, "checks": len(each.checks)} for each in audit.reviews
    ]
    show.console.print()
    show.print_table(scores, ("reviewer", "score", "checks"))
    for review in audit.reviews:
        _show_review(review)
    _show_improvements(audit)
    if not subject.begun:
        show.console.print("\nNothing of it is finished: this is an audit of its plan.", markup=False)


def _show_review(review: Review) -> None:
    show.console.print(f"\n{review.reviewer}: {review.score:.1f} of {MOST:g}", markup=False)
    wide = show.console.width >= WIDE
    rows = [
        {
            "mark": each.mark,
            "check": each.name,
            "found": each.found if wide else f"{each.found}\nExpected: {each.expected}",
            "expected": each.expected,
        }
        for each in review.checks
    ]
    show.print_table(rows, ("mark", "check", "found", *(("expected",) if wide else ())))
    if review.left_out:
        names = ", ".join(review.left_out)
        show.console.print(f"Left out, for they need results: {names}.", markup=False)


def _show_improvements(audit: Audit) -> None:
    steps = [each for each in audit.improvements if each.raises >= LEAST_RAISE]
    if not steps:
        return
    rows = [
        {
            "raises": f"+{each.raises:.2f}",
            "machine time": _time(each.hours),
            "reviewers": ", ".join(each.reviewers),
            "step": each.cure,
        }
        for each in steps
    ]
    show.console.print(
        "\nWhat would raise it, the cheapest first (h:mm:ss or m:ss of one worker)", markup=False
    )
    show.print_table(rows, ("raises", "machine time", "reviewers", "step"))


def _time(hours: float) -> str:
    if math.isnan(hours):
        return "not known"
    return show.clock(HOUR * hours) if hours else "none"


def print_audit(found: Audited) -> None:
    """Print ``{"audit": {...}, "reviews": [...], "improvements": [...]}``; a number that is none is null."""
    subject, audit = found
    show.print_object(
        {
            "audit": {
                "study": audit.study,
                "scale": subject.study.scale,
                "rehearsal": subject.study.scale == POCKET,
                "overall": _known(audit.overall),
                "finished": subject.evidence.finished,
                "planned": subject.evidence.planned,
            },
            "reviews": [
                {
                    "reviewer": each.reviewer,
                    "score": _known(each.score),
                    "left_out": list(each.left_out),
                    "checks": [check._asdict() | {"hours": _known(check.hours)} for check in each.checks],
                }
                for each in audit.reviews
            ],
            "improvements": [each._asdict() | {"hours": _known(each.hours)} for each in audit.improvements],
        }
    )


def _known(number: float) -> float | None:
    return number if math.isfinite(number) else None
