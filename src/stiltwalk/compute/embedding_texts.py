"""Texts as vectors, for a search by meaning: a sentence encoder's own, or the mean of a layer's states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from accelerate import Accelerator
from numpy.typing import NDArray
from torch import Tensor, nn

from stiltwalk.compute.batches import Micro
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.encoder import Encoder, Start, load_model, load_tokenizer, longest_input
from stiltwalk.compute.infer import infer
from stiltwalk.compute.pairs import encode_lines
from stiltwalk.compute.sentence_encoder import load_own
from stiltwalk.compute.tokens import Tokenizer
from stiltwalk.compute.vectors import LayerVectors
from stiltwalk.spec.encoders import EncoderChoice, retrieval_layer
from stiltwalk.spec.examples import Line
from stiltwalk.spec.sentence_encoders import MODULES

LONGEST: Final = 256
"""Most tokens of a text; a longer one is cut."""

MICRO_TOKENS: Final = 8192
"""Most tokens that go through the encoder at once."""


@dataclass(frozen=True, slots=True)
class Embedder:
    """Texts → vectors.

    Attributes:
        name: as whoever loaded it calls it, and which vectors are read.
        model: makes ``(rows, 1, hidden)`` of a micro-batch.
        prepared: what becomes of a text before it is tokenised.
        tokenizer: of the encoder.
        longest: tokens that are read.
        monitor: who hears how far it is, and may stop it.
    """

    name: str
    model: nn.Module
    prepared: Callable[[str], str]
    tokenizer: Tokenizer
    longest: int
    monitor: Monitor = Monitor()  # noqa: RUF009  it cannot be changed

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``(texts, hidden)``, each of length 1; a text of no tokens is what the special tokens make of it.

        Raises:
            InterruptedRunError: asked to stop.
        """
        prepared = [self.prepared(text) for text in texts]
        places = {text: place for place, text in enumerate(dict.fromkeys(prepared))}
        if not places:
            return np.zeros((0, 0), dtype=np.float32)
        lines = [Line(str(place), text) for text, place in places.items()]
        items = encode_lines(lines, self.tokenizer, self.longest)
        accelerator = Accelerator(mixed_precision="no")
        model = self.model.to(accelerator.device)
        pad = self.tokenizer.pad_token_id
        assert pad is not None, "it was loaded with one"
        rows = infer(model, _rows, items, accelerator, MICRO_TOKENS, pad, self.monitor)
        return np.stack([rows[places[text]] for text in prepared])


def load_embedder(folder: Path, name: str, prefix: str | None = None) -> Embedder:
    """The encoder in ``folder``: saved by sentence-transformers, by transformers, or laid out as a step is.

    The first makes its vectors its own way. Of the others the mean over all tokens is taken, special tokens
    included, at the layer that XTREME's retrieval reads: that of ``name`` where it is published, else 14/24
    of the depth (``spec.encoders.retrieval_layer``).

    Args:
        folder: a local folder; of a hub id, where it was fetched to.
        name: what it is called in a synthesis: a hub id, or the folder's name.
        prefix: put in front of every text; ``None``: the sentence encoder's default prompt, or nothing.

    Raises:
        UserError: it cannot be read, or needs a prompt to be chosen.
    """
    laid_out = (folder / "model").is_dir()  # as a step is: the encoders of this package
    model = load_model(folder / "model" if laid_out else folder)
    encoder = Encoder(model, load_tokenizer(folder / "tokenizer" if laid_out else folder))
    longest = longest_input(model, LONGEST)
    if not laid_out and (folder / MODULES).is_file():
        own = load_own(Start(encoder, None, folder / "heads", encoder.tokenizer), prefix)
        return Embedder(
            name,
            nn.Sequential(own.model, _LengthOne()).eval(),
            own.prepared,
            encoder.tokenizer,
            min(longest, own.max_tokens or longest),
        )
    depth = int(model.config.num_hidden_layers)  # type: ignore[union-attr, arg-type]
    layer = retrieval_layer(EncoderChoice(name=name, source=name), depth)
    return Embedder(
        f"{name} (mean of layer {layer})",
        nn.Sequential(LayerVectors(model, (layer,), None), _LengthOne()).eval(),
        lambda text: (prefix or "") + text,
        encoder.tokenizer,
        longest,
    )


class _LengthOne(nn.Module):
    """Vectors of length 1."""

    def forward(self, vectors: Tensor) -> Tensor:
        """``(rows, 1, hidden)`` as they came in."""
        return nn.functional.normalize(vectors, dim=-1)


def _rows(outputs: Tensor, micro: Micro) -> list[NDArray[np.float32]]:  # noqa: ARG001  one row is one text
    return list(outputs[:, 0].float().cpu().numpy())
