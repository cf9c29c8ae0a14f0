"""``graphspec clusters`` and ``graphspec count``: what comes out, in every format, and what goes wrong."""

import csv
import io
import json
import re
import signal
import subprocess
import sys
import time

import networkx as nx
import numpy as np
import pytest
from planted import agreement, planted
from test_cli import call, record_of, spawn  # noqa: F401 - a fixture

import graphspec
from graphspec.graphs.graph import Graph

RESULT = [
    "count",
    "count_low",
    "count_high",
    "threshold",
    "gap_low",
    "gap_high",
    "significant",
    "rule",
    "candidates",
    "confirmed",
    "detectable",
]
CONFIRMED = ["count", "gap_low", "gap_high", "method", "eigenvalues"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("clusters")
    graph = planted([70] * 10)
    graphspec.write_edges(graph, path / "ten.txt.gz")
    graphspec.write_edges(planted([60] * 6, seed=3), path / "six.txt")
    graphspec.write_edges(Graph.from_networkx(nx.cycle_graph(500)), path / "ring.txt")
    return path


@pytest.fixture(scope="module")
def ten(folder):
    return folder / "ten.txt.gz"


# --- what comes out


def test_json_follows_the_contract_and_says_what_the_library_says(call, ten):  # noqa: F811
    code, out, err = call("clusters", ten, "--format", "json")
    assert (code, err) == (0, "")
    record = record_of(out)
    assert record["command"] == "clusters"
    assert list(record["result"]) == RESULT
    assert list(record["result"]["confirmed"]) == CONFIRMED
    found = graphspec.count_clusters(graphspec.read_edges(ten))
    for key in ("threshold", "significant", "rule"):
        assert record["result"][key] == getattr(found, key)
    for key, value in (("count", found.count.value), ("count_low", found.count.low), ("count_high", found.count.high)):
        assert record["result"][key] == value
    for key in ("gap_low", "gap_high"):
        assert record["result"][key] == getattr(found.gap, key)
    assert record["result"]["confirmed"] == {key: getattr(found.confirmation, key) for key in CONFIRMED}
    assert found.confirmation.count == 10
    assert [gap["count"] for gap in record["result"]["candidates"]] == [gap.count for gap in found.candidates]
    assert record["parameters"]["confirm_limit"] == 300


def test_csv_has_a_row_for_every_input_also_without_a_gap(call, folder):  # noqa: F811
    names = [str(folder / name) for name in ("ten.txt.gz", "ring.txt", "six.txt")]
    code, out, err = call("clusters", *names, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, err) == (0, "")
    first = [
        "name",
        "num_nodes",
        "num_edges",
        "num_components",
        *RESULT[:-3],
        *(f"confirmed_{key}" for key in CONFIRMED),
    ]
    header = out.splitlines()[0].split(",")
    assert header[: len(first)] == first
    assert all(name.startswith("detectable_") for name in header[len(first) :])
    assert [row["detectable_kind"] for row in rows] == ["groups", "none", "groups"]
    assert [row["detectable_confirmed_count"] for row in rows] == ["10", "", "6"]
    assert [row["name"] for row in rows] == names
    assert [row["confirmed_count"] for row in rows] == ["10", "", "6"]
    assert [row["significant"] for row in rows] == ["True", "False", "True"]
    assert rows[1]["count"] == rows[1]["gap_low"] == ""


def test_the_pipeline_of_the_help(folder):
    graphspec_command = f"{sys.executable} -m graphspec"
    line = f"{graphspec_command} clusters *.txt *.gz --format csv | sort -t, -k5 -n | tail -n 1 | cut -d, -f 1"
    done = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == "ten.txt.gz\n"
    line = f"zcat ten.txt.gz | {graphspec_command} clusters - --format json | {sys.executable} -m json.tool"
    done = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["result"]["confirmed"]["count"] == 10


def test_an_input_that_fails_does_not_stop_the_others(call, folder, ten):  # noqa: F811
    code, out, err = call("clusters", folder / "none.txt", ten, "--format", "json")
    assert code == 1
    assert err == f"graphspec: error: {folder / 'none.txt'}: cannot be read (No such file or directory)\n"
    assert record_of(out)["input"]["name"] == str(ten)


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("ten.txt.gz", [], "10 clusters below a gap of the spectrum from 0."),
        ("ten.txt.gz", ["--confirm-limit", "0"], " clusters ("),
        ("ring.txt", [], "The spectrum shows no significant gap."),
        ("ten.txt.gz", ["--threshold", "0.3"], " are at most 0.3."),
        ("ten.txt.gz", ["--rule", "first-minimum"], "the first minimum of the density"),
        ("ten.txt.gz", ["--confirm-limit", "3"], "not confirmed: the count is above the limit of 3"),
        ("ten.txt.gz", ["--method", "exact"], "exact, 100 moments, normalized operator"),
    ],
)
def test_the_table_answers_in_a_sentence(call, folder, name, options, sentence):  # noqa: F811
    code, out, err = call("clusters", folder / name, *options)
    assert (code, err) == (0, "")
    assert sentence in " ".join(out.split())


