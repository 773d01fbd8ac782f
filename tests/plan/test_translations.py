"""Tests of plan.translations: which data is translated, by what, and what is refused before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from stiltwalk.plan.builder import Builder
from stiltwalk.plan.facts import Directions, Facts
from stiltwalk.plan.references import translation_content, translation_key
from stiltwalk.plan.steps import TranslateStep, key_of, parse_step
from stiltwalk.plan.translations import add_back_translation, add_translation
from stiltwalk.spec.errors import StudyError, UnknownNameError
from stiltwalk.spec.recipes import Training
from tests.plan.fakes import WORLD, everything, study

ALL = Training()
FEW = Training(examples=100, subset=2)


def builder(translation: Any, directions: Mapping[str, Directions] | None = None, **changes: Any) -> Builder:
    """A plan in the making of a study with this translator; all data is there, as are its models."""
    given = study({**changes, **({} if translation is None else {"translation": translation})})
    names = given.translation.sources if given.translation else ()
    facts = Facts(
        everything(), {}, {}, {name: f"translator:hash-of-{name}" for name in names}, directions or {}
    )
    return Builder(given, facts, WORLD)


def step_of(made: Builder, content: str) -> TranslateStep:
    """The step that makes the data ``content``."""
    step = made.nodes[translation_key(content) or ""].step
    assert isinstance(step, TranslateStep)
    return step


def test_a_translation_is_a_step() -> None:
    """Of the English training data, by the model, with the study's search; its content is its key."""
    made = builder(
        {"model": "x/nllb", "beams": 4}, execution={"precision": "bf16", "threads": 2, "processes": 3}
    )
    content = add_translation(made, "sick", "de", ALL, 1)
    step = step_of(made, content)
    assert content == translation_content(key_of(step)) == f"translation:{key_of(step)}"
    assert parse_step(step.model_dump(mode="json")) == step
    assert (step.translator, step.task, step.split, step.source, step.into, step.data) == (
        "translator:hash-of-x/nllb",
        "sick",
        "train",
        "en",
        "de",
        "sick-train-en",
    )
    assert (step.beams, step.max_tokens, step.batch_tokens, step.backend) == (4, 256, 4096, "transformers")
    assert (step.examples, step.seed, step.parents) == (None, None, ())
    assert (step.execution.precision, step.execution.threads, step.execution.processes) == ("bf16", 2, 1)
    assert [node.title for node in made.nodes.values()] == ["translate sick into de"]


def test_all_seeds_share_a_translation_of_everything() -> None:
    """Where no subset is drawn the seed decides nothing; each language is a step."""
    made = builder("x/nllb")
    same = {add_translation(made, "sick", "de", ALL, seed) for seed in (1, 2, 3)}
    assert len(same) == 1
    assert add_translation(made, "sick", "sw", ALL, 1) not in same
    assert len(made.nodes) == 2


def test_of_a_subset_only_so_much_is_translated() -> None:
    """The seed and the draw are part of it."""
    made = builder("x/nllb")
    step = step_of(made, add_translation(made, "sick", "de", FEW, 3))
    assert (step.examples, step.subset, step.seed) == (100, 2, 3)
    assert add_translation(made, "sick", "de", FEW, 4) != add_translation(made, "sick", "de", FEW, 3)
    assert [node.title for node in made.nodes.values()] == [
        "translate sick into de, seed 3",
        "translate sick into de, seed 4",
    ]


def test_a_subset_of_everything_is_everything() -> None:
    """Of generated data it is known how much there is."""
    made = builder("pocket")
    most = WORLD["pocket-nli"].split("train").made
    assert most is not None
    everything_of = add_translation(made, "pocket-nli", "de", Training(examples=most.examples), 1)
    assert everything_of == add_translation(made, "pocket-nli", "de", ALL, 2)


def test_back_translation_is_two_steps() -> None:
    """The second translates what the first has made, all of it, by the model of its direction."""
    made = builder({"models": {"en-de": "x/en-de", "de-en": "x/de-en"}})
    step = step_of(made, add_back_translation(made, "sick", "de", FEW, 1))
    there = step_of(made, step.data)
    assert step.parents == (key_of(there),)
    assert (there.translator, there.source, there.into, there.examples) == (
        "translator:hash-of-x/en-de",
        "en",
        "de",
        100,
    )
    assert (step.translator, step.source, step.into, step.examples) == (
        "translator:hash-of-x/de-en",
        "de",
        "en",
        None,
    )
    assert list(made.nodes) == [key_of(there), key_of(step)], "parents come first"
    assert [node.title for node in made.nodes.values()] == [
        "translate sick into de, seed 1",
        "translate sick from de back into en, seed 1",
    ]
    assert add_translation(made, "sick", "de", FEW, 1) == step.data, "the translated arm shares the first"


def test_an_exact_translation_depends_on_nothing_else() -> None:
    """How the study computes, and what it could search, is no part of it."""
    plain = builder("pocket")
    other = builder("pocket", execution={"threads": 2, "precision": "bf16"})
    step = step_of(plain, add_translation(plain, "pocket-nli", "de", ALL, 1))
    assert (step.translator, step.beams, step.max_tokens) == ("pocket", None, None)
    assert (step.batch_tokens, step.backend) == (None, None)
    assert list(plain.nodes) == [translation_key(add_translation(other, "pocket-nli", "de", ALL, 1))]


@pytest.mark.parametrize(
    ("translation", "task", "into", "said"),
    [
        (None, "sick", "de", "'sick' would have to be translated into 'de', and the study has no translator"),
        ("pocket", "sick", "de", "pocket translates generated tasks alone, and 'sick' is read from files"),
        (
            "pocket",
            "pocket-nli",
            "fr",
            "The translator 'pocket' does not translate into 'fr'. It does into: de,",
        ),
        ("x/nllb", "sick", "en", "'sick' cannot be translated into 'en': it is in that language"),
        (
            "x/nllb",
            "udpos",
            "de",
            "'udpos' is token-classification and cannot be translated: its tags belong to",
        ),
        (
            {"models": {"en-de": "m"}},
            "sick",
            "sw",
            "translation.models has en-de. Add 'en-sw', or name a model",
        ),
        ("x/few", "sick", "swg", "The translator 'x/few' does not translate into 'swg'. Did you mean 'sw'?"),
    ],
)
def test_what_cannot_be_translated_is_refused(translation: Any, task: str, into: str, said: str) -> None:
    """When the study is planned, with the cure."""
    made = builder(translation, {"x/few": Directions(("en",), ("de", "sw"))})
    with pytest.raises(StudyError) as refused:
        add_translation(made, task, into, ALL, 1)
    assert said in str(refused.value)
    assert not made.nodes


def test_a_model_of_one_direction_translates_nothing_back() -> None:
    """Its files say from which languages it translates."""
    made = builder("x/en-de", {"x/en-de": Directions(("en",), ("de",))})
    with pytest.raises(StudyError, match=r"'x/en-de' does not translate from 'de'\. It does from: en\."):
        add_back_translation(made, "sick", "de", ALL, 1)


def test_an_unknown_language_is_refused() -> None:
    """The nearest is suggested."""
    with pytest.raises(UnknownNameError, match="Did you mean 'de'"):
        add_translation(builder("x/nllb"), "sick", "german", ALL, 1)


def test_data_that_is_not_there_is_refused() -> None:
    """There is nothing to translate."""
    made = builder("x/nllb")
    made.facts = Facts({}, {}, {})
    with pytest.raises(StudyError, match="Task 'sick' has no English training data to translate"):
        add_translation(made, "sick", "de", ALL, 1)
