"""Download of files over HTTP: resumed after an interruption, checked, and moved into place when they are whole."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import responses
from io import FileIO
from pathlib import Path

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from graphspec._typing import Progress
from graphspec._version import __version__
from graphspec.catalogue.locations import DATA_VARIABLE
from graphspec.errors import InputError
from graphspec.files import Output
from graphspec.options import Number, Options, option

if sys.platform != "win32":
    import fcntl


@dataclass(frozen=True, kw_only=True)
class DownloadSettings(Options):
    """Settings of a download; times are in seconds.

    Attributes
    ----------
    connect_timeout, stall_timeout
        Time until a server is given up that does not accept a connection, or sends nothing.
    attempts, wait
        Attempts while the connection fails or the server is out of order; time before the second one, then doubled.
    longest_wait
        Longest wait that a server may ask for; if it asks for more, there is no further attempt.
    max_redirects
        Redirects that are followed.
    block, poll
        Bytes read at once; time between looks at a part that another process downloads.
    """

    connect_timeout: float = option(10.0, Number(0, open=True), "Time to wait for a connection.")
    stall_timeout: float = option(30.0, Number(0, open=True), "Time to wait for the next byte.")
    attempts: int = option(3, Number(1, integer=True), "Attempts at most.")
    wait: float = option(1.0, Number(0), "Time before the second attempt.")
    longest_wait: float = option(60.0, Number(0), "Longest wait that a server may ask for.")
    max_redirects: int = option(10, Number(0, integer=True), "Redirects at most.")
    block: int = option(1 << 18, Number(1, integer=True), "Bytes read at once.")
    poll: float = option(0.2, Number(0, open=True), "Time between looks at the part of another process.")


DEFAULT = DownloadSettings()


def download(
    url: str,
    target: Path,
    *,
    sha256: str | None = None,
    by_hand: str | None = None,
    progress: Progress | None = None,
    settings: DownloadSettings = DEFAULT,
) -> None:
    """Download a file, which appears under its name only when it is whole.

    What has come lies in a hidden file beside the target; a later call goes on from there, if the server still has the
    same file. A second process that downloads to the same target waits for the first, and takes what it got.

    Parameters
    ----------
    url
        Address, of http or https; proxies and ``REQUESTS_CA_BUNDLE`` are taken from the environment.
    target
        Path of the file, in a folder that exists; an existing file is replaced.
    sha256
        Checksum of the file, if it is known.
    by_hand
        Advice to one who gets the file in another way, for messages.
    progress
        Callback for the number of bytes that have come, and their total.
    settings
        Timeouts and attempts.

    Raises
    ------
    InputError
        If the server does not give the file, what it gives is not the file, or the target cannot be written.
    """
    name = re.sub("//[^/?#]*@", "//", url, count=1)  # without a password
    if not url.lower().startswith(("http://", "https://")):
        raise InputError(f"{name}: expected an address that begins with http:// or https://")
    Output(str(target.absolute()))  # refuses a target that cannot be written, before anything is asked for
    report = progress or (lambda _done, _total: None)
    before = _identity(target)
    try:
        with closing(_Part(name, target.resolve(), sha256 and sha256.lower(), report, settings.poll)) as part:
            part.by_hand = by_hand or part.by_hand
            # Another process may have finished the same file while this one waited for the lock.
            if _identity(target) in (before, None) or part.sha256 not in (None, _digest(target)):
                _fetch_repeatedly(url, part, report, settings)
                part.finish()
    except BrokenPipeError:  # of the callback: files have no reader
        raise
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({error.strerror or error})") from error


class _Part:
    """The part of a file that has come, and notes beside it on what it is a part of.

    Two writers of one part would mix their bytes, so a writer holds a lock, which the system releases when the process
    ends, in whatever way. Parts are moved and removed under the lock as well: a lock that was waited for may be one on
    a file that is the target by now, and counts only if the name still leads to that file. Where there are no such
    locks (Windows, some network file systems), every call has a part with a name of its own, and removes it.
    """

    def __init__(self, name: str, target: Path, sha256: str | None, report: Progress, poll: float) -> None:
        self.name, self.target, self.sha256 = name, target, sha256
        self.by_hand = f"put the file {target.name} into a folder that {DATA_VARIABLE} names"
        self.validator: str | None = None
        self.total: int | None = None
        self._path = target.with_name(f".{target.name}.part")
        self._notes = target.with_name(f".{target.name}.part.json")
        self._stream, self._shared = self._open(report, poll)
        self.size = os.fstat(self._stream.fileno()).st_size
        try:
            url, self.validator, self.total = json.loads(self._notes.read_text()) if self.size else (name, None, None)
        except (OSError, ValueError, TypeError):
            url = None
        if url != name:
            self.clear()

    def _open(self, report: Progress, poll: float) -> tuple[FileIO, bool]:
        """Return the part, and whether it is the one that all calls share, locked."""
        while sys.platform != "win32":
            stream = self._path.open("a+b", buffering=0)  # unbuffered: a kill loses nothing
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                report(os.fstat(stream.fileno()).st_size, None)
                time.sleep(poll)
            except OSError:
                if not os.fstat(stream.fileno()).st_size:
                    self._path.unlink(missing_ok=True)
                stream.close()
                break
            else:
                if _identity(stream.fileno()) == _identity(self._path):
                    return stream, True
            stream.close()
        self._path = self._path.with_name(f".{self.target.name}.{secrets.token_hex(8)}.part")
        return self._path.open("a+b", buffering=0), False

    def clear(self, validator: str | None = None, total: int | None = None) -> None:
        """Start anew, with what identifies the file of the server, and its length."""
        self.size, self.validator, self.total = 0, validator, total
        self._stream.truncate(0)
        # The part is empty while notes are written: those that a kill cut short are never used.
        if self._shared:
            self._notes.write_text(json.dumps([self.name, validator, total]))

    def write(self, block: bytes) -> None:
        """Append bytes."""
        while block:
            written = self._stream.write(block)
            self.size, block = self.size + written, block[written:]

    @property
    def is_resumable(self) -> bool:
        """Whether it can be known that the rest is of the same file: by its version, or at last by its checksum."""
        return self.size > 0 and bool(self.validator or self.sha256)

    def continued_by(self, response: requests.Response) -> bool:
        """Return whether a response has the rest of the file, and note the length of the whole."""
        content = response.headers.get("Content-Range", "")
        found = re.fullmatch(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18})", content)
        if response.status_code != 206 or found is None or int(found[1]) != self.size:
            return False
        # Some servers ignore If-Range, and send the rest of another version.
        known, self.total = self.total, int(found[2])
        return known in (None, self.total) and _validator(response) in (None, self.validator)

    def after(self, event: str) -> str:
        """Return the message that something happened before the file was whole."""
        came = f"{self.size:,}" + (" bytes" if self.total is None else f" of {self.total:,} bytes")
        call = "goes on from there" if self._shared and self.is_resumable else "starts anew"
        return f"{self.name}: {came} came, then {event}: another call {call}"

    def finish(self) -> None:
        """Check the part, and move it to the target."""
        found = _digest(self._path)
        if not self.size:
            raise InputError(f"{self.name}: the file is empty")
        if self.sha256 is not None and self.sha256 != found:
            self.clear()
            difference = f"found {found[:12]}..., expected {self.sha256[:12]}..."
            raise InputError(f"{self.name}: the checksum differs: {difference}: another call starts anew")
        os.fsync(self._stream.fileno())  # a power cut leaves no half file either
        if not self._shared:
            self._stream.close()  # Windows moves no open file
        self._notes.unlink(missing_ok=True)
        os.replace(self._path, self.target)

    def close(self) -> None:
        """Close the part, which stays if another call can go on from there."""
        if self._shared and not self.size:
            self._path.unlink(missing_ok=True)
            self._notes.unlink(missing_ok=True)
        self._stream.close()
        if not self._shared:
            self._path.unlink(missing_ok=True)


class _TransientError(InputError):
    """Raised when another attempt may succeed."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait  # for which the server asks


