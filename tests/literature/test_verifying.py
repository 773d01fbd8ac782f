"""Tests of verification: every file of the literature that changed is found, named and given a cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stiltwalk.literature.verifying import verify_literature
from stiltwalk.spec.errors import UserError
from stiltwalk.store.store import open_store
from tests.literature.full_text.pdfs import column, pdf
from tests.literature.worlds import World, without_made, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    """A store with all that a review keeps."""
    with world(tmp_path) as made:
        (made.folder / "a.pdf").write_bytes(pdf([column(["A printed paper on intermediate training"])]))
        made.review()
        yield made


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _flip(content: bytes) -> bytes:
    """One letter of the first word that anybody wrote is another."""
    place = content.index(b'": "') + 4
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


SHELVES = {
    "a-review/question.json": ("synthesis", "delete it and ask the question again"),
    "a-review/synthesis.json": ("synthesis", "delete it and ask the question again"),
    "responses/*/*.json": ("response", "is asked again"),
    "files/*/*.json": ("file", "the paper is opened again"),
    "texts/*/*.json": ("text", "the paper is read again"),
    "judgements/*/*/*.json": ("judgements", "the judge is asked again"),
}


def test_all_of_it_is_whole(here: World, tmp_path: Path) -> None:
    """Nothing is wrong with what a review keeps; nor where there is no literature."""
    assert [*verify_literature(here.store)] == []
    assert [*verify_literature(open_store(tmp_path / "another"))] == []
    kept = {path for shelf in SHELVES for path in _home(here).glob(shelf)}
    assert kept == set(_home(here).rglob("*.json")), "a kind of file that nobody looks at"


@pytest.mark.parametrize("harm", [_cut, _flip])
@pytest.mark.parametrize("shelf", SHELVES)
def test_every_file_that_changed_is_named(here: World, shelf: str, harm: Callable[[bytes], bytes]) -> None:
    """Cut short or with one byte flipped: the file, what is wrong with it and what to do."""
    what, cure = SHELVES[shelf]
    for path in _home(here).glob(shelf):
        whole = path.read_bytes()
        path.write_bytes(harm(whole))
        (found,) = verify_literature(here.store)
        assert (found.what, found.folder) == (what, path)
        assert found.found in (
            f"{path.name} is missing or no JSON object",
            f"{path.name} is not what was put there",
        )
        assert cure in found.cure
        path.write_bytes(whole)


@pytest.mark.parametrize("shelf", SHELVES)
def test_the_cure_works(here: World, shelf: str) -> None:
    """Deleted, a file is made again by the same question, and all is as it was."""
    before = here.review()
    path = next(_home(here).glob(shelf))
    path.write_bytes(_flip(path.read_bytes()))
    path.unlink()
    assert without_made(here.review()) == without_made(before)
    assert [*verify_literature(here.store)] == []


def test_a_damaged_synthesis_is_not_shown(here: World) -> None:
    """What changed since it was made is told, and not taken for what was found."""
    path = _home(here) / "a-review" / "question.json"
    path.write_bytes(path.read_bytes().replace(b"SQuAD", b"SQuAB"))
    with pytest.raises(UserError, match=r"question\.json is damaged: it is not what was put there\. Delete"):
        here.review()


def _home(here: World) -> Path:
    return here.store.root / "literature"
