"""Given translators: a folder on disk or a snapshot from a hub, known by the hash of what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from stiltwalk.engine.encoders import PATTERNS, content_of, snapshot
from stiltwalk.plan.facts import Directions
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.extras import not_installed
from stiltwalk.spec.translators import ARCHITECTURES, Architecture, languages_in, languages_named
from stiltwalk.store.atomic import read_json

# Marian's sentence pieces; the model's card, for its licence
_PATTERNS = (*PATTERNS, "*.spm", "README.md")
_HASHED = (*PATTERNS, "*.spm")


class LocatedTranslator(NamedTuple):
    """Where a translator lies, the hash of its content, and between which languages it translates."""

    folder: Path
    fingerprint: str
    directions: Directions


def locate_translator(source: str, digest: Callable[[Path], str]) -> LocatedTranslator:
    """The translator that ``source`` names: a folder if there is one, else a hub id, or ``ID@REVISION``.

    Raises:
        UserError: neither; or no safetensors weights; or an architecture that is no known translator's.
    """
    folder = Path(source).expanduser()
    if not folder.is_dir():
        name, _, revision = source.partition("@")
        folder = snapshot(name, revision or None, "translator", _PATTERNS)
    files = sorted(path for pattern in _HASHED for path in folder.glob(pattern))
    found = (read_json(folder / "config.json") or {}).get("model_type")
    architecture = next((known for known in ARCHITECTURES if known == found), None)
    if architecture is None:
        raise UserError(
            f"{folder} holds no translator: its config.json says {found or 'nothing'} of its architecture. "
            f"Expected {', '.join(ARCHITECTURES)}: NLLB, M2M-100, OPUS-MT or MADLAD-400."
        )
    if not any(path.suffix == ".safetensors" for path in files):
        raise UserError(
            f"The translator '{source}' has no safetensors weights, and no other kind is read. Load it with "
            "transformers and save it into a folder with save_pretrained; or name the revision in which a "
            "hub has its weights as safetensors: OWNER/NAME@REVISION, such as @refs/pr/1."
        )
    whole = any((folder / name).is_file() for name in ("tokenizer.json", "spiece.model"))
    if not whole and find_spec("sentencepiece") is None:  # M2M-100 and OPUS-MT have sentence pieces alone
        raise not_installed("sentencepiece", f"The tokenizer of the translator '{source}'")
    return LocatedTranslator(folder, content_of(files, folder, digest), directions_in(folder, architecture))


def directions_in(folder: Path, architecture: Architecture) -> Directions:
    """From and into which languages the translator in ``folder`` translates, as far as its files tell."""
    known = languages_in(frozenset(_tokens(folder)), architecture)
    if architecture != "marian":
        return Directions(known, known)
    said = read_json(folder / "tokenizer_config.json") or {}
    source, into = (languages_named(str(said.get(name) or "")) for name in ("source_lang", "target_lang"))
    return Directions(source, known or into)


def _tokens(folder: Path) -> Iterator[str]:
    """Every token that is written down as text in the tokenizer's files."""
    for name in ("vocab.json", "added_tokens.json"):
        yield from read_json(folder / name) or {}
    for name in ("special_tokens_map.json", "tokenizer_config.json"):
        said = read_json(folder / name) or {}
        for field in ("additional_special_tokens", "extra_special_tokens"):
            yield from _contents(said.get(field) or ())
        yield from _contents((said.get("added_tokens_decoder") or {}).values())
    whole = read_json(folder / "tokenizer.json") or {}
    yield from _contents(whole.get("added_tokens") or ())
    vocabulary = (whole.get("model") or {}).get("vocab") or {}
    # a mapping from pieces, or a list of them, each with its score
    yield from (piece if isinstance(piece, str) else piece[0] for piece in vocabulary)


def _contents(tokens: Any) -> Iterator[str]:
    return (token["content"] if isinstance(token, dict) else str(token) for token in tokens)
