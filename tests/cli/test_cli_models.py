"""``generate``, ``compare``, ``fit`` and ``classify`` on the command line."""

import csv
import gzip
import io
import json

import numpy as np
import pytest
from test_cli import call, record_of  # noqa: F401 - a fixture

import graphspec
from graphspec import ParameterError, compare, generate, load_sketch, open_graph, sketch

DIVERGENCES = ["symmetric_kl", "sem", "noise_floor", "wasserstein", "kolmogorov"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("models")
    graphspec.write_edges(generate("ws", 400, 1, k=6, p=0.2), path / "ws.txt")
    graphspec.write_edges(generate("ba", 400, 1, m=3), path / "ba.txt")
    graphspec.write_edges(generate("er", 60, 1, p=0.4), path / "er.txt")
    return path


# --- generate


def test_generate_writes_what_the_library_makes(call, tmp_path):  # noqa: F811
    path = tmp_path / "g.txt.gz"
    code, out, err = call("generate", "er", "--nodes", 300, "--p", 0.03, "--seed", 3, "-o", path)
    assert (code, out, err) == (0, "", "")
    text = gzip.decompress(path.read_bytes()).decode()
    assert text.startswith(f"# er(p=0.03), seed 3, made by graphspec {graphspec.__version__} generate er\n# Nodes: 300")
    found, expected = graphspec.read_edges(path), generate("er", 300, 3, p=0.03)
    np.testing.assert_array_equal(found.indices, expected.indices)
    assert call("generate", "er", "--nodes", 300, "--p", 0.03, "--seed", 3)[1].splitlines() == text.splitlines()
    assert call("generate", "er", "--nodes", 300, "--p", 0.03, "--seed", 4)[1] != text


@pytest.mark.parametrize(
    ("model", "options", "values"),
    [
        ("ws", ["--k", "4", "--p", "0.1"], {"k": 4, "p": 0.1}),
        ("ba", ["--m", "3"], {"m": 3}),
        ("regular", ["--k", "4"], {"k": 4}),
        ("geometric", ["--radius", "0.2"], {"radius": 0.2}),
        ("sbm", ["--blocks", "3", "--p-in", "0.3", "--p-out", "0.01"], {"blocks": 3, "p_in": 0.3, "p_out": 0.01}),
        ("powerlaw-cluster", ["--m", "3", "--p", "0.5"], {"m": 3, "p": 0.5}),
        ("er", ["--parameter", "p=0.1"], {"p": 0.1}),
    ],
)
def test_every_model_has_its_options(call, tmp_path, model, options, values):  # noqa: F811
    path = tmp_path / "g.txt"
    assert call("generate", model, "--nodes", 80, *options, "-o", path)[0] == 0
    np.testing.assert_array_equal(graphspec.read_edges(path).indices, generate(model, 80, 0, **values).indices)


def test_generate_like_keeps_degrees(call, tmp_path):  # noqa: F811
    path = tmp_path / "g.txt"
    assert call("generate", "configuration", "--like", "karate", "-o", path)[0] == 0
    karate = graphspec.read_edges(path)
    assert sorted(karate.num_neighbours) == sorted(generate("configuration", like=karate).num_neighbours)
    assert karate.num_edges == 78
    assert "with the degrees of karate" in path.read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["er", "--nodes", "10"], 1, "er needs a value of p: it takes p"),
        (["er", "--nodes", "10", "--p", "1.2"], 1, "must be a number between 0 and 1, not 1.2"),
        (["ws", "--nodes", "10", "--k", "3", "--p", "0.1"], 1, "must be even, not 3"),
        (["ba", "--nodes", "10", "--m", "10"], 1, "m must be less than the number of vertices 10"),
        (["ba", "--nodes", "10", "--m", "2", "--p", "0.1"], 1, "ba has no parameter 'p': it takes m"),
        (["er", "--nodes", "9", "--p", "0.1", "--parameter", "p=0.2"], 2, "p is given twice"),
        (["er", "--nodes", "9", "--parameter", "p"], 2, "'p' is not of the form name=value"),
        (["er", "--p", "0.1"], 2, "Missing option '--nodes'"),
        (["er", "--nodes", "0", "--p", "0.1"], 2, "'--nodes'"),
        (["small-world", "--nodes", "9"], 2, "'small-world' is not one of er, ws"),
        (["configuration", "--nodes", "9"], 2, "give it with --like"),
        (["er", "--nodes", "9", "--p", "0.1", "--like", "karate"], 2, "--like is for the configuration model"),
    ],
)
def test_what_cannot_be_generated(call, arguments, code, message):  # noqa: F811
    found, out, err = call("generate", *arguments)
    assert (found, out) == (code, "")
    assert message in err


# --- compare


