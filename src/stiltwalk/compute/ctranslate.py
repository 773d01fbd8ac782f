"""Translators as CTranslate2 computes them: converted once, kept in the store's cache, searched there."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from stiltwalk.spec.errors import UserError
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.extras import not_installed
from stiltwalk.store.atomic import publish_folder


def converted(folder: Path, content: str, cache: Path) -> Path:
    """The model in ``folder``, of this ``content``, as CTranslate2 has it, from the ``cache`` or made.

    Raises:
        UserError: the library is not there, or cannot read the model.
    """
    try:
        from ctranslate2.converters import TransformersConverter  # noqa: PLC0415  only some studies need it
    except ImportError:
        raise not_installed("ctranslate2", "translation.backend: ctranslate2") from None
    if not any(folder.glob("*.safetensors")):  # the library itself would take a pickle
        raise UserError(f"{folder} holds no safetensors weights, and no other kind is read.")
    final = cache / "ctranslate2" / f"{content}-{version('ctranslate2')}"
    if not final.is_dir():
        final.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".", dir=final.parent))
        try:
            TransformersConverter(str(folder)).convert(str(draft / "model"))
            publish_folder(draft / "model", final)
        except (OSError, ValueError, KeyError, NotImplementedError) as error:
            raise UserError(
                f"CTranslate2 cannot convert {folder}: {error}. Set translation.backend to transformers."
            ) from None
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return final


class Converted:
    """A converted model that can be asked for a batch.

    Args:
        folder: where it lies.
        tokenizer: as transformers has it.
        settings: the model's own settings of generation: what must not be written, and how short it may be.
        execution: precision and threads.
        device: of the accelerator.

    Raises:
        UserError: the device does not compute in that precision.
    """

    def __init__(
        self, folder: Path, tokenizer: Any, settings: Any, execution: Execution, device: torch.device
    ) -> None:
        import ctranslate2  # noqa: PLC0415  only some studies need it

        precision = {"fp32": "float32", "bf16": "bfloat16"}[execution.precision]
        try:
            self._model = ctranslate2.Translator(
                str(folder),
                device=device.type,
                device_index=device.index or 0,
                compute_type=precision,
                intra_threads=execution.threads,
            )
        except ValueError as error:
            raise UserError(
                f"CTranslate2 cannot compute in {execution.precision} here: {error}. Set execution.precision "
                "to fp32, or translation.backend to transformers."
            ) from None
        self._tokenizer = tokenizer
        known = {token for path in folder.glob("*_vocabulary.json") for token in json.loads(path.read_text())}
        never = [tokenizer.convert_ids_to_tokens(list(ids)) for ids in settings.bad_words_ids or ()]
        # what the converter leaves out, such as OPUS-MT's padding, is never written
        self._never = [tokens for tokens in never if known.issuperset(tokens)]
        self._least = settings.min_new_tokens or 0

    def search(
        self, forced: int | None, batch: Sequence[Sequence[int]], beams: int, longest: int
    ) -> list[list[int]]:
        """The ids that are written for each of a ``batch``, behind the ``forced`` one.

        Raises:
            OutOfMemoryError: memory ran out.
        """
        tokenizer = self._tokenizer
        begin = None if forced is None else [tokenizer.convert_ids_to_tokens([forced])] * len(batch)
        try:
            found = self._model.translate_batch(
                [tokenizer.convert_ids_to_tokens(list(ids)) for ids in batch],
                target_prefix=begin,
                beam_size=beams,
                max_decoding_length=longest,
                min_decoding_length=self._least,
                max_input_length=0,
                suppress_sequences=self._never or None,
            )
        except RuntimeError as error:
            if "out of memory" not in str(error):
                raise
            raise torch.OutOfMemoryError(str(error)) from None
        skip = 0 if forced is None else 1
        return [list(tokenizer.convert_tokens_to_ids(each.hypotheses[0][skip:])) for each in found]
