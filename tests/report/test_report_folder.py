"""Reading a folder of results: rows, and errors that name the file."""

import json

import networkx as nx
import pytest
from report_folders import (
    classify,
    clusters,
    compare,
    detectable,
    failure,
    gap,
    record,
    small_folder,
    spectrum,
    write,
)

from graphspec.analyses import classify as classify_analysis
from graphspec.analyses import clusters as clusters_analysis
from graphspec.analyses import compare as compare_analysis
from graphspec.analyses import info as info_analysis
from graphspec.analyses import sets as sets_analysis
from graphspec.analyses import spectrum as spectrum_analysis
from graphspec.errors import InputError
from graphspec.output import json_line
from graphspec.report import load_results
from graphspec.report.others import other_tables
from graphspec.report.results import Name


def test_files_of_one_name_are_one_row(tmp_path):
    results = load_results(small_folder(tmp_path))
    assert [row.name.dataset for row in results.rows] == ["broken", "karate", "roads"]
    assert set(results.rows[1].records) == {"spectrum", "clusters", "classify", "info"}
    assert results.rows[1].input.num_edges == 78
    assert results.rows[0].failures["clusters"].error == "broken.txt: line 17: expected two ids"
    assert [each.command for _, each in results.joint] == ["compare"]
    assert len(results.records) == 8


def test_the_records_that_commands_write_are_read(tmp_path):
    made = {
        "spectrum": spectrum_analysis.run("karate"),
        "clusters": clusters_analysis.run("karate"),
        "classify": classify_analysis.run("karate", classify_analysis.ClassifyOptions.of(num_references=10)),
        "info": info_analysis.run("karate"),
        "compare": compare_analysis.run(["karate", "les-miserables"]),
    }
    write(tmp_path, {f"{command}/all": json_line(result.record()) for command, result in made.items()})
    results = load_results(tmp_path)
    assert results.rows[0].records.keys() == made.keys() - {"compare"}
    assert results.rows[0].result("clusters").detectable.kind == made["clusters"].detection.count.kind.value
    assert results.joint[0][1].result.inputs == ["karate", "les-miserables"]


def test_a_series_is_read(tmp_path):
    series = compare_analysis.CompareOptions(series=True)
    result = compare_analysis.run(["karate", "les-miserables", "karate"], series)
    write(tmp_path, {"compare/all": json_line(result.record())})
    assert len(load_results(tmp_path).joint[0][1].result.symmetric_kl) == 2


def test_a_comparison_of_sets_is_a_table(tmp_path):
    graphs = [[nx.gnp_random_graph(30, p, seed=seed) for seed in range(4)] for p in (0.2, 0.3)]
    result = sets_analysis.run(graphs, sets_analysis.SetsOptions.of(permutations=99))
    write(tmp_path, {"compare/sets": json_line(result.record())})
    (table,) = other_tables(load_results(tmp_path))
    assert table.command == "compare"
    assert {"mmd", "mmd_p_value"} <= {name for name, _ in table.columns}


def test_numbers_in_names_are_sorted_as_numbers(tmp_path):
    names = ["er-10", "er-2", "Er-1", "a"]
    write(tmp_path, {f"spectrum/{name}": spectrum() for name in names})
    assert [row.name.dataset for row in load_results(tmp_path).rows] == ["a", "Er-1", "er-2", "er-10"]


@pytest.mark.parametrize(
    ("stem", "dataset", "point"),
    [
        ("karate", "karate", ()),
        ("ca-grqc-num_moments=40", "ca-grqc", (("num_moments", "40"),)),
        ("ca-grqc-num-moments=40", "ca-grqc", (("num_moments", "40"),)),
        ("a-rule=first-minimum-num_probes=8", "a", (("rule", "first-minimum"), ("num_probes", "8"))),
        ("er-p=0.1", "er-p=0.1", ()),  # no option of the command
        ("er-p=0.1-tau=-1", "er-p=0.1", (("tau", "-1"),)),
        ("-tau=2", "-tau=2", ()),
    ],
)
def test_options_in_names(stem, dataset, point):
    assert Name.parse(stem, ["num_moments", "num_probes", "rule", "tau"]) == Name(dataset, point)


def test_a_command_without_the_options_of_the_grid_is_in_the_same_row(tmp_path):
    write(tmp_path, {"spectrum/a-tau=2": spectrum(tau=2.0), "info/a-tau=2": record("info", {"degree_max": 1})})
    (row,) = load_results(tmp_path).rows
    assert (row.name, len(row.records)) == (Name("a", (("tau", "2"),)), 2)


