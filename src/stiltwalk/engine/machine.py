"""This machine as measurements know it; found without torch, so that a plan can name it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from stiltwalk.compute.hardware import processor_cores, processor_name
from stiltwalk.engine.devices import PROCESSOR, Device, driver_says, find_devices
from stiltwalk.spec.measuring import Machine


def this_machine(
    devices: Callable[[], Sequence[Device]] = find_devices,
    says: Callable[[tuple[str, ...]], Iterable[Sequence[str]]] = driver_says,
) -> Machine:
    """The machine that this process runs on, with the accelerators that it may use.

    Accelerators of one name are one machine's, however many they are: a measurement takes one of them.
    """
    there = devices()
    found = None
    if there[0].name != PROCESSOR:
        names = {each[0]: each[1] for each in says(("uuid", "name"))}
        # of a part of an accelerator the driver knows no name
        found = " + ".join(sorted({names.get(device.name, device.name) for device in there}))
    return Machine(processor=processor_name(), cores=processor_cores(), accelerator=found)
