"""Tests of the polite client: what was answered is kept, and keys are not."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stiltwalk.literature.services.polite import PoliteClient
from stiltwalk.literature.services.service import Request, ServiceError
from stiltwalk.spec.errors import UserError
from tests.literature.services.asking import KEY, START, Clock, client, request
from tests.literature.services.fake_services import (
    Answered,
    Asked,
    FakeServices,
    Handler,
    saying,
    slow,
)


def _files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_an_answer_is_kept(fake: FakeServices, tmp_path: Path) -> None:
    """Equal requests are asked once, by this client and by the next; what is kept says when it came."""
    clock = Clock()
    with client(tmp_path, clock) as one:
        first = one.get(request(fake))
        clock.now += 86_400
        assert one.get(request(fake)) == first._replace(kept=True)
    with client(tmp_path, clock) as two:
        again = two.get(request(fake))
    assert again == (b'{"page": "1"}', "application/json", "2026-11-22T12:00:00+00:00", True)
    assert len(fake.log) == 1


def test_an_answer_that_is_too_old(fake: FakeServices, tmp_path: Path) -> None:
    """It is asked for again and kept anew, but not by a run that is offline."""
    clock = Clock()
    with client(tmp_path, clock) as one:
        one.get(request(fake))
    clock.now += 101
    with client(tmp_path, clock, offline=True, max_age=100) as offline:
        assert offline.get(request(fake)).kept
    with client(tmp_path, clock, max_age=102) as lenient:
        assert lenient.get(request(fake)).kept
    assert len(fake.log) == 1
    with client(tmp_path, clock, max_age=100) as strict:
        assert strict.get(request(fake)).kept is False
        assert strict.get(request(fake)).kept
    assert len(fake.log) == 2


def test_offline(fake: FakeServices, tmp_path: Path) -> None:
    """Offline, kept answers are given and nobody is asked; what is missing is said."""
    with client(tmp_path) as asking:
        asking.get(request(fake, "1"))
    with client(tmp_path, offline=True) as asking:
        assert asking.get(request(fake, "1")).kept
        with pytest.raises(ServiceError, match=r"run is offline, and no answer to '2' is kept\. Run it once"):
            asking.get(request(fake, "2"))
    assert len(fake.log) == 1


def test_a_run_that_is_stopped(fake: FakeServices, tmp_path: Path) -> None:
    """A run that is stopped while it waits loses nothing: what it has is kept, and asked no second time."""

    def stop(seconds: float) -> None:
        raise KeyboardInterrupt

    stopped = PoliteClient(tmp_path, sleep=stop, clock=lambda: START, allow_private=True)
    with stopped:
        stopped.get(request(fake, "1"))
        with pytest.raises(KeyboardInterrupt):
            stopped.get(request(fake, "2"))
    with client(tmp_path) as asking:
        for page in "123":
            asking.get(request(fake, page))
    assert [asked.param("page") for asked in fake.log] == ["1", "2", "3"]


def test_threads(fake: FakeServices, tmp_path: Path) -> None:
    """Threads that want the same thing at once get it, and it is asked once."""
    fake.plan("one", [], then=slow(0.05))
    with client(tmp_path) as asking, ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(asking.get, [request(fake)] * 4))
    assert {answer.body for answer in answers} == {b'{"page": "1"}'}
    assert len(fake.log) == 1


PROGRAM = """
import sys
from pathlib import Path
from stiltwalk.literature.services.polite import PoliteClient
from stiltwalk.literature.services.service import Request
with PoliteClient(Path(sys.argv[1]), allow_private=True) as asking:
    for page in range(10_000):
        asking.get(Request("one", sys.argv[2], (("page", str(page)),)))
