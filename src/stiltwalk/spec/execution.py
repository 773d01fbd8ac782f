"""How steps are carried out, as far as it moves the bits of what they compute."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from stiltwalk.spec.record import Record

PredictionPrecision = Literal["as-trained", "bf16", "int8"]

Optimiser = Literal["adamw", "adamw-8bit"]


class Execution(Record):
    """How steps are carried out; all of it is part of a step's key, for it moves the last bits.

    Attributes:
        precision: ``fp32`` or ``bf16`` (autocast).
        threads: processor threads of one step.
        micro_tokens: most tokens laid out in one forward pass, padding included.
        processes: how many processes share one training, each with a GPU or, on a CPU, ``threads`` threads
            of its own; predictions are made by one.
        prediction: the precision in which targets are predicted through a trained head: ``as-trained``,
            ``bf16`` (autocast), or ``int8`` (the encoder's linear layers, on a CPU). Every such step measures
            on a sample what that changes. Sentence vectors are always read as trained.
        checkpointing: whether training keeps of every layer only what goes into it, and computes the layer
            again on the way back: less memory, about a third more work, the same result.
        optimiser: ``adamw``; or ``adamw-8bit``, of bitsandbytes, whose moments take a quarter of the memory
            and are rounded.
        sharded: whether the processes of a training cut parameters, gradients and moments up among them,
            for what does not fit one card. What is trained is then read by one process again to be
            predicted with.
    """

    precision: Literal["fp32", "bf16"] = "fp32"
    threads: int = Field(1, ge=1)
    micro_tokens: int = Field(4096, ge=64)
    processes: int = Field(1, ge=1)
    prediction: PredictionPrecision = "as-trained"
    checkpointing: bool = False
    optimiser: Optimiser = "adamw"
    sharded: bool = False

    @model_validator(mode="after")
    def _shared(self) -> Self:
        if self.sharded and self.processes == 1:
            raise ValueError(
                "sharded cuts parameters over processes, and processes is 1; set processes to 2 or more, one "
                "for each GPU, or leave sharded out"
            )
        if self.sharded and self.optimiser != "adamw":
            raise ValueError(
                f"sharded cuts the optimiser's moments over processes, which those of {self.optimiser} "
                "cannot be; set optimiser to adamw, or leave sharded out"
            )
        return self
