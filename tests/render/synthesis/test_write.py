"""Tests of the folder of a synthesis: which files, what they hold, and that programs can read them."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from stiltwalk.literature.keeping import synthesis_in
from stiltwalk.render.folder import MANIFEST, files_in
from stiltwalk.render.synthesis.page import FILES
from stiltwalk.render.synthesis.write import written
from stiltwalk.spec.errors import UserError
from tests.render.synthesis.syntheses import FAILING, HOSTILE, LARGE, NOTHING, USUAL, synthesis


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a usual synthesis."""
    said: list[str] = []
    page = written(synthesis(USUAL), tmp_path_factory.mktemp("synthesis") / "out", say=said.append)
    assert page.name == "report.html"
    assert said == ["claims", "references", "page"]
    return page.parent


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [*csv.DictReader(stream)]


def test_the_files_are_there(folder: Path) -> None:
    """The page, what it links to, and a manifest; nothing else."""
    assert {path.name for path in folder.iterdir()} == {"report.html", MANIFEST, *FILES}
    page = (folder / "report.html").read_text(encoding="utf-8")
    links = {each for each in re.findall(r'href="([^"#]+)"', page) if not re.match(r"[a-z]+:", each)}
    assert links == {*FILES}


def test_the_synthesis_is_read_back_the_same(folder: Path) -> None:
    """All of it lies beside the page, and makes the same page again."""
    assert synthesis_in(folder / "synthesis.json") == synthesis(USUAL)


def test_claims_are_there_for_programs(folder: Path) -> None:
    """As many rows as claims, each with its verdict and sources; in JSON to the letter, with all evidence."""
    found = synthesis(USUAL)
    listed = rows(folder / "claims.csv")
    assert [row["id"] for row in listed] == [each.claim.id for each in found.checked]
    assert [row["verdict"] for row in listed] == [each.verdict for each in found.checked]
    assert listed[0]["source"] == "[1]"
    assert listed[0]["supported by"] == "[2]"
    assert listed[1]["contradicted by"] == "[3]"
    # a spreadsheet takes what begins with a plus for a formula
    assert listed[0]["values"] == "'+1.2 points"
    dumped = json.loads((folder / "claims.json").read_text(encoding="utf-8"))
    assert [each["claim"]["quote"] for each in dumped["claims"]] == [e.claim.quote for e in found.checked]
    assert dumped["references"] == {work.key: number for number, work in enumerate(found.works, 1)}
    assert "| 1 |" in (folder / "claims.md").read_text(encoding="utf-8")


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    """Hostile text in a CSV begins with a sign that a spreadsheet takes for text."""
    place = written(synthesis(HOSTILE), tmp_path / "out").parent
    for name in ("claims.csv", "excluded.csv"):
        cells = [cell for row in rows(place / name) for cell in row.values()]
        assert any(cell.startswith("'=1+1") for cell in cells)
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_an_earlier_report_is_exchanged_and_other_things_are_left(tmp_path: Path) -> None:
    """What is no report stays as it is; a report is replaced whole."""
    written(synthesis(FAILING), tmp_path / "out")
    written(synthesis(NOTHING), tmp_path / "out")
    assert rows(tmp_path / "out" / "claims.csv") == []
    assert set(files_in(tmp_path / "out")) == {"report.html", MANIFEST, *FILES}
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match=r"holds other things than an earlier report: thesis\.txt"):
        written(synthesis(USUAL), tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_the_same_synthesis_is_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """What changes in a report is what changed in the synthesis."""
    written(synthesis(USUAL), tmp_path / "again")
    assert (tmp_path / "again" / MANIFEST).read_bytes() == (folder / MANIFEST).read_bytes()


def test_all_claims_are_in_the_files(tmp_path: Path) -> None:
    """The page leaves most of them out; the files leave none."""
    place = written(synthesis(LARGE), tmp_path / "out").parent
    assert len(rows(place / "claims.csv")) == 1_200
    assert len(rows(place / "excluded.csv")) == 300
