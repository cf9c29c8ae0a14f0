"""Entries of a catalogue: their fields, and the check of a file that a user has written."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml

from graphspec.errors import InputError, ParameterError
from graphspec.readwrite import Reading

_NAME = r"^\w[\w.+-]*$"
_DIGEST = "^[0-9a-f]{64}$"
_ADDRESS = r"^https?://\S+$"

Name = Annotated[str, msgspec.Meta(pattern=_NAME)]
"""A name that is that of a file too: without separators of folders, and not hidden."""

Digest = Annotated[str, msgspec.Meta(pattern=_DIGEST)]
Address = Annotated[str, msgspec.Meta(pattern=_ADDRESS)]
Count = Annotated[int, msgspec.Meta(ge=0)]

_PATTERNS = {
    _NAME: "a name of letters, digits and . _ + -",
    _DIGEST: "64 digits from 0 to 9 and a to f",
    _ADDRESS: "an address that begins with http:// or https://",
}
_WORDS = {"object": "mapping", "array": "list"}


class Sizes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Numbers of vertices and edges.

    Attributes
    ----------
    nodes, edges
        The numbers.
    directed
        Whether both directions of an edge are counted.
    """

    nodes: Count
    edges: Count
    directed: bool = False


class DataFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a dataset.

    Attributes
    ----------
    file
        Name of the file in a folder of data.
    sha256
        Checksum of the file, where it is known.
    """

    file: Name
    sha256: Digest | None = None


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A dataset as a catalogue describes it; of `url`, `files`, `path` and `shipped` it has at least one.

    Attributes
    ----------
    kind
        What the network is of: social, collaboration, road, web and so on.
    description
        Description in one line.
    citation
        Paper to cite.
    licence
        Licence of the data.
    page
        Address of the page that describes the data.
    url
        Address of the file.
    sha256
        Checksum of the file at that address, where it is known.
    files
        Other files of the same data, which are looked for in folders of data.
    path
        Path of the file, relative to the catalogue.
    shipped
        File beside the catalogue of the package.
    published
        Sizes as the page has them.
    graph
        Sizes of the undirected simple graph, where they were measured.
    aliases
        Other names.
    reading
        Options of reading.
    labels
        Names of the vertices, where the file numbers them.
    """

    kind: str = ""
    description: str = ""
    citation: str = ""
    licence: str = "not stated"
    page: Address | None = None
    url: Address | None = None
    sha256: Digest | None = None
    files: tuple[DataFile, ...] = ()
    path: str | None = None
    shipped: Name | None = None
    published: Sizes | None = None
    graph: Sizes | None = None
    aliases: tuple[Name, ...] = ()
    reading: dict[str, Any] = {}
    labels: tuple[str, ...] | None = None


class Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Addresses of the datasets of a repository, which are called ``PATTERN:NAME`` or ``PATTERN:GROUP/NAME``.

    Attributes
    ----------
    url
        Address with ``{name}`` and ``{group}`` in it; the group is the name where none is given.
    member
        File of the archive that holds the edges: a name or a pattern of the shell, with the same fields.
    grouped
        Whether a group has to be given.
    description, citation, licence
        Of the repository.
    reading
        Options of reading.
    """

    url: Address
    member: str | None = None
    grouped: bool = False
    description: str = ""
    citation: str = ""
    licence: str = "not stated"
    reading: dict[str, Any] = {}


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Content of a catalogue: datasets and patterns by name."""

    datasets: dict[Name, Entry] = {}
    patterns: dict[Name, Pattern] = {}


