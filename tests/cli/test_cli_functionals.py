"""``graphspec logdet`` and ``graphspec functional``: answers, options that count, and every bad input."""
# ruff: noqa: F811 - the fixture is imported

import csv
import gzip
import io
import json

import networkx as nx
import numpy as np
import pytest
from scipy import sparse
from scipy.io import mmwrite
from test_cli import call  # noqa: F401

import graphspec

SIDE = 24


def grid(side=SIDE, shift=0.0):
    ones = np.ones(side - 1)
    line = sparse.diags_array([-ones, np.full(side, 2.0), -ones], offsets=[-1, 0, 1])
    eye = sparse.eye_array(side)
    return sparse.csr_array(sparse.kron(line, eye) + sparse.kron(eye, line) + shift * sparse.eye_array(side**2))


def truth(side=SIDE, shift=0.0):
    line = 2 - 2 * np.cos(np.pi * np.arange(1, side + 1) / (side + 1))
    return float(np.log(line[:, None] + line + shift).sum())


@pytest.fixture
def matrix(tmp_path):
    mmwrite(tmp_path / "grid.mtx", grid())
    return str(tmp_path / "grid.mtx")


@pytest.fixture
def edges(tmp_path):
    path = tmp_path / "edges.txt"
    graph = nx.barabasi_albert_graph(700, 3, seed=2)
    path.write_text("".join(f"{u} {v}\n" for u, v in graph.edges))
    return str(path)


def result_of(call, *words):
    code, out, err = call(*words, "--format", "json")
    assert code == 0, err
    return json.loads(out)


# --- logdet


@pytest.mark.parametrize("method", ["maxent", "slq", "chebyshev", "taylor", "bild", "exact"])
def test_every_method_covers_the_log_determinant(call, matrix, method):
    record = result_of(call, "logdet", matrix, "--method", method, "--confidence", "0.999")
    result = record["result"]
    assert list(result)[:6] == ["value", "sem", "low", "high", "per_dimension", "method"]
    tie = 1e-9 * abs(truth())
    assert result["low"] - tie <= truth() <= result["high"] + tie
    assert result["per_dimension"] == pytest.approx(result["value"] / SIDE**2)
    assert result["method"] == method
    assert record["input"]["num_nodes"] == SIDE**2


@pytest.mark.parametrize("suffix", [".npz", ".mtx.gz"])
def test_matrices_are_read_from_other_files(call, matrix, tmp_path, suffix):
    path = tmp_path / f"other{suffix}"
    if suffix == ".npz":
        sparse.save_npz(path, sparse.csr_matrix(grid()))
    else:
        path.write_bytes(gzip.compress((tmp_path / "grid.mtx").read_bytes()))
    expected, found = (result_of(call, "logdet", name)["result"] for name in (matrix, str(path)))
    assert found == expected


