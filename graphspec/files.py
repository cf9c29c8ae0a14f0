"""Atomic writing of files: a temporary file is moved into place, so that a killed run leaves no partial result."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import IO

from graphspec.errors import InputError

_STREAMS = {"/dev/stdout": 1, "/dev/stderr": 2}


class ClosedPipeError(Exception):
    """Raised when the reader of the output has closed it; not an OSError, which command-line frameworks intercept."""


class Output:
    """Output of a command: standard output, or a file that appears only when it is complete.

    Nothing is created before the first write, and nothing is left when an error ends the run. Devices, pipes and other
    targets that are no regular files are written directly.

    Parameters
    ----------
    path
        Path of the file; None or ``-`` for standard output.

    Raises
    ------
    InputError
        If the path is a folder, or lies in a folder that does not exist or cannot be written to.
    """

    def __init__(self, path: str | None) -> None:
        self.path = None if path in (None, "-") else Path(str(path))
        if self.path is None and sys.stdout is None:
            raise InputError("standard output is closed: give a file with -o")
        self._stream: IO[bytes] | None = None
        self._temporary: Path | None = None
        if self.path is not None:
            _check_target(self.path)

    @property
    def is_terminal(self) -> bool:
        """Whether the output is a terminal."""
        return self.path is None and sys.stdout.isatty()

    def is_same_file(self, name: str) -> bool:
        """Return whether writing would overwrite the file of that name."""
        try:
            return self.path is not None and self.path.is_file() and self.path.samefile(name)
        except OSError:
            return False

    def write(self, data: bytes | str) -> None:
        """Write data; the first call opens the output."""
        content = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
        try:
            if self._stream is None:
                self._stream = self._open()
            self._stream.write(content)
            self._stream.flush()
        except BrokenPipeError as error:
            raise ClosedPipeError from error
        except OSError as error:
            # The error of a full disk names no file.
            raise OSError(error.errno, error.strerror, str(self.path or "standard output")) from error

    def __enter__(self) -> Output:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._stream is None or self.path is None:
            return
        try:
            with suppress(OSError) if kind is not None else nullcontext():
                self._stream.close()
            if self._temporary is not None and self.path is not None and kind is None:
                # Through a link, the file that it points to is replaced, not the link.
                os.replace(self._temporary, self.path.resolve())
                self._temporary = None
        finally:
            if self._temporary is not None:
                self._temporary.unlink(missing_ok=True)

    def _open(self) -> IO[bytes]:
        if self.path is None:
            return sys.stdout.buffer
        descriptor = _descriptor(self.path)
        if descriptor is not None:
            # Write through the open descriptor: other processes may write to the file of that name as well.
            return os.fdopen(os.dup(descriptor), "wb")
        if self.path.exists() and not stat.S_ISREG(self.path.stat().st_mode):
            return self.path.open("wb")
        # The temporary name has another suffix, so that no job takes the file for a result.
        handle, name = tempfile.mkstemp(dir=self.path.resolve().parent, prefix=f".{self.path.name}.", suffix=".part")
        self._temporary = Path(name)
        umask = os.umask(0)
        os.umask(umask)
        self._temporary.chmod(self.path.stat().st_mode & 0o777 if self.path.exists() else 0o666 & ~umask)
        return os.fdopen(handle, "wb")


def write_atomically(path: str | Path, data: bytes) -> None:
    """Write the content of a file atomically; targets that are not regular files are written directly."""
    with Output(str(path)) as output:
        output.write(data)


def _descriptor(path: Path) -> int | None:
    """Return the number of the open file that a path such as /dev/stdout or /dev/fd/3 refers to."""
    text = str(path)
    if text in _STREAMS:
        return _STREAMS[text]
    folder, _, number = text.rpartition("/")
    return int(number) if folder in ("/dev/fd", "/proc/self/fd") and number.isdigit() else None


def _check_target(path: Path) -> None:
    if _descriptor(path) is not None:
        return
    parent = path.parent
    if path.is_dir():
        raise InputError(f"{path}: is a folder, and a file is to be written")
    if not parent.is_dir():
        raise InputError(f"{path}: the folder {parent} does not exist: make it first")
    regular = not path.exists() or path.is_file()
    if regular and not os.access(path.resolve().parent, os.W_OK):
        raise InputError(f"{path}: the folder {parent} cannot be written to")
