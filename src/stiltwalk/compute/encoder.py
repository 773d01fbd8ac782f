"""Encoders and their tokenizers: read from a folder or a finished step, written to a new one."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoModelForTextEncoding, AutoTokenizer

from stiltwalk.compute import flat
from stiltwalk.compute.batches import Micro
from stiltwalk.compute.beside import Beside, add, base_of, read_beside, write_beside
from stiltwalk.compute.context import Place, given_encoder, parent_artifact
from stiltwalk.compute.reading import looking, settle
from stiltwalk.compute.rows import Rows, read_rows, whole_table, write_rows
from stiltwalk.compute.sharding import whole_state, writes
from stiltwalk.compute.token_cache import cached
from stiltwalk.compute.tokens import Tokenizer
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.reading import Attention, Reading
from stiltwalk.store.store import Artifact

_TRIMMED = "trimmed"
"""A variant, in transformers' words: who opens a trimmed model as a whole one is told that there is none."""


SAFELY: Mapping[str, Any] = {
    "dtype": torch.float32,
    "use_safetensors": True,
    "trust_remote_code": False,
    "local_files_only": True,
    "output_loading_info": True,
}
"""How any model is loaded: in fp32, nothing of it executed, nothing fetched; and what was missing is told."""


class Encoder(NamedTuple):
    """An encoder: hidden states from token ids, and the tokenizer that makes the ids."""

    model: nn.Module
    tokenizer: Any


class Start(NamedTuple):
    """What a step starts from.

    Attributes:
        encoder: with the tokenizer as ``transformers`` has it.
        artifact: the finished step it came from, if any.
        heads: where heads would be.
        reader: the tokenizer as texts are read with it, which looks up what was read before.
    """

    encoder: Encoder
    artifact: Artifact | None
    heads: Path
    reader: Tokenizer


def load_start(place: Place, parent: str, reading: Reading | None = None) -> Start:
    """The encoder that ``parent`` names, its tokens seeing what ``reading`` says (``None``: as it was saved).

    Raises:
        UserError: it is missing, damaged, or no encoder that transformers can read safely.
    """
    attention = reading.attention if reading else None
    artifact = parent_artifact(place, parent)
    if artifact is None:
        folder = given_encoder(place, parent)
        if (folder / "model").is_dir():  # laid out as a step is: the encoders of this package
            return _start(place, folder, None, attention)
        encoder = Encoder(load_model(folder, attention), load_tokenizer(folder))
        return Start(encoder, None, folder / "heads", cached(encoder.tokenizer, place.store.cache))
    return _start(place, artifact.folder, artifact, attention)


def _start(place: Place, folder: Path, artifact: Artifact | None, attention: Attention | None) -> Start:
    encoder = Encoder(load_model(folder / "model", attention), load_tokenizer(folder / "tokenizer"))
    return Start(encoder, artifact, folder / "heads", cached(encoder.tokenizer, place.store.cache))


def load_model(folder: Path, attention: Attention | None = None) -> nn.Module:
    """The encoder in ``folder``: fp32 weights from safetensors, no remote code, no unused pooler.

    One that was saved trimmed is made whole from the tables of the store it lies in, and one that was adapted
    from its models.

    Args:
        folder: as transformers lays it out.
        attention: what tokens see; ``None``: as it was saved.

    Raises:
        UserError: no config, no safetensors weights, an architecture transformers does not know or that does
            not see so, or a trimmed or adapted model whose table or base is lost.
    """
    beside = read_beside(folder)
    lies = folder if beside is None else base_of(folder, beside)
    rows = read_rows(lies)
    try:
        saved = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
        config = looking(saved, attention)
        table = _table_of(config)
        kind, optional = _class_in(table, config)
        # weights that are handed over are taken as they are, and nothing is looked for
        place: Any = table if rows is None else kind
        model, report = place.from_pretrained(
            lies if rows is None else None,
            state_dict=None if rows is None else _made_whole(lies, rows),
            config=config,
            **SAFELY,
            **optional,
        )
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise UserError(
            f"No encoder can be read from {folder}: {error}. Expected config.json and model.safetensors "
            "of an architecture that transformers knows."
        ) from None
    require_weights(lies, report)
    for stage in beside.stages if beside is not None else ():
        add(model, stage)
    settle(model)
    return model  # type: ignore[no-any-return]


def empty_model(folder: Path) -> nn.Module:
    """The encoder that the config.json in ``folder`` describes, without weights: layers by name and shape.

    Raises:
        UserError: there is none, or none that transformers knows.
    """
    with torch.device("meta"):
        return fresh_model(folder)


def fresh_model(folder: Path) -> nn.Module:
    """The encoder that the config.json in ``folder`` describes, with weights that were drawn.

    Raises:
        UserError: there is none, or none that transformers knows.
    """
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
        kind, optional = _class_in(_table_of(config), config)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"No encoder can be read from {folder}: {error}.") from None
    return kind(config, **optional)  # type: ignore[no-any-return]


def _class_in(table: Any, config: Any) -> tuple[Any, dict[str, Any]]:
    """The class of the encoder with this config, and what is said when one is made."""
    kind = table._model_mapping[type(config)]  # the only table of architectures there is
    # a pooler nobody reads would be made at random wherever the folder holds none
    pooled = "add_pooling_layer" in inspect.signature(kind).parameters
    return kind, {"add_pooling_layer": False} if pooled else {}


