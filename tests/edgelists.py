"""Edge lists as text, and graphs as dictionaries of edges, which tests of reading share."""

import bz2
import gzip
import io
import lzma

import numpy as np
import zstandard
from scipy import sparse

from graphspec.readwrite.edgelist import read_edges

TRIANGLE = "0 1\n1 2\n2 0\n"
PACKERS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}


def read(content, **options):
    """Read an edge list given as text or bytes."""
    stored = content.encode() if isinstance(content, str) else content
    return read_edges(io.BytesIO(stored), **options)


def edges_of(graph):
    """Return {(id, id): weight} with ids as in the input."""
    labels = range(graph.num_nodes) if graph.labels is None else graph.labels.tolist()
    entries = sparse.triu(graph.adjacency()).tocoo()
    ends = zip(entries.row.tolist(), entries.col.tolist(), strict=True)
    return {(labels[i], labels[j]): value for (i, j), value in zip(ends, entries.data.tolist(), strict=True)}


def assert_same_graph(first, second):
    """Check that two graphs have the same arrays, labels and counts."""
    for one, other in ((first.indptr, second.indptr), (first.indices, second.indices)):
        np.testing.assert_array_equal(one, other)
    for one, other in ((first.weights, second.weights), (first.labels, second.labels)):
        assert (one is None) == (other is None)
        if one is not None:
            assert one.tolist() == other.tolist()
    assert first.dropped == second.dropped
    assert first.fingerprint == second.fingerprint


def lines_of(pairs, separator="\t"):
    """Return an edge list of pairs."""
    return "".join(f"{a}{separator}{b}\n" for a, b in pairs)
