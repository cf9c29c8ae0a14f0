"""Extraction of one file of a zip or tar archive."""

from __future__ import annotations

import io
import lzma
import re
import tarfile
import zipfile
import zlib
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from graphspec.errors import InputError

ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")


def unpacked(data: bytes, name: str, member: str | None = None) -> tuple[bytes, str | None]:
    """Return the content and the name of one file in an archive; other bytes are returned unchanged, with None.

    Archives that hold a scipy sparse matrix or a sketch are returned unchanged as well.

    Parameters
    ----------
    data
        The archive.
    name
        Its name in messages.
    member
        Name of the file, with or without its folder, or a pattern of the shell; by default there must be one file.

    Raises
    ------
    InputError
        If the archive is damaged or encrypted, or holds no such file or several.
    """
    try:
        if data.startswith(ZIP_STARTS):
            return _from_zip(data, name, member)
        if data[257:262] == b"ustar":
            return _from_tar(data, name, member)
    except (OSError, ValueError, RuntimeError, EOFError, NotImplementedError, lzma.LZMAError, zlib.error) as error:
        raise InputError(f"{name}: the archive is truncated, damaged or encrypted ({error})") from error
    except (zipfile.BadZipFile, tarfile.TarError) as error:
        raise InputError(f"{name}: the archive is truncated or damaged ({error})") from error
    return data, None


def _from_zip(data: bytes, name: str, member: str | None) -> tuple[bytes, str | None]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
        if any(file.endswith(".npy") or file == "graphspec.json" for file in files):
            return data, None
        if "[Content_Types].xml" in files or {"mimetype", "content.xml"} <= set(files):
            raise InputError(f"{name}: expected an edge list, found a document of an office program: save it as CSV")
        file = _chosen(files, member, name, "zip")
        return archive.read(file), file


def _from_tar(data: bytes, name: str, member: str | None) -> tuple[bytes, str | None]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        members = {each.name: each for each in archive.getmembers() if each.isfile()}
        file = _chosen(list(members), member, name, "tar")
        stream = archive.extractfile(members[file])
        return (b"" if stream is None else stream.read()), file


def _without_clutter(files: list[str]) -> list[str]:
    """Return the files without those that archivers of macOS add."""
    clutter = re.compile(r"__MACOSX/|(.*/)?(\._|\.DS_Store$)")
    return [file for file in files if not clutter.match(file)]


def _chosen(files: list[str], member: str | None, name: str, kind: str) -> str:
    """Return the only file, or the only one that `member` names."""
    files = _without_clutter(files)
    named = files if member is None else [file for file in files if _is_named(file, member)]
    if len(named) == 1:
        return named[0]
    listed = ", ".join(files[:5]) + (", ..." if len(files) > 5 else "")
    if member is not None:
        found = f"{len(named)} of the {len(files)} files are" if named else "none of the files is"
        raise InputError(f"{name}: {found} called {member} ({listed}): name one with `member`")
    actual = f"{len(files)} ({listed}): name one with `member`" if files else "none"
    raise InputError(f"{name}: expected a {kind} archive of one file, found {actual}")


def _is_named(file: str, member: str) -> bool:
    return fnmatchcase(file, member) or fnmatchcase(PurePosixPath(file).name, member)
