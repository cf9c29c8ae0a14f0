from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

_Int8: TypeAlias = NDArray[np.int8]
_Int16: TypeAlias = NDArray[np.int16]
_Int32: TypeAlias = NDArray[np.int32]
_Int64: TypeAlias = NDArray[np.int64]
_UInt64: TypeAlias = NDArray[np.uint64]
_Float32: TypeAlias = NDArray[np.float32]
_Float64: TypeAlias = NDArray[np.float64]

NUM_INSTRUCTION_SETS: int
TEAM_LENGTH: int
SCALE_ROWS: int

# recurrence.c
def three_terms(
    bounds: _Int64,
    width: int,
    instructions: int,
    indptr: _Int64,
    indices: _Int32,
    data: _Float32 | None,
    scale: _Float32 | None,
    weight: _Float32 | None,
    diagonal: _Float32 | None,
    taken: _Int64,
    current: _Float32,
    previous: _Float32,
    first: _Float32,
    second: _Float32,
    sums: _Float64,
    /,
) -> None: ...
def subtract(
    bounds: _Int64,
    width: int,
    instructions: int,
    weight: _Float32 | None,
    taken: _Int64,
    current: _Float32,
    fresh: _Float32,
    third: _Float32,
    sums: _Float64,
    /,
) -> None: ...
def recurrence(
    bounds: _Int64,
    width: int,
    instructions: int,
    indptr: _Int64,
    indices: _Int32,
    data: _Float32 | None,
    scale: _Float32 | None,
    weight: _Float32 | None,
    diagonal: _Float32 | None,
    team: _Int64,
    taken: _Int64,
    threads: int,
    leads: int,
    sums: _Float64,
    current: _Float32 | _Int16,
    current_scales: _Float32 | None,
    previous: _Float32 | _Int16,
    previous_scales: _Float32 | None,
    start: _Float64,
    alpha: _Float64,
    beta: _Float64,
    steps: int,
    first_step: int,
    last_step: int,
    breakdown: float,
    /,
) -> None: ...

# orders.c
def local_order(
    indptr: _Int64,
    indices: _Int32,
    data: _Float32 | None,
    widest: int,
    window: int,
    order: _Int32,
    new_indptr: _Int64,
    new_indices: _Int32,
    new_data: _Float32 | None,
    /,
) -> bool: ...

# step_int16.c
def round_rows(
    width: int, instructions: int, first: int, values: _Float32, rows: _Int16, scales: _Float32, /
) -> None: ...

# rows.c
def unique_sorted(values: _Int64, /) -> int: ...
def symmetric_csr(
    keys: _Int64, values: _Float64 | None, indptr: _Int64, indices: _Int32, weights: _Float64 | None, /
) -> None: ...
def is_symmetric(indptr: _Int64, indices: _Int32, values: _Float64 | None, /) -> bool: ...
def off_diagonal(
    indptr: _Int64, indices: _Int32, values: _Float64, starts: _Int64, columns: _Int32, entries: _Float64, /
) -> int: ...
def induced_subgraph(
    indptr: _Int64,
    indices: _Int32,
    weights: _Float64 | None,
    vertices: _Int64,
    position: _Int32,
    part_indptr: _Int64,
    part_indices: _Int32,
    part_weights: _Float64 | None,
    /,
) -> int: ...
def neighbour_sums(indptr: _Int64, indices: _Int32, values: _UInt64, sums: _UInt64, /) -> None: ...
def first_equal(values: _UInt64, vertices: _Int64, table: _Int32, first: _Int64, /) -> None: ...

# search.c
def connected_components(
    indptr: _Int64, indices: _Int32, label: _Int32, side: _Int8, odd: _Int8, queue: _Int32, /
) -> int: ...

# integers.c
def has_odd_integer(text: bytes, start: int, /) -> bool: ...
def parse_integers(text: bytes, start: int, stop: int, separator: int, width: int, out: _Int64, /) -> int: ...

# growth.c
def preferential_attachment(
    count: int,
    first: int,
    num_nodes: int,
    closing: float,
    seed: int,
    repeated: _Int64,
    tail: _Int64,
    head: _Int64,
    /,
) -> None: ...

# rewiring.c
def rewire_heads(num_nodes: int, rewired: _Int64, draws: _Float64, tail: _Int64, head: _Int64, /) -> None: ...
def switch_edges(num_nodes: int, proposals: int, seed: int, tail: _Int64, head: _Int64, /) -> None: ...

# triangles.c
def lower_neighbours(indptr: _Int64, indices: _Int32, lower: _Int64, /) -> None: ...
def rank_rows(
    indptr: _Int64,
    indices: _Int32,
    values: _Float64 | None,
    order: _Int32,
    starts: _Int64,
    columns: _Int32,
    entries: _Float64 | None,
    /,
) -> None: ...
def short_cycles(
    starts: _Int64, columns: _Int32, values: _Float64 | None, squared: _Float64, triangles: _Float64, /
) -> float: ...

# elimination.c
def factor_counts(
    indptr: _Int64, indices: _Int32, parent: _Int32, seen: _Int32, counts: _Int64, most: int, /
) -> int: ...

# localwalks.c
def closed_walks(
    rows: int,
    indptr: _Int64,
    indices: _Int32,
    weights: _Float64 | None,
    squared: _Float64,
    diagonal: _Float64 | None,
    steps: int,
    taken: _Int64,
    traces: _Float64,
    /,
) -> None: ...

# diagonals.c
def add_terms(
    start: int, stop: int, size: int, first: _Float32, second: _Float32 | None, factors: _Float32, totals: _Float32, /
) -> None: ...
def row_products(
    start: int,
    stop: int,
    width: int,
    count: int,
    signs: _Int8,
    parts: _Float32,
    position: _Int32 | None,
    scale: _Float32 | None,
    means: _Float64,
    sums: _Float64,
    gram: _Float64,
    mixed: _Float64,
    squares: _Float64,
    controls: int,
    /,
) -> None: ...

# sorting.c
def sorted_edge_keys(
    tail: _Int64,
    head: _Int64,
    weights: _Float64 | None,
    num_nodes: int,
    keys: _Int64,
    sorted_weights: _Float64 | None,
    /,
) -> int: ...
