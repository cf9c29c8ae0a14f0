"""``compare --sets``: inputs of all kinds, the contract of its output, and what is no set."""

import csv
import hashlib
import io
import json
import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
from matplotlib.figure import Figure
from test_cli import call, record_of  # noqa: F401 - a fixture

import graphspec
from graphspec import GraphspecError, InputError, ParameterError, SketchError, compare_sets, generate, write_edges
from graphspec.analyses import compare, sets
from graphspec.analyses.sets_picture import draw_difference, draw_functions
from graphspec.batch.questions import QUESTIONS
from graphspec.output import render

WITHIN = [f"g{number}.txt" for number in range(8)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two folders of small graphs, those of the second compressed, and files of many graphs."""
    path = tmp_path_factory.mktemp("sets")
    for name, model, values in (("a", "er", {"p": 0.2}), ("b", "ws", {"k": 6, "p": 0.2})):
        (path / name).mkdir()
        for number in range(8):
            end = ".txt" if name == "a" else ".txt.gz"
            write_edges(generate(model, 30 + number, number, **values), path / name / f"g{number}{end}")
    networks = [nx.gnp_random_graph(20, 0.3, seed=number) for number in range(12)]
    write = {"g6": nx.to_graph6_bytes, "s6": nx.to_sparse6_bytes}
    for suffix, convert in write.items():
        (path / f"many.{suffix}").write_bytes(b"".join(convert(each, header=False) for each in networks))
    (path / "single").mkdir()
    write_edges(generate("er", 30, 1, p=0.2), path / "single/only.txt")
    (path / "nothing").mkdir()
    return path


@pytest.fixture
def within(call, folder, monkeypatch):  # noqa: F811
    """Run the command in the folder."""
    monkeypatch.chdir(folder)
    return lambda *arguments: call("compare", "--sets", *arguments)


def test_the_record_follows_the_contract_and_says_what_the_library_says(within, folder):
    code, out, err = within("a", "b/", "--format", "json", "--seed", 3)
    assert (code, err) == (0, "")
    record = record_of(out)
    assert list(record) == ["schema", "version", "command", "inputs", "parameters", "result"]
    assert record["command"] == "compare"
    assert [each["name"] for each in record["inputs"]] == ["a", "b/"]
    graphs = [graphspec.read_edges(folder / "a" / name) for name in WITHIN]
    first = record["inputs"][0]
    assert (first["num_graphs"], first["smallest"], first["largest"]) == (8, 30, 37)
    assert first["num_nodes"] == sum(graph.num_nodes for graph in graphs)
    assert first["num_edges"] == sum(graph.num_edges for graph in graphs)
    checksums = [hashlib.sha256((folder / "a" / name).read_bytes()).hexdigest() for name in WITHIN]
    assert first["sha256"] == hashlib.sha256("".join(checksums).encode()).hexdigest()
    parameters = record["parameters"]
    expected = {
        "sets": True,
        "permutations": 999,
        "level": 0.05,
        "seed": 3,
        "method": "exact",
        "operator": "normalized",
    }
    assert {name: parameters[name] for name in expected} == expected
    assert "num_probes" not in parameters
    found = compare_sets(str(folder / "a"), folder / "b", seed=3)
    result = record["result"]
    for name in ("mmd", "energy", "gaussian_tv", "gaussian_emd"):
        assert (result[name], result[f"{name}_p_value"]) == (getattr(found, name).value, getattr(found, name).p_value)
    assert (result["differ"], result["bandwidth"]) == (True, found.bandwidth)
    assert result["wasserstein_between"] == found.distances.between
    assert result["typical"][0]["name"] in [f"a/{name}" for name in WITHIN]
    assert result["num_permutations"] == 999


def test_rows_have_the_scalars(within):
    record = record_of(within("a", "b", "--format", "json")[1])
    (row,) = csv.DictReader(io.StringIO(within("a", "b", "--format", "csv")[1]))
    assert list(row)[:6] == ["name", "num_nodes", "num_edges", "num_components", "other", "differ"]
    assert (row["name"], row["other"], row["differ"]) == ("a", "b", "True")
    scalars = {name: value for name, value in record["result"].items() if not isinstance(value, list)}
    assert {name: float(row[name]) for name in scalars if name != "differ"} == {
        name: value for name, value in scalars.items() if name != "differ"
    }


def test_the_table_says_what_it_means(within):
    code, out, err = within("a", "b")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "The sets differ: p = 0.001"
    assert [line.split()[1] for line in lines if line.startswith("│ a ") or line.startswith("│ b ")] == ["a", "b"]
    assert sum("MMD²" in line for line in lines) == 3
    assert within("a", "a/*.txt")[1].startswith("No difference found: p = 1\n")


def test_a_pattern_a_folder_and_a_list_are_one_set(within, folder):
    whole, pattern = (record_of(within("a", each, "--format", "json")[1])["result"] for each in ("b", "b/g*.gz"))
    assert pattern == whole
    part = record_of(within("a", "b/g[0-3]*", "--format", "json")[1])
    assert part["inputs"][1]["num_graphs"] == 4
    graphs = [graphspec.read_edges(folder / "a" / name) for name in WITHIN]
    paths = [folder / "b" / f"{name}.gz" for name in WITHIN]
    assert compare_sets(graphs, paths).mmd.value == whole["mmd"]


def test_files_of_many_graphs_in_either_format_are_one_set(within, folder):
    code, out, err = within("many.g6", "many.s6", "--format", "json")
    assert (code, err) == (0, "")
    record = record_of(out)
    assert [each["num_graphs"] for each in record["inputs"]] == [12, 12]
    assert record["result"]["wasserstein_within_first"] == record["result"]["wasserstein_within_second"]
    assert record["result"]["mmd_p_value"] == 1.0
    assert record["result"]["typical"][0]["name"].startswith("many.g6:")
    networks = [nx.gnp_random_graph(20, 0.3, seed=number) for number in range(12)]
    assert (
        compare_sets(networks, str(folder / "a")).mmd.value == compare_sets(folder / "many.g6", folder / "a").mmd.value
    )


def test_graphs_come_from_a_pipe(folder):
    command = [sys.executable, "-m", "graphspec", "compare", "--sets", "-", "a", "--format", "json", "-q"]
    found = subprocess.run(
        command, cwd=folder, input=(folder / "many.g6").read_bytes(), capture_output=True, check=True
    )
    record = json.loads(found.stdout)
    assert (record["inputs"][0]["name"], record["inputs"][0]["num_graphs"]) == ("-", 12)


def test_options_reach_the_test_and_the_reading(within, folder):
    record = record_of(within("a", "b", "--permutations", 99, "--level", 0.02, "--format", "json")[1])
    assert record["result"]["mmd_p_value"] == 0.01
    assert record["parameters"]["level"] == 0.02
    (folder / "odd").mkdir(exist_ok=True)
    for number in range(2):
        (folder / "odd" / f"{number}.txt").write_text("1;2\n2;3\n3;1\n3;4\n")
    code, _, err = within("odd", "a", "--delimiter", ",")
    assert (code, err.count("\n")) == (1, 1)
    assert "odd/0.txt, line 1: expected at least 2 columns" in err
    assert within("odd", "odd", "--delimiter", ";", "-q")[0] == 0


def test_sampled_graphs_are_said_in_the_parameters(within, folder, tmp_path):
    for number in range(2):
        write_edges(generate("er", 560, number, p=0.01), tmp_path / f"{number}.txt")
    words = (tmp_path, "a", "--num-moments", 30, "--num-probes", 4, "--format", "json", "-q")
    record = record_of(within(*words)[1])
    assert record["parameters"]["method"] == "maxent"
    assert (record["parameters"]["num_moments"], record["parameters"]["num_probes"]) == (30, 4)
    other = record_of(within(*words, "--seed", 1)[1])
    assert other["result"]["mmd"] != record["result"]["mmd"]
    assert within(*words)[1] == within(*words, "--threads", 1)[1]


def test_remarks_are_counted_and_told_in_full_when_asked(within, tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text("1 2\n2 3\n3 3\n3 1\n")
    err = within(tmp_path, "a")[2]
    assert err == f"graphspec: {tmp_path}: reading guessed or dropped something of 3 graphs: see them with -v\n"
    assert within(tmp_path, "a", "-v")[2].count("dropped 1 self-loop") == 3
    assert within(tmp_path, "a", "-q")[2] == ""


def test_a_picture_is_drawn_in_equal_bytes(within, folder, tmp_path):
    assert within("a", "b", "--plot", tmp_path / "one.png", "-q")[0] == 0
    result = sets.run(["a", "b"])
    result.draw(tmp_path / "two.png")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    figure = Figure()
    axes = figure.subplots(2)
    draw_functions(axes[0], result.comparison)
    draw_difference(axes[1], result.comparison)
    labels = [text.get_text() for text in axes[0].get_legend().get_texts()]
    assert labels == ["a, 8 graphs (10 to 90 %)", "b, 8 graphs (10 to 90 %)"]
    first, second = result.comparison.curves
    np.testing.assert_array_equal(axes[0].lines[1].get_ydata(), second.mean)
    np.testing.assert_array_equal(axes[1].lines[1].get_ydata(), first.mean - second.mean)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_tables_keep_within_the_width(folder, width):
    result = sets.run([str(folder / "a"), str(folder / "b")])
    text = render(result.table(width), terminal=False, width=width)
    assert max(map(len, text.splitlines())) <= width


# --- what is no set


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("a",), 2, "--sets compares two inputs, each of which is a set of graphs, not 1"),
        (("a", "b", "a"), 2, "--sets compares two inputs, each of which is a set of graphs, not 3"),
        (("a", "b", "--series"), 2, "--sets and --series exclude each other"),
        (("a", "b", "--permutations", "10"), 2, "--permutations 10 cannot give a p-value of 0.05: take 19 or more"),
        (("a", "b", "--level", "2"), 2, "'2' is not a number between 0 and 1"),
        (("a", "b", "--operator", "adjacency"), 2, "by the normalised Laplacian, not by --operator adjacency"),
        (("single", "a"), 1, "single: a set needs at least two graphs, and this one has 1"),
        (("a", "nothing"), 1, "nothing: the folder holds no graphs"),
        (("a", "nosuch"), 1, "nosuch: no such folder, file or pattern that a file matches"),
        (("a", "nosuch/*.txt"), 1, "nosuch/*.txt: no such folder, file or pattern that a file matches"),
        (("a", "a/g0.txt"), 1, "a/g0.txt: is no set of graphs: give a folder, a pattern in quotation marks"),
    ],
)
def test_what_cannot_be_compared(within, arguments, code, message):
    found, out, err = within(*arguments)
    assert (found, out) == (code, "")
    assert message in err
    assert err.count("graphspec: error:") == (code == 1)


def test_options_of_sets_are_for_sets(call, folder):  # noqa: F811
    paths = [folder / "a/g0.txt", folder / "a/g1.txt"]
    for flag, value in (("--permutations", 99), ("--level", 0.1)):
        code, _, err = call("compare", *paths, flag, value)
        assert (code, f"{flag} is for --sets" in err) == (2, True)


def test_a_file_that_is_no_graph_is_named(within, tmp_path):
    write_edges(generate("er", 30, 1, p=0.2), tmp_path / "good.txt")
    (tmp_path / "notes.md").write_text("# Notes\n\nThese graphs were made by hand.\n")
    code, out, err = within("a", tmp_path)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "notes.md" in err
    (tmp_path / "notes.md").unlink()
    (tmp_path / "torn.g6").write_bytes(b">>graph6<<D~\n")
    assert "torn.g6" in within("a", tmp_path)[2]


def test_graphs_without_vertices_are_named(within, tmp_path):
    (tmp_path / "some.g6").write_bytes(b"D~{\n?\nDQc\n")
    code, _, err = within("a", tmp_path / "some.g6")
    assert code == 1
    assert err.endswith("some.g6:2: a graph without vertices has no spectrum\n")
    (tmp_path / "bad.g6").write_bytes(b"D~{\nD~\n")
    assert "bad.g6" in within("a", tmp_path / "bad.g6")[2]


def test_what_is_no_set_in_python(folder):
    with pytest.raises(ParameterError, match=r"^a set of graphs is a list, a folder or a pattern, not a Graph$"):
        compare_sets(nx.path_graph(4), str(folder / "a"))
    with pytest.raises(ParameterError, match=r"^set 1:2: a set is of graphs, not of operators$"):
        compare_sets([nx.path_graph(4), graphspec.graph_operator(generate("er", 9, 0, p=0.5))], str(folder / "a"))
    other = graphspec.sketch(nx.path_graph(9), operator="combinatorial", num_moments=4)
    with pytest.raises(SketchError, match="sets have normalised Laplacians, and the sketch is of combinatorial"):
        compare_sets([other, other], str(folder / "a"))
    with pytest.raises(GraphspecError, match=r"^set 2:1: a graph without vertices has no spectrum$"):
        compare_sets(str(folder / "a"), [nx.empty_graph(0)])
    with pytest.raises(InputError, match="the folder holds no graphs"):
        compare_sets(str(folder / "a"), folder / "nothing")
    with pytest.raises(ParameterError, match="`sets` are compared by the normalised Laplacian, not by `operator` nat"):
        sets.SetsOptions(sampling=graphspec.Sampling(operator="natural"))
    with pytest.raises(ParameterError, match="there is no option `permutation`: did you mean `permutations`"):
        compare_sets(str(folder / "a"), str(folder / "b"), permutation=3)
    with pytest.raises(ParameterError, match="`sets` compares two inputs"):
        compare.run([str(folder / "a")], compare.CompareOptions(sets=True))


def test_the_library_makes_the_call_of_the_command(folder):
    paths = [str(folder / "a"), str(folder / "b")]
    by_command = compare.run(paths, compare.CompareOptions.of(sets=True, permutations=99, seed=2))
    direct = sets.run(paths, sets.SetsOptions.of(permutations=99, seed=2))
    assert by_command.record() == direct.record()


def test_a_plan_says_where_sets_are_compared():
    with pytest.raises(ParameterError, match="`sets` is no option of a plan: a plan is of graphs"):
        QUESTIONS["compare"].options_of({"sets": True})
