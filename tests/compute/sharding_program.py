"""What each rank of ``test_sharding`` runs: trainings that it compares with those of one process.

    torchrun --standalone --nproc-per-node 2 -m tests.compute.sharding_program DATA STORE FOLDER

Rank 0 leaves what was trained below FOLDER, each rank what it has to say in ``NAME/RANK.json``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from accelerate import Accelerator
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from stiltwalk.compute import flat, loop, parallel, sharding
from stiltwalk.compute.batches import Micro
from stiltwalk.compute.checkpointing import checkpoint_layers
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.dropout import cheap_dropout
from stiltwalk.compute.heads import EncoderWithHead, FirstTokenHead, initialise
from stiltwalk.compute.pretrain import pretrain
from stiltwalk.compute.tokens import Item
from stiltwalk.compute.train import train
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.spec.adaptation import Lora
from stiltwalk.spec.errors import InterruptedRunError, UserError
from stiltwalk.spec.execution import Execution
from tests.compute.architectures import PAD, VOCABULARY, architecture
from tests.compute.fakes import NEVER, item, row, several_step, stopping_after, train_step, with_loss
from tests.compute.held import Held
from tests.compute.rank_program import SHAPE
from tests.compute.ranks import RANKS, note
from tests.compute.test_memory_measured import Case, batch, with_head
from tests.worlds import PRETRAIN, prepared_study


class Measure(NamedTuple):
    """What memory is measured of.

    Attributes:
        case: the encoder.
        rows: of its table.
        half: whether products are made in bf16.
        again: whether layers are computed again on the way back.
    """

    case: Case
    rows: int
    half: bool = False
    again: bool = False

    def encoder(self) -> Any:
        """It, with a table of so many rows."""
        encoder = self.case.encoder(0.0)
        encoder.resize_token_embeddings(self.rows)
        if self.again:
            checkpoint_layers(encoder)
        return encoder


MEMORY = {
    "large-table": Measure(Case("xlm-roberta", 4, 64, 256, 4), 6000),
    "half": Measure(Case("eurobert", 4, 64, 160, 4), 300, half=True),
    "again": Measure(Case("xlm-roberta-xl", 3, 96, 384, 8), 300, again=True),
}
"""Each has another answer to what is largest: the table, activations, or layers."""

LORA = Lora(rank=4, targets=("query", "value"))

TOGETHER = Execution(processes=RANKS, sharded=True)
APART = Execution(processes=RANKS)

WORLD = {
    "encoders": [{"name": "tiny", "pretrain": PRETRAIN["pretrain"] | {"shape": SHAPE}}],
    "targets": ["udpos", "tydiqa"],
}

ARCHITECTURES = ("albert", "bert", "modernbert", "mt5", "qwen3", "rembert")
AGAIN = ("bert",)
"""Of these layers are also computed again on the way back."""

CHANGED = {
    "learning_rate": 2e-2,
    "weight_decay": 0.1,
    "clip_norm": 0.5,
    # large, for Adam makes whole steps of gradients that are zero but for rounding
    "adam_epsilon": 1e-3,
}


def tags_step(prepared: Prepared, execution: Execution, **training: Any) -> TrainStep:
    """Twelve steps on tags, all clipped, with weight decay and without dropout, selected on dev."""
    step = train_step(prepared, "target udpos, seed 1", epochs=2, evaluate_every=1, **{**CHANGED, **training})
    return step.replace({"execution": execution})


def adapted_step(prepared: Prepared, execution: Execution) -> TrainStep:
    """The same with small matrices beside queries and values, all else of the encoder frozen."""
    return tags_step(prepared, execution).replace({"adaptation": {"lora": LORA.model_dump()}})


def several_tasks_step(prepared: Prepared, execution: Execution, **mixed: Any) -> TrainStep:
    """Three tasks of which no epoch is longer than twenty items, with masked LM if it is named."""
    step = several_step(prepared, {"cap": 20}, **mixed)
    training = step.training.replace(CHANGED)
    also = [part.replace({"training": training}) for part in step.also]
    return step.replace({"training": training, "also": also, "execution": execution})


MIXED = {"share": 0.25, "lines": 10, "max_tokens": 32}
"""Masked LM of every fourth step."""


def pretrained_step(prepared: Prepared, execution: Execution) -> PretrainStep:
    """The study's encoder, made from text."""
    (step,) = (n.step for n in prepared.plan.nodes.values() if isinstance(n.step, PretrainStep))
    return step.replace({"execution": execution})


def model(name: str, *, again: bool) -> EncoderWithHead:
    """A random encoder without dropout whose first tokens are told apart."""
    encoder = architecture(name)
    flat.goes_flat(encoder)
    if again:
        checkpoint_layers(encoder)
    return EncoderWithHead(encoder, initialise(FirstTokenHead(32, 3, 0.0), 5))


def items_of(step: int) -> list[Item]:
    """Five items, and one alone in every third step."""
    drawn = np.random.default_rng(step)
    lengths = (9,) if step % 3 == 2 else (9, 4, 7, 7, 2)
    rows = [row(*drawn.integers(5, VOCABULARY, length).tolist()) for length in lengths]
    return [item(each, target=[index % 3], example=index) for index, each in enumerate(rows)]


