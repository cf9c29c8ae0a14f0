"""Tables in Arrow's format: the same graphs as of text, columns by name, ids of all types, and damaged files."""

import io
import itertools

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from edgelists import assert_same_graph
from pyarrow import feather, ipc, parquet

import graphspec
from graphspec import InputError, ParameterError, from_frame, read_edges
from graphspec.cli import run
from graphspec.readwrite import Reading
from graphspec.readwrite.external_sort import SortSettings, read_large_edges

PAIRS = np.random.default_rng(3).integers(0, 900, (20_000, 2))
NUMBERS = pa.table({"source": PAIRS[:, 0], "target": PAIRS[:, 1]})
WORDS = ["ann", "bob", "eve", "zoé", "Ünal"]


def parquet_file(path, table, **options):
    parquet.write_table(table, path, **options)


def feather_file(path, table):
    feather.write_feather(table, path)


def arrow_file(path, table):
    with ipc.new_file(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=3000)


def arrow_stream(path, table):
    with ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=3000)


WRITERS = {"parquet": parquet_file, "feather": feather_file, "arrow": arrow_file, "stream": arrow_stream}


def as_text(table):
    return read_edges(io.BytesIO(table.to_pandas().to_csv(index=False, header=False).encode()))


def written(tmp_path, table, **options):
    path = tmp_path / "edges.parquet"
    parquet_file(path, table, **options)
    return path


@pytest.mark.parametrize("kind", WRITERS)
def test_files_of_all_kinds_hold_the_graph_of_the_text(kind, tmp_path):
    path = tmp_path / "edges"
    WRITERS[kind](path, NUMBERS)
    graph = read_edges(path)
    assert_same_graph(graph, as_text(NUMBERS))
    assert graph.dropped.duplicate_edges == as_text(NUMBERS).dropped.duplicate_edges > 0
    assert graph.sha256 == read_edges(io.BytesIO(path.read_bytes())).sha256
    assert graph.name == str(path)


@pytest.mark.parametrize("compression", ["zstd", "snappy", "none", "gzip"])
@pytest.mark.parametrize("groups", [700, 1_000_000])
def test_parquet_is_read_by_row_groups(compression, groups, tmp_path):
    path = written(tmp_path, NUMBERS, compression=compression, row_group_size=groups)
    assert_same_graph(read_edges(path), as_text(NUMBERS))


@pytest.mark.parametrize(
    "kind", [pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64()], ids=str
)
def test_integers_of_any_width(kind):
    ends = pa.array([0, 5, 100, 5], kind), pa.array([5, 100, 0, 0], kind)
    graph = from_frame(pa.table({"a": ends[0], "b": ends[1]}))
    assert graph.labels.tolist() == [0, 5, 100]
    assert graph.num_edges == 3


def test_integers_beyond_63_bits_are_names():
    large = 2**64 - 1
    graph = from_frame(pa.table({"a": pa.array([1, large], pa.uint64()), "b": pa.array([2, 1], pa.uint64())}))
    assert graph.labels.tolist() == ["1", str(large), "2"]


def test_negative_and_sparse_integers():
    graph = from_frame(pa.table({"a": [-5, 10**15], "b": [10**15, 3]}))
    assert graph.labels.tolist() == [-5, 3, 10**15]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_strings_and_dictionaries_hold_the_graph_of_the_text(kind, tmp_path):
    rows = [(a, b) for a, b in itertools.product(WORDS, WORDS) if a < b][:7]
    table = pa.table({"a": pa.array([a for a, _ in rows], kind), "b": pa.array([b for _, b in rows], kind)})
    assert_same_graph(read_edges(written(tmp_path, table, row_group_size=2)), as_text(table))


def test_strings_of_integers_are_integers():
    graph = from_frame(pa.table({"a": ["10", "9"], "b": ["9", "2"]}))
    assert graph.labels.tolist() == [2, 9, 10]


def test_names_of_digits_are_kept_and_said():
    graph = from_frame(pa.table({"a": ["01", "1"], "b": ["1", "2"]}))
    assert graph.labels.tolist() == ["01", "1", "2"]
    assert graph.remarks == ("kept ids such as '01' as text",)


def test_a_column_of_integers_beside_one_of_words():
    graph = from_frame(pa.table({"a": [7, 8], "b": ["x", "y"]}))
    assert graph.labels.tolist() == ["7", "8", "x", "y"]


def test_whole_floating_point_numbers_are_integers():
    graph = from_frame(pa.table({"a": [1.0, 2.0], "b": [2.0, 3.0]}))
    assert graph.labels.tolist() == [1, 2, 3]
    assert "read ids such as 1.0 as integers" in graph.remarks
    with pytest.raises(InputError, match=r"table, row 2: expected an id, found 2.5 in the column a"):
        from_frame(pa.table({"a": [1.0, 2.5], "b": [2.0, 3.0]}), "a", "b")


