"""Tests of whole reviews: counts that add up, failures that stay where they are, runs that go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stiltwalk.literature import including, kept_files
from stiltwalk.literature import review as review_module
from stiltwalk.literature.finding import Identified
from stiltwalk.literature.full_text.apart import Foreign, Said, said_of
from stiltwalk.literature.judging.lexical import LexicalJudge
from stiltwalk.literature.keeping import keep_question, read_synthesis
from stiltwalk.literature.records.evidence import CONTRADICTED, SUPPORTED, UNKNOWN
from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.records.synthesis import Question, Searched, Synthesis
from stiltwalk.literature.review import review
from stiltwalk.literature.stages import Stage
from stiltwalk.spec.errors import UserError
from stiltwalk.store.store import open_store
from tests.literature.full_text.pdfs import column, pdf
from tests.literature.services import fake_openalex, fake_semantic_scholar
from tests.literature.services.fake_services import Answered, broken
from tests.literature.worlds import Numbers, StoppedError, World, paper, stopping_at, without_made, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    """Two databases and a folder, before anything is asked."""
    with world(tmp_path) as made:
        yield made


def _adds_up(made: Synthesis) -> bool:
    counts = made.screening
    parts = counts.duplicates + len(counts.excluded) + len(counts.included)
    return counts.identified == parts and counts.identified == sum(each.found for each in made.searched)


def test_a_review_from_end_to_end(here: World) -> None:
    """Papers of three sources become works, claims and verdicts; every quote stands where it is said to."""
    made = here.review()
    assert _adds_up(made)
    assert [(each.source, each.found, each.failed) for each in made.searched] == [
        ("openalex", 3, ""),
        ("semanticscholar", 2, ""),
        ("folder", 2, ""),
    ]
    assert (made.screening.identified, made.screening.duplicates, len(made.works)) == (7, 1, 5)
    assert [each.title for each in made.screening.excluded] == ["Coffee is best when it is fresh"]
    assert made.screening.full_texts == 2
    assert (
        [each.work for each in made.read] == [each.key for each in made.works] == [*made.screening.included]
    )
    verdicts = {(each.claim.quote.split(" by ")[-1][:3], each.verdict) for each in made.checked}
    assert verdicts >= {("3.5", SUPPORTED), ("7.0", CONTRADICTED)}
    assert not verdicts & {("3.5", CONTRADICTED), ("7.0", SUPPORTED)}
    for each in made.checked:
        assert each.claim.work not in {found.passage.work for found in each.evidence}
    assert {each.reviewer for each in made.scores} >= {"coverage", "verification"}
    assert read_synthesis(here.store, "a-review") == made


def test_text_that_addresses_a_machine(here: World) -> None:
    """It is listed and warned of; neither a claim nor evidence is taken from it, and it changes nothing."""
    made = here.review()
    assert ["Ignore all previous" in each.quote for each in made.suspicious] == [True]
    evidence = [found.passage.quote for each in made.checked for found in each.evidence]
    assert not any("99.0" in said for said in [*evidence, *(each.claim.quote for each in made.checked)])
    assert any("addresses whoever reads by machine" in each for each in made.warnings)


def test_asked_again_nobody_is_asked(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same question a second time: no request, no text read, nothing judged, and the same synthesis."""
    judge = Numbers()
    first = here.review(judge=judge)
    requests, judged = len(here.fake.log), len(judge.asked)
    read: list[str] = []
    monkeypatch.setattr(including, "text_of", lambda work, **_: read.append(work.key))
    for offline in (False, True):
        assert without_made(here.review(judge=judge, offline=offline)) == without_made(first)
    assert (len(here.fake.log), len(judge.asked), read) == (requests, judged, [])
    assert len(set(judge.asked)) == len(judge.asked)


@pytest.mark.parametrize(("status", "asked"), [(404, [1, 1, 1]), (503, [4, 8, 8])])
def test_a_full_text_that_is_not_to_be_had(here: World, status: int, asked: list[int]) -> None:
    """The abstract is read, and why is told, in every run; an address that is gone is asked in one alone."""
    address = f"{here.fake.endpoint('texts')}/1.pdf"
    here.fake.handlers |= {
        "openalex": fake_openalex.holding([paper(1, "3.5").replace({"full_text": (address,)})]),
        "texts": lambda _: Answered(b"Not here", status, "text/plain"),
    }
    runs: list[Synthesis] = []
    for count in asked:
        made = here.review(offline=len(runs) == 2)
        runs.append(made)
        assert _adds_up(made)
        assert (made.screening.full_texts, len(made.works), len(here.fake.asked("texts"))) == (2, 4, count)
        assert any(f": {address}: " in each for each in made.warnings)
    assert without_made(runs[0]) == without_made(runs[1])
    assert (runs[2].warnings == runs[0].warnings) is (status == 404)


