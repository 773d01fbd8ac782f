"""Which study a name on the command line means: a file, a preset, or one that was run before."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.errors import unknown_name
from stiltwalk.spec.scales import at_scale
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_files import name_in, read_study, study_from
from stiltwalk.store.store import Store
from stiltwalk.store.studies import kept_names, read_kept_study


def presets() -> dict[str, Path]:
    """Name → file of the studies that come with the package."""
    folder = Path(str(files("stiltwalk.studies")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def file_of(name: str) -> Path | None:
    """The file that describes ``name``; ``None``: it can only be a study that was run before."""
    return Path(name) if name.endswith((".yaml", ".yml")) or Path(name).is_file() else presets().get(name)


def described(name: str, store: Store, overrides: Mapping[str, Any], scale: str | None = None) -> Study:
    """The study called ``name``, at one of its scales: a file, a preset, or one run before with ``store``.

    Raises:
        UserError: no such study or scale, or it is not valid.
    """
    path = file_of(name)
    if path is not None:
        return read_study(path, overrides, scale=scale)
    known = kept_name(name, store, scale)
    if known not in kept_names(store):
        raise unknown_name(
            "study file, preset or study run before called", known, [*presets(), *kept_names(store)]
        )
    raw = read_kept_study(store, known).plan.study.model_dump(mode="json", exclude_unset=True)
    return study_from(raw, known, overrides)


def kept_name(name: str, store: Store, scale: str | None = None) -> str:
    """What the study called ``name``, at one of its scales, is or would be kept under.

    A file or preset says it itself. Else ``name`` is one that was run before with ``store``, with or without
    its scale behind it.

    Raises:
        UserError: the file cannot be read, or there is no such scale.
    """
    path = file_of(name)
    if path is not None:
        return name_in(path, scale)
    if scale is None or name not in kept_names(store):
        return name if scale is None else f"{name}-{scale}"
    study = read_kept_study(store, name).plan.study
    said = {"study": name} | ({} if study.scale is None else {"scale": study.scale})
    return str(at_scale(said, scale, f"'{name}'")["study"])


def kept_plan(store: Store, name: str, scale: str | None = None) -> Plan:
    """The plan of a kept study; a file or a preset stands for the study it describes, at a scale of it."""
    return read_kept_study(store, kept_name(name, store, scale)).plan
