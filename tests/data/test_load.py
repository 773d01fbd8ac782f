"""Tests of loading a split, and of its fingerprint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.data.load import available, fingerprint, group_position, load
from stiltwalk.spec.errors import DataError, UnknownNameError, UserError
from stiltwalk.spec.task import Split, Task
from stiltwalk.spec.tasks import TASKS

from .fakes import fake_task, lines_task, made_task, squad_text, write


def _squad_task(share: tuple[float, float], without: str | None = None) -> Task:
    split = Split(paths=("a.json",), without_ids_of=without, share=share)
    return fake_task("squad", {"train": split}, kind="question-answering").replace({"scorer": "squad1"})


def _articles(number: int) -> str:
    return squad_text(*((f"t{n}", "A cat.", ((f"q{n}", "cat"), (f"p{n}", "A"))) for n in range(number)))


def _ids(task: Task, root: Path) -> list[str]:
    return [example.id for example in load(task, "train", "en", root)]


def test_load(tmp_path: Path) -> None:
    """Examples come in file order, gzipped or not."""
    write(tmp_path / "a" / "en.txt.gz", "one\ntwo\n")
    task = lines_task("a/{language}.txt")
    assert _ids(task, tmp_path) == ["en.txt:1", "en.txt:2"]


def test_unknown_language(tmp_path: Path) -> None:
    """A language the split does not have is refused, with the nearest and all there are."""
    task = lines_task("{language}", languages=("de", "pcm"))
    message = (
        r"Task 'fake' has no language 'pc' in its split 'train'\. Did you mean 'pcm'\? It has: de, pcm\."
    )
    with pytest.raises(UnknownNameError, match=message):
        load(task, "train", "pc", tmp_path)
    with pytest.raises(UnknownNameError, match="has no language 'en'"):
        fingerprint(task, "train", "en", tmp_path)


def test_unknown_split(tmp_path: Path) -> None:
    """A split the task does not have is refused."""
    with pytest.raises(UserError, match=r"Task 'fake' has no split 'test'\. It has: train"):
        load(lines_task("a"), "test", "en", tmp_path)


def test_missing_files(tmp_path: Path) -> None:
    """Missing files are named as they were looked for, with the way to mend it."""
    message = "no data of task 'fake', split 'train', language 'en'. Looked .* for a/en.txt .* --data-dir"
    with pytest.raises(DataError, match=message):
        load(lines_task("a/{language}.txt"), "train", "en", tmp_path)
    with pytest.raises(DataError, match="nowhere: no data of task"):
        load(lines_task("a/{language}.txt"), "train", "en", tmp_path / "nowhere")


def test_unknown_layout(tmp_path: Path) -> None:
    """A record with a layout nobody reads is refused with the nearest one."""
    write(tmp_path / "a", "x")
    task = fake_task("squid", {"train": Split(paths=("a",))})
    with pytest.raises(UnknownNameError, match=r"There is no layout 'squid'\. Did you mean 'squad'\?"):
        load(task, "train", "en", tmp_path)


def test_ids_left_out(tmp_path: Path) -> None:
    """Examples whose id is in another file are left out."""
    write(tmp_path / "a.json", _articles(2))
    write(tmp_path / "b.json.gz", squad_text(("x", "A cat.", (("q0", "cat"), ("p1", "A")))))
    assert _ids(_squad_task((0, 1), "b.json"), tmp_path) == ["p0", "q1"]


def test_missing_file_of_ids(tmp_path: Path) -> None:
    """Without the file of ids nothing is loaded, fingerprinted or called available."""
    write(tmp_path / "a.json", _articles(1))
    task = _squad_task((0, 1), "b.json")
    with pytest.raises(DataError, match=r"b\.json: no such file .* must be left out"):
        load(task, "train", "en", tmp_path)
    with pytest.raises(DataError, match=r"b\.json: no such file"):
        fingerprint(task, "train", "en", tmp_path)
    assert available(task, "train", tmp_path) == ()


def test_nothing_left(tmp_path: Path) -> None:
    """A split without examples is an error that says what was kept."""
    write(tmp_path / "a.json", _articles(1))
    write(tmp_path / "e.txt", "\n\n")
    with pytest.raises(
        DataError, match=r"found none \(without the ids of a.json and in the share 0 to 0.5\)"
    ):
        load(_squad_task((0, 0.5), "a.json"), "train", "en", tmp_path)
    with pytest.raises(DataError, match=r"e\.txt: expected examples of task 'fake', .* found none\. Fetch"):
        load(lines_task("e.txt"), "train", "en", tmp_path)


def test_one_id_twice(tmp_path: Path) -> None:
    """Two files that make the same ids are refused."""
    write(tmp_path / "a" / "x.txt", "one\n")
    write(tmp_path / "b" / "x.txt", "two\n")
    with pytest.raises(DataError, match=r"the example id 'x\.txt:1' occurs twice in x\.txt, x\.txt"):
        load(lines_task("*/x.txt"), "train", "en", tmp_path)


@given(cut=st.floats(0.2, 0.8), number=st.integers(30, 60))
@settings(deadline=None)  # writes files
def test_shares_part_the_whole(cut: float, number: int) -> None:
    """Two shares that meet hold every example once, and no article is in both."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        write(root / "a.json", _articles(number))
        low, high = (_ids(_squad_task(share), root) for share in ((0.0, cut), (cut, 1.0)))
        assert sorted(_ids(_squad_task((0.0, 1.0)), root)) == sorted(low + high)
        assert not {name[1:] for name in low} & {name[1:] for name in high}


