"""Removal of comments, attributes of networkx and punctuation from the lines of an edge list."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial

from graphspec.errors import InputError
from graphspec.readwrite.blanks import with_plain_blanks
from graphspec.readwrite.counted import without_numbers
from graphspec.readwrite.detection import INTEGER, likely_separators
from graphspec.readwrite.lists import are_lists
from graphspec.readwrite.punctuation import without_punctuation
from graphspec.readwrite.reading import Reading
from graphspec.readwrite.slashes import without_slash_comments
from graphspec.readwrite.text import Text, excerpt, fields_of

_QUOTED_FIELD = re.compile(rb'(?:^|[\s,;|])"', re.MULTILINE)
_SEPARATOR_LINE = re.compile(rb"(\"?)sep=(.)\1[ \t]*\n", re.IGNORECASE)
_ESCAPED_QUOTE = re.compile(rb"\\\"(?=[^\s,;|\"])")
_ENCODED_NAME = re.compile(rb"%([0-9A-Fa-f]{2})(?![0-9]*[\s,;|])")
_LIKELY_ROW = re.compile(rb"^[#%]-?[0-9]+(?:[ \t,;|]+[#%]?-?[0-9]+)+[ \t]*$", re.MULTILINE)
_NETWORKX_ROW = re.compile(r"[\s,;]\{(\s*|.*:.*)\}\s*$")
_NETWORKX_WEIGHT = re.compile(rb"\{'weight': ([0-9]+(?:\.[0-9]+)?)\}")


def text_of(data: bytes, name: str, reading: Reading) -> Text:
    """Find the rows of an edge list.

    Parameters
    ----------
    data
        Lines that end in a line feed.
    name
        Name of the text in messages.
    reading
        Options of reading.

    Raises
    ------
    InputError
        If a line may be a comment or an edge.
    """
    declared = _SEPARATOR_LINE.match(data)  # as Excel writes it
    data = data[declared.end() :] if declared else data
    data, slashes, remarks = without_slash_comments(data, given=reading.comment is not None)
    text = _without_comments(data, name, reading)
    text = replace(text, comment_lines=text.comment_lines + slashes, remarks=(*remarks, *text.remarks))
    text = with_plain_blanks(text, reading.separator or (declared[2].decode("latin-1") if declared else None))
    if text.data.find(b"{", text.start) >= 0 and any(_NETWORKX_ROW.search(row) for row in text.first_rows(2)):
        text = _without_dictionaries(text, reading.weighted)
    if reading.lists or are_lists(text, reading):
        text = replace(text, lists=True)
    elif reading.delimiter is None:
        text = without_numbers(text, weighted=reading.weighted) if reading.columns is None else text
        text = without_punctuation(text, chosen=reading.columns is not None)
    quoted = text.data.find(b'"', text.start) >= 0 and _QUOTED_FIELD.search(text.data, text.start) is not None
    if quoted and _ESCAPED_QUOTE.search(text.data, text.start) is not None:
        # As MySQL and Spark write it, where others double the mark.
        data = text.data[: text.start] + text.data[text.start :].replace(b'\\"', b'""')
        text = replace(text, data=data, remarks=(*text.remarks, 'read \\" as a quotation mark within a field'))
    return replace(text, quoted=quoted, separator=declared[2].decode("latin-1") if declared else None)


def _without_comments(data: bytes, name: str, reading: Reading) -> Text:
    """Find the first row, and blank out comments after it."""
    marks = reading.comment_marks
    if not marks:
        return Text(name, data, _first_row(data, re.compile(rb"(?!)"))[0], 0)
    one_mark = rb"[" + re.escape(marks.encode()) + rb"]"
    comment = re.compile(rb"^[ \t]*(" + one_mark + rb"[^\n]*)", re.MULTILINE)
    start, comment_lines = _first_row(data, comment, encoded_names=reading.comment is None)
    text = Text(name, data, start, comment_lines, remarks=_remarks_on_comments(data[:start], reading))
    # bytes.find is many times as fast as a regular expression, and most files have no mark below the first row.
    if all(data.find(mark.encode(), start) < 0 for mark in marks):
        return text
    style = _Style.of(data[start : start + (1 << 18)], comment, marks, given=reading.comment is not None)
    start, comment_lines = style.first_row(data, start, comment_lines)
    below, count, remarks = style.without_comment_lines(data, start, comment, name)
    below, trailing = style.without_trailing_comments(below, one_mark)
    if style.tags:
        trailing = ("took words that begin like comments for ids: without them there is one column",)
    elif trailing and style.width == 1 and reading.columns is None:
        expected = "expected two ids in a row, found one before what begins like a comment"
        raise InputError(f"{name}: {expected}: add --comment '' to take that for an id")
    return Text(name, data[:start] + below, start, comment_lines + count, remarks=(*text.remarks, *remarks, *trailing))


def _remarks_on_comments(above: bytes, reading: Reading) -> tuple[str, ...]:
    """Return a remark on comments above the first row that may be edges between integers."""
    lines = _LIKELY_ROW.findall(above) if reading.comment is None else []
    if not lines:
        return ()
    shown = excerpt(lines[0].decode().strip())
    return (f"took {len(lines)} lines such as {shown} for comments (--comment '' if they are edges)",)


def _first_row(data: bytes, comment: re.Pattern[bytes], *, encoded_names: bool = False) -> tuple[int, int]:
    """Return where the first row starts, and the number of comment lines above it."""
    leading = re.compile(rb"(" + comment.pattern.lstrip(b"^") + rb")(?:\n|\Z)|[ \t]*\n")
    start = comment_lines = 0
    while start < len(data) and (match := leading.match(data, start)):
        if match[1] is not None and encoded_names and _is_encoded_name(match[1].strip()):
            break
        comment_lines += match[1] is not None
        start = match.end()
    return start, comment_lines


def _is_encoded_name(line: bytes) -> bool:
    """Return whether a line begins with a percent-encoded name, such as ``%C3%85land``; letters are never encoded."""
    match = _ENCODED_NAME.match(line)
    return match is not None and not bytes([int(match[1], 16)]).isalnum()


@dataclass(frozen=True)
class _Style:
    """Style of the rows of a text that are certainly not comments.

    Attributes
    ----------
    separator, width
        Separator of fields, and usual number of fields.
    ids
        Words in the first two fields.
    marks
        Characters that start a comment.
    given
        Whether the marks were given as an option: then no line is in doubt.
    tags
        Whether ids in every row begin with a mark: without them there is one column.
    single
        Whether there is one row alone, which may be a header: then no line is a comment for its width.
    """

    separator: str
    width: int
    ids: frozenset[str]
    marks: str
    given: bool
    tags: bool = False
    single: bool = False

    @classmethod
    def of(cls, sample: bytes, comment: re.Pattern[bytes], marks: str, *, given: bool) -> _Style:
        """Return the style of the first rows."""
        lines = [line for line in sample.split(b"\n")[:1000] if line.strip() and not comment.match(line)]
        rows = [line.decode("utf-8", "replace") for line in lines]
        pattern = re.compile(rf"[ \t]+[{re.escape(marks)}].*")
        plain = [row for row in rows if not pattern.search(row)] or [pattern.sub("", row) for row in rows]
        quoted = '"' in "".join(rows)
        tag = re.compile(rf"[ \t][{re.escape(marks)}]\S")
        for possible in (plain, rows):
            first, *others = likely_separators(possible or [""])
            separator = first if first == "\t" else [first, *others][-1]  # an empty field stands between tabs alone
            split = partial(fields_of, separator=separator, quoted=quoted)
            widths = Counter(len(split(row)) for row in possible)
            if set(widths) != {1} or given or not all(map(tag.search, rows)):
                break
        width = widths.most_common(1)[0][0] if widths else 0
        ids = frozenset(word for row in rows if len(split(row)) == width for word in split(row)[:2])
        return cls(separator, width, ids, marks, given, possible is rows and plain != rows, len(rows) == 1)

    def fields(self, line: bytes) -> list[str]:
        """Split a line."""
        return fields_of(line.decode("utf-8", "replace").strip(), self.separator)

    def is_comment(self, line: bytes) -> bool | None:
        """Return whether a line that begins with a mark is a comment, or None in case of doubt."""
        mark, fields = line[:1].decode("latin-1"), self.fields(line)
        if not self.given and _is_encoded_name(line):
            return False
        if self.given or not line[1:2].strip() or line[1:2].decode("latin-1") in self.marks:
            return True
        if len(fields) != self.width:
            return None if self.single else True
        if any(word.startswith(mark) for word in self.ids):
            return False
        return True if all(INTEGER.fullmatch(word) for word in self.ids) else None

    def first_row(self, data: bytes, start: int, comment_lines: int) -> tuple[int, int]:
        """Return the first row, moved up over lines that begin with a word such as #a and have an id of other rows."""
        ids = set(self.ids)
        while start > 0:
            above = data.rfind(b"\n", 0, start - 1) + 1
            line = data[above:start].strip()
            if self.given or not line or line[:1].decode("latin-1") not in self.marks or self.is_comment(line):
                break
            words = self.fields(line)[:2]
            if not ids.intersection(words):
                break
            ids |= set(words)
            start, comment_lines = above, comment_lines - 1
        return start, comment_lines

    def without_comment_lines(
        self, data: bytes, start: int, comment: re.Pattern[bytes], name: str
    ) -> tuple[bytes, int, tuple[str, ...]]:
        """Blank out comment lines; return the text, their number, and remarks on lines in doubt."""
        count, likely, kept = 0, [], []
        quotes = _QUOTED_FIELD.search(data, start) is not None if b'"' in data else False
        inside, seen = False, start

        def replaced(match: re.Match[bytes]) -> bytes:
            nonlocal count, inside, seen
            line = match[1].strip()
            if quotes:
                # Lines within quotation marks are part of a field.
                inside ^= bool(data.count(b'"', seen, start + match.start()) % 2)
                seen = start + match.start()
                if inside:
                    return match[0]
            verdict = self.is_comment(line)
            if verdict is None:
                number = data.count(b"\n", 0, start + match.start()) + 1
                shown = excerpt(line.decode("utf-8", "replace"))
                mark = line[:1].decode("latin-1")
                raise InputError(
                    f"{name}, line {number}: {shown} may be a comment or an edge: add --comment '{mark}' if it is a "
                    "comment, --comment '' if it is an edge"
                )
            if not verdict:
                kept.append(line)
                return match[0]
            count += 1
            words = self.fields(line[1:])[:2]
            if not self.given and len(words) == 2 and all(map(INTEGER.fullmatch, words)) and line[1:2].strip():
                likely.append(line)
            return b""

        below = comment.sub(replaced, data[start:])
        remarks = [
            f"took {len(lines)} lines such as {excerpt(lines[0].decode('utf-8', 'replace'))} for {what}"
            for lines, what in ((likely, "comments"), (kept, "edges"))
            if lines
        ]
        return below, count, tuple(remarks)

    def without_trailing_comments(self, rows: bytes, mark: bytes) -> tuple[bytes, tuple[str, ...]]:
        """Remove comments behind the fields of a row, if the row is as wide as the others without them."""
        count = 0

        def replaced(match: re.Match[bytes]) -> bytes:
            nonlocal count
            if match[1].count(b'"') % 2:
                return match[0]
            before, after = len(self.fields(match[1])), len(self.fields(match[0]))
            # The text behind the mark is not part of an id if the id occurs without it as well.
            separate = not match[2][1:2].strip() or self.fields(match[1])[-1] in self.ids
            if before == self.width and (after != self.width or separate):
                count += 1
                return match[1]
            return match[0]

        below = re.sub(rb"^([^\n]*?\S)[ \t]+(" + mark + rb"[^\n]*)$", replaced, rows, flags=re.MULTILINE)
        return below, ((f"took the ends of {count} rows for comments",) if count else ())


def _without_dictionaries(text: Text, weighted: bool) -> Text:
    """Replace the dictionary that networkx writes after an edge by its weight, or by nothing."""

    def weight(match: re.Match[bytes]) -> bytes:
        try:
            plain = _NETWORKX_WEIGHT.fullmatch(match[0])  # the usual case, ten times as fast
            return plain[1] if plain else repr(float(ast.literal_eval(match[0].strip().decode())["weight"])).encode()
        except (ValueError, SyntaxError, TypeError, KeyError, RecursionError) as error:
            number = text.data.count(b"\n", 0, text.start + match.start()) + 1
            actual = excerpt(match[0].decode("utf-8", "replace"))
            expected = "expected a dictionary with the entry 'weight'"
            raise InputError(f"{text.name}, line {number}: {expected}, found {actual}") from error

    rows = text.data[text.start :]
    if weighted:
        rows = re.sub(rb"\{[^\n]*\}[ \t]*$", weight, rows, flags=re.MULTILINE)
    else:
        rows = re.sub(rb"[ \t,;]+\{[^\n]*\}[ \t]*$", b"", rows, flags=re.MULTILINE)
    return replace(text, data=text.data[: text.start] + rows)
