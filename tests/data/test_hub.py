"""Tests of fetching from a hub, which is served on this machine's loopback.

The libraries read their environment when they are imported, so the command runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from stiltwalk.data.hub import Snapshot, load_table
from stiltwalk.data.load import load
from stiltwalk.data.lock import NAME
from stiltwalk.data.sources import aligned, origin
from stiltwalk.data.verify import verify
from stiltwalk.spec.errors import UnknownNameError
from stiltwalk.spec.examples import Answer, Choices, Classified, Question, Tagged
from stiltwalk.spec.task import SplitName
from stiltwalk.spec.tasks import find_task

from .fakes import write
from .hub_server import EXPORT, Hub, Repository, serving
from .hub_sets import NLI_FEATURES, everything, nli, parquet, published

_RUN = """
import contextlib, io, json, sys
from stiltwalk.cli.main import main
ended = []
for words in json.loads(sys.stdin.read()):
    sys.argv, code = ["stiltwalk", *words], 0
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    ended.append((code, out.getvalue(), err.getvalue()))
print(json.dumps(ended))
"""


class Ended(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


class Place(NamedTuple):
    """A hub, a data folder and a cache, and how to run commands among them."""

    hub: Hub
    data: Path
    home: Path

    def run(self, *commands: Sequence[str], env: Mapping[str, str] | None = None) -> list[Ended]:
        """Run ``stiltwalk data …`` commands, one after the other in one process."""
        surroundings = {
            **os.environ,
            "HF_ENDPOINT": self.hub.endpoint,
            "HF_HOME": str(self.home),
            "HF_UPDATE_DOWNLOAD_COUNTS": "0",
            "STILTWALK_DATA": str(self.data),
            **(env or {}),
        }
        words = json.dumps([["data", *command] for command in commands])
        ran = subprocess.run(
            [sys.executable, "-c", _RUN],
            input=words,
            env=surroundings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return [Ended(*ended) for ended in json.loads(ran.stdout)]

    @property
    def lock(self) -> Any:
        """The data folder's lock."""
        return json.loads((self.data / NAME).read_bytes())

    def examples(self, name: str, split: SplitName, language: str = "en") -> list[Any]:
        """What our readers make of what was fetched."""
        return list(load(find_task(name), split, language, self.data))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A hub with a data set of every kind, and an empty data folder."""
    with serving(Hub(repositories=everything())) as hub:
        yield Place(hub, tmp_path / "data", tmp_path / "home")


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, list[Ended]]]:
    """A data folder that one data set of every kind was fetched into. Tests must not change it."""
    folder = tmp_path_factory.mktemp("hub")
    with serving(Hub(repositories=everything())) as hub:
        place = Place(hub, folder / "data", folder / "home")
        ended = place.run(
            ["fetch", "mnli", "snli", "squad", "commonsenseqa", "socialiqa", "--json"],
            ["fetch", "xnli", "--split", "test", "--language", "de", "--language", "sw"],
            ["fetch", "panx", "--language", "sw"],
            ["fetch", "tydiqa", "--language", "en", "--language", "sw"],
            ["fetch", "xnli", "--split", "test"],
            ["verify", "mnli", "--json"],
            ["ls", "snli", "--json"],
        )
        yield place, ended


Everything = tuple[Place, list[Ended]]


def test_labels_by_name(fetched: Everything) -> None:
    """Class labels are read by their names: the hub's order is not ours, and unlabelled rows are left out."""
    place, _ = fetched
    labels = find_task("mnli").labels
    read = [(example.text_a, labels[example.label]) for example in place.examples("mnli", "train")]
    assert read == [("p", "contradiction"), ("q", "entailment"), ("r", "neutral")]
    assert place.examples("snli", "train") == [
        Classified("1", "p", "h", labels.index("entailment")),
        Classified("3", "r", "j", labels.index("neutral")),
    ]


def test_nested_columns(fetched: Everything) -> None:
    """Answers, choices and tags are read out of objects and lists."""
    place, _ = fetched
    assert place.examples("squad", "dev") == [
        Question("q3", "Who sat?", "A cat sat here.", (Answer("cat", 2),))
    ]
    assert place.examples("commonsenseqa", "train") == [Choices("train", "Where?", tuple("vwxyz"), 3)]
    assert place.examples("panx", "test", "sw") == [
        Tagged("1", ("Juma", "wa", "Pwani"), ("B-PER", "I-PER", "O")),
        Tagged("2", ("na",), ("O",)),
    ]


