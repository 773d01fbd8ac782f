"""Tests of compute.masked_lm: what is hidden, which lines are drawn, the head, its loss and its file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch.nn import functional
from transformers import BertConfig, BertForMaskedLM

from stiltwalk.compute.batches import collate
from stiltwalk.compute.encoder import Encoder, hidden_states, load_model, save_artifact
from stiltwalk.compute.masked_lm import (
    HEAD,
    LineDraws,
    MaskedLmHead,
    Masking,
    encoded_lines,
    language_shares,
    load_masked_lm_head,
    masked_lm_losses,
    masked_tokens,
    read_lines,
    word_embeddings,
)
from stiltwalk.compute.pairs import encode_lines
from stiltwalk.compute.tokens import IGNORE, Item
from stiltwalk.compute.vocabulary import trained_tokenizer
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.trainings import PretrainStep
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Line
from tests.compute.fakes import encoder_model, item, row, same_bits, tiny_settings
from tests.fakes import tiny_tokenizer
from tests.worlds import node, sentence

LINES = [Line(str(n), " ".join(sentence("en", n)[: 1 + n % 10])) for n in range(60)]

TOKENIZER = trained_tokenizer([line.text for line in LINES], "unigram", 100, 64)


def masking(share: float = 0.15, seed: int = 1, purpose: str = "test") -> Masking:
    """The masking of a step on the words of ``LINES``."""
    return Masking(TOKENIZER, share, seed, purpose)


def encoded() -> list[Item]:
    """The lines as items of that tokenizer."""
    return encode_lines(LINES, TOKENIZER, 64)


def ids(items: list[Item]) -> list[list[int]]:
    """The token ids of items of one row."""
    return [each.sequences[0].ids.tolist() for each in items]


def test_masks_are_80_10_10_of_the_share() -> None:
    """Over many draws: 15 % of the sub-words are chosen; of those 80 % masked, 10 % random, 10 % kept."""
    mask = masking()
    long = [each for each in encoded() if len(each.sequences[0].ids) >= 20]
    chosen = masked = kept = candidates = 0
    for step in range(300):
        for before, after in zip(long, mask.mask(long, step), strict=True):
            was, now = before.sequences[0].ids, after.sequences[0].ids
            hit = after.target != IGNORE
            assert (after.target[hit] == was[hit]).all()
            assert (now[~hit] == was[~hit]).all()
            chosen += int(hit.sum())
            candidates += len(was) - 2
            masked += int((now[hit] == TOKENIZER.mask_token_id).sum())
            kept += int((now[hit] == was[hit]).sum())
    assert chosen > 10_000
    assert chosen / candidates == pytest.approx(0.15, abs=0.01)
    # a random piece is the mask, or the piece itself, once in a vocabulary
    assert masked / chosen == pytest.approx(0.8 + 0.1 / len(TOKENIZER), abs=0.015)
    assert kept / chosen == pytest.approx(0.1 + 0.1 / len(TOKENIZER), abs=0.015)


@settings(deadline=None)
@given(share=st.floats(0.01, 0.99), step=st.integers(0, 10**6))
def test_specials_are_never_masked_and_every_line_has_one(share: float, step: int) -> None:
    """The frame of a row is neither target nor changed; a line of one sub-word still teaches it."""
    specials = TOKENIZER.all_special_ids
    for before, after in zip(encoded(), masking(share).mask(encoded(), step), strict=True):
        was = before.sequences[0].ids
        hit = after.target != IGNORE
        assert hit.sum() == masked_tokens(after) == max(1, round(share * (len(was) - 2)))
        assert not np.isin(was[hit], specials).any()
        assert (after.sequences[0].ids[[0, -1]] == was[[0, -1]]).all()


def test_masking_keeps_the_language_and_the_given_items() -> None:
    """What is masked is a copy that still knows its example and its language."""
    items = encode_lines(LINES, TOKENIZER, 64, language=3)
    before = ids(items)
    after = masking(0.9).mask(items, 0)
    assert [(each.example, each.language) for each in after] == [(n, 3) for n in range(60)]
    assert ids(items) == before != ids(after)


def test_a_line_of_nothing_has_no_mask() -> None:
    """A row of special tokens alone is left as it is."""
    (after,) = masking().mask([item(row(0, 2))], 0)
    assert after.sequences[0].ids.tolist() == [0, 2]
    assert masked_tokens(after) == 0


def test_masks_follow_from_seed_purpose_and_step() -> None:
    """Equal seed, purpose and step: equal masks; another of any: others."""
    settled = [("a", 1, 0), ("a", 1, 0), ("a", 2, 0), ("a", 1, 1), ("b", 1, 0)]
    drawn = [
        [after.target.tolist() for after in masking(seed=seed, purpose=purpose).mask(encoded(), step)]
        for purpose, seed, step in settled
    ]
    assert drawn[0] == drawn[1]
    assert all(drawn[0] != other for other in drawn[2:])


def test_a_tokenizer_without_a_mask_is_refused() -> None:
    """A vocabulary without a mask token cannot train a masked LM."""
    with pytest.raises(UserError, match="no mask token"):
        Masking(tiny_tokenizer("bpe"), 0.15, 1, "test")


def draws(shares: list[float], seed: int = 1, purpose: str = "test") -> LineDraws:
    """Draws of 20 lines from three languages, each of whose lines knows its language."""
    lines = [encode_lines(LINES[n : n + 20], TOKENIZER, 64, language=n // 20) for n in (0, 20, 40)]
    return LineDraws(lines, np.array(shares), 20, masking(seed=seed, purpose=purpose), seed, purpose)


def test_lines_follow_from_seed_purpose_and_step() -> None:
    """A step's lines, masks and all, depend on nothing that was drawn before."""
    shares = [0.2, 0.3, 0.5]
    first = draws(shares)
    expected = [ids(first.batch(step)) for step in range(4)]
    again = draws(shares)
    assert [ids(again.batch(step)) for step in (3, 1)] == [expected[3], expected[1]]
    others = [draws(shares, seed=2).batch(0), draws(shares, purpose="other").batch(0), first.batch(1)]
    # which lines were drawn, whatever is hidden of them
    chosen = [[(e.language, e.example) for e in batch] for batch in (first.batch(0), *others)]
    assert all(other != chosen[0] for other in chosen[1:])


