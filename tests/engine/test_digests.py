"""Tests of the memory for content hashes."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.data.files import content_sha256
from stiltwalk.engine import digests
from stiltwalk.engine.digests import DigestCache


def test_a_known_file_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was hashed once is remembered until size or time change; a lost or broken memory costs nothing."""
    path, memory = tmp_path / "a.txt", tmp_path / "cache" / "digests.json"
    path.write_text("one")
    cache = DigestCache(memory)
    first = cache.digest(path)
    assert first == content_sha256(path)
    cache.keep()
    monkeypatch.setattr(digests, "content_sha256", lambda path: "fresh")
    assert DigestCache(memory).digest(path) == first
    path.write_text("other")
    assert DigestCache(memory).digest(path) == "fresh"
    memory.write_text("{")
    assert DigestCache(memory).digest(path) == "fresh"
