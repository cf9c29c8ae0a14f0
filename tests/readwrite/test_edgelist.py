"""Sources of edge lists, writing, round trips, real files."""

import gzip
import hashlib
import io
import os
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from edgelists import TRIANGLE, edges_of, read
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from graphspec.errors import InputError
from graphspec.graphs.graph import Graph
from graphspec.readwrite.edgelist import read_edges, write_edges, write_labels


def test_path_name_and_checksum(tmp_path):
    path = tmp_path / "toy.txt"
    path.write_text(TRIANGLE)
    for source in (path, str(path)):
        graph = read_edges(source)
        assert graph.name == str(path)
        assert graph.sha256 == hashlib.sha256(TRIANGLE.encode()).hexdigest()
        assert (graph.num_nodes, graph.num_edges, graph.labels) == (3, 3, None)
    assert read_edges(path, name="toy").name == "toy"
    with path.open("rb") as stream:
        assert read_edges(stream).name == str(path)
    assert read(TRIANGLE).name == "input"


def test_unreadable_sources(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"missing.txt: cannot be read \(No such file or directory\)$"):
        read_edges(tmp_path / "missing.txt")
    with pytest.raises(InputError, match=r"the folder holds no files of edges$"):
        read_edges(tmp_path)
    with pytest.raises(InputError, match=r"cannot be read .*null"):
        read_edges("a\0b")
    with pytest.raises(InputError, match="binary mode, found one that gives str"):
        read_edges(io.StringIO("0 1\n"))

    def denied(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(InputError, match=r"secret: cannot be read \(Permission denied\)$"):
        read_edges("secret")


@pytest.mark.parametrize("content", ["", b"", gzip.compress(b"", mtime=0)])
def test_empty_file(content):
    with pytest.raises(InputError, match=r"^input: no edges found, the file is empty$"):
        read(content)


@pytest.mark.parametrize("content", ["\n", "# a\n% b", "  \n# a\n\n", "source,target\n", "\ufeff\n"])
def test_no_rows(content):
    with pytest.raises(InputError, match="no edges found, there are only comments"):
        read(content)
    with pytest.raises(InputError, match="no edges found"):
        read("1 2\n", header=True)


def test_written_lines(tmp_path):
    path = tmp_path / "out.txt"
    write_edges(read("9 5\n5 7\n8 8\n"), path, comments=["one", "two\nthree"])
    head = "# one\n# two\n# three\n# Nodes: 4 Edges: 2\n# FromNodeId\tToNodeId\n"
    assert path.read_text() == head + "5\t7\n5\t9\n8\t8\n"
    stream = io.BytesIO()
    write_edges(Graph.from_edges([1], [0], [0.1]), stream)
    assert stream.getvalue() == b"# Nodes: 2 Edges: 1\n# FromNodeId\tToNodeId\tWeight\n0\t1\t0.1\n"


def test_many_edges_survive_writing(tmp_path):
    random = np.random.default_rng(1)
    graph = Graph.from_edges(
        random.integers(0, 30000, 100000), random.integers(0, 30000, 100000), random.random(100000)
    )
    write_edges(graph, str(tmp_path / "big.zst"))
    assert read_edges(tmp_path / "big.zst", weighted=True).fingerprint == graph.fingerprint


def test_first_edge_that_looks_like_sizes_survives_writing():
    rows = [
        (10, 11),
        (10, 12),
        (10, 13),
        (10, 14),
        (11, 12),
        (11, 13),
        (11, 14),
        (12, 13),
        (12, 14),
        (13, 14),
        (13, 15),
    ]
    graph = read("\n".join(f"{a} {b}" for a, b in [*rows, (14, 15)]), header=False)
    stream = io.BytesIO()
    write_edges(graph, stream)
    assert read(stream.getvalue()).fingerprint == graph.fingerprint


@pytest.mark.parametrize(
    "word", ["#a", "%a", "//", "// a", "a:", "a\u200b", "\ufeffa", "", " a", "a\tb", "a\nb", '"a"', "{a}"]
)
def test_unwritable_ids(tmp_path, word):
    network = nx.Graph([(word, "b")])
    with pytest.raises(InputError, match=r"out.txt: the id .* cannot be written to an edge list$"):
        write_edges(Graph.from_networkx(network), tmp_path / "out.txt")


def test_unwritable_path(tmp_path):
    with pytest.raises(InputError, match=r"cannot be written \(No such file or directory\)$"):
        write_edges(read(TRIANGLE), tmp_path / "missing" / "out.txt")


def test_labels_are_written_with_original_ids(tmp_path):
    graph = Graph.from_networkx(nx.relabel_nodes(nx.path_graph(3), {0: "a b", 1: "b", 2: 'c"d'}))
    write_labels(graph, np.array([0, 0, 1]), tmp_path / "a.tsv")
    assert (tmp_path / "a.tsv").read_text() == 'a b\t0\nb\t0\n"c""d"\t1\n'
    write_labels(Graph.from_networkx(nx.path_graph(2)), np.array([0, 1]), tmp_path / "b.tsv")
    assert (tmp_path / "b.tsv").read_text() == "0\t0\n1\t1\n"


IDS = st.one_of(st.integers(0, 12), st.integers(-(2**63), 2**63 - 1))
PAIRS = st.lists(st.tuples(IDS, IDS), min_size=1, max_size=30)
WEIGHTS = st.floats(2**-20, 2**20)


@settings(deadline=None, max_examples=60)
@given(pairs=PAIRS, suffix=st.sampled_from(["", ".gz", ".zst"]), data=st.data())
def test_write_and_read_back(tmp_path_factory, pairs, suffix, data):
    weighted = data.draw(st.booleans())
    rows = [f"{a} {b} {data.draw(WEIGHTS)!r}" if weighted else f"{a} {b}" for a, b in pairs]
    graph = read("\n".join(rows), header=False, weighted=weighted)
    path = tmp_path_factory.mktemp("round") / f"out.txt{suffix}"
    write_edges(graph, path)
    again = read_edges(path, weighted=weighted)
    assert again.fingerprint == graph.fingerprint
    assert (again.labels is None) == (graph.labels is None)
    assert graph.labels is None or again.labels.tolist() == graph.labels.tolist()


@settings(deadline=None, max_examples=60)
@given(words=st.lists(st.tuples(*[st.from_regex("[a-z][a-zé -]*[a-zé]", fullmatch=True)] * 2), min_size=1, max_size=20))
def test_write_and_read_back_words(words):
    graph = Graph.from_networkx(nx.Graph(words))
    stream = io.BytesIO()
    write_edges(graph, stream)
    again = read(stream.getvalue())
    assert again.num_edges == graph.num_edges
    assert again.labels.tolist() == sorted(graph.labels.tolist())
    assert {frozenset(edge) for edge in edges_of(again)} == {frozenset(edge) for edge in edges_of(graph)}


@settings(deadline=None, max_examples=60)
@given(pairs=PAIRS, mark=st.sampled_from([" ", "\t", ",", ", ", "  "]), data=st.data())
def test_order_direction_and_duplicates_do_not_matter(pairs, mark, data):
    graph = read("\n".join(f"{a} {b}" for a, b in pairs), header=False)
    turned = [(b, a) if data.draw(st.booleans()) else (a, b) for a, b in pairs]
    shuffled = data.draw(st.permutations(turned + data.draw(st.lists(st.sampled_from(turned), max_size=5))))
    again = read("\n".join(f"{a}{mark}{b}" for a, b in shuffled), header=False)
    assert again.fingerprint == graph.fingerprint
    assert graph.labels is None or again.labels.tolist() == graph.labels.tolist()


@pytest.fixture(scope="module")
def data_folder():
    folder = os.environ.get("GRAPHSPEC_DATA")
    if not folder:
        pytest.skip("GRAPHSPEC_DATA, the folder of the real networks, is not set")
    return Path(folder)


REAL = {  # nodes, edges, components, self-loops, header lines; None: not known from elsewhere
    "email-Eu-core.txt": (1005, 16064, 20, 642, 0),
    "com-dblp.ungraph.txt.gz": (317080, 1049866, 1, 0, 0),
    "ca-GrQc.txt": (5242, 14484, 355, 12, 0),
    "ca-CondMat.txt": (23133, 93439, 567, 58, 0),
    "email-Enron.txt.gz": (36692, 183831, 1065, 0, 0),
    "facebook_combined.txt": (4039, 88234, None, 0, 0),
    "as-caida20071105.txt.gz": (26475, 53381, None, 0, 0),
    "p2p-Gnutella31.txt": (62586, 147892, 12, 0, 1),
    "usroads.mtx.gz": (129164, 165435, 56, 0, 0),
    "USPowerGrid.txt": (4941, 6594, None, 0, 0),
    "networkdos_HepTh.mat": (8638, 24806, 1, 21, 0),
    "494_bus.mtx": (494, 586, None, 494, 0),
    "bcsstk13.mtx": (2003, 40940, None, 2003, 0),
}


@pytest.mark.data
@pytest.mark.parametrize("file", REAL)
def test_real_network(data_folder, file):
    nodes, edges, components, self_loops, header_lines = REAL[file]
    graph = read_edges(data_folder / file)
    assert (graph.num_nodes, graph.num_edges) == (nodes, edges)
    assert (graph.dropped.self_loops, graph.dropped.header_lines) == (self_loops, header_lines)
    assert graph.sha256 == hashlib.sha256((data_folder / file).read_bytes()).hexdigest()
    if components is not None:
        assert connected_components(graph.adjacency())[0] == components


@pytest.mark.data
def test_real_communities_are_no_edge_list(data_folder):
    with pytest.raises(InputError, match="line 2: expected 6 columns as on line 1, found 7 in"):
        read_edges(data_folder / "com-dblp.all.cmty.txt.gz")


@pytest.mark.data
def test_real_relationship_codes_are_no_weights(data_folder):
    with pytest.raises(InputError, match=r"line \d+: expected a weight .* not negative, found"):
        read_edges(data_folder / "as-caida20071105.txt.gz", weighted=True)


def test_progress_is_reported_while_parsing(tmp_path):
    path = tmp_path / "edges.txt"
    path.write_text("# comment\n" + "".join(f"{i}\t{i + 1}\n" for i in range(800_000)))
    reported = []
    graph = read_edges(path, progress=lambda done, total: reported.append((done, total)))
    assert graph.num_edges == 800_000
    size = path.stat().st_size
    assert {total for _, total in reported} == {size}
    assert [done for done, _ in reported] == sorted(done for done, _ in reported)
    assert reported[-1][0] == size
    assert len(reported) > 2
