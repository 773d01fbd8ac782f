"""Intermediate arms: what an encoder is trained on between pretraining and its target."""

from __future__ import annotations

from pydantic import Field, model_validator

from stiltwalk.spec.record import Record

NONE_ARM = "none"
"""The arm without intermediate training: the baseline of every gain, always added."""


class MixedMaskedLm(Record):
    """Masked-LM steps mixed into intermediate training, so that other languages are not forgotten.

    A step is either the task's or masked LM's, as in the released code of Phang et al. 2020; the pretrained
    head goes on. Masked-LM steps are added: the task keeps its own number of steps.

    Attributes:
        text: names of raw-text tasks; every language of theirs that is there is used.
        share: of all steps that are masked LM's. The paper's is not known; 0.1 is this project's choice.
        batch_size: lines in one masked-LM step.
        max_tokens: longest line in sub-words, special tokens included; longer ones are cut.
        lines: at most so many lines of each text in each language, the first ones; ``None``: all.
        mask_share: share of sub-words to be predicted.
        language_exponent: languages are drawn with probability proportional to size to this power.
    """

    text: tuple[str, ...] = Field(min_length=1)
    share: float = Field(0.1, gt=0, lt=1)
    batch_size: int = Field(32, ge=1)
    max_tokens: int = Field(128, ge=8)
    lines: int | None = Field(None, ge=1)
    mask_share: float = Field(0.15, gt=0, lt=1)
    language_exponent: float = Field(0.3, ge=0, le=1)


class ArmChoice(Record):
    """An intermediate arm of a study: a task, with or without masked-LM steps among its own.

    Attributes:
        task: the intermediate task.
        masked_lm: what is mixed in.
    """

    task: str
    masked_lm: MixedMaskedLm | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, raw: object) -> object:
        return {"task": raw} if isinstance(raw, str) else raw

    @property
    def name(self) -> str:
        """What result rows call it: the task's name, with ``+mlm`` where masked LM is mixed in."""
        return arm_name(self.task, mixed=self.masked_lm is not None)


def arm_name(task: str, *, mixed: bool) -> str:
    """The name of an arm: its task's, with ``+mlm`` where masked LM is mixed in."""
    return f"{task}+mlm" if mixed else task
