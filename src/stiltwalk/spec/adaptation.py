"""Adaptation: whether training changes an encoder itself, or small matrices beside its own (LoRA).

LoRA (Hu et al. 2022, arXiv 2106.09685) leaves a matrix ``W`` as it is and trains ``B`` and ``A`` of a low
rank r: what they add is ``alpha / r · B A``. Heads are always trained in full.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, field_validator, model_validator

from stiltwalk.spec.errors import StudyError, nearest
from stiltwalk.spec.reading import Nature
from stiltwalk.spec.record import Record

Everywhere = Literal["attention", "all-linear"]
"""Beside which matrices: those that make queries and values, as Hu et al. chose, or all of linear layers."""

_WAYS = ("full", "lora")


class Lora(Record):
    """Small matrices beside an encoder's own, which are frozen.

    Attributes:
        rank: of the small matrices.
        alpha: what they add counts ``alpha / rank``.
        dropout: share dropped of what goes into them in training.
        targets: beside which they stand: ``attention``, ``all-linear``, or names of linear layers, each of
            which stands for all layers whose name ends with it (``query``, ``attention.output.dense``).
    """

    rank: int = Field(8, ge=1)
    alpha: float = Field(16.0, gt=0)
    dropout: float = Field(0.0, ge=0, lt=1)
    targets: Everywhere | tuple[str, ...] = "attention"

    @property
    def of_attention(self) -> bool:
        """Whether they stand beside queries and values alone, by that word or by name."""
        return self.targets == "attention" or self.targets in _QUERY_AND_VALUE.values()

    @field_validator("targets", mode="before")
    @classmethod
    def _names_or_all(cls, raw: object) -> object:
        known = ("attention", "all-linear")
        if isinstance(raw, str):
            if raw not in known:
                close = nearest(raw, known)
                hint = f" Did you mean '{close}'?" if close else ""
                raise ValueError(
                    f"expected attention, all-linear or a list of names of linear layers, found '{raw}'."
                    f"{hint} Write a single name as [{raw}]"
                )
            return raw
        if not isinstance(raw, list | tuple) or not all(isinstance(name, str) and name for name in raw):
            return raw
        if not raw:
            raise ValueError(
                "an empty list: nothing would be trained but heads. Name layers, or leave it out"
            )
        return tuple(sorted({*raw}))  # the same names are the same step, in whatever order


class Adaptation(Record):
    """How training changes an encoder: in full, unless ``lora`` says beside which matrices.

    Attributes:
        lora: the small matrices; ``None``: the encoder itself is trained.
    """

    lora: Lora | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, raw: object) -> object:
        if not isinstance(raw, str):
            return raw
        if raw not in _WAYS:
            close = nearest(raw, _WAYS)
            hint = f" Did you mean '{close}'?" if close else ""
            raise ValueError(f"expected full, lora or {{lora: {{rank: 8, ...}}}}, found '{raw}'.{hint}")
        return {} if raw == "full" else {"lora": {}}


FULL = Adaptation()
"""The encoder itself is trained."""


_QUERY_AND_VALUE: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("albert", "bert", "camembert", "electra", "rembert", "roberta", "xlm-roberta", "xlm-roberta-xl"),
        ("query", "value"),
    ),
    **dict.fromkeys(
        ("eurobert", "gemma3_text", "gte", "jina_embeddings_v3", "llama", "qwen2", "qwen3"),
        ("q_proj", "v_proj"),
    ),
    **dict.fromkeys(("mt5", "t5", "umt5"), ("q", "v")),
    **dict.fromkeys(("distilbert", "xlm"), ("q_lin", "v_lin")),
    "deberta-v2": ("query_proj", "value_proj"),
    "modernbert": ("Wqkv",),  # one matrix makes queries, keys and values
}
"""Architecture → names of the layers that make queries and values, as transformers calls them."""


def named(adaptation: Adaptation, encoder: str, nature: Nature) -> Adaptation:
    """``adaptation`` with ``attention`` replaced by the names that the layers have in that encoder.

    Args:
        adaptation: as the study has it.
        encoder: what messages call the encoder.
        nature: what its config says.

    Raises:
        StudyError: the names are not known.
    """
    lora = adaptation.lora
    if lora is None or lora.targets != "attention":
        return adaptation
    if nature.architecture not in _QUERY_AND_VALUE:
        raise StudyError(
            f"Encoder '{encoder}': which layers make queries and values is not known of "
            f"{nature.architecture or 'an unknown architecture'}. Name them in adaptation.lora.targets, a "
            "list, or choose all-linear."
        )
    return Adaptation(lora=lora.replace({"targets": _QUERY_AND_VALUE[nature.architecture]}))