@given(group=st.text())
def test_position_lies_in_the_unit_interval(group: str) -> None:
    """A group lies in [0, 1), always at the same place."""
    assert 0.0 <= group_position(group) < 1.0
    assert group_position(group) == group_position(group)


def test_position_is_settled() -> None:
    """The place of a group never changes: splits made with it are published."""
    # 2cf24dba5fb0a30e…: the well-known SHA-256 of "hello"
    assert group_position("hello") == (0x2CF24DBA5FB0A30E >> 11) / 2**53


def test_available(tmp_path: Path) -> None:
    """Available are the languages whose files are all there."""
    task = lines_task("{language}.a", "{language}.b", languages=("de", "en", "fr"))
    for name in ("en.a", "en.b.gz", "de.a"):
        write(tmp_path / name, "x")
    assert available(task, "train", tmp_path) == ("en",)


@given(first=st.text(max_size=20), second=st.text(max_size=20))
@settings(deadline=None)  # writes files
def test_fingerprint_is_of_the_content(first: str, second: str) -> None:
    """Gzip, names and folders do not count; content does."""
    task = lines_task("*/x*")
    prints = []
    for names, texts in (
        (("a/x1", "a/x2"), (first, second)),
        (("b/x3.gz", "a/x4"), (first, second)),
        (("a/x1", "a/x2"), (second, first)),
    ):
        with TemporaryDirectory() as folder:
            for name, text in zip(names, texts, strict=True):
                write(Path(folder) / name, text)
            prints.append(fingerprint(task, "train", "en", Path(folder)))
    assert prints[0] == prints[1]
    assert (prints[0] == prints[2]) is (first == second)


def test_fingerprint_knows_what_is_left_out(tmp_path: Path) -> None:
    """The share and the file of ids change the fingerprint."""
    write(tmp_path / "a.json", _articles(1))
    ids = write(tmp_path / "b.json", _articles(2))
    tasks = [_squad_task((0, 1)), _squad_task((0, 0.5)), _squad_task((0, 1), "b.json")]
    prints = [fingerprint(task, "train", "en", tmp_path) for task in tasks]
    write(ids, _articles(3))
    prints.append(fingerprint(tasks[-1], "train", "en", tmp_path))
    assert len(set(prints)) == 4


def test_fingerprint_without_files(tmp_path: Path) -> None:
    """No files, no fingerprint."""
    assert fingerprint(lines_task("a"), "train", "en", tmp_path) is None


