"""A tiny world and a finished tiny pipeline, made once for all tests here; nobody writes in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from stiltwalk.engine.prepare import Prepared
from tests.worlds import finish, prepared_study, write_world


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Everything here runs on one thread, as steps do."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the tiny world."""
    return write_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def finished(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The tiny study, every step of it finished."""
    prepared = prepared_study(world, tmp_path_factory.mktemp("finished") / "store")
    finish(prepared)
    return prepared
