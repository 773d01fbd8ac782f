"""Keys: read from the environment, sent along, and written nowhere."""

from __future__ import annotations

import os

from stiltwalk.literature.services.service import ServiceError


def key(variable: str) -> str:
    """The key in the environment variable ``variable``; empty: there is none.

    Raises:
        ServiceError: it holds characters that no key has.
    """
    found = os.environ.get(variable, "").strip()
    if not (found.isascii() and found.isprintable()) or " " in found:
        raise ServiceError(
            f"{variable} holds spaces or signs that no key has. Set it to the key alone, or unset it.",
            limited=True,
        )
    return found
