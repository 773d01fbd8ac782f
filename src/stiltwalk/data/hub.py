"""A hub's data sets as Arrow tables: Parquet alone, at one commit, with label names in place of numbers.

The libraries that talk to the hub are heavy and needed at fetch time only, so they are imported where they
are used. They read ``HF_ENDPOINT`` (a mirror), ``HF_TOKEN``, ``HF_HOME`` and ``HF_HUB_OFFLINE`` themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from stiltwalk.spec.errors import UserError, unknown_name

EXPORT = "refs/convert/parquet"
"""The branch to which the hub itself copies, as Parquet, what is published in another form."""

_EXPORTED = re.compile(r"(?P<config>[^/]+)/(?P<split>[^/]+)/\d+\.parquet")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A data set at one commit.

    Attributes:
        id: the data set's id.
        revision: the commit.
        files: paths of its files.
    """

    id: str
    revision: str
    files: tuple[str, ...]

    @property
    def exported(self) -> bool:
        """Whether it is the hub's own copy: folders by configuration and split, and no card."""
        return "README.md" not in self.files and any(map(_EXPORTED.fullmatch, self.files))


def offline() -> bool:
    """Whether ``HF_HUB_OFFLINE`` forbids asking a hub."""
    from huggingface_hub import constants  # noqa: PLC0415  heavy

    return bool(constants.is_offline_mode())


def look_up(name: str, revision: str | None = None) -> Snapshot:
    """The data set at ``revision``; without one at its newest commit, or at that of the hub's Parquet copy.

    Args:
        name: the data set's id.
        revision: a commit, branch or tag.

    Raises:
        UserError: the hub cannot be reached or will not show it, there is no such data set or revision, or no
            Parquet is in it.
    """
    from huggingface_hub import HfApi  # noqa: PLC0415  heavy

    def asked(at: str | None) -> Snapshot:
        with plainly(name, at):
            info = HfApi().dataset_info(name, revision=at)
            if (
                info.gated
            ):  # everyone may look at such a data set; whether its files may be had is another thing
                HfApi().auth_check(name, repo_type="dataset")
        assert info.sha is not None, "a hub answers with the commit"
        return Snapshot(name, info.sha, tuple(file.rfilename for file in info.siblings or ()))

    found = asked(revision)
    if revision is None and not _readable(found):
        found = asked(EXPORT)
    if not _readable(found):
        raise UserError(
            f"'{name}' at {revision or found.revision} holds no Parquet that can be read without running a "
            f"script. Try --revision {EXPORT}, the hub's own copy, or import the original files."
        )
    return found


class Loaded(NamedTuple):
    """A split as a table.

    Attributes:
        table: its rows.
        whole: whether these are all of them.
    """

    table: pa.Table
    whole: bool


def load_table(
    snapshot: Snapshot, config: str | None, split: str, cache: Path, parts: int | None = None
) -> Loaded:
    """One split of one configuration, of which only the split's files are fetched.

    Class labels become their names, wherever in a column they stand; ``-1``, the hub's way to say that there
    is none, becomes ``"-1"``.

    Args:
        snapshot: from ``look_up``.
        config: the configuration; ``None`` for the only one.
        split: the hub's name of the split.
        cache: a folder for what is only needed meanwhile; the table may lie in it.
        parts: fetch only so many of the split's files, the first ones; ``None``: all.

    Raises:
        UnknownNameError: there is no such configuration or split; the nearest is suggested.
        UserError: the files cannot be fetched or read.
    """
    import datasets  # noqa: PLC0415  heavy

    urls, features = (_exported if snapshot.exported else _on_card)(snapshot, config, split, cache)
    some = urls[:parts]
    with plainly(snapshot.id, snapshot.revision):
        loaded = datasets.load_dataset(
            "parquet", data_files={split: some}, split=split, features=features, cache_dir=str(cache)
        )
        table: pa.Table = loaded.with_format("arrow")[:]
    return Loaded(_with_names(table, loaded.features), whole=len(some) == len(urls))


def quiet() -> None:
    """Switch off the libraries' own progress bars."""
    import datasets  # noqa: PLC0415  heavy
    from huggingface_hub import utils  # noqa: PLC0415  heavy

    utils.disable_progress_bars()  # type: ignore[attr-defined]
    datasets.disable_progress_bars()


def _readable(snapshot: Snapshot) -> bool:
    """Whether it is Parquet, with no loading script in its place."""
    script = f"{snapshot.id.rpartition('/')[2]}.py"
    return script not in snapshot.files and any(file.endswith(".parquet") for file in snapshot.files)