def test_the_hubs_own_copy(fetched: Everything) -> None:
    """Where a script stands for the data set, the hub's Parquet copy is fetched, and its commit locked."""
    place, _ = fetched
    assert place.examples("socialiqa", "dev") == [Choices("1", "Ann ran. Why?", ("a", "b", "c"), 2)]
    copy = place.hub.repositories["allenai/social_i_qa"].commit(EXPORT)
    assert place.lock["revisions"]["socialiqa"] == copy
    assert not [
        asked for asked in place.hub.asked if asked.startswith("GET") and asked.endswith("social_i_qa.py")
    ]


def test_one_table_for_many_languages(fetched: Everything) -> None:
    """Of a table of several languages each gets its own rows; it is fetched once."""
    place, ended = fetched
    assert [example.id for example in place.examples("tydiqa", "test", "sw")] == ["swahili-3", "swahili-5"]
    assert [example.id for example in place.examples("tydiqa", "test")] == ["english-4"]
    assert ended[3].err.count("fetching google-research-datasets/tydiqa secondary_task validation") == 1


def test_only_what_was_asked_for(fetched: Everything) -> None:
    """With --language and --split nothing else is fetched, not even the other files of a configuration."""
    place, ended = fetched
    assert ended[1].code == 0
    assert not list((place.data / "hub" / "xnli").glob("dev.*"))
    assert not [asked for asked in place.hub.asked if "xnli/resolve" in asked and "validation-" in asked]


def test_what_the_hub_lacks(fetched: Everything) -> None:
    """Languages that the hub has not are named at the end; the others are fetched."""
    place, ended = fetched
    assert ended[4].code == 2
    assert "xnli test: missing: ar bg el es fr hi ru th tr ur vi zh" in ended[4].out
    assert "There is no configuration of 'facebook/xnli' called 'ar'" in ended[4].err
    assert "1 file(s) fetched, 2 were there already" in ended[4].err
    assert len(place.examples("xnli", "test")) == 2


def test_counts_after_a_fetch(fetched: Everything) -> None:
    """What came is counted beside the published numbers, with its content."""
    place, ended = fetched
    rows = {(row["task"], row["split"]): row for row in json.loads(ended[0].out)["rows"]}
    assert (rows["snli", "train"]["examples"], rows["snli", "train"]["expected"]) == (2, 549_367)
    (verified, *_) = json.loads(ended[5].out)["rows"]
    assert verified["sha256"] == [place.lock["files"]["hub/mnli/train.en.parquet"]["sha256"]]


def test_the_lock_and_the_listing(fetched: Everything) -> None:
    """The lock says where each file came from; the listing shows it."""
    place, ended = fetched
    commit = place.hub.repositories["stanfordnlp/snli"].commit()
    locked = place.lock["files"]["hub/snli/train.en.parquet"]
    assert {key: locked[key] for key in ("task", "source", "revision", "config", "split", "rows")} == {
        "task": "snli",
        "source": "stanfordnlp/snli",
        "revision": commit,
        "config": "plain_text",
        "split": "train",
        "rows": 3,
    }
    row = json.loads(ended[6].out)["rows"][0]
    assert (row["source"], row["hub"], row["revision"]) == ("hub", "stanfordnlp/snli", commit)


def test_translations_come_from_a_hub_of_their_own(place: Place) -> None:
    """MNLI's are XNLI's training data: fetched when asked for, locked by file; original files go first."""
    english, both, again = place.run(
        ["fetch", "mnli", "--split", "train"],
        ["fetch", "mnli", "--language", "sw", "--language", "en"],
        ["fetch", "mnli", "--language", "sw"],
    )
    assert (english.code, both.code, again.code) == (0, 0, 0), both.err
    assert "fetching facebook/xnli sw train" in both.err
    assert (
        "mnli: 2 file(s) fetched, 1 were there already" in both.err
    )  # Swahili training data, English dev data
    assert "0 file(s) fetched, 1 were there already" in again.err
    locked = place.lock["files"]["hub/mnli/train.sw.parquet"]
    xnli, glue = (place.hub.repositories[name].commit() for name in ("facebook/xnli", "nyu-mll/glue"))
    assert (locked["source"], locked["revision"]) == ("facebook/xnli", xnli)
    assert place.lock["revisions"] == {"mnli": glue}
    mnli = find_task("mnli")
    assert origin(mnli, "train", "sw", place.data) == "hub"
    assert aligned(mnli, "train", "sw", place.data)
    # the row between them has a blank text, and is left out
    assert place.examples("mnli", "train", "sw") == [
        Classified("1", "sw one", "x", mnli.labels.index("entailment")),
        Classified("3", "sw two", "y", mnli.labels.index("contradiction")),
    ]
    (row,) = verify(mnli, place.data, only={("train", "sw")})
    assert (row.state, row.examples, row.left_out) == ("uncounted", 2, 1)
    # another translation that lies there in its own layout goes first
    other = "xtreme_translations/XNLI/translate-train/en-sw-translated.tsv"
    write(place.data / other, "A.\tB.\tMoja.\tMbili.\tneutral\n")
    assert [example.text_a for example in place.examples("mnli", "train", "sw")] == ["Moja."]
    assert not aligned(mnli, "train", "sw", place.data)


