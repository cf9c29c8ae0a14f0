"""Folders and patterns of part files, raw folders of OGB, arrays of edges, and igraph's graphs."""

import gzip
import io

import numpy as np
import pyarrow as pa
import pytest
from edgelists import assert_same_graph
from pyarrow import parquet

import graphspec
from graphspec import InputError, ParameterError, read_edges
from graphspec.cli import run

PAIRS = np.random.default_rng(4).integers(0, 300, (3000, 2))
HALVES = PAIRS[:1400], PAIRS[1400:]


def lines(pairs):
    return "".join(f"{a},{b}\n" for a, b in pairs)


def whole():
    return read_edges(io.BytesIO(lines(PAIRS).encode()))


def spark_folder(folder, texts, pack=lambda text: gzip.compress(text.encode()), suffix=".csv.gz"):
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(texts):
        (folder / f"part-{number:05d}{suffix}").write_bytes(pack(text))
    (folder / "_SUCCESS").touch()
    (folder / f".part-00000{suffix}.crc").write_bytes(b"\0\1\2")
    return folder


def parquet_folder(folder):
    folder.mkdir()
    for number, pairs in enumerate(HALVES):
        table = pa.table({"source": pairs[:, 0], "target": pairs[:, 1]})
        parquet.write_table(table, folder / f"part.{number}.parquet")
    (folder / "_metadata").write_bytes(b"PAR1")
    return folder


@pytest.mark.parametrize("header", ["", "source,target\n"])
def test_text_parts_are_one_edge_list(header, tmp_path):
    folder = spark_folder(tmp_path / "edges", [header + lines(half) for half in HALVES])
    graph = read_edges(folder)
    np.testing.assert_array_equal(graph.indices, whole().indices)
    assert graph.dropped.duplicate_edges == whole().dropped.duplicate_edges
    assert graph.dropped.header_lines == bool(header)
    assert "read 2 files" in graph.remarks
    pattern = read_edges(str(folder / "part-*.csv.gz"))
    assert_same_graph(pattern, graph)
    assert pattern.sha256 == graph.sha256


def test_parts_without_an_end_of_line_and_empty_ones(tmp_path):
    folder = spark_folder(tmp_path / "edges", ["1,2\n2,3", "", "3,4"], str.encode, ".csv")
    assert read_edges(folder).num_edges == 3
    with pytest.raises(InputError, match="no edges found, all files are empty"):
        read_edges(spark_folder(tmp_path / "none", ["", "\n"], str.encode, ".csv"))


def test_a_first_row_that_comes_again_is_an_edge_where_there_is_no_header(tmp_path):
    folder = spark_folder(tmp_path / "edges", ["1 2 5\n2 3 1\n", "1 2 5\n3 1 1\n"], str.encode, ".txt")
    assert read_edges(folder, weighted=True).degrees.tolist() == [11.0, 11.0, 2.0]


def test_partitions_of_parquet(tmp_path):
    folder = parquet_folder(tmp_path / "edges")
    np.testing.assert_array_equal(read_edges(folder).indices, whole().indices)
    (folder / "year=2020").mkdir()
    (folder / "part.1.parquet").rename(folder / "year=2020" / "part.1.parquet")
    np.testing.assert_array_equal(read_edges(folder).indices, whole().indices)


def test_parts_of_different_schemas_and_kinds_are_refused(tmp_path):
    folder = parquet_folder(tmp_path / "edges")
    parquet.write_table(pa.table({"source": ["a"], "target": ["b"]}), folder / "part.2.parquet")
    message = r"part.2.parquet: its columns \(source: string, target: string\) are not those of .*part.0.parquet"
    with pytest.raises(InputError, match=message):
        read_edges(folder)
    (folder / "part.2.parquet").write_text("1,2\n")
    with pytest.raises(InputError, match=r"part.0.parquet is a table and part.2.parquet is none"):
        read_edges(folder)


def test_an_empty_folder_and_a_pattern_of_nothing(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "_SUCCESS").touch()
    assert run(["info", str(tmp_path / "empty")]) == 1
    assert "empty: the folder holds no files of edges" in capsys.readouterr().err
    assert run(["info", str(tmp_path / "*.csv")]) == 1
    assert "*.csv: cannot be read (No such file or directory)" in capsys.readouterr().err


def test_the_command_takes_folders_and_patterns(tmp_path, capsys):
    folder = parquet_folder(tmp_path / "edges")
    for name in (folder, folder / "part*.parquet"):
        assert run(["info", str(name), "--format", "csv"]) == 0
        out, err = capsys.readouterr()
        assert f",{whole().num_edges}," in out
        assert "read 2 files" in err


def test_a_batch_takes_a_folder(tmp_path):
    parquet_folder(tmp_path / "edges")
    plan = tmp_path / "plan.yaml"
    plan.write_text("datasets: [edges]\ncommands: [info]\n")
    assert run(["batch", str(plan), "-o", str(tmp_path / "results"), "--quiet"]) == 0
    assert graphspec.run_batch(plan, tmp_path / "results").progress.skipped == 1
    table = pa.table({"source": [1], "target": [9999]})
    parquet.write_table(table, tmp_path / "edges" / "part.2.parquet")
    assert graphspec.run_batch(plan, tmp_path / "results").progress.skipped == 0


# --- OGB


def ogb_files(folder, sizes="6\n"):
    folder.mkdir(parents=True)
    (folder / "edge.csv.gz").write_bytes(gzip.compress(b"0,1\n1,2\n4,0\n"))
    (folder / "num-node-list.csv.gz").write_bytes(gzip.compress(sizes.encode()))
    (folder / "node-feat.csv.gz").write_bytes(gzip.compress(b"0.5,1\n" * 6))


