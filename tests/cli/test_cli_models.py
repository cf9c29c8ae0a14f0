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
        (
            ["er", "--nodes", "9", "--p", "0.1", "--like", "karate"],
            2,
            "config, sbm and dcsbm, not for er",
        ),
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
    assert record_of(out)["result"] == {**whole["result"], "baseline": {}, "description_length": None}
    code, _, err = call("fit", saved, "--model", "configuration")
    assert code == 1
    assert f"{saved}: configuration keeps the degrees of a graph" in err


@pytest.mark.slow
def test_classify_follows_the_contract(call, folder):  # noqa: F811
    code, out, err = call("classify", folder / "ws.txt", "--models", "er,ws", "--format", "json")
    assert (code, err) == (0, "")
    result = record_of(out)["result"]
    assert list(result) == ["best", "distinguishable", "ranking", "left_out"]
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


# --- block models


@pytest.fixture(scope="module")
def blocks(tmp_path_factory):
    path = tmp_path_factory.mktemp("blocks") / "blocks.txt"
    graphspec.write_edges(generate("sbm", 600, 3, blocks=4, p_in=0.05, p_out=0.004), path)
    return path


def test_classify_names_blocks_with_their_criteria(call, blocks):  # noqa: F811
    arguments = ("classify", blocks, "--models", "er,config,sbm,dcsbm", "--num-references", 5)
    record = record_of(call(*arguments, "--format", "json")[1])
    result = record["result"]
    assert record["parameters"]["models"] == ["er", "configuration", "sbm", "dcsbm"]
    assert (result["best"], result["left_out"]) == ("sbm", [])
    items = {item["model"]: item for item in result["ranking"]}
    assert [items[name]["num_parameters"] for name in ("er", "configuration", "sbm", "dcsbm")] == [1, 600, 610, 1210]
    assert [items[name]["num_blocks"] for name in ("er", "configuration", "sbm", "dcsbm")] == [None, None, 4, 4]
    assert min(items, key=lambda name: items[name]["description_length"]) == "sbm"
    table = call(*arguments)[1]
    assert "4 blocks" in table
    assert f"{items['sbm']['description_length']:,.0f}" in table
    rows = list(csv.DictReader(io.StringIO(call(*arguments, "--format", "csv")[1])))
    assert {row["model"]: row["num_parameters"] for row in rows}["dcsbm"] == "1210"


def test_communities_refute_a_model_on_the_command_line(call, tmp_path):  # noqa: F811
    # Two weak blocks, which these moments do not see.
    graphspec.write_edges(generate("sbm", 1500, 6, blocks=2, p_in=0.026, p_out=0.01), tmp_path / "g.txt")
    arguments = ("classify", tmp_path / "g.txt", "--models", "config,dcsbm", "--num-references", 6)
    result = record_of(call(*arguments, "--format", "json")[1])["result"]
    lacking = {item["model"]: item["lacks_communities"] for item in result["ranking"]}
    assert lacking["configuration"].startswith("the 2 communities have eigenvalues of mean 0.")
    assert lacking["dcsbm"] is None
    assert result["best"] == "dcsbm"
    table = call(*arguments)[1]
    assert "not configuration: the 2 communities have eigenvalues of mean" in " ".join(table.split())


def test_a_model_that_is_left_out_stands_in_the_result(call, folder):  # noqa: F811
    arguments = ("classify", folder / "er.txt", "--models", "er,dcsbm", "--num-references", 5)
    reason = "no communities are detected: dcsbm with one block is configuration"
    result = record_of(call(*arguments, "--format", "json")[1])["result"]
    assert result["left_out"] == [{"model": "dcsbm", "reason": reason}]
    assert f"not dcsbm: {reason}" in call(*arguments)[1]


def test_a_fit_of_blocks_holds_sizes_and_edge_counts(call, blocks):  # noqa: F811
    arguments = ("fit", blocks, "--model", "sbm", "--num-references", 4)
    result = record_of(call(*arguments, "--format", "json")[1])["result"]
    counts = np.array(result["blocks"]["edge_counts"])
    assert sum(result["blocks"]["sizes"]) == 600
    assert np.triu(counts).sum() == graphspec.read_edges(blocks).num_edges
    table = call(*arguments)[1]
    assert f"{counts[0, 0]:,}" in table
    assert "sbm, 4 blocks" in table
    assert f"description length: {result['description_length']:,.0f} nats with 610 parameters" in table
    row = next(csv.DictReader(io.StringIO(call(*arguments, "--format", "csv")[1])))
    assert (row["num_blocks"], row["num_parameters"]) == ("4", "610")


@pytest.mark.parametrize("name", ["sbm", "dcsbm"])
def test_generate_keeps_the_blocks_of_a_graph(call, blocks, tmp_path, name):  # noqa: F811
    path = tmp_path / "g.txt"
    assert call("generate", name, "--like", blocks, "--seed", 4, "-o", path)[0] == 0
    first = path.read_text().splitlines()[0]
    degrees = "the degrees and " if name == "dcsbm" else ""
    assert f"{name}() with {degrees}the edge counts of 4 communities of {blocks}, seed 4" in first
    own, made = graphspec.read_edges(blocks), graphspec.read_edges(path)
    assert made.num_edges == own.num_edges
    assert (sorted(made.num_neighbours) == sorted(own.num_neighbours)) == (name == "dcsbm")
    assert graphspec.detectable_communities(made).confirmation.count == 4


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ["generate", "dcsbm", "--nodes", "9"],
            2,
            "dcsbm keeps the degrees and blocks of a graph: give it",
        ),
        (["generate", "sbm", "--like", "{er}"], 1, "er.txt: sbm has no blocks to keep: no communities are detected"),
        (["generate", "dcsbm", "--like", "{er}", "--nodes", "9"], 2, "dcsbm with --like has as many vertices as that"),
        (["generate", "config", "--nodes", "9"], 2, "give it with --like"),
        (
            ["generate", "ba", "--m", "2", "--like", "{er}"],
            2,
            "config, sbm and dcsbm, not for ba",
        ),
        (
            ["fit", "{er}", "--model", "sbm"],
            1,
            "er.txt: sbm cannot be fitted: no communities are",
        ),
        (["classify", "{er}", "--models", "config,configuration"], 2, "is not a list of different models"),
    ],
)
def test_what_has_no_blocks(call, folder, arguments, code, message):  # noqa: F811
    found, out, err = call(*(argument.format(er=folder / "er.txt") for argument in arguments))
    assert (found, out) == (code, "")
    assert message in err


def test_a_sketch_has_no_blocks(call, folder, tmp_path):  # noqa: F811
    assert call("sketch", folder / "er.txt", "-o", tmp_path / "er.npz")[0] == 0
    for arguments in (("fit", "--model", "dcsbm"), ("classify", "--models", "er,dcsbm")):
        code, out, err = call(arguments[0], tmp_path / "er.npz", *arguments[1:], "-q")
        assert (code, out) == (1, "")
        needs = "dcsbm needs the edge list: a sketch holds no blocks of vertices"
        assert err == f"graphspec: error: {tmp_path / 'er.npz'}: {needs}\n"