def test_columns_are_chosen_by_their_names(tmp_path):
    rows = {"id": [1, 2, 3], "Target": [4, 5, 6], "when": [7, 7, 7], "Source": [5, 6, 4]}
    path = written(tmp_path, pa.table(rows))
    assert read_edges(path).labels.tolist() == [4, 5, 6]
    assert read_edges(path, columns=("id", "when")).labels.tolist() == [1, 2, 3, 7]
    assert read_edges(path, columns=(1, 3)).labels.tolist() == [1, 2, 3, 7]
    with pytest.raises(InputError, match="no column is named 'from'; the columns are id, Target, when, Source"):
        read_edges(path, columns=("from", "to"))
    with pytest.raises(InputError, match=r"there is no column 9; the table has id \(int64\)"):
        read_edges(path, columns=(1, 9))


def test_unnamed_choices_are_said(tmp_path):
    path = written(tmp_path, pa.table({"p": [1, 2, 3], "q": [2, 3, 1], "z": [0.5, 0.1, 0.7]}))
    assert any("took columns 1 (p) and 2 (q) of 3" in remark for remark in read_edges(path).remarks)


def test_weights(tmp_path):
    table = pa.table({"weight": [2, 3, 5], "source": [0, 1, 2], "target": [1, 2, 0]})
    path = written(tmp_path, table)
    assert read_edges(path, weighted=True).degrees.tolist() == [7.0, 5.0, 8.0]
    assert from_frame(table, "source", "target", "weight").degrees.tolist() == [7.0, 5.0, 8.0]
    assert from_frame(table, "source", "target").weights is None
    for wrong in (-1.0, np.inf):
        with pytest.raises(InputError, match="row 2: expected a weight that is a finite number and not negative"):
            from_frame(pa.table({"a": [0, 1], "b": [1, 2], "w": [1.0, wrong]}), "a", "b", "w")
    with pytest.raises(InputError, match="the column w holds words, and weights are numbers"):
        from_frame(pa.table({"a": [0, 1], "b": [1, 2], "w": ["x", "y"]}), "a", "b", "w")


@pytest.mark.parametrize("values", [[1, None, 3], ["x", None, "z"], [1.0, None, 3.0], ["x", "NULL", "z"]], ids=str)
def test_nulls_are_errors_with_their_row(values, tmp_path):
    table = pa.table({"a": values, "b": [2, 3, 4]})
    path = written(tmp_path, table, row_group_size=1)
    with pytest.raises(InputError, match=r"row 2: found (a null|'NULL') in the column a"):
        read_edges(path)
    graph = read_edges(path, missing="drop")
    assert (graph.num_edges, graph.dropped.missing_values) == (2, 1)


def test_words_for_nothing_can_be_names():
    table = pa.table({"a": ["NA", "DE"], "b": ["DE", "FR"]})
    with pytest.raises(InputError, match="--missing keep takes the word for a name"):
        from_frame(table)
    assert from_frame(table, missing="keep").labels.tolist() == ["DE", "FR", "NA"]


def test_a_table_of_nulls_alone(tmp_path):
    path = written(tmp_path, pa.table({"a": pa.array([None, None], pa.int64()), "b": [1, 2]}))
    with pytest.raises(InputError, match="no edges found, values are missing in all rows"):
        read_edges(path, missing="drop")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pa.table({"only": [1, 2]}), r"an edge needs two columns of ids; the table has only \(int64\)"),
        (pa.table({}), "an edge needs two columns of ids; the table has no columns"),
        (pa.table({"a": pa.array([], pa.int64()), "b": pa.array([], pa.int64())}), "the table has no rows"),
        (
            pa.table({"source": [[1], [2]], "target": [1, 2]}),
            r"the column source is nested \(list<.*>\): name others with --columns",
        ),
        (
            pa.table({"source": [True, False], "target": [1, 2]}),
            "the column source is of the type bool; ids are integers or strings",
        ),
        (
            pa.table({"source": pa.array([1, 2], pa.timestamp("s")), "target": [1, 2]}),
            r"the column source is of the type timestamp\[ms\]",
        ),
    ],
    ids=["one column", "no columns", "no rows", "nested", "bool", "time"],
)
def test_what_is_no_table_of_edges_is_refused(table, message, tmp_path):
    with pytest.raises(InputError, match=f"edges.parquet: .*{message}"):
        read_edges(written(tmp_path, table), columns=None)


def test_nested_columns_that_are_not_read_do_no_harm(tmp_path):
    table = pa.table({"source": [1, 2], "tags": [["a"], []], "target": [2, 3]})
    assert read_edges(written(tmp_path, table)).num_edges == 2


@pytest.mark.parametrize("kind", WRITERS)
def test_files_that_are_cut_short(kind, tmp_path):
    path = tmp_path / "edges"
    WRITERS[kind](path, NUMBERS)
    content = path.read_bytes()
    for share in (0.5, 0.02):
        path.write_bytes(content[: int(share * len(content))])
        with pytest.raises(InputError, match="edges: the table is damaged or cut short"):
            read_edges(path)


def test_damaged_pages_are_found(tmp_path):
    path = written(tmp_path, NUMBERS, compression="zstd")
    content = bytearray(path.read_bytes())
    content[200:4000] = bytes(3800)
    path.write_bytes(content)
    with pytest.raises(InputError, match="the table is damaged or cut short"):
        read_edges(path)


