"""Tests of listing and unpacking archives, folders and files."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from stiltwalk.data.archives import is_archive, members, unpack
from stiltwalk.spec.errors import DataError

from .fakes import write

_FILES = {"top/a.txt": b"one", "top/d/b.txt.gz": gzip.compress(b"two")}


def _zip(path: Path, files: Mapping[str, bytes] = _FILES) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _tar(path: Path, files: Mapping[str, bytes] = _FILES) -> Path:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    path.write_bytes(_PACKERS[path.suffix](plain.getvalue()))
    return path


_PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    ".tar": bytes,
    ".gz": gzip.compress,
    ".tgz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


def _packed(folder: Path, kind: str, files: Mapping[str, bytes] = _FILES) -> Path:
    path = folder / f"pack.{kind}"
    return _zip(path, files) if kind == "zip" else _tar(path, files)


KINDS = ("zip", "tar", "tar.gz", "tgz", "tar.bz2", "tar.xz")


@pytest.mark.parametrize("kind", KINDS)
def test_archives(tmp_path: Path, kind: str) -> None:
    """Every kind lists the same members and gives the same bytes; the archive's name counts as a folder."""
    source = _packed(tmp_path, kind)
    first, second = members(source)
    assert (first.name, second.name) == ("top/a.txt", "top/d/b.txt.gz")
    assert first.parts[-3:] == ("pack", "top", "a.txt")
    assert second.parts[-4:] == ("pack", "top", "d", "b.txt")
    assert str(first) == f"pack.{kind}: top/a.txt"
    unpack(source, {first.name: tmp_path / "x", second.name: tmp_path / "y"})
    assert ((tmp_path / "x").read_bytes(), gzip.decompress((tmp_path / "y").read_bytes())) == (b"one", b"two")
    assert is_archive(source)


def test_folders_and_files(tmp_path: Path) -> None:
    """A folder's files are its members, a file its own; the folders around them count."""
    write(tmp_path / "top" / "d" / "b.txt", "two")
    write(tmp_path / "top" / ".hidden" / "c.txt", "no")
    (member,) = members(tmp_path / "top")
    assert (member.name, member.parts[-3:]) == ("d/b.txt", ("top", "d", "b.txt"))
    unpack(tmp_path / "top", {"d/b.txt": tmp_path / "x"})
    (single,) = members(tmp_path / "top" / "d" / "b.txt")
    assert single.parts == member.parts
    unpack(tmp_path / "top" / "d" / "b.txt", {"b.txt": tmp_path / "y"})
    assert (tmp_path / "x").read_text() == (tmp_path / "y").read_text() == "two"


def test_what_leads_out_or_is_not_data(tmp_path: Path) -> None:
    """Members that lead out of the archive, links, and what packers leave are not listed."""
    names = ["../a", "/etc/a", "x/../../a", "__MACOSX/a", "x/._a", "x\\..\\a", "ok/a"]
    assert [m.name for m in members(_zip(tmp_path / "p.zip", dict.fromkeys(names, b"")))] == ["ok/a"]
    with tarfile.open(tmp_path / "p.tar", "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
            entry = tarfile.TarInfo(f"link{kind!r}")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
    assert members(tmp_path / "p.tar") == []


@pytest.mark.parametrize("kind", KINDS)
def test_archives_cut_short(tmp_path: Path, kind: str) -> None:
    """An archive that is cut short is refused when it is listed or unpacked, with its name."""
    noise = {f"{n}.bin": bytes((n * i * i + i) % 251 for i in range(20_000)) for n in range(4)}
    source = _packed(tmp_path, kind, noise)
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    with pytest.raises(DataError, match=rf"pack\.{kind}: not a sound archive .*Fetch it again"):
        unpack(source, {member.name: tmp_path / f"to{n}" for n, member in enumerate(members(source))})


@pytest.mark.parametrize("kind", KINDS)
def test_no_archives(tmp_path: Path, kind: str) -> None:
    """A file that only has an archive's name is refused: an error page, say."""
    source = tmp_path / f"pack.{kind}"
    source.write_bytes(b"<html>404</html>")
    with pytest.raises(DataError, match=r"not a sound archive"):
        members(source)


def test_damaged_bytes(tmp_path: Path) -> None:
    """Bytes that were damaged inside a sound archive are noticed."""
    source = _zip(tmp_path / "p.zip", {"a": bytes(range(256)) * 50})
    content = bytearray(source.read_bytes())
    content[60] ^= 0xFF
    source.write_bytes(content)
    with pytest.raises(DataError, match=r"p\.zip: not a sound archive"):
        unpack(source, {"a": tmp_path / "x"})
    for name, content_of in (("b.tar.bz2", bz2.compress), ("b.tar.xz", lzma.compress)):
        (tmp_path / name).write_bytes(content_of(b"no tar in here" * 99)[:40])
        with pytest.raises(DataError, match="not a sound archive"):
            members(tmp_path / name)


def test_missing_sources(tmp_path: Path) -> None:
    """A source that is not there is named."""
    with pytest.raises(DataError, match=r"gone\.zip: no such file or folder"):
        members(tmp_path / "gone.zip")
