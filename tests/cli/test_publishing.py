"""Tests of export --push against a hub on this machine: what arrives, what is asked, and what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub import constants

from tests.cli.conftest import Command, Ended, World
from tests.cli.model_hub import LARGE, ModelHub, Repository, serving

# huggingface_hub 2.4 hands a file to its transport in a way that the transport would rather not have
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

TOKEN = "hf_thisIsTheSecretOfThisTest"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModelHub]:
    """An empty hub that knows one token; huggingface_hub asks it, without xet, and is logged in."""
    with serving(ModelHub(TOKEN)) as served:
        monkeypatch.setattr(constants, "ENDPOINT", served.endpoint)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-login"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield served
        huggingface_hub.close_session()


@pytest.fixture
def key(command: Command, world: World) -> str:
    """The key of a finished training of the world."""
    plan = command("plan", world.study, *world.places, "--json").json["steps"]
    return next(str(step["key"]) for step in plan if step["title"] == "target udpos, seed 1")


def export(command: Command, world: World, *words: str | Path) -> Ended:
    """``stiltwalk export`` in the world's store; nothing of the token may ever be printed."""
    ended = command("export", *words, *world.places)
    assert TOKEN not in ended.out + ended.err
    return ended


def contents(folder: Path) -> dict[str, bytes]:
    """Path → bytes of every file."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_what_arrives_is_what_was_exported(
    command: Command, world: World, hub: ModelHub, key: str, tmp_path: Path
) -> None:
    """File by file and byte by byte, small ones and large, as one commit; listed before; again, the same."""
    ended = export(command, world, key, "--out", tmp_path / "model", "--push", "me/tags", "--yes", "--json")
    assert ended.code == 0, ended.err
    repository = hub.repositories["me/tags"]
    written = contents(tmp_path / "model")
    assert repository.branches == {"main": written}
    assert len(repository.messages) == 1
    assert key[:12] in repository.messages[0]
    assert not repository.private
    assert any(len(content) >= LARGE for content in written.values())
    assert any(len(content) < LARGE for content in written.values())
    (row,) = ended.json["rows"]
    assert row["pushed"] == {
        "repo": "me/tags",
        "revision": "main",
        "commit": f"{1:040x}",
        "url": f"{hub.endpoint}/me/tags/commit/{1:040x}",
    }
    for path in written:
        assert f"  {path}  " in ended.err
    assert b"# me/tags\n" in written["README.md"]
    shutil.rmtree(tmp_path / "model")
    ended = export(command, world, key, "--push", "me/tags", "--yes")
    assert ended.code == 0, ended.err
    assert "(replaced)" in ended.err
    assert repository.branches == {"main": written}
    assert "evaluate" not in ended.out  # there is no folder to test


def test_private_and_on_a_branch(command: Command, world: World, hub: ModelHub, key: str) -> None:
    """A repository that is made is private, and main stays empty; the branch is made once."""
    words = (key, "--push", "me/tags", "--private", "--revision", "seed-1", "--yes")
    for _ in range(2):
        ended = export(command, world, *words)
        assert ended.code == 0, ended.err
    repository = hub.repositories["me/tags"]
    assert repository.private
    assert repository.branches["main"] == {}
    assert "model.safetensors" in repository.branches["seed-1"]
    assert sum("/branch/" in each for each in hub.asked) == 1


def test_nothing_goes_without_a_yes(
    command: Command, world: World, hub: ModelHub, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a terminal it is refused, with one it is asked; the folder is there all the same."""
    ended = export(command, world, key, "--out", tmp_path / "a", "--push", "me/tags")
    assert ended.code == 2
    assert "nobody can be asked here. Give --yes" in " ".join(ended.err.split())
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answers = iter([False, True])
    monkeypatch.setattr("typer.confirm", lambda *_, **__: next(answers))
    ended = export(command, world, key, "--out", tmp_path / "b", "--push", "me/tags")
    assert (ended.code, hub.repositories) == (0, {})
    assert "Nothing was uploaded" in ended.err
    assert (tmp_path / "b" / "model.safetensors").is_file()
    assert export(command, world, key, "--push", "me/tags").code == 0
    assert "me/tags" in hub.repositories


