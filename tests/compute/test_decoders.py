"""Tests of decoder language models as encoders: what tokens see, what stands for an input, what is kept."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel, MistralConfig, MistralModel, Qwen3Config, Qwen3Model

from stiltwalk.compute import flat
from stiltwalk.compute.batches import Micro, collate
from stiltwalk.compute.encoder import Encoder, hidden_states, load_model, load_tokenizer, save_artifact
from stiltwalk.compute.heads import EncoderWithHead, FirstTokenHead, initialise
from stiltwalk.engine.prepare import prepare
from stiltwalk.plan.steps import PredictStep
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.reading import Attention, Pooling, Reading
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import read_artifact
from tests.compute.architectures import CAUSAL, OPENED, PAD, WINDOW, architecture
from tests.compute.fakes import same_gradients
from tests.compute.test_flat import items_of, padded
from tests.fakes import tiny_tokenizer
from tests.worlds import finish, node, prepared_study, tiny_study

LENGTHS = [33, 1, 60, 8, 2, 21]


def bare_tokenizer() -> Any:
    """As Qwen's and Llama's: nothing is put around a text, and nothing is made for padding."""
    tokenizer = copy.deepcopy(tiny_tokenizer("bpe"))
    tokenizer.backend_tokenizer.post_processor = None
    tokenizer.pad_token = None
    return tokenizer


def decoder_folder(folder: Path) -> Path:
    """A tiny random Qwen3 as transformers saves it."""
    tokenizer = bare_tokenizer()
    with torch.random.fork_rng():
        torch.manual_seed(4)
        model = Qwen3Model(
            Qwen3Config(
                vocab_size=len(tokenizer),
                hidden_size=16,
                num_hidden_layers=2,
                num_attention_heads=2,
                num_key_value_heads=1,
                head_dim=8,
                intermediate_size=32,
                max_position_embeddings=256,
                initializer_range=0.3,
            )
        )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def without_a_mask(encoder: Any, ids: Tensor) -> Tensor:
    """States of one sequence, ``(tokens, hidden)``, of a causal encoder that is handed masks ready-made.

    They hide nothing, but for what lies outside Gemma's window: half of it to each side, and one more.
    """
    length = len(ids)
    all_seen = torch.zeros(1, 1, length, length)
    away = (torch.arange(length)[:, None] - torch.arange(length)).abs()
    near = torch.where(away <= WINDOW // 2, 0.0, -torch.inf)[None, None]
    mask: Any = all_seen
    if hasattr(encoder.config, "use_bidirectional_attention"):
        mask = {"full_attention": all_seen, "sliding_attention": near}
    elif str(encoder.config.model_type).startswith("qwen"):
        mask = {"full_attention": all_seen}
    found: Tensor = encoder(input_ids=ids[None], attention_mask=mask).last_hidden_state[0]
    return found


@pytest.mark.parametrize("name", OPENED)
def test_opened_attention_is_attention_without_a_mask(name: str) -> None:
    """Flat states equal those of the causal encoder of the same weights that is told to hide nothing."""
    causal = architecture(f"{name}-causal" if name == "gemma3_text" else name.removesuffix("-opened")).eval()
    micro = collate(items_of(LENGTHS), PAD)
    with torch.no_grad():
        (found,) = flat.states(architecture(name).eval(), micro, (None,))
        for row, length in enumerate(LENGTHS):
            expected = without_a_mask(causal, micro.ids[row, :length])
            torch.testing.assert_close(found[row, :length], expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", [*CAUSAL, *OPENED])
def test_what_a_token_sees(name: str) -> None:
    """Another last token changes its own state alone under causal attention, and else the others' as well."""
    encoder = architecture(name).eval()
    items = items_of([12, 30])
    with torch.no_grad():
        before = flat.states(encoder, collate(items, PAD), (None,))[0]
        items[0].sequences[0].ids[-1] = 2 + (items[0].sequences[0].ids[-1] - 1) % 80
        after = flat.states(encoder, collate(items, PAD), (None,))[0]
    moved = (before[0, :12] - after[0, :12]).abs().amax(-1) > 1e-5
    assert moved[-1]
    assert bool(moved[:-1].any()) is (name in OPENED)


