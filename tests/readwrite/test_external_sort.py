"""Edge lists that are sorted on disk."""

import numpy as np
import pytest
from edgelists import PACKERS, assert_same_graph, lines_of

from graphspec import InputError, read_edges
from graphspec.readwrite import Reading
from graphspec.readwrite.external_sort import SortSettings, read_large_edges

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
    "as many edges as vertices": "6 6\n1 2\n2 3\n3 4\n4 5\n5 6\n6 1\n",
    "carriage returns": lines_of(PAIRS).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("memory", [1 << 20, 1 << 30], ids=["many pieces", "one piece"])
def test_sorting_on_disk_gives_the_same_graph(name, memory, tmp_path, monkeypatch):
    monkeypatch.setattr("graphspec.readwrite.external_sort.resident_bytes", lambda: 0)
    path, folder = tmp_path / "edges.txt", tmp_path / "work"
    folder.mkdir()
    path.write_text(TEXTS[name], newline="")
    reported = []
    graph = read_large_edges(
        path,
        folder,
        memory,
        progress=lambda done, planned: reported.append((done, planned)),
        settings=SortSettings(least_memory=1),
    )
    expected = read_edges(path)
    assert_same_graph(graph, expected)
    assert (graph.name, graph.sha256) == (expected.name, expected.sha256)
    assert reported[-1] == (path.stat().st_size, path.stat().st_size)
    assert [item.name for item in folder.iterdir()] == ["indices"]


@pytest.mark.parametrize("kind", PACKERS)
def test_compressed_pieces(kind, tmp_path):
    path, half = tmp_path / "edges", len(TEXTS["tabs"]) // 2
    half = TEXTS["tabs"].index("\n", half) + 1
    members = [PACKERS[kind](part.encode()) for part in (TEXTS["tabs"][:half], TEXTS["tabs"][half:])]
    path.write_bytes(b"".join(members))
    assert_same_graph(read_large_edges(path, tmp_path, 1 << 20), read_edges(path))
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
        ("1 2\n" * 30_000 + "3\n", "line 30001: expected"),
        ("1 2\n" * 30_000 + "3 NA\n", "line 30001: expected two ids"),
        (
            "%%MatrixMarket matrix coordinate real general\n3 3 1\n1 2 5\n",
            "Matrix Market cannot be read within",
        ),
        ("graph [\n node [ id 1 ]\n]\n", "GML cannot be read within a limit"),
        ("p edge 3 1\ne 1 2\n", "DIMACS cannot be read within a limit"),
        ("<html>\n", "a web page"),
        # A cycle in METIS: sizes, and the two neighbours of every vertex.
        ("6 6\n2 6\n1 3\n2 4\n5 3\n4 6\n5 1\n", "METIS cannot be read within a limit"),
    ],
)
def test_lists_that_cannot_be_sorted_on_disk_are_errors(text, message, tmp_path):
    path = tmp_path / "edges.txt"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_large_edges(path, tmp_path, 1 << 20)


def test_pieces_are_read_as_the_first_one_shows(tmp_path):
    rows = "".join(f"{i},{i % 7},{i + 1}\n" for i in range(30_000))
    path = tmp_path / "edges.csv"
    path.write_text("from,type,to\n" + rows + "NA,3,4\n")
    graph = read_large_edges(path, tmp_path, 1 << 20, Reading(missing="drop"))
    assert (graph.num_nodes, graph.num_edges, graph.dropped.missing_values) == (30_001, 30_000, 1)
    assert_same_graph(graph, read_edges(path, missing="drop"))
    path.write_text(rows)
    graph = read_large_edges(path, tmp_path, 1 << 20)
    assert graph.remarks == ("took columns 1 and 2 of 3 for the edge (--columns takes others)",)
    with pytest.raises(InputError, match="a dense matrix cannot be read within a limit"):
        read_large_edges(path, tmp_path, 1 << 20, Reading(matrix=True))


@pytest.mark.parametrize("memory", [1 << 20, 1 << 30], ids=["many pieces", "one piece"])
@pytest.mark.parametrize(
    ("first", "rows"), [("6 2 4 1289", 3), ("6 3 4", 3), ("30000 20000", 20_000), ("9 20000", 20_000), ("1 2", 3)]
)
def test_a_first_row_of_numbers_is_the_same_row_as_without_a_limit(first, rows, memory, tmp_path):
    extra = " 7" * (len(first.split()) - 2)
    path = tmp_path / "edges.txt"
    path.write_text(first + "\n" + "".join(f"{i} {i + 1}{extra}\n" for i in range(rows)))
    graph, expected = read_large_edges(path, tmp_path, memory), read_edges(path)
    assert_same_graph(graph, expected)
    assert graph.remarks == expected.remarks


def test_a_first_row_that_is_shorter_than_the_others_is_an_error_unless_it_counts_them(tmp_path):
    path = tmp_path / "edges.txt"
    path.write_text("3 2\n1 2 7\n2 3 7\n")
    assert read_large_edges(path, tmp_path, 1 << 20).dropped.header_lines == 1
    path.write_text("3 9\n1 2 7\n2 3 7\n")
    with pytest.raises(InputError, match="line 1: expected 3 columns, as there are below, found '3 9'"):
        read_large_edges(path, tmp_path, 1 << 20)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 1 1 0\n1 0 1 0\n1 1 0 1\n0 0 1 0\n", "a dense adjacency matrix of 4 rows"),
        ("0 1 2 0 3\n1 2 0 3 2\n", "two rows of vertices"),
        ("0 1 2\n1 0 2\n2 0 1\n", "adjacency lists"),
    ],
)
def test_other_tables_are_refused_as_without_a_limit(text, message, tmp_path):
    path = tmp_path / "edges.txt"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_large_edges(path, tmp_path, 1 << 20)
    assert read_large_edges(path, tmp_path, 1 << 20, Reading(columns=(1, 2))).num_edges > 0