def test_a_repository_with_other_files_is_left_alone(
    command: Command, world: World, hub: ModelHub, key: str
) -> None:
    """They are named; what a hub puts there itself is in nobody's way."""
    files = {".gitattributes": b"", "pytorch_model.bin": b"x", **{f"{n}.txt": b"" for n in range(9)}}
    hub.repositories["me/tags"] = Repository(branches={"main": dict(files)})
    ended = export(command, world, key, "--push", "me/tags", "--yes")
    assert ended.code == 2
    said = " ".join(ended.err.split())
    assert "holds other files: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 5 more" in said
    assert "Name another repository" in said
    assert hub.repositories["me/tags"].branches == {"main": files}
    hub.repositories["me/tags"] = Repository(branches={"main": {".gitattributes": b""}})
    assert export(command, world, key, "--push", "me/tags", "--yes").code == 0


def test_a_public_repository_does_not_turn_private(
    command: Command, world: World, hub: ModelHub, key: str
) -> None:
    """The hub would ignore the wish, and the model would be seen by all."""
    hub.repositories["me/tags"] = Repository()
    ended = export(command, world, key, "--push", "me/tags", "--private", "--yes")
    assert ended.code == 2
    assert "is there already and public" in " ".join(ended.err.split())
    assert hub.repositories["me/tags"].branches == {"main": {}}


def test_without_a_login(
    command: Command, world: World, hub: ModelHub, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused before anything is computed or asked, with how to log in."""
    monkeypatch.delenv("HF_TOKEN")
    ended = export(command, world, key, "--out", tmp_path / "m", "--push", "me/tags", "--yes")
    assert ended.code == 2
    assert "hf auth login" in ended.err
    assert hub.asked == []
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    ("token", "repo", "said"),
    [
        ("hf_anotherTokenThatIsNotKnown", "me/tags", "does not know the token that it was given"),
        (TOKEN, "them/tags", "The token may not write to them/tags (You don't have the rights"),
    ],
)
def test_tokens_that_may_not(
    command: Command,
    world: World,
    hub: ModelHub,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
    token: str,
    repo: str,
    said: str,
) -> None:
    """One that is not known, and one without the right: what was expected, what to do, and no token."""
    monkeypatch.setenv("HF_TOKEN", token)
    ended = export(command, world, key, "--push", repo, "--yes")
    assert ended.code == 2
    assert said in " ".join(ended.err.split())
    assert token not in ended.err
    assert "HF_TOKEN" in ended.err
    assert hub.repositories == {}


def test_a_hub_that_breaks_down(command: Command, world: World, hub: ModelHub, key: str) -> None:
    """Its status and words."""
    hub.broken = "/commit/"
    ended = export(command, world, key, "--push", "me/tags", "--yes")
    assert ended.code == 2
    assert "refused the upload to me/tags (HTTP 500: " in " ".join(ended.err.split())


def test_no_network(
    command: Command, world: World, hub: ModelHub, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A port where nobody listens; and HF_HUB_OFFLINE, which is told before anything is computed."""
    monkeypatch.setattr(constants, "ENDPOINT", "http://user:secret@127.0.0.1:9")
    ended = export(command, world, key, "--push", "me/tags", "--yes")
    assert ended.code == 2
    assert "Is there a network?" in " ".join(ended.err.split())
    assert "secret" not in ended.err
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    ended = export(command, world, key, "--push", "me/tags", "--yes")
    assert ended.code == 2
    assert "HF_HUB_OFFLINE forbids" in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--push", "tags", "--yes"), "expected NAMESPACE/NAME"),
        (("--push", "me/t ags", "--yes"), "alphanumeric"),
        (("--out", "m", "--private"), "Give --push REPO_ID"),
        ((), "Nothing says where to"),
    ],
)
def test_slips_of_the_pen(
    command: Command, world: World, hub: ModelHub, words: tuple[str, ...], said: str, key: str
) -> None:
    """Refused before the hub is asked."""
    ended = export(command, world, key, *words)
    assert ended.code == 2
    assert said in " ".join(ended.err.split())
    assert hub.asked == []
