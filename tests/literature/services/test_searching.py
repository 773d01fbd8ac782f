"""Tests of searching: what a database gave before it failed is kept, and why it failed is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.services.openalex import KEY, OPENALEX
from stiltwalk.literature.services.searching import Found, search
from stiltwalk.literature.services.semantic_scholar import SEMANTIC_SCHOLAR
from tests.literature.services import fake_openalex, fake_semantic_scholar
from tests.literature.services.asking import Clock, client
from tests.literature.services.fake_services import (
    Answered,
    FakeServices,
    Illness,
    altered,
    broken,
    cut_short,
    limited,
    saying,
    serving,
)

PAPERS = [Paper(source="openalex", id=f"W{n}", title=f"Paper {n}") for n in range(250)]
Search = Callable[..., Found]


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key is set, but where a test sets one."""
    monkeypatch.delenv(KEY, raising=False)
    monkeypatch.delenv(SEMANTIC_SCHOLAR.key, raising=False)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServices]:
    """A server, which takes longer to stop than most tests."""
    handlers = {
        "openalex": fake_openalex.holding(PAPERS),
        "semanticscholar": fake_semantic_scholar.holding(PAPERS),
    }
    with serving(handlers) as fake:
        yield fake


@pytest.fixture
def fake(server: FakeServices) -> FakeServices:
    """Both databases, which nobody has asked yet."""
    server.forget()
    return server


def _found(
    fake: FakeServices, folder: Path, limit: int = 1000, *, clock: Clock | None = None, offline: bool = False
) -> Found:
    """What a search of OpenAlex finds."""
    with client(folder, clock, offline=offline) as asking:
        return search(OPENALEX, "a b", 2019, None, limit, asking, fake.endpoint("openalex"))


def test_a_search(fake: FakeServices, tmp_path: Path) -> None:
    """All that is there is found, and how it went is said."""
    papers, searched = _found(fake, tmp_path)
    assert [paper.id for paper in papers] == [f"W{n}" for n in range(250)]
    assert [searched.source, searched.total, searched.found] == ["openalex", 250, 250]
    assert searched.query == "search=a b&filter=from_publication_date:2019-01-01"
    assert [searched.at, searched.failed, searched.unreadable] == ["2026-11-22T12:00:00+00:00", "", ()]


@pytest.mark.parametrize("limit", [1, 99, 100, 101, 250, 251])
def test_limit(fake: FakeServices, tmp_path: Path, limit: int) -> None:
    """No more come than are wanted, and that is no failure."""
    papers, searched = _found(fake, tmp_path, limit)
    assert [len(papers), searched.found, searched.total, searched.failed] == [min(limit, 250)] * 2 + [250, ""]


def test_a_search_that_goes_on(fake: FakeServices, tmp_path: Path) -> None:
    """After a failure, and with a higher limit, only what is missing is asked; the oldest answer is dated."""
    dead = [broken()] * 4
    fake.plan("openalex", [None, *dead])
    first = _found(fake, tmp_path, 150)
    assert [first.searched.found, len(fake.log)] == [100, 5]
    assert first.searched.failed == (
        "openalex (127.0.0.1) answered with status 500 ('<h1>Internal error</h1>'), asked 4 times. "
        "Try again later."
    )
    clock = Clock()
    clock.now += 86_400
    second = _found(fake, tmp_path, 150, clock=clock)
    assert [second.searched.found, second.searched.failed, len(fake.log)] == [150, "", 6]
    assert second.searched.at == "2026-11-22T12:00:00+00:00"
    third = _found(fake, tmp_path, 250, clock=clock)
    assert [third.searched.found, len(fake.log)] == [250, 7]
    assert _found(fake, tmp_path, 250, offline=True).papers == third.papers
    cursors = [asked.param("cursor") for asked in fake.log]
    assert cursors == ["*", *["after-100"] * 5, "after-200"]


def test_offline(fake: FakeServices, tmp_path: Path) -> None:
    """Offline, a search that was never made fails, and says so; a part of one gives that part."""
    nothing = _found(fake, tmp_path, offline=True)
    assert [nothing.papers, nothing.searched.at, nothing.searched.total] == [(), "", None]
    assert "this run is offline" in nothing.searched.failed
    _found(fake, tmp_path, 100)
    some = _found(fake, tmp_path, 200, offline=True)
    assert len(some.papers) == 100
    assert "this run is offline" in some.searched.failed
    assert "--sources" not in some.searched.failed


