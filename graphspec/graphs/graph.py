"""The undirected simple graph that everything else reads: a CSR pattern, weights, labels, and what was dropped."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from graphspec.arrays import distinct, first_of_equal, index_pointer
from graphspec.errors import InputError, ParameterError
from graphspec.machine import native, use_native

if TYPE_CHECKING:
    import networkx as nx


_SYMMETRY = 1e-12  # largest difference, relative to the largest entry, of two entries that stand for one edge


@dataclass(frozen=True)
class Dropped:
    """How much of the input does not appear in the graph."""

    self_loops: int = 0
    duplicate_edges: int = 0
    header_lines: int = 0
    comment_lines: int = 0
    zero_weights: int = 0


@dataclass(frozen=True, eq=False)
class Graph:
    """An undirected graph without self-loops and parallel edges, in compressed sparse row form.

    Attributes
    ----------
    indptr, indices
        The pattern of the adjacency matrix: the neighbours of vertex ``i`` are
        ``indices[indptr[i]:indptr[i + 1]]``, in increasing order. Every edge is stored in both directions.
    weights
        Positive edge weights (float64) parallel to `indices`, or None for an unweighted graph.
    labels
        The original id of every vertex (in increasing order where the graph was read), or None when the ids are 0 to
        n - 1.
    name
        What the graph is called in reports; the path for a graph that was read.
    sha256
        SHA-256 of the bytes that the graph was read from, as ``sha256sum`` prints it; None for a graph from memory.
    dropped
        What reading left out.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    weights: NDArray[np.float64] | None = None
    labels: NDArray[Any] | None = None
    name: str = "graph"
    sha256: str | None = None
    dropped: Dropped = field(default_factory=Dropped)

    def __repr__(self) -> str:
        """Say what it is, not what is in it."""
        return f"Graph({self.name!r}, {self.num_nodes} vertices, {self.num_edges} edges)"

    @property
    def num_nodes(self) -> int:
        """Number of vertices n."""
        return len(self.indptr) - 1

    @property
    def num_edges(self) -> int:
        """Number of undirected edges."""
        return len(self.indices) // 2

    @property
    def num_isolated(self) -> int:
        """Number of vertices without an edge."""
        return int(np.count_nonzero(self.num_neighbours == 0))

    @cached_property
    def num_neighbours(self) -> NDArray[np.int64]:
        """Number of neighbours of every vertex, shape (n,)."""
        return np.diff(self.indptr)

    @cached_property
    def degrees(self) -> NDArray[np.float64]:
        """Sum of the edge weights at every vertex (the number of neighbours without weights), shape (n,)."""
        if self.weights is None:
            return self.num_neighbours.astype(np.float64)
        rows = np.repeat(np.arange(self.num_nodes), self.num_neighbours)
        return np.bincount(rows, weights=self.weights, minlength=self.num_nodes).astype(np.float64, copy=False)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of pattern and weights: equal for equal graphs whatever file they came from."""
        digest = hashlib.sha256(str(self.num_nodes).encode())
        for array, kind in ((self.indptr, "<i8"), (self.indices, "<i4"), (self.weights, "<f8")):
            if array is not None:
                digest.update(np.ascontiguousarray(array, dtype=kind).data)
        return digest.hexdigest()

    def adjacency(self, dtype: type[np.floating[Any]] = np.float64) -> scipy.sparse.csr_array:
        """Return the symmetric adjacency matrix, shape (n, n)."""
        data = np.ones(len(self.indices), dtype) if self.weights is None else self.weights.astype(dtype)
        return scipy.sparse.csr_array(
            (data, self.indices, index_pointer(self.indptr)), shape=(self.num_nodes, self.num_nodes)
        )

    def dense_adjacency(self) -> NDArray[np.float64]:
        """Return the same as a dense array."""
        matrix = np.zeros((self.num_nodes, self.num_nodes))
        rows = np.repeat(np.arange(self.num_nodes), self.num_neighbours)
        matrix[rows, self.indices] = 1.0 if self.weights is None else self.weights
        return matrix

    def subgraph(self, vertices: ArrayLike) -> Graph:
        """Return the induced subgraph on `vertices` (increasing indices); ids stay the original ones."""
        vertices = np.ascontiguousarray(vertices, np.int64)
        position = np.full(self.num_nodes, -1, np.int32)
        position[vertices] = np.arange(len(vertices), dtype=np.int32)
        indptr, indices, weights = _part_of_rows(self, vertices, position)
        labels = vertices if self.labels is None else self.labels[vertices]
        return replace(self, indptr=indptr, indices=indices, weights=weights, labels=labels)

    @classmethod
    def from_edges(
        cls,
        sources: ArrayLike,
        targets: ArrayLike,
        weights: ArrayLike | None = None,
        *,
        num_nodes: int | None = None,
        name: str = "graph",
    ) -> Graph:
        """Build a graph from end points 0 to n - 1, in any order and either or both directions.

        Self-loops and edges of weight zero are dropped, parallel edges merged (their weights add up), and the
        numbers dropped recorded.

        Parameters
        ----------
        sources, targets
            The two ends of every edge, integers, shape (number of edges,).
        weights
            Their weights, or None.
        num_nodes
            Number of vertices; by default the largest end point plus one.
        name
            What the graph is called in reports.

        Raises
        ------
        ParameterError
            If the arrays differ in length, an end point is no integer or outside 0 to n - 1, or a weight is negative,
            NaN or infinite.
        """
        given = [np.asarray(ends) for ends in (sources, targets)]
        if any(ends.size and ends.dtype.kind not in "iu" for ends in given):
            raise ParameterError("end points must be integers")
        tail, head = (ends.astype(np.int64, copy=False).ravel() for ends in given)
        values = None if weights is None else np.asarray(weights, dtype=np.float64).ravel()
        if len(tail) != len(head) or (values is not None and len(values) != len(tail)):
            raise ParameterError("sources, targets and weights must have equal lengths")
        top = int(max(tail.max(), head.max())) + 1 if len(tail) else 0
        count = top if num_nodes is None else num_nodes
        if top > count or (len(tail) and min(tail.min(), head.min()) < 0):
            raise ParameterError(f"end points must lie between 0 and {count - 1}")
        if count >= 2**31:
            raise ParameterError(f"{count} vertices are too many: at most 2^31 - 1 can be indexed")
        if values is not None and not (np.isfinite(values).all() and (values >= 0).all()):
            raise ParameterError("edge weights must be finite and not negative")
        return cls.from_valid_edges(tail, head, values, num_nodes=count, name=name)

    @classmethod
    def from_valid_edges(
        cls,
        tail: NDArray[np.int64],
        head: NDArray[np.int64],
        values: NDArray[np.float64] | None,
        *,
        num_nodes: int,
        name: str,
    ) -> Graph:
        """Build a graph from edges that satisfy the conditions of :meth:`from_edges`, which are not checked."""
        self_loops, zero_weights = 0, 0
        if values is not None:
            loops, positive = tail == head, values > 0
            self_loops, zero_weights = int(np.count_nonzero(loops)), int(np.count_nonzero(~(loops | positive)))
            kept = positive & ~loops
            if not kept.all():
                tail, head, values = tail[kept], head[kept], values[kept]
        # One sortable key an edge: sorting and masking beats numpy.unique by far.
        keys = _edge_keys(tail, head)
        self_loops += len(tail) - len(keys)
        given = len(keys)
        if values is None:
            keys = distinct(keys)
        else:
            order = np.argsort(keys, kind="stable")
            keys, values = keys[order], values[order]
            first = first_of_equal(keys)
            if len(values):
                values = np.add.reduceat(values, np.flatnonzero(first))
            keys = keys[first]
        dropped = Dropped(self_loops, given - len(keys), zero_weights=zero_weights)
        indptr, indices, both = _symmetric_csr(keys, values, num_nodes)
        return cls(indptr, indices, both, name=name, dropped=dropped)

    @classmethod
    def from_networkx(cls, graph: nx.Graph[Any], weight: str | None = None, *, name: str = "graph") -> Graph:
        """Build a graph from a networkx graph of any kind; directions are dropped and parallel edges merged.

        Parameters
        ----------
        graph
            The networkx graph; its nodes become the labels.
        weight
            Edge attribute that holds the weight (edges without it count 1), or None for an unweighted graph.
        name
            What the graph is called in reports.
        """
        nodes = list(graph.nodes)
        position = {node: index for index, node in enumerate(nodes)}
        ends = np.fromiter((position[end] for edge in graph.edges() for end in edge), dtype=np.int64)
        values = None if weight is None else [data.get(weight, 1.0) for _, _, data in graph.edges(data=True)]
        result = cls.from_edges(ends[::2], ends[1::2], values, num_nodes=len(nodes), name=name)
        if nodes == list(range(len(nodes))):
            return result
        labels = np.empty(len(nodes), dtype=object)
        labels[:] = nodes
        return replace(result, labels=labels)

    @classmethod
    def from_scipy(cls, matrix: Any, *, weighted: bool = False, name: str = "graph") -> Graph:
        """Build a graph from a square scipy sparse adjacency matrix or array.

        The pattern of A and of its transpose are united. With `weighted`, entries are weights; a symmetric matrix
        gives each edge the common value of its two entries, an unsymmetric one the sum.

        Raises
        ------
        InputError
            If the matrix is not square.
        """
        if matrix.shape[0] != matrix.shape[1]:
            raise InputError(f"{name}: an adjacency matrix must be square, not {matrix.shape[0]} by {matrix.shape[1]}")
        entries = scipy.sparse.coo_array(matrix)
        entries.sum_duplicates()
        zeros = 0
        if not weighted:
            zeros = entries.nnz - int(np.count_nonzero(entries.data))
            entries.eliminate_zeros()
            entries.data = np.ones(entries.nnz)
        rows, columns = (axis.astype(np.int64) for axis in entries.coords)
        values = entries.data
        if entries.nnz and abs(entries - entries.T).max() <= _SYMMETRY * abs(values).max():
            # Every edge is there twice, with equal weights but for rounding: one triangle says all.
            upper = rows <= columns
            rows, columns, values = rows[upper], columns[upper], values[upper]
        result = cls.from_edges(rows, columns, values if weighted else None, num_nodes=matrix.shape[0], name=name)
        return replace(result, dropped=replace(result.dropped, zero_weights=result.dropped.zero_weights + zeros))


def is_sparse(thing: Any) -> bool:
    """Return whether something is a scipy sparse matrix or array: of those there are none before scipy.sparse is used.

    To import it for this question takes longer than everything else that is done with a small graph.
    """
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and bool(sparse.issparse(thing))


def entries_of_rows(graph: Graph, vertices: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of the entries of rows, one row after the other."""
    lengths = graph.num_neighbours[vertices]
    ends = np.cumsum(lengths)
    shift = graph.indptr[vertices] - (ends - lengths)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) + np.repeat(shift, lengths), np.int64)


