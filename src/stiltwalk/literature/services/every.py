"""Every database that is known, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from stiltwalk.literature.services.acl import ACL
from stiltwalk.literature.services.arxiv import ARXIV
from stiltwalk.literature.services.crossref import CROSSREF
from stiltwalk.literature.services.openalex import OPENALEX
from stiltwalk.literature.services.semantic_scholar import SEMANTIC_SCHOLAR
from stiltwalk.literature.services.service import Service
from stiltwalk.spec.errors import unknown_name

SERVICES: Final[Mapping[str, Service]] = MappingProxyType(
    {each.name: each for each in (OPENALEX, ARXIV, SEMANTIC_SCHOLAR, CROSSREF, ACL)}
)
"""Name → database, in the order in which they are asked."""


def find_service(name: str) -> Service:
    """The database ``name``.

    Raises:
        UnknownNameError: there is none; the nearest is named.
    """
    try:
        return SERVICES[name]
    except KeyError:
        raise unknown_name("database of papers", name, SERVICES) from None
