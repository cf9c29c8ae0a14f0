"""Small graphs that have much to be known without sampling, and files of every form: the same ones in every run."""

from __future__ import annotations

import gzip
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import io, sparse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def write_inputs(folder: Path) -> None:
    """Write all of them into a folder."""
    random = np.random.default_rng(1)
    _write_structures(folder, random)
    _write_forms(folder, random)


def _write_structures(folder: Path, random: np.random.Generator) -> None:
    """Write edge lists of graphs with trees, twins, bipartite parts, and isomorphic and edgeless components."""
    part = _random_pairs(30, 0.12, random)
    grid = np.arange(12 * 15).reshape(12, 15)
    block = np.arange(40) // 8
    graphs = {
        "tree": [(random.integers(node), node) for node in range(1, 400)],
        "grid": [(one, other) for row in (*grid, *grid.T) for one, other in pairwise(row)],
        "copies": [*(edge for number in range(5) for edge in part + 30 * number), (150, 151), (152, 152)],
        "bipartite": np.argwhere(random.random((60, 90)) < 0.06) + np.array([0, 60]),
        "star": [(0, node) for node in range(1, 60)],
        "complete": np.column_stack(np.triu_indices(25, 1)),
        "twins": [(one, other) for one in range(40) for other in range(one) if block[one] != block[other]],
        "edgeless": [(node, node) for node in range(7)],
    }
    for name, edges in graphs.items():
        _write(folder / f"{name}.txt", edges)


def _write_forms(folder: Path, random: np.random.Generator) -> None:
    """Write a weighted graph in every form, and edge lists that are untidy, or broken."""
    edges = _random_pairs(200, 0.04, random)
    weights = random.uniform(0.5, 3, len(edges)).round(6)
    rows = [(one, other, weight) for (one, other), weight in zip(edges.tolist(), weights.tolist(), strict=True)]
    _write(folder / "weighted.txt", rows)
    named = [(f"n{one:x}", f"n{other:x}", weight) for one, other, weight in rows]
    _write(folder / "names.csv", [("source", "target", "weight"), *named], ",")
    turned = [(other, weight, f"x{one}") for one, other, weight in rows]
    _write(folder / "columns.txt", [("! a comment",), ("to", "weight", "from"), *turned], ";")
    half = sparse.coo_array((weights, tuple(edges.T)), shape=(200, 200))
    io.mmwrite(folder / "matrix.mtx", half + half.T, symmetry="symmetric")
    sparse.save_npz(folder / "matrix.npz", sparse.csr_array(half + half.T))
    pairs = _random_pairs(50, 0.06, random).tolist()
    again = [(other, one) for one, other in pairs[:9]]
    _write(folder / "untidy.txt.gz", [("% a comment",), ("from", "to"), *pairs, *again, (3, 3), (99, 99)], "  ")
    _write(folder / "broken.txt", [(1, 2), (2, 3), (3,)])


def _random_pairs(nodes: int, probability: float, random: np.random.Generator) -> np.ndarray:
    return np.argwhere(np.triu(random.random((nodes, nodes)) < probability, 1))


def _write(path: Path, rows: Iterable[Iterable[Any]], separator: str = "\t") -> None:
    """Write rows, compressed without a date if the name ends so."""
    content = "".join(separator.join(map(str, row)) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
