"""Small things that the tests of this package train, interrupt and compare."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertConfig, BertModel, MT5Config, MT5EncoderModel, XLMRobertaConfig, XLMRobertaModel

from stiltwalk.compute import loop
from stiltwalk.compute.batches import Micro
from stiltwalk.compute.context import Monitor, Place
from stiltwalk.compute.tokens import Item
from stiltwalk.compute.tokens import Sequence as Row
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.steps import PredictStep
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.spec.task import Made, Split
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import Store
from tests.fakes import tiny_tokenizer
from tests.worlds import node

NEVER = 1e9
"""Seconds between checkpoints that are never over."""


def accelerator() -> Accelerator:
    """As a step in fp32 makes it."""
    return Accelerator(mixed_precision="no")


def row(*ids: int) -> Row:
    """A sequence of these token ids."""
    return Row(np.array(ids, dtype=np.int32), np.zeros(len(ids), dtype=np.int8))


def item(*rows: Row, target: Sequence[int] = (), positions: Sequence[int] = (), example: int = 0) -> Item:
    """An item of these sequences."""
    return Item(example, rows, np.array(target, dtype=np.int64), np.array(positions, dtype=np.int32))


def labelled_items(count: int = 24) -> list[Item]:
    """Items of 3 to 8 tokens (ids 1 to 19) whose label (0 to 2) their first token decides."""
    drawn = np.random.default_rng(5)
    return [
        item(row(*ids.tolist()), target=[int(ids[0]) % 3], example=index)
        for index in range(count)
        for ids in [drawn.integers(1, 20, size=3 + index % 6)]
    ]


class Toy(nn.Module):
    """Embeddings, their mean, a layer norm, dropout and a linear layer: everything a loop must treat well."""

    def __init__(self, dropout: float = 0.3) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(11)
            self.embed = nn.Embedding(20, 8)
            self.norm = nn.LayerNorm(8)
            self.dropout = nn.Dropout(dropout)
            self.out = nn.Linear(8, 3)

    def forward(self, micro: Micro) -> Tensor:
        """``(rows, 3)``."""
        mask = micro.mask[..., None].float()
        mean = (self.embed(micro.ids) * mask).sum(1) / mask.sum(1)
        return self.out(self.dropout(self.norm(mean)))  # type: ignore[no-any-return]


def toy_loss(module: nn.Module) -> Callable[[Micro], Tensor]:
    """The summed cross-entropy of a ``Toy``."""

    def loss(micro: Micro) -> Tensor:
        targets = torch.tensor([int(each.target[0]) for each in micro.items])
        return functional.cross_entropy(module(micro), targets, reduction="sum")

    return loss


def toy_job(module: nn.Module, steps: int = 6, batch_size: int = 4) -> loop.Job:
    """Training of a ``Toy`` on ``labelled_items`` in a seeded order; nothing is evaluated."""
    items = labelled_items()
    order = torch.from_numpy(np.random.default_rng(3).permutation(len(items) * (1 + steps // 6)))

    objective = loop.Objective(toy_loss(module), lambda _: 1)

    def batch(given: Tensor, done: int) -> tuple[loop.Objective, list[Item]]:
        chosen = given[done * batch_size : (done + 1) * batch_size]
        return objective, [items[index % len(items)] for index in chosen.tolist()]

    return loop.Job(
        stage="toy",
        module=module,
        optimisation=loop.Optimisation(
            steps=steps,
            learning_rate=0.05,
            warmup_steps=2,
            weight_decay=0.1,
            epsilon=1e-8,
            clip_norm=1.0,
        ),
        order=order,
        batch=batch,
        dropout_seed=lambda done: 100 + done,
        evaluate=None,
        evaluate_every=steps,
        patience=None,
        micro_tokens=64,
        pad=0,
    )


def with_loss(job: loop.Job, loss: Callable[[Micro], Tensor]) -> loop.Job:
    """``job`` with the same batches, trained for ``loss``; every item counts one."""
    objective = loop.Objective(loss, lambda _: 1)
    return replace(job, batch=lambda order, done: (objective, job.batch(order, done)[1]))


def parameters(module: nn.Module) -> dict[str, Tensor]:
    """A copy of every parameter."""
    return {name: p.detach().clone() for name, p in module.named_parameters()}


def same_bits(ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> bool:
    """Whether the same names hold the same bits."""
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)


def same_gradients(ours: nn.Module, theirs: nn.Module, rtol: float = 1e-5) -> None:
    """Assert that each parameter of two models, or of one and its copy, has the same gradient in both."""
    gradients = {name: each.grad for name, each in theirs.named_parameters()}
    for name, each in ours.named_parameters():
        torch.testing.assert_close(each.grad, gradients[name], rtol=rtol, atol=1e-5)


def weights(draft: Path) -> dict[str, Tensor]:
    """Every tensor of the model and the heads below a finished or drafted step."""
    return {
        f"{path.relative_to(draft)}:{name}": tensor
        for path in sorted(draft.rglob("*.safetensors"))
        for name, tensor in load_file(path).items()
    }


def stopping_after(checks: int) -> Monitor:
    """A monitor that lets this many checks pass and then asks to stop."""
    left = iter([False] * checks)
    return Monitor(stopping=lambda: next(left, True))


def train_step(prepared: Prepared, title: str, **training: Any) -> TrainStep:
    """The training step of that title, with these hyper-parameters changed."""
    step = node(prepared.plan, title).step
    assert isinstance(step, TrainStep)
    return step.replace({"training": step.training.replace(training)})


def mixed_step(prepared: Prepared, **mixed: Any) -> TrainStep:
    """The intermediate step of the tiny world with masked-LM steps on its raw text mixed in."""
    (pretrained,) = (n.step for n in prepared.plan.nodes.values() if isinstance(n.step, PretrainStep))
    plain = train_step(prepared, "intermediate commonsenseqa, seed 1")
    return plain.replace({"masked_lm": {"text": ("udhr",), **mixed}, "text": pretrained.text})


def several_step(prepared: Prepared, sampling: Mapping[str, Any], **mixed: Any) -> TrainStep:
    """The intermediate step of the tiny world on tags and questions as well, with masked LM if named."""
    plain = train_step(prepared, "intermediate commonsenseqa, seed 1")
    first = mixed_step(prepared, **mixed) if mixed else plain
    others = [train_step(prepared, f"target {name}, seed 1") for name in ("udpos", "tydiqa")]
    also = [{**other.parts[0].model_dump(), "training": first.training} for other in others]
    return first.replace({"also": also, "sampling": dict(sampling)})


def copied_place(place: Place, folder: Path) -> Place:
    """``place`` with copies of its store and data below ``folder``, to be damaged at will."""
    shutil.copytree(place.store.root, folder / "store")
    shutil.copytree(data_of(place), folder / "data")
    return replace(place, store=Store(folder / "store"), data_dir=folder / "data")


def data_of(place: Place) -> Path:
    """The data folder of a place that has one."""
    assert place.data_dir is not None
    return place.data_dir


def encoder_folder(folder: Path, architecture: str = "bert", layers: int = 2) -> Path:
    """A random encoder of width 16 with a tokenizer of ``tests.fakes``, as transformers saves them."""
    tokenizer = tiny_tokenizer("wordpiece" if architecture == "bert" else "unigram")
    model = encoder_model(tokenizer, architecture, layers)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def encoder_model(tokenizer: Any, architecture: str = "bert", layers: int = 2, dropout: float = 0.1) -> Any:
    """A random encoder of width 16 for ``tokenizer``."""
    with torch.random.fork_rng():
        torch.manual_seed(4)
        settings = tiny_settings(tokenizer, layers, dropout)
        if architecture == "bert":
            return BertModel(BertConfig(**settings), add_pooling_layer=False)
        if architecture == "mt5":
            return MT5EncoderModel(mt5_config(tokenizer, layers, dropout))
        settings |= {"type_vocab_size": 1, "max_position_embeddings": 512 + tokenizer.pad_token_id + 1}
        return XLMRobertaModel(XLMRobertaConfig(**settings), add_pooling_layer=False)


def mt5_config(tokenizer: Any, layers: int = 2, dropout: float = 0.1) -> MT5Config:
    """A config of a tiny mT5 for ``tokenizer``."""
    widths: dict[str, Any] = {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": layers, "num_heads": 2}
    ids = {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id}
    return MT5Config(**widths, **ids, dropout_rate=dropout, decoder_start_token_id=tokenizer.pad_token_id)


def tiny_settings(tokenizer: Any, layers: int = 2, dropout: float = 0.1) -> dict[str, Any]:
    """What a transformers config of a tiny encoder says."""
    return {
        "vocab_size": len(tokenizer),
        "hidden_size": 16,
        "num_hidden_layers": layers,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": 512,
        "hidden_dropout_prob": dropout,
        "attention_probs_dropout_prob": dropout,
        "pad_token_id": tokenizer.pad_token_id,
        "initializer_range": 0.5,
    }


def one_hot(items: list[Item]) -> tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]]:
    """Start and end scores that are 1 at each item's target and 0 elsewhere, read at its positions."""
    starts, ends = [], []
    for item in items:
        size = len(item.sequences[0].ids)
        starts.append(np.eye(size, dtype=np.float32)[item.target[0]][item.positions])
        ends.append(np.eye(size, dtype=np.float32)[item.target[1]][item.positions])
    return starts, ends


SMALL = TASKS["pocket-mining"].replace(
    {"splits": {name: Split(made=Made(examples=80), languages=("de", "es")) for name in ("dev", "test")}}
)
"""The pocket world's mining with two blocks of sentences in two languages."""

MINING = {**TASKS, SMALL.name: SMALL}


def predict_step(prepared: Prepared, title: str) -> PredictStep:
    """The prediction step of that title."""
    step = node(prepared.plan, title).step
    assert isinstance(step, PredictStep)
    return step
