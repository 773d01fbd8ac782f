"""Translation: what turns English training data into other languages, as a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from stiltwalk.spec.errors import UserError
from stiltwalk.spec.languages import language
from stiltwalk.spec.record import Record

EXACT = "pocket"
"""The translator of generated tasks: the pocket world says the same in each of its languages."""

Backend = Literal["transformers", "ctranslate2"]

_Source = Field(None, min_length=1)


class Translation(Record):
    """How training data is translated where a language has none of its own.

    A plain text stands for ``model``.

    Attributes:
        model: hub id or folder of a sequence-to-sequence model that transformers can read (NLLB, M2M-100,
            OPUS-MT, MADLAD-400); or ``pocket``, for generated tasks: the same example in the other language.
        models: ``FROM-INTO``, such as ``en-de`` → the model of that direction, in place of ``model``: of
            OPUS-MT every direction has its own. Behind a hub id ``@`` and a revision may stand.
        beams: hypotheses that the search keeps. 1, by default, takes the likeliest sub-word each time; 4 read
            a little better and take several times as long.
        max_tokens: longest sentence in the model's sub-words; what is longer is cut.
        batch_tokens: most sub-words translated at once, padding and the beams included.
        backend: what computes: ``transformers``; or ``ctranslate2``, which is faster where it is installed.
            Their texts differ where the last bits decide.
    """

    model: str | None = _Source
    models: Mapping[str, str] = {}
    beams: int = Field(1, ge=1)
    max_tokens: int = Field(256, ge=8)
    batch_tokens: int = Field(4096, ge=8)
    backend: Backend = "transformers"

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, raw: object) -> object:
        return {"model": raw} if isinstance(raw, str) else raw

    @field_validator("models")
    @classmethod
    def _directions(cls, models: Mapping[str, str]) -> Mapping[str, str]:
        for direction, model in models.items():
            source, dash, into = direction.partition("-")
            if not dash or source == into:
                raise ValueError(
                    f"models names each model by its direction, FROM-INTO, such as en-de, found '{direction}'"
                )
            for code in (source, into):
                try:
                    language(code)
                except UserError as error:
                    raise ValueError(f"models, '{direction}': {error}") from None
            if model == EXACT:
                raise ValueError(f"'{EXACT}' translates in all directions: say model: {EXACT}")
        return models

    @model_validator(mode="after")
    def _some_model(self) -> Self:
        if self.model is None and not self.models:
            raise ValueError(
                f"needs a model: a hub id, a folder or '{EXACT}'; or models, one for each direction (en-de)"
            )
        if self.model == EXACT:
            changed = self.model_dump(exclude_defaults=True)  # a kept study says all, and changes nothing
            if idle := sorted(set(changed) - {"model", "models"}):
                raise ValueError(f"{', '.join(idle)} would change nothing: '{EXACT}' searches for nothing")
            if self.models:
                raise ValueError(f"model: {EXACT} is for generated tasks alone, models are for all others")
        return self

    def model_of(self, source: str, into: str) -> str | None:
        """The model that translates from ``source`` ``into`` another language; ``None``: there is none."""
        return self.models.get(f"{source}-{into}", self.model)

    @property
    def sources(self) -> tuple[str, ...]:
        """Every hub id and folder that it names."""
        named = (self.model, *self.models.values())
        return tuple(dict.fromkeys(name for name in named if name is not None and name != EXACT))
