"""Every engine starts identical workers that claim ready steps from the store; here one is chosen."""

from __future__ import annotations

from stiltwalk.engine.devices import PROCESSOR, Device, default_workers, find_devices
from stiltwalk.engine.engine_options import LOCAL, EngineChoice, RayOptions, SlurmOptions
from stiltwalk.engine.letting_go import LettingGo, to_train_again
from stiltwalk.engine.local import Outcome, missing, run_local
from stiltwalk.engine.prepare import Prepared, Say
from stiltwalk.engine.worker import RETRIES, Tell
from stiltwalk.spec.errors import UserError


def carry_out(
    prepared: Prepared,
    choice: EngineChoice = LOCAL,
    workers: int | None = None,
    tell: Tell = lambda event: None,  # noqa: ARG005  nobody listens by default
    retries: int = RETRIES,
    say: Say = lambda message: None,  # noqa: ARG005  the same
) -> Outcome:
    """Carry out what is missing of the plan by the chosen engine.

    Args:
        prepared: the plan, and where its ingredients lie.
        choice: the engine and its options.
        workers: how many; ``None``: what the engine finds right; 0: in this process (``local`` alone).
        tell: hears what happens to the steps.
        retries: how often a step is tried again after what may pass.
        say: hears what people should know of the workers.

    Raises:
        InterruptedRunError: asked to stop; unfinished work is kept in the store.
        StepFailedError: the workers cannot go on; what is finished is kept.
        UserError: the engine cannot be had here, or not with these options.
    """
    plan, place = prepared
    require_workers(choice, workers)
    tidy(prepared, say)
    if isinstance(choice.options, RayOptions):
        from stiltwalk.engine.ray_engine import run_ray  # noqa: PLC0415  only where asked for

        return run_ray(prepared, choice.options, workers, tell, retries, say)
    if isinstance(choice.options, SlurmOptions):
        from stiltwalk.engine.slurm import run_slurm  # noqa: PLC0415  only where asked for

        return run_slurm(prepared, choice.options, workers, tell, retries, say)
    devices: tuple[Device, ...] = ()
    if missing(plan, place):
        devices = find_devices()
        say(_local_workers(prepared, workers, devices))
    return run_local(plan, place, _count(prepared, workers, devices), tell, devices, retries=retries)


def rehearsed(prepared: Prepared, choice: EngineChoice, workers: int | None) -> str:
    """What ``carry_out`` would start, in words or as the script that would be submitted; starts nothing.

    Raises:
        UserError: the options do not go with the study.
    """
    plan = prepared.plan
    require_workers(choice, workers)
    if isinstance(choice.options, SlurmOptions):
        from stiltwalk.engine.slurm_script import dry_run_text  # noqa: PLC0415  only where asked for

        return dry_run_text(prepared, choice.options, workers)
    said = f"{steps_to_do(prepared)} of {len(plan.nodes)} steps to do"
    if isinstance(choice.options, RayOptions):
        from stiltwalk.engine.ray_cluster import named_address, request_of  # noqa: PLC0415  only where asked for

        request = request_of(choice.options, plan.study.execution, ())
        count = "as many workers as there is room for" if workers is None else f"{workers} worker(s)"
        where = named_address(choice.options)
        return f"{said}; {count} on the Ray cluster '{where}', each with {request.in_words()}"
    return f"{said}; {_local_workers(prepared, workers, find_devices())}"


def require_workers(choice: EngineChoice, workers: int | None) -> None:
    """Refuse ``--workers 0`` where workers are processes elsewhere.

    Raises:
        UserError: it is asked for.
    """
    if workers == 0 and choice.name != "local":
        raise UserError(
            f"--workers 0 carries steps out in this process, which the engine '{choice.name}' cannot. Give 1 "
            "or more, or leave it out."
        )


def steps_to_do(prepared: Prepared) -> int:
    """How many steps a run would carry out, those whose models have to be made again included."""
    plan, place = prepared
    return missing(plan, place) + len(to_train_again(plan, place.store))


def tidy(prepared: Prepared, say: Say) -> None:
    """Let go what an earlier run had not, and say so; and what has to be trained again."""
    plan, place = prepared
    if again := len(to_train_again(plan, place.store)):
        say(f"{again} training(s) are repeated, for their models were let go and there is more to predict")
    swept, keep = LettingGo(plan, place.store).sweep(), f"keep: {plan.study.keep}"
    if swept.trainings:
        say(f"let go the models of {swept.trainings} training(s), {swept.bytes / 1e9:.2f} GB ({keep})")
    if swept.stay:
        who = f", for {', '.join(swept.studies)}" if swept.studies else ""
        say(f"the models of {swept.stay} training(s) stay in spite of {keep}{who}")


def _count(prepared: Prepared, workers: int | None, devices: tuple[Device, ...]) -> int:
    if workers is None and devices:
        return default_workers(devices, prepared.plan.study.execution)
    return workers or 0


def _local_workers(prepared: Prepared, workers: int | None, devices: tuple[Device, ...]) -> str:
    """As ``2 worker(s) on GPU 0, GPU 1``."""
    where = ", ".join(device.label for device in devices)
    on = f" on {where}" if devices[0].name != PROCESSOR else ""
    return f"{_count(prepared, workers, devices) or 1} worker(s){on}"
