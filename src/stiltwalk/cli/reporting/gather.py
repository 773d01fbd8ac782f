"""Gathering a report's contents: the study judged, compared, priced and cited, each by what does that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from stiltwalk.analyse.audit.audit import audited
from stiltwalk.analyse.claims.judging import judge_all
from stiltwalk.analyse.layers import swept_layer
from stiltwalk.cli.audit import subject_of
from stiltwalk.cli.reporting.arms import arms_of, costs_of
from stiltwalk.cli.reporting.comparisons import comparisons
from stiltwalk.cli.reporting.inference import efficiencies, measured_rows
from stiltwalk.cli.reporting.literature import with_literature
from stiltwalk.cli.reporting.making import commands_for, study_text, versions_in
from stiltwalk.cli.verdict import REHEARSAL, analysis_lines, judged
from stiltwalk.literature.records.synthesis import Synthesis
from stiltwalk.plan.nodes import Plan
from stiltwalk.render.contents import Claimed, Contents
from stiltwalk.render.references import references
from stiltwalk.spec.caveats import explain
from stiltwalk.spec.claims import read_claims, shipped_claims
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.published import Published, published
from stiltwalk.spec.study import Study
from stiltwalk.store.looks import now
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import Store

Say = Callable[[str], None]


def gathered_contents(
    plan: Plan,
    store: Store,
    *,
    claims_file: Path | None = None,
    literature: Sequence[Synthesis] = (),
    audit: bool = True,
    final: bool = False,
    say: Say = lambda part: None,  # noqa: ARG005  nobody listens by default
) -> Contents:
    """All that a report of the study of ``plan`` shows, as far as its steps are finished in ``store``.

    A study that is complete is judged, which is a look and is put on record; on one that is not no look is
    spent, and its verdict is withheld.

    Args:
        plan: of the study.
        store: where its steps lie.
        claims_file: claims in place of those that come along.
        literature: syntheses whose claims stand beside the study's own verdicts.
        audit: whether the study is looked at by reviewers.
        final: judge it as it stands, though cells are missing; recorded as its last look.
        say: is told of each part when it is begun.

    Raises:
        UserError: nothing of the study is finished; a finished step, or the file of claims, is damaged.
    """
    claims = shipped_claims() if claims_file is None else read_claims(claims_file)
    say("rows")
    rows = study_rows(store, plan)
    if rows.empty:
        raise UserError(_nothing(plan))
    say("verdict")
    found = judged(plan, store, final=final, interim=False)
    evidence, study = found.evidence, plan.study
    say("gains, averages and languages")
    single = rows[swept_layer(rows).isna()]
    compared = comparisons(evidence, single)
    say("claims")
    decided = zip(claims, judge_all(claims, evidence, found.verdict), strict=True)
    if audit:
        say("audit")
    reviews = audited(subject_of(plan, store, evidence, rows)) if audit else None
    say("costs")
    marks, printed = _marks(rows), _published(study)
    contents = Contents(
        study=study,
        tasks=evidence.tasks,
        rehearsal=REHEARSAL if found.rehearsal else "",
        made=now(),
        finished=evidence.finished,
        planned=evidence.planned,
        verdict=found.verdict,
        confidence=evidence.confidence,
        withheld=not found.permission.allowed,
        analysis=(*analysis_lines(found), *_left_out(rows, single)),
        encoders=evidence.encoders,
        arms=arms_of(plan, store, rows),
        trainings=evidence.trainings,
        scores=evidence.scores,
        **compared._asdict(),
        efficiency=tuple(efficiencies(rows, plan, store)),
        inference=tuple(measured_rows(plan, store)),
        claims=tuple(Claimed(claim, judgement) for claim, judgement in decided),
        audit=reviews,
        caveats=explain((mark for of_target in marks.values() for mark in of_target), evidence.tasks),
        caveats_of=marks,
        published=printed,
        costs=costs_of(plan, store),
        yaml=study_text(study),
        commands=commands_for(plan),
        versions=versions_in(rows),
        references=references(study, evidence.tasks, claims, printed),
    )
    return with_literature(contents, literature) if literature else contents


def _nothing(plan: Plan) -> str:
    name = plan.study.study
    return (
        f"No cell of the study '{name}' is finished (0 of {len(plan.cells)}), so there is nothing to report. "
        f"Run it with 'stiltwalk run {name}'; how far it is says 'stiltwalk status {name}'."
    )


def _left_out(rows: pd.DataFrame, single: pd.DataFrame) -> tuple[str, ...]:
    """That of targets which were read at several layers no layer is their score."""
    swept = sorted({*map(str, rows["target"])} - {*map(str, single["target"])})
    if not swept:
        return ()
    said = (
        f"Read at several layers, of which none is their score, so in no number here: {', '.join(swept)}. "
        "'stiltwalk results' has them layer by layer."
    )
    return (said,)


def _marks(rows: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Target → ids of the caveats of its rows."""
    return {
        str(target): tuple(
            dict.fromkeys(mark for text in texts.dropna().unique() for mark in text.split(";") if mark)
        )
        for target, texts in rows.groupby("target", sort=False)["caveats"]
    }


def _published(study: Study) -> tuple[Published, ...]:
    """What others printed for the study's targets, recalled numbers too: each says whether it is one."""
    targets = {target.task for target in study.targets}
    return tuple(each for each in published(recalled=True) if each.target in targets)
