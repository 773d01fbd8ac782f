"""Adapted artifacts: small matrices beside the weights of a model that is kept once.

``model/adapters.safetensors`` of a step holds the matrices of every adapted training that it descends from,
one stage after the other, and names the model that they are added to, in ``STORE/bases/``. So a step of a
model of gigabytes takes megabytes, and none needs its parents' weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from stiltwalk.compute.context import Place, given_encoder
from stiltwalk.compute.described import save_described
from stiltwalk.compute.rows import read_rows
from stiltwalk.plan.references import is_base
from stiltwalk.spec.errors import UserError
from stiltwalk.store.bases import ADAPTERS, base_folder, keep_base
from stiltwalk.store.store import store_around


class Product(NamedTuple):
    """What is added to a layer's weight ``(out, in)``: ``up @ down``.

    Attributes:
        down: ``(rank, in)``.
        up: ``(out, rank)``, with the scale in it.
    """

    down: Tensor
    up: Tensor


Stage = Mapping[str, Product]
"""What one training has left, by layer."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A model, and what is added to it.

    Attributes:
        base: its name in the store.
        origin: the step or the given encoder that it came from, named as a step names its parent.
        stages: what is added, in this order.
    """

    base: str
    origin: str
    stages: tuple[Stage, ...] = ()

    def and_stage(self, stage: Stage) -> Beside:
        """The same, trained once more."""
        return replace(self, stages=(*self.stages, stage))


@torch.no_grad()
def add(encoder: nn.Module, stage: Stage) -> None:
    """Add what a training has left to the weights of ``encoder``."""
    for name, product in stage.items():
        weight = encoder.get_parameter(f"{name}.weight")
        weight.add_(product.up.to(weight.device) @ product.down.to(weight.device))


def before(place: Place, parent: str, encoder: Any) -> Beside:
    """What a training begins with that starts from ``parent``, which the store has from now on.

    Args:
        place: where things lie.
        parent: a step or a given encoder, as a step names it.
        encoder: it, as transformers has it, whole and plain.
    """
    given = is_base(parent)
    folder = given_encoder(place, parent) if given else place.store.folder(parent)
    model = folder / "model" if (folder / "model").is_dir() else folder
    beside = read_beside(model)
    if beside is not None and not given:
        return beside
    if beside is None and not (given and read_rows(model)):
        return Beside(keep_base(place.store, parent, model), parent)
    # a step of another store, without which it is not whole
    with TemporaryDirectory() as made:
        encoder.save_pretrained(made)
        return Beside(keep_base(place.store, parent, Path(made)), parent)


def write_beside(folder: Path, beside: Beside) -> None:
    """Write ``beside`` into ``folder``."""
    tensors = {
        f"{index}.{name}.{part}": tensor.detach().cpu().contiguous()
        for index, stage in enumerate(beside.stages)
        for name, product in stage.items()
        for part, tensor in product._asdict().items()
    }
    save_described(tensors, folder / ADAPTERS, {"base": beside.base, "origin": beside.origin})


def read_beside(folder: Path) -> Beside | None:
    """What :func:`write_beside` wrote in ``folder``; ``None`` if the model there is no adapted one.

    Raises:
        UserError: it is damaged.
    """
    path = folder / ADAPTERS
    if not path.exists():
        return None
    stages: dict[int, dict[str, dict[str, Tensor]]] = {}
    try:
        with safe_open(path, framework="pt") as file:
            said = file.metadata() or {}
            for key in file.keys():  # noqa: SIM118  no mapping
                index, _, rest = key.partition(".")
                name, _, part = rest.rpartition(".")
                stages.setdefault(int(index), {}).setdefault(name, {})[part] = file.get_tensor(key)
        found = tuple({n: Product(**parts) for n, parts in stages[i].items()} for i in sorted(stages))
        return Beside(said["base"], said["origin"], found)
    except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
        raise UserError(
            f"{path} is damaged: expected matrices by stage and layer, base and origin ({error}). Delete the "
            "step's folder and run the study again."
        ) from None


def base_of(folder: Path, beside: Beside) -> Path:
    """The folder of the model that ``beside``, read from ``folder``, is added to.

    Raises:
        UserError: it is gone or changed, or ``folder`` is in no store.
    """
    store = store_around(folder)
    if store is None:
        raise UserError(
            f"The model in {folder} holds only the matrices that were trained; the rest is in the store that "
            "it was copied from. Name the step by its key, with --store, in place of the folder."
        )
    return base_folder(store, beside.base)
