import ast
import inspect
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from spectra import random_graph, weighted_copy

from graphspec import machine as compiled
from graphspec import read_edges, sketch
from graphspec.cli import run
from graphspec.errors import ParameterError
from graphspec.lanczos.compiled_products import CompiledProduct, Pattern, pattern_product, sparse_product
from graphspec.lanczos.recurrence import lanczos
from graphspec.lanczos.sparse_products import Rows, SparseProduct
from graphspec.machine import native, use_native
from graphspec.operators.kinds import graph_operator
from graphspec.readwrite.integers import has_odd_integer
from graphspec.sketches.moments import jacobi_chebyshev_moments, spectrum_moments

FLOAT32 = 2e-6  # two orders of summation of float32 rows

needs_kernel = pytest.mark.skipif(not use_native(), reason="the extension module was not built, or is not wanted")


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
    products = CompiledProduct(Rows.of(matrix), 30), SparseProduct(Rows.of(matrix), 30)
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


@needs_kernel
@pytest.mark.parametrize("width", [3, 8, 16, 32])
@pytest.mark.parametrize("weighted", [False, True])
def test_instruction_sets_do_not_change_a_bit(monkeypatch, width, weighted):
    graph = random_graph(3000, 6.0, 8)
    operator = graph_operator(weighted_copy(graph, 2) if weighted else graph)
    vectors = np.random.default_rng(1).choice([-1.0, 1.0], (width, 3000))
    found = []
    for name in compiled.instruction_sets():
        monkeypatch.setenv(compiled.KERNEL_VARIABLE, name)
        assert compiled.kernel_name() == name
        product = operator.product(20)
        found.append(lanczos(product, product.block(vectors), 20))
    for other in found[1:]:
        np.testing.assert_array_equal(other.alpha, found[0].alpha)
        np.testing.assert_array_equal(other.beta, found[0].beta)


@needs_kernel
def test_an_instruction_set_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setenv(compiled.KERNEL_VARIABLE, "avx1024")
    with pytest.raises(
        ParameterError, match=r"GRAPHSPEC_KERNEL is 'avx1024', but this machine has generic.*, portable"
    ):
        graph_operator(random_graph(50, 4.0, 1)).product(3)


@needs_kernel
def test_a_recurrence_in_parts_is_that_in_one(monkeypatch):
    graph = random_graph(70_000, 5.0, 8)
    product = graph_operator(graph).product(9)
    vectors = np.random.default_rng(1).choice([-1.0, 1.0], (8, 70_000))
    done = []
    whole = lanczos(product, product.block(vectors), 9, threads=2, progress=done.append)
    assert done == [72]
    monkeypatch.setattr("graphspec.lanczos.compiled_products._PRODUCTS_AT_ONCE", 1)
    parts = lanczos(product, product.block(vectors), 9, threads=2, progress=done.append)
    assert done[1:] == [8] * 9
    np.testing.assert_array_equal(whole.alpha, parts.alpha)
    np.testing.assert_array_equal(whole.beta, parts.beta)


@needs_kernel
def test_an_error_of_one_thread_ends_the_others():
    graph = random_graph(70_000, 5.0, 8)
    product = graph_operator(graph).product(400)
    vectors = np.random.default_rng(1).choice([-1.0, 1.0], (16, 70_000))

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lanczos(product, product.block(vectors), 400, threads=3, progress=interrupt)


@needs_kernel
def test_threads_that_cannot_be_started_do_not_leave_the_others_waiting(monkeypatch):
    graph = random_graph(70_000, 5.0, 8)
    product = graph_operator(graph).product(5)
    vectors = np.random.default_rng(1).choice([-1.0, 1.0], (16, 70_000))

    def share(pool, workers, work):
        pool.submit(work)
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("graphspec.lanczos.compiled_products.share", share)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        lanczos(product, product.block(vectors), 5, threads=3)


def test_float64_is_left_to_scipy():
    matrix = scaled(random_graph(50, 4.0, 1))
    assert type(sparse_product(matrix.astype(np.float64))) is SparseProduct


