"""Tests of ``plan --memory``: what training takes on each card, before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import Command

STUDY = {
    "study": "large",
    "encoders": ["facebook/xlm-roberta-xl"],
    "intermediate": ["commonsenseqa"],
    "targets": ["tatoeba"],
    "execution": {"precision": "bf16"},
}


@pytest.fixture
def words(tmp_path: Path) -> tuple[str | Path, ...]:
    """The command on a study of 3.5 B parameters, whose data and weights are nowhere."""
    (tmp_path / "large.yaml").write_text(yaml.safe_dump(STUDY))
    return "plan", tmp_path / "large.yaml", "--memory", "--store", tmp_path / "store"


def test_every_way_on_every_number_of_cards(command: Command, words: tuple[str | Path, ...]) -> None:
    """Rows in bytes: full, trimmed, checkpointed and LoRA on 1, 2, 4 and 8 cards."""
    rows = command(*words, "--json").json["rows"]
    assert {(row["way"], row["cards"]) for row in rows} == {
        (way, cards) for way in ("full", "trimmed", "checkpointed", "lora") for cards in (1, 2, 4, 8)
    }
    (full,) = [row for row in rows if (row["way"], row["cards"]) == ("full", 1)]
    # 16 bytes for each of 3.47 B parameters, and 2 for those of the layers, which are 2.83 B
    assert full["state"] == pytest.approx(16 * 3.47e9 + 2 * 2.83e9, rel=0.01)
    assert full["total"] == full["state"] + full["gathered"] + full["activations"]
    assert all("fits" not in row for row in rows)


def test_the_table_says_what_fits(command: Command, words: tuple[str | Path, ...]) -> None:
    """Cards of 40 GB hold it checkpointed on two, and not whole on one."""
    rows = command(*words, "--card", "40", "--json").json["rows"]
    fits = {(row["way"], row["cards"]): row["fits"] for row in rows}
    assert (fits["full", 1], fits["full", 8], fits["lora", 1]) == (False, True, True)
    ended = command(*words, "--card", "40", "--cards", "1,8")
    assert "8 cards" in ended.out
    assert "2 cards" not in ended.out
    assert "no: does not fit into 40 GB." in ended.out
    (line,) = [line for line in ended.out.splitlines() if " full " in line]
    assert line.split()[-3:-1] == [f"{_gigabytes(rows, 'full', 1):.1f}", "no"]


def _gigabytes(rows: list[dict[str, Any]], way: str, cards: int) -> float:
    (found,) = [row["total"] for row in rows if (row["way"], row["cards"]) == (way, cards)]
    return float(found) / 1e9


def test_more_tokens_take_more(command: Command, words: tuple[str | Path, ...]) -> None:
    """The study's own execution counts, and what is overridden of it."""
    less = command(*words, "--json").json["rows"][0]
    more = command(*words, "-o", "execution.micro_tokens=8192", "--json").json["rows"][0]
    assert more["activations"] == pytest.approx(2 * less["activations"])
    assert more["state"] == less["state"]


def test_arms_with_masked_lm_are_pointed_out(command: Command, words: tuple[str | Path, ...]) -> None:
    """They train the whole table."""
    assert "Arms with masked LM" not in command(*words).out
    mixed = STUDY | {"intermediate": [{"task": "commonsenseqa", "masked_lm": {"text": ["udhr"]}}]}
    Path(words[1]).write_text(yaml.safe_dump(mixed))
    assert "Arms with masked LM" in command(*words).out


@pytest.mark.parametrize("cards", ["0", "1,x", ""])
def test_numbers_of_cards_that_are_none(command: Command, words: tuple[str | Path, ...], cards: str) -> None:
    """Said with an example."""
    ended = command(*words, "--cards", cards)
    assert ended.code == 2
    assert "expected numbers from 1 on, for example --cards 1,2,4,8" in ended.err


def test_an_unknown_encoder(command: Command, words: tuple[str | Path, ...]) -> None:
    """The nearest known one is told."""
    ended = command(*words, "-o", "encoders.0=facebook/xlm-roberta-xll")
    assert ended.code == 2
    assert "Did you mean 'facebook/xlm-roberta-xl'?" in ended.err


def test_room_of_cards_without_memory(command: Command, words: tuple[str | Path, ...]) -> None:
    """An option that would change nothing is refused."""
    ended = command(*(word for word in words if word != "--memory"), "--card", "40")
    assert (ended.code, ended.out) == (2, "")
    assert "--card 40: hours need a card's name, such as A100-80; gigabytes alone say what fits" in ended.err


def test_a_card_by_its_name(command: Command, words: tuple[str | Path, ...]) -> None:
    """It has so many gigabytes."""
    by_name = command(*words, "--card", "a100 40", "--json").json["rows"]
    assert by_name == command(*words, "--card", "40", "--json").json["rows"]


@pytest.mark.parametrize("more", [["--probe"], ["--steps"], ["--price", "2"], ["--against", "demo"]])
def test_options_of_the_other_table(command: Command, words: tuple[str | Path, ...], more: list[str]) -> None:
    """They would change nothing beside ``--memory``, so they are refused."""
    ended = command(*words, *more)
    assert (ended.code, ended.out) == (2, "")
    assert "--memory prints a table of its own. Leave out --share, --probe, --price" in ended.err
