"""Tests of the command literature: on a folder, shown again, listed, refused; and the same from Python."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path

import pytest

import stiltwalk
from stiltwalk.cli.literature.asked import NOTHING, question_of
from stiltwalk.literature.keeping import keep_question, keep_synthesis
from stiltwalk.store.store import open_store
from tests.cli.conftest import Command
from tests.literature.services import fake_openalex
from tests.literature.services.fake_services import serving
from tests.literature.synthetic import QUESTION, synthesis
from tests.literature.worlds import FILES, PAPERS, TEXT, Numbers

MINE = """
from stiltwalk.literature.records.evidence import Judgement
from stiltwalk.literature.records.synthesis import Score

def unsure(pairs):
    return [Judgement(label="not enough evidence", confidence=0.1) for _ in pairs]

def style(synthesis):
    return Score(reviewer="style", score=7, reasons=(f"{len(synthesis.works)} works.",))
"""


@pytest.fixture
def papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two papers, seen from the folder above it, which has a module of the user's."""
    folder = tmp_path / "papers"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (tmp_path / "my_models.py").write_text(MINE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return folder


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A store with a synthesis that was made, and one that was begun."""
    store = open_store(tmp_path / "store")
    keep_question(store, "made-up", QUESTION)
    keep_synthesis(store, synthesis())
    keep_question(store, "begun", QUESTION.replace({"text": "Does coffee help?"}))
    return store.root


def test_a_folder_from_question_to_report(command: Command, papers: Path, tmp_path: Path) -> None:
    """Sources, counts, claims with verdicts, scores and where the report is are printed; then shown again."""
    words = ("--store", tmp_path / "store")
    ended = command("literature", TEXT, "--from", papers, "--name", "mine", *words)
    assert ended.code == 0, ended.err
    page = tmp_path / "store" / "literature" / "mine" / "report" / "report.html"
    assert page.is_file()
    for part in (
        TEXT,
        "Kept as 'mine'",
        "folder      2   2",
        "included, of these 2 read whole",
        "Intermediate training on SQuAD improves XTREME by 3.5 points over no intermediate training.",
        "not enough evidence",
        "Review score: ",
        "verification: ",
        "1 warning\n",
        f"Report: {page}",
    ):
        assert part in ended.out, part
    assert "99.0" not in ended.out
    assert "no database is asked, for there is a folder" in ended.err
    assert "  read: 2, 2 works included" in ended.err
    again = command("literature", "mine", *words)
    assert (again.code, again.out) == (0, ended.out)
    anew = command("literature", TEXT.upper(), "--from", papers, "--name", "mine", "--since", "2030", *words)
    assert "it was asked before with other settings" in anew.err


def test_models_of_ones_own_and_json(command: Command, papers: Path, tmp_path: Path) -> None:
    """A judge and a reviewer are plugged in; one JSON object is printed, and nothing beside it."""
    words = ("--judge", "my_models:unsure", "--reviewer", "my_models:style", "--no-report", "--json")
    ended = command("literature", TEXT, "--from", papers, "--store", tmp_path / "store", *words)
    assert (ended.code, ended.err) == (0, "")
    found = ended.json
    assert found["synthesis"]["judge"].startswith("my_models:unsure (source ")
    assert {"claim", "verdict", "confidence", "work", "section", "start", "values", "evidence"} <= {
        *found["rows"][0]
    }
    assert {row["verdict"] for row in found["rows"]} == {"not enough evidence"}
    assert found["scores"][-1] == {"reviewer": "style", "score": 7.0, "reasons": ["2 works."]}
    assert [source["source"] for source in found["sources"]] == ["folder"]
    assert found["screening"]["identified"] == 2
    assert found["verdicts"] == {
        "claims": 2,
        "supported": 0,
        "contradicted": 0,
        "not enough evidence": 2,
        "disputed": 0,
    }
    assert len(found["suspicious"]) == 1
    assert found["report"] == []


def test_what_is_kept_is_listed(command: Command, kept: Path) -> None:
    """With its question and counts; what was begun says so; an empty store says what to do."""
    ended = command("literature", "--store", kept)
    assert ended.code == 0
    assert [line.split()[0] for line in ended.out.splitlines()[1:]] == ["begun", "made-up"]
    rows = command("literature", "--store", kept, "--json").json["rows"]
    assert [(row["name"], row["made"], row["supported"]) for row in rows] == [
        ("begun", "not finished", None),
        ("made-up", synthesis().made, 10),
    ]
    (kept / "literature" / "made-up" / "synthesis.json").write_text("{", encoding="utf-8")
    assert "damaged" in command("literature", "--store", kept).out
    empty = open_store(kept.with_name("empty")).root
    assert "no synthesis is kept in" in command("literature", "--store", empty).err


def test_what_is_damaged_is_named(command: Command, kept: Path) -> None:
    """By ``store verify``, with the file and the cure; the exit code is 1."""
    assert command("store", "verify", "--store", kept).code == 0
    path = kept / "literature" / "made-up" / "synthesis.json"
    path.write_bytes(path.read_bytes().replace(b"XTREME", b"XTREMF", 1))
    ended = command("store", "verify", "--store", kept)
    assert (ended.code, "1 of what is kept" in ended.err) == (1, True)
    assert f"synthesis made-up: {path}\n" in ended.out
    assert "delete it and ask the question again" in ended.out
    (row,) = command("store", "verify", "--store", kept, "--json").json["rows"]
    assert (row["what"], row["name"], row["folder"]) == ("synthesis", "made-up", str(path))


def test_shown_by_name(command: Command, kept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A report is made of it anew, and opened if that is wanted; one that was not finished is refused."""
    opened: list[str] = []

    def shown(uri: str) -> bool:
        opened.append(uri)
        return True

    monkeypatch.setattr(webbrowser, "open", shown)
    out = tmp_path / "elsewhere"
    ended = command("literature", "made-up", "--store", kept, "--out", out, "--open")
    assert ended.code == 0, ended.err
    assert "10 claims: 10 supported" in ended.out
    assert opened == [(out / "report.html").as_uri()]
    ended = command("literature", "begun", "--store", kept)
    assert (ended.code, "'begun' was begun and not finished" in ended.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["made-up", "--limit", "5"], r"'made-up' is the name of a synthesis that is kept"),
        (["made-u"], r"There is no synthesis 'made-u'. Did you mean 'made-up'?"),
        (["made"], r"Did you mean 'made-up'? Without a name, what is kept is listed"),
        (["--sources", "acl"], r"There is no question. Give one"),
        (
            [TEXT, "--sources", "openalex,arxive"],
            r"There is no database of papers 'arxive'. Did you mean 'arxiv'?",
        ),
        ([TEXT, "--sources", ","], r"There is nothing to search"),
        ([TEXT, "--from", "nowhere"], r"expected a folder of papers"),
        ([TEXT, "--language", "english"], r"--language 'english': expected a code of ISO 639-1"),
        ([TEXT, "--name", "My Name"], r"--name 'My Name': expected at most 40"),
        ([TEXT, "--from", ".", "--judge", "my_models:nobody"], r"there is no module 'my_models'"),
        ([TEXT, "--from", ".", "--judge", "./lexicl"], r"Did you mean 'lexical'?"),
        ([TEXT, "--from", ".", "--reviewer", "style"], r"--reviewer style: expected module:function"),
        ([TEXT, "--endpoint", "acl"], r"--endpoint acl: expected NAME=ADDRESS, such as acl="),
        ([TEXT, "--endpoint", "acm=x"], r"There is no database of papers 'acm'. Did you mean 'acl'?"),
        (["Hilft das Training beim Transfer?"], r"seems to be in another language (das, beim)"),
        ([TEXT, "--limit", "0"], r"Invalid value for '--limit'"),
    ],
)
def test_mistakes(
    command: Command,
    kept: Path,
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each ends with exit code 2 and says how to mend it, before anything is searched."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "my_models", raising=False)
    ended = command("literature", *words, "--store", kept)
    assert ended.code == 2
    assert message in " ".join(ended.err.split())
    assert "Traceback" not in ended.err


def test_all_databases_unless_there_is_a_folder() -> None:
    """Five where nothing is said; none beside a folder, unless they are named."""
    assert question_of("x", NOTHING).sources == ("openalex", "arxiv", "semanticscholar", "crossref", "acl")
    folder = NOTHING._replace(folder=Path("papers"))
    assert question_of("x", folder).sources == ()
    assert question_of("x", folder._replace(sources="acl, acl,arxiv")).sources == ("acl", "arxiv")


def test_from_python(papers: Path, tmp_path: Path) -> None:
    """The same as a function; a judge and a reviewer may be objects."""
    judge = Numbers()
    made = stiltwalk.synthesis(
        TEXT, folder=papers, judge=judge, reviewers=["my_models:style"], store=tmp_path / "store"
    )
    assert (len(made.works), made.judge) == (2, "numbers 1")
    assert judge.asked
    assert made.scores[-1].reviewer == "style"


def test_a_thousand_claims(command: Command, tmp_path: Path) -> None:
    """The table says how many are left out of it; what a paper says cannot steer the terminal."""
    store = open_store(tmp_path / "store")
    keep_question(store, "large", QUESTION)
    made = synthesis()
    odd = made.checked[0].claim.replace({"quote": "\x1b[2JGains\u202e of 5 points."})
    checked = tuple(
        made.checked[0].model_copy(update={"claim": odd.replace({"id": str(number)})})
        for number in range(1_000)
    )
    keep_synthesis(store, made.model_copy(update={"name": "large", "checked": checked}))
    ended = command("literature", "large", "--store", store.root, "--no-report")
    assert ended.code == 0
    assert "1000 claims: 1000 supported" in ended.out
    assert "975 more are in the report, and printed by --json." in ended.out
    assert not {"\x1b", "\u202e"}.intersection(ended.out)


def test_the_report_is_not_made_where_it_may_not_stand(
    command: Command, papers: Path, tmp_path: Path
) -> None:
    """A folder that holds something else is refused before anything is searched."""
    ended = command("literature", TEXT, "--from", papers, "--out", papers, "--store", tmp_path / "store")
    assert (ended.code, "holds other things than an earlier report" in ended.err) == (2, True)
    assert not (tmp_path / "store" / "literature").exists()


def test_databases_from_question_to_rows(command: Command, tmp_path: Path) -> None:
    """One that answers and one that is down: what was found is used, and the failure is told."""
    handlers = {"openalex": fake_openalex.holding(PAPERS)}
    words = ("--sources", "openalex,semanticscholar", "--no-report", "--store", tmp_path / "store")
    with serving(handlers) as fake:
        places = [f"--endpoint={name}={fake.endpoint(name)}" for name in ("openalex", "semanticscholar")]
        ended = command("literature", TEXT, *words, *places)
        assert ended.code == 0, ended.err
        assert "searches openalex, semanticscholar" in ended.err
        asked = len(fake.asked("openalex"))
        again = command("literature", TEXT, *words, *places, "--offline", "--json").json
        assert len(fake.asked("openalex")) == asked == 1
    assert "semanticscholar was not searched to its end (it gave nothing): " in " ".join(ended.out.split())
    assert [(each["source"], each["found"], bool(each["failed"])) for each in again["sources"]] == [
        ("openalex", 3, False),
        ("semanticscholar", 0, True),
    ]
    assert [(row["verdict"], row["disputed"]) for row in again["rows"]] == [
        ("not enough evidence", True),  # of three papers one says the same, and one another number
        ("not enough evidence", True),
        ("contradicted", False),
    ]