def test_without_a_compiler_scipy_serves():
    code = (
        "import sys; sys.modules['graphspec._native'] = None; import graphspec;"
        "from graphspec.machine import kernel_name; from graphspec.operators.kinds import graph_operator;"
        "graph = graphspec.generate('ba', 50, 1, m=2); print(kernel_name(), graph.num_edges);"
        "print(type(graph_operator(graph).product(3)).__name__)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["portable", "96", "SparseProduct"]


def arguments_of_three_terms():
    matrix = scaled(random_graph(512, 4.0, 1))
    return {
        "bounds": np.array([0, 256, 512]),
        "width": 4,
        "instructions": 0,
        "indptr": matrix.indptr.astype(np.int64),
        "indices": matrix.indices,
        "data": matrix.data,
        "scale": None,
        "weight": None,
        "diagonal": None,
        "taken": np.zeros(1, np.int64),
        "current": np.ones((512, 4), np.float32),
        "previous": np.ones((512, 4), np.float32),
        "first": np.ones(4, np.float32),
        "second": np.ones(4, np.float32),
        "sums": np.zeros((2, 4)),
    }


@needs_kernel
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"bounds": np.array([0, 256, 513])}, "indptr has 513 items, at least 514 are needed"),
        ({"bounds": np.array([-1, 256, 512])}, "bounds has rows that no block has"),
        ({"bounds": np.array([0, 256, 2**62])}, "bounds has rows that no block has"),
        ({"bounds": np.array([0, 512, 256])}, "bounds does not increase"),
        ({"bounds": np.zeros(0, np.int64)}, "bounds has 0 items, at least 1 are needed"),
        ({"bounds": np.array([0, 512], np.int32)}, "bounds has items of 4 bytes, not 8"),
        ({"taken": np.array([-1])}, "taken is less than 0"),
        ({"taken": np.zeros(2, np.int64)}, "taken has 2 items, 1 are needed"),
        ({"width": 65}, "width is 65, more than 64"),
        ({"width": 0}, "width is 0, less than 1"),
        ({"width": 5}, "current has 2048 items, at least 2560 are needed"),
        ({"width": 3}, "first has 4 items, 3 are needed"),
        ({"current": np.ones((512, 4))}, "current has items of 8 bytes, not 4"),
        ({"current": np.ones((512, 8), np.float32)[:, ::2]}, "current: ndarray is not C-contiguous"),
        ({"previous": np.ones((513, 4), np.float32)}, "previous has 2052 items, 2048 are needed"),
        ({"sums": np.zeros((1, 4))}, "sums has 4 items, 8 are needed"),
        ({"sums": np.broadcast_to(0.0, (2, 4))}, "sums: "),
        ({"first": np.ones(3, np.float32)}, "first has 3 items, 4 are needed"),
        ({"data": np.ones(3, np.float32)}, "data has 3 items, at least"),
        ({"data": None}, "a matrix has data, or else scale and weight"),
        ({"scale": np.ones(512, np.float32)}, "a matrix has data, or else scale and weight"),
        (
            {"data": None, "scale": np.ones(512, np.float32), "weight": np.ones(511, np.float32)},
            "weight has 511 items, at least 512 are needed",
        ),
        ({"diagonal": np.ones(511, np.float32)}, "diagonal has 511 items, at least 512 are needed"),
        ({"indices": np.zeros(3, np.int32)}, "indices has 3 items, at least"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(changed, message):
    native.three_terms(*arguments_of_three_terms().values())
    with pytest.raises(ValueError, match=message):
        native.three_terms(*{**arguments_of_three_terms(), **changed}.values())


@needs_kernel
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"indptr": None}, "indptr: a bytes-like object is required"),
        ({"width": 4.0}, "width: 'float' object cannot be interpreted as an integer"),
    ],
)
def test_arguments_of_other_types_are_refused(changed, message):
    with pytest.raises(TypeError, match=message):
        native.three_terms(*{**arguments_of_three_terms(), **changed}.values())


@needs_kernel
def test_buffers_are_released():
    held = bytearray(8)
    with pytest.raises(ValueError, match="bounds has items of 1 bytes, not 8"):
        native.three_terms(held, *list(arguments_of_three_terms().values())[1:])
    assert native.parse_integers(held, 0, 0, 9, 2, np.zeros(0, np.int64)) == 0
    held.append(0)  # BufferError while a buffer is held


@needs_kernel
def test_the_number_of_arguments_is_checked():
    with pytest.raises(TypeError, match=r"unique_sorted\(\) takes 1 arguments, not 2"):
        native.unique_sorted(np.arange(2), np.arange(2))


@needs_kernel
def test_the_stub_has_the_functions_of_the_module():
    stub = ast.parse(Path(compiled.__file__).with_name("_native.pyi").read_text())
    declared = {node.name: [each.arg for each in node.args.posonlyargs] for node in stub.body if hasattr(node, "args")}
    built = {
        name: list(inspect.signature(found).parameters) for name, found in inspect.getmembers(native, inspect.isbuiltin)
    }
    assert built == declared


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
@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("portable", "portable"),
        ("generic", "generic"),
        *[(name, compiled.instruction_sets()[-1]) for name in ("", "compiled") if native is not None],
    ],
)
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
    count = native.parse_integers(text, 0, len(text), ord("\t"), 2, out)
    assert (None if count < 0 else out[:count].tolist()) == expected


@needs_kernel
def test_the_parser_refuses_a_range_outside_of_the_text():
    with pytest.raises(ValueError, match="stop is 9, more than 4"):
        native.parse_integers(b"1\t2\n", 0, 9, ord("\t"), 2, np.zeros(8, np.int64))


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        *[
            (text, True)
            for text in (b"01 2", b"1 02", b"1\t+2", b"1,-0", b"-0 1", b'1 "007"', b"1 2\n00 3", b"1 -01.5")
        ],
        *[
            (text, False)
            for text in (b"", b"0 1", b"10 100", b"1 0.5", b"1 -0.5", b"-1 0", b"1 a01", b"1 + 2", b"0", b"-")
        ],
    ],
)
def test_integers_that_no_integer_is_written_as(text, odd, monkeypatch):
    assert has_odd_integer(text, 0) is odd
    assert has_odd_integer(b"01 " + text, 3) is odd
    monkeypatch.setattr("graphspec.readwrite.integers.use_native", lambda: False)
    assert has_odd_integer(text, 0) is odd


@needs_kernel
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no timer on Windows")
def test_a_call_of_many_steps_can_be_interrupted(monkeypatch):
    """A signal is handled within a call, by any number of threads."""
    monkeypatch.setattr("graphspec.lanczos.compiled_products._PRODUCTS_AT_ONCE", 10**18)
    product = graph_operator(random_graph(70_000, 5.0, 8)).product(4000)
    block = product.block(np.random.default_rng(1).choice([-1.0, 1.0], (32, 70_000)))

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    done = []
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt):
            lanczos(product, block, 4000, threads=2, progress=done.append)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert not done
