"""Tests of compute.seq2seq: tiny translators of every architecture that is read."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer

from stiltwalk.compute.context import Place
from stiltwalk.compute.seq2seq import Translator, load_translator
from stiltwalk.plan.references import translator
from stiltwalk.plan.steps import TranslateStep
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.tasks import TASKS
from stiltwalk.spec.translation import Backend
from stiltwalk.store.store import Store
from tests.compute.fakes import accelerator, encoder_folder
from tests.compute.translators import KINDS, TOKENS, Kind, translator_folder

SENTENCES = (
    "The quick brown fox jumps over the lazy dog.",
    "Who wrote the letters?",
    "dog",
    "In 1867 it had 12 500 people; by 1901 there were 40 000 near some river.",
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[Kind, Path]:
    """A translator of every kind."""
    root = tmp_path_factory.mktemp("translators")
    return {kind: translator_folder(root / kind, kind) for kind in KINDS}


def loaded(folder: Path, source: str, into: str, backend: Backend = "transformers") -> Translator:
    """The translator in ``folder``, of one direction."""
    step = TranslateStep(
        translator=translator(folder.name),
        task="sick",
        source=source,
        data="d",
        into=into,
        backend=backend,
        execution=Execution(),
    )
    place = Place(Store(folder.parent / "store"), None, {}, {}, TASKS)
    return load_translator(folder, step, place, accelerator())


class _Spy:
    """A model that remembers what it wrote."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.written: list[list[int]] = []

    def generate(self, **asked: Any) -> Any:
        found = self._model.generate(**asked)
        self.written += found.tolist()
        return found


@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_who_is_beside_it_changes_no_translation(folders: dict[Kind, Path], kind: Kind, beams: int) -> None:
    """All sentences at once, and each alone: the same texts."""
    made = loaded(folders[kind], "en", "de")
    ids = [made.encoded(sentence) for sentence in SENTENCES]
    together = made.translated(ids, beams, 8)
    alone = [made.translated([each], beams, 8)[0] for each in ids]
    assert together == alone
    assert len(set(together)) > 1, "a translator that says one thing only would prove nothing"


@pytest.mark.parametrize("kind", ["nllb", "m2m"])
def test_both_languages_are_named(folders: dict[Kind, Path], kind: Kind) -> None:
    """The source's token in front, the end token behind; every translation begins with the other's token."""
    for into, token in (("de", TOKENS[kind][1]), ("sw", TOKENS[kind][2])):
        made = loaded(folders[kind], "en", into)
        vocabulary = made.tokenizer.get_vocab()
        ids = made.encoded(SENTENCES[0])
        assert (ids[0], ids[-1]) == (vocabulary[TOKENS[kind][0]], vocabulary["</s>"])
        assert not set(ids[1:-1]) & {vocabulary[special] for special in TOKENS[kind]}
        assert isinstance(made.search, partial)
        spy = _Spy(made.search.args[0])
        search = partial(made.search.func, spy, *made.search.args[1:])
        (text,) = replace(made, search=search).translated([ids], 1, 8)
        (written,) = spy.written
        # behind the token with which the decoder starts; it is no part of the text
        assert written[1] == vocabulary[token]
        assert text == made.tokenizer.decode(written[2:], skip_special_tokens=True).strip() != ""


@pytest.mark.parametrize("kind", ["marian-many", "madlad"])
def test_the_other_language_stands_in_front(folders: dict[Kind, Path], kind: Kind) -> None:
    """As one token, and the end token behind."""
    for into, token in zip(("de", "sw"), TOKENS[kind][-2:], strict=True):
        made = loaded(folders[kind], "en", into)
        vocabulary = made.tokenizer.get_vocab()
        ids = made.encoded(SENTENCES[0])
        assert (ids[0], ids[-1]) == (vocabulary[token], vocabulary["</s>"])
        # and nothing is forced: the first id that is written is a word's
        (written,) = made.search([ids], 1, 8)
        assert written[0] not in {vocabulary[special] for special in TOKENS[kind]}


def test_a_model_of_one_direction_is_told_nothing(folders: dict[Kind, Path]) -> None:
    """OPUS-MT of a pair reads the sentence and the end token."""
    made = loaded(folders["marian"], "en", "de")
    own = made.tokenizer(SENTENCES[1], add_special_tokens=False)["input_ids"]
    assert made.encoded(SENTENCES[1]) == [*own, made.tokenizer.eos_token_id]


