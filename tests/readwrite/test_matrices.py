"""Matrix Market, MATLAB and scipy sparse files."""

import io
import zipfile

import numpy as np
import pytest
from edgelists import edges_of, read
from scipy import io as scipy_io
from scipy import sparse

from graphspec.errors import InputError


def test_matrix_market_symmetric():
    content = "%%MatrixMarket matrix coordinate real symmetric\n% c\n4 4 4\n2 1 1.5\n3 1 0\n3 3 2\n3 2 -1\n"
    graph = read(content)
    assert set(edges_of(graph)) == {(1, 2), (2, 3)}
    assert graph.labels.tolist() == [1, 2, 3, 4]
    assert graph.dropped.self_loops == 1
    assert graph.dropped.duplicate_edges == 0
    assert graph.dropped.comment_lines == 1
    assert graph.num_isolated == 1
    weighted = read(content.replace("-1", "4").replace("\n", "\r\n"), weighted=True)
    assert edges_of(weighted) == {(1, 2): 1.5, (2, 3): 4.0}
    assert weighted.dropped.zero_weights == 1
    with pytest.raises(InputError, match=r"line 7: expected a weight .* found '3 2 -1'"):
        read(content, weighted=True)


def test_matrix_market_of_other_kinds():
    pattern = "%%MatrixMarket matrix coordinate pattern general\n3 3 3\n1 2\n2 1\n3 1\n"
    assert set(edges_of(read(pattern))) == {(1, 2), (1, 3)}
    with pytest.raises(InputError, match="with weights, found a pattern"):
        read(pattern, weighted=True)
    integer = "%%MatrixMarket matrix coordinate integer general\n3 3 2\n1 2 5\n2 1 5\n"
    assert edges_of(read(integer, weighted=True)) == {(1, 2): 5.0}
    array = "%%MatrixMarket matrix array real general\n2 2\n0\n2\n2\n0\n"
    assert edges_of(read(array, weighted=True)) == {(1, 2): 2.0}
    complex_ = "%%MatrixMarket matrix coordinate complex hermitian\n2 2 1\n2 1 5 1\n"
    assert read(complex_).num_edges == 1
    with pytest.raises(InputError, match="expected a square matrix of real numbers, found 2-d complex128"):
        read(complex_, weighted=True)
    empty = read("%%MatrixMarket matrix coordinate real general\n3 3 0\n")
    assert (empty.num_nodes, empty.num_edges) == (3, 0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("matrix coordinate real general\n2 3 1\n1 2 5\n", "must be square, not 2 by 3"),
        ("matrix coordinate real symmetric\n2 3 1\n2 1 5\n", "must be square, not 2 by 3"),
        ("matrix coordinate real general\n2 2 1\n1 x 5\n", "line 3: expected a valid .*found '1 x 5' .Invalid integer"),
        ("matrix coordinate real general\n2 2 1\n1 9 5\n", "line 3: .*out of bounds"),
        ("matrix coordinate real general\n2 2 2\n1 2 5\n", "expected a valid Matrix Market file, found .*Truncated"),
        ("matrix coordinate real general\n", "line 2: expected a size line .* found the end of the file"),
        ("matrix coordinate real symmetric\n9 9 9\n2 1 1.5\n3 2 1.5 3 1.5", "Truncated"),
        ("nonsense\n", "line 1: .*header"),
        ("matrix coordinate integer general\n2 2 1\n1 2 99999999999999999999\n", "line 3: .*out of range"),
        ("matrix coordinate pattern general\n9999999999 9999999999 1\n1 2\n", "at most 2.31 - 1 vertices"),
    ],
)
def test_damaged_matrix_market(content, message):
    with pytest.raises(InputError, match=message):
        read("%%MatrixMarket " + content)


def matlab(**variables):
    stream = io.BytesIO()
    scipy_io.savemat(stream, variables)
    return stream.getvalue()


def test_matlab_file():
    ring = sparse.csc_array(np.array([[1, 2.0, 0], [2.0, 0, 3.0], [0, 3.0, 0]]))
    other = sparse.csc_array(np.ones((2, 2)))
    for content in (
        matlab(A=ring, B=other),
        matlab(Problem={"A": ring, "name": "ring"}),
        matlab(only=ring, x=np.ones(2)),
    ):
        graph = read(content)
        assert set(edges_of(graph)) == {(1, 2), (2, 3)}
        assert graph.dropped.self_loops == 1
        assert edges_of(read(content, weighted=True)) == {(1, 2): 2.0, (2, 3): 3.0}
    for content, found in ((matlab(B=ring, C=ring), "B, C"), (matlab(x=np.ones(2)), "none")):
        with pytest.raises(InputError, match=f"expected a square sparse matrix A, found {found}$"):
            read(content)
    with pytest.raises(InputError, match="expected weights that are finite"):
        read(matlab(A=-ring), weighted=True)
    with pytest.raises(InputError, match="the MATLAB file is truncated or damaged"):
        read(matlab(A=ring)[:200])
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + bytes(64)
    with pytest.raises(InputError, match=r"found 7.3; save it with -v7"):
        read(header)


def zipped(**entries):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("_", "."), content)
    return stream.getvalue()


def test_scipy_npz():
    matrix = sparse.csr_array(np.array([[0, 2.0, 0], [2.0, 0, 0], [0, 0, 0]]))
    stream = io.BytesIO()
    sparse.save_npz(stream, matrix)
    graph = read(stream.getvalue())
    assert (graph.num_nodes, graph.num_edges, graph.labels, graph.weights) == (3, 1, None, None)
    assert edges_of(read(stream.getvalue(), weighted=True)) == {(0, 1): 2.0}
    with pytest.raises(InputError, match="truncated or damaged"):
        read(stream.getvalue()[:-30])
    matrix.indices[0] = 7
    stream = io.BytesIO()
    sparse.save_npz(stream, matrix)
    with pytest.raises(InputError, match="the sparse matrix is damaged"):
        read(stream.getvalue())
    stream = io.BytesIO()
    sparse.save_npz(stream, sparse.coo_array(np.ones(3)))
    with pytest.raises(InputError, match="expected a square matrix of real numbers, found 1-d float64"):
        read(stream.getvalue())
    with pytest.raises(InputError, match=r"expected an edge list, found a saved sketch$"):
        read(zipped(graphspec_json="{}"))
    with pytest.raises(InputError, match=r"found another zip archive: unpack it"):
        read(zipped(a_npy="0 1"))
    with pytest.raises(InputError, match="truncated or damaged"):
        read(zipped(format_npy="0 1"))