@pytest.mark.parametrize(
    ("ill", "said"),
    [
        (limited("86400"), "asks to be left alone for 24 h 0 min"),
        (limited(None), "answered with status 429"),
        (saying(b'{"error": "Invalid API key"}', status=401), "Invalid API key"),
        (saying(b"<html>Verify that you are human", "text/html"), "sent a page for people"),
        (cut_short(20), "dropped the connection"),
        (broken(503), "answered with status 503"),
        (
            saying(b'{"meta": {}, "results": {}}'),
            "OpenAlex says that it has 250 records for this, and gives 100.",
        ),
        (saying(b'{"error": "Internal error"}'), "sent an answer without 'results' ('{\"error\": "),
        (saying(b"[]"), "sent an answer without 'results' ('[]')"),
    ],
)
def test_half_dead(fake: FakeServices, tmp_path: Path, ill: Illness, said: str) -> None:
    """Whatever it dies of, what came before is kept."""
    fake.plan("openalex", [None], then=ill)
    papers, searched = _found(fake, tmp_path)
    assert [len(papers), searched.found, searched.total] == [100, 100, 250]
    assert said in searched.failed


@pytest.mark.parametrize(("total", "failed"), [(100, False), (150, False), (201, True), (None, False)])
def test_fewer_than_it_has(fake: FakeServices, tmp_path: Path, total: int | None, failed: bool) -> None:
    """A total that is a bit too high is an estimate; one that is far from what is given is a failure."""
    page = fake_openalex.answered([fake_openalex.written(paper) for paper in PAPERS[:100]], total)
    fake.plan("openalex", [], then=lambda asked, handler: page)
    papers, searched = _found(fake, tmp_path)
    assert [len(papers), searched.total, searched.failed != ""] == [100, total, failed]


def test_half_of_its_answers_are_ill(fake: FakeServices, tmp_path: Path) -> None:
    """A database that is ill every other time gives everything, if slowly."""
    fake.plan("openalex", [broken(), None, cut_short(9), None, limited("3"), None])
    papers, searched = _found(fake, tmp_path)
    assert [len(papers), searched.failed] == [250, ""]


def test_what_mends(fake: FakeServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a key would help, the variable is named; where there is one, it may be wrong."""
    fake.plan("openalex", [], then=limited("86400"))
    assert _found(fake, tmp_path).searched.failed.endswith(
        " It is not asked again in this run. Try again later. Set OPENALEX_API_KEY to a key of OpenAlex, "
        "which allows more, or leave openalex out of --sources: what was found is kept."
    )
    monkeypatch.setenv(KEY, "sk-0123456789")
    failed = _found(fake, tmp_path).searched.failed
    assert "Look whether the key in OPENALEX_API_KEY is right, or leave openalex out" in failed
    assert "sk-0123456789" not in failed


def test_credit(fake: FakeServices, tmp_path: Path) -> None:
    """Where credit runs out, the search stops before the request that would fail, and says what helps."""
    left = iter((0.0015, 0.0005))

    def paid(answered: Answered) -> Answered:
        return fake_openalex.with_credit(answered, next(left))

    fake.plan("openalex", [], then=altered(paid))
    papers, searched = _found(fake, tmp_path)
    assert [len(papers), len(fake.log)] == [200, 2]
    assert (
        "$0.0005 of credit is left, a request costs $0.001. There is more in 60 min. Set OPENALEX_API_KEY"
        in (searched.failed)
    )


def test_unreadable_records(tmp_path: Path) -> None:
    """Records without a title are named, and do not count as found."""
    records = [{"id": "https://openalex.org/W9"}]
    with serving({"openalex": fake_openalex.holding(PAPERS[:2], records=records)}) as fake:
        papers, searched = _found(fake, tmp_path)
    assert [len(papers), searched.found, searched.total] == [2, 2, 3]
    assert searched.unreadable == ("The record 'https://openalex.org/W9' has no title.",)


def test_two_databases(fake: FakeServices, tmp_path: Path) -> None:
    """One that is dead takes nothing from another, though both are asked by one client."""
    fake.plan("openalex", [], then=broken())
    with client(tmp_path) as asking:
        dead = search(OPENALEX, "a", None, None, 10, asking, fake.endpoint("openalex"))
        well = search(SEMANTIC_SCHOLAR, "a", None, None, 10, asking, fake.endpoint("semanticscholar"))
    assert [len(dead.papers), len(well.papers), well.searched.failed] == [0, 10, ""]
