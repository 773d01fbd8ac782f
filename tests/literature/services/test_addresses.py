"""Tests of addresses that papers name: nobody is sent into a private network."""

from __future__ import annotations

import ipaddress
import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.services.addresses import require_public, resolved
from stiltwalk.literature.services.service import ServiceError

PUBLIC = "93.184.215.14"


def _resolve(host: str, port: int) -> tuple[str, ...]:
    """Names of this test: ``10-0-0-1.example`` is 10.0.0.1 too."""
    named = host.removesuffix(".example").replace("-", ".")
    return (PUBLIC, named) if re.fullmatch(r"(\d{1,3}\.){3}\d{1,3}", named, re.ASCII) else (PUBLIC,)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy stands between."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("url", "ips"),
    [
        ("https://arxiv.org/pdf/2005.13013", (PUBLIC,)),
        ("http://papers.example:8080/a.pdf?x=http://10.0.0.1", (PUBLIC,)),
        ("HTTPS://Papers.Example/", (PUBLIC,)),
        (f"http://{PUBLIC}/", (PUBLIC,)),
        ("http://[2606:4700::1111]/", ("2606:4700::1111",)),
        ("http://[64:ff9b::5db8:d70e]/", ("64:ff9b::5db8:d70e",)),
        ("https://bücher.example/", (PUBLIC,)),
    ],
)
def test_public_addresses(url: str, ips: tuple[str, ...]) -> None:
    """What the public web can reach may be asked, at the addresses that were looked at."""
    assert require_public(url, _resolve) == ips


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://0/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.100.100.200/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://[ff02::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[2001:0:0:0:0:0:80ff:fffe]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fec0::1]/",
        "http://localhost/",
        "http://localhost./",
        "http://a.localhost/",
        "http://metadata.google.internal/",
        "http://printer/",
        "http://printer.local/",
        "http://10-0-0-1.example/",
    ],
)
def test_private_addresses(url: str) -> None:
    """Whatever leads into this machine, a private network or to a cloud's keys is refused, in any spelling.

    One private address among several is enough: which one is asked is not ours to say.
    """
    with pytest.raises(ServiceError, match=r"^The address '.*' is not asked: .+\.$"):
        require_public(url, _resolve)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file:///etc/passwd", "only http and https are"),
        ("ftp://a.example/", "only http and https are"),
        ("gopher://a.example/", "only http and https are"),
        ("//a.example/", "only http and https are"),
        ("a.example", "only http and https are"),
        ("", "only http and https are"),
        ("http://", "it names no host"),
        ("http:///x", "it names no host"),
        ("http://user:pass@a.example/", "it brings a user's name along"),
        ("http://127.0.0.1\\@a.example/", "it brings a user's name along"),
        ("http://a.example:99999999/", "it names no port"),
        ("http://a.example:0/", "it names no port"),
        ("http://a.example:x/", "it is none"),
        ("http://[::1/", "it is none"),
        ("http://a b.example/", "its host is no name"),
        ("http://a.example\r\nHost: b/", "it is none"),
    ],
)
def test_what_is_no_address(url: str, why: str) -> None:
    """What is no address of the web is refused, and a password is not shown."""
    with pytest.raises(ServiceError, match=why) as caught:
        require_public(url, _resolve)
    assert "pass@" not in str(caught.value)


@settings(max_examples=100, deadline=None)
@given(st.ip_addresses())
def test_any_ip_address(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """An address that Python does not hold for global is never asked."""
    host = f"[{ip}]" if ip.version == 6 else str(ip)
    try:
        asked = require_public(f"http://{host}/", _resolve)
    except ServiceError:
        return
    assert ip.is_global
    assert asked == (str(ip),)


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=20)
    | st.text("htps:/[]@%.\\?#1 xé\n", max_size=20).map("http://".__add__)
    | st.from_regex(r"https?://[a-z0-9.:@\[\]%-]{0,20}/?", fullmatch=True)
)
def test_any_address(url: str) -> None:
    """Whatever stands in a record as an address is asked or refused, and never makes a search fail."""
    with suppress(ServiceError):
        assert require_public(url, _resolve)


def test_both_versions_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a host with addresses of both versions, the first of each stand first, each address once."""
    found = ["2606:4700::1", "2606:4700::2", "2606:4700::1", "93.184.215.14", "93.184.215.15", "2606:4700::3"]
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: [(0, 0, 0, "", (ip, 443)) for ip in found])
    assert resolved("a.example", 443) == (
        "2606:4700::1",
        "93.184.215.14",
        "2606:4700::2",
        "93.184.215.15",
        "2606:4700::3",
    )


def test_a_name_that_is_nowhere() -> None:
    """A name without an address is refused; one that cannot be looked up is the network's failure."""

    def fail(host: str, port: int) -> tuple[str, ...]:
        raise OSError(-2, "Name or service not known")

    with pytest.raises(ServiceError, match=r"a\.example is nowhere"):
        require_public("http://a.example/", lambda host, port: ())
    with pytest.raises(OSError, match="not known"):
        require_public("http://a.example/", fail)


def test_behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a proxy asks, it looks up names; what is private as it is written is refused all the same."""
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "near.example")

    def fail(host: str, port: int) -> tuple[str, ...]:
        raise OSError(-2, "Name or service not known")

    assert require_public("https://a.example/", fail) == ()
    assert require_public("https://near.example/", _resolve) == ()
    with pytest.raises(OSError, match="not known"):
        require_public("https://near.example/", fail)
    for private in ("https://10.0.0.1/", "https://0x7f.1/", "https://intranet/", "https://a.localhost/"):
        with pytest.raises(ServiceError, match="is not asked"):
            require_public(private, fail)
