import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse
from spectra import random_graph, weighted_copy

from graphspec import machine as compiled
from graphspec import read_edges, sketch
from graphspec.cli import run
from graphspec.lanczos.products import CompiledProduct, Pattern, Rows, SparseProduct, pattern_product, sparse_product
from graphspec.lanczos.recurrence import lanczos
from graphspec.operators.kinds import graph_operator
from graphspec.sketches.moments import jacobi_chebyshev_moments, spectrum_moments

KERNELS = compiled.compiled_part("_kernels")
FLOAT32 = 2e-6  # two orders of summation of float32 rows

needs_kernel = pytest.mark.skipif(KERNELS is None, reason="the compiled step was not built, or is not wanted")


def scaled(graph):
    matrix = graph_operator(graph).matrix() - sparse.eye_array(graph.num_nodes)
    return sparse.csr_array(matrix).astype(np.float32)


@needs_kernel
@pytest.mark.parametrize("width", [1, 5, 8, 13, 16, 32, 64])
@pytest.mark.parametrize("weighted", [False, True])
def test_compiled_and_portable_steps_agree(width, weighted):
    graph = random_graph(1500, 7.0, 3)
    matrix = scaled(weighted_copy(graph, 5) if weighted else graph)
    vectors = np.random.default_rng(width).choice([-1.0, 1.0], (width, 1500))
    products = CompiledProduct(Rows.of(matrix), 30, KERNELS), SparseProduct(Rows.of(matrix), 30)
    first, second = (lanczos(product, product.block(vectors), 30) for product in products)
    np.testing.assert_allclose(first.norm2, second.norm2, rtol=1e-6)
    # Rounding makes the coefficients of late steps differ, but not the moments that they stand for.
    np.testing.assert_allclose(first.alpha[:, :8], second.alpha[:, :8], atol=FLOAT32)
    np.testing.assert_allclose(first.beta[:, :8], second.beta[:, :8], atol=FLOAT32)
    moments = [jacobi_chebyshev_moments(found.alpha, found.beta, 60) for found in (first, second)]
    np.testing.assert_allclose(*moments, atol=FLOAT32)


@needs_kernel
def test_sketches_agree_with_either_kernel(monkeypatch):
    graph = random_graph(40_000, 5.0, 8)
    found = spectrum_moments(sketch(graph)).values
    monkeypatch.setenv(compiled.KERNEL_VARIABLE, "portable")
    assert compiled.kernel_name() == "portable"
    assert not isinstance(graph_operator(graph).product(50), CompiledProduct)
    np.testing.assert_allclose(spectrum_moments(sketch(graph)).values, found, atol=1e-6)


@needs_kernel
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_do_not_change_a_bit(threads):
    graph = random_graph(40_000, 5.0, 8)
    product = graph_operator(graph).product(20)
    assert isinstance(product, CompiledProduct)
    vectors = np.random.default_rng(1).choice([-1.0, 1.0], (16, 40_000))
    one = lanczos(product, product.block(vectors), 20, threads=1)
    other = lanczos(product, product.block(vectors), 20, threads=threads)
    np.testing.assert_array_equal(one.alpha, other.alpha)
    np.testing.assert_array_equal(one.beta, other.beta)


def test_float64_is_left_to_scipy():
    matrix = scaled(random_graph(50, 4.0, 1))
    assert type(sparse_product(matrix.astype(np.float64))) is SparseProduct