def test_languages_are_drawn_by_their_shares() -> None:
    """Over 400 steps of 20 lines each language comes as often as asked, and one of share 0 never."""
    batches = draws([0.2, 0.0, 0.8])
    drawn = [each for step in range(400) for each in batches.batch(step)]
    assert len(drawn) == 8000
    found = [sum(each.language == n for each in drawn) / len(drawn) for n in range(3)]
    assert found == pytest.approx([0.2, 0.0, 0.8], abs=0.02)
    assert {each.example for each in drawn if each.language == 0} == set(range(20))
    assert all(masked_tokens(each) >= 1 for each in drawn)


def test_shares_of_languages_by_hand() -> None:
    """16 lines to 1: exponent 1 keeps the odds, 1/2 takes their root, 0 makes them even."""
    assert language_shares([16, 1], 1.0).tolist() == pytest.approx([16 / 17, 1 / 17])
    assert language_shares([16, 1], 0.5).tolist() == pytest.approx([0.8, 0.2])
    assert language_shares([16, 1], 0.0).tolist() == [0.5, 0.5]


def test_lines_know_the_index_of_their_language() -> None:
    """The index is that of the head's languages; a language it does not know takes the first."""
    found = encoded_lines({"de": LINES[:2], "fr": LINES[2:3], "sw": LINES[:1]}, TOKENIZER, 64, ("fr", "de"))
    assert {code: [each.language for each in items] for code, items in found.items()} == {
        "de": [1, 1],
        "fr": [0],
        "sw": [0],
    }
    assert max(len(each.sequences[0].ids) for each in encoded()) > 8
    cut = encoded_lines({"de": LINES}, TOKENIZER, 8, ())["de"]
    assert max(len(each.sequences[0].ids) for each in cut) == 8


def test_lines_are_pooled_by_language(finished: Prepared) -> None:
    """Every source of a language is read, languages in the order of codes, each to at most so many lines."""
    step = node(finished.plan, "pretrain tiny").step
    assert isinstance(step, PretrainStep)
    everything = read_lines(finished.place, (*step.text[::-1], step.text[0]), None)
    assert list(everything) == ["de", "en", "fi", "fr"]
    assert [len(lines) for lines in everything.values()] == [80, 40, 40, 40]
    few = read_lines(finished.place, (*step.text, step.text[0]), 3)
    assert few == {code: lines[:3] for code, lines in everything.items()} | {"de": everything["de"][:3] * 2}


def head_of(languages: tuple[str, ...] = (), tokenizer: Any = TOKENIZER) -> MaskedLmHead:
    """A head of width 16 whose biases and language vectors are no zeros."""
    torch.manual_seed(8)
    head = MaskedLmHead(16, len(tokenizer), languages, 1e-5)
    for parameter in head.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return head


