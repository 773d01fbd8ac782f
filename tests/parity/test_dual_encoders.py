"""LAReQA's and Mewsli-X's data, as we make them and as XTREME-R's own functions do."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.data.files import read_text, stored
from stiltwalk.data.load import available, load
from stiltwalk.data.mewslix import entity_text, mention_text
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Candidate, Query, with_right
from stiltwalk.spec.tasks import TASKS
from tests.data.mewslix_files import entity, mention
from tests.data.test_xquad_r import lareqa_document
from tests.parity.originals import CASES, original

pytestmark = pytest.mark.parity

_PIECES = (
    "Ulm",
    "Ulm",
    "{",
    "}",
    "{x}",
    "a",
    "  ",
    "   ",
    "\n",
    "\r\n",
    "\u2028",
    ".",
    "b c",
    "北京",
    "é",
    " ",
)


def _sentence(drawn: random.Random) -> str:
    return "".join(drawn.choice(_PIECES) for _ in range(drawn.randrange(1, 12)))


def _context(drawn: random.Random) -> dict[str, Any]:
    """A text of one to four sentences with something between them."""
    text, spans = "", []
    for _ in range(drawn.randrange(1, 5)):
        text += drawn.choice(("", " ", "\n"))
        sentence = _sentence(drawn)
        spans.append({"start": len(text), "end": len(text) + len(sentence)})
        text += sentence
    names = ("document_title", "document_url", "document_id", "language")
    return {**dict.fromkeys(names, "x"), "text": text, "sentence_spans": spans}


def _fault(message: str) -> DataError:
    return DataError(Path("drawn"), None, message)


def test_texts_of_mentions(capsys: pytest.CaptureFixture[str]) -> None:
    """The query of every mention that stands in a sentence, braces and line ends included."""
    theirs = original("xtreme/third_party/utils_mewslix.py")
    drawn = random.Random(1)
    compared = 0
    while compared < CASES:
        where = _context(drawn)
        if "Ulm" not in where["text"]:
            continue
        found = mention("m", "Q1", where, "Ulm")
        read = theirs.ContextualMention.from_json({"context": where, "mention": found})
        if read.truncate(window_size=0) is None:
            with pytest.raises(DataError, match="stands in no single sentence"):
                mention_text(where, found, _fault)
            continue
        assert mention_text(where, found, _fault) == theirs.preprocess_mention(read)
        compared += 1
    capsys.readouterr()  # it prints what it escapes


def test_texts_of_entities() -> None:
    """The sentences of a description, whatever white space they hold."""
    theirs = original("xtreme/third_party/utils_mewslix.py")
    drawn = random.Random(2)
    for _ in range(CASES):
        where = _context(drawn)
        described = entity("Q1") | {"description": where["text"], "sentence_spans": where["sentence_spans"]}
        read = theirs.Entity.from_json(described)
        assert entity_text(described, _fault) == theirs.preprocess_entity_description(read)


def test_queries_and_candidates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same questions, candidates, texts and right answers over two languages."""
    documents = {code: json.loads(lareqa_document({})) for code in ("de", "en")}
    for code, document in documents.items():
        # a paragraph without a question is no candidate of theirs
        document["data"][0]["paragraphs"].pop()
        (tmp_path / "lareqa" / "xquad-r").mkdir(parents=True, exist_ok=True)
        (tmp_path / "lareqa" / "xquad-r" / f"{code}.json").write_text(json.dumps(document), encoding="utf-8")
    _compare(documents, tmp_path)
    capsys.readouterr()


@pytest.mark.real
def test_queries_and_candidates_of_the_real_files(capsys: pytest.CaptureFixture[str]) -> None:
    """The same of XQuAD-R itself, in all languages that are there."""
    root = Path(__file__).parents[3] / "shared" / "data"
    documents = {}
    for code in available(TASKS["lareqa"], "test", root):
        path = stored(root / "lareqa" / "xquad-r" / f"{code}.json")
        assert path is not None
        documents[code] = json.loads(read_text(path))
    if not documents:
        pytest.skip(f"{root} is not there")
    _compare(documents, root)
    capsys.readouterr()


def _compare(documents: dict[str, Any], root: Path) -> None:
    theirs = original("xtreme/third_party/utils_lareqa.py")
    questions, candidates = theirs.load_data(documents)
    examples = {code: load(TASKS["lareqa"], "test", code, root) for code in documents}
    pool = [e for some in examples.values() for e in some if isinstance(e, Candidate)]
    # theirs: de_1_0, ours: de:1:0
    names = {each.uid: each.uid.replace("_", ":") for each in candidates.as_list()}
    texts = {names[c.uid]: (c.sentence + c.context).replace("\n", "") for c in candidates.as_list()}
    assert {candidate.id: candidate.text for candidate in pool} == texts
    queries = {
        f"{query.id}_{code}": query
        for code, some in examples.items()
        for query in with_right((e for e in some if isinstance(e, Query)), pool)
    }
    assert {uid: query.text for uid, query in queries.items()} == {
        question.uid: question.question for question in questions.as_list()
    }
    for question in questions.as_list():
        right = {names[candidate.uid] for candidate in candidates.by_xling_id[question.xling_id]}
        assert set(queries[question.uid].right) == right
