"""Fields of records that databases send: each taken where it is what it should be, left out where not."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from stiltwalk.literature.services.service import ServiceError

LONGEST_SHOWN: Final = 120
"""Characters of what a database sent that are shown in a message."""

_DOI: Final = re.compile(r"10\.\d{4,9}/\S+")
# the forms since and before April 2007: https://info.arxiv.org/help/arxiv_identifier.html (read 2026-11-22)
_ARXIV: Final = re.compile(r"(?<!\d)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?$")
_ARXIV_DOI: Final = "10.48550/arxiv."


def json_object(body: bytes, service: str) -> Mapping[str, Any]:
    """The JSON object that ``body`` is.

    Raises:
        ServiceError: it is something else.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ServiceError(
            f"{service} answered something else than a JSON object: {shown(body)}. Try again later."
        )
    return found


def shown(sent: object) -> str:
    """What was sent, as much of it as a message has room for, in quotation marks."""
    said = sent.decode(errors="replace") if isinstance(sent, bytes) else str(sent)
    line = " ".join("".join(c if c.isprintable() else " " for c in said[: 4 * LONGEST_SHOWN]).split())
    return f"'{line[:LONGEST_SHOWN]}{'…' if len(line) > LONGEST_SHOWN else ''}'"


def text(value: object) -> str:
    """``value`` as one line in Unicode NFC; empty if it is no text."""
    if not isinstance(value, str):
        return ""
    # half of a surrogate pair is valid in JSON and cannot be written to a file
    whole = value.encode("utf-8", "replace").decode()
    return unicodedata.normalize(
        "NFC", " ".join("".join(c if c.isprintable() else " " for c in whole).split())
    )


def mapping(value: object) -> Mapping[str, Any]:
    """``value`` if it is an object of JSON; otherwise an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects in ``value``, if it is a list; what else is in it is passed over."""
    yield from (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def count(value: object) -> int | None:
    """``value`` if it is a whole number that counts something."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def year(value: object) -> int | None:
    """``value``, a number or its digits, if a paper can be of that year."""
    digits = value if not isinstance(value, bool) else None
    if isinstance(digits, str) and digits.isascii() and digits.isdigit() and len(digits) == 4:
        digits = int(digits)
    return digits if isinstance(digits, int) and 1400 <= digits <= 2200 else None


def web_address(value: object) -> str:
    """``value`` if it looks like an address on the web; whether it may be asked is decided when it is."""
    found = text(value)
    try:
        parts = urlsplit(found)
    except ValueError:
        return ""
    return found if parts.scheme in {"http", "https"} and parts.hostname and " " not in found else ""


def language(value: object) -> str:
    """The ISO 639-1 code that ``value`` is or begins with: ``en`` of ``en-GB``."""
    found = text(value).lower().replace("_", "-").split("-")[0]
    return found if len(found) == 2 and found.isascii() and found.isalpha() else ""


def doi(value: object) -> str:
    """The DOI in ``value``, lower case, without a resolver's address."""
    found = _DOI.search(text(value))
    return found.group().lower() if found else ""


def arxiv_number(value: object) -> str:
    """The arXiv number that ``value`` is or ends in, without its version: of an id, an address, a DOI."""
    found = text(value).split("?")[0].split("#")[0].rstrip("/")
    if found.lower().startswith("http") and "arxiv" not in found.lower():
        return ""
    number = _ARXIV.search(re.sub(r"(?i)^.*?10\.48550/arxiv\.", "", found))
    # the class of a subject in old numbers is no part of the name: math/0611800, not math.CA/0611800
    return re.sub(r"\.[A-Z]{2}/", "/", number.group(1)) if number else ""


def arxiv_of_doi(value: str) -> str:
    """The arXiv number of a DOI that arXiv gave out; empty of any other."""
    return arxiv_number(value) if value.lower().startswith(_ARXIV_DOI) else ""


def without_repeats(addresses: Iterator[str], most: int) -> tuple[str, ...]:
    """The first ``most`` distinct addresses, in order; empty ones are left out."""
    return tuple(dict.fromkeys(filter(None, addresses)))[:most]