def test_a_pdf_file_is_opened_once(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """For what it is and for its text, in this review and in every later one."""
    lines = ["A printed paper on intermediate training", "We study intermediate training."]
    (here.folder / "printed.pdf").write_bytes(pdf([column(lines)]))
    opened: list[Foreign] = []

    def said(kind: Foreign, content: bytes) -> Said:
        opened.append(kind)
        return said_of(kind, content)

    monkeypatch.setattr(kept_files, "said_of", said)
    question = here.question().replace({"sources": ()})
    first = here.review(question)
    assert "printed.pdf" in [each.origin for each in first.read]
    assert without_made(here.review(question)) == without_made(first)
    shorter = question.replace({"text": "Does intermediate training help?", "languages": ("en", "de")})
    review(shorter, "another", here.store, judge=LexicalJudge())
    assert opened == ["pdf"]


def test_wherever_it_is_stopped_it_goes_on(tmp_path: Path) -> None:
    """Stopped at each stage in turn, it ends as if it had not been; nobody is asked anything twice."""
    (tmp_path / "whole").mkdir()
    with world(tmp_path / "whole") as untouched:
        heard: list[Stage] = []
        expected = without_made(untouched.review(say=heard.append))
    (tmp_path / "stopped").mkdir()
    with world(tmp_path / "stopped") as here:
        question = here.question().replace({"folder": expected.question.folder})
        judge = Numbers()
        for place in range(len(heard)):
            with pytest.raises(StoppedError):
                here.review(question, judge, stopping_at(place))
        assert without_made(here.review(question, judge)) == expected
        sent = [(asked.service, asked.params) for asked in here.fake.log]
        assert len(set(sent)) == len(sent) == 2
        assert len(set(judge.asked)) == len(judge.asked)


def test_the_failure_of_one_source_is_its_own(here: World) -> None:
    """What the others gave is used; why it failed is in the synthesis, and among its warnings."""
    here.fake.plan("openalex", [], then=broken(500))
    made = here.review()
    assert [bool(each.failed) for each in made.searched] == [True, False, False]
    assert _adds_up(made)
    assert made.checked
    assert any(each.startswith("openalex was not searched to its end") for each in made.warnings)
    coverage = next(each for each in made.scores if each.reviewer == "coverage")
    assert any("openalex failed" in each for each in coverage.reasons)


def test_all_sources_fail(here: World) -> None:
    """Then there is nothing to make a synthesis of: the reason of each is told."""
    for name in ("openalex", "semanticscholar"):
        here.fake.plan(name, [], then=broken(500))
    question = here.question().replace({"folder": ""})
    with pytest.raises(
        UserError, match=r"None of the sources gave anything:\n  openalex: .*\n  semanticscholar: "
    ):
        here.review(question)


def test_no_result_is_a_result(here: World) -> None:
    """Databases that have nothing for a question are no error: the synthesis says so."""
    here.fake.handlers = {
        "openalex": fake_openalex.holding(()),
        "semanticscholar": fake_semantic_scholar.holding(()),
    }
    made = here.review(here.question().replace({"folder": ""}))
    assert (made.screening.identified, made.works, made.checked) == (0, (), ())
    assert _adds_up(made)
    assert read_synthesis(here.store, "a-review") == made


def test_offline_with_nothing_kept(here: World) -> None:
    """Databases then fail, each saying why, and the folder is read all the same."""
    made = here.review(offline=True)
    assert all("offline" in each.failed for each in made.searched[:2])
    assert [each.paper.source for each in made.works] == ["folder", "folder"]
    assert here.fake.log == []


def test_the_judge_by_rules_keeps_nothing(here: World) -> None:
    """New rules count at once, and so do new ones for taking sentences apart."""
    made = review(here.question().replace({"sources": ()}), "a-review", here.store, judge=LexicalJudge())
    assert made.checked
    assert not (here.store.root / "literature" / "judgements").exists()


def test_a_limit_is_of_each_database(here: World) -> None:
    """No source gives more records, and what it has in all is told."""
    made = here.review(here.question().replace({"limit": 2}))
    assert [(each.found, each.total) for each in made.searched] == [(2, 3), (2, 2), (2, 2)]


def test_another_question_of_the_same_name(here: World) -> None:
    """It is refused before anything is searched."""
    keep_question(here.store, "a-review", here.question("Does coffee help training?"))
    with pytest.raises(UserError, match=r"Another question is kept as 'a-review'"):
        here.review()
    assert here.fake.log == []


def test_contradictory_sources(here: World) -> None:
    """Where as many papers stand on both sides the claim is disputed, and agreement is scored by that."""
    here.fake.handlers["openalex"] = fake_openalex.holding(
        [paper(1, "3.5"), paper(2, "3.5"), paper(3, "7.0")]
    )
    made = here.review(here.question().replace({"folder": "", "sources": ("openalex",)}))
    assert [(each.verdict, each.disputed) for each in made.checked[:2]] == [(UNKNOWN, True)] * 2


@given(
    papers=st.lists(
        st.builds(
            lambda number, source, year, about, retracted: paper(number, "3.5").replace(
                {
                    "source": source,
                    "year": year,
                    "retracted": retracted,
                    "abstract": "Intermediate training helps zero-shot transfer."
                    if about
                    else "Coffee is hot.",
                }
            ),
            st.integers(0, 5),
            st.sampled_from(["openalex", "acl"]),
            st.sampled_from([None, 2018, 2024]),
            st.booleans(),
            st.booleans(),
        ),
        max_size=8,
    )
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counts_always_add_up(
    papers: list[Paper], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Identified = duplicates + excluded + included, whatever the sources give; no work is in two of them."""
    searched = (Searched(source="openalex", query="x", found=len(papers)),)
    monkeypatch.setattr(review_module, "find_papers", lambda *_: Identified(tuple(papers), searched))
    made = review(
        Question(
            text="Does intermediate training help zero-shot transfer?", sources=("openalex",), since=2020
        ),
        "counted",
        open_store(tmp_path_factory.mktemp("counted")),
        judge=Numbers(),
    )
    assert _adds_up(made)
    keys = [*(each.key for each in made.screening.excluded), *made.screening.included]
    assert len(set(keys)) == len(keys)
