"""Tests of the list of databases."""

from __future__ import annotations

import pytest

from stiltwalk.literature.services.every import SERVICES, find_service
from stiltwalk.spec.errors import UnknownNameError


def test_names() -> None:
    """There are five, by the names that they have themselves."""
    assert list(SERVICES) == ["openalex", "arxiv", "semanticscholar", "crossref", "acl"]
    assert all(find_service(name) is service and service.name == name for name, service in SERVICES.items())


def test_an_unknown_name() -> None:
    """A name that is none brings the nearest that is."""
    with pytest.raises(
        UnknownNameError, match=r"no database of papers 'open-alex'\. Did you mean 'openalex'\?"
    ):
        find_service("open-alex")


@pytest.mark.parametrize("name", list(SERVICES))
def test_queries(name: str) -> None:
    """Every database says what it is asked, and years change it."""
    service = SERVICES[name]
    without, with_years = service.query("transfer", None, None), service.query("transfer", 2019, 2020)
    assert "transfer" in without
    assert "2019" in with_years
    assert "2020" in with_years
