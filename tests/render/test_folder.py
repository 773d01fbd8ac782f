"""The folder of a report: there whole or not at all, and never in place of other things."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stiltwalk.render import folder
from stiltwalk.render.folder import MANIFEST, files_in, replacing, require_place
from stiltwalk.spec.errors import UserError


def make(out: Path, text: str) -> None:
    """A report of two files that say the same."""
    with replacing(out) as draft:
        (draft / "tables").mkdir()
        (draft / "report.html").write_text(text)
        (draft / "tables" / "gains.csv").write_text(text)


def inside(path: Path) -> set[str]:
    """Files and folders beside and below ``path``."""
    return {each.relative_to(path).as_posix() for each in path.rglob("*")}


def test_a_new_folder_is_made_with_its_parents_and_lists_its_files(tmp_path: Path) -> None:
    """The manifest names every file but itself, with the SHA-256 of what it holds."""
    make(tmp_path / "a" / "b", "one")
    listed = json.loads((tmp_path / "a/b" / MANIFEST).read_text())["files"]
    digest = hashlib.sha256(b"one").hexdigest()
    assert listed == {"report.html": digest, "tables/gains.csv": digest}
    assert files_in(tmp_path / "a/b") == [MANIFEST, "report.html", "tables/gains.csv"]
    assert inside(tmp_path / "a") == {"b", "b/tables", *(f"b/{name}" for name in files_in(tmp_path / "a/b"))}


@pytest.mark.parametrize("exchanges", [True, False], ids=["exchanged", "two renames"])
def test_an_earlier_report_is_replaced_altogether(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool
) -> None:
    """What the new one lacks is gone, and nothing is left beside it."""
    if not exchanges:
        monkeypatch.setattr(folder, "_exchanged", lambda one, other: False)
    out = tmp_path / "report"
    with replacing(out) as draft:
        (draft / "report.html").write_text("old")
        (draft / "old.svg").write_text("old")
    make(out, "new")
    assert (out / "report.html").read_text() == "new"
    assert not (out / "old.svg").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    """Whoever made the folder beforehand gets the report in it."""
    (tmp_path / "report").mkdir()
    make(tmp_path / "report", "one")
    assert (tmp_path / "report/report.html").read_text() == "one"


def test_a_link_to_a_folder_stays_one(tmp_path: Path) -> None:
    """The report goes to where the link leads."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    make(tmp_path / "link", "one")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real/report.html").read_text() == "one"


@pytest.mark.parametrize("name", ["notes.txt", "tables/gains.aux", ".hidden"])
def test_other_things_are_refused_and_left_as_they_are(tmp_path: Path, name: str) -> None:
    """Also where they lie within an earlier report."""
    out = tmp_path / "report"
    make(out, "mine")
    (out / name).write_text("yours")
    before = {each: (out / each).read_bytes() for each in inside(out) if (out / each).is_file()}
    with pytest.raises(
        UserError, match=r"holds other things than an earlier report: .*Nothing in it"
    ) as error:
        make(out, "new")
    assert name in str(error.value)
    assert before == {each: (out / each).read_bytes() for each in inside(out) if (out / each).is_file()}
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_a_manifest_of_something_else_makes_no_report(tmp_path: Path) -> None:
    """A file of that name is not enough to have a folder replaced."""
    (tmp_path / MANIFEST).write_text('{"files": {"thesis.tex": ""}}')
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UserError, match=r"manifest\.json, thesis\.tex"):
        require_place(tmp_path)


def test_what_file_managers_leave_is_no_other_thing(tmp_path: Path) -> None:
    """Having looked at a report must not keep a new one from being made."""
    make(tmp_path / "report", "old")
    (tmp_path / "report/.DS_Store").write_text("")
    make(tmp_path / "report", "new")
    assert (tmp_path / "report/report.html").read_text() == "new"


def test_what_came_while_it_was_written_is_left_as_it_is(tmp_path: Path) -> None:
    """The folder is looked at again right before it is replaced."""
    out = tmp_path / "report"

    def interrupted() -> None:
        with replacing(out) as draft:
            (draft / "report.html").write_text("one")
            out.mkdir()
            (out / "notes.txt").write_text("yours")

    with pytest.raises(UserError, match=r"other things.*notes\.txt"):
        interrupted()
    assert inside(tmp_path) == {"report", "report/notes.txt"}


def test_a_file_is_refused(tmp_path: Path) -> None:
    """A report is a folder."""
    (tmp_path / "report").write_text("a file")
    with pytest.raises(UserError, match="is a file; a report is a folder"):
        require_place(tmp_path / "report")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_closed_folder_is_told_of(tmp_path: Path) -> None:
    """In words, with what to do."""
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UserError, match=r"cannot be written to .*Permission denied.*--out"):
            make(tmp_path / "report", "one")
    finally:
        tmp_path.chmod(0o700)


def test_a_place_below_a_file_is_told_of(tmp_path: Path) -> None:
    """No folder can be made there, whoever asks."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"cannot be written to .*file/report: .*--out"):
        make(tmp_path / "file" / "report", "one")


def test_an_error_of_another_file_is_not_put_down_to_the_folder(tmp_path: Path) -> None:
    """A file that is missing elsewhere is our mistake, and is to be seen as one."""
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "report"):
        Path("/nowhere/page.css").read_text()


def test_who_fails_leaves_the_earlier_report(tmp_path: Path) -> None:
    """Whatever goes wrong on the way, nothing half made is left."""
    make(tmp_path / "report", "old")

    def failing() -> None:
        with replacing(tmp_path / "report") as draft:
            (draft / "report.html").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert (tmp_path / "report/report.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_only_old_drafts_of_the_same_report_are_swept(tmp_path: Path) -> None:
    """One that is young may be at work, and others are not ours."""
    names = (".report.dead.draft", ".report.alive.draft", ".thesis.dead.draft")
    for name in names:
        (tmp_path / name).mkdir()
        if "dead" in name:
            os.utime(tmp_path / name, (0, 0))
    make(tmp_path / "report", "one")
    assert {path.name for path in tmp_path.iterdir()} == {"report", *names[1:]}


CHILD = """
import sys
from itertools import count
from pathlib import Path
from stiltwalk.render.folder import replacing
for number in count():
    with replacing(Path(sys.argv[1])) as draft:
        for name in "abcdef":
            (draft / name).write_text(f"{sys.argv[2]}, {number}")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that exchanges folders")
def test_whoever_is_killed_leaves_a_whole_report(tmp_path: Path) -> None:
    """Killed at moments of all kinds, a report is there with all of its files from one writing."""
    out = tmp_path / "report"
    for place, wait in enumerate((0.0, 0.003, 0.007, 0.011, 0.02)):
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(out), f"child {place}"])
        while not (out.exists() and (out / "a").read_text().startswith(f"child {place}")):
            assert child.poll() is None
            time.sleep(0.001)
        time.sleep(wait)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert len({(out / name).read_text() for name in "abcdef"}) == 1
        assert files_in(out) == [*"abcdef", MANIFEST]
        require_place(out)
