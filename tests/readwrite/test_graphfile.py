"""Graph files that are mapped, and edge lists that are sorted on disk."""

import bz2
import gzip
import io
import json
import lzma
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
import zstandard
from spectra import random_graph, weighted_copy

from graphspec import Graph, InputError, open_graph, read_edges, save_graph, sketch
from graphspec.cli import run
from graphspec.readwrite.external_sort import SortSettings, read_large_edges
from graphspec.readwrite.graphfile import MAGIC, is_graph_file


def same(first, second):
    for one, other in ((first.indptr, second.indptr), (first.indices, second.indices)):
        np.testing.assert_array_equal(one, other)
    for one, other in ((first.weights, second.weights), (first.labels, second.labels)):
        assert (one is None) == (other is None)
        if one is not None:
            assert one.tolist() == other.tolist()
    assert first.dropped == second.dropped
    assert first.fingerprint == second.fingerprint


def numbered(graph):
    return replace(graph, labels=np.arange(graph.num_nodes) * 7 + 3, sha256="ab")


@pytest.mark.parametrize(
    "graph",
    [
        random_graph(300, 5.0, 1),
        numbered(random_graph(300, 5.0, 1)),
        weighted_copy(random_graph(100, 4.0, 2), 3),
        Graph.from_networkx(nx.relabel_nodes(nx.path_graph(5), dict(enumerate("aäb€c")))),
        Graph.from_edges([], [], num_nodes=3),
    ],
    ids=["plain", "numbered", "weighted", "named", "edgeless"],
)
def test_graphs_come_back(graph, tmp_path):
    path = tmp_path / "a.graph"
    size = save_graph(graph, path)
    assert size == path.stat().st_size
    assert is_graph_file(path)
    found = open_graph(path)
    assert (found.name, found.sha256) == (str(path), graph.sha256)
    same(found, graph)
    assert len(graph.indices) == 0 or isinstance(found.indices.base, np.memmap)
    again = tmp_path / "b.graph"
    save_graph(replace(found, name=graph.name), again)
    assert again.read_bytes() == path.read_bytes()


def test_graphs_are_saved_where_standard_output_takes_no_bytes(tmp_path, monkeypatch):
    graph = random_graph(300, 5.0, 1)
    monkeypatch.setattr("sys.stdout", io.StringIO())  # as in a notebook
    save_graph(graph, tmp_path / "a.graph")
    assert open_graph(tmp_path / "a.graph").fingerprint == graph.fingerprint


def test_a_mapped_graph_knows_its_fingerprint(tmp_path):
    graph = random_graph(300, 5.0, 1)
    save_graph(graph, tmp_path / "a.graph")
    opened = open_graph(tmp_path / "a.graph")
    assert opened.stored_fingerprint == opened.fingerprint == graph.fingerprint
    assert replace(opened, name="b").fingerprint == graph.fingerprint
    part = opened.subgraph(np.arange(200))
    assert part.stored_fingerprint is None
    assert part.fingerprint == graph.subgraph(np.arange(200)).fingerprint != graph.fingerprint


