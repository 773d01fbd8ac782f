"""Judging: a claim held against a study's rows.

A claim is verified where what it states is probable enough given the rows, refuted where it is improbable
enough, and else there is not enough evidence. Rows that are of another encoder, recipe, split or scale than
the claim's neither verify nor refute it, however clear they are: the claim is out of scope, with what the
rows suggest.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from stiltwalk.analyse.claims.judged import OUT_OF_SCOPE, REFUTED, VERIFIED, Judged, Reading, RestsOn
from stiltwalk.analyse.claims.readings import read_by, targets_of
from stiltwalk.analyse.claims.scoping import arms_of, gaps, judged_by, outside, rests_on_rows
from stiltwalk.analyse.decisions.decide import decide
from stiltwalk.analyse.decisions.wording import counted
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.responses import Responses, responses
from stiltwalk.analyse.verdicts import UNDECIDED, Verdict
from stiltwalk.spec.claims import Claim
from stiltwalk.spec.predicates import DecisionIs


def judge(
    claim: Claim,
    evidence: Evidence,
    decided: Verdict | None = None,
    arrays: Sequence[Responses] | None = None,
) -> Judged:
    """What the rows of a study say of ``claim``.

    Args:
        claim: the claim.
        evidence: of the study.
        decided: what the study's own decision came out as, for claims that rest on one; ``None``: it is
            decided here.
        arrays: ``responses(evidence.scores)``, where several claims are judged; ``None``: made here.
    """
    found = judged_by(claim, responses(evidence.scores) if arrays is None else arrays)
    reasons = outside(claim, evidence)
    lacking = () if reasons else gaps(claim, evidence, found)
    if decided is None and _rests_on_decision(claim, evidence):
        decided = decide(evidence)
    leanings = [
        read_by(claim, predicate, left_out, found, decided, evidence.confidence)
        for left_out in ((), *claim.also_without)
        for predicate in claim.predicates
    ]
    capped = OUT_OF_SCOPE if reasons else UNDECIDED if lacking else None
    readings = tuple(each._replace(verdict=capped or each.verdict) for each in leanings)
    return Judged(
        claim.id,
        claim.version,
        claim.text,
        capped or _overall([each.verdict for each in readings if not each.left_out]),
        claim.prior,
        evidence.confidence,
        readings,
        (*reasons, *lacking),
        _suggests(leanings) if reasons else "",
        _rests_on(claim, evidence, found),
        tuple(_caveats(claim, evidence, found, leanings)),
    )


def judge_all(
    claims: Sequence[Claim], evidence: Evidence, decided: Verdict | None = None
) -> tuple[Judged, ...]:
    """Every claim held against the rows of one study, as ``judge`` does."""
    arrays = responses(evidence.scores)
    if decided is None and any(_rests_on_decision(claim, evidence) for claim in claims):
        decided = decide(evidence)
    return tuple(judge(claim, evidence, decided, arrays) for claim in claims)


def _rests_on_decision(claim: Claim, evidence: Evidence) -> bool:
    wanted = evidence.study.analysis.decision
    return any(isinstance(each, DecisionIs) and each.decision == wanted for each in claim.predicates)


def _overall(verdicts: Sequence[str]) -> str:
    """Of all predicates: verified where each is, refuted where any is."""
    if REFUTED in verdicts:
        return REFUTED
    return VERIFIED if {*verdicts} == {VERIFIED} else UNDECIDED


def _suggests(leanings: Sequence[Reading]) -> str:
    """Of rows out of scope what they point to, predicate by predicate on all cells."""
    words = {VERIFIED: "for it", REFUTED: "against it", UNDECIDED: "neither for nor against it"}
    said = [
        f"{each.name or 'it'}: {words[each.verdict]}"
        + ("" if each.posterior is None else f" ({each.posterior:.2f})")
        for each in leanings
        if not each.left_out and (each.posterior is not None or each.verdict != UNDECIDED)
    ]
    return "; ".join(said) or "nothing"


def _rests_on(claim: Claim, evidence: Evidence, found: Responses | None) -> RestsOn:
    rows = evidence.scores
    by_rows = rests_on_rows(claim)
    if found is not None and by_rows:
        wanted = rows["intermediate"].isin(arms_of(claim)) & rows["target"].isin(targets_of(claim, found))
        rows = rows[(rows["encoder"] == found.encoder) & wanted]
    # each row's hash, in order: the rows' own order says nothing
    hashes = np.sort(pd.util.hash_pandas_object(rows, index=False).to_numpy())
    return RestsOn(
        found.encoder if found is not None and by_rows else "",
        len(rows),
        tuple(map(str, rows["intermediate"].unique())),
        tuple(sorted(int(seed) for seed in rows["seed"].unique())),
        tuple(map(str, rows["target"].unique())),
        hashlib.sha256(hashes.tobytes()).hexdigest()[:12],
    )


def _caveats(
    claim: Claim, evidence: Evidence, found: Responses | None, leanings: Sequence[Reading]
) -> Iterator[str]:
    names = [each.name for each in evidence.study.encoders]
    if found is not None and rests_on_rows(claim) and not claim.scope.encoders and len(names) > 1:
        yield f"Of {counted(len(names), 'encoder')} it is judged by the first, {found.encoder}."
    if claim.source.recalled:
        yield "The claim is recalled from memory, not read in its source."
    if evidence.finished < evidence.planned:
        yield f"{evidence.finished} of {counted(evidence.planned, 'cell')} of the study are finished."
    if found is not None:
        runs = found.degenerate[[found.arms.index(arm) for arm in arms_of(claim) if arm in found.arms]]
        if collapsed := int(runs.any(axis=2).sum()):
            yield f"Of {counted(collapsed, 'run')} some target collapsed; such targets are left out."
    if any(not math.isfinite(each.low) for reading in leanings for each in reading.numbers):
        yield "Nothing bounds some of the intervals: one seed shows nothing of how seeds vary."
    if claim.note:
        yield claim.note
