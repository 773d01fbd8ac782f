"""Tests of the command report: what it says and writes, and what it refuses before anything is touched."""

from __future__ import annotations

import json
import shutil
import webbrowser
from pathlib import Path

import pytest

from stiltwalk import api
from stiltwalk.cli import verdict
from stiltwalk.cli.reporting import parts
from stiltwalk.store.disk import DiskError
from stiltwalk.store.looks import read_looks
from stiltwalk.store.store import Store
from tests.cli.conftest import Command
from tests.cli.verdict_worlds import finish, gains_of, kept, made

GAINS = gains_of({"mnli": 3.0, "hellaswag": 0.1})
BESIDE = {"report.html", "claims.json", "study.yaml", "manifest.json"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a finished study whose arm mnli gains 3 points."""
    planned = made()
    store = kept(tmp_path_factory.mktemp("report") / "store", planned)
    finish(store, planned, GAINS)
    return store.root


@pytest.fixture
def store(template: Path, tmp_path: Path) -> Store:
    """A copy of it, to report from."""
    return Store(Path(shutil.copytree(template, tmp_path / "store")))


def test_a_report_is_written_and_its_page_named(command: Command, store: Store, tmp_path: Path) -> None:
    """Told beforehand what is written, then each part with its time; the page's path ends it."""
    out = tmp_path / "report"
    ended = command("report", "judged", "--store", store.root, "--out", out)
    assert ended.code == 0, ended.err
    assert ended.out == f"{out / 'report.html'}\n"
    first, *lines = ended.err.splitlines()
    assert first == f"writes {out}: report.html, figures, tables, claims.json, study.yaml"
    said = [line.strip().partition(":")[0] for line in lines]
    assert said[:2] == ["rows", "verdict"]
    assert said[-3:] == ["tables", "figures", "page"]
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {name for name in files if "/" not in name} == BESIDE
    for folder, endings in (("tables", {"md", "tex", "csv"}), ("figures", {"svg", "pdf"})):
        names: dict[str, set[str]] = {}
        for path in (out / folder).iterdir():
            names.setdefault(path.stem, set()).add(path.suffix[1:])
        assert names
        assert all(each == endings for each in names.values()), folder
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Does it help?" in page
    assert "A rehearsal: does not answer the question at this scale." in page
    assert json.loads((out / "claims.json").read_text(encoding="utf-8"))["study"] == "judged"


@pytest.mark.usefixtures("undrawn")
def test_for_programs(
    command: Command, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One object with every file, nothing else; the folder is named after the study."""
    monkeypatch.chdir(tmp_path)
    ended = command("report", "judged", "--store", store.root, "--json")
    assert (ended.code, ended.err) == (0, "")
    found = ended.json
    folder = tmp_path / "judged-report"
    assert (found["study"], found["folder"]) == ("judged", str(folder))
    assert found["page"] == str(folder / "report.html")
    assert {*found["files"]} >= BESIDE
    assert all((folder / name).is_file() for name in found["files"])


@pytest.mark.usefixtures("undrawn")
def test_an_earlier_report_is_replaced(command: Command, store: Store, tmp_path: Path) -> None:
    """Made again it is another page in the same place; only its own look is on record, once."""
    out = tmp_path / "report"
    for _ in range(2):
        ended = command("report", "judged", "--store", store.root, "--out", out)
        assert ended.code == 0, ended.err
    assert len(read_looks(store, "judged")) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"report", "store"}


def test_other_things_are_refused_before_anything_is_done(
    command: Command, store: Store, tmp_path: Path
) -> None:
    """The folder is left as it is, and no look is spent."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("years of work")
    ended = command("report", "judged", "--store", store.root, "--out", tmp_path / "thesis")
    assert (ended.code, ended.out) == (2, "")
    assert "holds other things than an earlier report: chapter.tex. Nothing in it was touched." in ended.err
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter.tex"]
    assert read_looks(store, "judged") == []


@pytest.mark.usefixtures("undrawn")
def test_a_place_that_cannot_be_written_is_told_of(command: Command, store: Store, tmp_path: Path) -> None:
    """In words, without a traceback."""
    (tmp_path / "file").write_text("")
    ended = command("report", "judged", "--store", store.root, "--out", tmp_path / "file" / "report")
    assert (ended.code, ended.out) == (2, "")
    assert f"The report cannot be written to {tmp_path / 'file' / 'report'}" in ended.err
    assert "Traceback" not in ended.err


def test_an_unknown_study_is_a_mistake(command: Command, store: Store) -> None:
    """The nearest name is suggested."""
    ended = command("report", "jugded", "--store", store.root)
    assert (ended.code, ended.out) == (2, "")
    assert "Did you mean 'judged'?" in ended.err


def test_nothing_finished_is_nothing_to_report(command: Command, tmp_path: Path) -> None:
    """It says so, and writes no folder."""
    store = kept(tmp_path / "store", made())
    out = tmp_path / "report"
    ended = command("report", "judged", "--store", store.root, "--out", out)
    assert (ended.code, ended.out) == (2, "")
    assert "No cell of the study 'judged' is finished (0 of 18), so there is nothing to report." in ended.err
    assert not out.exists()


def test_a_damaged_step_is_named(command: Command, store: Store, tmp_path: Path) -> None:
    """As by every command that reads rows; no page is made of the rest."""
    rows = next(store.root.glob("steps/*/*/results.parquet"))
    rows.write_bytes(b"no parquet")
    shutil.rmtree(store.root / "index", ignore_errors=True)
    ended = command("report", "judged", "--store", store.root, "--out", tmp_path / "report")
    assert (ended.code, ended.out) == (2, "")
    assert rows.parent.name[:12] in ended.err
    assert not (tmp_path / "report").exists()


@pytest.mark.usefixtures("undrawn")
def test_the_page_is_opened_where_that_is_asked_for(
    command: Command, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it is written, by the standard library; where there is no browser that is said."""
    opened: list[tuple[str, bool]] = []
    page = tmp_path / "report" / "report.html"
    monkeypatch.setattr(webbrowser, "open", lambda uri: opened.append((uri, page.exists())))
    words = ("report", "judged", "--store", store.root, "--out", page.parent)
    assert command(*words).code == 0
    assert opened == []
    ended = command(*words, "--open")
    assert ended.code == 0
    assert opened == [(page.as_uri(), True)]
    assert f"no browser was found to open {page} with" in ended.err


@pytest.mark.usefixtures("undrawn")
def test_a_study_that_is_not_complete(command: Command, tmp_path: Path) -> None:
    """It is reported as far as it is; with --final it is judged as it stands, on record."""
    planned = made()
    store = kept(tmp_path / "store", planned)
    finish(store, planned, GAINS, done=lambda arm, seed: seed < 3)
    words = ("report", "judged", "--store", store.root, "--out", tmp_path / "report")
    assert command(*words).code == 0
    assert read_looks(store, "judged") == []
    assert command(*words, "--final").code == 0
    assert [look["last"] for look in read_looks(store, "judged")] == [True]


@pytest.mark.usefixtures("undrawn")
def test_claims_of_ones_own(command: Command, store: Store, tmp_path: Path) -> None:
    """They stand in place of those that come along; a file that is none is a mistake."""
    file = tmp_path / "claims.yaml"
    file.write_text(
        "claims:\n- {id: mine, version: '1', text: It helps., source: {paper: me, place: here}, "
        "scope: {targets: {udpos: test}}, predicates: [{name: gain, kind: decision, decision: gain, "
        "answers: [gain]}]}\n",
        encoding="utf-8",
    )
    out = tmp_path / "report"
    words = ("report", "judged", "--store", store.root, "--out", out, "--claims")
    assert command(*words, file).code == 0
    said = json.loads((out / "claims.json").read_text(encoding="utf-8"))["claims"]
    assert [each["claim"] for each in said] == ["mine"]
    before = (out / "report.html").read_bytes()
    ended = command(*words, tmp_path / "nowhere.yaml")
    assert ended.code == 2
    assert "nowhere.yaml" in ended.err
    assert (out / "report.html").read_bytes() == before


@pytest.mark.usefixtures("undrawn")
def test_from_python(store: Store, tmp_path: Path) -> None:
    """The same as a function, which returns the page's path."""
    page = api.report("judged", out=tmp_path / "report", store=store.root)
    assert page == tmp_path / "report" / "report.html"
    assert page.is_file()


def test_parts_on_a_terminal_and_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each part has a line once it is done; one that failed has none; asked to be quiet, nothing is said."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    for quiet, lines in ((False, ["  first: 0.0 s"]), (True, [])):
        with pytest.raises(ZeroDivisionError), parts.Parts(quiet=quiet) as shown:
            _fail_in_the_second(shown)
        written = capfd.readouterr().err
        assert [line for line in lines if line not in written] == []
        assert "second:" not in written
        assert bool(written) is not quiet


def _fail_in_the_second(shown: parts.Parts) -> None:
    shown.say("first")
    shown.say("second")
    raise ZeroDivisionError


@pytest.mark.usefixtures("undrawn")
def test_a_store_that_cannot_be_written_can_be_reported(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look is not put on record, which the page says."""

    def closed(*_: object) -> None:
        raise DiskError("the store cannot be written")

    monkeypatch.setattr(verdict, "add_look", closed)
    page = api.report("judged", out=tmp_path / "report", store=store.root)
    assert "This look could not be put on record" in page.read_text(encoding="utf-8")