def test_compare_follows_the_contract_and_says_what_the_library_says(call, folder):  # noqa: F811
    names = [str(folder / name) for name in ("ws.txt", "ba.txt", "er.txt")]
    code, out, err = call("compare", *names, "--format", "json")
    assert (code, err) == (0, "")
    record = record_of(out)
    assert record["command"] == "compare"
    assert [item["name"] for item in record["inputs"]] == names
    result = record["result"]
    assert list(result)[:6] == ["inputs", *DIVERGENCES]
    assert result["inputs"] == names
    found = compare([sketch(graphspec.read_edges(name)) for name in names])
    for key, values in (("symmetric_kl", found.symmetric_kl.value), ("noise_floor", found.symmetric_kl.noise_floor)):
        np.testing.assert_allclose(result[key], values, rtol=1e-9)


def test_compare_prints_the_matrix(call, folder):  # noqa: F811
    names = [folder / f"{name}.txt" for name in ("ws", "ba", "er")]
    found = record_of(call("compare", *names, "--format", "json")[1])["result"]["symmetric_kl"]
    lines = call("compare", *names)[1].splitlines()
    rows = [line for line in lines if line.startswith("│ ") and line[2].isdigit()]
    assert [row.split()[1:3] for row in rows] == [["1", "ws.txt"], ["2", "ba.txt"], ["3", "er.txt"]]
    assert f"{found[0][1]:.2g}" in rows[0]
    assert f"{found[0][1]:.2g}" in rows[1]
    assert f"{found[1][2]:.2g}" in rows[2]
    assert not any(line.startswith("│ 1 ") for line in call("compare", *names, "--series")[1].splitlines())


