"""Tests of articles as raw text: fetched in part from a hub, read line by line, mixed into training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from stiltwalk.compute.masked_lm import read_lines
from stiltwalk.data.load import available, load
from stiltwalk.data.verify import verify
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.examples import Line
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import read_artifact
from tests.worlds import finish, node, prepared_study, sentence, write_world

from .fakes import write
from .hub_server import Hub, Repository, serving
from .hub_sets import TEXT, parquet, published
from .test_hub import Place

WIKIPEDIA = TASKS["wikipedia"]
SET = "wikimedia/wikipedia"
CONFIG = "20231101.sw"


def _articles(language: str, first: int, count: int) -> list[dict[str, str]]:
    """Articles of two paragraphs and an empty line, in the columns that the data set has."""
    return [
        {
            "id": str(number),
            "url": f"https://{language}.wikipedia.org/wiki/{number}",
            "title": f"Title {number}",
            "text": f"{' '.join(sentence('de', number))}\n\n {' '.join(sentence('fi', number))} \n",
        }
        for number in range(first, first + count)
    ]


def _repository(*parts: Sequence[dict[str, str]]) -> Repository:
    """One configuration, whose split lies in as many files as there are ``parts``."""
    files = published({CONFIG: {"train": parts[0]}}, dict.fromkeys(("id", "url", "title", "text"), TEXT))
    del files[f"{CONFIG}/train-00000-of-00001.parquet"]
    for at, rows in enumerate(parts):
        files[f"{CONFIG}/train-{at:05}-of-{len(parts):05}.parquet"] = parquet(rows)
    return Repository({"main": files})


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A hub with a Swahili Wikipedia of three files, and an empty data folder."""
    parts = [_articles("sw", 10 * at, 4) for at in range(3)]
    with serving(Hub(repositories={SET: _repository(*parts)})) as hub:
        yield Place(hub, tmp_path / "data", tmp_path / "home")


def _downloads(place: Place) -> set[str]:
    return {
        asked.rpartition("/")[2] for asked in place.hub.asked if "/resolve/" in asked and ".parquet" in asked
    }


def test_only_the_first_files(place: Place) -> None:
    """One file of three is downloaded, and the lock says so; asked for again it is there, the rest not."""
    fetch = ["fetch", "wikipedia", "--language", "sw"]
    first, again = place.run([*fetch, "--parts", "1"], [*fetch, "--parts", "1"])
    assert (first.code, again.code) == (0, 0), first.err + again.err
    assert _downloads(place) == {"train-00000-of-00003.parquet"}
    assert "0 file(s) fetched, 1 were there already" in again.err
    locked = place.lock["files"]["hub/wikipedia/train.sw.parquet"]
    assert (locked["parts"], locked["rows"], locked["config"]) == (1, 4, CONFIG)
    first_lines = place.examples("wikipedia", "train", "sw")
    assert len(first_lines) == 8
    (whole, less) = place.run(fetch, [*fetch, "--parts", "2"])
    assert "1 file(s) fetched" in whole.err
    assert "0 file(s) fetched, 1 were there already" in less.err
    assert "parts" not in place.lock["files"]["hub/wikipedia/train.sw.parquet"]
    assert place.examples("wikipedia", "train", "sw")[:8] == first_lines
    assert [row.state for row in verify(WIKIPEDIA, place.data, only={("train", "sw")})] == ["uncounted"]


def test_more_parts_than_there_are(place: Place) -> None:
    """Then all of them are fetched, and the lock knows nothing of parts."""
    (ended,) = place.run(["fetch", "wikipedia", "--language", "sw", "--parts", "9"])
    assert ended.code == 0, ended.err
    assert place.lock["files"]["hub/wikipedia/train.sw.parquet"]["rows"] == 12
    assert "parts" not in place.lock["files"]["hub/wikipedia/train.sw.parquet"]


