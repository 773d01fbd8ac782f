"""A hub on this machine's loopback: data sets of a few Parquet files, served as a hub serves them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.local_server import listening

EXPORT = "refs/convert/parquet"


@dataclass(slots=True)
class Repository:
    """One data set: files by branch; a commit is the hash of its files.

    Attributes:
        branches: branch → path → content.
        gated: only for those who were let in, which nobody is here.
        earlier: commits that a branch had before, still to be had.
    """

    branches: dict[str, Mapping[str, bytes]]
    gated: bool = False
    earlier: dict[str, Mapping[str, bytes]] = field(default_factory=dict)

    def commit(self, branch: str = "main") -> str:
        """The commit that the branch points to."""
        return _commit(self.branches[branch])

    def publish(self, files: Mapping[str, bytes], branch: str = "main") -> str:
        """Put a new commit with these files on the branch."""
        self.earlier[self.commit(branch)] = self.branches[branch]
        self.branches[branch] = files
        return self.commit(branch)

    def at(self, revision: str) -> tuple[str, Mapping[str, bytes]] | None:
        """Commit and files of a branch or a commit."""
        if revision in self.branches:
            return self.commit(revision), self.branches[revision]
        for files in (*self.branches.values(), *self.earlier.values()):
            if _commit(files) == revision:
                return revision, files
        return None


@dataclass(slots=True)
class Hub:
    """What is served, and what was asked.

    Attributes:
        endpoint: its address.
        repositories: data set id → data set.
        asked: ``METHOD path`` of every request.
        tokens: every ``Authorization`` header that came with a request.
    """

    endpoint: str = ""
    repositories: dict[str, Repository] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """``hub``, served until the block ends."""

    class Handler(_Handler):
        served = hub

    with listening(Handler) as hub.endpoint:
        yield hub


def _commit(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha1(usedforsecurity=False)
    for path, content in sorted(files.items()):
        digest.update(path.encode() + b"\0" + content)
    return digest.hexdigest()


class _RefusalError(Exception):
    """An answer other than 200: its status and the code that a hub gives with it."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class _Handler(BaseHTTPRequestHandler):
    """The routes that fetching asks for: data set, tree, paths, file."""

    protocol_version = "HTTP/1.1"
    served: Hub

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class names it
        """Nothing is printed."""

    def _answer(self) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        form = parse_qs(self.rfile.read(length).decode()) if length else {}
        self.served.asked.append(f"{self.command} {unquote(url.path)}")
        if token := self.headers.get("Authorization"):
            self.served.tokens.add(token)
        try:
            kind, content, extra = self._found(unquote(url.path), form)
            status = 200
        except _RefusalError as refusal:
            status, kind, content = refusal.status, "application/json", b"{}"
            extra = {"X-Error-Code": refusal.code, "X-Error-Message": refusal.code}
        span = self.headers.get("Range")
        if status == 200 and span and kind != "application/json":
            first, _, last = span.removeprefix("bytes=").partition("-")
            end = int(last) if last else len(content) - 1
            extra["Content-Range"] = f"bytes {first}-{end}/{len(content)}"
            status, content = 206, content[int(first) : end + 1]
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **extra}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _found(self, path: str, form: Mapping[str, list[str]]) -> tuple[str, bytes, dict[str, str]]:
        for name, repository in self.served.repositories.items():
            for route, answer in (
                (f"/api/datasets/{name}/revision/", self._info),
                (f"/api/datasets/{name}/tree/", self._tree),
                (f"/api/datasets/{name}/paths-info/", self._paths),
                (f"/api/datasets/{name}/auth-check", self._let_in),
                (f"/datasets/{name}/resolve/", self._file),
            ):
                if path.startswith(route):
                    return answer(name, repository, path.removeprefix(route), form)
            if path == f"/api/datasets/{name}":
                return self._info(name, repository, "main", form)
        raise _RefusalError(401 if "/datasets/" in path else 404, "RepoNotFound")

    def _info(
        self, name: str, repository: Repository, rest: str, form: object
    ) -> tuple[str, bytes, dict[str, str]]:
        commit, files, _ = _at(repository, rest)
        return _json(
            {
                "id": name,
                "sha": commit,
                "private": False,
                "gated": "manual" if repository.gated else False,
                "tags": [],
                "siblings": [{"rfilename": path} for path in sorted(files)],
            }
        )

    def _let_in(
        self, name: str, repository: Repository, rest: str, form: object
    ) -> tuple[str, bytes, dict[str, str]]:
        if repository.gated:
            raise _RefusalError(403, "GatedRepo")
        return _json({})

    def _tree(
        self, name: str, repository: Repository, rest: str, form: object
    ) -> tuple[str, bytes, dict[str, str]]:
        _, files, below = _at(repository, rest)
        inside = f"{below}/" if below else ""
        deep = "recursive=true" in self.path.lower()
        entries: dict[str, dict[str, Any]] = {}
        for path, content in files.items():
            if not path.startswith(inside):
                continue
            parts = path.removeprefix(inside).split("/")
            for depth in range(1, len(parts)):
                if deep or depth == 1:
                    folder = inside + "/".join(parts[:depth])
                    entries[folder] = {"type": "directory", "path": folder, "oid": "0" * 40, "size": 0}
            if deep or len(parts) == 1:
                entries[path] = _entry(path, content)
        if below and not entries:
            raise _RefusalError(404, "EntryNotFound")
        return _json(list(entries.values()))

    def _paths(
        self, name: str, repository: Repository, rest: str, form: Mapping[str, list[str]]
    ) -> tuple[str, bytes, dict[str, str]]:
        _, files, _ = _at(repository, rest)
        return _json([_entry(path, files[path]) for path in form.get("paths", []) if path in files])

    def _file(
        self, name: str, repository: Repository, rest: str, form: object
    ) -> tuple[str, bytes, dict[str, str]]:
        commit, files, path = _at(repository, rest)
        if repository.gated:
            raise _RefusalError(403, "GatedRepo")
        if path not in files:
            raise _RefusalError(404, "EntryNotFound")
        content = files[path]
        tag = hashlib.sha256(content).hexdigest()
        headers = {"X-Repo-Commit": commit, "ETag": f'"{tag}"', "Accept-Ranges": "bytes"}
        return "application/octet-stream", content, headers


def _at(repository: Repository, rest: str) -> tuple[str, Mapping[str, bytes], str]:
    """Commit, files and the path that follows the revision."""
    if rest.startswith(EXPORT):
        revision, path = EXPORT, rest.removeprefix(EXPORT).lstrip("/")
    else:
        revision, _, path = rest.partition("/")
    found = repository.at(revision)
    if found is None:
        raise _RefusalError(404, "RevisionNotFound")
    return *found, path


def _entry(path: str, content: bytes) -> dict[str, Any]:
    return {"type": "file", "path": path, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}


def _json(value: object) -> tuple[str, bytes, dict[str, str]]:
    return "application/json", json.dumps(value).encode(), {}
