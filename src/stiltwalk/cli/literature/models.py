"""The judge and the encoder that are asked for by name."""

from __future__ import annotations

from typing import Final

from stiltwalk.cli.literature.plugged import is_plugged, plugged_judge
from stiltwalk.literature.judging.lexical import LexicalJudge
from stiltwalk.literature.records.evidence import Embed, Judge
from stiltwalk.spec.errors import UserError, nearest
from stiltwalk.store.store import Store

LEXICAL: Final = "lexical"
"""The judge that needs no model."""


def chosen_judge(name: str, store: Store) -> Judge:
    """The judge called ``name``: ``lexical``, ``module:function``, or a model (``loaded.py``).

    Raises:
        UserError: there is none, or it is no model that judges.
    """
    if name == LEXICAL:
        return LexicalJudge()
    if is_plugged(name):
        return plugged_judge(name)
    # what finds models takes a while to load, and they bring torch
    from stiltwalk.cli.literature.loaded import loaded_judge  # noqa: PLC0415

    try:
        return loaded_judge(name, store)
    except UserError as error:
        hint = f" Did you mean '{LEXICAL}'?" if nearest(name, [LEXICAL]) else ""
        raise UserError(
            f"--judge {name}: expected '{LEXICAL}', module:function, or a model of natural language "
            f"inference.{hint} {error}"
        ) from None


def chosen_encoder(name: str | None, store: Store) -> Embed | None:
    """Vectors of sentences by the encoder ``name``; ``None``: none is asked for.

    Raises:
        UserError: there is none, or it is no encoder.
    """
    if name is None:
        return None
    # the same
    from stiltwalk.cli.literature.loaded import loaded_encoder  # noqa: PLC0415

    return loaded_encoder(name, store)