def test_languages_must_be_named(place: Place) -> None:
    """Nobody fetches a hundred Wikipedias by mistake; a language without one is refused."""
    everything, unknown, none = place.run(
        ["fetch", "wikipedia"],
        ["fetch", "wikipedia", "--language", "arq"],
        ["fetch", "wikipedia", "--language", "sw", "--parts", "0"],
    )
    assert {ended.code for ended in (everything, unknown, none)} == {2}
    assert "'wikipedia' is too large to be fetched in all its languages at once" in everything.err
    assert "--language sw --language de; --parts 1" in everything.err
    assert "Task 'wikipedia' has no language 'arq' in its split 'train'" in unknown.err
    assert not place.hub.asked


def test_names_of_wikipedias() -> None:
    """Configurations are named by Wikipedia's codes, which are not always ours."""
    names = {code: WIKIPEDIA.filled("20231101.{code}", code) for code in ("sw", "nb", "gsw", "yue", "cbk")}
    assert names == {
        "sw": "20231101.sw",
        "nb": "20231101.no",
        "gsw": "20231101.als",
        "yue": "20231101.zh-yue",
        "cbk": "20231101.cbk-zam",
    }


def test_a_line_is_an_example(tmp_path: Path) -> None:
    """Articles in a folder: paragraphs are examples, stripped; blank ones and empty articles are left out."""
    rows = [
        {"id": "7", "url": "u", "title": "t", "text": "One.\n\n  Two.\u2028Still two.\r\nThree.\n"},
        {"id": "9", "url": "u", "title": "t", "text": " \n"},
        {"id": "8", "url": "u", "title": "t", "text": "Four."},
    ]
    folder = tmp_path / "wikipedia" / "20231101.no"
    folder.mkdir(parents=True)
    (folder / "train-00000-of-00001.parquet").write_bytes(parquet(rows))
    write(tmp_path / "wikipedia" / "sw" / "wiki_00.jsonl", '{"id": "1", "text": "Moja.\\nMbili."}\n')
    assert available(WIKIPEDIA, "train", tmp_path) == ("nb", "sw")
    assert load(WIKIPEDIA, "train", "nb", tmp_path) == (
        Line("7:1", "One."),
        Line("7:3", "Two.\u2028Still two."),
        Line("7:4", "Three."),
        Line("8:1", "Four."),
    )
    assert load(WIKIPEDIA, "train", "sw", tmp_path) == (Line("1:1", "Moja."), Line("1:2", "Mbili."))


def test_no_more_is_read_than_is_asked_for(tmp_path: Path) -> None:
    """The first lines are there though a later row is broken, and a whole reading finds it."""
    good = '{"id": "1", "text": "Moja.\\nMbili."}\n{"id": "2", "text": "Tatu."}\n'
    path = write(tmp_path / "wikipedia" / "sw" / "a.jsonl", good + '{"id": "3"}\n')
    assert [line.id for line in load(WIKIPEDIA, "train", "sw", tmp_path, 3)] == ["1:1", "1:2", "2:1"]
    (row,) = verify(WIKIPEDIA, tmp_path, only={("train", "sw")})
    assert row.state == "broken"
    assert f"{path}, line 3: expected the column 'text'" in row.message


def test_mixed_into_an_arm(place: Place, tmp_path: Path) -> None:
    """What was fetched is mixed into intermediate training, as many lines of it as the arm says."""
    write_world(place.data)
    place.run(["fetch", "wikipedia", "--language", "sw", "--parts", "2"])
    arm = {"task": "commonsenseqa", "masked_lm": {"text": ["wikipedia"], "lines": 10, "max_tokens": 64}}
    prepared = prepared_study(place.data, tmp_path / "store", {"intermediate": [arm], "targets": ["tatoeba"]})
    finish(prepared)
    made = node(prepared.plan, "intermediate commonsenseqa+mlm, seed 1")
    assert isinstance(made.step, TrainStep)
    assert [(source.task, source.language) for source in made.step.text] == [("wikipedia", "sw")]
    (lines,) = read_lines(prepared.place, made.step.text, 10).values()
    assert [line.id for line in lines] == [f"{n}:{at}" for n in (0, 1, 2, 3, 10) for at in (1, 3)]
    facts = read_artifact(prepared.place.store, made.key).facts
    assert facts["mix"]["masked-lm"]["steps"] == 1