def test_the_table_of_components(call, tmp_path):  # noqa: F811
    path = tmp_path / "two.txt"
    graphspec.write_edges(Graph.from_networkx(nx.disjoint_union(nx.complete_graph(9), nx.complete_graph(8))), path)
    assert "The spectrum shows no gap within the 2 components" in call("clusters", path)[1]
    assert re.search(r"│ +2\.0 │ +2\.0 to 2\.0 │ .* │ \w+, components │", call("clusters", path)[1])


def test_remarks_go_to_standard_error_beside_data(call, ten):  # noqa: F811
    _, out, err = call("clusters", ten, "--confirm-limit", 3, "--format", "csv")
    start, end = f"graphspec: {ten}: the ", " not confirmed: the count is above the limit of 3\n"
    assert err == f"{start}communities are{end}{start}gap is{end}"
    assert call("clusters", ten, "--confirm-limit", 3, "--format", "csv", "-q")[1:] == (out, "")


def test_a_sketch_serves_but_confirms_nothing(call, ten, tmp_path):  # noqa: F811
    saved = tmp_path / "web.npz"
    assert call("sketch", ten, "-o", saved)[0] == 0
    code, out, err = call("clusters", saved, "--format", "json")
    whole = record_of(call("clusters", ten, "--format", "json")[1])
    assert (code, err) == (0, "")
    record = record_of(out)
    assert record["result"] == {**whole["result"], "confirmed": None, "detectable": None}
    code, out, err = call("clusters", saved, "--labels", tmp_path / "labels.tsv")
    assert (code, out) == (1, "")
    assert err == f"graphspec: error: {saved}: a sketch holds no matrix, so --labels needs the edge list\n"
    assert "a sketch holds no matrix" in call("clusters", saved, "--method", "exact")[2]


def test_labels_have_a_line_for_every_vertex(call, ten, tmp_path):  # noqa: F811
    path = tmp_path / "labels.tsv"
    code, _, err = call("clusters", ten, "--labels", path, "--format", "csv")
    assert (code, err) == (0, f"graphspec: {path}: 10 labels, of communities\n")
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    graph = graphspec.read_edges(ten)
    assert [int(row[0]) for row in rows] == list(range(graph.num_nodes))
    groups = np.array([int(row[1]) for row in rows])
    assert agreement(groups, np.repeat(np.arange(10), 70)) > 0.99


def test_labels_of_the_largest_component_alone(call, tmp_path):  # noqa: F811
    graph = nx.relabel_nodes(nx.from_scipy_sparse_array(planted([80] * 5).adjacency()), lambda node: f"v{node:03}")
    nx.add_path(graph, ["a", "b", "c"])
    source, path = tmp_path / "edges.txt", tmp_path / "labels.tsv"
    source.write_text("".join(f"{u} {v}\n" for u, v in graph.edges))
    assert call("clusters", source, "--labels", path, "--component", "largest")[0] == 0
    assert [line.split("\t")[0] for line in path.read_text().splitlines()] == [f"v{node:03}" for node in range(400)]
    assert call("clusters", source, "--labels", path)[0] == 0
    assert len(path.read_text().splitlines()) == 403


