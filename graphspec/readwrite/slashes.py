"""Comments that begin with two slashes, as in C and JavaScript, among the lines of an edge list."""

from __future__ import annotations

import re
from collections import Counter
from itertools import takewhile

from graphspec.readwrite.detection import likely_separators
from graphspec.readwrite.text import excerpt, fields_of

_COMMENT = re.compile(rb"^//[^\n]*", re.MULTILINE)
_ID = re.compile(rb"^[^\n]*[ \t,;|\"]//", re.MULTILINE)
_PLAIN = re.compile(rb"//+(?:\s|\Z)")


def without_slash_comments(data: bytes, *, given: bool = False) -> tuple[bytes, int, tuple[str, ...]]:
    """Blank out lines that begin with two slashes, if these are comments; return the text, their number, and a remark.

    They are where the line has not as many fields as the rows, or stands above all of them with a blank behind the
    slashes, and where no other id begins with two slashes, as addresses without a scheme do.

    Parameters
    ----------
    data
        The text.
    given
        Whether the marks of comments are given as an option.
    """
    # One character is found many times as fast as three. Addresses within rows are frequent, such lines are not.
    if given or b"/" not in data or (not data.startswith(b"//") and b"\n//" not in data):
        return data, 0, ()
    lines = _COMMENT.findall(data)
    sample = [line for line in data[: 1 << 18].split(b"\n")[:1000] if line.strip()]
    head = set(takewhile(_is_marked, sample))
    rows = [line for line in sample if not _is_marked(line)]
    text = [row.decode("utf-8", "replace") for row in rows]
    separator = likely_separators(text or [""])[-1]
    width = Counter(len(fields_of(row, separator)) for row in text).most_common(1)[0][0] if text else 0
    comments = {line for line in lines if _width(line, separator) != width or (_PLAIN.match(line) and line in head)}
    if not rows:
        comments = set(lines) if all(map(_PLAIN.match, lines)) else set()
    if not comments or any(not line.startswith(b"//") for line in _ID.findall(data)):
        return data, 0, ()
    count = sum(line in comments for line in lines)
    shown = excerpt(next(line for line in lines if line in comments).decode("utf-8", "replace"))
    remark = f"took {count} lines such as {shown} for comments (--comment '' if they are edges)"
    return _COMMENT.sub(lambda match: b"" if match[0] in comments else match[0], data), count, (remark,)


def _is_marked(line: bytes) -> bool:
    return line.startswith((b"//", b"#", b"%"))


def _width(line: bytes, separator: str) -> int:
    return len(fields_of(line.decode("utf-8", "replace"), separator))
