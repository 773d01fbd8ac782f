"""Encoders of a study as points of their ladders: sizes, families, and what inference with them costs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from stiltwalk.analyse.evidence import EncoderSize
from stiltwalk.cli.reporting.inference import inference_costs
from stiltwalk.engine.encoder_sizes import sizes_before
from stiltwalk.engine.encoders import described_packaged, packaged_encoders
from stiltwalk.engine.prepare import step_key
from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.ladders import LADDERS
from stiltwalk.store.atomic import read_json
from stiltwalk.store.plans import outlines_of
from stiltwalk.store.store import Store, read_artifact

PACKAGED = "pocket"
"""The family of the encoders that come with this package."""

_COUNTED = ("intermediate", "target", "pretrain", "measure")
"""Steps whose facts say how many parameters their encoder has."""


def encoder_sizes(plan: Plan, store: Store) -> dict[str, EncoderSize]:
    """Name → size of every encoder of the study whose size is known, counted or as published."""
    counted = _counted(plan, store)
    costs = inference_costs(plan, store)
    found = {}
    for choice in plan.study.encoders:
        counts = counted.get(choice.name) or _published(choice, store)
        if counts is None:
            continue
        # of the lengths that were measured the shortest, as in every table of costs
        cost = next(iter(costs.get(choice.name, ())), None)
        found[choice.name] = EncoderSize(
            *counts,
            family=_family(choice, store),
            flops=None if cost is None or cost.flops is None else float(cost.flops),
            milliseconds=None if cost is None else cost.ms,
        )
    return found


def _counted(plan: Plan, store: Store) -> dict[str, tuple[int, int]]:
    """Encoder → its parameters, all and without embeddings, as one of its finished steps has them."""
    found: dict[str, tuple[int, int]] = {}
    for step in outlines_of(plan.nodes).values():
        if step.encoder in found or step.kind not in _COUNTED or not store.has(step.key):
            continue
        facts = (read_json(store.folder(step.key) / "step.json") or {}).get("facts") or {}
        if "encoder_parameters" in facts and "parameters" in facts:
            found[step.encoder] = int(facts["parameters"]), int(facts["encoder_parameters"])
    return found


def _published(choice: EncoderChoice, store: Store) -> tuple[int, int] | None:
    packaged = {each.name: (each.parameters, each.encoder_parameters) for each in _packaged(choice)}
    if choice.source in packaged:
        return packaged[choice.source]
    try:
        sizes = sizes_before(choice, store)
    except UserError:
        return None
    return sizes.parameters, sizes.inside


def _packaged(choice: EncoderChoice) -> list[Any]:
    return described_packaged() if choice.source in packaged_encoders() else []


def _family(choice: EncoderChoice, store: Store) -> str:
    """What encoders must share to be one ladder: its name, or all of a recipe but shape and seed.

    An encoder of which neither is known is a family by itself.
    """
    if choice.pretrain is not None:
        return _recipe(choice.pretrain.model_dump(mode="json"))
    source = str(choice.source)
    if source in packaged_encoders():
        return PACKAGED
    for ladder in LADDERS.values():
        if any(rung.hub == source for rung in ladder.rungs):
            return ladder.name
    key = step_key(source, store)
    if key is not None:
        step = read_artifact(store, key).step
        if step.kind == "pretrain":
            return _recipe(step.model_dump(mode="json"))
    return choice.name


def _recipe(pretraining: Mapping[str, Any]) -> str:
    kept = {name: value for name, value in pretraining.items() if name not in {"shape", "seed", "threads"}}
    digest = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
    return f"recipe {digest[:6]}"
