"""Tests of compute.export: what is written says the same as the step, opened by transformers alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModel,
    AutoModelForTokenClassification,
    AutoTokenizer,
)

from stiltwalk.compute import export as exporting
from stiltwalk.compute.encoder import load_start
from stiltwalk.compute.export import export_model
from stiltwalk.engine.prepare import Prepared, prepare_evaluation
from stiltwalk.spec.errors import UserError
from stiltwalk.store.store import open_store
from tests.compute.fakes import encoder_folder
from tests.worlds import finish, node, prepared_study, rows_of, tiny_study


def _scores(prepared: Prepared, target: str, encoder: str) -> list[tuple[str, str, float]]:
    rows = rows_of(prepared)
    own = rows[(rows["target"] == target) & (rows["encoder"] == encoder) & (rows["intermediate"] == "none")]
    return [tuple(row) for row in own[["language", "metric", "value"]].itertuples(index=False)]


@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta", "mt5"])
def test_an_exported_model_scores_as_its_step(architecture: str, world: Path, tmp_path: Path) -> None:
    """Tags and answers of the folder are those of the step it came from, whatever the architecture."""
    encoder = {"name": "given", "source": str(encoder_folder(tmp_path / "encoder", architecture))}
    targets = ["udpos", {"task": "xquad", "trains_on": ["squad-dev-unseen"]}]
    changes = {"encoders": [encoder], "intermediate": [], "targets": targets}
    prepared = prepared_study(world, tmp_path / "store", changes)
    finish(prepared)
    for target, trained in (("udpos", "udpos"), ("xquad", "squad-dev-unseen")):
        key = node(prepared.plan, f"target {trained}, seed 1").key
        written = export_model(prepared.place, key, tmp_path / target)
        if written.task is None:
            assert (architecture, target) == ("mt5", "xquad")
            assert written.without_head == "MT5ForQuestionAnswering holds another encoder"
            continue
        again = {"name": "again", "source": str(tmp_path / target)}
        study = tiny_study({"encoders": [again], "targets": [target], "intermediate": [], "recipe": "pocket"})
        tested = prepare_evaluation(study, open_store(tmp_path / "other"), world)
        finish(tested)
        assert _scores(tested, target, "again") == _scores(prepared, target, "given")


def test_what_opens_it(finished: Prepared, tmp_path: Path) -> None:
    """Classes of transformers by name, with labels and tokenizer, and nothing but safetensors."""
    key = node(finished.plan, "target udpos, seed 1").key
    assert export_model(finished.place, key, tmp_path / "tags").architecture == "BertForTokenClassification"
    model, report = AutoModelForTokenClassification.from_pretrained(
        tmp_path / "tags", output_loading_info=True, local_files_only=True
    )
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    assert model.config.id2label[model.config.label2id["NOUN"]] == "NOUN"
    assert len(AutoTokenizer.from_pretrained(tmp_path / "tags")) > 5
    assert not list((tmp_path / "tags").glob("*.bin"))


def test_an_intermediate_model_is_an_encoder(finished: Prepared, tmp_path: Path) -> None:
    """Without head, and its states are the step's."""
    key = node(finished.plan, "intermediate commonsenseqa, seed 1").key
    written = export_model(finished.place, key, tmp_path / "encoder")
    assert (written.architecture, written.task, written.without_head) == ("BertModel", None, "")
    ids = torch.tensor([[5, 6, 7, 8]])
    with torch.no_grad():
        theirs = AutoModel.from_pretrained(tmp_path / "encoder").eval()(ids).last_hidden_state
        ours: Any = load_start(finished.place, key).encoder.model.eval()
        assert torch.equal(theirs, ours(ids).last_hidden_state)


def test_a_head_that_says_something_else_is_left_out(
    finished: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written is read back; where it differs the encoder stands alone, and that is said."""
    monkeypatch.setattr(exporting, "_close", lambda expected, found: False)
    key = node(finished.plan, "target udpos, seed 1").key
    written = export_model(finished.place, key, tmp_path / "model")
    assert written.task is None
    assert "BertForTokenClassification computes something else" in written.without_head
    _, report = AutoModel.from_pretrained(tmp_path / "model", output_loading_info=True)
    assert not report["unexpected_keys"]


def test_a_test_holds_no_model(finished: Prepared, tmp_path: Path) -> None:
    """A prediction's key is the likeliest mistake."""
    key = next(cell.key for cell in finished.plan.cells)
    with pytest.raises(UserError, match=rf"{key[:12]} holds no model. Name a training"):
        export_model(finished.place, key, tmp_path / "model")