def test_several_matrices_are_rows_of_csv(call, matrix, tmp_path):
    mmwrite(tmp_path / "other.mtx", grid(10))
    code, out, _ = call("logdet", matrix, str(tmp_path / "other.mtx"), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert [row["num_nodes"] for row in rows] == ["576", "100"]
    assert float(rows[1]["low"]) < truth(10) < float(rows[1]["high"])


def test_the_table_says_what_the_interval_rests_on(call, matrix):
    code, out, _ = call("logdet", matrix, "--num-moments", "12")
    assert code == 0
    said = " ".join(out.split())
    assert "576 rows, 2,784 entries" in said
    assert "a bound by paths" in said
    assert "The order is too low: 6 products with a probe leave more open than sampling does" in said


def test_scaling_and_lower_end_are_used(call, matrix):
    jacobi, plain = (result_of(call, "logdet", matrix, "--scaling", name)["result"] for name in ("jacobi", "none"))
    assert jacobi["lower_end"] == pytest.approx(plain["lower_end"] / 4)
    given = result_of(call, "logdet", matrix, "--num-moments", "20", "--lower-end", "1e-9")["result"]
    bounded = result_of(call, "logdet", matrix, "--num-moments", "20")["result"]
    assert given["lower_end_source"] == "given"
    assert given["low"] < bounded["low"]


def test_a_tolerance_adds_products_and_probes(call, matrix):
    loose = result_of(call, "logdet", matrix, "--num-moments", "20", "--num-probes", "4")
    tight = result_of(call, "logdet", matrix, "--num-moments", "20", "--num-probes", "4", "--tolerance", "0.002")
    assert tight["parameters"]["num_moments"] > loose["parameters"]["num_moments"]
    assert tight["parameters"]["num_probes"] >= loose["parameters"]["num_probes"]
    result = tight["result"]
    assert result["high"] - result["low"] <= 2 * 0.002 * abs(result["value"])


@pytest.mark.parametrize("method", ["maxent", "exact"])
def test_graphs_have_a_shift_or_leave_zeros_out(call, edges, method):
    eigenvalues = np.linalg.eigvalsh(nx.laplacian_matrix(nx.barabasi_albert_graph(700, 3, seed=2)).toarray())
    words = ("logdet", edges, "--operator", "combinatorial", "--method", method)
    shifted = result_of(call, *words, "--shift", "0.3")["result"]
    expected = np.log(eigenvalues + 0.3).sum()
    assert shifted["low"] - 1e-6 <= expected <= shifted["high"] + 1e-6
    nonzero = result_of(call, *words, "--nonzero")["result"]
    expected = np.log(eigenvalues[eigenvalues > 1e-9]).sum()
    assert nonzero["low"] - 1e-6 <= expected <= nonzero["high"] + 1e-6
    assert (shifted["dimension"], nonzero["dimension"]) == (700, 699)


@pytest.mark.parametrize("operator", ["normalized", "combinatorial", "natural"])
def test_exact_pseudo_determinants_are_those_of_all_components(tmp_path, operator):
    graph = nx.disjoint_union(nx.gnm_random_graph(30, 60, seed=1), nx.cycle_graph(7))
    graph.add_node("alone")
    found = graphspec.logdet(graph, "exact", operator=operator, nonzero=True)
    prepared = graphspec.graphs.as_graph(graph)
    eigenvalues = np.linalg.eigvalsh(graphspec.graph_operator(prepared, operator).matrix().toarray())
    assert found.value == pytest.approx(np.log(eigenvalues[eigenvalues > 1e-9]).sum())


def test_small_eigenvalues_get_products_in_float64(call, tmp_path):
    diagonal = np.geomspace(1e-7, 1.0, 300)
    rotation = np.linalg.qr(np.random.default_rng(1).standard_normal((300, 300)))[0]
    mmwrite(tmp_path / "dense.mtx", sparse.coo_array((rotation * diagonal) @ rotation.T))
    words = ("logdet", str(tmp_path / "dense.mtx"), "--scaling", "none", "--num-moments", "400")
    code, out, err = call(*words, "--format", "json")
    result = json.loads(out)
    assert (code, result["parameters"]["precision"]) == (0, "double")
    assert "small eigenvalues need products in float64" in err
    assert result["result"]["low"] < np.log(diagonal).sum() < result["result"]["high"]


def test_a_tolerance_is_met_in_one_precision(call, tmp_path):
    diagonal = np.geomspace(1e-6, 1.0, 300)
    rotation = np.linalg.qr(np.random.default_rng(1).standard_normal((300, 300)))[0]
    mmwrite(tmp_path / "dense.mtx", sparse.coo_array((rotation * diagonal) @ rotation.T))
    code, _, err = call("logdet", str(tmp_path / "dense.mtx"), "--scaling", "none", "--tolerance", "0.1")
    assert code == 0
    assert err.count("ended the pass") == 1


def market(kind, size, *entries):
    return "\n".join([f"%%MatrixMarket matrix coordinate {kind}", size, *entries, ""])


BAD = {
    "rectangular": (market("real general", "2 3 2", "1 1 1", "2 2 1"), r"square"),
    "unsymmetric": (market("real general", "2 2 3", "1 1 2", "2 2 2", "1 2 1"), r"symmetric"),
    "complex": (market("complex general", "1 1 1", "1 1 1 2"), r"complex"),
    "pattern": (market("pattern symmetric", "2 2 2", "1 1", "2 2"), r"pattern|values"),
    "negative diagonal": (market("real symmetric", "2 2 2", "1 1 1", "2 2 -3"), r"-3"),
    "zero row": (market("real symmetric", "2 2 1", "1 1 1"), r"row 2"),
    "infinite": (market("real symmetric", "2 2 2", "1 1 1", "2 2 inf"), r"finite|inf"),
}


@pytest.mark.parametrize("method", ["maxent", "exact"])
@pytest.mark.parametrize("name", BAD)
def test_what_is_no_positive_definite_matrix_is_one_line_with_the_evidence(call, tmp_path, name, method):
    text, evidence = BAD[name]
    path = tmp_path / "bad.mtx"
    path.write_text(text)
    code, out, err = call("logdet", str(path), "--method", method)
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert str(path) in err
    assert any(each in err for each in evidence.split("|"))


@pytest.mark.parametrize("method", ["maxent", "exact"])
def test_an_indefinite_matrix_is_found_out(call, tmp_path, method):
    """One eigenvalue of -0.1 among 300, which no entry shows."""
    rng = np.random.default_rng(2)
    basis = np.linalg.qr(rng.standard_normal((300, 300)))[0]
    values = np.append(rng.uniform(0.5, 2.0, 299), -0.1)
    mmwrite(tmp_path / "indefinite.mtx", sparse.coo_array((basis * values) @ basis.T))
    code, out, err = call("logdet", str(tmp_path / "indefinite.mtx"), "--method", method, "--num-moments", "200")
    assert (code, out) == (1, "")
    assert "is not positive definite: " in err
    assert ("Ritz value of -0." if method == "maxent" else "pivot") in err


def test_graphs_are_refused_without_a_shift(call, edges):
    code, _, err = call("logdet", edges)
    assert code == 1
    assert "--shift" in err
    for method in ("maxent", "exact"):
        code, _, err = call("logdet", edges, "--operator", "normalized", "--method", method)
        assert code == 1
        assert "is not a finite number" in err or "is not finite" in err
        assert "add a --shift, or leave zeros out with --nonzero" in err


def test_options_that_exclude_each_other_are_refused(call, edges, matrix, tmp_path):
    code, _, err = call("logdet", edges, "--nonzero", "--shift", "1", "--method", "exact")
    assert code in (1, 2)
    assert "give one" in err
    code, _, err = call("logdet", edges, "--nonzero", "--scaling", "none")
    assert code in (1, 2)
    assert "--scaling is for a matrix" in err
    code, _, err = call("logdet", edges, "--nonzero", "--method", "exact", "--tolerance", "0.1")
    assert code in (1, 2)
    assert "--tolerance needs a --method that takes probes" in err
    code, _, err = call("logdet", matrix, "--lower-end", "3")
    assert code == 1
    assert "the lower end 0.75 (given) is above an average of eigenvalues" in err
    code, _, err = call("logdet", str(tmp_path / "none.mtx"))
    assert code == 1
    assert "none.mtx" in err


def test_a_sketch_serves_but_for_a_factorisation(call, edges, tmp_path):
    held = str(tmp_path / "held.npz")
    assert call("sketch", edges, "--operator", "combinatorial", "-o", held)[0] == 0
    direct = result_of(call, "logdet", edges, "--operator", "combinatorial", "--shift", "0.3")["result"]
    assert result_of(call, "logdet", held, "--shift", "0.3")["result"] == direct
    code, _, err = call("logdet", held, "--shift", "0.3", "--method", "exact")
    assert code == 1
    assert "a sketch holds no matrix" in err


# --- functional


def test_several_functions_are_one_line_and_one_row(call, edges):
    record = result_of(call, "functional", edges, "--function", "entropy,heat-trace,log(x + 0.1)", "--times", "1,2")
    assert [each["function"] for each in record["result"]["functionals"]] == ["entropy", "heat-trace", "log(x + 0.1)"]
    code, out, _ = call(
        "functional", edges, "--function", "entropy,heat-trace", "--times", "0.01:100:5", "--format", "csv"
    )
    (row,) = csv.DictReader(io.StringIO(out))
    assert code == 0
    assert [name for name in row if name.startswith("heat-trace@") and "_" not in name] == [
        "heat-trace@0.01", "heat-trace@0.1", "heat-trace@1", "heat-trace@10", "heat-trace@100"
    ]  # fmt: skip
    assert float(row["entropy"]) > float(row["entropy_sem"]) > 0
    assert float(row["heat-trace@10_low"]) <= float(row["heat-trace@10"]) <= float(row["heat-trace@10_high"])


def test_one_number_is_a_row_with_its_interval(call, edges):
    code, out, _ = call("functional", edges, "--function", "kemeny", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert code == 0
    assert list(row)[4:] == ["function", "value", "sem", "low", "high"]
    assert float(row["low"]) <= float(row["value"]) <= float(row["high"])
    assert float(row["low"]) < float(row["high"])


def test_arguments_are_used(call, edges):
    steps = result_of(call, "functional", edges, "--function", "return-probability", "--steps", "2:4")["result"]
    assert steps["argument"] == [2, 3, 4]
    two, three = (
        result_of(call, "functional", edges, "--function", "renyi", "--order", order)["result"]["value"]
        for order in ("2", "3")
    )
    assert three < two


def test_a_tolerance_narrows_the_interval(call, edges):
    words = ("functional", edges, "--function", "kemeny", "--num-moments", "20", "--num-probes", "4")
    result = result_of(call, *words, "--tolerance", "0.02")["result"]
    assert result["high"] - result["low"] <= 2 * 0.02 * result["value"]


def test_a_tolerance_is_met_by_every_function_of_a_pass(call, edges):
    words = ("functional", edges, "--function", "triangles,spanning-trees,kemeny", "--num-moments", "20")
    results = result_of(call, *words, "--num-probes", "4", "--tolerance", "0.01")["result"]["functionals"]
    for result in results[1:]:
        assert result["high"] - result["low"] <= 2 * 0.01 * abs(result["value"]), result["function"]


def test_pictures_are_of_functions_with_an_argument(call, edges, tmp_path):
    path = tmp_path / "heat.png"
    assert call("functional", edges, "--function", "heat-trace", "--plot", str(path))[0] == 0
    assert path.read_bytes().startswith(b"\x89PNG")
    code, _, err = call("functional", edges, "--function", "entropy", "--plot", str(path))
    assert code == 1
    assert "a picture is of a function with an argument" in err


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("__import__('os')", "__import__"),
        ("x.real", "real"),
        ("x[0]", "["),
        ("y + 1", "y"),
        ("exp(x, 2)", ""),
        ("x ^ 2", "**"),
        ("entorpy", "choose entropy"),
        ("", "separated by commas"),
    ],
)
def test_what_is_no_function_is_wrong_usage(call, edges, function, message):
    code, out, err = call("functional", edges, "--function", function)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--times", "3,2"), "increasing positive numbers"),
        (("--times", "0:1:5"), "increasing positive numbers"),
        (("--steps", "5:1"), "increasing whole numbers"),
        (("--order", "-1"), "at least 0"),
        (("--nonzero",), "is for an expression"),
        (("--method", "slq"), "one of maxent, lanczos, kpm, exact"),
    ],
)
def test_wrong_options_are_wrong_usage(call, edges, words, message):
    code, out, err = call("functional", edges, *words)
    assert (code, out) == (2, "")
    assert message in " ".join(err.split())


def test_functions_that_are_not_defined_say_where(call, edges):
    code, _, err = call("functional", edges, "--function", "1/x")
    assert code == 1
    assert "1 / x is not a finite number at the eigenvalue 0" in err
    code, _, err = call("functional", edges, "--function", "log(x)", "--operator", "adjacency")
    assert code == 1
    assert "log(x) is not a finite number" in err