def test_options_of_text_are_said_to_be_left_out(tmp_path):
    graph = read_edges(written(tmp_path, NUMBERS), delimiter=",", header=True)
    assert "left delimiter, header out, which a table has no use for" in graph.remarks


def test_sorting_on_disk_gives_the_same_graph(tmp_path, monkeypatch):
    monkeypatch.setattr("graphspec.readwrite.external_sort.resident_bytes", lambda: 0)
    path, folder = written(tmp_path, NUMBERS), tmp_path / "work"
    folder.mkdir()
    told = []
    graph = read_large_edges(
        path, folder, 1 << 20, progress=lambda *each: told.append(each), settings=SortSettings(least_memory=1)
    )
    assert len(told) > 5
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    whole = read_edges(path)
    assert_same_graph(graph, whole)
    assert (graph.sha256, graph.dropped) == (whole.sha256, whole.dropped)


def test_sorting_on_disk_names_rows_and_words(tmp_path):
    (tmp_path / "work").mkdir()
    ends = np.arange(100_000)
    with_null = pa.table({"a": pa.array(ends, mask=ends == 90_000), "b": ends + 1})
    path = written(tmp_path, with_null)
    with pytest.raises(InputError, match="row 90,001: found a null in the column a"):
        read_large_edges(path, tmp_path / "work", 1 << 20)
    graph = read_large_edges(path, tmp_path / "work", 1 << 20, Reading(missing="drop"))
    assert (graph.num_edges, graph.dropped.missing_values) == (99_999, 1)
    path = written(tmp_path, pa.table({"a": ["x"], "b": ["y"]}))
    with pytest.raises(InputError, match="ids that are no integers cannot be read within a limit of memory"):
        read_large_edges(path, tmp_path / "work", 1 << 20)


# --- Tables of other libraries


FRAMES = {
    "pandas": lambda: NUMBERS.to_pandas(),
    "polars": lambda: pl.from_arrow(NUMBERS),
    "polars, lazy": lambda: pl.from_arrow(NUMBERS).lazy(),
    "pyarrow": lambda: NUMBERS,
    "a stream of pyarrow": lambda: NUMBERS.to_reader(max_chunksize=999),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_tables_of_libraries_hold_the_same_graph(kind):
    assert_same_graph(from_frame(FRAMES[kind]()), as_text(NUMBERS))
    assert_same_graph(from_frame(FRAMES[kind](), "source", "target", name="x"), as_text(NUMBERS))


def test_results_of_duckdb():
    duckdb = pytest.importorskip("duckdb")
    assert_same_graph(
        from_frame(duckdb.sql("select 1 as source, 3 as target union all select 3, 4")),
        read_edges(io.BytesIO(b"1 3\n3 4\n")),
    )


def test_the_index_of_pandas_is_no_column():
    frame = pd.DataFrame({"a": [1, 2], "b": [2, 3]}, index=[70, 80])
    assert from_frame(frame).labels.tolist() == [1, 2, 3]


def test_columns_in_one_piece_are_not_copied(monkeypatch):
    seen = []
    build = graphspec.readwrite.frames.graph_of_edges
    monkeypatch.setattr(
        graphspec.readwrite.frames, "graph_of_edges", lambda edges, *more: seen.append(edges) or build(edges, *more)
    )
    frame = pl.DataFrame({"a": PAIRS[:, 0].copy(), "b": PAIRS[:, 1].copy()})
    from_frame(frame)
    address = frame["a"].to_numpy().__array_interface__["data"][0]
    assert seen[0].tail.__array_interface__["data"][0] == address


def test_half_named_ends_and_other_objects_are_refused():
    with pytest.raises(ParameterError, match="name both ends of an edge"):
        from_frame(NUMBERS, "source")
    with pytest.raises(ParameterError, match="a column of weights needs `source` and `target`"):
        from_frame(NUMBERS, weight="target")
    with pytest.raises(ParameterError, match="a list is no table"):
        from_frame([1, 2])
    with pytest.raises(InputError, match="no column is named 'x'"):
        from_frame(NUMBERS, "x", "target")


# --- The command


def test_the_command_reads_tables_from_files_and_standard_input(tmp_path, capsys, monkeypatch):
    path = written(tmp_path, NUMBERS)
    assert run(["info", str(path), "--format", "csv"]) == 0
    from_file = capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    assert run(["info", "-", "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split(",")[1:] == from_file.splitlines()[1].split(",")[1:]
    assert run(["convert", str(path), str(tmp_path / "a.graph"), "--memory-limit", "1GB"]) == 0
    assert_same_graph(graphspec.open_graph(tmp_path / "a.graph"), as_text(NUMBERS))


def test_without_pyarrow_the_way_to_it_is_said(tmp_path, monkeypatch, capsys):
    path = written(tmp_path, NUMBERS)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    assert run(["info", str(path)]) == 1
    assert "tables need pyarrow: pip install 'graphspec[arrow]'" in capsys.readouterr().err
