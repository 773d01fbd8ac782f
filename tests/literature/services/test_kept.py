"""Tests of kept answers: found again by what was asked, whole, and by nothing else."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.services.kept import keep, kept, kept_path
from stiltwalk.literature.services.service import Answer, Request

AT = "2026-11-22T12:00:00+00:00"
PAIRS = st.lists(st.tuples(st.sampled_from("ab"), st.text(max_size=3)), max_size=3).map(tuple)
REQUESTS = st.builds(
    Request, st.sampled_from(["x", "y"]), st.sampled_from(["u", "u?a=b"]), PAIRS, PAIRS, PAIRS
)


@settings(max_examples=50, deadline=None)
@given(REQUESTS, REQUESTS)
def test_a_place_for_what_is_asked(one: Request, two: Request) -> None:
    """Two requests share a place exactly if service, address and parameters, in order, are the same."""
    same = one[:3] == two[:3]
    assert (kept_path(Path(), one) == kept_path(Path(), two)) is same


@settings(max_examples=30, deadline=None)
@given(REQUESTS, st.binary(max_size=50) | st.text(max_size=20).map(str.encode))
def test_what_is_kept_is_found(request: Request, body: bytes) -> None:
    """Any bytes come back as they were."""
    with tempfile.TemporaryDirectory() as folder:
        keep(Path(folder), request, Answer(body, "text/plain", AT, kept=False))
        assert kept(Path(folder), request) == Answer(body, "text/plain", AT, kept=True)


def test_nothing_is_kept(tmp_path: Path) -> None:
    """Where nothing was kept, nothing is found, and no folder is made."""
    assert kept(tmp_path / "none", Request("x", "u")) is None
    assert list(tmp_path.iterdir()) == []


def test_text_can_be_looked_at(tmp_path: Path) -> None:
    """What was asked and what came can be read by people; keys are not there."""
    request = Request("openalex", "https://a.example/works", (("q", "x y"),), (("key", "hidden-key"),))
    keep(tmp_path, request, Answer('{"é": 1}'.encode(), "application/json", AT, kept=False))
    written = kept_path(tmp_path, request).read_text(encoding="utf-8")
    assert "https://a.example/works" in written
    assert '"text": "{\\"é\\": 1}"' in written
    assert "hidden" not in written
