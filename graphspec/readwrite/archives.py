"""Extraction of the only file of a zip or tar archive."""

from __future__ import annotations

import io
import lzma
import re
import tarfile
import zipfile
import zlib

from graphspec.errors import InputError

ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")


def unpacked(data: bytes, name: str) -> tuple[bytes, str | None]:
    """Return the content and the name of the only file in an archive; other bytes are returned unchanged, with None.

    Archives that hold a scipy sparse matrix or a sketch are returned unchanged as well.

    Raises
    ------
    InputError
        If the archive is damaged, encrypted, or holds no file or several.
    """
    try:
        if data.startswith(ZIP_STARTS):
            return _from_zip(data, name)
        if data[257:262] == b"ustar":
            return _from_tar(data, name)
    except (OSError, ValueError, RuntimeError, EOFError, NotImplementedError, lzma.LZMAError, zlib.error) as error:
        raise InputError(f"{name}: the archive is truncated, damaged or encrypted ({error})") from error
    except (zipfile.BadZipFile, tarfile.TarError) as error:
        raise InputError(f"{name}: the archive is truncated or damaged ({error})") from error
    return data, None


def _from_zip(data: bytes, name: str) -> tuple[bytes, str | None]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
        if any(file.endswith(".npy") or file == "graphspec.json" for file in files):
            return data, None
        if "[Content_Types].xml" in files:
            raise InputError(f"{name}: expected an edge list, found a document of an office program: save it as CSV")
        files = _without_clutter(files)
        _check_single(files, name, "zip")
        return archive.read(files[0]), files[0]


def _from_tar(data: bytes, name: str) -> tuple[bytes, str | None]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        members = {member.name: member for member in archive.getmembers() if member.isfile()}
        files = _without_clutter(list(members))
        _check_single(files, name, "tar")
        stream = archive.extractfile(members[files[0]])
        return (b"" if stream is None else stream.read()), files[0]


def _without_clutter(files: list[str]) -> list[str]:
    """Return the files without those that archivers of macOS add."""
    clutter = re.compile(r"__MACOSX/|(.*/)?(\._|\.DS_Store$)")
    return [file for file in files if not clutter.match(file)]


def _check_single(files: list[str], name: str, kind: str) -> None:
    if len(files) != 1:
        listed = ", ".join(files[:5]) + (", ..." if len(files) > 5 else "")
        actual = f"{len(files)} ({listed})" if files else "none"
        raise InputError(f"{name}: expected a {kind} archive of one file, found {actual}: unpack it and give the file")
