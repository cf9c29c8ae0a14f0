"""Tables in Arrow's format: Parquet, Feather and Arrow files, and tables that libraries hand over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from graphspec.errors import GraphspecError, InputError

_FORMATS = {b"PAR1": "Parquet", b"ARROW1": "Arrow", b"\xff\xff\xff\xff": "Arrow stream"}
_BATCH_ROWS = 1 << 20
"""Rows of a Parquet file that are decoded at once, 8 MB a column; a quarter of them takes half as long again."""

FIRST_ROWS, SPREAD_ROWS = 1000, 10_000
"""Rows by which columns are chosen, the first and from all over the table: as many as of a text."""


@dataclass(frozen=True, eq=False)
class ArrowTable:
    """A table whose columns are read in batches of rows.

    Attributes
    ----------
    name
        Name in messages.
    schema
        Names and types of the columns, a ``pyarrow.Schema``.
    num_rows
        Number of rows.
    sample
        Function that returns rows of all columns that are not nested, a ``pyarrow.Table``: the first ones, or, if its
        argument is true, rows from all over the table.
    batches
        Function that yields the columns of some indices in batches, each a ``pyarrow.RecordBatch``, of at most a number
        of rows; without such a number, of as many as are quick to read.
    first_row
        Number of the first row in the file, where this table is a piece of it.
    """

    name: str
    schema: Any
    num_rows: int
    sample: Callable[[bool], Any]
    batches: Callable[[Sequence[int], int | None], Iterator[Any]]
    first_row: int = 0

    def pieces(self, columns: Sequence[int], num_rows: int) -> Iterator[ArrowTable]:
        """Yield tables of the columns of some indices, of at most a number of rows each."""
        first_row = 0
        package = arrow_package(self.name)
        for batch in self.batches(columns, num_rows):
            yield replace(held_table(package.Table.from_batches([batch]), self.name), first_row=first_row)
            first_row += batch.num_rows


def table_format(start: bytes) -> str | None:
    """Return the name of the format where the first bytes of a file are those of a table, or None."""
    return next((name for magic, name in _FORMATS.items() if start.startswith(magic)), None)


def is_table_file(path: Path) -> bool:
    """Return whether a file is a table in Arrow's format."""
    with path.open("rb") as stream:
        return table_format(stream.read(8)) is not None


def open_table(source: Path | bytes, name: str) -> ArrowTable:
    """Open a Parquet or Arrow file, as Feather is from its version 2 on; its columns are read when they are asked for.

    Parameters
    ----------
    source
        Path or content of the file.
    name
        Name in messages.

    Raises
    ------
    InputError
        If the file is damaged or cut short.
    GraphspecError
        If pyarrow is not installed.
    """
    pa = arrow_package(name)
    with _reading(name):
        stream = pa.memory_map(str(source)) if isinstance(source, Path) else pa.BufferReader(source)
        kind = table_format(stream.read(8))
        stream.seek(0)
        if kind == "Parquet":
            # What is mapped would count as memory of the process.
            return _parquet(pa.OSFile(str(source)) if isinstance(source, Path) else stream, name)
        opened = pa.ipc.open_file(stream) if kind == "Arrow" else pa.ipc.open_stream(stream)
        return held_table(opened.read_all(), name)  # where it is not compressed, the batches are mapped


def held_table(table: Any, name: str) -> ArrowTable:
    """Return a table that is in memory, a ``pyarrow.Table``."""

    def sample(spread: bool) -> Any:
        flat = table.select(flat_columns(table.schema, name))
        step = max(1, flat.num_rows // SPREAD_ROWS)
        return flat.take(list(range(0, flat.num_rows, step))) if spread else flat.slice(0, FIRST_ROWS)

    def batches(columns: Sequence[int], num_rows: int | None = None) -> Iterator[Any]:
        return iter(table.select(list(columns)).to_batches(num_rows))

    return ArrowTable(name, table.schema, table.num_rows, sample, batches)


def joined_tables(tables: Sequence[ArrowTable], name: str) -> ArrowTable:
    """Return the table of all rows of several.

    Raises
    ------
    InputError
        If their columns have different names or types.
    """
    first = tables[0]
    for other in tables[1:]:
        if not first.schema.equals(other.schema):
            one, two = (", ".join(f"{field.name}: {field.type}" for field in each.schema) for each in (first, other))
            raise InputError(f"{other.name}: its columns ({two}) are not those of {first.name} ({one})")

    def sample(spread: bool) -> Any:
        some = tables[:: max(1, len(tables) // 10)] if spread else tables[:1]
        return arrow_package(name).concat_tables([table.sample(spread) for table in some])

    def batches(columns: Sequence[int], num_rows: int | None = None) -> Iterator[Any]:
        for table in tables:
            yield from table.batches(columns, num_rows)

    return ArrowTable(name, first.schema, sum(table.num_rows for table in tables), sample, batches)


def _parquet(stream: Any, name: str) -> ArrowTable:
    pa = arrow_package(name)
    file = pa.parquet.ParquetFile(stream, pre_buffer=False)
    schema = file.schema_arrow

    def sample(spread: bool) -> Any:
        flat = [schema.field(index) for index in flat_columns(schema, name)]
        groups = range(0, file.num_row_groups, max(1, file.num_row_groups // 10) if spread else file.num_row_groups)
        rows = SPREAD_ROWS // len(groups) if spread else FIRST_ROWS
        names = [field.name for field in flat]
        with _reading(name):
            batches = [next(file.iter_batches(rows, row_groups=[group], columns=names)) for group in groups]
            return pa.Table.from_batches(batches)

    def batches(columns: Sequence[int], num_rows: int | None = None) -> Iterator[Any]:
        names = [schema.names[index] for index in columns]
        with _reading(name):
            for batch in file.iter_batches(num_rows or _BATCH_ROWS, columns=names):
                yield batch.select(names)  # the file has its own order of columns
        pa.default_memory_pool().release_unused()

    return ArrowTable(name, schema, file.metadata.num_rows, sample, batches)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Turn what pyarrow raises into the error of a file that cannot be read."""
    try:
        yield
    except (arrow_package(name).ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{name}: the table is damaged or cut short ({reason})") from error


def parquet_of_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], name: str) -> bytes:
    """Return rows as a Parquet file; records in them become texts, as in CSV.

    Parameters
    ----------
    columns
        Names of the columns.
    rows
        The rows; None stands for a null.
    name
        Name in messages.

    Raises
    ------
    GraphspecError
        If pyarrow is not installed.
    """
    pa = arrow_package(name)
    values = zip(*rows, strict=True) if rows else ([] for _ in columns)
    table = pa.table({column: list(each) for column, each in zip(columns, values, strict=True)})
    sink = pa.BufferOutputStream()
    pa.parquet.write_table(table, sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def arrow_package(name: str) -> Any:
    """Return the package pyarrow.

    Raises
    ------
    GraphspecError
        If it is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError as error:
        raise GraphspecError(f"{name}: tables need pyarrow: pip install 'graphspec[arrow]'") from error
    return pa


def arrow_types(name: str) -> Any:
    """Return the module that tells types of columns apart."""
    return arrow_package(name).types


def flat_columns(schema: Any, name: str) -> list[int]:
    """Return the indices of the columns that are not nested."""
    types = arrow_types(name)
    return [index for index, field in enumerate(schema) if not types.is_nested(field.type)]