def test_compare_csv_has_a_row_for_every_pair(call, folder):  # noqa: F811
    names = [str(folder / name) for name in ("ws.txt", "ba.txt", "er.txt")]
    code, out, _ = call("compare", *names, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert [(row["name"], row["other"]) for row in rows] == [
        (names[0], names[1]), (names[0], names[2]), (names[1], names[2])
    ]  # fmt: skip
    assert out.splitlines()[0].startswith(
        "name,num_nodes,num_edges,num_components,other,symmetric_kl,sem,noise_floor,wasserstein,kolmogorov"
    )


def test_a_series_compares_with_the_one_before(call, folder, tmp_path):  # noqa: F811
    names = [str(folder / name) for name in ("ws.txt", "ba.txt", "ws.txt")]
    whole = record_of(call("compare", *names, "--format", "json")[1])["result"]
    series = record_of(call("compare", *names, "--series", "--format", "json")[1])["result"]
    assert series["symmetric_kl"] == [whole["symmetric_kl"][0][1], whole["symmetric_kl"][1][2]]
    assert len(call("compare", *names, "--series", "--format", "csv")[1].splitlines()) == 3
    assert "in time" in call("compare", *names, "--series")[1]
    assert call("compare", *names, "--series", "--plot", tmp_path / "a.png")[0] == 0
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_compare_takes_sketches_and_an_order(call, folder, tmp_path):  # noqa: F811
    saved = tmp_path / "ws.npz"
    call("sketch", folder / "ws.txt", "-o", saved)
    first = record_of(call("compare", saved, folder / "ba.txt", "--format", "json")[1])
    other = record_of(call("compare", folder / "ws.txt", folder / "ba.txt", "--format", "json")[1])
    assert first["result"]["symmetric_kl"] == other["result"]["symmetric_kl"]
    fewer = record_of(call("compare", saved, folder / "ba.txt", "--format", "json", "--num-moments", 20)[1])
    assert fewer["parameters"]["num_moments"] == 20
    assert fewer["result"]["symmetric_kl"] != first["result"]["symmetric_kl"]


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_heat_maps_are_drawn_and_reproducible(call, folder, tmp_path, suffix):  # noqa: F811
    paths = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for path in paths:
        assert call("compare", *sorted(folder.iterdir()), "--plot", path, "-q")[0] == 0
    assert paths[0].stat().st_size > 10_000
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_what_cannot_be_compared(call, folder, tmp_path):  # noqa: F811
    assert call("compare", folder / "ws.txt")[0] == 2
    code, out, err = call("compare", folder / "ws.txt", folder / "none.txt")
    assert (code, out) == (1, "")
    assert "none.txt: cannot be read" in err
    saved = tmp_path / "natural.npz"
    call("sketch", folder / "ws.txt", "-o", saved, "--operator", "natural")
    code, _, err = call("compare", folder / "ba.txt", saved)
    assert code == 1
    assert "different operators (normalized, natural)" in err
    assert len(err.splitlines()) == 1


# --- fit and classify


def test_fit_follows_the_contract(call, folder, tmp_path):  # noqa: F811
    code, out, err = call("fit", folder / "er.txt", "--model", "er", "--format", "json", "--plot", tmp_path / "fit.png")
    assert (code, err) == (0, "")
    record = record_of(out)
    result = record["result"]
    assert list(result)[:6] == ["model", "parameters", "standard_error", "symmetric_kl", "noise_floor", "baseline"]
    found = graphspec.fit(graphspec.read_edges(folder / "er.txt"), "er")
    assert result["parameters"] == found.parameters
    assert result["baseline"] == found.baseline
    assert abs(result["parameters"]["p"] - 0.4) < 4 * result["standard_error"]["p"]
    assert record["parameters"]["model"] == "er"
    assert (tmp_path / "fit.png").stat().st_size > 10_000
    table = call("fit", folder / "er.txt", "--model", "er")[1]
    assert "The model explains the spectrum" in table
    assert "baseline" in table


@pytest.mark.parametrize("options", [["--num-moments", "12"], ["--num-references", "20"], ["--seed", "5"]])
def test_options_of_fit_are_used_and_recorded(call, folder, options):  # noqa: F811
    base = ["fit", folder / "er.txt", "--model", "er", "--format", "json"]
    first, other = (record_of(call(*arguments)[1]) for arguments in (base, [*base, *options]))
    assert first["parameters"] != other["parameters"]
    assert first["result"] != other["result"]


def test_a_sketch_is_fitted_without_a_baseline(call, folder, tmp_path):  # noqa: F811
    saved = tmp_path / "er.npz"
    call("sketch", folder / "er.txt", "-o", saved, "--num-moments", 16, "--num-probes", 256)
    whole = record_of(call("fit", folder / "er.txt", "--model", "er", "--format", "json")[1])
    code, out, err = call("fit", saved, "--model", "er", "--format", "json")
    assert (code, err) == (0, "")
    assert record_of(out)["result"] == {**whole["result"], "baseline": {}}
    code, _, err = call("fit", saved, "--model", "configuration")
    assert code == 1
    assert f"{saved}: configuration keeps the degrees of a graph" in err


@pytest.mark.slow
def test_classify_follows_the_contract(call, folder):  # noqa: F811
    code, out, err = call("classify", folder / "ws.txt", "--models", "er,ws", "--format", "json")
    assert (code, err) == (0, "")
    result = record_of(out)["result"]
    assert list(result) == ["best", "distinguishable", "ranking"]
    assert (result["best"], result["distinguishable"]) == ("ws", True)
    assert [list(item)[:4] for item in result["ranking"]] == [["model", "parameters", "symmetric_kl", "sem"]] * 2
    assert (
        "ws: of the 2 models tried, the simplest that the spectrum does not refute"
        in call("classify", folder / "ws.txt", "--models", "er,ws")[1]
    )
    rows = list(
        csv.DictReader(io.StringIO(call("classify", folder / "ws.txt", "--models", "er,ws", "--format", "csv")[1]))
    )
    start = ["name", "num_nodes", "num_edges", "num_components", "best", "distinguishable"]
    assert list(rows[0]) == [*start, *result["ranking"][0]]
    assert [row["model"] for row in rows] == ["ws", "er"]
    assert rows[0]["parameters"] == ";".join(
        f"{key}={value}" for key, value in result["ranking"][0]["parameters"].items()
    )


def test_csv_of_a_fit_has_a_row_for_every_parameter(call, folder):  # noqa: F811
    arguments = ("fit", folder / "ws.txt", "--model", "ws", "--num-references", 4)
    result = record_of(call(*arguments, "--format", "json")[1])["result"]
    rows = list(csv.DictReader(io.StringIO(call(*arguments, "--format", "csv")[1])))
    assert list(rows[0])[4:9] == ["model", "parameter", "value", "standard_error", "baseline"]
    assert [row["parameter"] for row in rows] == ["k", "p"]
    assert [float(row["value"]) for row in rows] == list(result["parameters"].values())
    assert [float(row["standard_error"]) for row in rows] == list(result["standard_error"].values())
    assert [row["baseline"] for row in rows] == [str(result["baseline"]["k"]), ""]
    assert {float(row["symmetric_kl"]) for row in rows} == {result["symmetric_kl"]}
    without = call("fit", folder / "ws.txt", "--model", "configuration", "--num-references", 3, "--format", "csv")[1]
    assert [row["parameter"] for row in csv.DictReader(io.StringIO(without))] == [""]


def test_a_sketch_with_few_probes_is_told(call, folder, tmp_path):  # noqa: F811
    assert call("sketch", folder / "ws.txt", "-o", tmp_path / "ws.npz")[0] == 0
    arguments = ("--model", "er", "--num-references", 3)
    code, _, err = call("fit", tmp_path / "ws.npz", *arguments)
    assert code == 0
    assert "the sketch holds 16 probes, where an edge list would be given 256: differences that need more" in err
    assert call("fit", tmp_path / "ws.npz", *arguments, "-q")[2] == ""
    assert call("sketch", folder / "ws.txt", "--num-probes", 256, "-o", tmp_path / "many.npz")[0] == 0
    assert call("fit", tmp_path / "many.npz", *arguments)[2] == ""


def test_comparisons_name_what_was_given(call, folder, tmp_path):  # noqa: F811
    for name, operator in (("a", "normalized"), ("b", "normalized"), ("c", "combinatorial")):
        options = ("--operator", operator, "--num-probes", 4, "-o", tmp_path / f"{name}.npz")
        assert call("sketch", folder / "ws.txt", *options)[0] == 0
    found = record_of(call("compare", tmp_path / "a.npz", tmp_path / "b.npz", "--format", "json")[1])["result"]
    assert found["inputs"] == [str(tmp_path / "a.npz"), str(tmp_path / "b.npz")]
    code, _, err = call("compare", tmp_path / "c.npz", tmp_path / "a.npz")
    assert code == 1
    assert f"{tmp_path / 'c.npz'} and {tmp_path / 'a.npz'} are spectra of different operators" in err
    with pytest.raises(ParameterError, match="2 sketches cannot have 1 names"):
        compare([load_sketch(tmp_path / f"{name}.npz") for name in "ab"], names=["a"])


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["er", "--nodes", "9", "--p", "0.5", "-o", "{folder}/a.npz"], 2, "an edge list is written: name it .txt"),
        (["er", "--nodes", "9", "--p", "0.5", "--delimiter", ","], 2, "--delimiter is for the input of --like"),
        (["er", "--nodes", "200000000", "--p", "0.5"], 1, "such a graph has about 1e+16 edges, more than 2e+09"),
    ],
)
def test_what_is_not_generated(call, tmp_path, arguments, code, message):  # noqa: F811
    found, out, err = call("generate", *(argument.format(folder=tmp_path) for argument in arguments))
    assert (found, out) == (code, "")
    assert message in err
    assert list(tmp_path.iterdir()) == []