def _exported(snapshot: Snapshot, config: str | None, split: str, _cache: Path) -> tuple[list[str], Any]:
    """Addresses of the split's files in the hub's own copy; the features stand in them."""
    found = [match for file in snapshot.files if (match := _EXPORTED.fullmatch(file))]
    configs = {match["config"] for match in found}
    if config is None and len(configs) == 1:
        (config,) = configs
    _check(f"configuration of '{snapshot.id}' called", config or "default", configs)
    here = [match for match in found if match["config"] == (config or "default")]
    _check(f"split of '{snapshot.id}' ({config}) called", split, {match["split"] for match in here})
    urls = [_url(snapshot, match[0]) for match in here if match["split"] == split]
    return sorted(urls), None


def _on_card(snapshot: Snapshot, config: str | None, split: str, cache: Path) -> tuple[list[str], Any]:
    """Addresses of the split's files as the data set's card says, and the features that it names."""
    import datasets  # noqa: PLC0415  heavy

    name, revision = snapshot.id, snapshot.revision
    with plainly(name, revision):
        if config is not None:
            configs = datasets.get_dataset_config_names(name, revision=revision)
            _check(f"configuration of '{name}' called", config, configs)
        builder = datasets.load_dataset_builder(name, config, revision=revision, cache_dir=str(cache))
    files = builder.config.data_files or {}
    _check(f"split of '{name}' ({builder.config.name}) called", split, map(str, files))
    urls = [str(url) for url in files[split]]
    if other := next((url for url in urls if not url.endswith(".parquet")), None):
        raise UserError(f"{other} is no Parquet file. Try --revision {EXPORT}, the hub's own copy.")
    return urls, builder.info.features


def _url(snapshot: Snapshot, path: str) -> str:
    return f"hf://datasets/{snapshot.id}@{snapshot.revision}/{path}"


def _check(kind: str, name: str, known: Iterable[str]) -> None:
    names = list(known)
    if name not in names:
        raise unknown_name(kind, name, names)


def _with_names(table: pa.Table, features: Any) -> pa.Table:
    for at, column in enumerate(table.column_names):
        named = _naming(features[column])
        if named is not None:
            values = [named(value) for value in table[column].to_pylist()]
            table = table.set_column(at, column, pa.array(values))
    return table


def _naming(feature: Any) -> Callable[[Any], Any] | None:
    """How a value of this feature gets names for its class labels; ``None`` if it holds none."""
    import datasets  # noqa: PLC0415  heavy

    if isinstance(feature, datasets.ClassLabel):
        names = tuple(feature.names)
        return lambda value: value if value is None else names[value] if value >= 0 else str(value)
    if isinstance(feature, datasets.List | datasets.LargeList):
        each = _naming(feature.feature)
        return None if each is None else lambda some: some if some is None else [each(one) for one in some]
    if isinstance(feature, dict):
        by_field = {name: found for name, inner in feature.items() if (found := _naming(inner))}
        if by_field:
            return lambda record: (
                record and {k: by_field[k](v) if k in by_field else v for k, v in record.items()}
            )
    return None


@contextmanager
def plainly(name: str, revision: str | None) -> Iterator[None]:
    """Whatever the libraries raise within the block becomes a ``UserError`` that says what to do."""
    from huggingface_hub import constants, errors, get_token  # noqa: PLC0415  heavy

    endpoint = _without_password(constants.ENDPOINT)
    page = f"{endpoint}/datasets/{name}"
    try:
        yield
    except UserError:
        raise
    # a transport's own errors share no base with the libraries'
    except Exception as error:
        cause = _first(error, errors.HfHubHTTPError)
        if isinstance(cause, errors.GatedRepoError):
            message = (
                f"'{name}' is only for those who accepted its terms. Accept them at {page}, then log in with "
                "'hf auth login' or set HF_TOKEN, and fetch again."
            )
        elif isinstance(cause, errors.RevisionNotFoundError):
            message = f"'{name}' has no revision '{revision}'. Its commits are listed at {page}/commits/main."
        elif isinstance(cause, errors.RepositoryNotFoundError):
            message = (
                f"There is no data set '{name}' at {endpoint}, or it is private: then log in with "
                "'hf auth login' or set HF_TOKEN."
            )
        else:
            said = _without_password((str(error).strip() or type(error).__name__).splitlines()[0])
            if token := get_token():
                said = said.replace(token, "…")
            message = (
                f"Fetching '{name}' from {endpoint} failed ({type(error).__name__}: {said}). Is there a "
                "network, and room on the disk? What was fetched before is kept: run the command again."
            )
        raise UserError(message) from None


def _first(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    """The first error of this kind in the chain of causes."""
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error


def _without_password(text: str) -> str:
    """``text`` without what stands before the ``@`` of an address."""
    return re.sub(r"//[^/@\s]*@", "//", text)
