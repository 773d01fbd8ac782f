"""Tests of compute.flat: a flat batch computes what a padded one computes."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from stiltwalk.compute import flat, loop
from stiltwalk.compute.attention import NAME
from stiltwalk.compute.batches import Micro, collate, cut, micro_batches
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.heads import EncoderWithHead, FirstTokenHead, TokenHead, initialise
from stiltwalk.compute.infer import infer
from stiltwalk.compute.kinds import KINDS
from stiltwalk.compute.tokens import Item
from stiltwalk.compute.tokens import Sequence as Row
from tests.compute.architectures import FLAT, PAD, PADDED, T5_KIN, VOCABULARY, WINDOW, architecture
from tests.compute.fakes import NEVER, accelerator, encoder_model, parameters, same_bits, same_gradients
from tests.fakes import tiny_tokenizer

EVERY = (*FLAT, *PADDED)
LONGEST = 150
"""As long as positions behind XLM-R's padding id go, almost."""

# an encoder is run a few times in each example
unhurried = settings(deadline=None, max_examples=15)


def items_of(lengths: Sequence[int], seed: int = 1) -> list[Item]:
    """Items of one row each, any ids but padding, segments 0 and then 1, labelled 0 to 2."""
    drawn = np.random.default_rng(seed)
    found = []
    for number, length in enumerate(lengths):
        ids = drawn.integers(2, VOCABULARY, size=length).astype(np.int32)
        segments = (np.arange(length) >= length // 2).astype(np.int8)
        target = np.array([int(ids[0]) % 3], dtype=np.int64)
        found.append(Item(number, (Row(ids, segments),), target, np.empty(0, dtype=np.int32)))
    return found


def padded(encoder: nn.Module, micro: Micro) -> tuple[Tensor, ...]:
    """All layers' states of an encoder as transformers computes them, on one padded batch."""
    inputs = flat.model_inputs(encoder, micro)
    found: tuple[Tensor, ...] = encoder(**inputs, output_hidden_states=True).hidden_states
    return found


def every_layer(encoder: nn.Module, micro: Micro) -> list[Tensor]:
    """The same by ours."""
    layers = {"modernbert": 3}.get(str(encoder.config.model_type), 2)  # type: ignore[union-attr]
    return flat.states(encoder, micro, range(layers + 1))


@pytest.mark.parametrize("name", EVERY)
def test_which_encoders_are_read_flat(name: str) -> None:
    """Those of the table once the probe agrees; the others keep their own attention."""
    encoder = architecture(name)
    before = encoder.config._attn_implementation
    assert flat.goes_flat(encoder) is (name in FLAT)
    assert encoder.config._attn_implementation == (NAME if name in FLAT else before)


@pytest.mark.parametrize("name", EVERY)
@unhurried
@given(lengths=st.lists(st.integers(1, 60), min_size=1, max_size=12), seed=st.integers(0, 99))
def test_flat_states_are_the_padded_ones(name: str, lengths: list[int], seed: int) -> None:
    """Every layer of every real token, for any lengths, of one token and as long as there are positions."""
    ours, theirs = architecture(name).eval(), architecture(name).eval()
    micro = collate(items_of([*lengths, 1, LONGEST], seed), PAD)
    assert len(micro.blocks) > 1
    real = micro.mask.bool()
    with torch.no_grad():
        for found, expected in zip(every_layer(ours, micro), padded(theirs, micro), strict=True):
            torch.testing.assert_close(found[real], expected[real], rtol=1e-5, atol=1e-5)
        first = flat.first_states(ours, micro)
        torch.testing.assert_close(first[:, 0], padded(theirs, micro)[-1][:, 0], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", EVERY)
def test_the_last_layer_for_some_tokens_is_the_padded_one(name: str) -> None:
    """Their states and every gradient, where nothing else is read."""
    ours, theirs = architecture(name).double().eval(), architecture(name).double().eval()
    micro = collate(items_of([1, 7, 40, 33, 2, 90, 7]), PAD)
    rows, columns = torch.tensor([2, 5, 0, 2, 5, 6]), torch.tensor([39, 0, 0, 3, 77, 6])
    found = flat.token_states(ours, micro, rows, columns)
    expected = padded(theirs, micro)[-1][rows, columns]
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    weights = torch.randn(found.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    for states in (found, expected):
        torch.autograd.backward((states * weights).sum())
    same_gradients(ours, theirs)


@pytest.mark.parametrize("name", ["bert", "xlm-roberta", "xlm-roberta-xl", "modernbert", "eurobert"])
def test_the_last_layer_is_spared_the_others(name: str) -> None:
    """Its feed-forward part sees the tokens that are read, and no others, and no hook stays behind."""
    encoder = architecture(name).eval()
    micro = collate(items_of([30, 12, 40]), PAD)
    assert flat.goes_flat(encoder)
    widths: list[int] = []
    layers = encoder.layers if name in {"modernbert", "eurobert"} else encoder.encoder.layer
    part = layers[-1].mlp if name in {"modernbert", "eurobert"} else layers[-1].intermediate
    part.register_forward_hook(lambda _, given, __: widths.append(given[0].shape[1]))
    flat.first_states(encoder, micro)
    flat.states(encoder, micro, (None,))
    assert widths[0] == 3
    assert widths[1] >= 82
    hooks = [m for m in encoder.modules() if m._forward_pre_hooks]
    assert not hooks


@pytest.mark.parametrize("name", EVERY)
def test_flat_gradients_are_the_padded_ones(name: str) -> None:
    """Of every parameter, for a loss that reads all real tokens; in double precision, to tell sums apart."""
    ours, theirs = architecture(name).double().eval(), architecture(name).double().eval()
    micro = collate(items_of([1, 7, 40, 33, 2, 90, 7]), PAD)
    drawn = torch.Generator().manual_seed(2)
    weights = torch.randn(*micro.ids.shape, 32, generator=drawn, dtype=torch.float64) * micro.mask[..., None]
    torch.autograd.backward((flat.states(ours, micro, (None,))[0] * weights).sum())
    torch.autograd.backward((padded(theirs, micro)[-1] * weights).sum())
    same_gradients(ours, theirs)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("head", [FirstTokenHead, TokenHead])
def test_flat_logits_are_the_padded_ones(name: str, head: type[nn.Module]) -> None:
    """What a task's head says of each input or of each real token, in every architecture."""
    ours = EncoderWithHead(architecture(name), initialise(head(32, 3, 0.1), 1)).eval()
    micro = collate(items_of([33, 1, 60, 8, LONGEST, 2, 21]), PAD)
    with torch.no_grad():
        expected = ours.head(padded(architecture(name).eval(), micro)[-1])
        found = ours(micro)
    assert found.shape == expected.shape
    wanted = micro.mask.bool() if head is TokenHead else slice(None)
    torch.testing.assert_close(found[wanted], expected[wanted], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["camembert", "roberta", "xlm-roberta", "xlm-roberta-xl"])
def test_the_padding_id_inside_a_text_is_not_counted(name: str) -> None:
    """A random piece that masking put in may be the padding's; positions go on as in the padded batch."""
    ours, theirs = architecture(name).eval(), architecture(name).eval()
    items = items_of([30, 12, 40])
    items[1].sequences[0].ids[[3, 7]] = PAD
    micro = collate(items, PAD)
    real = micro.mask.bool()
    with torch.no_grad():
        found = flat.states(ours, micro, (2,))[0]
        torch.testing.assert_close(found[real], padded(theirs, micro)[2][real], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", T5_KIN)
def test_distances_are_worked_out_for_one_sequence(name: str) -> None:
    """Of the longest, however many tokens the row has; afterwards nothing of it is left in the encoder."""
    encoder = architecture(name).eval()
    layers = [module for module in encoder.modules() if hasattr(module, "compute_bias")]
    shapes: list[tuple[int, ...]] = []
    for layer in layers:
        if layer.has_relative_attention_bias:
            layer.relative_attention_bias.register_forward_hook(lambda *given: shapes.append(given[2].shape))
    assert flat.goes_flat(encoder)
    shapes.clear()
    with torch.no_grad():
        flat.states(encoder, collate(items_of([9] * 20 + [12]), PAD), (None,))
    assert set(shapes) == {(12, 12, 4)}
    assert not any("compute_bias" in vars(layer) for layer in layers)


def test_a_sequence_sees_nothing_of_the_others() -> None:
    """What stands in the other rows, of the same block or another, changes no bit of a row's states."""
    encoder = architecture("xlm-roberta").eval()
    items, others = items_of([20, 19, 90, 5]), items_of([20, 19, 90, 5], seed=9)
    others[1] = items[1]
    with torch.no_grad():
        ours, theirs = (flat.states(encoder, collate(some, PAD), (None,))[0] for some in (items, others))
    assert torch.equal(ours[1, :19], theirs[1, :19])
    assert not torch.equal(ours[0], theirs[0])


@pytest.mark.parametrize("lengths", [(2 * WINDOW,), (2 * WINDOW, 3 * WINDOW - 1), (80, 2)])
def test_a_local_layer_sees_its_window(lengths: tuple[int, ...]) -> None:
    """With one local layer a token changes those half the window away and nearer, and no others."""
    encoder = architecture("modernbert").eval()
    encoder.layers = encoder.layers[1:2]
    near = WINDOW // 2
    items = items_of(lengths)
    with torch.no_grad():
        before = flat.states(encoder, collate(items, PAD), (None,))[0]
        items[0].sequences[0].ids[20] = (items[0].sequences[0].ids[20] + 1 - 2) % (VOCABULARY - 2) + 2
        after = flat.states(encoder, collate(items, PAD), (None,))[0]
    moved = (before[0] != after[0]).any(-1).nonzero()[:, 0].tolist()
    assert (min(moved), max(moved)) == (20 - near, min(20 + near, lengths[0] - 1))


def test_a_row_far_shorter_than_its_block_keeps_its_numbers() -> None:
    """Behind a row of one token, padding further away than the window sees at least itself: no NaN."""
    encoder = architecture("modernbert").eval()
    micro = collate(items_of([2 * WINDOW, 2 * WINDOW - 23, 1]), PAD)
    with torch.no_grad():
        assert torch.isfinite(flat.states(encoder, micro, (None,))[0]).all()


def _fit(name: str, micro_tokens: int, folder: Path, batch_size: int = 8) -> list[float]:
    """Losses of 20 steps of classification without dropout, from a fresh model."""
    items = items_of(np.random.default_rng(7).integers(1, 60, size=40).tolist())
    model = EncoderWithHead(architecture(name), initialise(FirstTokenHead(32, 3, 0.0), 1))
    return [entry["loss"] for entry in _trained(model, items, micro_tokens, folder, batch_size)]


def _trained(
    model: EncoderWithHead, items: list[Item], micro_tokens: int, folder: Path, batch_size: int
) -> Sequence[dict[str, Any]]:
    kind = KINDS["sequence-classification"]
    objective = loop.Objective(lambda micro: kind.loss(model(micro), micro), kind.count)
    order = torch.from_numpy(np.random.default_rng(3).permutation(np.tile(np.arange(len(items)), 4)))

    def batch(given: Tensor, done: int) -> tuple[loop.Objective, list[Item]]:
        return objective, [items[i] for i in given[done * batch_size : (done + 1) * batch_size].tolist()]

    job = loop.Job(
        stage="test",
        module=model,
        optimisation=loop.Optimisation(20, 3e-3, 2, 0.01, 1e-8, 1.0),
        order=order,
        batch=batch,
        dropout_seed=lambda done: 100 + done,
        evaluate=None,
        evaluate_every=20,
        patience=None,
        micro_tokens=micro_tokens,
        pad=PAD,
    )
    folder.mkdir()
    return loop.fit(job, accelerator(), folder, Monitor(), NEVER).log


@pytest.mark.parametrize("name", ["bert", "eurobert", "modernbert", "mt5", "xlm-roberta", "xlm-roberta-xl"])
def test_training_flat_is_training_padded(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty steps have the same losses, whatever the budget that cuts them."""
    whole = _fit(name, 4096, tmp_path / "whole")
    parts = _fit(name, 64, tmp_path / "parts")

    def as_one_block(encoder: nn.Module, micro: Micro) -> Tensor:
        return padded(encoder, micro)[-1][:, :1]

    monkeypatch.setattr("stiltwalk.compute.flat.first_states", as_one_block)
    theirs = _fit(name, 4096, tmp_path / "padded")
    assert len(theirs) == 20
    assert max(theirs) - min(theirs) > 0.05
    assert whole == pytest.approx(theirs, abs=1e-5)
    assert parts == pytest.approx(theirs, abs=1e-5)


@pytest.mark.parametrize("name", ["xlm-roberta", "deberta-v2"])
def test_training_with_dropout_is_the_same_to_the_bit_each_time(name: str, tmp_path: Path) -> None:
    """Masks follow from the loop's seed, flat or padded."""
    items = items_of([5, 40, 17, 3, 29, 60, 1, 8])
    ends: list[dict[str, Tensor]] = []
    for turn in ("once", "again"):
        torch.rand(len(ends) + 1)  # whatever else draws
        model = EncoderWithHead(architecture(name, dropout=0.2), initialise(FirstTokenHead(32, 3, 0.2), 1))
        _trained(model, items, 256, tmp_path / turn, batch_size=4)
        ends.append(parameters(model))
    assert same_bits(*ends)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("head", [FirstTokenHead, TokenHead])
def test_predictions_are_the_same_in_any_batching(name: str, head: type[nn.Module]) -> None:
    """Alone, a few or all at once: the same best label, and scores that differ by rounding."""
    items = items_of([5, 40, 17, 3, 29, 60, 1, 8, 33, 33, 90])
    model = EncoderWithHead(architecture(name), initialise(head(32, 3, 0.1), 1))

    def read(outputs: Tensor, micro: Micro) -> list[Tensor]:
        # a token head scores every token: read the last real one
        ends = torch.tensor(micro.lengths) - 1
        return list(outputs if outputs.ndim == 2 else outputs[torch.arange(len(ends)), ends])

    alone, some, together = (
        torch.stack(infer(model, read, items, accelerator(), tokens, PAD)) for tokens in (1, 128, 10_000)
    )
    for found in (some, together):
        torch.testing.assert_close(found, alone, rtol=1e-5, atol=1e-5)
        assert torch.equal(found.argmax(1), alone.argmax(1))


def test_a_model_that_computes_something_else_flat_is_read_padded() -> None:
    """An architecture of the table with a twist of its own: warned of, and its results stay its own."""
    ours, theirs = (_reversed(architecture("bert").eval()) for _ in range(2))
    micro = collate(items_of([9, 30, 4]), PAD)
    own = ours.config._attn_implementation
    with (
        torch.no_grad(),
        pytest.warns(UserWarning, match=r"This bert encoder computes something else in flat batches"),
    ):
        found = flat.states(ours, micro, (None,))[0]
    assert not flat.goes_flat(ours)
    assert ours.config._attn_implementation == own
    with torch.no_grad():
        for block in micro.blocks:
            part = micro.block(block)
            real = part.mask.bool()
            expected = padded(theirs, part)[-1]
            assert torch.equal(found[list(block.rows), : block.length][real], expected[real])


def _reversed(encoder: Any) -> Any:
    """``encoder`` with positions that it counts itself, whatever it is given."""

    def from_the_end(module: nn.Module, given: Any, named: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        length = named["input_ids"].shape[1]
        return given, named | {"position_ids": torch.arange(length).flip(0)[None]}

    encoder.embeddings.register_forward_pre_hook(from_the_end, with_kwargs=True)
    return encoder


@pytest.mark.parametrize("name", ["gemma3_text", "modernbert"])
def test_an_encoder_whose_window_is_not_kept_is_read_padded(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The probe has a row that a window matters to."""
    monkeypatch.setattr("stiltwalk.compute.attention._seen", lambda span, *_, **__: span.real)
    with pytest.warns(UserWarning, match=rf"This {name} encoder computes something else in flat batches"):
        assert not flat.goes_flat(architecture(name))


def test_the_probe_leaves_no_trace() -> None:
    """It moves neither the generator nor the mode, and is made once."""
    encoder = architecture("xlm-roberta").train()
    calls: list[int] = []
    encoder.register_forward_hook(lambda *_: calls.append(1))
    before = torch.get_rng_state()
    assert flat.goes_flat(encoder)
    assert torch.equal(torch.get_rng_state(), before)
    assert encoder.training
    assert flat.goes_flat(encoder)
    assert len(calls) == 3  # padded, flat, and flat with the last layer for some tokens alone


def test_a_flat_encoder_still_reads_padded_batches() -> None:
    """Called as transformers has it, with our attention in place, it masks padding as before."""
    ours, theirs = architecture("modernbert").eval(), architecture("modernbert").eval()
    assert flat.goes_flat(ours)
    micro = collate(items_of([3, 70, 20]), PAD)
    with torch.no_grad():
        for found, expected in zip(padded(ours, micro), padded(theirs, micro), strict=True):
            assert torch.equal(found, expected)


def test_a_saved_encoder_says_nothing_of_our_attention(tmp_path: Path) -> None:
    """Whoever reads the folder needs nothing of ours."""
    encoder = architecture("bert")
    assert flat.goes_flat(encoder)
    encoder.save_pretrained(tmp_path)
    assert NAME not in json.dumps(json.loads((tmp_path / "config.json").read_text()))
    assert not flat.goes_flat(copy.deepcopy(architecture("rembert")))


@pytest.mark.parametrize("name", FLAT)
def test_half_precision_goes_flat(name: str) -> None:
    """Under bf16 autocast flat and padded states differ by what bf16 rounds, and no more."""
    ours, theirs = architecture(name).eval(), architecture(name).eval()
    micro = collate(items_of([1, 50, 17, 33, 8]), PAD)
    real = micro.mask.bool()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        found, expected = flat.states(ours, micro, (None,))[0], padded(theirs, micro)[-1]
    assert flat.goes_flat(ours)
    difference = (found[real].float() - expected[real].float()).abs()
    assert difference.mean() < 2**-7 * expected[real].float().abs().mean()


def test_rows_of_one_item_need_not_be_alike() -> None:
    """Items of several rows keep their rows together and in their order, however they are laid out."""
    tokenizer = tiny_tokenizer("unigram")
    encoder = encoder_model(tokenizer, "xlm-roberta").eval()
    rows = [each.sequences[0] for each in items_of([4, 90, 11, 60, 3, 30])]
    nothing = np.empty(0, dtype=np.int64)
    items = [Item(n, tuple(rows[2 * n : 2 * n + 2]), nothing, nothing.astype(np.int32)) for n in range(3)]
    groups = list(micro_batches(items, 120, tokenizer.pad_token_id))
    assert [group for group, _ in groups] == list(cut(items, 120)) == [[0], [1], [2]]
    micro = collate(items, tokenizer.pad_token_id)
    with torch.no_grad():
        states = flat.states(encoder, micro, (None,))[0]
        for number, row in enumerate(rows):
            alone = encoder(torch.from_numpy(row.ids)[None].long()).last_hidden_state[0]
            torch.testing.assert_close(states[number, : len(row.ids)], alone, rtol=1e-5, atol=1e-5)