def _pattern(graph: Graph) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the pattern as compiled work needs it, whoever made the graph."""
    return np.ascontiguousarray(graph.indptr, np.int64), np.ascontiguousarray(graph.indices, np.int32)


def _part_of_rows(
    graph: Graph, vertices: NDArray[np.int64], position: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64] | None]:
    """Return rows and columns of vertices; `position` is the new number of a vertex, or -1."""
    if not use_native():
        places = entries_of_rows(graph, vertices)
        columns = position[graph.indices[places]]
        kept = columns >= 0
        row = np.repeat(np.arange(len(vertices)), graph.num_neighbours[vertices])[kept]
        indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(vertices)))])
        return indptr, columns[kept], None if graph.weights is None else graph.weights[places[kept]]
    most = int(graph.num_neighbours[vertices].sum())
    indptr, indices = np.empty(len(vertices) + 1, np.int64), np.empty(most, np.int32)
    given = None if graph.weights is None else np.ascontiguousarray(graph.weights, np.float64)
    weights = None if given is None else np.empty(most)
    found = native.induced_subgraph(*_pattern(graph), given, vertices, position, indptr, indices, weights)
    return indptr, indices[:found], None if weights is None else weights[:found]


def neighbour_sums(graph: Graph, values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the sums over the neighbours of every vertex, modulo 2^64: whole numbers, which no order changes."""
    sums = np.zeros(graph.num_nodes, np.uint64)
    if use_native():
        native.neighbour_sums(*_pattern(graph), values, sums)
        return sums
    filled = graph.num_neighbours > 0
    if filled.any():
        sums[filled] = np.add.reduceat(values[graph.indices], graph.indptr[:-1][filled])
    return sums


