"""Conversion of text to UTF-8 without byte order mark, with line feeds as line ends."""

from __future__ import annotations

import codecs
import re

from graphspec.errors import InputError

# UTF-32 first: its mark begins with that of UTF-16.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_XML_ENCODING = re.compile(rb"(<\?xml[^>]*?)\s+encoding\s*=\s*[\"'][^\"'>]*[\"']")
_CONTROL_CHARACTER = re.compile(rb"[\x01-\x08\x0e-\x1f\x7f]")


def plain_lines(data: bytes, name: str, encoding: str | None = None) -> bytes:
    """Return text as UTF-8 without byte order mark and with line feeds only.

    Parameters
    ----------
    data
        The bytes of the text.
    name
        Name in messages.
    encoding
        Encoding of the text; by default that of a byte order mark, otherwise UTF-8, which the parsers check where ids
        depend on it.

    Raises
    ------
    InputError
        If the data are empty, not text, or not in the encoding.
    """
    if not data:
        raise InputError(f"{name}: no edges found, the file is empty")
    marked = next((kind for mark, kind in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    if encoding is not None or marked is not None:
        data = _decoded(data, name, encoding or str(marked), given=encoding is not None)
    data = data.removeprefix(codecs.BOM_UTF8)
    data = data.removesuffix(b"\x1a")  # the end of a text in CP/M and DOS
    likely = _wide_encoding(data[:64])
    if likely is not None:
        raise InputError(f"{name}: expected UTF-8 text, found what looks like {likely}: add --encoding {likely}")
    if data.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise InputError(
            f"{name}: expected an edge list in text, found a packed file within another one: unpack it once"
        )
    if b"\0" in data or _CONTROL_CHARACTER.search(data, 0, 4096):
        raise InputError(f"{name}: expected an edge list in text, found {_binary(data)}")
    if b"\r" in data:
        data = data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    # Marks within the text are those of joined files; most files are ASCII, which is quick to check.
    return data if data.isascii() else data.replace(b"\n" + codecs.BOM_UTF8, b"\n")


def _binary(data: bytes) -> str:
    """Return what data with control characters are: text with separators such as those of Hive, or something else."""
    lines = data[:4096].split(b"\n")[:-1] or [data]
    for mark in (b"\x01", b"\x02", b"\x1c", b"\x1d", b"\x1e", b"\x1f"):
        if all(mark in line.strip(mark) for line in lines) and b"\0" not in data:
            return f"the control character {ord(mark):#04x} between columns: replace it by a tab"
    return "a binary file"


def check_utf8(data: bytes, name: str, start: int = 0) -> None:
    """Check that text is UTF-8, from a position on, where ids or labels depend on it.

    Raises
    ------
    InputError
        If it is not; the message names the line and the likely encoding.
    """
    try:
        data[start:].decode()
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, start + error.start) + 1
        likely = likely_encoding(data[start:])
        raise InputError(
            f"{name}, line {number}: expected UTF-8 text, found another encoding: name it, as --encoding {likely}"
        ) from error


def declares_encoding(data: bytes) -> bool:
    """Return whether XML names its encoding."""
    return _XML_ENCODING.match(data.lstrip()[:1024]) is not None


def likely_encoding(data: bytes) -> str:
    """Return the likely encoding of text that is not UTF-8.

    Western text has single bytes above 127 between ASCII letters, and decodes as Windows-1252, of which Latin-1 is a
    part. Where such bytes prevail, text is Shift JIS if it decodes as kana and ideographs; GBK if most pairs of bytes
    begin like common ideographs (the first level, B0 to D7); and otherwise Windows-1251, for Cyrillic.
    """
    sample = b"\n".join(line for line in data[: 1 << 20].split(b"\n") if not line.isascii())
    high = re.findall(rb"[\x80-\xff]+", sample)
    count = sum(map(len, high))
    if count <= len(re.findall(rb"[A-Za-z]", sample)):
        return "cp1252"
    try:
        letters = [letter for letter in sample.decode("shift_jis") if not letter.isascii()]
    except UnicodeDecodeError:
        letters = []
    if letters and all("\u3040" <= letter <= "\u30ff" or "\u4e00" <= letter <= "\u9fff" for letter in letters):
        return "shift_jis"
    leads = b"".join(run[::2] for run in high)
    return "gb18030" if 2 * sum(0xB0 <= lead <= 0xD7 for lead in leads) > len(leads) else "cp1251"


def _wide_encoding(head: bytes) -> str | None:
    """Return the encoding of ASCII characters in two or four bytes each, of which all but one are 0."""
    zeros = "".join(str(int(not any(head[place::4]))) for place in range(4)) if len(head) > 3 else ""
    kinds = {"1110": "utf-32-be", "0111": "utf-32-le", "1010": "utf-16-be", "0101": "utf-16-le"}
    return kinds.get(zeros)


def _decoded(data: bytes, name: str, encoding: str, *, given: bool) -> bytes:
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, UnicodeError) as error:
        start = getattr(error, "start", 0)
        line = data.count(b"\n", 0, start) + 1
        source = f"in the encoding {encoding}" if given else f"as its byte order mark says ({encoding})"
        raise InputError(f"{name}, line {line}: expected text {source}, found other bytes") from error
    # What XML says of its encoding no longer holds.
    return _XML_ENCODING.sub(rb"\1", text.removeprefix("\ufeff").encode(), count=1)