def test_an_untrained_head_is_drawn_from_the_global_generator() -> None:
    """Weights of a standard deviation of 0.02, no bias, and a vector for each language."""
    torch.manual_seed(1)
    head = MaskedLmHead(256, 50, ("de", "en"), 1e-5)
    assert head.dense.weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert head.dense.bias.abs().max() == head.bias.abs().max() == 0
    assert head.languages is not None
    assert head.languages.weight.shape == (2, 256)
    assert head.languages.weight.std().item() == pytest.approx(0.02, rel=0.2)
    assert MaskedLmHead(8, 5, (), 1e-5).languages is None


def test_scores_by_hand() -> None:
    """Dense, GELU and layer norm of the state and its language's vector; then the embeddings, and a bias."""
    head = MaskedLmHead(2, 3, ("de", "en"), 0.0)
    assert head.languages is not None
    with torch.no_grad():
        head.dense.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
        head.languages.weight.copy_(torch.tensor([[0.0, 0.0], [0.0, 5.0]]))
        head.bias.copy_(torch.tensor([0.0, 0.5, 1.0]))
    embeddings = torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]])
    states = torch.tensor([[2.0, 1.0], [2.0, 1.0]])
    scores = head(states, torch.tensor([0, 1]), embeddings)
    # of two numbers layer norm leaves the signs: first (2, 1) to (1, -1), then (2, 6) to (-1, 1)
    expected = [[1.0, -2.0 + 0.5, 0.0 + 1.0], [-1.0, 2.0 + 0.5, 0.0 + 1.0]]
    torch.testing.assert_close(scores, torch.tensor(expected))


def test_language_vectors_change_the_scores() -> None:
    """The same state is answered otherwise in another language; without vectors languages are no matter."""
    states, embeddings = torch.randn(3, 16), torch.randn(len(TOKENIZER), 16)
    german, english = torch.zeros(3, dtype=torch.int64), torch.ones(3, dtype=torch.int64)
    head = head_of(("de", "en"))
    difference = (head(states, german, embeddings) - head(states, english, embeddings)).abs()
    assert difference.amax(dim=1).min() > 0.1
    plain = head_of()
    assert torch.equal(plain(states, german, embeddings), plain(states, english, embeddings))


def test_the_decoder_is_tied_to_the_embeddings() -> None:
    """The head has no table of its own, and its gradient reaches the rows of words that were not read."""
    tokenizer = tiny_tokenizer("wordpiece")
    encoder, head = encoder_model(tokenizer, dropout=0.0), head_of(tokenizer=tokenizer)
    assert {name for name, _ in head.named_parameters()} == {
        *("dense.weight", "dense.bias", "norm.weight", "norm.bias", "bias"),
    }
    items = Masking(tokenizer, 0.3, 1, "test").mask(encode_lines(LINES[:4], tokenizer, 64), 0)
    torch.autograd.backward(masked_lm_losses(encoder, head, collate(items, tokenizer.pad_token_id)).sum())
    table = word_embeddings(encoder)
    assert table is encoder.get_input_embeddings().weight
    assert table.grad is not None
    read = {token for each in ids(items) for token in each}
    unread = [n for n in range(len(tokenizer)) if n not in read]
    assert len(unread) > 100
    assert (table.grad[unread].abs().amax(dim=1) > 0).all()
    deepest = encoder.encoder.layer[0].attention.self.query.weight.grad
    assert deepest is not None
    assert deepest.abs().max() > 0


def test_losses_equal_a_hand_computation() -> None:
    """Each masked position costs the log of what its softmax leaves out, in the language of its line."""
    tokenizer = tiny_tokenizer("wordpiece")
    encoder, head = encoder_model(tokenizer, dropout=0.0).eval(), head_of(("de", "en", "fi"), tokenizer)
    lines = [*encode_lines(LINES[:5], tokenizer, 64, 2), *encode_lines(LINES[20:30], tokenizer, 64, 1)]
    items = Masking(tokenizer, 0.3, 1, "test").mask(lines, 0)
    micro = collate(items, tokenizer.pad_token_id)
    expected = []
    with torch.no_grad():
        losses = masked_lm_losses(encoder, head, micro)
        states = hidden_states(encoder, micro)
        assert head.languages is not None
        for number, each in enumerate(items):
            for position, gold in enumerate(each.target.tolist()):
                if gold == IGNORE:
                    continue
                state = states[number, position] + head.languages.weight[each.language]
                state = head.norm(functional.gelu(head.dense(state)))
                scores = [float(state @ word) for word in word_embeddings(encoder)]
                scores = [score + float(bias) for score, bias in zip(scores, head.bias, strict=True)]
                expected.append(math.log(sum(math.exp(score) for score in scores)) - scores[gold])
    assert len(losses) == sum(masked_tokens(each) for each in items)
    assert losses.tolist() == pytest.approx(expected, rel=1e-4)


