"""Masked-LM training: lines of text, what is hidden of them, the head that predicts it, and the loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from torch import Tensor, nn
from torch.nn import functional

from stiltwalk.compute.batches import Micro
from stiltwalk.compute.context import Place
from stiltwalk.compute.examples import planned_examples
from stiltwalk.compute.flat import token_states
from stiltwalk.compute.heads import INIT_STD
from stiltwalk.compute.pairs import encode_lines
from stiltwalk.compute.streams import generator
from stiltwalk.compute.tokens import IGNORE, Item
from stiltwalk.compute.tokens import Sequence as Row
from stiltwalk.plan.trainings import TextData
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Line

HEAD = "masked-lm"
"""The head's name among an artifact's heads."""


class MaskedLmHead(nn.Module):
    """Scores of every sub-word at the masked positions, over the encoder's own embedding table.

    Dense, GELU, layer norm and a decoder tied to the embeddings, as in BERT and XLM-R. With ``languages`` a
    learned vector of the line's language is added at the entrance: the head then knows in which language to
    answer, and the encoder need not carry it.
    """

    def __init__(self, hidden: int, vocabulary: int, languages: Sequence[str], epsilon: float) -> None:
        super().__init__()
        self.dense = nn.Linear(hidden, hidden)
        self.norm = nn.LayerNorm(hidden, eps=epsilon)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        self.languages = nn.Embedding(len(languages), hidden) if languages else None
        # read by whoever saves the head; see load_masked_lm_head
        self.metadata = {"languages": " ".join(languages)}
        nn.init.normal_(self.dense.weight, std=INIT_STD)
        nn.init.zeros_(self.dense.bias)
        if self.languages is not None:
            nn.init.normal_(self.languages.weight, std=INIT_STD)

    def forward(self, states: Tensor, languages: Tensor, embeddings: Tensor) -> Tensor:
        """Scores ``(masked, vocabulary)``.

        Args:
            states: ``(masked, hidden)`` of the encoder's last layer.
            languages: ``(masked,)`` index of each position's language.
            embeddings: ``(vocabulary, hidden)`` the encoder's word embeddings.
        """
        if self.languages is not None:
            states = states + self.languages(languages)
        states = self.norm(functional.gelu(self.dense(states)))
        return functional.linear(states, embeddings, self.bias)


def load_masked_lm_head(path: Path, model: nn.Module) -> tuple[MaskedLmHead, tuple[str, ...]]:
    """The head saved at ``path`` for the encoder ``model``, and the languages it knows (maybe none).

    Raises:
        UserError: there is no such head.
    """
    if not path.is_file():
        raise UserError(
            f"There is no masked-LM head at {path}, so no masked-LM steps can be mixed in. Start from an "
            "encoder that was pretrained by stiltwalk, or leave masked_lm out of the arm."
        )
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  no mapping
        languages = tuple((file.metadata() or {}).get("languages", "").split())
    config: Any = model.config
    head = MaskedLmHead(
        config.hidden_size, tensors["bias"].shape[0], languages, getattr(config, "layer_norm_eps", 1e-12)
    )
    head.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    return head, languages


class Masking:
    """Devlin et al. 2019: of the chosen sub-words 80 % become the mask, 10 % a random piece, 10 % stay."""

    def __init__(self, tokenizer: Any, share: float, seed: int, purpose: str) -> None:
        if tokenizer.mask_token_id is None:
            raise UserError("The vocabulary has no mask token, so no masked LM can be trained with it.")
        self._mask_id = int(tokenizer.mask_token_id)
        self._specials = np.array(tokenizer.all_special_ids)
        self._size = len(tokenizer)
        self._share, self._seed, self._purpose = share, seed, purpose

    def mask(self, items: Sequence[Item], step: int) -> list[Item]:
        """``items`` with some sub-words hidden and the target set on those alone."""
        drawn = generator(self._seed, "mask", self._purpose, step)
        return [self._masked(item, drawn) for item in items]

    def _masked(self, item: Item, drawn: np.random.Generator) -> Item:
        (row,) = item.sequences
        candidates = np.flatnonzero(~np.isin(row.ids, self._specials))
        # at least one a line, or a short line would teach nothing
        count = min(len(candidates), max(1, round(self._share * len(candidates))))
        chosen = drawn.choice(candidates, size=count, replace=False) if count else candidates
        ids = row.ids.copy()
        target: NDArray[np.int64] = np.full(len(ids), IGNORE, dtype=np.int64)
        target[chosen] = row.ids[chosen]
        fate = drawn.random(count)
        ids[chosen[fate < 0.8]] = self._mask_id
        random = chosen[(fate >= 0.8) & (fate < 0.9)]
        ids[random] = drawn.integers(self._size, size=len(random))
        return Item(item.example, (Row(ids, row.segments),), target, item.positions, language=item.language)


class LineDraws(NamedTuple):
    """Where the lines of each step come from.

    Attributes:
        lines: for each language its items.
        shares: probability of each language.
        batch_size: lines in one step.
        masking: what hides their sub-words.
        seed: of the draws.
        purpose: names the stream of draws.
    """

    lines: Sequence[Sequence[Item]]
    shares: NDArray[np.float64]
    batch_size: int
    masking: Masking
    seed: int
    purpose: str

    def batch(self, step: int) -> list[Item]:
        """The masked lines of one step."""
        return self.masking.mask(self.drawn(step), step)

    def drawn(self, step: int) -> list[Item]:
        """The same before anything is hidden: a language for each line, then a line of it."""
        drawn = generator(self.seed, "lines", self.purpose, step)
        chosen = drawn.choice(len(self.lines), size=self.batch_size, p=self.shares)
        return [
            self.lines[language][int(drawn.integers(len(self.lines[language])))]
            for language in chosen.tolist()
        ]


def language_shares(sizes: Sequence[int], exponent: float) -> NDArray[np.float64]:
    """Probability of each language: its size to the power ``exponent``, normalised."""
    weights = np.array(sizes, dtype=np.float64) ** exponent
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def read_lines(place: Place, text: Sequence[TextData], most: int | None) -> dict[str, list[Line]]:
    """Lines of every language, all its sources pooled, in the order of language codes.

    With ``most`` only the first so many of each source.

    Raises:
        DataError: text is missing, broken or changed.
    """
    found: dict[str, list[Line]] = {}
    for source in text:
        content = source.fingerprint
        _, examples = planned_examples(place, source.task, "train", source.language, content, most)
        found.setdefault(source.language, []).extend(e for e in examples if isinstance(e, Line))
    return dict(sorted(found.items()))


def encoded_lines(
    by_language: Mapping[str, Sequence[Line]], tokenizer: Any, max_tokens: int, languages: Sequence[str]
) -> dict[str, list[Item]]:
    """Items by language; each knows its language's index in ``languages`` (0 where it is not there)."""
    return {
        language: encode_lines(
            lines, tokenizer, max_tokens, languages.index(language) if language in languages else 0
        )
        for language, lines in by_language.items()
    }


