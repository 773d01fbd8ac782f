"""How steps name what is no step: given encoders and translators by content, translated data by its maker."""

from __future__ import annotations

_BASE = "encoder:"
_TRANSLATOR = "translator:"
_TRANSLATED = "translation:"


def base(fingerprint: str) -> str:
    """How a step names a given encoder as its parent."""
    return _BASE + fingerprint


def is_base(parent: str) -> bool:
    """Whether ``parent`` is a given encoder and not a step."""
    return parent.startswith(_BASE)


def translator(fingerprint: str) -> str:
    """How a step names the model that translates."""
    return _TRANSLATOR + fingerprint


def translation_content(key: str) -> str:
    """How a step names the data that the translate step ``key`` makes, where a content hash would stand."""
    return _TRANSLATED + key


def translation_key(content: str) -> str | None:
    """The translate step that makes the data ``content``; ``None``: it is data that lies on disk."""
    return content.removeprefix(_TRANSLATED) if content.startswith(_TRANSLATED) else None
