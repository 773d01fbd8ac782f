"""Tests of report.model_card: lineage, recipe, seeds, scores by language, caveats, licences; all escaped."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import yaml

from stiltwalk.render.model_card import CardFacts, Stage, model_card
from stiltwalk.spec.task import Task
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.columns import COLUMNS

HYPER = {"epochs": 3.0, "batch_size": 32, "learning_rate": 1e-5, "precision": "fp32", "unheard": 1}


def rows(*given: dict[str, Any]) -> pd.DataFrame:
    """Result rows with these fields and no others."""
    frame = pd.DataFrame([{name: row.get(name) for name in COLUMNS.names} for row in given])
    return frame.reindex(columns=COLUMNS.names)


def scored(language: str, value: float, **more: Any) -> dict[str, Any]:
    """A row of the tagging target."""
    kept = {"target": "udpos", "split": "test", "metric": "f1", "n": 12, "recipe": "released"}
    return kept | {"language": language, "value": value} | more


def stage(kind: str, tasks: tuple[Task, ...], **facts: Any) -> Stage:
    """A training of a few steps."""
    return Stage(kind, kind[0] * 64, tasks, 7, HYPER, {"steps": 1250, **facts})


def card(**changed: Any) -> str:
    """The card of an encoder, trained on two tasks in between and tested as a tagger."""
    middle = stage("intermediate", (TASKS["squad"],), dev_score=80.0, chance=10.0, degenerate=False)
    last = stage("target", (TASKS["udpos"],), selection="english-dev", selected_step=900)
    facts = CardFacts(
        title="xlm-r → squad → udpos",
        encoder="xlm-r",
        architecture="XLMRobertaForTokenClassification",
        task=TASKS["udpos"],
        without_head="",
        stages=(middle, last),
        rows=rows(scored("en", 95.0), scored("de", 88.125)),
        caveats={"no-dev-set": "no English dev set"},
        versions={"torch": "2.13.0"},
        base="some/xlm-r",
        base_revision="abc123",
        content="c" * 64,
    )
    return model_card(facts._replace(**changed))


def front(text: str) -> dict[str, Any]:
    """The fields at the head, as a hub reads them."""
    _, head, _ = text.split("---\n", 2)
    found: dict[str, Any] = yaml.safe_load(head)
    return found


def test_the_fields_are_yaml_a_hub_understands() -> None:
    """Library, pipeline, base model, data sets and languages; no licence, for it is not ours to give."""
    found = front(card())
    assert found["library_name"] == "transformers"
    assert found["pipeline_tag"] == "token-classification"
    assert found["base_model"] == "some/xlm-r"
    assert found["language"] == ["de", "en"]
    squad = TASKS["squad"].hub
    assert squad is not None
    assert squad.id in found["datasets"]
    assert "license" not in found
    assert "base_model" not in front(card(base=""))


def test_lineage_recipe_and_seeds() -> None:
    """From the start to the last training, each with what it was made by."""
    text = " ".join(card().split())
    assert "**Start: some/xlm-r at commit abc123** - content hash `cccccccccccc`" in text
    assert text.index("**Start") < text.index("**Intermediate: ") < text.index("**Target: ")
    assert "By the recipe released" in text
    assert text.count("- seed 7") == 2
    assert text.count("epochs 3.0, batch_size 32, learning_rate 1e-05, precision fp32") == 2
    assert "steps 1,250" in text
    assert "kept: the parameters after step 900 (best on the English dev set)" in text
    assert "score on the English dev set 80.00, without reading the input 10.00" in text
    assert "`iiiiiiiiiiii`" in text
    assert "unheard" not in text


def test_languages_go_down_and_metrics_across() -> None:
    """Each language by name with its scores and its number of examples; and that there is no interval."""
    text = card(
        rows=rows(
            scored("en", 95.0),
            scored("en", 99.5, metric="accuracy"),
            scored("de", 88.125),
            scored("de", 41.0, target="tatoeba", metric="accuracy", layer=14, pooling="mean"),
            scored("de", 42.0, target="tatoeba", metric="accuracy", layer=8, pooling="mean"),
        )
    )
    assert "| language | f1 | accuracy | n |" in text
    assert "| English (en) | 95.00 | 99.50 | 12 |" in text
    assert "| German (de) | 88.12 | – | 12 |" in text
    assert "| language | accuracy (layer 14, mean) | accuracy (layer 8, mean) | n |" in text
    assert "| German (de) | 41.00 | 42.00 | 12 |" in text
    assert "It was trained once" in text
    assert "there is no interval" in text
    assert "It was not tested." in card(rows=rows())


def test_licences_of_all_that_is_in_it() -> None:
    """Of the start, and of every data set, the parts of a pooled one each; once each."""
    pooled = next(task for task in TASKS.values() if len(task.parts) > 1)
    text = card(stages=(stage("intermediate", (pooled, TASKS["udpos"])), stage("target", (TASKS["udpos"],))))
    assert text.count(f": {TASKS['udpos'].licence}") >= 1
    assert text.count(f"Data of {TASKS['udpos'].title}") == 1
    for part in pooled.parts:
        assert f"Data of {part.title}" in text
    assert "Weights of some/xlm-r: under the licence of their own" in text
    assert "- no English dev set" in text


def test_a_collapse_is_said_and_an_encoder_alone_too() -> None:
    """Whatever went wrong stands where it is read."""
    broken = stage("target", (TASKS["udpos"],), dev_score=1.0, chance=2.0, degenerate=True)
    text = card(stages=(broken,), task=None, without_head="transformers has no head for x")
    assert "at chance: this training collapsed" in text
    assert "It is the encoder alone: transformers has no head for x." in text
    assert front(text)["pipeline_tag"] == "feature-extraction"
    assert "this training broke down" in card(stages=(stage("target", (), degenerate=True),))


@pytest.mark.parametrize("name", ["a|b<script>", "a\nb: c", "*x* [y](z)", "---"])
def test_whatever_people_call_things_breaks_nothing(name: str) -> None:
    """Titles, encoders and caveats of users: no mark-up, no further field, no further column."""
    text = card(
        title=name,
        encoder=name,
        base=name,
        caveats={"own": name},
        rows=rows(scored(name, 1.0, metric=name, target=name)),
    )
    assert front(text)["base_model"] == name
    body = text.split("---\n", 2)[2]
    assert "<script>" not in body
    assert "[y](z)" not in body
    assert not any(line.startswith("b: c") for line in body.splitlines())
    (head,) = (line for line in body.splitlines() if line.startswith("| language"))
    widths = [line.replace("\\|", "").count("|") for line in body.splitlines() if line.startswith("|")]
    assert set(widths) == {head.replace("\\|", "").count("|")} == {4}
