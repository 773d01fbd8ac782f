"""Tests of compute.reduced: what less precision changes is measured, told, and gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch
from torch import nn

from stiltwalk.compute import reduced as module
from stiltwalk.compute.answers import Stream, answers
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.heads import EncoderWithHead, FirstTokenHead, initialise
from stiltwalk.compute.predict import predict
from stiltwalk.compute.quantised import Int8Linear
from stiltwalk.compute.reduced import SAMPLE, drift, reduced
from stiltwalk.engine.prepare import Prepared
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Classified
from stiltwalk.spec.tasks import TASKS
from tests.compute.fakes import accelerator, encoder_model, parameters, predict_step, same_bits
from tests.fakes import tiny_tokenizer
from tests.worlds import node

TASK = TASKS["xnli"]
CPU = torch.device("cpu")


def examples(count: int) -> dict[str, list[Classified]]:
    """As many in each of two languages."""
    words = ("the", "dog", "red", "old", "fox")
    return {
        code: [
            Classified(f"{code}-{n}", " ".join(words[: 1 + n % 5]), words[n % 3], n % 3) for n in range(count)
        ]
        for code in ("en", "de")
    }


@pytest.fixture
def model() -> EncoderWithHead:
    """A random classifier."""
    head = initialise(FirstTokenHead(16, 3, 0.0), 1)
    return EncoderWithHead(encoder_model(tiny_tokenizer("unigram"), "xlm-roberta"), head).eval()


@pytest.fixture
def stream() -> Stream:
    """How it is asked."""
    tokenizer = tiny_tokenizer("unigram")
    return Stream(TASK, TASK, tokenizer, tokenizer.pad_token_id, 64, 4096, accelerator())


def test_drift_by_hand(model: EncoderWithHead, stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of three scores 6 higher: changed by 6 at most and by 2 on average, and now it is the best."""

    @contextmanager
    def higher(changed: nn.Module, *_: Any) -> Iterator[None]:
        assert changed is model
        model.head.get_parameter("out.bias").data[2] += 6
        yield
        model.head.get_parameter("out.bias").data[2] -= 6

    given = examples(12)
    before = answers(model, stream, given).predictions
    monkeypatch.setattr(module, "reduced", higher)
    told = drift(model, stream, given, "int8")
    others = sum(prediction != 2 for each in before.values() for prediction in each)
    assert told == {
        "examples": 24,
        "largest": pytest.approx(6, rel=1e-5),
        "mean": pytest.approx(2, rel=1e-5),
        "changed": others / 24,
    }
    assert others > 0


def test_scores_that_are_no_numbers(model: EncoderWithHead, stream: Stream) -> None:
    """Their change is none either, and can still be written down."""
    model.head.get_parameter("out.bias").data.fill_(float("nan"))
    told = drift(model, stream, examples(2), "bf16")
    assert (told["largest"], told["mean"], told["changed"]) == (None, None, 0.0)


def test_the_sample_is_spread_over_languages() -> None:
    """As many of each, the same each time, in their order; with many languages one of each."""
    given = examples(300)
    found = module._sample(given, "xnli")
    assert [len(each) for each in found.values()] == [SAMPLE // 2] * 2
    assert found == module._sample(given, "xnli") != module._sample(given, "pawsx")
    for code, chosen in found.items():
        places = [int(example.id.partition("-")[2]) for example in chosen]
        assert places == sorted({*places})
        assert {example.id.partition("-")[0] for example in chosen} == {code}
    many = {str(n): given["en"][:2] for n in range(SAMPLE + 1)}
    assert {len(each) for each in module._sample(many, "xnli").values()} == {1}
    assert module._sample({}, "xnli") == {}


def test_the_model_is_as_it_was(model: EncoderWithHead, stream: Stream) -> None:
    """The encoder's layers alone are in int8, and only as long as that is asked for."""
    given, before = examples(8), parameters(model)
    expected = answers(model, stream, given, module._scores)
    with reduced(model, "int8", CPU):
        assert any(isinstance(each, Int8Linear) for each in model.encoder.modules())
        assert not any(isinstance(each, Int8Linear) for each in model.head.modules())
        other = answers(model, stream, given, module._scores)
    assert any((one != two).any() for one, two in zip(expected.told, other.told, strict=True))
    again = answers(model, stream, given, module._scores)
    assert all((one == two).all() for one, two in zip(expected.told, again.told, strict=True))
    assert same_bits(before, parameters(model))


def test_int8_is_for_processors(model: EncoderWithHead) -> None:
    """An accelerator is told what to use instead."""
    with (
        pytest.raises(UserError, match=r"prediction: int8 is made for a CPU, found cuda\. Set it to bf16"),
        reduced(model, "int8", torch.device("cuda")),
    ):
        pass


def carried_out(prepared: Prepared, title: str, precision: str, folder: Path) -> tuple[dict[str, Any], Path]:
    """Facts and draft of the prediction step of that title in ``precision``."""
    step = predict_step(prepared, title)
    step = step.replace({"execution": step.execution.replace({"prediction": precision})})
    (folder / "draft").mkdir(parents=True)
    return predict(step, "0" * 64, prepared.place, accelerator(), folder, Monitor()), folder / "draft"


def predictions(folder: Path) -> Mapping[str, list[Any]]:
    """Language → predictions kept below ``folder``."""
    return {
        path.stem: pq.read_table(path).to_pydict()["prediction"]
        for path in sorted((folder / "predictions").iterdir())
    }


@pytest.mark.parametrize("precision", ["bf16", "int8"])
@pytest.mark.parametrize("title", ["predict udpos, seed 1", "predict xquad, seed 1"])
def test_a_step_measures_its_own_drift(
    title: str, precision: str, finished: Prepared, tmp_path: Path
) -> None:
    """The world is smaller than the sample: what is told is what differs from the step as trained."""
    facts, draft = carried_out(finished, title, precision, tmp_path)
    told, found = facts["drift"], predictions(draft)
    expected = predictions(finished.place.store.folder(node(finished.plan, title).key))
    assert told["examples"] == facts["examples"] == sum(map(len, expected.values())) <= SAMPLE
    others = sum(
        one != two for code in expected for one, two in zip(expected[code], found[code], strict=True)
    )
    assert told["changed"] == others / told["examples"]
    assert 0 < told["mean"] < told["largest"]
    rows = pq.read_table(draft / "results.parquet").to_pylist()
    assert all("reduced-precision" in row["caveats"].split(";") for row in rows)


def test_as_trained_nothing_is_measured(finished: Prepared, tmp_path: Path) -> None:
    """No drift, no caveat."""
    facts, draft = carried_out(finished, "predict udpos, seed 1", "as-trained", tmp_path)
    assert "drift" not in facts
    rows = pq.read_table(draft / "results.parquet").to_pylist()
    assert not any("reduced-precision" in row["caveats"] for row in rows)