@pytest.mark.parametrize("pooling", ["first", "mean", "last"])
@pytest.mark.parametrize(
    "name", ["llama", "qwen3-opened", "gemma3_text-causal", "xlm-roberta", "mt5", "rembert"]
)
def test_what_stands_for_an_input(name: str, pooling: Pooling) -> None:
    """The first, the mean or the last of an input's own states, read flat or padded; and their gradients."""
    ours, theirs = architecture(name).double().eval(), architecture(name).double().eval()
    micro = collate(items_of(LENGTHS), PAD)
    found = flat.pooled_states(ours, micro, pooling)
    states = padded(theirs, micro)[-1]
    rows = [states[row, :length] for row, length in enumerate(LENGTHS)]
    where = {"first": slice(1), "mean": slice(None), "last": slice(-1, None)}[pooling]
    expected = torch.stack([row[where].mean(0) for row in rows])[:, None]
    # a mean is taken in single precision
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    weights = torch.randn(found.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    for each in (found, expected):
        torch.autograd.backward((each * weights).sum())
    same_gradients(ours, theirs, rtol=1e-4)


@pytest.mark.parametrize(
    ("name", "pooling"),
    [
        ("qwen3", "last"),
        ("qwen3", "mean"),
        ("qwen3-opened", "mean"),
        ("qwen3-opened", "first"),
        ("mt5", "mean"),
    ],
)
def test_a_head_learns_from_what_stands_for_an_input(name: str, pooling: Pooling) -> None:
    """What the first token decides is learnt from any state that sees it."""
    micro = collate(items_of([3, 9, 5, 12, 7, 4, 6, 8, 11, 10, 3, 5]), PAD)
    model = EncoderWithHead(architecture(name), initialise(FirstTokenHead(32, 3, 0.0), 1), pooling)
    targets = torch.tensor([int(item.target[0]) for item in micro.items])
    assert len(set(targets.tolist())) == 3
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    losses = []
    for _ in range(30):
        loss = functional.cross_entropy(model(micro), targets)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[0] > 0.9
    assert losses[-1] < 0.1


def test_under_causal_attention_nothing_is_learnt_from_the_first_token_alone() -> None:
    """The same first token with another end has the same state there: why it is not read."""
    micro = collate(items_of([9, 9]), PAD)
    micro.ids[1, 0] = micro.ids[0, 0]
    encoder = architecture("llama").eval()
    with torch.no_grad():
        first, last = (flat.pooled_states(encoder, micro, pooling)[:, 0] for pooling in ("first", "last"))
    torch.testing.assert_close(first[0], first[1])
    assert (last[0] - last[1]).abs().max() > 0.01


def _states(model: nn.Module, micro: Micro) -> Tensor:
    with torch.no_grad():
        return hidden_states(model.eval(), micro)[micro.mask.bool()]


@pytest.mark.parametrize("attention", ["causal", "bidirectional"])
def test_what_tokens_see_is_saved(attention: Attention, tmp_path: Path) -> None:
    """Read again, by us or by transformers alone, an encoder sees what it saw; and can be turned back."""
    folder = decoder_folder(tmp_path / "given")
    tokenizer = load_tokenizer(folder)
    model = load_model(folder, attention)
    save_artifact(tmp_path / "saved", Encoder(model, tokenizer), {})
    micro = collate(items_of([20, 7, 3]), tokenizer.pad_token_id)
    expected = _states(model, micro)
    saved = tmp_path / "saved" / "model"
    torch.testing.assert_close(_states(load_model(saved), micro), expected, rtol=1e-5, atol=1e-5)
    with torch.no_grad():
        theirs = AutoModel.from_pretrained(saved).eval()(micro.ids, micro.mask).last_hidden_state
    torch.testing.assert_close(theirs[micro.mask.bool()], expected, rtol=1e-5, atol=1e-5)
    other: Attention = "causal" if attention == "bidirectional" else "bidirectional"
    turned = _states(load_model(saved, other), micro)
    assert (turned - expected).abs().max() > 0.01
    torch.testing.assert_close(turned, _states(load_model(folder, other), micro), rtol=1e-5, atol=1e-5)


def test_gemmas_window_is_kept_through_saving(tmp_path: Path) -> None:
    """Half of it to each side where tokens see both ways, and all of it back again, however often saved."""
    architecture("gemma3_text-causal").save_pretrained(tmp_path / "causal")
    opened = load_model(tmp_path / "causal", "bidirectional")
    opened.save_pretrained(tmp_path / "opened")  # type: ignore[operator]
    micro = collate(items_of([40, 7]), PAD)
    expected = _states(architecture("gemma3_text"), micro)
    for model in (opened, load_model(tmp_path / "opened"), load_model(tmp_path / "opened", "bidirectional")):
        torch.testing.assert_close(_states(model, micro), expected, rtol=1e-5, atol=1e-5)
    back = _states(load_model(tmp_path / "opened", "causal"), micro)
    torch.testing.assert_close(back, _states(architecture("gemma3_text-causal"), micro), rtol=1e-5, atol=1e-5)


def test_an_encoder_of_one_way_is_refused(tmp_path: Path) -> None:
    """BERT cannot be made causal, and a decoder that is not known is no encoder."""
    architecture("bert").save_pretrained(tmp_path / "bert")
    with pytest.raises(UserError, match="A bert encoder cannot be made to look causal"):
        load_model(tmp_path / "bert", "causal")
    tiny: dict[str, Any] = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1}
    heads: dict[str, Any] = {"num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 40}
    MistralModel(MistralConfig(**tiny, **heads)).save_pretrained(tmp_path / "mistral")
    with pytest.raises(
        UserError, match=r"mistral models see only what stands before.*gemma3_text, llama, qwen2"
    ):
        load_model(tmp_path / "mistral")


def test_padding_where_a_tokenizer_has_none(tmp_path: Path) -> None:
    """The end token stands in; what lies on it is masked."""
    folder = decoder_folder(tmp_path)
    tokenizer = load_tokenizer(folder)
    assert tokenizer.pad_token_id == tokenizer.eos_token_id is not None


def test_a_study_of_a_decoder(world: Path, tmp_path: Path) -> None:
    """Read both ways in one study: an arm, tagging and retrieval; its rows say how it was read."""
    folder = decoder_folder(tmp_path / "encoder")
    choices = [
        {"name": "causal", "source": str(folder)},
        {"name": "opened", "source": str(folder), "attention": "bidirectional", "pooling": "mean"},
        {"name": "last", "source": str(folder), "pooling": "last"},
    ]
    changes = {"encoders": choices, "targets": ["udpos", "tatoeba"]}
    prepared = prepared_study(world, tmp_path / "store", changes)
    finish(prepared)
    arms = [each.step for each in prepared.plan.nodes.values() if each.title.startswith("intermediate")]
    readings = {step.reading for step in arms if isinstance(step, TrainStep)}
    assert len(arms) == len(readings) == 2  # to name what is read anyway makes no other step
    assert readings == {
        Reading(attention="causal", pooling="last"),
        Reading(attention="bidirectional", pooling="mean"),
    }
    frame = study_rows(prepared.place.store, prepared.plan)
    tagging = frame[frame["target"] == "udpos"]
    assert set(tagging.loc[tagging["encoder"] == "causal", "caveats"].str.contains("causal-attention")) == {
        True
    }
    assert set(tagging.loc[tagging["encoder"] == "opened", "caveats"].str.contains("opened-attention")) == {
        True
    }
    vectors = frame[frame["target"] == "tatoeba"].groupby("encoder")["pooling"].first()
    assert vectors.to_dict() == {"causal": "mean", "opened": "mean", "last": "last"}
    scores = {name: list(of["value"]) for name, of in frame.groupby("encoder")}
    assert scores["causal"] != scores["opened"]
    # a finished step goes on as it was read, without a word
    key = next(n.key for n in prepared.plan.nodes.values() if n.step in arms and n.encoder == "opened")
    config = json.loads((prepared.place.store.folder(key) / "model" / "config.json").read_text())
    assert config["is_causal"] is False
    study = tiny_study({"encoders": [key[:12]], "intermediate": [], "targets": ["tatoeba"]})
    again = prepare(study, prepared.place.store, world)
    step = node(again.plan, "predict tatoeba").step
    assert isinstance(step, PredictStep)
    assert step.reading == Reading(attention="bidirectional", pooling="mean")
    assert read_artifact(prepared.place.store, key).step.parents == ()
