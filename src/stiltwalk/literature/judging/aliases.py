"""One name for what papers spell in many ways: ``TyDi QA`` and ``TyDiQA-GoldP``, ``F1`` and ``F1 score``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def compact(name: str) -> str:
    """``name`` without case, spaces and signs: ``TyDi QA`` and ``TyDiQA`` are one."""
    return re.sub(r"[^\w+]|_", "", name.casefold())


def canonical(name: str) -> str:
    """The one name that stands for all spellings of ``name``."""
    found = compact(name)
    return _aliases().get(found, found)


@cache
def _aliases() -> Mapping[str, str]:
    """Each further name of a data set or a metric → the one that stands for all."""
    text = files(__package__).joinpath("aliases.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return {other: first for first, *others in rows for other in others}
