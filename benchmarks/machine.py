"""The machine: what it is, which versions ran, and what other programs took of it meanwhile."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

_LIBRARIES = ("torch", "transformers", "accelerate", "tokenizers", "numpy", "faiss-cpu")


def where() -> dict[str, Any]:
    """The machine and the versions that decide the figures."""
    return {
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "versions": {"python": platform.python_version()} | _versions(),
    }


def commit() -> str:
    """The short name of the commit that is run, ``+`` behind it where files differ; empty outside of git."""
    root = Path(__file__).parents[1]

    def git(*words: str) -> str:
        command = ("git", *words)
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
        return done.stdout.strip()

    name = git("rev-parse", "--short", "HEAD")
    # what these scripts write themselves is no change of what they measured
    changed = git(
        "status", "--porcelain", "--", "src", "benchmarks/*.py", "pyproject.toml", "constraints.txt"
    )
    return name + ("+" if changed else "")


def watch_others() -> Callable[[], float]:
    """Begin to watch; the result, called later, says how many cores others kept busy on average since.

    Children count as ours from the moment that they ended.
    """
    before = _counted()

    def since() -> float:
        wall, busy, own = (now - then for now, then in zip(_counted(), before, strict=True))
        return round(max(0.0, busy - own) / max(wall, 1e-9), 2)

    return since


def _counted() -> tuple[float, float, float]:
    """Wall seconds, and processor seconds: of everyone, and of this process with its ended children."""
    times = psutil.cpu_times()
    busy = sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.monotonic(), busy, sum(each.ru_utime + each.ru_stime for each in used)


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text(encoding="utf-8").splitlines() if described.exists() else []
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    cells = {name.strip(): value.strip() for name, value in fields.items()}
    if "model name" not in cells:
        return platform.processor() or platform.machine()
    return f"{cells['model name']} (family {cells.get('cpu family')}, model {cells.get('model')})"
