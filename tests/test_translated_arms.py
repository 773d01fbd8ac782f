"""A study with translated arms, from its file to its results: a tiny translator in the tiny world."""

from __future__ import annotations

from pathlib import Path

from stiltwalk.compute.translations import translated_examples
from stiltwalk.engine.status import step_states
from stiltwalk.plan.references import translation_content
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.store.rows import study_rows
from tests.compute.translators import translator_folder
from tests.worlds import finish, node, prepared_study, write_world


def test_a_translated_and_a_back_translated_arm(tmp_path: Path) -> None:
    """Both train on what the model wrote; the second arm goes on from the first one's translation."""
    model = translator_folder(tmp_path / "model", "nllb")
    changes = {
        "intermediate": [
            {"task": "commonsenseqa", "languages": ["sw"]},
            {"task": "commonsenseqa", "back_translated": "sw"},
        ],
        "targets": ["udpos"],
        "translation": {"model": str(model), "max_tokens": 16},
    }
    prepared = prepared_study(write_world(tmp_path / "data"), tmp_path / "store", changes)
    finish(prepared)
    plan, store = prepared.plan, prepared.place.store
    there = node(plan, "translate commonsenseqa into sw").key
    back = node(plan, "translate commonsenseqa from sw back into en").key
    trained = [
        each.step
        for each in plan.nodes.values()
        if isinstance(each.step, TrainStep) and each.step.kind == "intermediate"
    ]
    assert [step.others.get("sw") or step.train for step in trained] == [
        translation_content(there),
        translation_content(back),
    ]
    assert [set(step.parents) & {there, back} for step in trained] == [{there}, {back}]
    ids = [example.id for example in translated_examples(prepared.place, there)]
    assert ids == [example.id for example in translated_examples(prepared.place, back)]
    assert {state.state for state in step_states(plan, store)} == {"done"}
    arms = study_rows(store, plan)["intermediate"].unique()
    assert set(arms) == {"none", "commonsenseqa@sw", "commonsenseqa@en-sw-en"}
