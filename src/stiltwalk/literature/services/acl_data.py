"""The data of the ACL Anthology on this machine: got once, whole or not at all, and read from there.

They are a git repository of XML files, which the library acl-anthology clones
(https://acl-anthology.readthedocs.io, https://aclanthology.org/faq/api/, read 2026-11-22).
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, runtime_checkable

from stiltwalk.literature.services import fields
from stiltwalk.literature.services.service import Client, ServiceError
from stiltwalk.spec.extras import not_installed
from stiltwalk.store.atomic import publish_folder

if TYPE_CHECKING:
    from types import ModuleType

REPOSITORY: Final = "https://github.com/acl-org/acl-anthology.git"

FOLDER: Final = "acl-anthology"
"""Below the folder in which a client keeps answers."""

_PATIENCE: Final = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_HTTP_LOW_SPEED_LIMIT": "1000",
    "GIT_HTTP_LOW_SPEED_TIME": "60",
}
"""For git: it asks for no password, where nobody may be listening, and ends where less than a thousand bytes
a second come for a minute. These stand in place of its settings of the same names."""

UNFINISHED: Final = "unfinished-"
ABANDONED: Final = 24 * 3600.0
"""Seconds after which nobody is still at a clone."""


@runtime_checkable
class KeepsAnswers(Protocol):
    """A client that has a folder for what it keeps, and knows whether it may ask a network.

    Attributes:
        responses: the folder.
        offline: whether it may not.
    """

    responses: Path
    offline: bool


class Data(NamedTuple):
    """Where the data are.

    Attributes:
        folder: the one that holds ``xml``.
        at: when they were last changed, ISO 8601 in UTC: how old they are.
    """

    folder: Path
    at: str


def data(endpoint: str, client: Client) -> Data:
    """The data of ``endpoint``, a folder with them or the address of a git repository.

    A repository is cloned once, below the folder of ``client``; later searches ask no network. Whoever wants
    newer data deletes that folder.

    Raises:
        ServiceError: they are not here, and cannot be got.
        UserError: the library is not installed.
    """
    if "://" not in endpoint:
        return _described(_local(Path(endpoint).expanduser()))
    keeper = client if isinstance(client, KeepsAnswers) else None
    repository = (keeper.responses / FOLDER if keeper else _own_folder()) / _folder_name(endpoint)
    if not repository.exists():
        if keeper and keeper.offline:
            raise ServiceError(
                "The data of the ACL Anthology are not on this machine, and this run is offline. "
                f"{_how_to_get(endpoint)}"
            )
        _clone(endpoint, repository)
    return _described(_local(repository))


def library() -> ModuleType:
    """The library acl-anthology.

    Raises:
        UserError: it is not installed.
        ServiceError: it needs git, which is not installed.
    """
    try:
        import acl_anthology  # noqa: PLC0415 (an extra)
    except ModuleNotFoundError:
        raise not_installed("acl-anthology", "searching the ACL Anthology") from None
    except ImportError as error:  # GitPython says so where there is no git
        raise ServiceError(
            f"The library acl-anthology cannot be loaded: {fields.shown(error)}. Install git, "
            "or leave acl out of --sources."
        ) from None
    return acl_anthology


def _own_folder() -> Path:
    """Where the library itself keeps clones."""
    library()
    from acl_anthology.config import dirs  # noqa: PLC0415 (an extra)

    return Path(dirs.user_data_path) / "git"


def _local(folder: Path) -> Path:
    for each in (folder, folder / "data"):
        if (each / "xml").is_dir():
            return each
    raise ServiceError(
        f"There are no data of the ACL Anthology in {folder}: neither it nor its folder data has a "
        f"folder xml. {_how_to_get(REPOSITORY)}"
    )


def _how_to_get(endpoint: str) -> str:
    return (
        "Run it once with a network, or get them with "
        f"'git clone --depth 1 {_without_user(endpoint)}' and say --endpoint acl=FOLDER."
    )


def _without_user(endpoint: str) -> str:
    """``endpoint`` without the name and the password that an address may hold."""
    return re.sub(r"//[^/@]*@", "//", endpoint)


def _folder_name(endpoint: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "-", _without_user(endpoint)).strip("-.")[-120:]


def _clone(endpoint: str, repository: Path) -> None:
    """Clone ``endpoint`` beside ``repository``, then give it its name: it is there whole or not at all."""
    library()
    from git import GitError, Repo  # noqa: PLC0415 (comes with acl-anthology)

    repository.parent.mkdir(parents=True, exist_ok=True)
    _sweep(repository.parent)
    unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=repository.parent))
    try:
        # as the library clones, but with bounds
        Repo.clone_from(endpoint, unfinished, env=_PATIENCE, single_branch=True, depth=1).close()
        _local(unfinished)
        publish_folder(unfinished, repository)
    except (GitError, OSError) as error:
        raise ServiceError(
            f"The data of the ACL Anthology cannot be got from {_without_user(endpoint)}: "
            f"{fields.shown(_without_user(_said(error)))}. "
            f"{_how_to_get(endpoint)}"
        ) from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Delete what clones left that were killed; one of today may still be under way."""
    for each in folder.glob(f"{UNFINISHED}*"):
        with suppress(OSError):
            if time.time() - each.stat().st_mtime > ABANDONED:
                shutil.rmtree(each, ignore_errors=True)


def _said(error: Any) -> str:
    """The last line of what git said, or of the error."""
    text = str(getattr(error, "stderr", "") or error)
    # as its library hands on what git said: stderr: '…', over several lines
    lines = text.strip().removeprefix("stderr:").strip(" '\n").splitlines()
    return lines[-1].strip() if lines else type(error).__name__


def _described(folder: Path) -> Data:
    changed = _last_commit(folder) or _newest_file(folder)
    return Data(folder, datetime.fromtimestamp(changed, UTC).isoformat(timespec="seconds"))


def _last_commit(folder: Path) -> int | None:
    """Seconds since 1970 of the last commit; ``None``: the folder belongs to no repository of its own."""
    library()
    from git import GitError, Repo  # noqa: PLC0415 (comes with acl-anthology)

    root = next((each for each in (folder, folder.parent) if (each / ".git").exists()), None)
    if root is None:
        return None
    try:
        with Repo(root) as repository:
            return int(repository.head.commit.committed_date)
    except (GitError, ValueError, OSError):
        return None


def _newest_file(folder: Path) -> float:
    times = [entry.stat().st_mtime for entry in os.scandir(folder / "xml") if entry.name.endswith(".xml")]
    if not times:
        raise ServiceError(
            f"There are no data of the ACL Anthology in {folder}: its folder xml is empty. "
            f"{_how_to_get(REPOSITORY)}"
        )
    return max(times)