def test_losses_are_those_of_transformers() -> None:
    """The same as BERT's own masked-LM loss, summed instead of averaged."""
    tokenizer = tiny_tokenizer("wordpiece")
    torch.manual_seed(2)
    model: Any = BertForMaskedLM(BertConfig(**tiny_settings(tokenizer, dropout=0.0)))
    model.eval()
    head = MaskedLmHead(16, len(tokenizer), (), model.config.layer_norm_eps)
    head.dense.load_state_dict(model.cls.predictions.transform.dense.state_dict())
    items = Masking(tokenizer, 0.3, 1, "test").mask(encode_lines(LINES[:12], tokenizer, 64), 0)
    micro = collate(items, tokenizer.pad_token_id)
    labels = torch.full(micro.ids.shape, IGNORE)
    for index, each in enumerate(items):
        labels[index, : len(each.target)] = torch.from_numpy(each.target)
    with torch.no_grad():
        theirs = model(input_ids=micro.ids, attention_mask=micro.mask, labels=labels).loss
        ours = masked_lm_losses(model.bert, head, micro)
    assert len(ours) == int((labels != IGNORE).sum())
    torch.testing.assert_close(ours.mean(), theirs)


def test_a_batch_of_nothing_masked_costs_nothing() -> None:
    """Rows without a target give no loss, and no error."""
    encoder = encoder_model(tiny_tokenizer("wordpiece"), dropout=0.0)
    head = head_of(tokenizer=tiny_tokenizer("wordpiece"))
    items = Masking(tiny_tokenizer("wordpiece"), 0.3, 1, "test").mask([item(row(2, 3))] * 2, 0)
    losses = masked_lm_losses(encoder, head, collate(items, 0))
    assert losses.shape == (0,)
    assert losses.sum().item() == 0


@pytest.mark.parametrize("languages", [(), ("de", "en", "sw")])
@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta"])
def test_a_saved_head_is_read_as_it_was(
    languages: tuple[str, ...], architecture: str, tmp_path: Path
) -> None:
    """Weights, languages and outputs come back; the encoder's own file gives the embeddings."""
    tokenizer = tiny_tokenizer("wordpiece" if architecture == "bert" else "unigram")
    model = encoder_model(tokenizer, architecture, dropout=0.0).eval()
    head = MaskedLmHead(16, len(tokenizer), languages, model.config.layer_norm_eps)
    for parameter in head.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    save_artifact(tmp_path, Encoder(model, tokenizer), {HEAD: head})
    path = tmp_path / "heads" / f"{HEAD}.safetensors"
    read = load_model(tmp_path / "model").eval()
    back, known = load_masked_lm_head(path, read)
    assert known == languages
    assert same_bits(back.state_dict(), head.state_dict())
    lines = encode_lines(LINES[:8], tokenizer, 64, max(0, len(languages) - 1))
    micro = collate(Masking(tokenizer, 0.3, 1, "test").mask(lines, 0), tokenizer.pad_token_id)
    with torch.no_grad():
        assert torch.equal(masked_lm_losses(read, back, micro), masked_lm_losses(model, head, micro))


def test_a_head_in_half_precision_is_read_as_fp32(tmp_path: Path) -> None:
    """A packaged head may be stored in half the bytes; it is trained in fp32, and has no metadata to lose."""
    model = encoder_model(tiny_tokenizer("wordpiece"))
    head = head_of(tokenizer=tiny_tokenizer("wordpiece"))
    path = tmp_path / "head.safetensors"
    save_file({name: tensor.half() for name, tensor in head.state_dict().items()}, path)
    back, known = load_masked_lm_head(path, model)
    assert known == ()
    assert {parameter.dtype for parameter in back.parameters()} == {torch.float32}
    expected = {name: tensor.float() for name, tensor in load_file(path).items()}
    assert same_bits(back.state_dict(), expected)


def test_a_missing_head_is_named_with_the_cure(tmp_path: Path) -> None:
    """An encoder from elsewhere has no such head: masked-LM steps cannot be mixed in."""
    path = tmp_path / "heads" / "masked-lm.safetensors"
    message = (
        r"There is no masked-LM head at .*heads/masked-lm\.safetensors, .*leave masked_lm out of the arm"
    )
    with pytest.raises(UserError, match=message):
        load_masked_lm_head(path, encoder_model(tiny_tokenizer("wordpiece")))