def test_without_a_gap_there_are_no_labels(call, folder, tmp_path):  # noqa: F811
    path = tmp_path / "labels.tsv"
    code, out, err = call("clusters", folder / "ring.txt", "--labels", path, "--format", "csv")
    assert code == 1
    assert "was not written: neither a gap nor a count of communities is confirmed" in err
    assert len(out.splitlines()) == 2
    assert not path.exists()


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_pictures_are_drawn_and_reproducible(call, ten, tmp_path, suffix):  # noqa: F811
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    for path in (first, second):
        code, _, err = call("clusters", ten, "--plot", path, "-q")
        assert (code, err) == (0, "")
    assert first.stat().st_size > 10_000
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("ring.txt", []),
        ("ten.txt.gz", ["--threshold", "0.5"]),
        ("ten.txt.gz", ["--rule", "first-minimum"]),
        ("ten.txt.gz", ["--method", "exact"]),
        ("six.txt", ["--confirm-limit", "0"]),
    ],
)
def test_every_kind_of_answer_has_a_picture(call, folder, tmp_path, name, options):  # noqa: F811
    code, _, err = call("clusters", folder / name, "--plot", tmp_path / "a.png", *options)
    assert (code, err) == (0, "")
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_threads_and_repetition_do_not_change_a_byte(call, ten, tmp_path):  # noqa: F811
    outputs = set()
    for threads in (1, 2, 1):
        outputs.add(call("clusters", ten, "--format", "json", "--threads", threads)[1])
    assert len(outputs) == 1


# --- every option counts


@pytest.mark.parametrize(
    "options",
    [
        ["--num-moments", "40"],
        ["--num-probes", "9"],
        ["--seed", "1"],
        ["--first-probe", "7"],
        ["--method", "lanczos"],
        ["--method", "kpm"],
        ["--method", "exact"],
        ["--rule", "first-minimum"],
        ["--threshold", "0.4"],
        ["--operator", "combinatorial"],
        ["--operator", "natural"],
        ["--no-structure"],
        ["--confidence", "0.5"],
        ["--tolerance", "0.02"],
        ["--confirm-limit", "5"],
    ],
)
def test_every_option_changes_the_numbers_and_is_recorded(call, ten, options):  # noqa: F811
    base = record_of(call("clusters", ten, "--format", "json")[1])
    code, out, err = call("clusters", ten, "--format", "json", *options)
    assert code == 0, err
    other = record_of(out)
    assert other["result"] != base["result"]
    assert other["parameters"] != base["parameters"]


def test_what_ended_a_tolerance_is_said(call, ten, tmp_path):  # noqa: F811
    _, out, err = call("clusters", ten, "--tolerance", "0.01", "--format", "json")
    assert "probes: tolerance ended the pass, the count is within 0.0" in err
    assert record_of(out)["parameters"]["num_probes"] > 16
    _, out, err = call("clusters", ten, "--tolerance", "0.001", "--max-probes", "20", "--format", "json")
    assert "20 probes: --max-probes ended the pass, the count is within 0." in err
    assert record_of(out)["parameters"]["num_probes"] == 20
    path = tmp_path / "ring.txt"
    graphspec.write_edges(Graph.from_networkx(nx.cycle_graph(2000)), path)
    options = ["--method", "lanczos", "--num-moments", "10", "--tolerance", "0.001", "--max-probes", "100000"]
    _, _, err = call("count", path, "--to", "0.5", *options)
    assert "probes: no more of them would help, the count needs more moments" in err
    hubs = nx.random_labeled_tree(200, seed=7)
    hubs.add_edges_from((hub, 200 * leaf + hub) for hub in range(200) for leaf in range(1, 13))
    tree = tmp_path / "tree.txt"
    graphspec.write_edges(Graph.from_networkx(hubs), tree)
    for source, tolerance in ((path, "0.01"), (tree, "0.0001")):  # the tree has a gap, but a forest has no clusters
        _, _, err = call("clusters", source, "--tolerance", tolerance)
        assert "16 probes: there is no significant gap, and nothing to bring within a tolerance" in err


