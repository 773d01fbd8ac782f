"""Addresses that papers name: what this machine may be sent to, for whoever wrote them is a stranger."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from itertools import zip_longest
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from stiltwalk.literature.services.fields import shown
from stiltwalk.literature.services.service import ServiceError

if TYPE_CHECKING:
    from httpx import URL

Resolve = Callable[[str, int], Iterable[str]]
"""(host, port) → its IP addresses; raises ``OSError`` where it has none."""

_PORTS: Final = {"http": 80, "https": 443}
_PROXIES: Final = frozenset({"http", "https", "all"})
_OWN_NAMES: Final = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "test", "invalid")
"""Last parts of names that no public host has."""

_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?\.?")

# addresses that hold another one: what is behind that is what counts (RFC 6052, section 2.1)
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")


def resolved(host: str, port: int) -> tuple[str, ...]:
    """IP addresses of ``host`` in this machine's order, of both versions by turns: one may lead nowhere."""
    found = dict.fromkeys(str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    first = [ip for ip in found if (":" in ip) is (":" in next(iter(found)))]
    others = [ip for ip in found if ip not in first]
    return tuple(ip for pair in zip_longest(first, others) for ip in pair if ip is not None)


def require_public(url: str | URL, resolve: Resolve = resolved) -> tuple[str, ...]:
    """IP addresses at which ``url`` may be asked: whoever asks must ask one of these, and no name again.

    A name is looked up once, here: a server of names that answers otherwise the next time gains nothing.

    Returns:
        IP addresses; none where a proxy is set: it looks up names, in its own network.

    Raises:
        ServiceError: it is no address of the web, brings a user's name along, or leads into a private
            network, to this machine itself, or to where a cloud keeps the keys of its machines.
        OSError: the name is not known, or cannot be looked up now.
    """
    address = require_web(url)
    host = address.host
    if _literal(host) is None and (
        "." not in host.rstrip(".") or host.rstrip(".").split(".")[-1] in _OWN_NAMES
    ):
        raise _refusal(address, f"{host} is no name of the public web")
    literal = _literal(host)
    if literal is None and _proxied(address):
        return ()
    ips = (literal,) if literal is not None else tuple(resolve(host, address.port or _PORTS[address.scheme]))
    private = [ip for ip in ips if not _public(ip)]
    if private or not ips:
        raise _refusal(address, f"{host} is {', '.join(private) or 'nowhere'}, which is no public address")
    # by its name, and not by its number, a host may be one that is asked without the proxy
    return () if _PROXIES & getproxies().keys() else ips


def require_web(url: str | URL) -> URL:
    """``url``, taken apart.

    Raises:
        ServiceError: it is no address of the web, or brings a user's name along.
    """
    # httpx takes it apart, as it does when it asks: two readings of one address would be a way around this
    from httpx import URL, InvalidURL  # noqa: PLC0415 (an extra)

    try:
        address = URL(url)
    except (InvalidURL, UnicodeError):
        raise ServiceError(f"The address {shown(str(url))} is not asked: it is none.") from None
    if address.scheme not in _PORTS:
        raise _refusal(address, "only http and https are")
    if not address.host:
        raise _refusal(address, "it names no host")
    if address.userinfo:
        raise _refusal(address, "it brings a user's name along")
    if not (_NAME.fullmatch(address.raw_host.decode("ascii")) or _literal(address.host)):
        raise _refusal(address, "its host is no name")
    if address.port is not None and not 0 < address.port < 2**16:
        raise _refusal(address, "it names no port")
    return address


def host_of(url: str) -> str:
    """The host that ``url`` names; empty: none, or it is no address."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_below(address: URL, trusted: Iterable[str]) -> bool:
    """Whether ``address`` is one of ``trusted``, or lies below it."""
    from httpx import URL, InvalidURL  # noqa: PLC0415 (an extra)

    plain = str(address.copy_with(query=None, fragment=None)).rstrip("/")
    for each in trusted:
        try:
            start = str(URL(each)).rstrip("/")
        except InvalidURL:
            continue
        if start and f"{plain}/".startswith(f"{start}/"):
            return True
    return False


def _refusal(address: URL, why: str) -> ServiceError:
    plain = address.copy_with(username=None, password=None, query=None, fragment=None)
    return ServiceError(f"The address {shown(str(plain))} is not asked: {why}.")


def _literal(host: str) -> str | None:
    """The IP address that ``host`` is, in any of the ways in which a system reads one; ``None``: a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:  # 127.1, 2130706433, 0x7f.0.0.1: what the C library takes for an address
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def _public(ip: str) -> bool:
    address = ipaddress.ip_address(ip)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _public(str(inner))
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _proxied(address: URL) -> bool:
    """Whether the environment names a proxy for ``address``."""
    named = getproxies().keys() & {address.scheme, "all"}
    return bool(named) and not proxy_bypass(address.host)
