"""Placeholders: how a plan names data and models that are not on this machine."""

from __future__ import annotations

from typing import NamedTuple

from stiltwalk.engine.soundness import Datum

_ABSENT = "absent:"


def absent(*names: str) -> str:
    """What stands for the content hash of something that is not here."""
    return _ABSENT + "/".join(names)


def is_absent(content: str) -> bool:
    """Whether ``content`` is no hash, but stands for something that is not here."""
    return content.startswith(_ABSENT)


class Missing(NamedTuple):
    """What a plan was made without.

    Attributes:
        data: sets of examples.
        encoders: names of encoders, as the study calls them.
        translators: hub ids and folders of models that translate.
        vocabularies: names of vocabularies.
    """

    data: tuple[Datum, ...] = ()
    encoders: tuple[str, ...] = ()
    translators: tuple[str, ...] = ()
    vocabularies: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is missing."""
        return any(self)
