"""What each rank of ``test_parallel`` runs: trainings that it compares with those of one process.

    torchrun --standalone --nproc-per-node 2 -m tests.compute.rank_program DATA STORE FOLDER

Every rank writes what it ended with below FOLDER, in ``NAME/RANK.safetensors`` and ``NAME/RANK.json``.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from safetensors.torch import save_file
from torch import Tensor, nn

from stiltwalk.compute import loop, parallel
from stiltwalk.compute.batches import Micro
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.pretrain import pretrain
from stiltwalk.compute.train import train
from stiltwalk.compute.trimmed_table import TrimmedEmbedding
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.spec.errors import InterruptedRunError
from stiltwalk.spec.execution import Execution
from tests.compute.fakes import (
    NEVER,
    Toy,
    parameters,
    stopping_after,
    toy_job,
    toy_loss,
    train_step,
    with_loss,
)
from tests.compute.ranks import RANKS, note
from tests.worlds import PRETRAIN, prepared_study

SHAPE = PRETRAIN["pretrain"]["shape"] | {"dropout": 0.0}
WORLD = {
    "encoders": [{"name": "tiny", "pretrain": PRETRAIN["pretrain"] | {"shape": SHAPE}}],
    "intermediate": [],
    "targets": ["udpos"],
}


def trained_step(prepared: Prepared) -> TrainStep:
    """Twelve steps on tags, all clipped, with weight decay and without dropout; the tenth is selected on dev.

    Its epsilon is large, for Adam makes whole steps of gradients that are zero but for rounding.
    """
    return train_step(
        prepared,
        "target udpos, seed 1",
        epochs=2,
        evaluate_every=1,
        learning_rate=2e-2,
        weight_decay=0.1,
        clip_norm=0.5,
        adam_epsilon=1e-4,
    )


def adapted_step(prepared: Prepared) -> TrainStep:
    """The same with small matrices beside queries and values, all else frozen."""
    return trained_step(prepared).replace(
        {"adaptation": {"lora": {"rank": 2, "targets": ["query", "value"]}}}
    )


def pretrained_step(prepared: Prepared) -> PretrainStep:
    """The study's encoder, made from text."""
    (step,) = (n.step for n in prepared.plan.nodes.values() if isinstance(n.step, PretrainStep))
    return step


class Spare(Toy):
    """A ``Toy`` whose table is trimmed, with a parameter that no loss depends on."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__(dropout)
        self.embed = TrimmedEmbedding(self.embed, torch.arange(20))  # type: ignore[assignment]
        self.spare = nn.Parameter(torch.ones(2, 2))


def spare_job(module: nn.Module, batch_size: int = 5) -> loop.Job:
    """Six steps on a ``Toy``, without warm-up and with weight decay."""
    job = toy_job(module, batch_size=batch_size)
    return replace(job, optimisation=replace(job.optimisation, warmup_steps=0))


def measured_job(module: nn.Module) -> loop.Job:
    """The same with averaged weights, and its noise measured on halves of two and three items."""
    job = spare_job(module)
    return replace(job, optimisation=replace(job.optimisation, noise_every=2, average_decay=0.5))


def main(data: Path, store: Path, folder: Path) -> None:
    """Run everything, one after the other, in one process group."""
    accelerator = parallel.accelerator(Execution(processes=RANKS))
    torch.set_num_threads(1)
    prepared = prepared_study(data, store, WORLD)
    _trainings(prepared, accelerator, folder)
    _toys(accelerator, folder)
    parallel.wait(accelerator)
    parallel.leave(accelerator)


def _trainings(prepared: Prepared, accelerator: Accelerator, folder: Path) -> None:
    rank = accelerator.process_index

    def run(name: str, monitor: Monitor, step: TrainStep | None = None) -> None:
        step = step or trained_step(prepared)
        (folder / name / "draft").mkdir(parents=True, exist_ok=True)
        try:
            facts = train(step, prepared.place, accelerator, folder / name, monitor)
            said: dict[str, Any] = facts
        except InterruptedRunError:
            said = {"interrupted": True}
        note(folder / name, f"{rank}-{'interrupted' if 'interrupted' in said else 'finished'}", said)

    run("whole", Monitor())
    run("parts", stopping_after(5) if rank == 1 else Monitor())  # only one of them is asked to stop
    parallel.wait(accelerator)
    run("parts", Monitor())
    run("adapted", Monitor(), adapted_step(prepared))
    (folder / "pretrained" / "draft").mkdir(parents=True, exist_ok=True)
    pretraining = pretrained_step(prepared)
    facts = pretrain(pretraining, prepared.place, accelerator, folder / "pretrained", Monitor())
    note(folder / "pretrained", str(rank), facts)


def _toys(accelerator: Accelerator, folder: Path) -> None:
    rank = accelerator.process_index

    def run(name: str, module: nn.Module, job: loop.Job) -> None:
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        state = loop.fit(job, accelerator, place, Monitor(), NEVER)
        save_file(parameters(module), place / f"{rank}.safetensors")
        noise = [entry["noise"] for entry in state.log if "noise" in entry]
        said = {"done": state.done, "broken": state.broken, "budget": state.micro_tokens, "noise": noise}
        note(place, str(rank), said)

    for name, batch_size in (("uneven", 5), ("fewer-items-than-ranks", 1)):
        module = Spare()
        run(name, module, spare_job(module, batch_size))
    module = Spare()
    run("measured", module, measured_job(module))
    module = Spare()
    run("short-of-memory", module, with_loss(spare_job(module), _once(module, rank, _no_room)))
    module = Spare()
    run("no-number", module, with_loss(spare_job(module), _once(module, rank, lambda loss: loss * math.nan)))
    module = Spare(dropout=0.5)
    run("dropout", module, spare_job(module))
    torch.manual_seed(parallel.own_seed(7, accelerator))
    note(folder / "masks", str(rank), {"drawn": torch.rand(4).tolist()})


def _once(module: nn.Module, rank: int, mishap: Callable[[Tensor], Tensor]) -> Callable[[Micro], Tensor]:
    """The toy's loss, but that of rank 1's third micro-batch meets with a mishap."""
    calls = iter(range(1000))

    def loss(micro: Micro) -> Tensor:
        found = toy_loss(module)(micro)
        return mishap(found) if next(calls) == 2 and rank == 1 else found

    return loss


def _no_room(loss: Tensor) -> Tensor:
    raise torch.OutOfMemoryError("no room")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
