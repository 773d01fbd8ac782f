"""Pretraining: a masked language model of a given depth and width, on given text, from nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertConfig, BertForMaskedLM, XLMRobertaConfig, XLMRobertaForMaskedLM

from stiltwalk.compute import loop
from stiltwalk.compute.batches import Micro
from stiltwalk.compute.context import Monitor, Place, Progress
from stiltwalk.compute.encoder import Encoder, hidden_states, parameter_counts, save_artifact
from stiltwalk.compute.examples import planned_examples
from stiltwalk.compute.infer import infer
from stiltwalk.compute.pairs import encode_lines
from stiltwalk.compute.streams import generator, stream
from stiltwalk.compute.tokens import IGNORE, Item
from stiltwalk.compute.tokens import Sequence as Row
from stiltwalk.compute.vocabulary import given_tokenizer, trained_tokenizer
from stiltwalk.plan.steps import PretrainStep
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Line

HELD_OUT_LINES = 1000
"""At most so many lines, and at most a tenth, are held out to measure the masked-LM loss."""

_STREAM = "pretrain"


def pretrain(
    step: PretrainStep, place: Place, accelerator: Accelerator, folder: Path, monitor: Monitor
) -> dict[str, Any]:
    """Carry out ``step``: write the encoder, its MLM head and tokenizer; return the facts.

    Raises:
        InterruptedRunError: asked to stop; a checkpoint was written.
        UserError: text or vocabulary are missing, broken or changed.
    """
    monitor.report(Progress("reading", 0, 1, 0.0))
    by_language = _lines(step, place)
    tokenizer = _tokenizer(step, place, by_language)
    model = build(step, tokenizer)
    model.to(accelerator.device)
    train, held_out = _encoded(step, tokenizer, by_language)
    masking = _Masking(tokenizer, step.training.mask_share, step.seed)
    languages = _shares([len(items) for items in train], step.training.language_exponent)

    def batch(order: Tensor, done: int) -> list[Item]:  # noqa: ARG001  lines are drawn, not ordered
        drawn = generator(step.seed, "lines", _STREAM, done)
        chosen = drawn.choice(len(train), size=step.training.batch_size, p=languages)
        lines = [train[language][drawn.integers(len(train[language]))] for language in chosen]
        return masking.mask(lines, done)

    training = step.training
    job = loop.Job(
        stage="training",
        module=model,
        optimisation=loop.Optimisation(
            steps=training.steps,
            learning_rate=training.learning_rate,
            warmup_steps=math.ceil(training.warmup_share * training.steps),
            weight_decay=training.weight_decay,
            epsilon=1e-8,
            clip_norm=training.clip_norm,
        ),
        order=torch.zeros(0, dtype=torch.int64),
        batch=batch,
        loss=lambda micro: _loss(model, micro).sum(),
        count=_masked,
        dropout_seed=lambda done: stream(step.seed, "dropout", _STREAM, done),
        evaluate=None,
        evaluate_every=training.steps,
        patience=None,
        micro_tokens=step.execution.micro_tokens,
        pad=tokenizer.pad_token_id,
    )
    state = loop.fit(job, accelerator, folder, monitor, place.checkpoint_seconds)
    base = _base(model)
    save_artifact(folder / "draft", Encoder(base, tokenizer), {"masked-lm": _untied(model)})
    return {
        **parameter_counts(base),
        "vocabulary": len(tokenizer),
        "languages": {language: len(lines) for language, lines in by_language.items()},
        "examples": sum(map(len, by_language.values())),
        "steps": state.done,
        "held_out_lines": len(held_out),
        "held_out_loss": _held_out_loss(step, model, masking.mask(held_out, 0), accelerator, tokenizer),
        "log": list(state.log),
        "degenerate": state.broken is not None,
        "wall_seconds": round(state.seconds, 2),
        **loop.mishaps(job, state),
    }


def build(step: PretrainStep, tokenizer: Any) -> nn.Module:
    """The untrained masked language model, with weights from the step's seed alone."""
    shape = step.shape
    bert = shape.architecture == "bert"
    # XLM-R's positions start behind its padding id
    offset = 0 if bert else int(tokenizer.pad_token_id) + 1
    settings = {
        "vocab_size": len(tokenizer),
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.attention_heads,
        "intermediate_size": shape.feed_forward or 4 * shape.hidden,
        "max_position_embeddings": shape.max_tokens + offset,
        "type_vocab_size": 2 if bert else 1,
        "hidden_dropout_prob": shape.dropout,
        "attention_probs_dropout_prob": shape.dropout,
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
    torch.manual_seed(stream(step.seed, "init", _STREAM))
    return (
        BertForMaskedLM(BertConfig(**settings))
        if bert
        else XLMRobertaForMaskedLM(XLMRobertaConfig(**settings))
    )


class _Masking:
    """Devlin et al. 2019: of the chosen sub-words 80 % become the mask, 10 % a random piece, 10 % stay."""

    def __init__(self, tokenizer: Any, share: float, seed: int) -> None:
        if tokenizer.mask_token_id is None:
            raise UserError("The vocabulary has no mask token, so no masked LM can be trained with it.")
        self.mask_id = int(tokenizer.mask_token_id)
        self.specials = np.array(tokenizer.all_special_ids)
        self.size = len(tokenizer)
        self.share = share
        self.seed = seed

    def mask(self, items: Sequence[Item], step: int) -> list[Item]:
        """``items`` with some sub-words hidden and the target set on those alone."""
        drawn = generator(self.seed, "mask", _STREAM, step)
        return [self._masked(item, drawn) for item in items]

    def _masked(self, item: Item, drawn: np.random.Generator) -> Item:
        (row,) = item.sequences
        candidates = np.flatnonzero(~np.isin(row.ids, self.specials))
        # at least one a line, or a short line would teach nothing
        count = min(len(candidates), max(1, round(self.share * len(candidates))))
        chosen = drawn.choice(candidates, size=count, replace=False) if count else candidates
        ids = row.ids.copy()
        target: NDArray[np.int64] = np.full(len(ids), IGNORE, dtype=np.int64)
        target[chosen] = row.ids[chosen]
        fate = drawn.random(count)
        ids[chosen[fate < 0.8]] = self.mask_id
        random = chosen[(fate >= 0.8) & (fate < 0.9)]
        ids[random] = drawn.integers(self.size, size=len(random))
        return Item(item.example, (Row(ids, row.segments),), target, item.positions)


def _masked(item: Item) -> int:
    return int((item.target != IGNORE).sum())


def _loss(model: nn.Module, micro: Micro) -> Tensor:
    """``(masked,)`` cross-entropy; the head, the dearest part, sees only the masked positions."""
    states = hidden_states(_base(model), micro)
    rows = [row for row, item in enumerate(micro.items) for _ in range(_masked(item))]
    columns = [c for item in micro.items for c in np.flatnonzero(item.target != IGNORE).tolist()]
    target = np.concatenate([item.target[item.target != IGNORE] for item in micro.items])
    logits = _head(model)(states[rows, columns])
    return functional.cross_entropy(
        logits.float(), torch.from_numpy(target).to(logits.device), reduction="none"
    )


def _base(model: nn.Module) -> nn.Module:
    """The encoder below the masked-LM head."""
    return model.base_model  # type: ignore[return-value]


def _head(model: nn.Module) -> nn.Module:
    """The masked-LM head, called ``cls`` in BERT and ``lm_head`` in XLM-R."""
    return model.cls if hasattr(model, "cls") else model.lm_head  # type: ignore[return-value]


def _untied(model: nn.Module) -> nn.Module:
    """The head with a copy of the weights it shares with the embeddings, as safetensors asks for."""
    head = _head(model)
    for module in head.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            setattr(module, name, nn.Parameter(parameter.detach().clone()))
    return head


def _lines(step: PretrainStep, place: Place) -> dict[str, list[Line]]:
    """Lines of every language, all its sources pooled."""
    found: dict[str, list[Line]] = {}
    for text in step.text:
        _, examples = planned_examples(place, text.task, "train", text.language, text.fingerprint)
        found.setdefault(text.language, []).extend(e for e in examples if isinstance(e, Line))
    return dict(sorted(found.items()))


def _tokenizer(step: PretrainStep, place: Place, by_language: dict[str, list[Line]]) -> Any:
    if step.vocabulary is not None:
        return given_tokenizer(place.vocabularies[step.vocabulary], step.shape.max_tokens)
    assert step.vocabulary_kind != "given", "a given vocabulary has a content hash"
    texts = (line.text for lines in by_language.values() for line in lines)
    return trained_tokenizer(texts, step.vocabulary_kind, step.vocabulary_size, step.shape.max_tokens)


def _encoded(
    step: PretrainStep, tokenizer: Any, by_language: dict[str, list[Line]]
) -> tuple[list[list[Item]], list[Item]]:
    """Training lines by language, and the held-out lines of all languages."""
    total = sum(map(len, by_language.values()))
    share = min(HELD_OUT_LINES / total, 0.1)
    train: list[list[Item]] = []
    held_out: list[Item] = []
    for language, lines in by_language.items():
        items = encode_lines(lines, tokenizer, min(step.training.max_tokens, step.shape.max_tokens))
        out = generator(step.seed, "held-out", language).random(len(items)) < share
        out[0] = False  # every language keeps a line to train on
        held_out += [item for item, aside in zip(items, out, strict=True) if aside]
        train.append([item for item, aside in zip(items, out, strict=True) if not aside])
    return train, held_out


def _shares(sizes: Sequence[int], exponent: float) -> NDArray[np.float64]:
    """Probability of each language: its size to the power ``exponent``, normalised."""
    weights = np.array(sizes, dtype=np.float64) ** exponent
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _held_out_loss(
    step: PretrainStep, model: nn.Module, items: Sequence[Item], accelerator: Accelerator, tokenizer: Any
) -> float | None:
    """Mean cross-entropy (nats) over the masked sub-words of the held-out lines."""
    if not items:
        return None

    class _Losses(nn.Module):
        def forward(self, micro: Micro) -> Tensor:
            return _loss(model, micro)

    def by_item(losses: Tensor, micro: Micro) -> list[Tensor]:
        return list(torch.split(losses.cpu(), [_masked(item) for item in micro.items]))

    model.eval()
    parts = infer(_Losses(), by_item, items, accelerator, step.execution.micro_tokens, tokenizer.pad_token_id)
    return float(torch.cat(parts).mean())
