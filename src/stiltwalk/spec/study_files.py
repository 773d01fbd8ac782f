"""Studies from files and from the command line: YAML, task files and dotted overrides."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.placing import laid_out
from stiltwalk.spec.record import parse
from stiltwalk.spec.scales import at_scale
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_checks import check_study
from stiltwalk.spec.task_files import with_task_files
from stiltwalk.spec.tasks import TASKS, Catalogue
from stiltwalk.spec.yaml_file import read_yaml


def read_study(
    path: Path, overrides: Mapping[str, Any], tasks: Catalogue = TASKS, *, scale: str | None = None
) -> Study:
    """The study in the YAML file at ``path``, at one of its scales, with dotted ``overrides`` applied.

    Task files that it names are looked for from its own folder; those in ``overrides`` from the current one.
    Without ``scale`` a study that has scales is taken at the first.

    Raises:
        UserError: no such file, no YAML, no such scale, or not a valid study: file, line or field, and cure.
    """
    raw = at_scale(_read(path), scale, str(path))
    return study_from(with_task_files(raw, path.parent, str(path), tasks), str(path), overrides, tasks)


def written_in(path: Path, scale: str | None = None, tasks: Catalogue = TASKS) -> Study:
    """As :func:`read_study`, before any arm is laid out and any name looked up: what a person would edit.

    Raises:
        UserError: as there.
    """
    raw = at_scale(_read(path), scale, str(path))
    return _written(with_task_files(raw, path.parent, str(path), tasks), str(path), {}, tasks)


def name_in(path: Path, scale: str | None = None) -> str:
    """What the study in the YAML file at ``path`` is called, at that scale; nothing else of it is looked at.

    Raises:
        UserError: no such file, no YAML, no such scale, or no name.
    """
    name = at_scale(_read(path), scale, str(path)).get("study")
    if not isinstance(name, str):
        raise StudyError(
            f"{path} does not say what its study is called: expected study: NAME, found {name!r}."
        )
    return name


def _read(path: Path) -> dict[str, Any]:
    return read_yaml(path, "study", "'study:' and 'encoders:'")


def study_from(
    raw: Mapping[str, Any],
    where: str,
    overrides: Mapping[str, Any] | None = None,
    tasks: Catalogue = TASKS,
    *,
    trained: bool = True,
    scale: str | None = None,
) -> Study:
    """The study that ``raw`` describes, with dotted ``overrides`` such as ``targets.0.languages`` applied.

    Overrides change what is written, at its scale; only then are arms laid out along the axes. Task files are
    looked for from the current folder.

    Args:
        raw: the fields of ``Study``; a task's name may be the path of a file that declares it.
        where: names the study in messages.
        overrides: dotted field → value, applied in order.
        tasks: every known task that the study does not declare itself.
        trained: as in ``check_study``.
        scale: one of those in ``raw``; ``None``: the first, where it has any.

    Raises:
        UserError: not a valid study, or an override of nothing; ``where`` it was found is named.
    """
    study = _written(at_scale(raw, scale, where), where, overrides or {}, tasks)
    return check_study(laid_out(study, where, tasks), tasks, trained=trained)


def _written(raw: Mapping[str, Any], where: str, overrides: Mapping[str, Any], tasks: Catalogue) -> Study:
    """What is written, with ``overrides``: no arm is laid out, no name looked up."""
    study = parse(Study, with_task_files(raw, Path(), where, tasks), where)
    for dotted, value in overrides.items():
        if dotted.partition(".")[0] in {"scale", "scales"}:
            raise StudyError(f"-o {dotted}: the scale is taken before overrides. Name it with --scale.")
        # written out in full each time, so that what stands as a mere name can be given further fields
        changed: dict[str, Any] = study.model_dump(mode="json", exclude_unset=True)
        _put(changed, dotted, value)
        place = f"{where} with -o {dotted}"
        study = parse(Study, with_task_files(changed, Path(), place, tasks), place)
    return study


def _put(raw: dict[str, Any], dotted: str, value: object) -> None:
    """Set ``raw[a][b]`` for ``dotted`` = ``a.b``; list items are reached by their index."""
    here: Any = raw
    *parents, last = dotted.split(".")
    for part in parents:
        here = here[_index(here, part, dotted)] if isinstance(here, list) else here.setdefault(part, {})
        if not isinstance(here, dict | list):
            raise StudyError(f"-o {dotted}: '{part}' is a single value, it has no field '{last}'.")
    if isinstance(here, list):
        here[_index(here, last, dotted)] = value
    else:
        here[last] = value


def _index(items: list[Any], part: str, dotted: str) -> int:
    if not part.isdecimal() or int(part) >= len(items):
        raise StudyError(f"-o {dotted}: '{part}' is no item of a list of {len(items)}; count from 0.")
    return int(part)
