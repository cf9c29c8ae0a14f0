"""Undirected simple graphs in compressed sparse row form."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from graphspec._typing import Vector, Vertices
from graphspec.arrays import index_pointer, renumbered
from graphspec.errors import InputError, ParameterError
from graphspec.graphs.csr import Csr, induced_csr, permuted_csr, symmetric_csr
from graphspec.graphs.edges import Dropped, SortedEdges, sorted_edges
from graphspec.notebook import shown_html

if TYPE_CHECKING:
    # For an annotation alone: networkx takes long to import.
    import networkx as nx


@dataclass(frozen=True, eq=False)
class Graph:
    """An undirected graph without self-loops and parallel edges, in compressed sparse row form.

    Graphs are made by :func:`graphspec.read_edges`, :meth:`from_edges`, :meth:`from_networkx` and :meth:`from_scipy`.

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
        Name of the graph in reports; its path for a graph that was read.
    sha256
        SHA-256 of the bytes that the graph was read from, as ``sha256sum`` prints it; None for a graph from memory.
    dropped
        Numbers of self-loops, duplicates and lines that were left out.
    remarks
        What reading guessed, such as which columns hold the edge; sentences without a full stop.
    numbers
        Number of every vertex in the order that the graph was read in, or None where the vertices are in it; see
        :func:`graphspec.graphs.in_breadth_first_order`.
    stored_fingerprint
        Fingerprint that is stored in a file, so that the arrays need not be read to compute it.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    weights: NDArray[np.float64] | None = None
    labels: NDArray[Any] | None = None
    name: str = "graph"
    sha256: str | None = None
    dropped: Dropped = field(default_factory=Dropped)
    remarks: tuple[str, ...] = ()
    numbers: NDArray[np.int32] | None = None
    stored_fingerprint: str | None = None

    def __repr__(self) -> str:
        """Return the name and the size."""
        return f"Graph({self.name!r}, {self.num_nodes} vertices, {self.num_edges} edges)"

    def _repr_html_(self) -> str:
        """Return name and size as a table."""
        return shown_html(self)

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

    @property
    def num_neighbours(self) -> NDArray[np.int64]:
        """Number of neighbours of every vertex, shape (n,); not kept, as that would take the memory of a vector."""
        return np.diff(self.indptr)

    @property
    def degrees(self) -> NDArray[np.float64]:
        """Sum of the edge weights at every vertex (the number of neighbours without weights), shape (n,)."""
        return self.num_neighbours.astype(np.float64) if self.weights is None else self._weighted_degrees

    @cached_property
    def _weighted_degrees(self) -> NDArray[np.float64]:
        assert self.weights is not None, "without weights, degrees are numbers of neighbours"
        rows = np.repeat(np.arange(self.num_nodes), self.num_neighbours)
        return np.bincount(rows, weights=self.weights, minlength=self.num_nodes).astype(np.float64, copy=False)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of pattern and weights, in the order of reading: equal for equal graphs from any file."""
        if self.stored_fingerprint is not None:
            return self.stored_fingerprint
        arrays: Csr = self.indptr, self.indices, self.weights
        if self.numbers is not None:
            arrays = permuted_csr(*arrays, self.reading_order)
        digest = hashlib.sha256(str(self.num_nodes).encode())
        for array, kind in zip(arrays, ("<i8", "<i4", "<f8"), strict=True):
            if array is not None:
                digest.update(np.ascontiguousarray(array, dtype=kind).data)
        return digest.hexdigest()

    def adjacency(self, dtype: type[np.floating[Any]] = np.float64) -> scipy.sparse.csr_array:
        """Return the symmetric adjacency matrix, shape (n, n)."""
        data = np.ones(len(self.indices), dtype) if self.weights is None else self.weights.astype(dtype)
        return scipy.sparse.csr_array(
            (data, self.indices, index_pointer(self.indptr)), shape=(self.num_nodes, self.num_nodes)
        )

    @property
    def ids(self) -> list[Any]:
        """Original ids of the vertices: their labels, or numbers from 0 on."""
        return list(range(self.num_nodes)) if self.labels is None else self.labels.tolist()

    def subgraph(self, vertices: ArrayLike) -> Graph:
        """Return the induced subgraph on `vertices` (increasing indices); labels stay the original ids."""
        vertices = np.ascontiguousarray(vertices, np.int64)
        indptr, indices, weights = induced_csr(self.indptr, self.indices, self.weights, vertices)
        labels = vertices if self.labels is None else self.labels[vertices]
        numbers = None if self.numbers is None else renumbered(self.numbers[vertices], self.num_nodes)
        return Graph(indptr, indices, weights, labels, self.name, self.sha256, self.dropped, numbers=numbers)

    @property
    def reading_order(self) -> Vertices:
        """All vertices in the order that the graph was read in, for tables with a row for each."""
        return self.by_reading_order(np.arange(self.num_nodes))

    @property
    def ids_as_read(self) -> list[Any]:
        """Original ids in the order that the graph was read in."""
        ids = self.ids
        return ids if self.numbers is None else [ids[vertex] for vertex in self.reading_order.tolist()]

    def by_reading_order(self, vertices: Vertices) -> Vertices:
        """Return some vertices in the order that the graph was read in."""
        return vertices if self.numbers is None else vertices[np.argsort(self.numbers[vertices])]

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
            Weights of the edges, or None.
        num_nodes
            Number of vertices; by default the largest end point plus one.
        name
            Name of the graph in reports.

        Raises
        ------
        ParameterError
            If the arrays differ in length, an end point is no integer or outside 0 to n - 1, or a weight is negative,
            NaN or infinite.

        Examples
        --------
        >>> graph = Graph.from_edges([0, 1, 1, 2], [1, 0, 2, 2])
        >>> graph
        Graph('graph', 3 vertices, 2 edges)
        >>> graph.dropped.duplicate_edges, graph.dropped.self_loops
        (1, 1)
        """
        ends = [np.asarray(end) for end in (sources, targets)]
        if any(end.size and end.dtype.kind not in "iu" for end in ends):
            raise ParameterError("end points must be integers")
        tail, head = (end.astype(np.int64, copy=False).ravel() for end in ends)
        values = None if weights is None else np.asarray(weights, dtype=np.float64).ravel()
        if len(tail) != len(head) or (values is not None and len(values) != len(tail)):
            raise ParameterError("sources, targets and weights must have equal lengths")
        bound = int(max(tail.max(), head.max())) + 1 if len(tail) else 0
        num_nodes = bound if num_nodes is None else num_nodes
        if bound > num_nodes or (len(tail) and min(tail.min(), head.min()) < 0):
            raise ParameterError(f"end points must lie between 0 and {num_nodes - 1}")
        if num_nodes >= 2**31:
            raise ParameterError(f"{num_nodes} vertices are too many: at most 2^31 - 1 can be indexed")
        if values is not None and not (np.isfinite(values).all() and (values >= 0).all()):
            raise ParameterError("edge weights must be finite and not negative")
        return cls.from_valid_edges(tail, head, values, num_nodes=num_nodes, name=name)

    @classmethod
    def from_valid_edges(
        cls, tail: Vertices, head: Vertices, weights: Vector | None, *, num_nodes: int, name: str
    ) -> Graph:
        """Build a graph from edges that satisfy the conditions of :meth:`from_edges`, which are not checked."""
        return cls.from_sorted_edges(sorted_edges(tail, head, weights, num_nodes, name), num_nodes=num_nodes, name=name)

    @classmethod
    def from_sorted_edges(cls, edges: SortedEdges, *, num_nodes: int, name: str) -> Graph:
        """Build a graph from edges that :func:`sorted_edges` returned."""
        indptr, indices, entries = symmetric_csr(edges.keys, edges.weights, num_nodes)
        return cls(indptr, indices, entries, name=name, dropped=edges.dropped)

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
            Name of the graph in reports.

        Examples
        --------
        >>> import networkx
        >>> graph = Graph.from_networkx(networkx.Graph([("a", "b"), ("b", "c")]))
        >>> graph.labels.tolist(), graph.degrees.tolist()
        (['a', 'b', 'c'], [1.0, 2.0, 1.0])
        """
        nodes = list(graph.nodes)
        position = {node: index for index, node in enumerate(nodes)}
        ends = np.fromiter((position[end] for edge in graph.edges() for end in edge), dtype=np.int64)
        weights = None if weight is None else [data.get(weight, 1.0) for _, _, data in graph.edges(data=True)]
        result = cls.from_edges(ends[::2], ends[1::2], weights, num_nodes=len(nodes), name=name)
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
        if entries.nnz and abs(entries - entries.T).max() <= 1e-12 * abs(values).max():
            # Every edge is stored twice, with equal weights up to rounding: one triangle is enough.
            upper = rows <= columns
            rows, columns, values = rows[upper], columns[upper], values[upper]
        result = cls.from_edges(rows, columns, values if weighted else None, num_nodes=matrix.shape[0], name=name)
        return replace(result, dropped=replace(result.dropped, zero_weights=result.dropped.zero_weights + zeros))
