"""Sequence-to-sequence models that translate: read from a folder, and asked for a batch of sentences.

A sentence becomes its sub-words and the end token; NLLB and M2M-100 have the token of its language in front
and are forced to begin with that of the other; MADLAD-400, and OPUS-MT with several languages, have the token
of the other language in front. What is written is searched for by the model's own settings (the tokens it
must not write), but never drawn at random.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForSeq2SeqLM, AutoTokenizer, GenerationConfig

from stiltwalk.compute.context import Place
from stiltwalk.compute.ctranslate import Converted, converted
from stiltwalk.compute.encoder import SAFELY, require_weights
from stiltwalk.plan.steps import TranslateStep
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.translators import ARCHITECTURES, Architecture, language_tokens

_LENGTHS = 64
"""Lengths up to which a translation may grow are multiples of this."""

_LONGEST = 512
"""Tokens that no translation of a sentence exceeds."""


Search = Callable[[Sequence[Sequence[int]], int, int], list[list[int]]]
"""Encoded sentences, beams and the most tokens → the ids that are written, without what was forced."""


@dataclass(frozen=True, slots=True)
class Translator:
    """A model that translates from one language into another.

    Attributes:
        search: the model.
        tokenizer: as transformers has it.
        first: ids in front of every sentence.
        prefix: text in front of every sentence.
        positions: longest input and output; ``None``: there is no such limit.
    """

    search: Search
    tokenizer: Any
    first: tuple[int, ...]
    prefix: str
    positions: int | None

    def encoded(self, sentence: str) -> list[int]:
        """The ids of ``sentence``, of whatever length."""
        own = self.tokenizer(self.prefix + sentence, add_special_tokens=False)["input_ids"]
        return [*self.first, *own, self.tokenizer.eos_token_id]

    def cut(self, ids: Sequence[int], most: int) -> list[int]:
        """``ids``, or as many of them as with the end token are ``most``, or fit the model."""
        most = min(most, self.positions or most)
        return list(ids) if len(ids) <= most else [*ids[: most - 1], self.tokenizer.eos_token_id]

    def longest(self, tokens: int) -> int:
        """How long the translation of a sentence of so many ``tokens`` may grow.

        Twice the sentence and some more, for a model that does not come to an end; in large steps, so that
        sentences of similar lengths share it. It is a function of the sentence alone: who is translated
        beside it decides nothing.
        """
        grown = _LENGTHS * -(-(2 * tokens + 16) // _LENGTHS)
        return min(grown, _LONGEST, (self.positions or _LONGEST + 1) - 1)

    def translated(self, batch: Sequence[Sequence[int]], beams: int, longest: int) -> list[str]:
        """The translations of a ``batch`` of encoded sentences, each of ``longest`` tokens at most."""
        written = self.search(batch, beams, longest)
        return [text.strip() for text in self.tokenizer.batch_decode(written, skip_special_tokens=True)]


def load_translator(folder: Path, step: TranslateStep, place: Place, accelerator: Accelerator) -> Translator:
    """The model in ``folder``, to translate as ``step`` says.

    Weights from safetensors, no remote code.

    Raises:
        UserError: no such model or tokenizer can be read safely, it does not know one of the languages, or
            the library that is to compute is not there.
    """
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"No translator can be read from {folder}: {error}.") from None
    architecture = next((known for known in ARCHITECTURES if known == config.model_type), None)
    if architecture is None:
        raise UserError(f"{folder} holds no translator, but a {config.model_type}.")
    tokenizer = _tokenizer(folder)
    first, prefix, forced = _languages(folder, architecture, tokenizer, step.source, step.into)
    if step.backend == "ctranslate2":
        there = converted(folder, step.translator.partition(":")[2], place.store.cache)
        settings = _settings(folder, config)
        made = Converted(there, tokenizer, settings, step.execution, accelerator.device)
        search: Search = partial(made.search, forced)
    else:
        model = _model(folder).to(accelerator.device)
        search = partial(_searched, model, tokenizer.pad_token_id, forced, accelerator)
    return Translator(search, tokenizer, first, prefix, getattr(config, "max_position_embeddings", None))


def _settings(folder: Path, config: Any) -> Any:
    """How the model wants to be searched."""
    if (folder / "generation_config.json").is_file():
        return GenerationConfig.from_pretrained(folder, local_files_only=True)
    return GenerationConfig.from_model_config(config)


def _model(folder: Path) -> Any:
    """The model in ``folder``, in fp32."""
    try:
        model, report = AutoModelForSeq2SeqLM.from_pretrained(folder, **SAFELY)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise UserError(f"No translator can be read from {folder}: {error}.") from None
    require_weights(folder, report)
    # limits of length and time that came with the model: the ones that hold are those of a sentence
    model.generation_config.max_length = None
    model.generation_config.max_time = None
    return model.eval()


def _searched(
    model: Any,
    pad: int,
    forced: int | None,
    accelerator: Accelerator,
    batch: Sequence[Sequence[int]],
    beams: int,
    longest: int,
) -> list[list[int]]:
    """As :data:`Search`, by transformers."""
    width = max(map(len, batch))
    ids = torch.tensor([[*row, *[pad] * (width - len(row))] for row in batch])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in batch])
    with torch.inference_mode(), accelerator.autocast():
        written = model.generate(
            input_ids=ids.to(accelerator.device),
            attention_mask=mask.to(accelerator.device),
            num_beams=beams,
            do_sample=False,
            num_return_sequences=1,
            max_new_tokens=longest,
            forced_bos_token_id=forced,
        )
    # behind the token with which the decoder starts, and the one it was forced to begin with: not every
    # tokenizer takes that for a special one
    found: list[list[int]] = written[:, 1 if forced is None else 2 :].tolist()
    return found


def _tokenizer(folder: Path) -> Any:
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except ImportError as error:
        raise UserError(
            f"The tokenizer in {folder} needs {error.name or 'sentencepiece'}, which is not installed. "
            "Install it with pip."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"No tokenizer can be read from {folder}: {error}.") from None
    if tokenizer.eos_token_id is None or tokenizer.pad_token_id is None:
        raise UserError(f"The tokenizer in {folder} is no translator's: it has no end or no padding token.")
    return tokenizer


def _languages(
    folder: Path, architecture: Architecture, tokenizer: Any, source: str, into: str
) -> tuple[tuple[int, ...], str, int | None]:
    """Ids in front, text in front, and the first id that is forced."""
    token, number = _token(tokenizer, into, architecture)
    if number is None:
        if architecture == "marian" and not any(piece.startswith(">>") for piece in tokenizer.get_vocab()):
            return (), "", None  # of one pair of languages: there is nothing to choose
        raise _unknown(folder, into, architecture)
    if architecture in {"marian", "t5"}:
        if number not in tokenizer(f"{token} a", add_special_tokens=False)["input_ids"]:
            raise UserError(f"The tokenizer in {folder} does not read {token} as one token.")
        return (), f"{token} ", None
    _, spoken = _token(tokenizer, source, architecture)
    if spoken is None:
        raise _unknown(folder, source, architecture)
    return (spoken,), "", number


def _token(tokenizer: Any, code: str, architecture: Architecture) -> tuple[str, int | None]:
    """By which token the language is named, and its id; no id: by none."""
    for token in language_tokens(code, architecture):
        # not every tokenizer has its languages in its vocabulary
        number = tokenizer.convert_tokens_to_ids(token)
        if number is not None and number != tokenizer.unk_token_id:
            return token, int(number)
    return "", None


def _unknown(folder: Path, code: str, architecture: Architecture) -> UserError:
    tried = " or ".join(language_tokens(code, architecture))
    return UserError(
        f"The translator in {folder} does not know the language '{code}': it has no token {tried}."
    )