# --- count


def test_count(call, ten):  # noqa: F811
    code, out, err = call("count", ten, "--from", "0.4", "--to", "1", "--format", "json")
    assert (code, err) == (0, "")
    record = record_of(out)
    assert list(record["result"]) == ["low", "high", "count", "count_low", "count_high"]
    found = graphspec.count_eigenvalues(graphspec.read_edges(ten), 0.4, 1)
    assert record["result"] == {key: getattr(found, key) for key in record["result"]}
    assert (record["parameters"]["from"], record["parameters"]["to"]) == (0.4, 1.0)
    _, rows, _ = call("count", ten, ten, "--to", "1", "--format", "csv")
    header = "name,num_nodes,num_edges,num_components,low,high,count,count_low,count_high"
    assert rows.splitlines()[0] == header
    assert len(rows.splitlines()) == 3
    assert " eigenvalues (" in call("count", ten, "--to", "1")[1]
    assert "700 eigenvalues from 0 to 2" in call("count", ten, "--to", "2", "--method", "exact")[1]


@pytest.mark.parametrize(
    "options",
    [
        ["--from", "0.2"],
        ["--to", "0.9"],
        ["--num-moments", "40"],
        ["--num-probes", "9"],
        ["--seed", "1"],
        ["--method", "lanczos"],
        ["--method", "exact"],
        ["--operator", "natural"],
        ["--confidence", "0.5"],
        ["--tolerance", "0.01"],
    ],
)
def test_every_option_of_count_changes_the_numbers(call, ten, options):  # noqa: F811
    base = ["count", ten, "--format", "json", "--from", "0.1", "--to", "0.8", "-q"]
    first, other = (record_of(call(*arguments)[1]) for arguments in (base, [*base, *options]))
    assert other["result"] != first["result"]
    assert other["parameters"] != first["parameters"]


# --- wrong usage and wrong data


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["clusters", "{ten}", "--threshold", "3"], "--threshold 3 lies outside of [0, 2]"),
        (["clusters", "{ten}", "--threshold", "-0.1"], "--threshold -0.1 lies outside of [0, 2]"),
        (["clusters", "{ten}", "--threshold", "nan"], "'nan' is not a finite number"),
        (["clusters", "{ten}", "--rule", "threshold"], "--rule threshold needs a --threshold"),
        (["clusters", "{ten}", "--rule", "eigengap", "--threshold", "1"], "--threshold is for --rule threshold"),
        (["clusters", "{ten}", "--operator", "adjacency"], "choose another --operator than adjacency"),
        (
            ["clusters", "{ten}", "--labels", "a.tsv", "--threshold", "1"],
            "--labels needs one of the rules both",
        ),
        (
            ["clusters", "{ten}", "--labels", "a.tsv", "--confirm-limit", "0"],
            "--labels needs one of the rules both",
        ),
        (["clusters", "{ten}", "{ten}", "--labels", "a.tsv"], "--labels takes one input, not 2"),
        (["clusters", "{ten}", "{ten}", "--plot", "a.png"], "--plot of 2 inputs takes a folder"),
        (["clusters", "{ten}", "--labels", "{ten}"], "is an input: it would be overwritten"),
        (["clusters", "{ten}", "--labels", "a.tsv", "-o", "a.tsv"], "is given for two outputs"),
        (["clusters", "{ten}", "--confirm-limit", "-1"], "'--confirm-limit'"),
        (["clusters", "{ten}", "--rule", "elbow"], "'--rule'"),
        (["clusters"], "Missing argument 'INPUT...'"),
        (["count", "{ten}"], "give --from, --to, or both"),
        (["count", "{ten}", "--from", "1", "--to", "0.5"], "--from (1) is above --to (0.5)"),
        (["count", "{ten}", "--to", "inf"], "'inf' is not a finite number"),
        (["count", "{ten}", "--to", "1", "--tolerance", "0"], "'0' is not a number above 0"),
    ],
)
def test_wrong_usage(call, ten, arguments, message):  # noqa: F811
    code, out, err = call(*(str(argument).format(ten=ten) for argument in arguments))
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("text", "count", "components"),
    [
        ("1 1\n", 1, 1),
        ("1 2\n", 1, 1),
        ("1 1\n2 2\n3 3\n", 3, 3),
        ("1 2\n2 1\n1 2\n1 2\n", 1, 1),
        ("1 2\n1 3\n1 4\n1 5\n", 1, 1),
        ("1 2\n1 3\n2 3\n", 1, 1),
    ],
    ids=["one vertex", "one edge", "isolated", "duplicates", "star", "complete"],
)
def test_tiny_graphs_have_a_right_answer(call, tmp_path, text, count, components):  # noqa: F811
    path = tmp_path / "edges.txt"
    path.write_text(text)
    for method in ("maxent", "lanczos", "kpm", "exact"):
        code, out, err = call("clusters", path, "--format", "json", "--method", method, "--labels", tmp_path / "l.tsv")
        assert code == 0, err
        record = record_of(out)
        assert record["input"]["num_components"] == components
        assert record["result"]["count"] == record["result"]["confirmed"]["count"] == count
        groups = {line.split("\t")[1] for line in (tmp_path / "l.tsv").read_text().splitlines()}
        assert len(groups) == count
        code, out, _ = call("count", path, "--to", "0", "--format", "json", "--method", method)
        assert record_of(out)["result"]["count"] == pytest.approx(components, abs=1e-9)


