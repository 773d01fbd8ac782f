"""Tests of the records of tasks with a dual encoder, and of where such tasks can stand."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.recipes import find_recipe, training_for
from stiltwalk.spec.study_files import study_from
from stiltwalk.spec.targets import TargetChoice, reads_layers
from stiltwalk.spec.tasks import TASKS


def study(*targets: Any) -> None:
    """Checks a study of these targets."""
    raw = {"study": "s", "encoders": ["pocket-xs"], "targets": list(targets)}
    study_from(raw, "a study")


@pytest.mark.parametrize(
    ("name", "learning_rate", "batch_size", "epochs", "max_tokens", "query_tokens", "negatives"),
    [("squad-pairs", 2e-5, 16, 3, 256, 96, 4), ("mewslix-pairs", 1e-5, 32, 2, 64, None, 8)],
)
def test_the_baseline_is_that_of_its_scripts(
    name: str,
    learning_rate: float,
    batch_size: int,
    epochs: float,
    max_tokens: int,
    query_tokens: int | None,
    negatives: int,
) -> None:
    """XTREME-R for XLM-R Large: a step is four micro-batches, each with its own negatives.

    From google-research/xtreme, commit 838c13b, scripts/train_lareqa.sh and scripts/train_mewslix.sh.
    """
    task = TASKS[name]
    found = training_for(find_recipe("xtreme-baseline"), task, "target")
    assert (found.learning_rate, found.batch_size) == (learning_rate, batch_size)
    assert (found.epochs, found.max_tokens) == (epochs, max_tokens)
    assert (found.weight_decay, found.warmup_share, found.warmup_steps) == (0, 0, 0)
    assert (task.query_tokens, task.negatives) == (query_tokens, negatives)
    assert batch_size == 4 * negatives


@pytest.mark.parametrize(("target", "trained"), [("lareqa", "squad-pairs"), ("mewslix", "mewslix-pairs")])
@pytest.mark.parametrize("recipe", ["released", "paper-recalled", "xtreme-baseline"])
def test_targets_read_what_their_training_read(target: str, trained: str, recipe: str) -> None:
    """Inputs are as long in the test as in training, with every published recipe."""
    assert TASKS[target].trains_on == (trained,)
    tested, taught = (training_for(find_recipe(recipe), TASKS[name], "target") for name in (target, trained))
    assert tested.max_tokens == taught.max_tokens
    assert TASKS[target].query_tokens == TASKS[trained].query_tokens


def test_languages() -> None:
    """LAReQA has the eleven of XQuAD without Romanian; Mewsli-X its own eleven."""
    xquad, lareqa = TASKS["xquad"].languages, TASKS["lareqa"].languages
    assert set(xquad) - set(lareqa) == {"ro"}
    assert len(lareqa) == len(TASKS["mewslix"].languages) == 11
    assert TASKS["mewslix"].split("test").candidates == TASKS["mewslix"].split("dev").candidates != ()


def test_a_dual_encoder_must_be_trained() -> None:
    """Unlike other retrieval, it cannot do without, nor with a head of another kind."""
    study("lareqa", "mewslix", "tatoeba")
    with pytest.raises(StudyError, match="'lareqa' is sentence-retrieval and must be trained"):
        study({"task": "lareqa", "trains_on": []})
    with pytest.raises(
        StudyError, match=r"'lareqa' is sentence-retrieval, but 'squad', .* is question-answering"
    ):
        study({"task": "lareqa", "trains_on": ["squad"]})
    with pytest.raises(StudyError, match="'lareqa': layers and pooling would change nothing"):
        study({"task": "lareqa", "layers": "all"})


def test_other_retrieval_reads_layers_even_of_a_dual_encoder() -> None:
    """Tatoeba compares the encoder's own states, whatever it was trained on; LAReQA never does."""
    for choice, expected in (
        ({"task": "tatoeba"}, True),
        ({"task": "tatoeba", "trains_on": ("squad-pairs",)}, True),
        ({"task": "lareqa"}, False),
    ):
        assert reads_layers(TargetChoice.model_validate(choice)) is expected


def test_a_group_needs_two_pairs() -> None:
    """With a single candidate there is nothing to choose from."""
    with pytest.raises(ValidationError, match="negatives"):
        TASKS["squad-pairs"].replace({"negatives": 1})
