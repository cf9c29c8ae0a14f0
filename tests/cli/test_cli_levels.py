"""``graphspec clusters --levels``: records, rows, words, labels of every level, pictures, and what has none."""

import csv
import io
import json

import matplotlib.image
import networkx as nx
import numpy as np
import pytest
from matplotlib.figure import Figure
from test_cli import call  # noqa: F401

import graphspec
from graphspec.analyses.detectable_picture import draw_detection
from graphspec.graphs.graph import Graph

LEVEL = ["count", "count_low", "count_high", "gap", "gap_low", "gap_high", "confirmed"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with 16 blocks in 4 groups, whose names are words, a grid, and a graph with weights."""
    path = tmp_path_factory.mktemp("levels")
    block = np.arange(16)
    rates = np.full((16, 16), 1 / 640) + (block[:, None] // 4 == block // 4) * 4 / 160 + np.eye(16) * 15 / 40
    network = nx.stochastic_block_model([40] * 16, rates.tolist(), seed=1, sparse=True)
    named = nx.relabel_nodes(network, {node: f"v{node:03d}" for node in network})
    graphspec.write_edges(Graph.from_networkx(nx.Graph(named.edges)), path / "nested.txt")
    graphspec.write_edges(Graph.from_networkx(nx.grid_2d_graph(20, 20)), path / "grid.txt")
    (path / "weighted.txt").write_text("a b 1\nb c 2.5\nc a 3\n")
    return path


def test_records_hold_the_levels(call, folder):  # noqa: F811
    code, out, err = call("clusters", folder / "nested.txt", "--levels", "--format", "json")
    record = json.loads(out)
    assert (code, err) == (0, "")
    levels = record["result"]["detectable"]["levels"]
    assert [list(level) for level in levels] == [LEVEL, LEVEL]
    assert [level["count"] for level in levels] == [16, 4]
    assert record["parameters"]["levels"] is True
    assert out == call("clusters", folder / "nested.txt", "--levels", "--format", "json", "--threads", 2)[1]
    plain = json.loads(call("clusters", folder / "nested.txt", "--format", "json")[1])
    assert plain["result"]["detectable"]["levels"] is None
    assert plain["parameters"]["levels"] is False
    grid = json.loads(call("clusters", folder / "grid.txt", "--levels", "--format", "json")[1])
    assert grid["result"]["detectable"]["levels"] == []


def test_rows_have_columns_of_levels(call, folder):  # noqa: F811
    names = [folder / f"{name}.txt" for name in ("nested", "grid")]
    rows = list(csv.DictReader(io.StringIO(call("clusters", *names, "--levels", "--format", "csv")[1])))
    assert [row["num_levels"] for row in rows] == ["2", "0"]
    assert [row["level_counts"] for row in rows] == ["16 4", ""]
    assert [row["level_confirmed"] for row in rows] == ["yes yes", ""]
    assert all(float(gap) > 0.5 for gap in rows[0]["level_gaps"].split())
    head = call("clusters", names[0], "--format", "csv")[1].splitlines()[0]
    assert "level" not in head


def test_the_table_says_the_levels(call, folder):  # noqa: F811
    words = " ".join(call("clusters", folder / "nested.txt", "--levels")[1].split())
    assert "16 communities in 4 groups, confirmed: gap of " in words
    assert "communities in 4 groups" not in call("clusters", folder / "nested.txt")[1]
    grid = " ".join(call("clusters", folder / "grid.txt", "--levels")[1].split())
    assert "No level is named: no gap among the eigenvalues stands out." in grid


def test_labels_have_a_column_for_every_level(call, folder, tmp_path):  # noqa: F811
    nested, plain, rows = tmp_path / "nested.tsv", tmp_path / "plain.tsv", tmp_path / "nested.parquet"
    err = call("clusters", folder / "nested.txt", "--levels", "--labels", nested)[2]
    assert err == f"graphspec: {nested}: 16 labels, of communities; 4 labels, of groups of these\n"
    call("clusters", folder / "nested.txt", "--rule", "detectable", "--labels", plain)
    lines = [line.split("\t") for line in nested.read_text().splitlines()]
    # The first two columns are those without levels.
    assert [line[:2] for line in lines] == [line.split("\t") for line in plain.read_text().splitlines()]
    block = {name: int(name[1:]) // 40 for name, _, _ in lines}
    assert len({(block[name], fine) for name, fine, _ in lines}) == 16
    assert len({(block[name] // 4, coarse) for name, _, coarse in lines}) == 4
    pyarrow = pytest.importorskip("pyarrow.parquet")
    call("clusters", folder / "nested.txt", "--levels", "--labels", rows)
    table = pyarrow.read_table(rows).to_pydict()
    assert list(table) == ["vertex", "group", "group_2"]
    assert [list(map(str, row)) for row in zip(*table.values(), strict=True)] == lines
    # Without a level the file has the columns of before.
    call("clusters", folder / "grid.txt", "--levels", "--labels", nested)
    call("clusters", folder / "grid.txt", "--labels", plain)
    assert nested.read_bytes() == plain.read_bytes()


def test_what_has_no_levels_is_said(call, folder, tmp_path):  # noqa: F811
    code, out, err = call("clusters", folder / "weighted.txt", "--weighted", "--levels", "--format", "csv")
    assert code == 0
    assert "detectable communities are counted in graphs without weights" in err
    assert err.endswith("; the gap alone is counted\n")
    assert next(csv.DictReader(io.StringIO(out)))["num_levels"] == ""
    code, _, err = call("clusters", folder / "nested.txt", "--levels", "--rule", "eigengap")
    assert code == 2
    assert "--levels are of detectable communities: they need --rule both or detectable, not eigengap" in err
    sketch, other = tmp_path / "sketch.npz", tmp_path / "regularized.npz"
    call("sketch", folder / "nested.txt", "-o", sketch)
    code, _, err = call("clusters", sketch, "--levels")
    assert code == 0
    assert "the sketch is of the operator normalized, not regularized" in err
    call("sketch", folder / "nested.txt", "--operator", "regularized", "--tau", "bethe", "-o", other)
    code, out, _ = call("clusters", other, "--levels", "--format", "json")
    levels = json.loads(out)["result"]["detectable"]["levels"]
    assert levels[-1]["count_low"] <= 4 <= levels[-1]["count_high"]
    assert not any(level["confirmed"] for level in levels)


def test_the_picture_names_the_levels(call, folder, tmp_path):  # noqa: F811
    path = tmp_path / "levels.png"
    assert call("clusters", folder / "nested.txt", "--levels", "--rule", "detectable", "--plot", path, "-q")[0] == 0
    assert matplotlib.image.imread(path).shape[1] == 1500

    def drawn(name, **options):
        upper, lower = Figure().subplots(2, 1)
        count = graphspec.detectable_communities(graphspec.read_edges(folder / f"{name}.txt"), **options)
        draw_detection(upper, lower, count)
        return upper, count

    upper, count = drawn("nested", levels=True)
    gaps = [level.gap for level in count.levels]
    assert [text.get_text() for text in upper.texts] == [
        f"16 communities\ngap {gaps[0]:.1f}",
        f"4 groups\ngap {gaps[1]:.1f}",
    ]
    assert len(upper.patches) == 2
    assert upper.get_title("right") == "16 communities in 4 groups, confirmed"
    steps = next(line for line in upper.lines if line.get_label() == "confirmed eigenvalues")
    assert max(steps.get_ydata()) == 16
    for name, options in (("grid", {"levels": True}), ("nested", {})):
        upper, _ = drawn(name, **options)
        assert (list(upper.texts), list(upper.patches)) == ([], [])
        assert ("confirmed eigenvalues" in [line.get_label() for line in upper.lines]) == bool(options)
