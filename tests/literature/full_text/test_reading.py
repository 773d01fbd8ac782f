"""Tests of reading a work: its file, an open full text, its abstract, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from stiltwalk.literature.full_text.reading import NoTextError, text_of
from stiltwalk.literature.records.papers import Paper, Work
from stiltwalk.literature.services.service import Answer, Request, ServiceError
from tests.literature.full_text.test_web import SENTENCES

TITLE = "Training on SQuAD First"
BODY = "Training on SQuAD First\n\nAbstract\n\n" + SENTENCES
ABSTRACT = "We train on SQuAD first, and measure zero-shot transfer to all languages of the benchmark."


class Web:
    """A client that knows a few addresses, and keeps what it was asked."""

    def __init__(self, answers: Mapping[str, bytes | str], media_type: str = "text/plain") -> None:
        self.answers = answers
        self.media_type = media_type
        self.asked: list[Request] = []

    def get(self, request: Request) -> Answer:
        """The answer to an address that is known; a text in its place is why there is none."""
        self.asked.append(request)
        answer = self.answers[request.url]
        if isinstance(answer, str):
            raise ServiceError(answer)
        return Answer(answer, self.media_type, "2026-01-01T00:00:00Z", kept=False)


def work(*, files: tuple[str, ...] = (), addresses: tuple[str, ...] = (), abstract: str = "") -> Work:
    """A work with these files and addresses."""
    records = []
    if files:
        records.append(Paper(source="folder", id=files[0], title=TITLE, full_text=files))
    if addresses or abstract or not files:
        records.append(Paper(source="openalex", id="W1", title=TITLE, full_text=addresses, abstract=abstract))
    paper = records[0].replace({"full_text": (*files, *addresses), "abstract": abstract})
    return Work(key="doi:10.1/x", paper=paper, records=tuple(records))


def test_a_file_is_read_before_anything_is_asked(tmp_path: Path) -> None:
    """The file counts; its digest is of its bytes, and nobody is asked."""
    (tmp_path / "a.txt").write_text(BODY)
    web = Web({})
    text = text_of(work(files=("a.txt",), addresses=("https://x.org/a",)), folder=tmp_path, client=web)
    assert (text.work, text.of, text.origin) == ("doi:10.1/x", "full text", "a.txt")
    assert text.sha256 == hashlib.sha256(BODY.encode()).hexdigest()
    assert (text.language, text.notes, web.asked) == ("en", (), [])


def test_addresses_are_tried_in_order_and_failures_noted() -> None:
    """The first that gives a text counts; why others did not is kept."""
    web = Web({"https://x.org/1": "x.org refuses (403).", "https://x.org/2": BODY.encode()})
    addresses = ("ftp://x.org/0", "https://x.org/1", "https://x.org/2", "https://x.org/3")
    text = text_of(work(addresses=addresses, abstract=ABSTRACT), folder=None, client=web)
    assert text.origin == "https://x.org/2"
    assert text.notes == (
        "ftp://x.org/0: it is no address of the web.",
        "https://x.org/1: x.org refuses (403).",
    )
    assert [request.url for request in web.asked] == ["https://x.org/1", "https://x.org/2"]
    assert all(
        request.service == "full text" and "application/pdf" in request.accept for request in web.asked
    )


def test_without_a_full_text_the_abstract_is_read_and_said_so() -> None:
    """The source of the abstract is its origin; nobody takes it for the paper."""
    text = text_of(work(abstract=ABSTRACT), folder=None, client=None)
    assert (text.of, text.origin, text.text) == ("abstract", "openalex", ABSTRACT)
    assert text.notes == ("Only its abstract was read: no source names an open full text.",)
    assert [(each.heading, each.start, each.end) for each in text.sections] == [("", 0, len(ABSTRACT))]


def test_a_page_that_wants_money_is_not_the_paper() -> None:
    """A web page with no more than an abstract is refused in favour of the abstract."""
    article = f"<article><h1>{TITLE}</h1><p>{ABSTRACT}</p><p>Buy this article now.</p></article>"
    page = f"<html><body>{article}</body></html>"
    web = Web({"https://x.org/1": page.encode()}, "text/html")
    text = text_of(work(addresses=("https://x.org/1",), abstract=ABSTRACT), folder=None, client=web)
    assert text.of == "abstract"
    assert text.notes[0] == "Only its abstract was read: no full text could be read."
    assert "a page that asks to pay or to sign in" in text.notes[1]


def test_another_papers_text_is_not_the_paper() -> None:
    """A text without the words of the title is refused."""
    other = ("Shade trees and the yield of coffee on the slopes of the ridge. " * 20).encode()
    web = Web({"https://x.org/1": other})
    with pytest.raises(NoTextError, match="it has 0 of 3 words of the title: it is another text") as caught:
        text_of(work(addresses=("https://x.org/1",)), folder=None, client=web)
    assert caught.value.reason == "text could not be read"


def test_nothing_to_read() -> None:
    """A work without abstract, address and file has no text; that is no failure of reading."""
    with pytest.raises(NoTextError, match="No source has an abstract") as caught:
        text_of(work(), folder=None, client=None)
    assert caught.value.reason == "no text"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("empty.txt", "empty.txt: it holds no text."),
        ("gone.txt", "gone.txt: it cannot be read (there is no such file in the folder)."),
        ("../outside.txt", "../outside.txt: it cannot be read (there is no such file in the folder)."),
        ("link.txt", "link.txt: it cannot be read (there is no such file in the folder)."),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, path: str, why: str) -> None:
    """What is empty, gone or outside the folder is said so, and nothing outside is ever opened."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "empty.txt").touch()
    (tmp_path / "outside.txt").write_text(BODY)
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    with pytest.raises(NoTextError) as caught:
        text_of(work(files=(path,)), folder=folder, client=None)
    assert (caught.value.reason, caught.value.note) == ("text could not be read", why)