def test_without_a_compiler_scipy_serves(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(compiled, "import_module", missing)
    assert compiled.kernel_name() == "portable"
    assert type(graph_operator(random_graph(50, 4.0, 1)).product(3)) is SparseProduct


@needs_kernel
@pytest.mark.parametrize(
    "changed",
    [
        {"bounds": np.array([0, 256, 513])},
        {"bounds": np.array([-1, 256, 512])},
        {"bounds": np.array([0, 512, 256])},
        {"taken": np.array([-1])},
        {"taken": np.zeros(2, np.int64)},
        {"width": 65},
        {"width": 3},
        {"sums": np.zeros((1, 4))},
        {"first": np.ones(3, np.float32)},
        {"data": np.ones(3, np.float32)},
        {"data": None},
        {"data": None, "scale": np.ones(512, np.float32), "weight": np.ones(511, np.float32)},
        {"diagonal": np.ones(511, np.float32)},
        {"indices": np.zeros(3, np.int32)},
    ],
)
def test_buffers_that_do_not_fit_are_refused(changed):
    matrix = scaled(random_graph(512, 4.0, 1))
    arrays = {
        "indptr": matrix.indptr.astype(np.int64),
        "indices": matrix.indices,
        "data": matrix.data,
        "scale": None,
        "weight": None,
        "diagonal": None,
    }
    arguments = {
        "bounds": np.array([0, 256, 512]),
        "taken": np.zeros(1, np.int64),
        "width": 4,
        "current": np.ones((512, 4), np.float32),
        "previous": np.ones((512, 4), np.float32),
        "first": np.ones(4, np.float32),
        "second": np.ones(4, np.float32),
        "sums": np.zeros((2, 4)),
    }
    KERNELS.three_terms(tuple(arrays.values()), *arguments.values())
    wrong = {**arrays, **{name: value for name, value in changed.items() if name in arrays}}
    others = {**arguments, **{name: value for name, value in changed.items() if name in arguments}}
    with pytest.raises(ValueError, match="buffers do not have the lengths"):
        KERNELS.three_terms(tuple(wrong.values()), *others.values())


@needs_kernel
def test_a_matrix_is_a_tuple_of_six():
    block, scale, bounds = np.ones((1, 1), np.float32), np.ones(1, np.float32), np.arange(2)
    for wrong in (None, (np.zeros(2, np.int64), np.zeros(0, np.int32))):
        with pytest.raises(TypeError, match=r"tuple of six arrays|exactly 6 arguments"):
            KERNELS.three_terms(wrong, bounds, bounds[:1], 1, block, block.copy(), scale, scale, np.zeros(1))


@needs_kernel
@pytest.mark.parametrize("width", [1, 5, 8, 13, 16, 32, 64])
@pytest.mark.parametrize("with_diagonal", [False, True])
def test_patterns_and_their_matrices_agree(width, with_diagonal):
    graph = random_graph(1500, 4.0, 3)
    assert graph.num_isolated
    random = np.random.default_rng(width)
    root = np.where(graph.num_neighbours > 0, random.uniform(0.2, 0.4, 1500), 0.0)
    pattern = Pattern(graph.indptr, graph.indices, root, -0.7, random.uniform(-0.3, 0.3, 1500) * with_diagonal)
    vectors = random.choice([-1.0, 1.0], (width, 1500))
    products = pattern_product(pattern, 20), SparseProduct(Rows.of(pattern.matrix(np.float64)), 20)
    assert isinstance(products[0], CompiledProduct)
    np.testing.assert_allclose(products[0].vectors(products[0].block(vectors)), vectors.T, atol=1e-6)
    first, second = (lanczos(product, product.block(vectors), 20) for product in products)
    np.testing.assert_allclose(first.norm2, second.norm2, rtol=1e-6)
    moments = [jacobi_chebyshev_moments(found.alpha, found.beta, 40) for found in (first, second)]
    np.testing.assert_allclose(*moments, atol=2 * FLOAT32)


@needs_kernel
@pytest.mark.parametrize(("choice", "expected"), [("portable", "portable"), ("", "compiled")])
def test_version_names_the_kernel(choice, expected):
    code = "from graphspec.cli import main; main(['--version'])"
    environment = {"GRAPHSPEC_KERNEL": choice, "PATH": ""}
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert result.stdout.endswith(f"({expected} kernel)\n")


def test_the_kernel_is_not_in_results(capfd, monkeypatch):
    assert run(["spectrum", "karate", "--format", "json", "--no-structure"]) == 0
    first = capfd.readouterr().out
    assert "kernel" not in first
    monkeypatch.setenv(compiled.KERNEL_VARIABLE, "portable")
    assert run(["spectrum", "karate", "--format", "json", "--no-structure"]) == 0
    assert "portable" not in capfd.readouterr().out


@needs_kernel
@pytest.mark.parametrize("separator", ["\t", " ", ","])
@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("width", [2, 3])
def test_either_parser_reads_the_same(tmp_path, monkeypatch, separator, end, width):
    numbers = np.random.default_rng(width).integers(0, 10**17, (500, width))
    path = tmp_path / "edges.txt"
    path.write_text("\n".join(separator.join(map(str, row)) for row in numbers.tolist()) + end)
    first = read_edges(path)
    monkeypatch.setenv(compiled.KERNEL_VARIABLE, "portable")
    second = read_edges(path)
    assert first.fingerprint == second.fingerprint
    np.testing.assert_array_equal(first.labels, np.unique(numbers[:, :2]))
    np.testing.assert_array_equal(second.labels, first.labels)


@needs_kernel
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"1\t2\n30\t4\n", [1, 2, 30, 4]),
        (b"1\t2\n30\t4", [1, 2, 30, 4]),
        (b"1\t2\n\n3\t4\n", None),
        (b"1 2\n", None),
        (b"1\t2\t3\n", None),
        (b"1\n", None),
        (b"1\t\n", None),
        (b"-1\t2\n", None),
        (b"1.0\t2\n", None),
        (b"9999999999999999999\t2\n", None),
        (b"1\t2\n3\t4\n5\t6\n7\t8\n9\t10\n", None),
    ],
)
def test_the_parser_takes_nothing_but_rows_of_integers(text, expected):
    out = np.zeros(8, np.int64)
    count = compiled.compiled_part("_integers").parse(text, 0, len(text), ord("\t"), 2, out)
    assert (None if count < 0 else out[:count].tolist()) == expected


@needs_kernel
def test_the_parser_refuses_a_range_outside_of_the_text():
    with pytest.raises(ValueError, match="the range lies outside"):
        compiled.compiled_part("_integers").parse(b"1\t2\n", 0, 9, ord("\t"), 2, np.zeros(8, np.int64))
