"""Matrices with their values from files."""

import bz2
import gzip
import io
import lzma
import os
from pathlib import Path

import numpy as np
import pytest
import zstandard
from scipy import io as scipy_io
from scipy import sparse

from graphspec.errors import InputError
from graphspec.readwrite import read_matrix

MATRIX = np.array([[2.0, -1.0, 0.0], [-1.0, 2.5, 0.5], [0.0, 0.5, 3.0]])
SYMMETRIC = "%%MatrixMarket matrix coordinate real symmetric\n% c\n3 3 5\n1 1 2\n2 1 -1\n2 2 2.5\n3 2 .5\n3 3 3e0\n"


def read(content, **options):
    content = content.encode() if isinstance(content, str) else content
    return read_matrix(io.BytesIO(content), name="m.mtx", **options)


def saved(save, *arguments, **options):
    stream = io.BytesIO()
    save(stream, *arguments, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        SYMMETRIC.encode(),
        SYMMETRIC.replace("\n", "\r\n").encode(),
        SYMMETRIC.replace("2 1 -1", "1 2 -1").encode(),
        saved(scipy_io.mmwrite, sparse.coo_array(MATRIX), symmetry="general"),
        saved(scipy_io.mmwrite, sparse.coo_array(MATRIX), symmetry="symmetric"),
        saved(scipy_io.mmwrite, MATRIX, symmetry="symmetric"),
        saved(scipy_io.mmwrite, MATRIX, symmetry="general"),
        saved(sparse.save_npz, sparse.csr_array(MATRIX)),
        saved(scipy_io.savemat, {"A": sparse.csc_array(MATRIX)}),
        saved(scipy_io.savemat, {"Problem": {"A": sparse.csc_array(MATRIX), "name": "three"}}),
    ],
)
def test_every_format_gives_the_whole_matrix(content):
    for compress in (bytes, gzip.compress, bz2.compress, lzma.compress, zstandard.ZstdCompressor().compress):
        matrix = read(compress(content))
        assert isinstance(matrix, sparse.csr_array)
        assert matrix.dtype == np.float64
        assert matrix.toarray().tolist() == MATRIX.tolist()


def test_a_path_and_values_that_are_not_finite(tmp_path):
    path = tmp_path / "m.mtx.gz"
    path.write_bytes(gzip.compress(SYMMETRIC.replace("3e0", "-Inf").encode()))
    assert read_matrix(path)[2, 2] == -np.inf
    assert read_matrix(str(path), name="m").shape == (3, 3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (SYMMETRIC.replace("real", "pattern"), "found a Matrix Market file that holds only a pattern"),
        (
            "%%MatrixMarket matrix coordinate pattern symmetric\n2 2 1\n2 1\n",
            "that holds only a pattern",
        ),
        ("%%MatrixMarket matrix coordinate complex hermitian\n2 2 1\n2 1 5 1\n", "found complex numbers"),
        ("%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n2 1 5\n", "found a skew-symmetric matrix"),
        (SYMMETRIC.replace("3 3 5", "3 3 6"), "found fewer entries than its size line says"),
        (SYMMETRIC.replace("3 3 5", "3 3"), "line 3: expected a size line"),
        (SYMMETRIC.replace("matrix coordinate", "matrix triplets"), "expected a valid Matrix Market file"),
        (SYMMETRIC.replace(".5\n", ".5x\n"), "line 6: expected numbers alone, found '2 2 2.5x'"),
        (SYMMETRIC.replace("-1\n", "-1D+0\n"), "line 5: expected numbers alone, found '2 1 -1D+0'"),
        (SYMMETRIC.replace("3 2 .5", "1 2 -1"), "as the header says symmetric, found entries (2, 1) and (1, 2)"),
        (SYMMETRIC.replace("3 2 .5", "2 1 .5"), "found entries (2, 1) and (2, 1)"),
        ("%%MatrixMarket matrix coordinate real general\n3000000000 1 1\n1 1 1\n", "at most 2^31 - 1 rows"),
        ("# Nodes: 3 Edges: 2\n1 2\n2 3\n", "found '# Nodes: 3 Edges: 2', as in an edge list: --operator with --shift"),
        ("", "found nothing: --operator"),
        (b"\x7fELF\0\0", "found other data"),
        (
            saved(sparse.save_npz, sparse.csr_array(MATRIX * 1j)),
            "a matrix of real numbers, found complex numbers",
        ),
        (saved(sparse.save_npz, sparse.coo_array(np.ones(3))), "expected a matrix of real numbers, found 1-d float64"),
        (saved(np.savez, MATRIX), "m.mtx: expected Matrix Market or a scipy sparse matrix, found another zip archive"),
        (saved(scipy_io.savemat, {"x": MATRIX}), "expected a square sparse matrix A, found none"),
        (gzip.compress(SYMMETRIC.encode(), mtime=0)[:40], "the gzip data is truncated"),
    ],
)
def test_what_is_no_matrix_with_values_is_refused(content, message):
    with pytest.raises(InputError) as caught:
        read(content)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_does_not_exist(tmp_path):
    with pytest.raises(InputError, match=r"none\.mtx: cannot be read \(No such file or directory\)"):
        read_matrix(tmp_path / "none.mtx")


@pytest.mark.data
@pytest.mark.parametrize(("name", "expected"), [("494_bus.mtx", 3.296), ("bcsstk13.mtx", 19.14)])
def test_matrices_of_structures_and_power_grids(name, expected):
    folder = os.environ.get("GRAPHSPEC_DATA")
    if folder is None:
        pytest.skip("GRAPHSPEC_DATA, the folder of the real networks, is not set")
    matrix = read_matrix(Path(folder) / name).toarray()
    sign, value = np.linalg.slogdet(matrix)
    assert sign == 1
    assert value / len(matrix) == pytest.approx(expected, rel=1e-3)
