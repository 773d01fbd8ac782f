"""What several tests of the client are given: a server with two databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.literature.services.asking import two_databases
from tests.literature.services.fake_services import FakeServices


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServices]:
    """A server, which takes longer to stop than most tests."""
    with two_databases() as fake:
        yield fake


@pytest.fixture
def fake(server: FakeServices) -> FakeServices:
    """Two databases that nobody has asked yet."""
    server.forget()
    return server