def masked_tokens(item: Item) -> int:
    """How many of its sub-words are to be predicted."""
    return int((item.target != IGNORE).sum())


def masked_lm_losses(encoder: nn.Module, head: MaskedLmHead, micro: Micro) -> Tensor:
    """``(masked,)`` cross-entropy; the head, the dearest part, sees only the masked positions."""
    counts = [masked_tokens(item) for item in micro.items]
    rows = np.repeat(np.arange(len(micro.items)), counts)
    columns = np.concatenate([np.flatnonzero(item.target != IGNORE) for item in micro.items])
    target = np.concatenate([item.target[item.target != IGNORE] for item in micro.items])
    languages = np.repeat([item.language for item in micro.items], counts)
    states = token_states(encoder, micro, torch.from_numpy(rows), torch.from_numpy(columns))
    logits = head(states, torch.from_numpy(languages).to(states.device), word_embeddings(encoder))
    return functional.cross_entropy(
        logits.float(), torch.from_numpy(target).to(logits.device), reduction="none"
    )


def word_embeddings(encoder: nn.Module) -> Tensor:
    """The encoder's embedding table ``(vocabulary, hidden)``."""
    table: Callable[[], nn.Module] = encoder.get_input_embeddings  # type: ignore[assignment]
    return table().weight  # type: ignore[return-value]