def parse_catalogue(content: bytes, source: str) -> Document:
    """Parse and check the content of a catalogue.

    Parameters
    ----------
    content
        The text in YAML.
    source
        Name of the file in messages.

    Raises
    ------
    InputError
        If the content is not YAML, or an entry is not as it should be; the message names entry and field.
    """
    raw = load_yaml(content, source)
    unknown = [key for key in raw if key not in Document.__struct_fields__]
    if unknown:
        raise InputError(f"{source}: there is no section {unknown[0]!r}: a catalogue has datasets and patterns")
    datasets = _section(raw, "datasets", Entry, source)
    patterns = _section(raw, "patterns", Pattern, source)
    _check_names(datasets, source)
    for name, entry in datasets.items():
        if not (entry.url or entry.files or entry.path or entry.shipped):
            raise InputError(f"{source}: dataset {name}: expected one of url, files and path, found none")
    for name, pattern in patterns.items():
        for text in (pattern.url, pattern.member or ""):
            try:
                text.format(name="x", group="x")
            except (LookupError, ValueError, AttributeError) as error:
                raise InputError(
                    f"{source}: pattern {name}: {text}: only {{name}} and {{group}} can stand there"
                ) from error
    for name, each in {**datasets, **patterns}.items():
        try:
            Reading.of(**each.reading)
        except (ParameterError, TypeError) as error:
            raise InputError(f"{source}: {name}: reading: {error}") from error
    return Document(datasets, patterns)


def load_yaml(content: bytes, source: str) -> dict[Any, Any]:
    """Load a mapping from YAML, without tags that make objects.

    Raises
    ------
    InputError
        If the content is not YAML, a key comes twice, or it is not a mapping.
    """
    try:
        raw = yaml.load(content, _UniqueKeys)  # a subclass of the safe loader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = "" if mark is None else f" line {mark.line + 1}:"
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InputError(f"{source}:{place} is not YAML ({problem})") from error
    if not isinstance(raw, dict):
        raise InputError(f"{source}: expected a mapping, found {_described(raw)}")
    return raw


def convert(raw: Any, kind: type[Any], place: str) -> Any:
    """Convert plain data to a struct.

    Raises
    ------
    InputError
        If a field is missing, unknown or of another type; the message names it.
    """
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        # Backticks are for options of Python, which the command line writes as its own.
        message, _, path = str(error).replace("`", "'").partition(" - at '$")
        path = path.rstrip("'").lstrip(".")
        message = _in_words(message, () if path else kind.__struct_fields__)
        raise InputError(f"{place}: {path + ': ' if path else ''}{message[0].lower()}{message[1:]}") from error


def _in_words(message: str, fields: Sequence[str]) -> str:
    """Return a message of msgspec in the words of YAML; `fields` are those that there are, where they are known."""
    for pattern, meaning in _PATTERNS.items():
        message = message.replace(f"'str' matching regex {pattern!r}", meaning)
    for kind, word in _WORDS.items():
        message = re.sub(rf"(?<=['\s]){kind}(?=['\s])", word, message)
    unknown = re.fullmatch("Object contains unknown field '(.*)'", message)
    if unknown is None:
        return message
    meant = [f"'{name}'" for name in get_close_matches(unknown[1], fields)]
    choice = f"did you mean {' or '.join(meant)}?" if meant else f"choose from {', '.join(fields)}" if fields else ""
    return f"there is no field '{unknown[1]}'{': ' if choice else ''}{choice}"


def _section(raw: dict[Any, Any], name: str, kind: type[Any], source: str) -> dict[str, Any]:
    """Return the entries of a section."""
    section = raw.get(name) or {}
    if not isinstance(section, dict):
        raise InputError(f"{source}: {name}: expected a mapping of names, found {_described(section)}")
    for key in section:
        if not isinstance(key, str) or not re.match(r"\w[\w.+-]*$", key):
            raise InputError(f"{source}: {name}: {key!r} is no name: letters, digits and . _ + - make one")
    return {key: convert(value, kind, f"{source}: {name.removesuffix('s')} {key}") for key, value in section.items()}


def _check_names(datasets: dict[str, Entry], source: str) -> None:
    """Refuse two datasets of one name, also an alias, without regard to case."""
    owners: dict[str, str] = {}
    for name, entry in datasets.items():
        for each in (name, *entry.aliases):
            other = owners.setdefault(each.lower(), name)
            if other != name:
                raise InputError(f"{source}: {other} and {name} have one name, {each.lower()}")


def _described(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"


class _UniqueKeys(yaml.SafeLoader):  # type: ignore[misc] # yaml has no types
    """The safe loader, which does not let the last of two equal keys win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} comes twice", key_node.start_mark)
            if isinstance(key, Hashable):
                seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


def folder_of(path: Path) -> Path:
    """Return the folder that paths in a catalogue are relative to."""
    return path.resolve().parent
