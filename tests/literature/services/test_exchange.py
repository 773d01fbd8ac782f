"""Tests of one exchange: what is too long, leads elsewhere, or leads into a private network."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from stiltwalk.literature.services.service import Request, ServiceError
from tests.literature.services.asking import KEY, client, page_of, request
from tests.literature.services.fake_services import (
    Answered,
    FakeServices,
    redirected,
    saying,
    serving,
)


def test_too_large(fake: FakeServices, tmp_path: Path) -> None:
    """An answer that is too long is refused, whether its length is announced or not; once is enough."""
    body = b'"' + b"x" * 5000 + b'"'
    hidden = (("Content-Encoding", "gzip"),)
    packed = gzip.compress(b'"' + b"x" * 10**6 + b'"')
    fake.plan("one", [saying(body), lambda *_: Answered(packed, headers=hidden)])
    with client(tmp_path) as asking:
        for page in "12":
            with pytest.raises(ServiceError, match=r"longer than the 4,096 bytes that are taken"):
                asking.get(request(fake, page)._replace(most_bytes=4096))
    assert [len(fake.log), list(tmp_path.iterdir())] == [2, []]


def test_redirects(fake: FakeServices, tmp_path: Path) -> None:
    """A redirect is followed, a few times; its end is kept under what was asked for; others are not."""
    fake.plan("one", [redirected("/other/there?page=7")])
    with client(tmp_path) as asking:
        assert asking.get(request(fake)).body == b'{"page": "7"}'
        assert asking.get(request(fake)).kept
        fake.plan("one", [], then=redirected("/one/round"))
        with pytest.raises(ServiceError, match=r"^127\.0\.0\.1 sends on from address to address: after 5"):
            asking.get(request(fake, "2"))
        fake.plan("one", [], then=redirected("file:///etc/passwd"))
        with pytest.raises(ServiceError, match=r"'file:/etc/passwd' is not asked: only http and https are"):
            asking.get(request(fake, "3"))


def test_a_key_goes_to_nobody_else(fake: FakeServices, tmp_path: Path) -> None:
    """A redirect to another host takes neither the header nor the parameter with a key along."""
    with serving({"stranger": page_of}) as stranger:
        fake.plan("one", [redirected(f"{stranger.endpoint('stranger')}/?page=1")])
        wanted = request(fake)._replace(
            secret_params=(("api_key", KEY),), secret_headers=(("x-api-key", KEY),)
        )
        with client(tmp_path) as asking:
            asking.get(wanted)
        (asked,) = stranger.log
    assert KEY not in str(asked)
    assert KEY in str(fake.log[0])


def test_private_addresses(fake: FakeServices, tmp_path: Path) -> None:
    """Nobody is sent into this machine, at once or by a redirect, but where the user said so."""
    with (
        client(tmp_path, allow_private=False) as asking,
        pytest.raises(ServiceError, match=r"is not asked: 127\.0\.0\.1 is 127\.0\.0\.1, which is no public"),
    ):
        asking.get(request(fake))
    assert fake.log == []
    fake.plan("one", [redirected(f"{fake.endpoint('other')}/secret")])
    with client(tmp_path, allow_private=False, trusted=(fake.endpoint("one"),)) as asking:
        with pytest.raises(ServiceError, match=r"/other/secret' is not asked"):
            asking.get(request(fake))
        assert asking.get(request(fake)).body == b'{"page": "1"}'
    assert fake.asked("other") == []


def test_what_is_trusted(fake: FakeServices, tmp_path: Path) -> None:
    """An address that the user gave is trusted, and what is below it; what only begins like it is not."""
    with serving({"one": page_of, "one-more": page_of}) as mine:
        endpoint = f"{mine.endpoint('one')}/"
        trusted = ("not an address", "/a/folder", "http://[", endpoint)
        with client(tmp_path, allow_private=False, trusted=trusted) as asking:
            for url in (endpoint, endpoint.rstrip("/"), f"{endpoint}works"):
                asking.get(Request("one", url, (("page", "1"),)))
            for url in (mine.endpoint("one-more"), mine.address, "http://[::1/"):
                with pytest.raises(ServiceError, match="is not asked"):
                    asking.get(Request("one", url, (("page", "1"),)))
        assert len(mine.log) == 3


def test_the_address_that_was_looked_at_is_asked(fake: FakeServices, tmp_path: Path) -> None:
    """A name is looked up once; its host is asked at what was found, by its name."""
    looked_up: list[str] = []

    def resolve(host: str, port: int) -> tuple[str, ...]:
        looked_up.append(host)
        return ("127.0.0.1",)

    port = fake.address.rsplit(":", 1)[1]
    wanted = request(fake)._replace(url=f"http://papers.example:{port}/one/works")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stiltwalk.literature.services.addresses._public", lambda ip: True)
        with client(tmp_path, allow_private=False, resolve=resolve) as asking:
            asking.get(wanted)
    assert looked_up == ["papers.example"]
    assert fake.log[0].headers["host"] == f"papers.example:{port}"