def _fetch_repeatedly(url: str, part: _Part, report: Progress, settings: DownloadSettings) -> None:
    """Fetch what is missing, in several attempts."""
    with requests.Session() as session:
        session.max_redirects = settings.max_redirects
        for attempt in range(settings.attempts):
            try:
                _fetch(session, url, part, report, settings)
            except _TransientError as error:
                wait = settings.wait * 2**attempt if error.wait is None else error.wait
                if attempt + 1 == settings.attempts or (error.wait or 0) > settings.longest_wait:
                    raise
                time.sleep(wait)
            else:
                return


def _fetch(session: requests.Session, url: str, part: _Part, report: Progress, settings: DownloadSettings) -> None:
    """Fetch what is missing, in one attempt."""
    if not part.is_resumable:
        part.clear()
    response = _answer(session, url, part, settings)
    if part.size and response.status_code in (206, 416) and not part.continued_by(response):
        response.close()
        part.clear()
        response = _answer(session, url, part, settings)
    with response:
        _refuse(response, part)
        if response.status_code == 200:
            length = response.headers.get("Content-Length", "")
            part.clear(_validator(response), int(length) if re.fullmatch("[0-9]{1,18}", length) else None)
        if part.total is None and part.sha256 is None and not response.raw.chunked:
            # The end of the connection would be that of the file, or else a cut.
            raise InputError(f"{part.name}: the server does not say how long the file is: {part.by_hand}")
        try:
            report(part.size, part.total)
            # Not `iter_content`, which decompresses, and loses what comes before a stall.
            while block := response.raw.read1(settings.block, decode_content=False):
                part.write(block)
                report(part.size, part.total)
                if part.total is not None and part.size > part.total:
                    total = part.total
                    part.clear()
                    raise InputError(f"{part.name}: the server sends more than the {total:,} bytes that it announced")
        except HTTPError as error:
            stalled = isinstance(error, ReadTimeoutError)
            event = f"nothing for {settings.stall_timeout:g} s" if stalled else "the connection was cut"
            raise _TransientError(part.after(event)) from error
    if part.total is not None and part.size < part.total:
        raise _TransientError(part.after("the connection was cut"))


