"""A report as a folder of files: which there are, what they hold; the same contents make the same report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from stiltwalk.render import write
from stiltwalk.render.charts.every import charts
from stiltwalk.render.folder import MANIFEST, files_in
from stiltwalk.render.tables.every import tables
from stiltwalk.render.tables.table import csv, latex, markdown
from stiltwalk.render.write import written
from tests.render.worlds import World, contents

SMALL = contents(World(arms=2, targets=2, languages=4, measured=False, claims=True))


@pytest.fixture(scope="module", autouse=True)
def _few_figures() -> Iterator[None]:
    """Two figures do for what is tested here, and a PDF takes its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "charts", lambda contents: charts(contents)[:2])
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report that was written."""
    page = written(SMALL, tmp_path_factory.mktemp("write") / "report")
    assert page.name == "report.html"
    return page.parent


def test_every_table_lies_beside_the_page_in_three_forms(folder: Path) -> None:
    """Each file is what the table's own writer makes of it."""
    made = tables(SMALL)
    assert len(made) > 5
    for table in made:
        for ending, form in (("md", markdown), ("tex", latex), ("csv", csv)):
            text = (folder / "tables" / f"{table.name}.{ending}").read_bytes().decode("utf-8")
            assert text == form(table)
    assert len([*(folder / "tables").iterdir()]) == 3 * len(made)


def test_every_figure_lies_beside_the_page_in_two_forms(folder: Path) -> None:
    """Under the same name; an SVG begins as one, and so does a PDF."""
    paths = sorted((folder / "figures").iterdir())
    assert {path.stem for path in paths if path.suffix == ".svg"} == {
        path.stem for path in paths if path.suffix == ".pdf"
    }
    assert len(paths) == 4
    for path in paths:
        head = path.read_bytes()[:200]
        assert head.startswith(b"%PDF-") if path.suffix == ".pdf" else b"<svg" in head


def test_the_study_and_the_claims_lie_beside_the_page(folder: Path) -> None:
    """The file that makes the study again, to the letter; claims for programs."""
    assert (folder / "study.yaml").read_text(encoding="utf-8") == SMALL.yaml
    claims = json.loads((folder / "claims.json").read_text(encoding="utf-8"))
    assert [each["claim"] for each in claims["claims"]] == [each.claim.id for each in SMALL.claims]


def test_whatever_the_page_links_to_is_there(folder: Path) -> None:
    """Links that lead to no place within the page and to no address lead to a file of the report."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    links = {each for each in re.findall(r'href="([^"#]+)"', page) if not re.match(r"[a-z]+:", each)}
    assert links >= {"study.yaml", "claims.json"}
    assert {each for each in links if not (folder / each).is_file()} == set()


def test_the_same_contents_make_the_same_report(folder: Path, tmp_path: Path) -> None:
    """Byte for byte: what changes in a report is what changed in the study."""
    written(SMALL, tmp_path / "again")
    assert (tmp_path / "again" / MANIFEST).read_bytes() == (folder / MANIFEST).read_bytes()


def test_names_of_a_study_are_no_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever arms and targets are called, files have plain names, and lie in the report."""
    monkeypatch.setattr(write, "charts", lambda contents: ())
    written(contents(World(hostile=True)), tmp_path / "deep" / "report")
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["report"]
    names = [Path(name) for name in files_in(tmp_path / "deep" / "report")]
    assert all(re.fullmatch(r"[a-z0-9-]+\.[a-z]+", name.name) for name in names)


def test_each_part_is_told_of_before_it_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that fails has been told of, and leaves nothing."""
    said: list[str] = []

    def broken(*_: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(write, "charts", lambda contents: ())
    monkeypatch.setattr(write, "page", broken)
    with pytest.raises(ZeroDivisionError):
        written(replace(SMALL, made="2026"), tmp_path / "report", say=said.append)
    assert said == ["tables", "figures", "page"]
    assert [*tmp_path.iterdir()] == []
