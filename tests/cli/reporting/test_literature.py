"""Tests of what others found beside a study: claims joined with its gains, cited once, and never guessed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stiltwalk import api
from stiltwalk.cli.reporting.gather import gathered_contents
from stiltwalk.cli.reporting.literature import read_syntheses, with_literature
from stiltwalk.literature.keeping import keep_question, keep_synthesis
from stiltwalk.literature.records.evidence import Checked
from stiltwalk.literature.records.papers import Paper, Work
from stiltwalk.literature.records.synthesis import Synthesis
from stiltwalk.render.contents import Beside, Contents
from stiltwalk.render.synthesis.write import written
from stiltwalk.spec.errors import UserError
from stiltwalk.store.store import Store, open_store
from tests.cli.conftest import Command
from tests.cli.verdict_worlds import finish, gains_of, kept, made
from tests.literature.claims import claim
from tests.render.synthesis.syntheses import USUAL, synthesis

SLOTS: Mapping[str, Any] = {
    "subject": "intermediate training on MNLI",
    "comparison": "no intermediate training",
    "direction": "better",
    "data_set": "PAN-X",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A finished study, in which MNLI gains 3 points and HellaSwag next to none."""
    planned = made()
    found = kept(tmp_path_factory.mktemp("beside") / "store", planned)
    finish(found, planned, gains_of({"mnli": 3.0, "hellaswag": 0.1}))
    return found


@pytest.fixture(scope="module")
def rehearsal(store: Store) -> Contents:
    """What its report shows: the scale is that of a rehearsal."""
    return gathered_contents(made(), store, audit=False)


@pytest.fixture(scope="module")
def contents(rehearsal: Contents) -> Contents:
    """The same, were it none."""
    return replace(rehearsal, rehearsal="")


def literature(*slots: Mapping[str, Any], works: tuple[Work, ...] = ()) -> Synthesis:
    """A synthesis of one work that states a claim for each of ``slots``."""
    paper = Paper(source="acl", id="x", title="Why?", authors=("Ada Lovelace",), year=1843, doi="10.1/x")
    own = works or (Work(key="doi:10.1/x", paper=paper, records=(paper,)),)
    checked = tuple(
        Checked(
            claim=claim(f"Sentence {n}.", own[0].key, {**SLOTS, **each}),
            verdict="supported",
            confidence=0.9,
        )
        for n, each in enumerate(slots)
    )
    return synthesis(USUAL).model_copy(update={"works": own, "checked": checked, "suspicious": ()})


def rows(contents: Contents, *slots: Mapping[str, Any]) -> tuple[Beside, ...]:
    """The rows of such a synthesis."""
    found = with_literature(contents, [literature(*slots)]).literature
    assert found is not None
    return found.rows


def test_a_claim_stands_beside_the_gain_that_it_is_about(contents: Contents) -> None:
    """MNLI gains 3.0 on PAN-X, over three seeds, and its interval leaves 0 out: they agree."""
    (row,) = rows(contents, {})
    assert row.ours is not None
    assert row.ours.gain == pytest.approx(3.0)
    assert row.ours.low > 0
    assert (row.arm, row.of, row.encoder, row.ours.seeds) == ("mnli", "panx", "e", 3)
    assert (row.agreement.outcome, row.reference) == ("agrees", "Lovelace 1843")


@pytest.mark.parametrize(
    ("slots", "outcome"),
    [
        ({"direction": "worse"}, "differs"),
        ({"subject": "HellaSwag"}, "not decided"),
        ({"subject": "QQP"}, "not measured"),
        ({"data_set": "XNLI"}, "not comparable"),
        ({"condition": "XLM-R Large"}, "not comparable"),
        ({"data_set": "PAN-X", "condition": "in Quechua"}, "not measured"),
    ],
)
def test_outcomes(contents: Contents, slots: Mapping[str, Any], outcome: str) -> None:
    """Each by its own rule, and a number only where there is one."""
    (row,) = rows(contents, slots)
    assert row.agreement.outcome == outcome
    assert (row.ours is None) == (outcome in {"not measured", "not comparable"})


