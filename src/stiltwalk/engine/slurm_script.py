"""What a SLURM array of workers asks of the cluster, and the script that says so."""

from __future__ import annotations

import math
import shlex
import sys
from pathlib import Path
from typing import Any

from stiltwalk.engine.engine_options import SlurmOptions
from stiltwalk.engine.local import missing
from stiltwalk.engine.memory import PROCESSOR, Needs
from stiltwalk.engine.prepare import Prepared
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.extras import not_installed
from stiltwalk.store.store import Store

DEFAULT_WORKERS = 4
"""Where the user names no number."""


def dry_run_text(prepared: Prepared, options: SlurmOptions, workers: int | None = None) -> str:
    """The script that would be submitted; nothing is written and nothing submitted.

    Args:
        prepared: the plan; a finished one is taken for one that has everything to do.
        options: what each worker asks of the cluster.
        workers: how many; ``None``: DEFAULT_WORKERS.

    Raises:
        UserError: submitit is not installed, or the options do not go with the study.
    """
    plan, place = prepared
    asked = asked_for(prepared, options)
    count = worker_count(workers, missing(plan, place) or len(plan.nodes))
    return _script(array_folder(place.store, plan.study.study, options), asked, count)


def asked_for(prepared: Prepared, options: SlurmOptions) -> dict[str, Any]:
    """What each worker asks of the cluster, in the words of ``submitit.SlurmExecutor.update_parameters``.

    Raises:
        UserError: the steps of the study would not fit into a worker.
    """
    study = prepared.plan.study
    cpus = options.cpus or study.execution.threads * study.execution.processes
    _require_devices(study.execution, cpus, options.gpus)
    _require_memory(prepared, options)
    # mebibytes, as SLURM counts
    memory = {} if options.memory is None else {"mem": f"{math.ceil(options.memory * 1e9 / 2**20)}M"}
    asked = {
        "job_name": f"stiltwalk-{study.study}",
        "partition": options.partition,
        "account": options.account,
        "qos": options.qos,
        "constraint": options.constraint,
        "time": options.time,
        "nodes": 1,
        "ntasks_per_node": 1,
        "cpus_per_task": cpus,
        "gpus_per_node": options.gpus or None,
        "setup": list(options.setup) or None,
        "signal_delay_s": options.signal,
        "array_parallelism": options.parallel,
        # without it a cluster may refuse to begin a job again
        "additional_parameters": {"requeue": True, **memory, **options.extra},
        # srun no longer takes it over from sbatch, and would bind the worker to one core
        "srun_args": [f"--cpus-per-task={cpus}"],
    }
    # submitit would name itself as the key that is paid from
    return {"wckey": None} | {name: value for name, value in asked.items() if value is not None}


def array_folder(store: Store, study: str, options: SlurmOptions) -> Path:
    """Where scripts, pickles and output of the study's arrays lie."""
    return (options.folder or Path(f"{store.root}.slurm")).absolute() / study


def worker_count(workers: int | None, todo: int) -> int:
    """How many workers there shall be for ``todo`` steps."""
    return min(workers or DEFAULT_WORKERS, todo)


def require_submitit() -> None:
    """Refuse to go on without submitit.

    Raises:
        UserError: says how it is installed.
    """
    try:
        import submitit  # noqa: F401, PLC0415  an extra, and slow
    except ImportError:
        raise not_installed("submitit", "The engine 'slurm'") from None


def _require_devices(execution: Execution, cpus: int, gpus: int | None) -> None:
    """Refuse workers that the processes of one step would not fit into."""
    processes = execution.processes
    if gpus and gpus < processes:
        raise UserError(
            f"A step has {processes} processes, each with a GPU of its own, and -e gpus={gpus} gives each "
            f"worker {gpus}. Ask for -e gpus={processes}, or lower execution.processes."
        )
    if cpus < processes:
        raise UserError(
            f"A step has {processes} processes, and -e cpus={cpus} gives each worker {cpus}. Ask for "
            f"-e cpus={processes} or more, or lower execution.processes."
        )


def _require_memory(prepared: Prepared, options: SlurmOptions) -> None:
    """Refuse workers that the largest step known would not fit into."""
    if options.memory is None or options.gpus:  # what is in main memory beside a GPU is not known
        return
    plan, place = prepared
    needs = Needs(place, PROCESSOR)
    for node in plan.nodes.values():
        needed = (needs.of(node.step) or 0) * plan.study.execution.processes
        if needed > options.memory * 1e9 and not place.store.has(node.key):
            raise UserError(
                f"'{node.title}' is expected to need {needed / 1e9:.1f} GB of memory, and "
                f"-e memory={options.memory:g} gives each worker {options.memory:g}. Ask for "
                f"-e memory={math.ceil(needed / 1e9)} or more."
            )


def _script(folder: Path, asked: dict[str, Any], count: int) -> str:
    """The same as submitit writes it into a file for sbatch."""
    require_submitit()
    from submitit.slurm.slurm import _make_sbatch_string  # noqa: PLC0415  an extra, and slow

    command = f"{shlex.quote(sys.executable)} -u -m submitit.core._submit {shlex.quote(str(folder))}"
    of_array = {"map_count": count} if count > 1 else {}
    text: str = _make_sbatch_string(command=command, folder=folder, **(asked | of_array))
    return text
