"""A hub of models on this machine: repositories, branches, files small and large, and who may write.

It answers as huggingface_hub's own calls expect it: repositories are made, files are announced
(``preupload``), large ones go through git LFS's batch API, and a commit of lines of JSON ends it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.local_server import listening

LARGE = 2000
"""Files of so many bytes go through LFS."""


@dataclass
class Repository:
    """What a repository holds.

    Attributes:
        private: whether only its owners see it.
        branches: branch → path → bytes.
        messages: of all commits.
    """

    private: bool = False
    branches: dict[str, dict[str, bytes]] = field(default_factory=lambda: {"main": {}})
    messages: list[str] = field(default_factory=list)


@dataclass
class ModelHub:
    """A hub.

    Attributes:
        token: the one that it knows.
        owns: namespaces that the token may write to.
        repositories: id → repository.
        endpoint: its address while it is served.
        asked: method and path of every request.
        broken: a path whose requests are answered with 500.
    """

    token: str
    owns: tuple[str, ...] = ("me",)
    repositories: dict[str, Repository] = field(default_factory=dict)
    endpoint: str = ""
    asked: list[str] = field(default_factory=list)
    broken: str = ""
    large: dict[str, bytes] = field(default_factory=dict)


class _RefusalError(Exception):
    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status, self.code = status, code


@contextmanager
def serving(hub: ModelHub) -> Iterator[ModelHub]:
    """``hub``, served until the block ends."""

    class Handler(_Handler):
        served = hub

    with listening(Handler) as hub.endpoint:
        yield hub


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served: ModelHub

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class names it
        """Nothing is printed."""

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.served.asked.append(f"{self.command} {path}")
        extra: dict[str, str] = {}
        try:
            status, answer = 200, self._found(path, body)
        except _RefusalError as refusal:
            status, answer = refusal.status, {"error": str(refusal)}
            extra = {"X-Error-Message": str(refusal)} | (
                {"X-Error-Code": refusal.code} if refusal.code else {}
            )
        content = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in (extra | {"Content-Type": "application/json"}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _found(self, path: str, body: bytes) -> Any:
        hub = self.served
        if hub.broken and hub.broken in path:
            raise _RefusalError(500, "out of order")
        if path.startswith("/upload/"):
            hub.large[path.removeprefix("/upload/")] = body
            return {}
        if path == "/verify":
            return {}
        if path == "/api/validate-yaml":
            said = json.loads(body)
            assert said["content"].startswith("---\n")
            return {"errors": [], "warnings": []}
        if self.headers.get("Authorization") != f"Bearer {hub.token}":
            raise _RefusalError(401, "Invalid credentials in Authorization header")
        if path == "/api/repos/create":
            return self._make(json.loads(body))
        if path.endswith(".git/info/lfs/objects/batch"):
            return self._batch(json.loads(body))
        owner, name, *rest = path.removeprefix("/api/models/").split("/")
        if f"{owner}/{name}" not in hub.repositories:
            raise _RefusalError(404, "Repository not found", "RepoNotFound")
        return self._of(f"{owner}/{name}", rest, body)

    def _may_write(self, owner: str) -> None:
        if owner not in self.served.owns:
            raise _RefusalError(
                403, f'You don\'t have the rights to create a model under the namespace "{owner}"'
            )

    def _make(self, asked: dict[str, Any]) -> Any:
        self._may_write(asked["organization"])
        repo = f"{asked['organization']}/{asked['name']}"
        if repo in self.served.repositories:
            raise _RefusalError(409, "You already created this model repo")
        self.served.repositories[repo] = Repository(private=asked.get("visibility") == "private")
        return {"url": f"{self.served.endpoint}/{repo}"}

    def _batch(self, asked: dict[str, Any]) -> Any:
        wanted = [each for each in asked["objects"] if each["oid"] not in self.served.large]
        actions = {"verify": {"href": f"{self.served.endpoint}/verify"}}
        upload = f"{self.served.endpoint}/upload/"
        return {
            "transfer": "basic",
            "objects": [
                each | {"actions": actions | {"upload": {"href": upload + each["oid"]}}} for each in wanted
            ],
        }

    def _of(self, repo: str, rest: list[str], body: bytes) -> Any:
        found = self.served.repositories[repo]
        what, branch = rest[0] if rest else "", "/".join(rest[1:]) or "main"
        if not what:
            return {"id": repo, "private": found.private, "sha": "0" * 40, "siblings": []}
        if self.command == "POST":
            self._may_write(repo.partition("/")[0])
        if what == "branch":
            found.branches.setdefault(branch, dict(found.branches["main"]))
            return {}
        if branch not in found.branches:
            raise _RefusalError(404, f"Invalid rev id: {branch}", "RevisionNotFound")
        files = found.branches[branch]
        if what == "tree":
            return [
                {"type": "file", "path": path, "size": len(content), "oid": _oid(content)}
                for path, content in files.items()
            ]
        if what == "preupload":
            return {"files": [self._mode(each, files) for each in json.loads(body)["files"]]}
        assert what == "commit", rest
        return self._commit(repo, branch, body)

    def _mode(self, asked: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
        mode = "lfs" if asked["size"] >= LARGE else "regular"
        known = {"oid": _oid(files[asked["path"]])} if asked["path"] in files else {}
        return {"path": asked["path"], "uploadMode": mode, "shouldIgnore": False} | known

    def _commit(self, repo: str, branch: str, body: bytes) -> Any:
        found = self.served.repositories[repo]
        for line in body.splitlines():
            said = json.loads(line)
            value = said["value"]
            if said["key"] == "header":
                found.messages.append(value["summary"])
            elif said["key"] == "file":
                found.branches[branch][value["path"]] = base64.b64decode(value["content"])
            else:
                assert said["key"] == "lfsFile", said
                found.branches[branch][value["path"]] = self.served.large[value["oid"]]
        commit = f"{len(found.messages):040x}"
        return {
            "success": True,
            "commitOid": commit,
            "commitUrl": f"{self.served.endpoint}/{repo}/commit/{commit}",
        }


def _oid(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