def test_a_rehearsal_never_agrees(rehearsal: Contents) -> None:
    """Whatever its numbers are."""
    found = rows(rehearsal, {}, {"direction": "worse"}, {"direction": "same"})
    assert [row.agreement.outcome for row in found] == [
        "suggests the same",
        "suggests otherwise",
        "suggests otherwise",
    ]


def test_a_study_that_is_not_complete_decides_nothing(contents: Contents) -> None:
    """Its verdict is held back, and so is this."""
    (row,) = rows(replace(contents, withheld=True), {})
    assert (row.agreement.outcome, row.agreement.reason) == ("not decided", "The study is not complete.")


def test_claims_about_something_else_are_counted(contents: Contents) -> None:
    """They are no rows, and their papers are not cited."""
    found = with_literature(contents, [literature({"subject": "a larger encoder"}, {"data_set": "MLDoc"})])
    assert found.literature is not None
    assert (found.literature.rows, found.literature.others) == ((), 2)
    assert found.references == contents.references


def test_papers_are_cited_once(contents: Contents) -> None:
    """One that the report cites before keeps its key; two of one name are told apart."""
    phang = Paper(source="arxiv", id="a", title="T", authors=("J P", "K L", "M N"), arxiv="2005.13013")
    known = Work(key="arxiv:2005.13013", paper=phang, records=(phang,))
    papers = [Paper(source="acl", id=n, title=n, authors=("Ada Lovelace",), year=1843) for n in "ab"]
    works = [Work(key=paper.id, paper=paper, records=(paper,)) for paper in papers]
    given = [literature({}, {}, works=(known,)), *(literature({}, works=(work,)) for work in works)]
    found = with_literature(contents, given)
    assert found.literature is not None
    assert [row.reference for row in found.literature.rows] == [
        "Phang et al. 2020",
        "Phang et al. 2020",
        "Lovelace 1843",
        "Lovelace 1843 (2)",
    ]
    assert [each.key for each in found.references[len(contents.references) :]] == [
        "Lovelace 1843",
        "Lovelace 1843 (2)",
    ]


def test_a_report_shows_what_others_found(
    command: Command, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name and by file, on the page and as a table; the quote is folded, the paper cited."""
    monkeypatch.setattr("stiltwalk.render.write.charts", lambda contents: ())
    shutil.copytree(store.root, tmp_path / "store")
    own = open_store(tmp_path / "store")
    found = literature({}, {"subject": "a larger encoder"})
    keep_question(own, found.name, found.question)
    keep_synthesis(own, found)
    file = written(found.model_copy(update={"name": "other"}), tmp_path / "synthesis").parent
    words = ("report", "judged", "--store", own.root, "--out", tmp_path / "report")
    ended = command(*words, "--literature", found.name, "--literature", file)
    assert ended.code == 0, ended.err
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    part = page[page.index('id="literature"') : page.index('id="limitations"')]
    assert "2 comparisons: 2 suggests the same." in part
    assert "Sentence 0." in part
    assert "2 claims of them are about something else" in part
    assert "Lovelace 1843" in page[page.index('id="references"') :]
    table = (tmp_path / "report" / "tables" / "literature.csv").read_text(encoding="utf-8")
    assert table.count("Sentence 0.") == 2
    again = api.report("judged", out=tmp_path / "again", store=own.root, literature=[found.name])
    assert "1 comparison: 1 suggests the same." in again.read_text(encoding="utf-8")


def test_what_is_no_synthesis_is_refused(store: Store, tmp_path: Path) -> None:
    """An unknown name, a file that is none, one that cites what it does not include."""
    with pytest.raises(UserError, match=r"There is no synthesis in the store .* called 'stlits'"):
        read_syntheses(store, ["stlits"])
    with pytest.raises(UserError, match=r"nothing\.json is missing or no JSON object"):
        read_syntheses(store, [str(tmp_path / "nothing.json")])
    broken = literature({}).model_copy(update={"works": synthesis(USUAL).works[1:]})
    keep_question(store, broken.name, broken.question)
    keep_synthesis(store, broken)
    with pytest.raises(UserError, match=r"cites the work 'doi:10\.1/x', which is none of the 7"):
        read_syntheses(store, [broken.name])
