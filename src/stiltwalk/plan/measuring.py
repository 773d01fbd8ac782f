"""Measurements as steps: one an encoder, whatever it is trained on afterwards.

Training changes no shape of a weight, and so no cost of inference: what is measured of an encoder before
anything is trained holds after every arm.
"""

from __future__ import annotations

from stiltwalk.plan.builder import Builder
from stiltwalk.plan.steps import MeasureStep
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.execution import Execution


def add_measurement(builder: Builder, encoder: EncoderChoice, start: str) -> None:
    """Measure the encoder that begins at ``start``, if the study asks for it.

    How states are pooled costs nothing that is counted, so encoders that differ in that alone share a step.
    """
    asked, machine = builder.study.measure, builder.facts.machine
    if asked is None:
        return
    assert machine is not None, "who plans a measurement says on which machine"
    step = MeasureStep(
        parent=start,
        attention=builder.reading(encoder).attention,
        measuring=asked.replace({"threads": None}),
        machine=machine,
        # batches are given, one process computes, and precisions are compared: nothing else has a part in it
        execution=Execution(threads=asked.threads or builder.study.execution.threads),
    )
    builder.measured[encoder.name] = builder.add(step, f"measure {encoder.name}", encoder.name)