def job_of(module: EncoderWithHead, **optimisation: Any) -> loop.Job:
    """Six steps of it, of passes of no more than sixteen tokens."""

    def loss(micro: Micro) -> Tensor:
        targets = torch.tensor([int(each.target[0]) for each in micro.items])
        return functional.cross_entropy(module(micro), targets, reduction="sum")

    objective = loop.Objective(loss, lambda _: 1)
    settings: dict[str, Any] = {"learning_rate": 1e-3, "weight_decay": 0.1, "clip_norm": 0.5, "epsilon": 1e-4}
    return loop.Job(
        stage="toy",
        module=module,
        optimisation=loop.Optimisation(steps=6, warmup_steps=0, **settings | optimisation),
        order=torch.zeros(0, dtype=torch.int64),
        batch=lambda _, step: (objective, items_of(step)),
        dropout_seed=lambda step: step,
        evaluate=None,
        evaluate_every=6,
        patience=None,
        micro_tokens=16,
        pad=PAD,
    )


def main(data: Path, store: Path, folder: Path) -> None:
    """Run everything, one after the other, in one process group."""
    accelerator = parallel.accelerator(TOGETHER)
    torch.set_num_threads(1)
    prepared = prepared_study(data, store, WORLD)
    _trainings(prepared, accelerator, folder)
    for name in ARCHITECTURES:
        _architecture(name, accelerator, folder / name, again=False)
    for name in AGAIN:
        _architecture(name, accelerator, folder / f"{name}-again", again=True)
    measured: dict[str, Any] = {"average_decay": 0.5, "noise_every": 2}
    _architecture("bert", accelerator, folder / "measured", again=False, **measured)
    _short_of_memory(accelerator, folder / "short")
    for name, measure in MEMORY.items():
        most, gathering = _most(measure, accelerator)
        said = {"most": most, "gathering": gathering}
        note(folder / "memory", f"{name}-{accelerator.process_index}", said)
    parallel.wait(accelerator)
    parallel.leave(accelerator)


def _trainings(prepared: Prepared, accelerator: Accelerator, folder: Path) -> None:
    def run(name: str, step: TrainStep, monitor: Monitor | None = None) -> None:
        (folder / name / "draft").mkdir(parents=True, exist_ok=True)
        parallel.wait(accelerator)
        try:
            said = train(step, prepared.place, accelerator, folder / name, monitor or Monitor())
        except InterruptedRunError:
            said = {"interrupted": True}
        suffix = "-interrupted" if "interrupted" in said else ""
        note(folder / name, f"{accelerator.process_index}{suffix}", said)

    first = accelerator.process_index == 0
    run("tags", tags_step(prepared, TOGETHER))
    run("parts", tags_step(prepared, TOGETHER), Monitor() if first else stopping_after(5))
    run("parts", tags_step(prepared, TOGETHER))
    averaged = tags_step(prepared, TOGETHER, average_decay=0.5, least_rate_share=1.0)
    run("averaged", averaged)
    run("averaged-parts", averaged, stopping_after(7))
    run("averaged-parts", averaged)
    run("adapted", adapted_step(prepared, TOGETHER))
    run("several-apart", several_tasks_step(prepared, APART))
    run("several", several_tasks_step(prepared, TOGETHER))
    run("several-mixed", several_tasks_step(prepared, TOGETHER, **MIXED))
    (folder / "pretrained" / "draft").mkdir(parents=True, exist_ok=True)
    pretraining = pretrained_step(prepared, TOGETHER)
    facts = pretrain(pretraining, prepared.place, accelerator, folder / "pretrained", Monitor())
    note(folder / "pretrained", str(accelerator.process_index), facts)


def _architecture(
    name: str, accelerator: Accelerator, folder: Path, *, again: bool, **optimisation: Any
) -> None:
    """Train one, cut over the ranks."""
    folder.mkdir(parents=True, exist_ok=True)
    module = model(name, again=again)
    sharding.shard(module.encoder, [module.head], accelerator)
    held = sum(sharding.local(p).numel() for p in module.parameters())
    state = loop.fit(job_of(module, **optimisation), accelerator, folder, Monitor(), NEVER)
    found = sharding.whole_state(module)
    if accelerator.is_main_process:
        named = {n: found[n].contiguous() for n, _ in module.named_parameters()}
        save_file(named, folder / "whole.safetensors")
    noise = [entry["noise"] for entry in state.log if "noise" in entry]
    said = {"held": held, "log": list(state.log), "left_out": len(found), "noise": noise}
    note(folder, str(accelerator.process_index), said)


def _most(measure: Measure, accelerator: Accelerator) -> tuple[int, int]:
    """The most bytes that this rank holds in a step of two passes, not the first; and in gathering weights.

    In the latter gradients and moments do not count.
    """
    encoder = measure.encoder()
    module = with_head(encoder, 0.0)
    sharding.shard(encoder, [module.head], accelerator)
    optimiser = torch.optim.AdamW(module.parameters(), fused=True)
    micro = batch()

    def pass_through() -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=measure.half), cheap_dropout(module):
            loss = module(micro).sum()
        loss.backward()

    pass_through()
    optimiser.step()
    optimiser.zero_grad()
    moments = [m for each in optimiser.state.values() for name, m in each.items() if name != "step"]
    with Held([sharding.local(each) for each in [*module.parameters(), *moments]]) as held:
        pass_through()
        pass_through()
        optimiser.step()
    del moments
    with Held([sharding.local(each) for each in module.parameters()]) as gathering:
        sharding.whole_state(module)
    return int(held.most), int(gathering.most)


def _short_of_memory(accelerator: Accelerator, folder: Path) -> None:
    """All ranks run out of it at once, lest one of them waits for the others."""
    module = model("bert", again=False)
    sharding.shard(module.encoder, [module.head], accelerator)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        loop.fit(with_loss(job_of(module), _no_room), accelerator, folder, Monitor(), NEVER)
    except UserError as error:
        note(folder, str(accelerator.process_index), {"message": str(error)})


def _no_room(_: Micro) -> Tensor:
    raise torch.OutOfMemoryError("no room")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
    os._exit(0)  # as engine.ranks does
