"""Tests of prices: planned tokens and operations against those that came, and where speeds are from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from stiltwalk.engine import token_counts
from stiltwalk.engine.outline import Outline, outline
from stiltwalk.engine.pricing import FIXED_SECONDS, Priced, Wish, price
from stiltwalk.plan.costs import Cost
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.cards import CARDS
from stiltwalk.store.store import open_store, read_artifact
from tests.worlds import finish, node, prepared_study, tiny_study, write_world

MIXED = {"task": "commonsenseqa", "masked_lm": {"text": ["udhr"], "share": 0.4}}

CHANGES: Mapping[str, Any] = {
    "intermediate": ["commonsenseqa", MIXED, {"longer_by": "commonsenseqa"}],
    "targets": ["udpos", {"task": "xquad", "trains_on": ["squad-dev-unseen"]}, "tatoeba"],
    "recipe": {
        "name": "pocket",
        "intermediate": {"batch_size": 5, "epochs": 2},
        "target": {"batch_size": 8, "epochs": 1.5},
    },
}


class World(NamedTuple):
    """A given encoder, and a study of it: planned before anything was there, and then carried out."""

    data: Path
    encoder: Path
    store: Path
    before: Priced
    after: Priced


def _priced(world: tuple[Path, Path, Path], wish: Wish = Wish()) -> Priced:  # noqa: B008  a plain tuple
    return price(_outlined(world), wish, lambda message: None)


def _outlined(world: tuple[Path, Path, Path]) -> Outline:
    data, encoder, store = world
    study = tiny_study({**CHANGES, "encoders": [{"name": "given", "source": str(encoder)}]})
    return outline(study, open_store(store), data)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A few seconds of pretraining and training."""
    folder = tmp_path_factory.mktemp("pricing")
    data = write_world(folder / "data")
    made = prepared_study(data, folder / "first", {"intermediate": [], "targets": ["tatoeba"]})
    finish(made)
    encoder = made.place.store.folder(node(made.plan, "pretrain tiny").key)
    where = data, encoder, folder / "store"
    before = _priced(where)
    finish(before.outline.prepared)
    return World(*where, before, _priced(where))


def _trained(world: World) -> list[tuple[str, Cost, Mapping[str, Any]]]:
    """Title, planned cost and facts of every training."""
    plan, place = world.before.outline.prepared
    return [
        (each.title, world.before.costs[each.key], read_artifact(place.store, each.key).facts)
        for each in plan.nodes.values()
        if isinstance(each.step, TrainStep)
    ]


def test_tokens_and_operations_are_those_that_come(world: World) -> None:
    """All examples were in the sample, so of whole epochs every token is known; of half of one nearly so."""
    found = _trained(world)
    assert len(found) == 10
    for title, cost, facts in found:
        assert (cost.known, cost.steps) == ("sampled", facts["planned_steps"]), title
        # two whole epochs; masked LM draws its lines
        wrong = 0 if title == "intermediate commonsenseqa, seed 1" else 0.03
        assert cost.tokens == pytest.approx(facts["tokens"], rel=wrong, abs=0), title
        assert cost.flops == pytest.approx(facts["flops"], rel=wrong, abs=0), title


def test_predictions_are_counted(world: World) -> None:
    """Examples of every language, of both sides where sentences are compared."""
    plan, place = world.before.outline.prepared
    for title, items in (("predict udpos, seed 1", 1), ("predict tatoeba", 2)):
        key = node(plan, title).key
        facts = read_artifact(place.store, key).facts
        assert world.before.costs[key].examples == items * facts["examples"]


def test_the_room_on_disk(world: World) -> None:
    """Within the tokenizer's files, which in so small an encoder are most of it."""
    plan, place = world.before.outline.prepared
    key = node(plan, "target udpos, seed 1").key
    found = sum(path.stat().st_size for path in place.store.folder(key).rglob("*") if path.is_file())
    assert found / 4 < world.before.costs[key].disk < 4 * found


def test_without_a_speed_there_are_no_seconds(world: World) -> None:
    """Nothing is finished, nothing was probed, and no card is named."""
    trained = [cost for _, cost, _ in _trained(world)]
    assert {cost.seconds for cost in trained} == {None}
    assert {cost.speed for cost in trained} == {""}


def test_a_card_gives_seconds(world: World) -> None:
    """All operations over a share of what it promises, and a fixed part."""
    found = _priced((world.data, world.encoder, world.store), Wish(CARDS["A100-80"], 0.5))
    key = node(found.plan, "target udpos, seed 1").key
    cost = found.costs[key]
    assert cost.speed == "50 % of A100-80"
    assert cost.flops is not None
    computed = (cost.flops + cost.beside) / (0.5 * 19.5e12)
    assert cost.seconds == pytest.approx(FIXED_SECONDS + computed, abs=0.01)


def test_finished_steps_tell_of_others(world: World) -> None:
    """Tokens as they were measured, and the speed of the steps of that kind."""
    assert set(world.after.finished) == set(world.after.plan.nodes)
    key = node(world.after.plan, "target udpos, seed 1").key
    assert world.after.costs[key].known == "measured"
    assert world.after.costs[key].speed == "8 finished target step(s)"
    assert world.after.costs[key].tokens == pytest.approx(world.before.costs[key].tokens, rel=0.1)


def test_a_sample_is_read_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lengths are kept in the store's cache by content, so the next plan reads no text."""

    def refuse(*given: object) -> None:
        raise AssertionError(f"read again: {given}")

    monkeypatch.setattr(token_counts.TokenCounts, "_sampled", refuse)
    again = _priced((world.data, world.encoder, world.store))
    assert {key: cost.tokens for key, cost in again.costs.items()} == {
        key: cost.tokens for key, cost in world.after.costs.items()
    }