@pytest.mark.parametrize(
    ("kind", "direction", "tried"),
    [
        ("nllb", ("en", "fr"), "'fr': it has no token fra_Latn or __fr__"),
        ("m2m", ("ru", "de"), "'ru': it has no token rus_Cyrl or __ru__"),
        ("marian-many", ("en", "zh"), "'zh': it has no token >>cmn_Hans<< or"),
        ("madlad", ("en", "tl"), "'tl': it has no token <2tl> or <2fil>"),
    ],
)
def test_a_language_without_a_token_is_refused(
    folders: dict[Kind, Path], kind: Kind, direction: tuple[str, str], tried: str
) -> None:
    """And what was looked for is named."""
    with pytest.raises(UserError, match="does not know the language") as refused:
        loaded(folders[kind], *direction)
    assert tried in str(refused.value)


def test_an_encoder_is_no_translator(tmp_path: Path) -> None:
    """Nor is a folder without a model."""
    with pytest.raises(UserError, match="holds no translator, but a bert"):
        loaded(encoder_folder(tmp_path / "encoder"), "en", "de")
    with pytest.raises(UserError, match="No translator can be read from"):
        loaded(tmp_path, "en", "de")


def test_weights_that_are_not_safe_are_not_read(tmp_path: Path) -> None:
    """A pickle is left alone, whatever it is called."""
    folder = translator_folder(tmp_path / "t", "nllb")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(UserError, match="No translator can be read from"):
        loaded(folder, "en", "de")


def test_a_tokenizer_that_needs_another_library_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As those of M2M-100 and OPUS-MT do as they were published."""

    def absent(*args: object, **options: object) -> None:
        raise ModuleNotFoundError("No module named 'sentencepiece'", name="sentencepiece")

    folder = translator_folder(tmp_path / "t", "nllb")
    monkeypatch.setattr(AutoTokenizer, "from_pretrained", absent)
    with pytest.raises(UserError, match="needs sentencepiece, which is not installed"):
        loaded(folder, "en", "de")


def _bare(positions: int | None) -> Translator:
    class _End:
        eos_token_id = 9

    return Translator(lambda batch, beams, longest: [], _End(), (), "", positions)


@pytest.mark.parametrize(
    ("tokens", "positions", "longest"),
    [(1, None, 64), (24, None, 64), (25, None, 128), (240, None, 512), (900, None, 512), (90, 128, 127)],
)
def test_a_translation_may_grow_to_twice_its_sentence(
    tokens: int, positions: int | None, longest: int
) -> None:
    """By hand: 2 × 24 + 16 = 64; 2 × 25 + 16 = 66, the next multiple is 128; never beyond what there is."""
    assert _bare(positions).longest(tokens) == longest


def test_long_sentences_are_cut() -> None:
    """To what was asked for, or to the model's own positions; the end token stays."""
    assert _bare(None).cut([1, 2, 3, 9], 4) == [1, 2, 3, 9]
    assert _bare(None).cut([1, 2, 3, 4, 9], 4) == [1, 2, 3, 9]
    assert _bare(3).cut([1, 2, 3, 4, 9], 4) == [1, 2, 9]


@pytest.mark.parametrize("kind", KINDS)
def test_ctranslate2_writes_the_same(folders: dict[Kind, Path], kind: Kind) -> None:
    """In fp32, without beams, whose lengths it weighs otherwise; and it converts a model once."""
    pytest.importorskip("ctranslate2")
    ours = loaded(folders[kind], "en", "de")
    theirs = loaded(folders[kind], "en", "de", "ctranslate2")
    ids = [ours.encoded(sentence) for sentence in SENTENCES]
    # with transformers the last token of OPUS-MT's longest is the end
    assert theirs.translated(ids, 1, 12) == ours.translated(ids, 1, 12 + kind.startswith("marian"))
    alone = [theirs.translated([each], 3, 12)[0] for each in ids]
    assert theirs.translated(ids, 3, 12) == alone
    (made,) = (folders[kind].parent / "store" / "cache" / "ctranslate2").glob(f"{kind}-[0-9]*")
    before = (made / "model.bin").stat().st_mtime_ns
    loaded(folders[kind], "en", "de", "ctranslate2")
    assert (made / "model.bin").stat().st_mtime_ns == before


def test_ctranslate2_that_is_not_there_is_named(
    folders: dict[Kind, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to install."""
    monkeypatch.setitem(sys.modules, "ctranslate2.converters", None)
    with pytest.raises(
        UserError, match=r"needs the library ctranslate2.*pip install 'stiltwalk\[ctranslate2\]'"
    ):
        loaded(folders["nllb"], "en", "de", "ctranslate2")