def test_a_translation_is_fetched_at_its_own_commit(place: Place) -> None:
    """It stays with the commit it was first fetched at, and follows its own hub when told to."""
    place.run(["fetch", "mnli", "--language", "sw"])
    xnli = place.hub.repositories["facebook/xnli"]
    first = xnli.commit()
    second = xnli.publish(published({"sw": {"train": nli(("mpya", "h", 0))}}, NLI_FEATURES))
    kept, moved = place.run(
        ["fetch", "mnli", "--language", "sw"], ["fetch", "mnli", "--language", "sw", "--revision", "main"]
    )
    assert "0 file(s) fetched, 1 were there already" in kept.err
    assert "1 file(s) fetched" in moved.err
    assert first != second == place.lock["files"]["hub/mnli/train.sw.parquet"]["revision"]
    assert place.lock["revisions"] == {}


def test_the_locked_revision_is_fetched_again(place: Place) -> None:
    """A new commit on the hub changes nothing until it is asked for by name."""
    glue = place.hub.repositories["nyu-mll/glue"]
    first = glue.commit()
    place.run(["fetch", "mnli", "--split", "train"])
    later = {"mnli": {"train": nli(("new", "h", 0)), "validation_matched": nli(("new", "k", 1))}}
    second = glue.publish(published(later, NLI_FEATURES))
    place.run(["fetch", "mnli"])
    assert place.lock["revisions"] == {"mnli": first}
    assert [example.text_a for example in place.examples("mnli", "dev")] == ["s"]
    (ended,) = place.run(["fetch", "mnli", "--revision", "main"])
    assert "2 file(s) fetched, 0 were there already" in ended.err
    assert place.lock["revisions"] == {"mnli": second}
    assert [example.text_a for example in place.examples("mnli", "train")] == ["new"]


def test_names_in_the_hubs_own_copy(tmp_path: Path) -> None:
    """There configurations and splits are folders; the nearest is suggested, before anything is fetched."""
    snapshot = Snapshot("a/b", "0" * 40, ("de/train/0000.parquet", "en/train/0000.parquet"))
    assert snapshot.exported
    with pytest.raises(UnknownNameError, match=r"configuration of 'a/b' called 'dee'\. Did you mean 'de'\?"):
        load_table(snapshot, "dee", "train", tmp_path)
    with pytest.raises(
        UnknownNameError, match=r"split of 'a/b' \(en\) called 'tran'\. Did you mean 'train'\?"
    ):
        load_table(snapshot, "en", "tran", tmp_path)
    with pytest.raises(UnknownNameError, match=r"configuration of 'a/b' called 'default'"):
        load_table(snapshot, None, "train", tmp_path)


def test_what_is_there_is_not_fetched_again(place: Place) -> None:
    """All there: the hub is not asked, with HF_HUB_OFFLINE too. A changed file is told, and fetched again."""
    place.run(["fetch", "commonsenseqa"])
    before = len(place.hub.asked)
    (again,) = place.run(["fetch", "commonsenseqa"], env={"HF_HUB_OFFLINE": "1"})
    assert (again.code, len(place.hub.asked)) == (0, before)
    path = place.data / "hub" / "commonsenseqa" / "dev.en.parquet"
    whole = path.read_bytes()
    path.write_bytes((place.data / "hub" / "commonsenseqa" / "train.en.parquet").read_bytes())
    verified, fetched, after = place.run(
        ["verify", "commonsenseqa"], ["fetch", "commonsenseqa"], ["verify", "commonsenseqa"]
    )
    assert verified.code == 2
    assert "hub/commonsenseqa/dev.en.parquet is not what it was when it came from tau/" in verified.err
    assert "1 file(s) fetched, 1 were there already" in fetched.err
    assert (after.code, path.read_bytes()) == (0, whole)