"""


def test_a_run_that_is_killed(fake: FakeServices, tmp_path: Path) -> None:
    """Two runs at once that are killed at any moment lose what they were asking for, and nothing else."""
    fake.plan("one", [], then=slow(0.01))
    url = f"{fake.endpoint('one')}/works"
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), url]
    running = [subprocess.Popen(command), subprocess.Popen(command)]
    while len(fake.log) < 20 and all(each.poll() is None for each in running):
        time.sleep(0.01)
    for each in running:
        each.kill()
        each.wait()
    asked = list(fake.log)
    last = max(int(each.param("page")) for each in asked)
    with client(tmp_path) as asking:
        bodies = [asking.get(Request("one", url, (("page", str(page)),))).body for page in range(last + 1)]
    assert bodies == [b'{"page": "%d"}' % page for page in range(last + 1)]
    assert len(asked) >= 20
    assert len(fake.log) - len(asked) <= len(running)


def test_a_kept_answer_that_is_broken(fake: FakeServices, tmp_path: Path) -> None:
    """A kept answer that is no longer what was written is fetched again."""
    with client(tmp_path) as asking:
        first = asking.get(request(fake))
        (kept,) = tmp_path.rglob("*.json")
        for content in (b"", b"[]", kept.read_bytes().replace(b'{\\"page', b'{\\"rage')):
            kept.write_bytes(content)
            again = asking.get(request(fake))
            assert [again.body, again.kept] == [first.body, False]
    assert len(fake.log) == 4


def test_keys_are_sent_and_written_nowhere(
    fake: FakeServices, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A key reaches the database, and no folder, log or message, even if it is said back."""
    caplog.set_level(logging.DEBUG)

    def echo(asked: Asked, handler: Handler) -> Answered:
        return Answered(b'{"you": "%s"}' % asked.param("api_key").encode())

    fake.plan("one", [echo, saying(f"bad {KEY}".encode(), status=401)])
    said: list[str] = []
    wanted = request(fake)._replace(secret_params=(("api_key", KEY),), secret_headers=(("x-api-key", KEY),))
    with client(tmp_path, said=said, mailto="me@example.org") as asking:
        assert asking.get(wanted).body == b'{"you": "***"}'
        with pytest.raises(ServiceError, match=r"'bad \*\*\*'"):
            asking.get(wanted._replace(params=(("page", "2"),)))
    first = fake.log[0]
    assert [first.param("api_key"), first.headers["x-api-key"]] == [KEY, KEY]
    assert first.headers["user-agent"].endswith(
        "(+https://github.com/stiltwalk/stiltwalk; mailto:me@example.org)"
    )
    everything = _files(tmp_path) + caplog.text.encode() + "".join(said).encode()
    assert b"***" in everything
    assert KEY.encode() not in everything
    assert b"me@example.org" not in everything


def test_a_key_does_not_part_answers(fake: FakeServices, tmp_path: Path) -> None:
    """An answer that was fetched with a key is given without one, and the other way round."""
    with client(tmp_path) as asking:
        asking.get(request(fake)._replace(secret_params=(("api_key", KEY),)))
        assert asking.get(request(fake)).kept


@pytest.mark.parametrize(
    "mailto", ["me", "@", "me@", "a b@c.org", "me@example.org)\r\nx: y", "mé@example.org"]
)
def test_what_is_no_address_of_mail(tmp_path: Path, mailto: str) -> None:
    """What would not be an address of mail in a header is refused before anybody is asked."""
    with pytest.raises(UserError, match=r"is no e-mail address\. Set STILTWALK_MAILTO"):
        client(tmp_path, mailto=mailto)


def test_without_the_library(fake: FakeServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the library that asks, kept answers are given all the same; for others its extra is named."""
    with client(tmp_path) as asking:
        asking.get(request(fake, "1"))
    monkeypatch.setitem(sys.modules, "httpx", None)
    with client(tmp_path) as asking:
        assert asking.get(request(fake, "1")).kept
        with pytest.raises(UserError, match=r"library httpx, .* pip install 'stiltwalk\[literature\]'"):
            asking.get(request(fake, "2"))