def test_graph_files_are_generated(call, tmp_path):  # noqa: F811
    options = ("generate", "er", "--nodes", 400, "--p", 0.01, "--seed", 3, "-o")
    assert call(*options, tmp_path / "a.graph")[0] == call(*options, tmp_path / "a.txt")[0] == 0
    assert open_graph(tmp_path / "a.graph").fingerprint == generate("er", 400, 3, p=0.01).fingerprint
    lines = (tmp_path / "a.txt").read_text().splitlines()
    assert lines[1] == f"# {generate('er', 400, 3, p=0.01).num_isolated} isolated vertices are written as self-loops"


def test_provenance_tells_kept_degrees_from_drawn_ones(call, folder):  # noqa: F811
    for options, text in (((), " with the degrees of "), (("--nodes", 90), " with degrees drawn from those of ")):
        first = call("generate", "configuration", "--like", folder / "ws.txt", *options)[1].splitlines()[0]
        assert f"configuration(){text}{folder / 'ws.txt'}, seed 0" in first


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["fit", "{ws}"], 2, "Missing option '--model'"),
        (["fit", "{ws}", "--model", "small-world"], 2, "'small-world' is not one of er, ws"),
        (["fit", "{ws}", "--model", "er", "--num-references", "2"], 2, "'--num-references'"),
        (["fit", "{ws}", "--model", "er", "--operator", "natural"], 2, "No such option"),
        (["classify", "{ws}", "--confidence", "0.5"], 2, "No such option"),
        (["compare", "{ws}", "{ws}", "--confidence", "0.5"], 2, "No such option"),
        (["fit", "{ws}", "{ws}", "--model", "er", "--plot", "a.png"], 2, "--plot of 2 inputs takes a folder"),
        (["classify", "{ws}", "--models", "er,er"], 2, "is not a list of different models"),
        (["classify", "{ws}", "--models", ","], 2, "is not a list of different models"),
        (["classify", "{ws}", "--models", "er,nothing"], 2, "is not a list of different models"),
    ],
)
def test_what_cannot_be_fitted(call, folder, arguments, code, message):  # noqa: F811
    found, out, err = call(*(argument.format(ws=folder / "ws.txt") for argument in arguments))
    assert (found, out) == (code, "")
    assert message in err


def test_a_graph_that_is_too_small_does_not_stop_the_others(call, folder, tmp_path):  # noqa: F811
    small = tmp_path / "small.txt"
    small.write_text("1 2\n2 3\n")
    code, out, err = call("fit", small, folder / "er.txt", "--model", "er", "--format", "json")
    assert code == 1
    assert err == (f"graphspec: error: {small}: 2 eigenvalues besides zeros are too few for a fit, which needs 10\n")
    assert json.loads(out)["input"]["name"] == str(folder / "er.txt")