def test_offline(place: Place) -> None:
    """HF_HUB_OFFLINE: the hub is not asked, and the message says to carry the folder."""
    (ended,) = place.run(["fetch", "squad"], env={"HF_HUB_OFFLINE": "1"})
    assert ended.code == 2
    assert "HF_HUB_OFFLINE is set, and 2 file(s) of 'squad' are not in" in ended.err
    assert "carry the folder here, its stiltwalk.lock.json included" in ended.err
    assert not place.hub.asked


def test_refusals(place: Place) -> None:
    """What the hub refuses or lacks is a mistake to mend: no traceback, no token, nothing left behind."""
    token = "hf_" + "x" * 30
    place.hub.repositories["stanfordnlp/snli"].gated = True
    del place.hub.repositories["rajpurkar/squad"]
    place.hub.repositories["tau/commonsense_qa"] = Repository(
        {"main": {"README.md": b"", "data.csv": b"a\n"}}
    )
    gated, absent, revision, no_parquet = place.run(
        ["fetch", "snli"],
        ["fetch", "squad"],
        ["fetch", "mnli", "--revision", "v9"],
        ["fetch", "commonsenseqa"],
        env={"HF_TOKEN": token},
    )
    assert (
        "'stanfordnlp/snli' is only for those who accepted its terms. Accept them at http://127" in gated.err
    )
    assert "There is no data set 'rajpurkar/squad' at http://127.0.0.1" in absent.err
    assert "'nyu-mll/glue' has no revision 'v9'" in revision.err
    assert f"'tau/commonsense_qa' has no revision '{EXPORT}'" in no_parquet.err
    for ended in (gated, absent, revision, no_parquet):
        assert ended.code == 2
        assert token not in ended.err
        assert "Traceback" not in ended.err
    assert f"Bearer {token}" in place.hub.tokens
    assert not [path for path in place.data.rglob("*") if path.is_file()]


def test_no_hub(place: Place) -> None:
    """A hub that is not there: the message asks for the network and hides the address's password."""
    (ended,) = place.run(["fetch", "mnli"], env={"HF_ENDPOINT": "http://me:secret@127.0.0.1:9"})
    assert ended.code == 2
    assert "Fetching 'nyu-mll/glue' from http://127.0.0.1:9 failed" in ended.err
    assert "Is there a network" in ended.err
    assert "secret" not in ended.err


def test_other_columns_than_the_record_says(place: Place) -> None:
    """A table of other columns or labels is refused, and the file that was there stays."""
    place.run(["fetch", "mnli", "--split", "dev"])
    glue = place.hub.repositories["nyu-mll/glue"]
    for rows, said in (
        ([{"sentence1": "a", "hypothesis": "b", "label": 0}], "expected the column 'premise'"),
        (nli(("a", "b", 0)), "there is no label (column 'label') '0'"),
    ):
        card = (
            b"---\nconfigs:\n- config_name: mnli\n  data_files:\n"
            b"  - {split: validation_matched, path: mnli/v.parquet}\n---\n"
        )
        glue.publish({"README.md": card, "mnli/v.parquet": parquet(rows)})
        (ended,) = place.run(["fetch", "mnli", "--split", "dev", "--revision", "main"])
        assert ended.code == 2
        assert f"is not laid out as the record of 'mnli' says: row 1: {said}" in ended.err
        assert [example.text_a for example in place.examples("mnli", "dev")] == ["s"]
        assert [path.name for path in place.data.iterdir()] in (["hub", NAME], [NAME, "hub"])


def test_mistakes_in_what_is_asked(place: Place) -> None:
    """Unknown splits and languages get the nearest; of tasks that no hub has the originals are named."""
    split, translated, language, elsewhere, made, parts = place.run(
        ["fetch", "mnli", "--split", "tran"],
        ["fetch", "squad", "--language", "de", "--split", "train"],
        ["fetch", "xnli", "--language", "dee"],
        ["fetch", "ecare"],
        ["fetch", "pocket-nli"],
        ["fetch", "anli+", "--split", "train"],
    )
    assert "There is no split of 'mnli' on the hub called 'tran'. Did you mean 'train'?" in split.err
    assert "Task 'squad' is not on the hub in 'de': import the files." in translated.err
    assert "Task 'xnli' has no language 'dee'" in language.err
    assert "Task 'ecare' cannot be fetched from a hub." in elsewhere.err
    assert "stiltwalk data import ecare FILE" in elsewhere.err
    assert "ecare/Causal_Reasoning/train.jsonl" in elsewhere.err
    assert "Task 'pocket-nli' is made, not read: there is nothing to fetch." in made.err
    # its parts are fetched in order; the hub here has the first two
    assert "fetching nyu-mll/glue mnli train" in parts.err
    assert "There is no data set 'facebook/anli'" in parts.err
