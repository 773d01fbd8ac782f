"""Tables of how a study stands: claims by its rows, published numbers beside its own, caveats, its audit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from stiltwalk.analyse.audit.records import MOST
from stiltwalk.analyse.claims.judged import Reading
from stiltwalk.analyse.claims.words import stated, without
from stiltwalk.analyse.target_levels import TargetLevel, target_levels
from stiltwalk.render.contents import Claimed, Contents
from stiltwalk.render.page.words import ends_of, value_of
from stiltwalk.render.tables.cells import NONE, Cell, count, decimal, left, level, made, right, text, time
from stiltwalk.render.tables.results import intervals
from stiltwalk.render.tables.table import Interval, Table

_AVERAGE: Final = "avg"
"""What stands for a language in published means over a target's languages."""


def claims(contents: Contents) -> Iterator[Table]:
    """How every claim stands, and every statement of it."""
    rows = [_claim(each) for each in contents.claims]
    if not rows:
        return
    mind = [contents.rehearsal]
    yield made(
        "claims",
        "Claims, held against the rows of this study",
        (
            *left("claim", "states", "verdict", "suggests", "why", "source"),
            *right("rows"),
            *left("digest"),
        ),
        rows,
        [
            (
                "Out of scope: rows of something else than the claim is of neither verify nor refute it. "
                "Digest: changes when any of the rows does."
            ),
            *mind,
        ],
    )
    readings = [
        _reading(claimed, reading)
        for claimed in contents.claims
        for reading in claimed.judged.readings
        if reading.numbers or reading.posterior is not None
    ]
    if readings:
        held = " or ".join(f"{prior:g}" for prior in sorted({each.judged.prior for each in contents.claims}))
        yield made(
            "claims-statements",
            "Claims, statement by statement",
            (
                *left("claim", "states", "cells", "verdict"),
                *right("posterior", "number", "interval"),
                *left("note"),
            ),
            readings,
            [
                (
                    "Posterior: how probable the statement is given the rows, if before any row gains are "
                    f"held to be normal around 0 with a standard deviation of "
                    f"{held} points. A threshold with a star is ours."
                ),
                *mind,
            ],
            heads=3,
        )


def _claim(each: Claimed) -> tuple[Cell, ...]:
    claim, judged = each.claim, each.judged
    recalled = " (recalled, not read)" if claim.source.recalled else ""
    return (
        text(judged.claim),
        text(f"{judged.text} ({judged.version})"),
        text(judged.verdict),
        text(judged.suggests),
        text(" ".join(judged.why)),
        text(f"{claim.source.paper}, {claim.source.place}{recalled}"),
        count(judged.rests_on.rows),
        text(judged.rests_on.digest),
    )


def _reading(claimed: Claimed, reading: Reading) -> tuple[Cell, ...]:
    predicate = next(each for each in claimed.claim.predicates if each.name == reading.name)
    number = reading.numbers[0] if len(reading.numbers) == 1 else None
    shown, ends = NONE, NONE
    if number and math.isfinite(number.value):
        shown = Cell(f"{value_of(number)} {number.unit}", Interval(number.value, number.low, number.high))
        ends = text(ends_of(number))
    elif len(reading.numbers) > 1:
        ends = text(f"{len(reading.numbers)} numbers, each with its interval: claims.json")
    return (
        text(claimed.judged.claim),
        text(stated(predicate)),
        text(without(reading.left_out)),
        text(reading.verdict),
        decimal(reading.posterior, 3),
        shown,
        ends,
        text(reading.note),
    )


def published(contents: Contents) -> Iterator[Table]:
    """Published means over a target's languages, and ours of the same targets below them."""
    found = [each for each in contents.published if each.language == _AVERAGE]
    order = [each.task for each in contents.study.targets]
    splits = {each.task: each.split for each in contents.study.targets}
    ours = target_levels(contents.scores, contents.confidence, english=True)
    lines: list[tuple[str, tuple[Cell, ...]]] = [
        (
            each.target,
            (
                text(each.target),
                text(each.model),
                text(each.intermediate),
                text(each.metric),
                text(each.split),
                decimal(each.value),
                NONE,
                text("recalled, not read" if each.recalled else "read"),
                text(each.source),
                text(each.note),
            ),
        )
        for each in found
        if each.target in order
    ]
    if not lines:
        return
    shared = {target for target, _ in lines}
    lines += [
        (each.target, _our_level(contents, each, splits[each.target]))
        for each in ours
        if each.target in shared
    ]
    yield made(
        "published",
        "Published means beside ours",
        (
            *left("target", "model", "intermediate", "metric", "split"),
            *right("published", "ours"),
            *left("standing", "source", "note"),
        ),
        [cells for _, cells in sorted(lines, key=lambda line: order.index(line[0]))],
        [
            (
                "Means over all languages of a target, English included. Published numbers have no interval, "
                "and those that are recalled were never read in their source. Ours are the mean of the "
                "target's main metrics over the languages that were tested here, which may be others."
            ),
            intervals(contents),
            contents.rehearsal,
        ],
        heads=3,
    )


def _our_level(contents: Contents, each: TargetLevel, split: str) -> tuple[Cell, ...]:
    metric = "+".join(contents.tasks[each.target].scoring.main)
    return (
        text(each.target),
        text(each.encoder),
        text(each.arm),
        text(metric),
        text(split),
        NONE,
        level(each.estimate),
        text("ours"),
        text(f"this study, {each.languages} languages, {each.runs} runs"),
        text(f"{each.degenerate} collapsed runs left out" if each.degenerate else ""),
    )


def caveats(contents: Contents) -> Iterator[Table]:
    """What must be known beside the numbers, and which targets it touches."""
    rows = [
        (
            text(name),
            text(sentence),
            text(", ".join(target for target, ids in contents.caveats_of.items() if name in ids)),
        )
        for name, sentence in contents.caveats.items()
    ]
    if rows:
        yield made("caveats", "Caveats", left("caveat", "what it says", "targets"), rows)


def audit(contents: Contents) -> Iterator[Table]:
    """What the reviewers found, check by check."""
    if contents.audit is None:
        return
    rows = [
        (
            text(review.reviewer),
            text(check.name),
            text(check.expected),
            text(check.found),
            decimal(check.mark),
            decimal(check.weight, 1),
            text(check.cure),
            time(check.hours) if check.hours else NONE,
        )
        for review in contents.audit.reviews
        for check in review.checks
    ]
    if not rows:
        return
    scores = [
        f"{each.reviewer} {each.score:.1f}" if each.checks else f"{each.reviewer} nothing to judge"
        for each in contents.audit.reviews
    ]
    yield made(
        "audit",
        "Audit, check by check",
        (
            *left("reviewer", "check", "expected", "found"),
            *right("mark", "weight"),
            *left("what would raise it"),
            *right("that takes"),
        ),
        rows,
        [
            (
                f"Scores out of {MOST:g}: {', '.join(scores)}; overall {contents.audit.overall:.1f}. Mark: "
                "how far a check is met, 0 to 1."
            )
        ],
        heads=2,
    )
