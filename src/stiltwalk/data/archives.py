"""Where files are imported from: zip and tar archives, folders, single files, all as lists of members."""

from __future__ import annotations

import gzip
import lzma
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from stiltwalk.data.files import plain_name
from stiltwalk.spec.errors import DataError

_TAR = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,  # a way of packing that the library lacks
    RuntimeError,  # an encrypted member
)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a source.

    Attributes:
        source: the archive, folder or file that was named.
        name: its path inside an archive or folder; of a single file its name.
        parts: folders and name as patterns are compared with them, without ``.gz``; the folders begin
            with those that lie around the source itself, an archive counting as a folder.
    """

    source: Path
    name: str
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return self.name if self.name == self.source.name else f"{self.source.name}: {self.name}"


def members(source: Path) -> list[Member]:
    """The files of a source, in its order; hidden ones and what leads out of it are left out.

    Raises:
        DataError: there is no such source, it cannot be read, or it is a broken archive.
    """
    if source.is_dir():
        files = sorted(path for path in source.rglob("*") if path.is_file())
        names = [path.relative_to(source).as_posix() for path in files]
    elif not source.is_file():
        raise DataError(
            source, None, "no such file or folder. Give an archive, a folder or files that exist."
        )
    elif _is_zip(source):
        with _sound(source), zipfile.ZipFile(source) as archive:
            names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    elif _is_tar(source):
        with _sound(source), tarfile.open(source) as archive:
            names = [entry.name for entry in archive if entry.isreg()]
    else:
        names = [source.name]
    around = _around(source)
    return [_member(source, name, around) for name in dict.fromkeys(names) if _plain_inside(name)]


def unpack(source: Path, wanted: Mapping[str, Path]) -> None:
    """Copy members of a source: their names → where to.

    Raises:
        DataError: the source is broken; what was copied until then is left to the caller.
    """
    with _sound(source):
        if _is_zip(source):
            with zipfile.ZipFile(source) as archive:
                for name, to in wanted.items():
                    with archive.open(name) as packed, to.open("wb") as file:
                        shutil.copyfileobj(packed, file)
        elif _is_tar(source):
            _unpack_tar(source, wanted)
        else:
            for name, to in wanted.items():
                shutil.copyfile(source / name if source.is_dir() else source, to)


def _unpack_tar(source: Path, wanted: Mapping[str, Path]) -> None:
    with tarfile.open(source) as archive:
        for entry in archive:  # in its order: going back in a packed archive means unpacking it again
            if entry.isreg() and entry.name in wanted:
                packed = archive.extractfile(entry)
                assert packed is not None, "it is a regular file"
                with packed, wanted[entry.name].open("wb") as file:
                    shutil.copyfileobj(packed, file)


def is_archive(path: Path) -> bool:
    """Whether the name is that of an archive that can be opened here."""
    return path.name.lower().endswith((".zip", *_TAR))


def _is_zip(source: Path) -> bool:
    return source.is_file() and source.name.lower().endswith(".zip")


def _is_tar(source: Path) -> bool:
    return source.is_file() and source.name.lower().endswith(_TAR)


def _around(source: Path) -> tuple[str, ...]:
    """The folders around the source's members."""
    whole = source.resolve()
    if whole.is_dir():
        return whole.parts
    if not (_is_zip(source) or _is_tar(source)):
        return whole.parent.parts
    suffix = next(
        end for end in sorted((".zip", *_TAR), key=len, reverse=True) if whole.name.lower().endswith(end)
    )
    return (*whole.parent.parts, whole.name[: -len(suffix)])


def _member(source: Path, name: str, around: tuple[str, ...]) -> Member:
    inside = PurePosixPath(name)
    return Member(source, name, (*around, *inside.parts[:-1], plain_name(Path(inside.name))))


def _plain_inside(name: str) -> bool:
    """Whether a member's name stays inside its archive and is not what some packers add for themselves."""
    parts = PurePosixPath(name).parts
    return (
        "\\" not in name
        and not name.startswith("/")
        and "__MACOSX" not in parts
        and not any(part.startswith(".") and part != "." for part in parts)
    )


@contextmanager
def _sound(source: Path) -> Iterator[None]:
    """Whatever goes wrong while an archive is read becomes a ``DataError``."""
    try:
        yield
    except _BROKEN as error:
        kind = "archive" if _is_zip(source) or _is_tar(source) else "file"
        why = (str(error) or type(error).__name__).splitlines()[0].rstrip(":")
        raise DataError(source, None, f"not a sound {kind} ({why}). Fetch it again.") from None
    except OSError as error:
        if error.errno is None:  # what an unpacker says of damaged bytes
            raise DataError(source, None, f"not a sound archive ({error}). Fetch it again.") from None
        if error.filename is None or not Path(str(error.filename)).is_relative_to(source):
            raise  # it is the other side, where the files go
        message = f"cannot be read: {error.strerror}. Check that it is a file you may read."
        raise DataError(error.filename, None, message) from None