@pytest.mark.parametrize("inner", ["", "raw"])
def test_raw_folders_of_ogb_hold_all_vertices(inner, tmp_path):
    ogb_files(tmp_path / "arxiv" / inner)
    graph = read_edges(tmp_path / "arxiv")
    assert (graph.num_nodes, graph.num_edges, graph.labels) == (6, 3, None)
    assert graph.degrees.tolist() == [2, 2, 1, 0, 1, 0]


def test_folders_of_ogb_of_several_graphs_or_with_too_large_ids_are_refused(tmp_path):
    ogb_files(tmp_path / "molecules", "3\n2\n")
    with pytest.raises(InputError, match="molecules: the folder holds 2 graphs of OGB"):
        read_edges(tmp_path / "molecules")
    ogb_files(tmp_path / "small", "4\n")
    with pytest.raises(InputError, match=r"small: expected vertices from 0 to 3 in edge.csv.gz"):
        read_edges(tmp_path / "small")


# --- Arrays


@pytest.mark.parametrize("turn", [False, True], ids=["2 x m", "m x 2"])
@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint8])
def test_arrays_of_edges(turn, dtype, tmp_path):
    array = (PAIRS % 200).astype(dtype)
    expected = read_edges(io.BytesIO(lines(array).encode()))
    array = array if turn else array.T
    np.save(tmp_path / "edges.npy", array)
    assert_same_graph(read_edges(tmp_path / "edges.npy"), expected)
    np.savez(tmp_path / "edges.npz", x=np.eye(3), edge_index=array, train=np.zeros((2, 5), dtype=int))
    assert_same_graph(read_edges(tmp_path / "edges.npz"), expected)
    direct = graphspec.sketch(array, num_moments=6, num_probes=2)
    assert direct.fingerprint == graphspec.sketch(expected, num_moments=6, num_probes=2).fingerprint


def test_sparse_ids_in_arrays_become_labels():
    found = graphspec.sketch(np.array([[7, 10**12, 9], [10**12, 9, 7]]), num_moments=4, num_probes=2)
    assert found.dimension == 3


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.eye(3), "expected integers in two rows or two columns, .* found an array of float64, 3 x 3"),
        (np.zeros((2, 5)), "found an array of float64, 2 x 5"),
        (np.zeros((0, 2), int), "no edges found, the array is empty"),
        (np.array([[1, 2**64 - 1, 3], [3, 4, 5]], np.uint64), "expected vertices below 2.63"),
    ],
)
def test_other_arrays_are_refused(array, message, tmp_path):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(InputError, match=message):
        read_edges(tmp_path / "a.npy")


def test_damaged_arrays_objects_and_weights(tmp_path):
    np.save(tmp_path / "a.npy", PAIRS)
    content = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "cut.npy").write_bytes(content[:300])
    with pytest.raises(InputError, match="the numpy array is damaged, or holds objects"):
        read_edges(tmp_path / "cut.npy")
    np.save(tmp_path / "o.npy", np.array([["a", 1], ["b", 2], ["c", 3]], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="the numpy array is damaged, or holds objects"):
        read_edges(tmp_path / "o.npy")
    with pytest.raises(InputError, match="an array of edges has no weights"):
        read_edges(tmp_path / "a.npy", weighted=True)
    np.savez(tmp_path / "two.npz", a=PAIRS, b=PAIRS)
    with pytest.raises(InputError, match=r"holds several arrays of edges \(a, b\)"):
        read_edges(tmp_path / "two.npz")


def test_a_square_array_stays_a_matrix():
    assert graphspec.sketch(np.array([[2, 1], [1, 2]]), num_moments=4, num_probes=2).operator != "normalized"


# --- igraph


class LikeIgraph:
    """What is used of igraph.Graph, which is not installed for the tests."""

    class Attributes(dict):
        def attributes(self):
            return [*self]

    def __init__(self, edges, num_nodes, weights=None, names=None):
        self._edges, self._num_nodes = edges, num_nodes
        self.es = self.Attributes({} if weights is None else {"weight": weights})
        self.vs = self.Attributes({} if names is None else {"name": names})

    def get_edgelist(self):
        return self._edges

    def vcount(self):
        return self._num_nodes


def test_graphs_of_igraph():
    igraph = LikeIgraph([(0, 1), (1, 2)], 4, [2.0, 3.0], ["a", "b", "c", "d"])
    graph = graphspec.graphs.as_graph(igraph)
    assert (graph.num_nodes, graph.num_edges, graph.labels.tolist()) == (4, 2, ["a", "b", "c", "d"])
    assert graphspec.graphs.as_graph(igraph, weighted=True).degrees.tolist() == [2.0, 5.0, 3.0, 0.0]
    with pytest.raises(ParameterError, match="no edge attribute 'weight'"):
        graphspec.graphs.as_graph(LikeIgraph([(0, 1)], 2), weighted=True)
    assert graphspec.sketch(igraph, num_moments=4, num_probes=2).dimension == 4


def test_a_graph_of_the_library_itself():
    igraph = pytest.importorskip("igraph")
    graph = graphspec.graphs.as_graph(igraph.Graph([(0, 1), (1, 2)]))
    assert (graph.num_nodes, graph.num_edges) == (3, 2)


def test_arrays_without_edges_and_beyond_63_bits_are_refused():
    for array, message in ((np.zeros((2, 0), int), "has no edges"), (np.full((2, 3), 2**63, np.uint64), "below 2.63")):
        with pytest.raises(ParameterError, match=message):
            graphspec.graphs.as_graph(array)
