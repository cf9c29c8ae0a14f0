"""``graphspec convert``, and graph files as inputs."""

import io

import numpy as np
import pandas as pd
import pytest
from edgelists import assert_same_graph, lines_of
from spectra import random_graph

from graphspec import open_graph, read_edges, save_graph
from graphspec.cli import run


def test_convert(tmp_path, capsys):
    path, target = tmp_path / "edges.txt", tmp_path / "a.graph"
    pairs = np.random.default_rng(1).integers(0, 900, (30_000, 2)).tolist()
    path.write_text("# a comment\n" + lines_of(pairs))
    assert run(["convert", str(path), str(target)]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    graph = read_edges(path)
    size = f"{target.stat().st_size / 1e6:.1f} MB"
    dropped = graph.dropped
    said = f"dropped {dropped.self_loops} self-loops; merged {dropped.duplicate_edges:,} duplicate edges"
    written = f"graphspec: {target}: 900 vertices, {graph.num_edges:,} edges, {size}\n"
    assert err == f"graphspec: {path}: {said}\n{written}"
    assert_same_graph(open_graph(target), graph)
    limited = tmp_path / "b.graph"
    assert run(["convert", str(path), str(limited), "--memory-limit", "100MB", "-q"]) == 0
    assert capsys.readouterr() == ("", "")
    assert limited.read_bytes() == target.read_bytes()
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.graph", "b.graph", "edges.txt"]
    for arguments in (["info"], ["spectrum", "--num-probes", "2", "--num-moments", "10"]):
        outputs = []
        for source in (path, target):
            assert run([*arguments, "--format", "csv", str(source)]) == 0
            outputs.append(capsys.readouterr().out.replace(str(source), "X"))
        assert outputs[0] == outputs[1]


def test_an_order_of_breadth_first_search_changes_no_answer(tmp_path, capsys):
    path, plain, ordered = tmp_path / "edges.txt", tmp_path / "a.graph", tmp_path / "b.graph"
    numbers = np.random.default_rng(5).permutation(2000)
    steps = [(i, step) for i in range(2000) for step in (1, 7) if (i * step) % 13 != 5]
    path.write_text("".join(f"v{numbers[i]} v{numbers[(i + step) % 2000]}\n" for i, step in steps))
    for target, options in ((plain, []), (ordered, ["--order", "bfs"])):
        assert run(["convert", str(path), str(target), *options, "-q"]) == 0
    for question in (
        ["count", "--to", "0.7", "--format", "csv", "--num-probes", "4"],
        ["vertices", "--function", "heat", "--times", "1", "--format", "csv"],
        ["embed", "--dimension", "3", "--format", "csv"],
    ):
        tables = []
        for source in (plain, ordered):
            assert run([*question, str(source)]) == 0
            table = pd.read_csv(io.StringIO(capsys.readouterr().out)).drop(columns="name")
            # The sign of an eigenvector is that of its largest entry, and there are several about as large.
            tables.append(table.apply(lambda column: column.abs() if column.name[:1] == "x" else column))
        pd.testing.assert_frame_equal(*tables, check_exact=False, atol=1e-5, rtol=1e-4)
    labels = []
    for source in (plain, ordered):
        assert run(["clusters", str(source), "--labels", str(tmp_path / "labels.tsv"), "--k", "2", "-q"]) == 0
        labels.append(pd.read_csv(tmp_path / "labels.tsv", sep="\t", header=None))
    assert labels[0][0].tolist() == labels[1][0].tolist() == open_graph(plain).labels.tolist()
    capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["{edges}", "-"], 2, "name one in place of -"),
        (["{edges}", "{edges}"], 2, "is an input: it would be overwritten"),
        (["{none}", "{target}"], 1, "No such file"),
        (["{edges}", "{folder}/no/a.graph"], 1, "does not exist: make it first"),
        (["{edges}", "{target}", "--memory-limit", "1MB"], 2, "which the program itself takes"),
        (["{edges}", "{target}", "--memory-limit", "lots"], 2, "is not a size such as 512MB or 4GB"),
        (["-", "{target}", "--memory-limit", "1GB"], 1, "needs a file that is read piece by piece"),
        (["{edges}", "{target}", "--memory-limit", "1GB", "--weighted"], 1, "weights cannot be read within a limit"),
        (["{edges}", "{target}", "--memory-limit", "1GB", "--order", "bfs"], 2, "bfs needs the graph in memory"),
        (["{edges}", "{target}", "--order", "degree"], 2, "is not one of file, bfs"),
    ],
)
def test_wrong_conversions_are_one_line(arguments, code, message, tmp_path, capsys):
    (tmp_path / "edges.txt").write_text("1 2\n")
    places = {
        "edges": tmp_path / "edges.txt",
        "none": tmp_path / "none.txt",
        "target": tmp_path / "a.graph",
        "folder": tmp_path,
    }
    assert run(["convert", *(argument.format(**places) for argument in arguments)]) == code
    err = capsys.readouterr().err
    assert message in err
    assert sorted(item.name for item in tmp_path.iterdir()) == ["edges.txt"]


def test_a_graph_file_is_not_piped(tmp_path, capsys, monkeypatch):
    save_graph(random_graph(50, 4.0, 1), tmp_path / "a.graph")
    with (tmp_path / "a.graph").open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert run(["info", "-"]) == 1
    assert "is mapped from its file: give that in place of -" in capsys.readouterr().err


def test_options_of_edge_lists_are_refused_for_graph_files(tmp_path, capsys):
    save_graph(random_graph(50, 4.0, 1), tmp_path / "a.graph")
    for option, message in ((["--delimiter", ","], "leave --delimiter out"), (["--weighted"], "without weights")):
        assert run(["info", str(tmp_path / "a.graph"), *option]) == 1
        assert message in capsys.readouterr().err
