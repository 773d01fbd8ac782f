"""The claims of a synthesis, and the works that it left out, as tables; and all of it for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from stiltwalk.literature.records.evidence import CONTRADICTED, SUPPORTED, Checked
from stiltwalk.literature.records.synthesis import Excluded, Synthesis
from stiltwalk.render.page.quoting import quoted
from stiltwalk.render.synthesis.grouping import sides, slots, sources, standing
from stiltwalk.render.tables.cells import inert
from stiltwalk.render.tables.table import Column, Table, flat

SCHEMA: Final = 1
"""Of ``claims.json``; raised when a field changes its meaning or goes."""

_COLUMNS: Final = (
    Column("number", "right"),
    Column("claim"),
    Column("verdict"),
    Column("confidence", "right"),
    Column("disputed"),
    Column("source"),
    Column("supported by"),
    Column("contradicted by"),
    Column("section"),
    Column("subject"),
    Column("compared with"),
    Column("direction"),
    Column("values"),
    Column("metric"),
    Column("data set"),
    Column("condition"),
    Column("why"),
    Column("id"),
)


def claims_table(synthesis: Synthesis, numbers: Mapping[str, int]) -> Table:
    """Every claim with its verdict and its sources, a row each, in the order of the synthesis.

    Args:
        synthesis: whose they are.
        numbers: key of a work → number of its reference.
    """
    rows = [_row(number, each, numbers) for number, each in enumerate(synthesis.checked, 1)]
    return Table(
        "claims",
        "Claims, and how they stand by the other works",
        _COLUMNS,
        tuple(tuple(_read(cell) for cell in row) for row in rows),
        tuple(tuple(map(_guarded, row)) for row in rows),
        "Numbers in brackets are those of the references. A confidence is no probability.",
    )


def excluded_table(excluded: tuple[Excluded, ...]) -> Table:
    """Every work that was left out, with the stage and the reason."""
    rows = [(flat(e.title), e.stage, e.reason, flat(e.note), flat(e.key)) for e in excluded]
    names = ("title", "stage", "reason", "note", "work")
    return Table(
        "excluded",
        "Works that were left out, and why",
        tuple(Column(name) for name in names),
        tuple(rows),
        tuple(tuple(map(_guarded, row)) for row in rows),
    )


def claims_json(synthesis: Synthesis, numbers: Mapping[str, int]) -> str:
    """Every claim with all of its evidence, to the letter, as one JSON object.

    Works are named by their keys; ``references`` says which number each has on the page.
    """
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "synthesis": synthesis.name,
        "question": synthesis.question.text,
        "made": synthesis.made,
        "judge": synthesis.judge,
        "references": dict(numbers),
        "claims": [
            {"number": number, "standing": standing(each), **each.model_dump(mode="json")}
            for number, each in enumerate(synthesis.checked, 1)
        ],
    }
    return json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _row(number: int, each: Checked, numbers: Mapping[str, int]) -> tuple[object, ...]:
    stated = slots(each.claim)
    return (
        number,
        flat(each.claim.quote),
        each.verdict,
        round(each.confidence, 4),
        "yes" if each.disputed else "",
        _bracketed(numbers, sources(each)[:1]),
        _bracketed(numbers, sides(each, SUPPORTED)),
        _bracketed(numbers, sides(each, CONTRADICTED)),
        flat(each.claim.section),
        *(
            flat(stated.get(name, ""))
            for name in (
                "subject",
                "compared with",
                "direction",
                "values",
                "metric",
                "data set",
                "condition",
            )
        ),
        flat(each.reason),
        each.claim.id,
    )


def _bracketed(numbers: Mapping[str, int], keys: tuple[str, ...]) -> str:
    return ", ".join(f"[{numbers[key]}]" for key in keys)


def _read(cell: object) -> str:
    return f"{cell:.2f}" if isinstance(cell, float) else quoted(str(cell), 400)


def _guarded(cell: object) -> object:
    return inert(cell) if isinstance(cell, str) else cell
