"""Mewsli-X in small: lines in the layout of its released script."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.data.fakes import write


def spans(text: str, sentences: Sequence[str]) -> list[dict[str, int]]:
    """Where the sentences begin and end in the text."""
    return [{"start": text.index(s), "end": text.index(s) + len(s)} for s in sentences]


def context(language: str, *sentences: str, document: str = "D1") -> dict[str, Any]:
    """A document of those sentences, joined by a space."""
    text = " ".join(sentences)
    return {
        "document_title": "A title",
        "document_url": "https://example.org",
        "document_id": document,
        "language": language,
        "text": text,
        "sentence_spans": spans(text, sentences),
    }


def mention(name: str, entity: str, where: dict[str, Any], text: str) -> dict[str, Any]:
    """The first place of ``text`` in a context as a mention of an entity."""
    start = where["text"].index(text)
    span = {"start": start, "end": start + len(text), "text": text}
    return {"example_id": name, "mention_span": span, "entity_id": entity}


def entity(name: str, *sentences: str, language: str = "en") -> dict[str, Any]:
    """An entity described by those sentences."""
    text = " ".join(sentences)
    return {
        "entity_id": name,
        "title": name,
        "description": text,
        "sentence_spans": spans(text, sentences),
        "description_language": language,
        "description_url": "https://example.org",
    }


def pair(where: dict[str, Any], mentioned: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    """A line of the training pairs."""
    return {"contextual_mention": {"context": where, "mention": mentioned}, "entity": described}


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """One JSON object a line."""
    return write(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
