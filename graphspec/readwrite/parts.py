"""Folders and patterns of part files, as Spark, Hive and Dask write them, and the raw folders of OGB."""

from __future__ import annotations

import glob
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from graphspec.errors import InputError
from graphspec.readwrite.arrow import is_table_file
from graphspec.readwrite.cleaning import text_of
from graphspec.readwrite.compression import decompressed
from graphspec.readwrite.encoding import plain_lines
from graphspec.readwrite.parsing import parse_edges
from graphspec.readwrite.reading import Reading

_SIDE_FILES = (".crc", ".md5", ".sha256")
_OGB_EDGES, _OGB_SIZES = "edge.csv.gz", "num-node-list.csv.gz"


def parts_of(source: str | Path) -> list[Path] | None:
    """Return the part files of a folder or a pattern of the shell in order of their names; None for a single file.

    Hidden files, those whose names begin with an underscore, such as ``_SUCCESS``, and checksums are left out.

    Raises
    ------
    InputError
        If a folder holds no files.
    """
    path = Path(source)
    if path.is_dir():
        found = [each for each in path.rglob("*") if each.is_file() and _is_part(each.relative_to(path))]
        if not found:
            raise InputError(f"{source}: the folder holds no files of edges")
        return sorted(found)
    if glob.has_magic(str(source)) and not path.exists():
        return sorted(each for each in map(Path, glob.glob(str(source), recursive=True)) if each.is_file()) or None
    return None


def are_tables(parts: Sequence[Path], name: str) -> bool:
    """Return whether part files are tables in Arrow's format.

    Raises
    ------
    InputError
        If some are, and others are not.
    """
    tables = [part for part in parts if is_table_file(part)]
    if tables and len(tables) < len(parts):
        other = next(part for part in parts if part not in tables)
        raise InputError(f"{name}: {tables[0].name} is a table and {other.name} is none: give files of one kind")
    return bool(tables)


def joined_texts(parts: Sequence[Path], reading: Reading, name: str) -> bytes:
    """Return the text of all part files, with the header of the first alone.

    Parameters
    ----------
    parts
        The files, plain or compressed; empty ones are left out.
    reading
        Options of reading.
    name
        Name of the whole in messages.

    Raises
    ------
    InputError
        If a file cannot be read, or none has a row.
    """
    contents = ((str(part), decompressed(part.read_bytes(), str(part))) for part in parts)
    texts = [plain_lines(content, part, reading.encoding) for part, content in contents if content.strip()]
    if not texts:
        raise InputError(f"{name}: no edges found, all files are empty")
    header = _header_of(texts[0], reading, name)
    return b"".join(_without(text, header if index else None) for index, text in enumerate(texts))


def _header_of(text: bytes, reading: Reading, name: str) -> bytes | None:
    """Return the header of a text, or None where it has none."""
    cleaned = text_of(text, name, reading)
    if not parse_edges(cleaned, reading).header_lines:
        return None
    return cleaned.data[cleaned.start :].split(b"\n", 1)[0]


def _without(text: bytes, header: bytes | None) -> bytes:
    """Return a text that ends with a line end, without its first line if this is a header."""
    text = text if text.endswith(b"\n") else text + b"\n"
    if header is None or text.split(b"\n", 1)[0].strip() != header.strip():
        return text
    return text.split(b"\n", 1)[1]


def _is_part(path: Path) -> bool:
    return path.suffix not in _SIDE_FILES and not any(name.startswith((".", "_")) for name in path.parts)


@dataclass(frozen=True)
class OgbFolder:
    """The raw folder of a graph of the Open Graph Benchmark (Hu et al., NeurIPS 2020).

    Attributes
    ----------
    edges
        File of the edges, of vertices from 0 on, without a header.
    num_nodes
        Number of vertices.
    """

    edges: Path
    num_nodes: int


def ogb_folder(path: Path) -> OgbFolder | None:
    """Return the files of a raw folder of OGB, or of the folder above it; None for any other folder.

    Raises
    ------
    InputError
        If it holds more than one graph.
    """
    for folder in (path, path / "raw"):
        edges, sizes = folder / _OGB_EDGES, folder / _OGB_SIZES
        if edges.is_file() and sizes.is_file():
            numbers = np.loadtxt(io.BytesIO(decompressed(sizes.read_bytes(), str(sizes))), dtype=np.int64, ndmin=1)
            if len(numbers) != 1:
                raise InputError(f"{path}: the folder holds {len(numbers):,} graphs of OGB: give every graph a file")
            return OgbFolder(edges, int(numbers[0]))
    return None
