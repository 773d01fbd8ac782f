"""Tables of how a study was made: encoders, arms and what they spent, costs, inference and its efficiency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stiltwalk.render.contents import Contents
from stiltwalk.render.tables.cells import (
    NONE,
    Cell,
    count,
    decimal,
    left,
    made,
    much,
    right,
    text,
    time,
)
from stiltwalk.render.tables.table import Table
from stiltwalk.spec.arms import NONE_ARM

_SAME: Final = (
    "All arms of an encoder cost the same at inference, for training changes no shape of a weight: between "
    "them this ranks as the score does. Degenerate runs count."
)


def encoders(contents: Contents) -> Iterator[Table]:
    """The sizes of the encoders."""
    rows = [
        (
            text(name),
            text(size.family),
            much(size.parameters),
            much(size.encoder_parameters),
            much(size.flops),
            decimal(size.milliseconds),
        )
        for name, size in contents.encoders.items()
    ]
    if rows:
        names = ("parameters", "without embeddings", "operations a sequence", "ms a sequence")
        yield made("encoders", "Encoders", (*left("encoder", "family"), *right(*names)), rows)


def arms(contents: Contents) -> Iterator[Table]:
    """What the arms were trained on, and what that took."""
    names = ("examples", "batch", "steps", "tokens", "operations", "time", "runs", "collapsed")
    rows = [
        (
            text(each.name),
            text(each.encoder),
            text("baseline" if each.name == NONE_ARM else "control" if each.control else "judged"),
            text(each.mix),
            count(each.examples),
            count(each.batch_size),
            count(each.steps),
            much(each.tokens),
            much(each.flops),
            time(each.hours),
            count(each.runs),
            count(each.degenerate),
        )
        for each in contents.arms
    ]
    if rows:
        yield made(
            "arms",
            "Arms, and what their intermediate training took",
            (*left("arm", "encoder", "role", "mix"), *right(*names)),
            rows,
            [
                (
                    "Steps, tokens and operations: means over seeds. Time: of the machine, over all seeds. "
                    "Runs: finished ones on targets; collapsed: how many of these had. –: none, or not known."
                )
            ],
            heads=2,
        )


def costs(contents: Contents) -> Iterator[Table]:
    """What the study took, by kind of step."""
    rows = [
        (text(each.kind), count(each.planned), count(each.finished), time(each.hours), much(each.flops))
        for each in contents.costs
    ]
    if rows:
        yield made(
            "costs",
            "What the study took",
            (*left("step"), *right("planned", "finished", "machine time", "operations")),
            rows,
            ["Of finished steps. –: not counted."],
        )


def efficiency(contents: Contents) -> Iterator[Table]:
    """Scores over what inference costs."""
    rows = [
        (
            text(each.target),
            text(each.encoder),
            text(each.intermediate),
            count(each.length),
            text(each.metric),
            decimal(each.value),
            decimal(each.per_gflop),
            decimal(each.per_ms),
            count(each.languages),
            count(each.seeds),
        )
        for each in contents.efficiency
    ]
    if rows:
        yield made(
            "efficiency",
            "Scores over what inference costs",
            (
                *left("target", "encoder", "arm"),
                *right("length"),
                *left("metric"),
                *right("score", "per GFLOP", "per ms", "languages", "seeds"),
            ),
            rows,
            [
                (
                    "Score: the mean over languages and seeds, 0 to 100; its interval stands in the table of "
                    f"mean scores. {_SAME}"
                )
            ],
            heads=4,
        )


def inference(contents: Contents) -> Iterator[Table]:
    """What was measured of inference."""
    rows = [_measured(row) for row in contents.inference]
    if rows:
        yield made(
            "inference",
            "What inference costs",
            (
                *left("encoder", "precision"),
                *right("length", "batch", "p50 ms", "p95 ms", "sequences/s", "GB", "operations", "J"),
                *left("device", "note"),
            ),
            rows,
            ["p50, p95: of runs of one batch. Operations and J: of one sequence. –: not measured."],
            heads=4,
        )


def _measured(row: Mapping[str, object]) -> tuple[Cell, ...]:
    peak = _number(row.get("peak_memory_bytes"))
    return (
        text(str(row.get("encoder", ""))),
        text(str(row.get("precision", ""))),
        count(_number(row.get("length"))),
        count(_number(row.get("batch"))),
        decimal(_number(row.get("p50_ms"))),
        decimal(_number(row.get("p95_ms"))),
        decimal(_number(row.get("sequences_per_second")), 1),
        decimal(peak / 1e9) if peak is not None else NONE,
        much(_number(row.get("flops_per_sequence"))),
        decimal(_number(row.get("joules_per_sequence"))),
        text(str(row.get("device") or "")),
        text(str(row.get("note") or "")),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
