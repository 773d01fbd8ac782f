"""Libraries that only some studies and engines need: what for, and how they are installed."""

from __future__ import annotations

from typing import Literal

from stiltwalk.spec.errors import UserError

Library = Literal[
    "peft",
    "bitsandbytes",
    "ctranslate2",
    "sentencepiece",
    "ray",
    "submitit",
    "trackio",
    "tensorboard",
    "httpx",
    "pypdf",
    "trafilatura",
    "bibtexparser",
    "acl-anthology",
    "bm25s",
    "py3langid",
    "snowballstemmer",
    "pylatexenc",
]

_EXTRAS: dict[Library, str] = {
    "peft": "peft",
    "bitsandbytes": "eight-bit",
    "ctranslate2": "ctranslate2",
    "sentencepiece": "translate",
    "ray": "ray",
    "submitit": "slurm",
    "trackio": "track",
    "tensorboard": "track",
    "httpx": "literature",
    "pypdf": "literature",
    "trafilatura": "literature",
    "bibtexparser": "literature",
    "acl-anthology": "literature",
    "bm25s": "literature",
    "py3langid": "literature",
    "snowballstemmer": "literature",
    "pylatexenc": "literature",
}
"""Library → the extra of this package that brings it."""


def not_installed(library: Library, wanted_by: str) -> UserError:
    """The error where ``library`` is needed, by what the study or the command says, and is not there."""
    return UserError(
        f"{wanted_by} needs the library {library}, which is not installed. "
        f"Install it: pip install 'stiltwalk[{_EXTRAS[library]}]'."
    )