def _table_of(config: Any) -> Any:
    """The class of transformers that finds the encoder's own: where T5's decoder would come with it, another.

    Raises:
        ValueError: there is the encoder only with its decoder.
    """
    if type(config) in AutoModelForTextEncoding._model_mapping:
        return AutoModelForTextEncoding
    if config.is_encoder_decoder:
        raise ValueError(f"of {config.model_type} there is no encoder without its decoder")
    return AutoModel


def _made_whole(folder: Path, rows: Rows) -> dict[str, Tensor]:
    """Every tensor of the trimmed model in ``folder``."""
    found = {rows.name: whole_table(folder, rows)}
    for path in sorted(folder.glob(f"model.{_TRIMMED}*.safetensors")):  # several of a large model
        found |= load_file(path)
    return found


def require_weights(folder: Path, report: Mapping[str, Any]) -> None:
    """Refuse a checkpoint that lacks weights: transformers would draw them at random.

    Raises:
        UserError: some are missing (but for a pooler, which nobody reads).
    """
    absent = sorted(name for name in report["missing_keys"] if "pooler" not in name.split("."))
    if absent:
        raise UserError(
            f"The weights in {folder} are incomplete: {len(absent)} tensors are missing, {absent[0]} among "
            "them. Save the whole model with save_pretrained."
        )


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer in ``folder``.

    Raises:
        UserError: there is none, or none with a fast implementation.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"No tokenizer can be read from {folder}: {error}.") from None
    # where the files are missing transformers makes a tokenizer that knows nothing but its special tokens
    if len(tokenizer) <= len(tokenizer.all_special_ids):
        raise UserError(
            f"No tokenizer can be read from {folder}: its vocabulary is missing. Save it there with "
            "save_pretrained."
        )
    if tokenizer.pad_token_id is None:  # Llama's kind has no padding; what stands on it is never read
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def longest_input(model: nn.Module, wanted: int) -> int:
    """``wanted`` tokens, or as many as the encoder has positions for, if those are fewer."""
    config: Any = model.config
    positions = getattr(config, "max_position_embeddings", None)
    if positions is None:
        return wanted
    # XLM-R's positions start behind its padding id, and so do those of all whose table has one
    behind = any(
        isinstance(module, nn.Embedding) and module.padding_idx is not None
        for name, module in model.named_modules()
        if name.endswith("position_embeddings")
    )
    return min(wanted, int(positions) - (int(config.pad_token_id) + 1 if behind else 0))


def hidden_states(encoder: nn.Module, micro: Micro, layer: int | None = None) -> Tensor:
    """``(rows, tokens, hidden)`` of the last layer, or of ``layer`` (0: embeddings).

    What stands on padding means nothing.
    """
    return flat.states(encoder, micro, (layer,))[0]


def save_artifact(
    draft: Path,
    encoder: Encoder,
    heads: dict[str, nn.Module],
    rows: Rows | None = None,
    beside: Beside | None = None,
) -> None:
    """Write model/, tokenizer/ and heads/ below ``draft``, safetensors only.

    With ``rows`` these stand for the embedding table, which is left out; with ``beside`` that stands for all
    weights. A model that is cut over ranks is gathered, for which all must call this; rank 0 writes.
    """
    model: Any = encoder.model
    if beside is not None:
        if writes(model):
            model.config.save_pretrained(draft / "model")
            write_beside(draft / "model", beside)
    elif rows is None:
        state = whole_state(model)
        if writes(model):
            model.save_pretrained(draft / "model", state_dict=state)
        del state  # as large as the model
    else:
        tables = _names_of(model.get_input_embeddings().weight, model)
        others = {name: tensor for name, tensor in model.state_dict().items() if name not in tables}
        model.save_pretrained(draft / "model", state_dict=others, variant=_TRIMMED)
        write_rows(draft / "model", rows)
    if writes(model):
        encoder.tokenizer.save_pretrained(draft / "tokenizer")
    for name, head in heads.items():
        state = whole_state(head)
        if writes(head):
            (draft / "heads").mkdir(exist_ok=True)
            metadata = getattr(head, "metadata", None)
            save_file(state, draft / "heads" / f"{name}.safetensors", metadata)


def load_head(artifact: Artifact, name: str, head: nn.Module) -> nn.Module:
    """``head`` with the weights that ``artifact`` holds under ``name``.

    Raises:
        UserError: it holds no such head; those it holds are listed.
    """
    path = artifact.folder / "heads" / f"{name}.safetensors"
    if not path.exists():
        there = ", ".join(sorted(p.stem for p in path.parent.glob("*.safetensors"))) or "none"
        raise UserError(
            f"Step {artifact.key[:12]} has no head for {name}. It has: {there}. "
            "Evaluate a model that was trained on a task of this type."
        )
    head.load_state_dict(load_file(path))
    return head


def parameter_counts(model: nn.Module) -> dict[str, int]:
    """All parameters, and those outside the embeddings (the x-axis of scaling studies)."""
    table: Any = model.get_input_embeddings()  # type: ignore[operator]
    outside = _names_of(table.weight, model)
    counts = {name: p.numel() for name, p in model.named_parameters()}
    inside = [n for name, n in counts.items() if name not in outside and "embeddings" not in name.split(".")]
    return {"parameters": sum(counts.values()), "encoder_parameters": sum(inside)}


def _names_of(parameter: Tensor, model: nn.Module) -> set[str]:
    """All that ``parameter`` is called in ``model``: T5's table has two names."""
    return {name for name, p in model.named_parameters(remove_duplicate=False) if p is parameter}