def test_what_is_no_result_is_not_read(tmp_path):
    small_folder(tmp_path)
    before = load_results(tmp_path)
    write(tmp_path, {"summary": "{}", ".graphspec/plan": "{}", "spectrum/.a": "{", ".graphspec/stamps/a": "{"})
    (tmp_path / "spectrum.csv").write_text("name\n")
    assert load_results(tmp_path) == before


def test_failures_alone_are_a_report(tmp_path):
    write(tmp_path, {"failed/compare/all": failure("all", "compare"), "failed/info/a": failure("a", "info")})
    results = load_results(tmp_path)
    assert [row.name.dataset for row in results.rows] == ["a"]
    assert len(results.failures) == 2


def changed(original, **changes):
    """Return a record with other values in its result."""
    return {**original, "result": {**original["result"], **changes}}


GRID = spectrum()["result"]["grid"]

BAD = {
    "damaged": ("spectrum/a", '{"schema": "graphspec/1", ', "is damaged: one record in JSON was expected"),
    "empty": ("spectrum/a", "", "is damaged: one record in JSON was expected"),
    "two records": ("info/a", 2 * (json.dumps(record("info", {})) + "\n"), "is damaged: one record in JSON was"),
    "not a number": ("info/a", json.dumps(record("info", {"a": float("nan")})), "is damaged: one record in JSON"),
    "another file": ("spectrum/a", "[1, 2]", "is no record of a result: it has no schema"),
    "schema": ("spectrum/a", {**spectrum(), "schema": "graphspec/9"}, "has the schema 'graphspec/9', and this version"),
    "folder": ("clusters/a", spectrum(), "is a record of spectrum in the folder of clusters"),
    "no input": ("info/a", {**record("info", {}), "input": None}, "is no record of a result: it names no input"),
    "no inputs": ("compare/a", {**compare(["a", "b"]), "inputs": None}, "is no record of a result: it names no input"),
    "no command": ("info/a", {"schema": "graphspec/1"}, "object missing required field 'version'"),
    "field": ("spectrum/a", record("spectrum", {}), "result: object missing required field 'method'"),
    "type": (
        "clusters/a",
        clusters(detectable(count=("x", 1, 2))),
        "result: detectable.count: expected 'float | null', got 'str'",
    ),
    "kind": ("clusters/a", clusters(detectable("many")), "result: detectable.kind: invalid enum value 'many'"),
    "grid": (
        "spectrum/a",
        changed(spectrum(), grid={**GRID, "count": [1.0]}),
        "result: grid: expected columns of one length, and two points at least",
    ),
    "order": (
        "spectrum/a",
        changed(spectrum(), grid={**GRID, "eigenvalue": GRID["eigenvalue"][::-1]}),
        "result: grid: expected increasing eigenvalues",
    ),
    "best": ("classify/a", classify("ws"), "result: expected the best model in the ranking, found 'ws'"),
    "matrix": (
        "compare/a",
        changed(compare(["a", "b"]), sem=[[0, 1]]),
        "result: expected matrices with a row and a column for each of two inputs or more",
    ),
    "series": (
        "compare/a",
        {**changed(compare(["a", "b"]), symmetric_kl=[], sem=[], noise_floor=[]), "parameters": {"series": True}},
        "result: expected a divergence for each input but the first",
    ),
    "failure": ("failed/info/a", {"dataset": "a", "command": "info"}, "object missing required field 'error'"),
    "failure of no command": ("failed/a", failure("a"), "is no record of a result: it has no schema"),
    "damaged failure": ("failed/info/a", "{", "is damaged: one record in JSON was expected"),
    "gap": (
        "clusters/a",
        clusters(candidates=[{**gap(), "score": "wide"}]),
        "result: candidates[0].score: expected 'float', got 'str'",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_no_such_record_is_an_error_that_names_it(tmp_path, case):
    path, content, message = BAD[case]
    write(small_folder(tmp_path), {path: content})
    with pytest.raises(InputError) as error:
        load_results(tmp_path)
    text = str(error.value)
    assert text.startswith(f"{tmp_path / path}.json: {message}")
    assert "\n" not in text


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    (tmp_path / "info").mkdir()
    (tmp_path / "info" / "a.json").symlink_to(tmp_path / "info" / "a.json")
    with pytest.raises(InputError, match=r"a\.json: cannot be read \("):
        load_results(tmp_path)


def test_a_folder_without_results_is_an_error(tmp_path):
    with pytest.raises(InputError, match=r": holds no results: they are <command>/<name>\.json"):
        load_results(tmp_path)
    with pytest.raises(InputError, match=r"nowhere: the folder does not exist$"):
        load_results(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"file: is no folder$"):
        load_results(tmp_path / "file")
