"""Tests of engine.translators: what a folder holds, and between which languages it translates."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from huggingface_hub.utils import filter_repo_objects  # type: ignore[attr-defined]  # loaded late

from stiltwalk.compute.context import Place
from stiltwalk.engine import adaptations, memory, translators
from stiltwalk.engine.memory import RESIDENT_BYTES, Needs
from stiltwalk.engine.prepare import prepare
from stiltwalk.engine.translators import locate_translator
from stiltwalk.plan.facts import Directions
from stiltwalk.plan.references import translator
from stiltwalk.plan.steps import TranslateStep
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.study_files import study_from
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import open_store
from tests.compute.fakes import encoder_folder
from tests.compute.translators import Kind, translator_folder


def digest(path: Path) -> str:
    """Content hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("kind", "directions"),
    [
        ("nllb", Directions(("de", "en", "sw"), ("de", "en", "sw"))),
        ("m2m", Directions(("de", "en", "sw"), ("de", "en", "sw"))),
        ("madlad", Directions(("de", "en", "sw"), ("de", "en", "sw"))),
        ("marian-many", Directions((), ("de", "sw"))),
        ("marian", Directions()),
    ],
)
def test_the_languages_are_those_of_its_tokens(tmp_path: Path, kind: Kind, directions: Directions) -> None:
    """As far as the files tell: one of OPUS-MT that does not say is taken at the study's word."""
    folder = translator_folder(tmp_path / "t", kind)
    found = locate_translator(str(folder), digest)
    assert (found.folder, found.directions) == (folder, directions)


def test_a_model_of_one_direction_says_which(tmp_path: Path) -> None:
    """As those of OPUS-MT do in the settings of their tokenizer."""
    folder = translator_folder(tmp_path / "t", "marian")
    path = folder / "tokenizer_config.json"
    path.write_text(
        json.dumps(json.loads(path.read_text()) | {"source_lang": "en", "target_lang": "de+nds_DE"})
    )
    assert locate_translator(str(folder), digest).directions == Directions(("en",), ("de", "nds"))


def test_the_hash_is_of_what_decides(tmp_path: Path) -> None:
    """Of weights, settings and sentence pieces; not of the card, nor of where it lies."""
    first, second = (translator_folder(tmp_path / name, "nllb") for name in "ab")
    before = locate_translator(str(first), digest).fingerprint
    (second / "README.md").write_text("---\nlicense: mit\n---\n")
    assert locate_translator(str(second), digest).fingerprint == before
    (second / "source.spm").write_text("other pieces")
    assert locate_translator(str(second), digest).fingerprint != before


def test_a_snapshot_holds_what_is_read() -> None:
    """Sentence pieces and the card among it, and no pickle."""
    wanted = ["config.json", "model.safetensors", "source.spm", "vocab.json", "spiece.model", "README.md"]
    unwanted = ["pytorch_model.bin", "tf_model.h5", "model.gguf", "modeling_own.py"]
    found = filter_repo_objects([*wanted, *unwanted], allow_patterns=list(translators._PATTERNS))
    assert list(found) == wanted


def test_an_encoder_is_no_translator(tmp_path: Path) -> None:
    """Its architecture says so."""
    folder = encoder_folder(tmp_path / "encoder")
    with pytest.raises(
        UserError, match=r"holds no translator: its config\.json says bert of its architecture"
    ):
        locate_translator(str(folder), digest)


def test_weights_of_another_kind_are_refused(tmp_path: Path) -> None:
    """With both cures."""
    folder = translator_folder(tmp_path / "t", "nllb")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(UserError, match="has no safetensors weights") as refused:
        locate_translator(str(folder), digest)
    assert "save_pretrained" in str(refused.value)
    assert "OWNER/NAME@REVISION" in str(refused.value)


def test_a_name_of_nothing_is_refused() -> None:
    """Neither a folder nor a hub id."""
    with pytest.raises(
        UserError, match="There is no translator 'no/such/thing': no such folder, and no hub id"
    ):
        locate_translator("no/such/thing", digest)


def test_a_hub_id_may_say_its_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind an ``@``, of each model its own; no folder is asked for one."""
    folder, asked = translator_folder(tmp_path / "t", "nllb"), []

    def fetched(*given: object) -> Path:
        asked.append(given[:3])
        return folder

    monkeypatch.setattr(translators, "snapshot", fetched)
    for name in ("x/y", "x/y@refs/pr/1", str(folder)):
        locate_translator(name, digest)
    assert asked == [("x/y", None, "translator"), ("x/y", "refs/pr/1", "translator")]


def test_a_study_finds_its_translators(tmp_path: Path) -> None:
    """Before it is planned; workers are told where they lie."""
    folder = translator_folder(tmp_path / "t", "nllb")
    raw = {"study": "s", "encoders": ["pocket-s"], "targets": ["pocket-nli"], "translation": str(folder)}
    prepared = prepare(study_from(raw, "here"), open_store(tmp_path / "store"), None)
    content = locate_translator(str(folder), digest).fingerprint
    assert prepared.place.translators == {content: folder}
    with pytest.raises(UserError, match="There is no translator 'no/such/thing'"):
        prepare(
            study_from(raw | {"translation": "no/such/thing"}, "here"), open_store(tmp_path / "store"), None
        )


def test_libraries_that_are_not_there_are_named_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CTranslate2 where it is asked for, sentencepiece where the tokenizer is nothing else."""
    folder = translator_folder(tmp_path / "t", "m2m")
    raw = {"study": "s", "encoders": ["pocket-s"], "targets": ["pocket-nli"]}
    quick = raw | {"translation": {"model": str(folder), "backend": "ctranslate2"}}
    store = open_store(tmp_path / "store")
    monkeypatch.setattr(adaptations, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"backend: ctranslate2 needs the library ctranslate2.*not installed"):
        prepare(study_from(quick, "here"), store, None)
    monkeypatch.setattr(translators, "find_spec", lambda name: None)
    locate_translator(str(folder), digest)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(UserError, match="needs the library sentencepiece, which is not installed"):
        locate_translator(str(folder), digest)


def test_what_a_translation_needs(tmp_path: Path) -> None:
    """Weights, and more with every token of a batch; nothing is known of a model that lies elsewhere."""
    folder = translator_folder(tmp_path / "t", "nllb")
    place = Place(open_store(tmp_path / "store"), None, {}, {}, TASKS, translators={"m": folder})
    few = TranslateStep(
        translator=translator("m"),
        task="sick",
        source="en",
        data="d",
        into="de",
        beams=1,
        max_tokens=64,
        batch_tokens=1024,
        execution=Execution(),
    )
    needs = Needs(place, memory.PROCESSOR)
    least, more = (needs.of(few.replace({"batch_tokens": tokens})) for tokens in (1024, 4096))
    assert least is not None
    assert more is not None
    assert RESIDENT_BYTES + (folder / "model.safetensors").stat().st_size < least < more
    assert needs.of(few.replace({"translator": translator("elsewhere")})) is None
    assert needs.of(few.replace({"translator": "pocket"})) == RESIDENT_BYTES
