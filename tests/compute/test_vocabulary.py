"""Tests of compute.vocabulary: given and trained tokenizers, equal for equal texts, refused where broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest

from stiltwalk.compute.encoder import load_tokenizer
from stiltwalk.compute.vocabulary import given_tokenizer, trained_tokenizer
from stiltwalk.spec.errors import DataError
from tests.fakes import tiny_tokenizer
from tests.worlds import sentence

TEXTS = [" ".join(sentence(language, n)) for language in ("en", "de", "fi", "fr") for n in range(40)]
WORDPIECE = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "ca", "##t", "."]
UNIGRAM = ["<unk>\t0", "<s>\t0", "</s>\t0", "▁the\t-2.5", "▁cat\t-3", "▁\t-4", "t\t-4.5", "h\t-5", "e\t-5"]

Trained = Literal["wordpiece", "unigram"]


def written(path: Path, lines: list[str]) -> Path:
    """A vocabulary file of these lines."""
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def said(tokenizer: Any, first: str, second: str) -> list[str]:
    """The pieces of a pair, special tokens included."""
    pieces: list[str] = tokenizer.convert_ids_to_tokens(tokenizer(first, second)["input_ids"])
    return pieces


@pytest.mark.parametrize("kind", ["wordpiece", "unigram"])
@pytest.mark.parametrize("size", [100, 160])
def test_equal_texts_give_equal_tokenizers(kind: Trained, size: int) -> None:
    """Trained again and again: every piece, id and score is the same, though the trainer hashes at random."""
    made = {trained_tokenizer(TEXTS, kind, size, 64).backend_tokenizer.to_str() for _ in range(8)}
    assert len(made) == 1


@pytest.mark.parametrize("kind", ["wordpiece", "unigram"])
def test_a_trained_tokenizer_keeps_to_its_size_and_knows_its_texts(kind: Trained) -> None:
    """At most so many entries, ids without a gap, and nothing of the texts is unknown."""
    tokenizer = trained_tokenizer(iter(TEXTS), kind, 160, 64)
    assert 100 < len(tokenizer) <= 160
    assert sorted(tokenizer.get_vocab().values()) == list(range(len(tokenizer)))
    rows = tokenizer(TEXTS)["input_ids"]
    assert not any(tokenizer.unk_token_id in ids for ids in rows)
    assert tokenizer.model_max_length == 64


def test_frames_are_those_of_bert_and_xlm_r() -> None:
    """[CLS] A [SEP] B [SEP], and <s> A </s></s> B </s> with XLM-R's ids of its special tokens."""
    pieces = said(trained_tokenizer(TEXTS, "wordpiece", 160, 64), "the", "the")
    assert pieces == ["[CLS]", "the", "[SEP]", "the", "[SEP]"]
    tokenizer = trained_tokenizer(TEXTS, "unigram", 160, 64)
    frame = [p for p in said(tokenizer, "the", "the") if p in tokenizer.all_special_tokens]
    assert frame == ["<s>", "</s>", "</s>", "</s>"]
    ids = tokenizer.convert_tokens_to_ids(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    assert ids == [0, 1, 2, 3, len(tokenizer) - 1]


@pytest.mark.parametrize("source", ["trained", "given", "tokenizer.json"])
def test_wordpiece_tells_the_two_texts_of_a_pair_apart(source: str, tmp_path: Path) -> None:
    """Segments are 0 for the first and 1 for the second, as BERT's encoder expects, also when read back."""
    if source == "trained":
        tokenizer = trained_tokenizer(TEXTS, "wordpiece", 160, 64)
    elif source == "given":
        tokenizer = given_tokenizer(written(tmp_path / "vocab.txt", WORDPIECE), 64)
    else:
        tiny_tokenizer("wordpiece").backend_tokenizer.save(str(tmp_path / "tokenizer.json"))
        tokenizer = given_tokenizer(tmp_path / "tokenizer.json", 64)
    assert tokenizer("the", "the")["token_type_ids"] == [0, 0, 0, 1, 1]
    tokenizer.save_pretrained(tmp_path / "saved")
    assert load_tokenizer(tmp_path / "saved")("the", "the")["token_type_ids"] == [0, 0, 0, 1, 1]


def test_a_unigram_has_no_segments() -> None:
    """XLM-R knows none."""
    assert "token_type_ids" not in trained_tokenizer(TEXTS, "unigram", 160, 64)("the", "the")


@pytest.mark.parametrize("kind", ["wordpiece", "unigram"])
def test_a_trained_tokenizer_survives_saving(kind: Trained, tmp_path: Path) -> None:
    """Read back by AutoTokenizer it says the same of every text."""
    tokenizer = trained_tokenizer(TEXTS, kind, 160, 64)
    tokenizer.save_pretrained(tmp_path)
    again = load_tokenizer(tmp_path)
    assert again(TEXTS)["input_ids"] == tokenizer(TEXTS)["input_ids"]
    assert again.all_special_ids == tokenizer.all_special_ids
    assert again.pad_token_id == tokenizer.pad_token_id


def test_a_given_wordpiece_vocabulary_keeps_its_ids(tmp_path: Path) -> None:
    """Line number is id, case and accents stay, unknown words are [UNK]; also when read back."""
    tokenizer = given_tokenizer(written(tmp_path / "vocab.txt", WORDPIECE), 64)
    assert len(tokenizer) == 10
    tokenizer.save_pretrained(tmp_path / "saved")
    for each in (tokenizer, load_tokenizer(tmp_path / "saved")):
        assert each("the cat cat. The thé")["input_ids"] == [2, 5, 6, 6, 9, 1, 1, 3]


def test_a_piece_may_hold_a_character_that_looks_like_a_line_end(tmp_path: Path) -> None:
    """Only a line feed ends a line: U+2028 and U+0085 are pieces like any other."""
    lines = [*WORDPIECE[:5], "\u2028", "\u0085", "cat"]
    tokenizer = given_tokenizer(written(tmp_path / "vocab.txt", lines), 64)
    assert len(tokenizer) == 8
    assert tokenizer.convert_tokens_to_ids("cat") == 7


def test_a_given_unigram_vocabulary_gets_xlm_r_s_specials(tmp_path: Path) -> None:
    """SentencePiece's own specials give way to XLM-R's four in front and the mask at the end."""
    tokenizer = given_tokenizer(written(tmp_path / "some.vocab", UNIGRAM), 64)
    assert tokenizer.convert_tokens_to_ids(["<s>", "<pad>", "</s>", "<unk>", "▁the"]) == [0, 1, 2, 3, 4]
    assert tokenizer.mask_token_id == len(tokenizer) - 1 == 10
    assert said(tokenizer, "the cat", "the") == ["<s>", "▁the", "▁cat", "</s>", "</s>", "▁the", "</s>"]


@pytest.mark.parametrize("kind", ["wordpiece", "unigram"])
def test_a_given_tokenizer_file_is_taken_as_it_is(kind: Trained, tmp_path: Path) -> None:
    """A tokenizer.json of either kind says what it said before, special tokens named."""
    theirs = tiny_tokenizer(kind)
    theirs.backend_tokenizer.save(str(tmp_path / "tokenizer.json"))
    ours = given_tokenizer(tmp_path / "tokenizer.json", 64)
    assert len(ours) == len(theirs)
    assert ours(TEXTS)["input_ids"] == theirs(TEXTS)["input_ids"]
    assert (ours.pad_token_id, ours.mask_token_id) == (theirs.pad_token_id, theirs.mask_token_id)


@pytest.mark.parametrize(
    ("name", "lines", "message"),
    [
        ("vocab.txt", ["[PAD]", "[UNK]", "a"], r"vocab.txt: lacks \[CLS\], \[SEP\], \[MASK\]"),
        ("x.vocab", ["▁a\t-1", "▁b -2"], r"x.vocab, line 2: expected a piece, a tab and a number, .*'▁b -2'"),
        ("x.vocab", ["▁a\t-1", "▁b\t-2", "3"], r"x.vocab, line 3: expected a piece, a tab and a number"),
        ("x.model", ["binary"], r"x.model: is no vocabulary: expected vocab.txt"),
        ("tokenizer.json", ["{}"], r"tokenizer.json: is no tokenizer file"),
    ],
)
def test_what_is_no_vocabulary_is_refused(name: str, lines: list[str], message: str, tmp_path: Path) -> None:
    """The file is named, the line where there is one, and what was expected."""
    with pytest.raises(DataError, match=message):
        given_tokenizer(written(tmp_path / name, lines), 64)
