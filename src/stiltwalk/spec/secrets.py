"""What must never be printed: the values of tokens and keys, wherever an error of some library put them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

_NAMES = re.compile(r"TOKEN|SECRET|PASSW|API_?KEY|CREDENTIAL", re.IGNORECASE)
"""Of environment variables that hold one."""

_SHAPES = re.compile(r"hf_[A-Za-z0-9]{8,}|(?<=://)[^/\s@]+(?=@)|(?<=token=)[^&\s]+|(?<=Bearer )\S+")
"""What tokens of the hub, those within addresses and those of requests look like."""

LEAST_LENGTH = 6
"""Shorter values are words, such as ``true``, and are not hidden."""

HIDDEN = "(hidden)"


def without_secrets(text: str, environment: Mapping[str, str] | None = None) -> str:
    """``text`` with every token and key in it hidden.

    Args:
        text: what is to be printed.
        environment: where the values of keys are; ``None``: this process's.
    """
    known = os.environ if environment is None else environment
    values = {value for name, value in known.items() if _NAMES.search(name) and len(value) >= LEAST_LENGTH}
    for value in sorted(values, key=len, reverse=True):  # one may be a part of another
        text = text.replace(value, HIDDEN)
    return _SHAPES.sub(HIDDEN, text)
