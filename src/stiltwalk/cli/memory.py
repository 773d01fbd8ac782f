"""Printing how much memory the encoders of a study take to be trained, before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stiltwalk.cli import named, options, show
from stiltwalk.engine.encoder_sizes import sizes_before
from stiltwalk.plan.memory import Need, Pass, needs
from stiltwalk.spec.cards import card_called
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.study import Study
from stiltwalk.store.store import open_store

ANY_LENGTH = 512
"""Of sequences: on an accelerator no memory depends on it."""

GIGA = 1e9

WORDS = (
    "trimmed: of the table only rows that training text touches. This version trains encoders beyond 1 B",
    "parameters whole: read 'full' for them.",
    "checkpointed: -o execution.checkpointing=true.",
    "lora: frozen, with matrices of rank 8 beside queries and values (adaptation: lora, of an encoder).",
    "Several cards: weights, gradients and moments are cut over them (execution.sharded, and processes as",
    "many). This version trains whole tables there: 'trimmed' says what less would take.",
)


def show_memory(
    name: str,
    store: Path | None,
    overrides: dict[str, Any],
    cards: str,
    card: str | None,
    scale: str | None = None,
    *,
    as_json: bool,
) -> None:
    """Print what each card must hold, by encoder, way of training and number of cards.

    Args:
        name: of the study.
        store: where pretrained encoders and studies run before lie.
        overrides: of the study's fields.
        cards: numbers of cards, separated by commas.
        card: a card's name or its gigabytes, to say what fits; ``None``: not said.
        scale: at which of the study's scales; ``None``: its first.
        as_json: one row for each number of cards, in bytes.

    Raises:
        UserError: no such study, an encoder of which nothing is known, or no such numbers.
    """
    counts = _counts(cards)
    room = None if card is None else card_called(card).gigabytes
    opened = open_store(options.store_root(store))
    study = named.described(name, opened, overrides, scale)
    rows = [
        _row(choice.name, need, room)
        for choice in study.encoders
        for need in needs(sizes_before(choice, opened), _pass(study.execution), counts)
    ]
    if as_json:
        show.print_json("rows", rows)
        return
    show.print_table(
        _by_way(rows, counts),
        ("encoder", "way", "state", "activations", *(_column(count) for count in counts)),
        title=f"GB that each card must hold, {study.execution.micro_tokens} tokens a pass, "
        f"{study.execution.precision} (arithmetic)",
    )
    for line in _notes(study, room):
        show.console.print(line)


def _counts(cards: str) -> list[int]:
    words = options.split_names(cards)
    if not words or not all(word.isdecimal() and int(word) > 0 for word in words):
        raise UserError(f"--cards {cards}: expected numbers from 1 on, for example --cards 1,2,4,8.")
    return [int(word) for word in words]


def _pass(execution: Execution) -> Pass:
    return Pass(execution.micro_tokens, ANY_LENGTH, half=execution.precision == "bf16")


def _row(encoder: str, need: Need, room: float | None) -> dict[str, Any]:
    row = {"encoder": encoder, **need._asdict(), "total": need.total}
    return row if room is None else row | {"fits": need.total <= room * GIGA}


def _by_way(rows: list[dict[str, Any]], counts: list[int]) -> list[dict[str, Any]]:
    """A row for each way, with a column for each number of cards."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        line = found.setdefault((row["encoder"], row["way"]), {"encoder": row["encoder"], "way": row["way"]})
        if row["cards"] == counts[0]:
            line |= {"state": row["state"] / GIGA, "activations": row["activations"] / GIGA}
        mark = "" if row.get("fits", True) else " no"
        line[_column(row["cards"])] = f"{row['total'] / GIGA:.1f}{mark}"
    return list(found.values())


def _column(count: int) -> str:
    return "1 card" if count == 1 else f"{count} cards"


def _notes(study: Study, room: float | None) -> list[str]:
    lines = ["", *WORDS]
    if any(arm.masked_lm is not None for arm in study.intermediate):
        lines.append("Arms with masked LM train the whole table: read 'full' for them, not 'trimmed'.")
    if room is not None:
        lines.append(f"no: does not fit into {room:g} GB.")
    return lines
