"""Measuring: what a study asks of the cost of inference, and the machine that the answer belongs to."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, ValidationInfo, field_validator, model_validator

from stiltwalk.spec.record import Record

FEWEST_REPEATS = 30
"""Below it a figure is not for publication: the 95th percentile would rest on one or two runs."""


class Machine(Record):
    """What a measurement belongs to: two machines never share one.

    Attributes:
        processor: its name, as exactly as the system says it.
        cores: how many the machine has.
        accelerator: the name of what steps are carried out on; ``None``: the processor.
    """

    processor: str
    cores: int
    accelerator: str | None = None

    @property
    def described(self) -> str:
        """For people: what the measured passes ran on."""
        return self.accelerator or f"{self.processor}, {self.cores} core(s)"


class Measuring(Record):
    """What is measured of every encoder of a study; ``true`` in a study file means all defaults.

    Attributes:
        batches: sequences that go through the encoder at once, ascending; latency is that of the smallest.
        lengths: tokens of every sequence, ascending; more than the encoder has positions for are clipped.
        repeats: timed runs of each batch and length, after some that are discarded.
        int8: whether int8 is measured too, where the machine has instructions for it.
        threads: processor threads; ``None``: the study's ``execution.threads``.
    """

    batches: tuple[int, ...] = (1, 8, 32, 128)
    lengths: tuple[int, ...] = (128, 384)
    repeats: int = Field(FEWEST_REPEATS, ge=1)
    int8: bool = True
    threads: int | None = Field(None, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _in_a_word(cls, raw: object) -> object:
        if raw is True:
            return {}
        if isinstance(raw, Mapping | Measuring):
            return raw
        raise ValueError(f"expected true, false or a mapping such as {{lengths: [128]}}, found {raw!r}")

    @field_validator("batches", "lengths", mode="before")
    @classmethod
    def _a_single_one(cls, raw: object) -> object:
        return (raw,) if isinstance(raw, int) and not isinstance(raw, bool) else raw

    @field_validator("batches", "lengths")
    @classmethod
    def _ascending(cls, numbers: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        if not numbers or min(numbers) < 1 or len({*numbers}) < len(numbers):
            usual = list(cls.model_fields[str(info.field_name)].default)
            raise ValueError(
                f"expected different whole numbers of 1 or more, such as {usual}, found {list(numbers)}"
            )
        return tuple(sorted(numbers))
