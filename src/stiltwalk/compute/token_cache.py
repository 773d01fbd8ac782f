"""The token cache: what a tokenizer made of texts, kept in the store and read by every later step.

Files are named after the tokenizer, the texts and the options, so that none is ever out of date. Whoever
comes first writes one, and one that is damaged is written anew. All may be deleted at any time: who has a
file mapped keeps what is in it. So whoever writes one deletes those that were read longest ago, if all of
them together, of every tokenizer, take more than ``MOST_BYTES``.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stiltwalk.compute.tokens import Encoded
from stiltwalk.store.atomic import write_bytes

Numbers = NDArray[np.int32]
"""A file: header, how many ids each text has, all ids, all spans."""

_HEADER = 3
"""The checksum of all that follows; how many texts; 1 if there are spans, else 0."""

MOST_BYTES = 2 * 2**30
"""What the cache of a store may take: about 500 million sub-words, offsets counted as two each."""

_LITTLE_ENDIAN = np.dtype("<i4")


@dataclass(frozen=True, slots=True, eq=False)
class CachedTokenizer:
    """A tokenizer that looks up lists of texts before it reads them; for all else the tokenizer itself.

    Attributes:
        tokenizer: a fast tokenizer of ``transformers``.
        folder: where its texts are kept; beside it lie those of other tokenizers.
        most_bytes: what all of them together may take; what was written last is kept whatever it takes.
    """

    tokenizer: Any
    folder: Path
    most_bytes: int = MOST_BYTES

    @property
    def is_fast(self) -> bool:
        """As the tokenizer's."""
        return bool(self.tokenizer.is_fast)

    @property
    def unk_token_id(self) -> int | None:
        """As the tokenizer's."""
        return self.tokenizer.unk_token_id  # type: ignore[no-any-return]

    @property
    def mask_token_id(self) -> int | None:
        """As the tokenizer's."""
        return self.tokenizer.mask_token_id  # type: ignore[no-any-return]

    @property
    def pad_token_id(self) -> int | None:
        """As the tokenizer's."""
        return self.tokenizer.pad_token_id  # type: ignore[no-any-return]

    @property
    def eos_token_id(self) -> int | None:
        """As the tokenizer's."""
        return self.tokenizer.eos_token_id  # type: ignore[no-any-return]

    def __call__(
        self,
        text: str | list[str],
        text_pair: str | None = None,
        *,
        add_special_tokens: bool = True,
        return_attention_mask: bool | None = None,
        return_token_type_ids: bool | None = None,
        return_offsets_mapping: bool = False,
        verbose: bool = True,
    ) -> Encoded:
        """As the tokenizer's; of a list of texts without special tokens ids and offsets alone."""
        if isinstance(text, list) and text_pair is None and not add_special_tokens:
            return self._looked_up(text, return_offsets_mapping)
        return self.tokenizer(  # type: ignore[no-any-return]
            text,
            text_pair,
            add_special_tokens=add_special_tokens,
            return_attention_mask=return_attention_mask,
            return_token_type_ids=return_token_type_ids,
            return_offsets_mapping=return_offsets_mapping,
            verbose=verbose,
        )

    def _looked_up(self, texts: list[str], offsets: bool) -> Kept:
        path = self.folder / f"{_digest(texts)}{'-offsets' if offsets else ''}.i32"
        packed = _read(path, len(texts), offsets)
        # a run does not end because what it could do without cannot be written
        if packed is None:
            packed = self._made(texts, offsets)
            with suppress(OSError):
                write_bytes(path, packed.astype(_LITTLE_ENDIAN).tobytes())
                _make_room(self.folder.parent, path, self.most_bytes)
        else:
            with suppress(OSError):
                os.utime(path)  # when it was last read; systems keep no such time of their own, or seldom
        return _unpacked(packed)

    def _made(self, texts: list[str], offsets: bool) -> Numbers:
        encoded = self.tokenizer(
            texts,
            add_special_tokens=False,
            return_attention_mask=False,
            return_token_type_ids=False,
            return_offsets_mapping=offsets,
            verbose=False,
        )
        return _packed(encoded["input_ids"], encoded["offset_mapping"] if offsets else None)


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """The columns of an ``Encoded`` that are read: ``input_ids``, and ``offset_mapping`` if asked for."""

    columns: dict[str, Any]

    @property
    def encodings(self) -> None:
        """Not kept."""
        return

    def __getitem__(self, key: str) -> Any:
        return self.columns[key]

    def __contains__(self, key: object) -> bool:
        return key in self.columns