def test_isolated_vertices_have_no_gap(call, tmp_path):  # noqa: F811
    path = tmp_path / "edges.txt"
    path.write_text("1 1\n2 2\n3 3\n")
    for method in ("maxent", "exact"):
        result = record_of(call("clusters", path, "--format", "json", "--method", method)[1])["result"]
        assert [result[key] for key in ("gap_low", "gap_high", "threshold", "candidates")] == [None, None, None, []]
        assert result["confirmed"] | {"method": ""} == {
            "count": 3,
            "gap_low": None,
            "gap_high": None,
            "method": "",
            "eigenvalues": 3,
        }
    assert "No edges: each of the 3 vertices is a component." in call("clusters", path)[1]


def test_a_gap_that_separates_no_clusters_is_listed_with_the_reason(call, tmp_path):  # noqa: F811
    path = tmp_path / "tree.txt"
    graphspec.write_edges(graphspec.generate("ba", 300, 1, m=1), path)
    code, out, _ = call("clusters", path, "--format", "json")
    result = record_of(out)["result"]
    assert (code, result["count"], result["significant"]) == (0, None, False)
    assert result["candidates"][0]["excluded"] == "forest"
    table = " ".join(call("clusters", path)[1].split())
    assert "separates no clusters: the graph is a forest" in table
    assert "no, forest" in table


@pytest.mark.parametrize("command", [["clusters"], ["count", "--to", "1"]])
def test_an_empty_file_is_an_error(call, tmp_path, command):  # noqa: F811
    path = tmp_path / "empty.txt"
    path.write_text("")
    code, out, err = call(*command, path)
    assert (code, out) == (1, "")
    assert str(path) in err
    assert len(err.splitlines()) == 1


def test_a_threshold_beyond_the_interval_of_another_operator(call, ten):  # noqa: F811
    code, out, err = call("clusters", ten, "--operator", "natural", "--threshold", "50")
    assert (code, out) == (1, "")
    assert "the threshold 50.0 lies outside of the interval [0, " in err
    assert str(ten) in err


def test_the_reader_may_close_the_pipe(ten):
    line = f"{sys.executable} -m graphspec clusters {ten} {ten} {ten} --format json | head -c 1 >/dev/null"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_interrupted_in_the_confirmation(tmp_path):
    path, output = tmp_path / "many.txt", tmp_path / "out.json"
    graphspec.write_edges(planted([40] * 200), path)
    with spawn("clusters", path, path, path, path, "--format", "json", "-v", "-o", output) as process:
        for line in process.stderr:
            if b"gaps" in line:
                break
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert err.endswith(b"graphspec: interrupted\n")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["many.txt"]
