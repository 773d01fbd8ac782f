"""Tables of languages: gains in each, gaps between them, and how gains go with kinds of language."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

from stiltwalk.analyse.across.relations import NOT_INDEPENDENT
from stiltwalk.analyse.across.spread import MEANS, WORST, Spread
from stiltwalk.analyse.gains import ALL, ZERO_SHOT
from stiltwalk.render.contents import Contents
from stiltwalk.render.tables.cells import (
    NONE,
    Cell,
    change,
    changed,
    count,
    left,
    level,
    made,
    probability,
    right,
    text,
)
from stiltwalk.render.tables.results import intervals, mark
from stiltwalk.render.tables.table import Table
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.languages import LANGUAGES
from stiltwalk.spec.slugs import slug
from stiltwalk.spec.tasks import find_task

_MEANS: Final = {ZERO_SHOT: "mean but English", ALL: "mean"}
_MEASURES: Final = ("gap", f"worst-{WORST}", "sd")


def by_language(contents: Contents) -> Iterator[Table]:
    """What every arm gains in every language, a table for each target."""
    main = {each.task: find_task(each.task, contents.tasks).scoring.main for each in contents.study.targets}
    for target, part in contents.gains.groupby("target", sort=False):
        own = part[part["metric"].isin(main.get(str(target), ()))]
        rows = [{str(key): value for key, value in row.items()} for row in own.to_dict("records")]
        if rows:
            yield _of_target(contents, str(target), rows)


def _of_target(contents: Contents, target: str, rows: list[dict[str, Any]]) -> Table:
    there = {row["intermediate"] for row in rows}
    arms = [name for name in contents.study.arms if name in there]
    order = [each.name for each in contents.study.encoders]
    metrics = list(dict.fromkeys(row["metric"] for row in rows))
    rows = sorted(rows, key=lambda row: order.index(row["encoder"]))
    lines = list(dict.fromkeys((row["encoder"], row["metric"], row["language"]) for row in rows))
    cells = {(row["encoder"], row["metric"], row["language"], row["intermediate"]): row for row in rows}
    of = left("metric") if len(metrics) > 1 else ()
    notes = [
        f"Points over '{NONE_ARM}', each metric by itself.",
        intervals(contents),
        "†: with so many collapsed runs among those compared, which count here."
        if any(row["degenerate"] for row in rows)
        else "",
        "–: not tested by both, or nothing is finished.",
    ]
    return made(
        f"gains-by-language-{slug(target)}",
        f"Gains by language: {target}{'' if of else f', {metrics[0]}'}",
        (*left("language", "encoder"), *of, *right(*arms)),
        [
            (
                spoken(language),
                text(encoder),
                *([text(metric)] if of else []),
                *(_gain(cells.get((encoder, metric, language, arm))) for arm in arms),
            )
            for encoder, metric, language in lines
        ],
        notes,
        heads=2 + len(of),
    )


def _gain(row: dict[str, Any] | None) -> Cell:
    if row is None:
        return NONE
    return change(row["gain"], row["low"], row["high"], mark(row["degenerate"]))


def spoken(code: str) -> Cell:
    """``Swahili (sw)``; for programs the code alone."""
    if code in _MEANS:
        return Cell(_MEANS[code], code)
    known = LANGUAGES.get(code)
    return Cell(f"{known.name} ({code})" if known else code, code)


def spreads(contents: Contents) -> Iterator[Table]:
    """How far languages are apart: gap to English, worst languages, standard deviation."""
    found = [each for own in contents.spreads.values() for each in own]
    if not found:
        return
    names = [name for measure in _MEASURES for name in (measure, f"{measure}, gain")]
    yield made(
        "spreads",
        "Between languages",
        (*left("target", "encoder", "arm"), *right(*names, "languages", "seen", "runs", "paired seeds")),
        [_spread(lines) for lines in _side_by_side(found)],
        [
            (
                "In points. Gap: English minus the mean of the other languages. "
                f"Worst-{WORST}: the mean of each run's {WORST} lowest languages. Sd: standard deviation "
                f"over the languages but English. Gain: over '{NONE_ARM}'; less of a gap or an sd is better."
            ),
            intervals(contents),
            (
                "The lowest languages are chosen anew in every run, so runs that vary more look worse in "
                f"worst-{WORST} and in sd. Collapsed runs are left out. Seen: languages that the arm's own "
                "data is in."
            ),
        ],
        heads=3,
    )


def _side_by_side(found: list[Spread]) -> list[dict[str, Spread]]:
    """For each target, encoder and arm its measures; means over targets last."""
    lines: dict[tuple[str, str, str], dict[str, Spread]] = {}
    for each in found:
        lines.setdefault((each.target, each.encoder, each.arm), {})[each.measure] = each
    single = dict.fromkeys(each.target for each in found if each.target not in MEANS)
    order = {name: place for place, name in enumerate((*single, *MEANS))}
    return [lines[key] for key in sorted(lines, key=lambda key: order[key[0]])]


def _spread(measures: dict[str, Spread]) -> tuple[Cell, ...]:
    any_ = next(iter(measures.values()))
    cells: list[Cell] = []
    for name in _MEASURES:
        each = measures.get(name)
        compared = each is not None and each.arm != NONE_ARM
        cells += [
            level(each.level) if each else NONE,
            changed(each.change) if each and compared else NONE,
        ]
    return (
        text(any_.target),
        text(any_.encoder),
        text(any_.arm),
        *cells,
        count(any_.languages),
        count(max(each.seen for each in measures.values())),
        count(any_.runs),
        count(any_.seeds) if any_.arm != NONE_ARM else NONE,
    )


def relations(contents: Contents) -> Iterator[Table]:
    """How gains go with script, family and pretraining text."""
    rows = [
        (
            text(each.arm),
            text(encoder),
            text(each.what),
            changed(each.estimate),
            probability(each.exact_p, known=not math.isnan(each.exact_p)),
            text(" and ".join(map(str, each.groups))),
            count(each.targets),
        )
        for encoder, found in contents.relations.items()
        for each in found
    ]
    if rows:
        yield made(
            "language-kinds",
            "Gains by kind of language",
            (
                *left("arm", "encoder", "difference"),
                *right("points", "p, all ways tried", "languages", "targets"),
            ),
            rows,
            [f"Points over '{NONE_ARM}'.", intervals(contents, "languages"), NOT_INDEPENDENT],
            heads=3,
        )