def _answer(session: requests.Session, url: str, part: _Part, settings: DownloadSettings) -> requests.Response:
    """Ask the server for what is missing."""
    headers = {"User-Agent": f"graphspec/{__version__}", "Accept-Encoding": "identity"}
    if part.size:
        headers["Range"] = f"bytes={part.size}-"
    if part.size and part.validator:
        headers["If-Range"] = part.validator
    timeout = (settings.connect_timeout, settings.stall_timeout)
    try:
        return session.get(url, headers=headers, stream=True, timeout=timeout)
    except (requests.RequestException, HTTPError) as error:
        inner: BaseException = error
        while inner.__cause__ or inner.__context__:
            inner = inner.__cause__ or inner.__context__ or inner
        reason = " ".join(str(getattr(inner, "strerror", None) or inner).split())
        if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE" in str(error):
            advice = "REQUESTS_CA_BUNDLE names a file of certificates to trust"
            raise InputError(f"{part.name}: the server cannot be trusted ({reason}): {advice}") from error
        if isinstance(error, requests.ConnectionError | requests.Timeout | HTTPError):
            message = f"{part.name}: cannot be reached ({reason}): without a network, {part.by_hand}"
            raise _TransientError(message) from error
        raise InputError(f"{part.name}: cannot be downloaded ({reason}): check the address") from error


def _refuse(response: requests.Response, part: _Part) -> None:
    """Refuse answers that are not the file."""
    code, kind = response.status_code, response.headers.get("Content-Type", "")
    coding, suffix = response.headers.get("Content-Encoding", "identity"), part.target.suffix.lower()
    said = f"the server answers {code} ({responses.get(code, 'unknown')})"
    if code == 429 or code >= 500:
        wait = _asked_wait(response.headers.get("Retry-After", ""))
        later = "later" if wait is None else f"in {wait:.0f} s"
        raise _TransientError(f"{part.name}: {said}: try again {later}", wait)
    if code in (404, 410):
        problem = f"there is no such file ({code})"
    elif code != 200 and not (code == 206 and part.size):
        problem = f"{said}: {part.by_hand}"
    elif kind.lower().startswith("text/html") and suffix not in (".html", ".htm"):
        problem = f"the address gives a web page, not a file: {part.by_hand}"
    # Servers name the compression of a stored .gz file in the same way as that of a transfer.
    elif coding != "identity" and not (coding in ("gzip", "x-gzip") and suffix in (".gz", ".tgz")):
        problem = f"the server sends the file compressed ({coding}), which was not asked for: {part.by_hand}"
    else:
        return
    raise InputError(f"{part.name}: {problem}")


def _validator(response: requests.Response) -> str | None:
    """Return what identifies the version of a file: weak tags do not identify bytes."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified")


def _asked_wait(text: str) -> float | None:
    """Return the seconds that Retry-After asks for, as a number or as a date."""
    try:
        return float(text) if text.isdecimal() else max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _identity(file: Path | int) -> tuple[int, ...] | None:
    try:
        found = os.stat(file)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
