"""Tests of spec.adaptation and spec.method_checks: how an encoder is trained, as a study says it."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.spec.adaptation import FULL, Adaptation, Lora, named
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.reading import UNKNOWN, Nature
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_files import study_from


def study(*encoders: object, **changes: Any) -> Study:
    """A study of these encoders."""
    raw = {"study": "ways", "encoders": list(encoders), "targets": ["udpos"], **changes}
    return study_from(raw, "the study")


def encoder(adaptation: object) -> dict[str, object]:
    """One that is adapted so."""
    return {"name": "mine", "source": "pocket-xs", "adaptation": adaptation}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("full", FULL),
        ({}, FULL),
        ({"lora": None}, FULL),
        ("lora", Adaptation(lora=Lora())),
        ({"lora": {}}, Adaptation(lora=Lora(rank=8, alpha=16, dropout=0, targets="attention"))),
        (
            {"lora": {"rank": 4, "targets": ["value", "query", "value"]}},
            Adaptation(lora=Lora(rank=4, targets=("query", "value"))),
        ),
    ],
)
def test_how_it_is_written(written: object, meant: Adaptation) -> None:
    """In a word or in full; the order of names, and a name twice, mean nothing."""
    (found,) = study(encoder(written)).encoders
    assert found.adaptation == meant
    assert Adaptation.model_validate(meant.model_dump(mode="json")) == meant


def test_an_encoder_is_trained_in_full_unless_the_study_says_otherwise() -> None:
    """Also where nothing but its name is said."""
    assert study("pocket-xs").encoders[0].adaptation == FULL


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("lorra", r"expected full, lora or \{lora: .*found 'lorra'\. Did you mean 'lora'\?"),
        ({"lora": {"rank": 0}}, r"adaptation\.lora\.rank: .*expected at least 1, found 0"),
        ({"lora": {"alpha": 0}}, r"adaptation\.lora\.alpha: .*expected more than 0, found 0"),
        ({"lora": {"dropout": 1}}, r"adaptation\.lora\.dropout: .*expected less than 1, found 1"),
        ({"lora": {"ranks": 4}}, r"there is no such field\. Did you mean 'rank'\?"),
        ({"lora": {"targets": "atention"}}, r"found 'atention'\. Did you mean 'attention'\?"),
        ({"lora": {"targets": "query"}}, r"found 'query'\..* Write a single name as \[query\]"),
        ({"lora": {"targets": []}}, r"an empty list: nothing would be trained but heads"),
        ({"adapters": {}}, r"adaptation\.adapters: there is no such field"),
    ],
)
def test_mistakes_are_refused(written: object, message: str) -> None:
    """With what was expected, what was found, and the nearest word."""
    with pytest.raises(StudyError, match=message):
        study(encoder(written))


def test_a_ladder_hands_it_to_every_size() -> None:
    """Of a family by name, and of one that is made here."""
    ways = {"lora": {"rank": 4}}
    shapes = [{"layers": 1, "hidden": 16}, {"layers": 2, "hidden": 16}]
    made = {"shapes": shapes, "text": ["udhr"], "training": {"steps": 1}}
    for ladder in ({"ladder": "xlm-r"}, {"name": "own", "ladder": made}):
        found = study({**ladder, "adaptation": ways}).encoders
        assert len(found) > 1
        assert {each.adaptation for each in found} == {Adaptation(lora=Lora(rank=4))}


@pytest.mark.parametrize(
    ("architecture", "names"),
    [
        ("xlm-roberta", ("query", "value")),
        ("qwen3", ("q_proj", "v_proj")),
        ("mt5", ("q", "v")),
        ("modernbert", ("Wqkv",)),
    ],
)
def test_attention_has_other_names_in_every_architecture(architecture: str, names: tuple[str, ...]) -> None:
    """Written out in full they are the same; all else stays as it is."""
    nature = Nature(architecture=architecture)
    found = named(Adaptation(lora=Lora(rank=2)), "it", nature)
    assert found == Adaptation(lora=Lora(rank=2, targets=names))
    assert found.lora is not None
    assert found.lora.of_attention
    assert named(found, "it", nature) == found
    everywhere = Adaptation(lora=Lora(targets="all-linear"))
    assert named(everywhere, "it", nature) == everywhere
    assert named(FULL, "it", nature) == FULL


def test_what_is_not_known_of_an_architecture_is_asked_for() -> None:
    """Names of one's own need no table."""
    with pytest.raises(
        StudyError, match=r"Encoder 'it': which layers make queries.*not known of fnet\. Name"
    ):
        named(Adaptation(lora=Lora()), "it", Nature(architecture="fnet"))
    with pytest.raises(StudyError, match="of an unknown architecture"):
        named(Adaptation(lora=Lora()), "it", UNKNOWN)
    own = Adaptation(lora=Lora(targets=("mixing",)))
    assert named(own, "it", UNKNOWN) == own


def test_where_nothing_is_trained_it_is_refused() -> None:
    """It would change nothing; with an arm it does."""
    message = (
        r"Encoder 'mine': adaptation would change nothing: there is no arm and no target that is trained"
    )
    with pytest.raises(StudyError, match=message):
        study(encoder("lora"), targets=["tatoeba"])
    assert study(encoder("lora"), targets=["tatoeba"], intermediate=["commonsenseqa"])


def test_moments_of_eight_bits() -> None:
    """One setting of the whole study."""
    found = study("pocket-xs", execution={"optimiser": "adamw-8bit"})
    assert found.execution.optimiser == "adamw-8bit"
    with pytest.raises(StudyError, match=r"execution\.optimiser: .*'adamw' or 'adamw-8bit', found 'adam'"):
        study("pocket-xs", execution={"optimiser": "adam"})
