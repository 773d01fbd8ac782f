"""Tests of benchmarks.literature: the whole measurement on two tiny papers, and on SciFact's layout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import literature

TITLE = "English Intermediate Tasks and Zero-Shot Cross-Lingual Transfer, Part"
CLAIM = {
    "subject": "SQuAD training",
    "direction": "better",
    "metric": "F1",
    "values": [{"text": "4.2 F1 points", "number": 4.2, "unit": "points", "decimals": 1}],
    "data_set": "XQuAD",
    "verdict": "supported",
}
SENTENCE = "SQuAD training improves XQuAD by 4.2 F1 points."


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """Two papers that agree, with their gold."""
    documents, sentences = [], []
    for name, other in (("one.txt", "two.txt"), ("two.txt", "one.txt")):
        (tmp_path / name).write_text(
            f"{TITLE} {name[:3]}\nAda {name[:3].title()}\n\nAbstract\n\nWe train on English tasks before "
            f"zero-shot cross-lingual transfer.\n\nResults\n\n{SENTENCE} We ran five seeds.\n",
            encoding="utf-8",
        )
        documents.append({"file": name, "title": f"{TITLE} {name[:3]}", "included": True})
        sentences.append({"file": name, "sentence": SENTENCE, "claims": [{**CLAIM, "evidence": [other]}]})
    for name, rows in (("documents.jsonl", documents), ("gold.jsonl", sentences)):
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path


def test_a_folder_is_measured(planted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object: works as gold has them, both sentences found, both claims supported by the other paper."""
    assert literature.main(["--folder", str(planted), "--wrong"]) == 0
    row, *mistakes = capsys.readouterr().out.strip().splitlines()
    said = json.loads(row)
    assert (said["works_as_gold"], said["works_otherwise"], mistakes) == (2, 0, [])
    assert said["extraction"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "found": 2, "gold": 2}
    assert said["verdicts_end_to_end"]["confusion"] == [["supported", "supported", 2]]
    assert said["verdicts_given_gold_claims"]["macro_f1"] == 1.0


def test_mistakes_are_printed(planted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a person sees otherwise stands in a line of its own: a work, a sentence, a verdict."""
    documents = planted / "documents.jsonl"
    documents.write_text(
        documents.read_text() + '{"file": "b.bib#gone", "included": false, "reason": "no text"}\n'
    )
    gold = planted / "gold.jsonl"
    gold.write_text(gold.read_text().replace("supported", "contradicted", 1).replace(SENTENCE, "Nothing.", 1))
    assert literature.main(["--folder", str(planted), "--wrong"]) == 0
    out = capsys.readouterr().out
    assert "screening  b.bib#gone: expected 'no text', found no such work" in out
    assert "missed     one.txt: Nothing." in out
    assert f"spurious   one.txt: {SENTENCE}" in out


def test_a_judge_is_measured_on_scifact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pair a rationale, by the split asked for."""
    (tmp_path / "corpus.jsonl").write_text('{"doc_id": 1, "title": "Rain", "abstract": ["Rain is wet."]}\n')
    claim = {
        "id": 7,
        "claim": "Rain is wet.",
        "evidence": {"1": [{"sentences": [0], "label": "SUPPORT"}]},
        "cited_doc_ids": [1],
    }
    (tmp_path / "claims_dev.jsonl").write_text(json.dumps(claim) + "\n")
    assert literature.main(["--scifact", str(tmp_path)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["scifact"], said["pairs"]) == ("dev", 1)
    assert said["gold"]["supported"] == 1


def test_what_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without gold, and a split without claims: a sentence and exit status 2."""
    assert literature.main(["--folder", str(tmp_path)]) == 2
    assert "gold.jsonl" in capsys.readouterr().err
    (tmp_path / "corpus.jsonl").write_text("")
    (tmp_path / "claims_dev.jsonl").write_text("")
    assert literature.main(["--scifact", str(tmp_path), "--split", "train"]) == 2
    assert "--split train: there is none in" in capsys.readouterr().err