def _edge_keys(tail: NDArray[np.int64], head: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a key for every edge that is no loop: its smaller end times 2^32 plus the larger one."""
    if use_native():
        keys = np.empty(len(tail), np.int64)
        return keys[: native.edge_keys(tail, head, keys)]
    keys = np.minimum(tail, head) << 32
    keys |= np.maximum(tail, head)
    return np.asarray(keys[tail != head])


def _symmetric_csr(
    keys: NDArray[np.int64], values: NDArray[np.float64] | None, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64] | None]:
    """Turn sorted distinct keys of edges into symmetric CSR arrays with sorted rows."""
    if use_native():
        indptr, indices = np.zeros(count + 1, np.int64), np.empty(2 * len(keys), np.int32)
        weights = None if values is None else np.empty(2 * len(keys))
        native.symmetric_csr(keys, values, indptr, indices, weights)
        return indptr, indices, weights

    low, high = keys >> 32, keys & (2**31 - 1)
    # Lower entries first: within a row they come in increasing order, and so do the upper ones after them.
    rows = np.concatenate([high, low]).astype(np.int32)
    columns = np.concatenate([low, high]).astype(np.int32)
    data = np.ones(len(rows), dtype=np.int8) if values is None else np.concatenate([values, values])
    matrix = scipy.sparse.coo_array((data, (rows, columns)), shape=(count, count)).tocsr()
    weights = None if values is None else matrix.data
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32, copy=False), weights
