"""Uploading an exported model to a hub through huggingface_hub: said and asked first, then one commit.

The token is the environment's or that of the hub's own login. It is never an option, and never printed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import typer

from stiltwalk.cli import show
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.secrets import HIDDEN, without_secrets

MAIN = "main"
"""The branch that is meant where none is named."""

THE_HUBS_OWN = frozenset({".gitattributes"})
"""Files that a hub puts into a repository itself."""

LOG_IN = "Log in with 'hf auth login', or set HF_TOKEN to a token that may write"


class Destination(NamedTuple):
    """Where a model goes.

    Attributes:
        repo: ``NAMESPACE/NAME``.
        private: whether the repository is to be seen by its owners alone.
        revision: the branch.
    """

    repo: str
    private: bool = False
    revision: str = MAIN


class Pushed(NamedTuple):
    """What was uploaded: the commit, and where it can be seen."""

    repo: str
    revision: str
    commit: str
    url: str


class Found(NamedTuple):
    """What a hub has where a model is to go.

    Attributes:
        exists: whether the repository is there.
        branch: whether its branch is.
        files: what the branch holds, or will hold once it is begun.
    """

    exists: bool
    branch: bool
    files: frozenset[str]


def require_ready(to: Destination) -> None:
    """Refuse what cannot be uploaded, before anything is computed; asks no hub.

    Raises:
        UserError: the repository's name is none, nobody is logged in, or the hub must not be asked.
    """
    from huggingface_hub import constants, get_token  # noqa: PLC0415  heavy
    from huggingface_hub.errors import HFValidationError  # noqa: PLC0415  the same
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # noqa: PLC0415

    try:
        validate_repo_id(to.repo)
    except HFValidationError as error:
        raise UserError(f"--push {to.repo}: {error}") from None
    if to.repo.count("/") != 1:
        raise UserError(f"--push {to.repo}: expected NAMESPACE/NAME, your name or an organization's first.")
    if constants.is_offline_mode():
        raise UserError("HF_HUB_OFFLINE forbids asking the hub. Unset it to upload, or leave out --push.")
    if get_token() is None:
        raise UserError(f"Nobody is logged in to {_endpoint()}, so nothing can be uploaded. {LOG_IN}.")


def found_at(to: Destination) -> Found:
    """What lies there already.

    Raises:
        UserError: the hub does not answer, or refuses.
    """
    from huggingface_hub import HfApi  # noqa: PLC0415  heavy
    from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError  # noqa: PLC0415

    api = HfApi()
    with plainly(to):
        try:
            info = api.model_info(to.repo)
        except RepositoryNotFoundError:
            return Found(exists=False, branch=False, files=frozenset())
        if to.private and not info.private:
            raise UserError(
                f"{to.repo} is there already and public, and --private makes no repository private that is "
                "there. Make it private on the hub, name another repository, or leave out --private."
            )
        try:
            return Found(True, True, frozenset(api.list_repo_files(to.repo, revision=to.revision)))
        except RevisionNotFoundError:  # a new branch begins with what the main one holds
            return Found(True, False, frozenset(api.list_repo_files(to.repo)))


def require_room(to: Destination, files: Iterable[str], found: Found) -> None:
    """Refuse a repository that holds what this export would neither replace nor belong to.

    Raises:
        UserError: names the files that are in the way.
    """
    others = sorted(found.files - {*files} - THE_HUBS_OWN)
    if others:
        shown = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
        raise UserError(
            f"{to.repo} (branch {to.revision}) holds other files: {shown}. Expected was an empty repository, "
            "or an earlier upload of the same kind. Name another repository, or delete those files there."
        )


def agreed(to: Destination, files: Mapping[str, int], found: Found, *, yes: bool) -> bool:
    """Print what would be uploaded, and ask unless ``yes``.

    Args:
        to: where it goes.
        files: path → bytes.
        found: what lies there.
        yes: whether nobody is to be asked.

    Raises:
        UserError: nobody can be asked.
    """
    seen = "private" if to.private else "public, or as the organization has it"
    state = "is there" if found.exists else f"is made ({seen})"
    show.note(f"To {_endpoint()}/{to.repo}, which {state}, branch {to.revision}:")
    for path, size in files.items():
        show.note(f"  {path}  {show.size(size)}{'  (replaced)' if path in found.files else ''}")
    if yes:
        return True
    if not sys.stdin.isatty():
        raise UserError("Nothing was uploaded, for nobody can be asked here. Give --yes.")
    return typer.confirm("Upload this?", default=False, err=True)


def push(folder: Path, to: Destination, found: Found, message: str) -> Pushed:
    """Upload every file of ``folder`` as one commit called ``message``; repository and branch are made.

    Raises:
        UserError: the hub does not answer, or refuses; what was committed before stays.
    """
    from huggingface_hub import HfApi  # noqa: PLC0415  heavy

    api = HfApi()
    with plainly(to):
        if not found.exists:
            api.create_repo(to.repo, private=True if to.private else None, exist_ok=True)
        if not found.branch and to.revision != MAIN:
            api.create_branch(to.repo, branch=to.revision, exist_ok=True)
        commit = api.upload_folder(
            repo_id=to.repo, folder_path=folder, revision=to.revision, commit_message=message
        )
    return Pushed(to.repo, to.revision, commit.oid, commit.commit_url)


@contextmanager
def plainly(to: Destination) -> Iterator[None]:
    """Whatever huggingface_hub raises within the block becomes a ``UserError`` that says what to do."""
    from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415  heavy

    try:
        yield
    except UserError:
        raise
    except Exception as error:  # a transport's own errors share no base with the library's
        causes = [*_causes(error)]
        refused = next((each for each in causes if isinstance(each, HfHubHTTPError)), None)
        plain = next((said for each in reversed(causes) if (said := str(each).strip())), type(error).__name__)
        said = _hidden(getattr(refused, "server_message", None) or plain)
        status = None if refused is None else refused.response.status_code
        raise UserError(_in_words(to, status, said.splitlines()[0])) from None


def _in_words(to: Destination, status: int | None, said: str) -> str:
    endpoint = _endpoint()
    if status == 401:
        return f"{endpoint} does not know the token that it was given ({said}). {LOG_IN}."
    if status == 403:
        owner = to.repo.partition("/")[0]
        return (
            f"The token may not write to {to.repo} ({said}). Expected is one with the right to write to what "
            f"'{owner}' owns. {LOG_IN} there, or name a repository of your own."
        )
    if status is None:
        return (
            f"Uploading to {endpoint} failed ({said}). Is there a network? The same command goes on with "
            "what is missing."
        )
    return f"{endpoint} refused the upload to {to.repo} (HTTP {status}: {said}). Nothing else was changed."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _endpoint() -> str:
    """The hub that is asked (``HF_ENDPOINT``), without whatever password is in its address."""
    from huggingface_hub import constants  # noqa: PLC0415  heavy

    return without_secrets(constants.ENDPOINT)


def _hidden(text: str) -> str:
    from huggingface_hub import get_token  # noqa: PLC0415  heavy

    token = get_token()
    return without_secrets(text.replace(token, HIDDEN) if token else text)
