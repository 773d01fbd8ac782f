"""Tables of results: what the verdict rests on, scores, gains, averages, the best arm of each target."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from stiltwalk.analyse import views
from stiltwalk.analyse.averages import OVERALL
from stiltwalk.analyse.target_levels import TargetLevel, target_levels
from stiltwalk.analyse.verdicts import Number
from stiltwalk.render.contents import Contents
from stiltwalk.render.page.words import ends_of, value_of
from stiltwalk.render.tables.cells import (
    NONE,
    Cell,
    change,
    changed,
    count,
    decimal,
    left,
    level,
    made,
    probability,
    right,
    share,
    signed,
    text,
)
from stiltwalk.render.tables.table import MISSING, Interval, Table
from stiltwalk.spec.arms import NONE_ARM

_BESIDE: Final = "zero-shot"
ASIDE: Final = (
    "*: in no mean and no verdict, for the arm repeats the target's training data or has seen its languages; "
    "over all languages but English."
)
COLLAPSED: Final = "†: with so many collapsed runs, which are left out."

MEANING: Final = (
    "Headline: languages that the arm has not seen, and targets whose training data it does not repeat. "
    "Every target counts the same."
)


def intervals(contents: Contents, over: str = "seeds") -> str:
    """Which intervals there are, a sentence."""
    return f"In brackets: {100 * contents.confidence:.4g} % intervals over {over}."


def verdict_numbers(contents: Contents) -> Iterator[Table]:
    """What the verdict rests on; numbers that could not be estimated are counted in the note."""
    known = [each for each in contents.verdict.numbers if math.isfinite(each.value)]
    empty = len(contents.verdict.numbers) - len(known)
    if not known:
        return
    confidence = sorted({each.confidence for each in known})
    notes = [
        f"Intervals: {' and '.join(f'{100 * each:.4g} %' for each in confidence)}.",
        f"{empty} more could not be estimated." if empty else "",
        "No verdict is made: these are estimates without one." if contents.withheld else "",
    ]
    columns = (*left("number", "of"), *right("value", "interval"), *left("unit"), *right("n", "p"))
    rows = [_number(each) for each in known]
    yield made(
        "verdict-numbers", "What the verdict rests on", (*columns, *left("note")), rows, notes, heads=2
    )


def _number(each: Number) -> tuple[Cell, ...]:
    bounded = math.isfinite(each.low) or math.isfinite(each.high)
    return (
        text(each.name),
        text(each.of),
        Cell(value_of(each), Interval(each.value, each.low, each.high)),
        Cell(ends_of(each), ends_of(each)),
        text(each.unit),
        text(f"{each.n:.3g} {each.units.removesuffix('s') if each.n == 1 else each.units}" if each.n else ""),
        probability(each.p, known=bounded),
        text(each.note),
    )


def mean_scores(contents: Contents) -> Iterator[Table]:
    """Mean scores by arm and target, of the languages other than English."""
    found = target_levels(contents.scores, contents.confidence)
    cells = {(each.encoder, each.arm, each.target): each for each in found}
    rows = list(dict.fromkeys((each.encoder, each.arm) for each in found))
    targets = [name for name in _targets(contents) if any(key[2] == name for key in cells)]
    if not rows or not targets:
        return
    notes = [
        (
            "Scores on 0 to 100: the mean of a target's main metrics over its languages but English, and "
            "over seeds."
        ),
        intervals(contents),
        COLLAPSED if any(each.degenerate for each in found) else "",
        "Languages that an arm's own data is in count as well.",
    ]
    yield made(
        "scores",
        "Mean scores by arm and target",
        (*left("arm", "encoder"), *right(*targets)),
        [
            (text(arm), text(encoder), *(_level(cells.get((encoder, arm, name))) for name in targets))
            for encoder, arm in rows
        ],
        notes,
        heads=2,
    )


def _level(found: TargetLevel | None) -> Cell:
    if found is None:
        return NONE
    shown = level(found.estimate, mark(found.degenerate))
    return Cell(f"–{mark(found.degenerate)}", None) if shown == NONE and found.degenerate else shown


def mark(degenerate: int) -> str:
    """`` †2``: of so many collapsed runs; nothing of none."""
    return f" †{degenerate}" if degenerate else ""


def gains(contents: Contents) -> Iterator[Table]:
    """What every arm gains on every target, and on all together."""
    found = contents.averages
    every = _records(found[found["level"].isin(["target", "overall"])])
    rows = [row for row in every if row["healthy"]]
    whole = _by_cell(row for row in every if not row["healthy"] and row["view"] == _BESIDE)
    headline = _by_cell(row for row in rows if row["view"] == views.HEADLINE)
    others = _by_cell(row for row in rows if row["view"] == _BESIDE and row["of"] != OVERALL)
    arms = list(dict.fromkeys((row["encoder"], row["intermediate"]) for row in rows))
    if not arms:
        return
    shown = (OVERALL, *_targets(contents))
    lines = [
        (text(arm), text(encoder), *(_gain((encoder, arm, name), headline, others, whole) for name in shown))
        for encoder, arm in arms
    ]
    said = " ".join(cell.text for line in lines for cell in line[2:])
    yield made(
        "gains",
        "Gains by arm and target",
        (*left("arm", "encoder"), *right("mean", *shown[1:])),
        lines,
        [
            f"Points over '{NONE_ARM}'. {MEANING}",
            intervals(contents),
            ASIDE if "*" in said else "",
            "–: nothing that could be compared is finished." if MISSING in said else "",
            COLLAPSED if "†" in said else "",
        ],
        heads=2,
    )


_Cells = Mapping[tuple[str, str, str], Mapping[str, Any]]


def _by_cell(rows: Iterable[Mapping[str, Any]]) -> _Cells:
    return {(row["encoder"], row["intermediate"], row["of"]): row for row in rows}


def _gain(key: tuple[str, str, str], headline: _Cells, others: _Cells, whole: _Cells) -> Cell:
    row = headline.get(key) or others.get(key)
    if row is None or not math.isfinite(row["gain"]):  # nothing is left without its collapsed runs
        lost = mark(whole[key]["degenerate"]) if key in whole else ""
        return Cell(f"{MISSING}{lost}", None) if lost else NONE
    aside = " *" if key not in headline else ""
    return change(row["gain"], row["low"], row["high"], aside + mark(row["degenerate"]))


def averages(contents: Contents) -> Iterator[Table]:
    """What every arm gains on average, over groups of targets and over all, in every view that differs."""
    found = contents.averages
    wide = found[found["level"].isin(["group", "overall"])].assign(group=lambda rows: rows["of"] != OVERALL)
    rows = [
        _average(name, row)
        for _, own in wide.groupby(["encoder", "intermediate"], sort=False)
        for _, of_one in own.sort_values("group", kind="stable").groupby("of", sort=False)
        for name, row in views.distinct(_records(of_one))
    ]
    if not rows:
        return
    yield made(
        "averages",
        "Average gains in every view",
        (
            *left("arm", "encoder", "over", "view"),
            *right("gain", "p", "Holm", "MDE", "targets", "seeds", "collapsed", "runs"),
        ),
        rows,
        [
            f"Points over '{NONE_ARM}'; {views.LEGEND}",
            intervals(contents),
            "MDE: the smallest true gain that such a design finds four times in five.",
        ],
        heads=4,
    )


def _average(view: str, row: Mapping[str, Any]) -> tuple[Cell, ...]:
    known = row["df"] > 0
    return (
        text(row["intermediate"]),
        text(row["encoder"]),
        text("all targets" if row["of"] == OVERALL else row["of"]),
        text(view),
        change(row["gain"], row["low"], row["high"]),
        probability(row["p"], known=known),
        probability(row["holm"], known=known),
        decimal(row["mde"]),
        count(row["targets"]),
        count(row["seeds"]),
        count(row["degenerate"]),
        count(row["runs"]),
    )


def best(contents: Contents) -> Iterator[Table]:
    """The best arm of each target, and what of its gain is optimism."""
    rows: list[tuple[Cell, ...]] = []
    for encoder, found in contents.best.items():
        rows += [
            (
                text(each.target),
                text(encoder),
                text(each.arm),
                share(each.agreed),
                signed(each.naive),
                signed(each.crossfitted),
                signed(each.naive - each.crossfitted),
                count(each.candidates),
            )
            for each in found.targets
        ]
        if found.targets:
            whole = changed(found.crossfitted)
            rows.append(
                (
                    text("all that can be judged"),
                    text(encoder),
                    NONE,
                    NONE,
                    signed(found.naive),
                    whole,
                    signed(found.optimism),
                    NONE,
                )
            )
    if not rows:
        return
    columns = left("target", "encoder", "best arm")
    yield made(
        "best-per-target",
        "The best arm of each target, and the optimism of choosing it",
        (*columns, *right("chosen again", "same seeds", "other seeds", "optimism", "candidates")),
        rows,
        [
            (
                "Points over 'none'. Same seeds: judged on the seeds it was chosen on, which flatters it. "
                "Other seeds: chosen on all seeds but one, judged on that one. Optimism: what is between."
            ),
            (
                f"Of all targets together the {100 * contents.confidence:.4g} % interval is given; single "
                "targets have none here, their gains stand in the table of gains with theirs."
            ),
        ],
        heads=2,
    )


def _targets(contents: Contents) -> list[str]:
    return [each.task for each in contents.study.targets]


def _records(frame: pd.DataFrame) -> list[Mapping[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]