def test_sketches_of_a_mapped_graph_are_the_same(tmp_path):
    graph = random_graph(2000, 5.0, 1)
    save_graph(graph, tmp_path / "a.graph")
    first, second = sketch(graph, num_probes=2), sketch(open_graph(tmp_path / "a.graph"), num_probes=2)
    np.testing.assert_array_equal(first.alpha, second.alpha)
    assert first.fingerprint == second.fingerprint


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[:-1], "the graph file is truncated"),
        (lambda data: data[:9], "the graph file is truncated"),
        (lambda data: b"x" + data[1:], "expected a graph that graphspec convert wrote"),
        (lambda data: data.replace(b'"version": 1', b'"version": 9'), r"later version of graphspec \(format 9\)"),
        (lambda data: data.replace(b'"indices": [', b'"indices": [9'), "damaged"),
        (lambda data: data.replace(b'"sha256"', b'"sha257"'), "damaged"),
    ],
)
def test_damaged_files_are_told(change, message, tmp_path):
    path = tmp_path / "a.graph"
    save_graph(random_graph(50, 4.0, 1), path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(InputError, match=message):
        open_graph(path)


def test_the_layout_is_what_the_format_says(tmp_path):
    path = tmp_path / "a.graph"
    graph = random_graph(50, 4.0, 1)
    save_graph(graph, path)
    data = path.read_bytes()
    length = int.from_bytes(data[-16:-8], "little")
    assert data[:8] == data[-8:] == MAGIC
    place, count = json.loads(data[-16 - length : -16])["arrays"]["indices"]
    assert place % 64 == 0
    np.testing.assert_array_equal(np.frombuffer(data, "<i4", count, place), graph.indices)


def lines_of(pairs, separator="\t"):
    return "".join(f"{a}{separator}{b}\n" for a, b in pairs)


PAIRS = np.random.default_rng(1).integers(0, 900, (30_000, 2)).tolist()
TEXTS = {
    "tabs": "# a comment\n" + lines_of(PAIRS),
    "sparse ids": lines_of([(10**12 + 5 * a, 3 * b) for a, b in PAIRS], " "),
    "negative ids": lines_of([(-a, b) for a, b in PAIRS]),
    "commas and a header": "source,target\n" + lines_of(PAIRS, ","),
    "sizes on top": f"900 {len(PAIRS)}\n" + lines_of(PAIRS, " "),
    "blanks": "".join(f"  {a}   {b} \n" for a, b in PAIRS),
    "comments between": lines_of(PAIRS[:20_000]) + "# more\n" + lines_of(PAIRS[20_000:]).rstrip("\n"),
    "three columns": "".join(f"{a} {b} 17\n" for a, b in PAIRS),
    "loops only": "1 1\n2 2\n",
    "carriage returns": lines_of(PAIRS).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("memory", [1 << 20, 1 << 30], ids=["many pieces", "one piece"])
def test_sorting_on_disk_gives_the_same_graph(name, memory, tmp_path, monkeypatch):
    monkeypatch.setattr("graphspec.readwrite.external_sort.resident_bytes", lambda: 0)
    path, folder = tmp_path / "edges.txt", tmp_path / "work"
    folder.mkdir()
    path.write_text(TEXTS[name], newline="")
    seen = []
    found = read_large_edges(
        path,
        folder,
        memory,
        progress=lambda done, planned: seen.append((done, planned)),
        settings=SortSettings(least_memory=1),
    )
    expected = read_edges(path)
    same(found, expected)
    assert (found.name, found.sha256) == (expected.name, expected.sha256)
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)
    assert [item.name for item in folder.iterdir()] == ["indices"]


PACKERS = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
}


@pytest.mark.parametrize("kind", PACKERS)
def test_compressed_pieces(kind, tmp_path):
    path, half = tmp_path / "edges", len(TEXTS["tabs"]) // 2
    half = TEXTS["tabs"].index("\n", half) + 1
    members = [PACKERS[kind](part.encode()) for part in (TEXTS["tabs"][:half], TEXTS["tabs"][half:])]
    path.write_bytes(b"".join(members))
    same(read_large_edges(path, tmp_path, 1 << 20), read_edges(path))
    # Cut off at the end, and after the last line of a member but before its checksum.
    for cut_off in (members[0] + members[1][:-30], members[0][:-2]):
        path.write_bytes(cut_off)
        with pytest.raises(InputError, match="the compressed data is damaged or truncated"):
            read_large_edges(path, tmp_path, 1 << 20)
    damaged = bytearray(members[0])
    damaged[-12:] = bytes(255 - byte for byte in damaged[-12:])
    path.write_bytes(damaged)
    with pytest.raises(InputError, match="the compressed data is damaged or truncated"):
        read_large_edges(path, tmp_path, 1 << 20)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a b\nb c\n", "ids that are no integers cannot be read within a limit of memory"),
        ("# nothing\n", "no edges found"),
        ("1 2\n3\n", "line 2: expected"),
    ],
)
def test_bad_lists_are_told(text, message, tmp_path):
    path = tmp_path / "edges.txt"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_large_edges(path, tmp_path, 1 << 20)


def test_convert(tmp_path, capsys):
    path, target = tmp_path / "edges.txt", tmp_path / "a.graph"
    path.write_text(TEXTS["tabs"])
    assert run(["convert", str(path), str(target)]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    graph = read_edges(path)
    size = f"{target.stat().st_size / 1e6:.1f} MB"
    assert err == f"graphspec: {target}: 900 vertices, {graph.num_edges:,} edges, {size}\n"
    same(open_graph(target), graph)
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