def cached(tokenizer: Any, cache: Path, most_bytes: int = MOST_BYTES) -> CachedTokenizer | Any:
    """``tokenizer`` with what is kept below ``cache`` for one like it; itself if it is not a fast one."""
    if not getattr(tokenizer, "is_fast", False):
        return tokenizer
    return CachedTokenizer(tokenizer, cache / "tokens" / tokenizer_sha256(tokenizer)[:16], most_bytes)


def tokenizer_sha256(tokenizer: Any) -> str:
    """SHA-256 of all that decides what a fast tokenizer makes of a text without special tokens.

    The versions of its libraries are among it. How it was last told to cut and pad is not: that is told at
    every call.
    """
    backend = tokenizer.backend_tokenizer
    backend.no_truncation()
    backend.no_padding()
    parts = (
        backend.to_str(),
        type(tokenizer).__name__,
        str(getattr(tokenizer, "split_special_tokens", False)),
        version("tokenizers"),
        version("transformers"),
    )
    return _digest(parts)


def _digest(texts: Sequence[str]) -> str:
    """SHA-256 of some texts in their order."""
    found = hashlib.sha256()
    for text in texts:
        raw = text.encode(errors="surrogatepass")
        found.update(len(raw).to_bytes(8, "little"))  # where one ends and the next begins counts
        found.update(raw)
    return found.hexdigest()


def _packed(ids: Sequence[Sequence[int]], spans: Sequence[Sequence[tuple[int, int]]] | None) -> Numbers:
    flat = [np.array(row, dtype=np.int32) for row in ids]
    flat += [np.array(row, dtype=np.int32).reshape(-1) for row in spans or ()]
    header = [0, len(ids), int(spans is not None)]
    packed = np.concatenate([np.array(header + [len(row) for row in ids], dtype=np.int32), *flat])
    packed[0] = _checksum(packed)
    return packed


def _unpacked(packed: Numbers) -> Kept:
    count, with_spans = packed[1:_HEADER].tolist()
    bounds = [0, *np.cumsum(packed[_HEADER : _HEADER + count], dtype=np.int64).tolist()]
    ids, rest = np.split(packed[_HEADER + count :], bounds[-1:])
    columns: dict[str, Any] = {"input_ids": [ids[start:end] for start, end in pairwise(bounds)]}
    if with_spans:
        # lists, for whoever reads them goes through them one by one
        spans = rest.reshape(-1, 2).tolist()
        columns["offset_mapping"] = [spans[start:end] for start, end in pairwise(bounds)]
    return Kept(columns)


def _read(path: Path, texts: int, offsets: bool) -> Numbers | None:
    """The numbers at ``path``, mapped into memory; ``None`` if there are none, or they are damaged."""
    try:
        packed = np.memmap(path, dtype=_LITTLE_ENDIAN, mode="r").view(np.ndarray)
    except (OSError, ValueError):  # no file, an empty one, half a number
        return None
    whole = len(packed) >= _HEADER and packed[0] == _checksum(packed)
    return packed if whole and packed[1:_HEADER].tolist() == [texts, offsets] else None


def _make_room(root: Path, kept: Path, most_bytes: int) -> None:
    """Delete files below ``root``, those read longest ago first, until what is left fits; never ``kept``."""
    found = []
    for path in root.glob("*/*.i32"):
        with suppress(FileNotFoundError):  # another worker makes room as well
            status = path.stat()
            found.append((status.st_mtime_ns, status.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= most_bytes:
            return
        if path != kept:
            path.unlink(missing_ok=True)
            total -= size


def _checksum(packed: Numbers) -> np.int32:
    return np.uint32(zlib.crc32(packed[1:].data)).view(np.int32)