def test_fingerprint_with_a_digest_of_the_callers(tmp_path: Path) -> None:
    """The caller's digest is asked instead of the file."""
    path = write(tmp_path / "a", "x")
    asked: list[Path] = []

    def digest(path: Path) -> str:
        asked.append(path)
        return "0"

    assert fingerprint(lines_task("a"), "train", "en", tmp_path, digest) is not None
    assert [path] == asked


def test_only_the_first(tmp_path: Path) -> None:
    """With a number only so many are loaded, the first ones; a larger number loads all."""
    write(tmp_path / "a", "one\ntwo\nthree\n")
    task = lines_task("a")
    assert [e.id for e in load(task, "train", "en", tmp_path, 2)] == ["a:1", "a:2"]
    assert len(load(task, "train", "en", tmp_path, 9)) == 3
    assert load(made_task(5), "train", "de", None, 3) == load(made_task(5), "train", "de", None)[:3]
    assert len(load(made_task(2), "train", "de", None, 9)) == 2


def test_generated_tasks_need_no_folder(tmp_path: Path) -> None:
    """They load, are available in every language and have a fingerprint, whatever the data folder."""
    task = made_task(4, languages=("en", "sw"))
    for root in (None, tmp_path, tmp_path / "nowhere"):
        examples = load(task, "train", "sw", root)
        assert [example.id for example in examples] == [f"train-{n}" for n in range(4)]
        assert examples == load(task, "train", "sw", None)
        assert available(task, "train", root) == ("en", "sw")
        assert fingerprint(task, "train", "sw", root) == fingerprint(task, "train", "sw", None) is not None


def test_a_generated_task_has_its_languages_and_splits_alone() -> None:
    """A language or a split it has not is refused as for any other task."""
    with pytest.raises(UnknownNameError, match=r"Task 'made' has no language 'fr' .* It has: en, de\."):
        load(made_task(), "train", "fr", None)
    with pytest.raises(UnknownNameError, match="Task 'made' has no language 'fr'"):
        fingerprint(made_task(), "train", "fr", None)
    with pytest.raises(UserError, match=r"Task 'made' has no split 'test'\. It has: train, dev"):
        load(made_task(), "test", "en", None)


def test_an_unknown_generator() -> None:
    """A record with a generator nobody wrote is refused with the nearest one."""
    with pytest.raises(UnknownNameError, match=r"There is no generator 'nlii'\. Did you mean 'nli'\?"):
        load(made_task(generator="nlii"), "train", "en", None)


def test_fingerprint_of_generated_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Size, seed, split, language, generator and the world each change it; the task's name does not."""
    task = made_task()
    settled = fingerprint(task, "train", "en", None)
    assert settled == fingerprint(made_task(), "train", "en", None)
    assert settled == fingerprint(task.replace({"name": "renamed"}), "train", "en", None)
    others = [
        fingerprint(made_task(5), "train", "en", None),
        fingerprint(made_task(seed=1), "train", "en", None),
        fingerprint(made_task(generator="paraphrase"), "train", "en", None),
        fingerprint(task, "dev", "en", None),
        fingerprint(task, "train", "de", None),
    ]
    monkeypatch.setattr("stiltwalk.data.load.world_digest", lambda: "0" * 64)
    others.append(fingerprint(task, "train", "en", None))
    assert len({settled, *others}) == 7


@pytest.mark.parametrize("ask", [load, fingerprint])
def test_a_task_with_files_asks_for_a_folder(ask: Callable[..., object]) -> None:
    """Without a data folder the message names the task and the ways to say where its files lie."""
    with pytest.raises(
        UserError, match=r"Where are the original data files of 'xquad'\? Give --data-dir DIR"
    ):
        ask(TASKS["xquad"], "test", "de", None)
    with pytest.raises(UserError, match=r"Where are the original data files of 'xquad'\?"):
        available(TASKS["xquad"], "test", None)
