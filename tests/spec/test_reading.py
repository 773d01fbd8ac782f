"""Tests of spec.reading: what a config says of how an encoder is read, and what a study may choose."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.spec.caveats import GENERAL
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.reading import (
    DECODERS,
    Attention,
    Nature,
    Pooling,
    Reading,
    nature_of,
    reading_caveats,
    reading_of,
)
from stiltwalk.spec.record import parse
from stiltwalk.spec.tasks import TASKS


@pytest.mark.parametrize(
    ("config", "attention", "pooling"),
    [
        ({"model_type": "xlm-roberta"}, "bidirectional", "first"),
        ({"model_type": "modernbert"}, "bidirectional", "first"),
        ({"model_type": "mt5"}, "bidirectional", "mean"),
        ({"model_type": "qwen3"}, "causal", "last"),
        ({"model_type": "qwen3", "is_causal": False}, "bidirectional", "mean"),
        ({"model_type": "gemma3_text", "use_bidirectional_attention": False}, "causal", "last"),
        ({"model_type": "gemma3_text", "use_bidirectional_attention": True}, "bidirectional", "mean"),
        ({}, "bidirectional", "first"),
    ],
)
def test_how_an_encoder_is_read_by_itself(
    config: dict[str, Any], attention: Attention, pooling: Pooling
) -> None:
    """Attention is the config's, and what stands for an input follows from it and from the architecture."""
    assert reading_of("e", nature_of(config)) == Reading(attention=attention, pooling=pooling)


@pytest.mark.parametrize("architecture", sorted(DECODERS))
def test_a_decoder_is_read_either_way(architecture: str) -> None:
    """With the pooling that goes with it, unless another is chosen."""
    nature = nature_of({"model_type": architecture})
    assert reading_of("e", nature, "bidirectional") == Reading(pooling="mean")
    assert reading_of("e", nature, "causal", "mean") == Reading(attention="causal", pooling="mean")
    assert reading_of("e", nature, "bidirectional", "first") == Reading(pooling="first")


def test_a_finished_step_goes_on_as_it_was_read() -> None:
    """Its pooling is kept, as long as its tokens see the same."""
    nature, trained = nature_of({"model_type": "llama"}), Reading(attention="causal", pooling="mean")
    assert reading_of("e", nature, trained=trained) == trained
    assert reading_of("e", nature, pooling="last", trained=trained).pooling == "last"
    assert reading_of("e", nature, "bidirectional", trained=Reading(attention="causal", pooling="last")) == (
        Reading(pooling="mean")
    )


@pytest.mark.parametrize(
    ("model_type", "attention", "pooling", "message"),
    [
        (
            "bert",
            "causal",
            None,
            r"'e': attention cannot be causal: only decoder .*\(gemma3_text, .* it is bert",
        ),
        ("", "causal", None, r"attention cannot be causal: .* it is none of them"),
        ("qwen3", None, "first", r"'e': pooling cannot be first: .*Choose last or mean"),
    ],
)
def test_what_cannot_be_read_so(
    model_type: str, attention: Attention | None, pooling: Pooling | None, message: str
) -> None:
    """The message says what it is, and what would do."""
    with pytest.raises(StudyError, match=message):
        reading_of("e", nature_of({"model_type": model_type}), attention, pooling)


def test_caveats() -> None:
    """Each has a sentence; pooling is mentioned where a head reads a whole input."""
    qwen, bert = (nature_of({"model_type": name}) for name in ("qwen3", "bert"))
    whole = next(task for task in TASKS.values() if task.type == "sequence-classification")
    words = next(task for task in TASKS.values() if task.type == "token-classification")
    causal = reading_of("e", qwen)
    assert reading_caveats(causal, qwen, whole) == ("causal-attention", "pooled-last")
    assert reading_caveats(causal, qwen, words) == ("causal-attention",)
    opened = reading_of("e", qwen, "bidirectional")
    assert reading_caveats(opened, qwen, whole) == ("opened-attention", "pooled-mean")
    assert reading_caveats(reading_of("e", bert), bert, whole) == ()
    ids = {"causal-attention", "opened-attention", "pooled-mean", "pooled-last"}
    assert ids <= set(GENERAL)


def test_fields_of_a_choice() -> None:
    """Both are checked when a study is read."""
    choice = parse(EncoderChoice, {"name": "e", "source": "x/y", "attention": "causal"}, "here")
    assert (choice.attention, choice.pooling) == ("causal", None)
    with pytest.raises(StudyError, match="pooling: expected 'first', 'mean' or 'last', found 'cls'"):
        parse(EncoderChoice, {"name": "e", "source": "x/y", "pooling": "cls"}, "here")
    with pytest.raises(StudyError, match="Did you mean 'attention'"):
        parse(EncoderChoice, {"name": "e", "source": "x/y", "atention": "causal"}, "here")


def test_an_unknown_nature_is_berts() -> None:
    """What nobody looked at is read as before."""
    assert reading_of("e", Nature()) == Reading()
