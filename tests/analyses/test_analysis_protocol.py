"""What every analysis must do: one suite over all questions, on small graphs.

An analysis is added by a :class:`Question` in `QUESTIONS`.
"""

import csv
import io
import json
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import example_analysis
import networkx as nx
import numpy as np
import pytest
from rich.cells import cell_len

import graphspec
from graphspec.analyses import (
    classify,
    clusters,
    compare,
    count,
    fit,
    functional,
    functional_options,
    info,
    logdet,
    sketch,
    spectrum,
)
from graphspec.analyses.console import Console
from graphspec.analyses.results import INPUT_COLUMNS, Drawable
from graphspec.cli import run as run_command
from graphspec.cli._flags import flag_of
from graphspec.clusters.outcomes import Outcome
from graphspec.errors import ParameterError, SketchError
from graphspec.options import declarations, default_of
from graphspec.output.records import csv_text, json_line
from graphspec.output.tables import render

MOMENTS, PROBES, SEED = 30, 4, 7


@dataclass(frozen=True)
class Files:
    """Files and the graph that the questions are asked of.

    Attributes
    ----------
    edges, other
        Paths of edge lists.
    target
        Path that an analysis may write to.
    graph
        The networkx graph of `edges`.
    """

    edges: str
    other: str
    target: str
    graph: nx.Graph


@dataclass(frozen=True, eq=False)
class Question:
    """An analysis with options that make it quick.

    Attributes
    ----------
    name
        Its name, and that of its command where it has one.
    options
        The class of its options.
    ask
        Called with a source, the files, options and a console; returns the result.
    values
        Options that are given.
    extra
        Further words of the command line.
    stages
        Stages of the work that are told, besides reading.
    command
        Whether there is a command.
    sketches
        Whether a sketch can serve.
    same
        Keys of the result that are the same from a sketch.
    graph_only
        Whether it is asked of graphs alone, not of operators.
    """

    name: str
    options: type
    ask: Callable[..., Any]
    values: dict[str, Any] = field(default_factory=dict)
    extra: Callable[[Files], list[str]] = lambda _: []
    stages: tuple[str, ...] = ("structure", "pass")
    command: bool = True
    sketches: bool = True
    same: tuple[str, ...] = ()
    graph_only: bool = False

    def __str__(self):
        return self.name


def asking(module):
    return lambda source, _, options, *console: module.run(source, options, *console)


SAMPLED = {"num_moments": MOMENTS, "num_probes": PROBES}
REFERENCES = {"num_references": 3, "num_probes": PROBES}
QUESTIONS = (
    Question("info", info.InfoOptions, asking(info), stages=(), sketches=False, graph_only=True),
    Question(
        "spectrum",
        spectrum.SpectrumOptions,
        asking(spectrum),
        {**SAMPLED, "grid_points": 11},
        stages=("structure", "pass", "density"),
        same=("grid", "atoms", "moments", "moment_sem", "solver", "method", "num_matvecs"),
    ),
    Question(
        "clusters",
        clusters.ClustersOptions,
        asking(clusters),
        SAMPLED,
        stages=("structure", "pass", "density", "gaps", "confirmation", "radius"),
        same=("significant", "candidates", "rule", "threshold", "gap_low", "gap_high"),
    ),
    Question(
        "count",
        count.CountOptions,
        asking(count),
        {**SAMPLED, "low": 0.0, "high": 0.5, "method": "lanczos"},
        stages=("structure", "pass", "density"),
        same=("low", "high", "count", "count_low", "count_high"),
    ),
    Question(
        "functional",
        functional_options.FunctionalOptions,
        asking(functional),
        {**SAMPLED, "function": ("heat-trace",)},
        stages=("structure", "pass", "integrals"),
        same=("function", "argument", "value", "sem", "low", "high"),
    ),
    Question(
        "logdet",
        logdet.LogdetOptions,
        asking(logdet),
        {**SAMPLED, "shift": 0.5},
        same=("value", "sem", "low", "high", "per_dimension"),
    ),
    Question(
        "compare",
        compare.CompareOptions,
        lambda source, files, options, *console: compare.run([source, files.other], options, *console),
        SAMPLED,
        extra=lambda files: [files.other],
        stages=("structure", "pass", "comparison"),
        same=("symmetric_kl", "sem", "noise_floor", "wasserstein", "kolmogorov", "num_zeros"),
    ),
    Question(
        "fit",
        fit.FitOptions,
        asking(fit),
        {**REFERENCES, "model": "ba"},
        stages=("structure", "pass", "fit"),
        same=("model", "parameters", "symmetric_kl"),
        graph_only=True,
    ),
    Question(
        "classify",
        classify.ClassifyOptions,
        asking(classify),
        {**REFERENCES, "models": ("er", "ba")},
        stages=("structure", "pass", "fit"),
        same=("best", "distinguishable"),
        graph_only=True,
    ),
    Question(
        "sketch",
        sketch.SketchOptions,
        lambda source, files, options, *console: sketch.run(source, files.target, options, *console),
        SAMPLED,
        extra=lambda files: ["-o", files.target],
        sketches=False,
    ),
    Question(
        "heat-trace",
        example_analysis.HeatTraceOptions,
        asking(example_analysis),
        {**SAMPLED, "time": 2.0},
        stages=("structure", "pass", "density"),
        command=False,
        same=("value", "sem", "low", "high"),
    ),
)
every = pytest.mark.parametrize("question", QUESTIONS, ids=str)
with_command = pytest.mark.parametrize("question", [each for each in QUESTIONS if each.command], ids=str)
sampled = pytest.mark.parametrize("question", [each for each in QUESTIONS if each.stages], ids=str)
served = pytest.mark.parametrize("question", [each for each in QUESTIONS if each.sketches], ids=str)
not_served = pytest.mark.parametrize("question", [each for each in QUESTIONS if not each.sketches], ids=str)


class Recorder(Console):
    """A console that remembers what it was told."""

    verbose = True

    def __init__(self):
        self.stages, self.remarks = [], []

    def remark(self, message):
        self.remarks.append(message)

    detail = patience = warn = remark

    @contextmanager
    def stage(self, name):
        self.stages.append(name)
        yield


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Four clusters of 110 vertices and a component of 80: enough to be sampled, with clusters to confirm."""
    folder = tmp_path_factory.mktemp("protocol")
    planted = nx.planted_partition_graph(4, 110, 0.15, 0.001, seed=1)
    graph = nx.disjoint_union(planted, nx.gnm_random_graph(80, 400, seed=1))
    for name, each in (("edges", graph), ("other", nx.gnm_random_graph(450, 2000, seed=2))):
        (folder / f"{name}.txt").write_text("".join(f"{u} {v}\n" for u, v in sorted(each.edges)))
    return Files(str(folder / "edges.txt"), str(folder / "other.txt"), str(folder / "target.npz"), graph)


@pytest.fixture(scope="module")
def answers(files):
    """Return the answer to a question from the path of an edge list; each is found once."""
    return cache(lambda question: question.ask(files.edges, files, question.options.of(**question.values)))


def words_of(question):
    """Return the options of a question as a command line has them."""
    declared, words = declarations(question.options), []
    for name, value in question.values.items():
        words += [flag_of(name, declared[name]), ",".join(value) if isinstance(value, tuple) else str(value)]
    return words


def sketch_of(question, files):
    """Return a sketch with as many moments and probes as the question has."""
    order = question.values.get("num_moments") or default_of(question.options, "num_moments")
    return sketch.run(files.edges, files.target, sketch.SketchOptions.of(num_moments=order, num_probes=PROBES)).sketch


def command_output(question, files, capfd, *words):
    code = run_command([question.name, files.edges, *question.extra(files), *words_of(question), *words])
    output = capfd.readouterr()
    assert code == 0, output.err
    return output


# --- sources


@every
def test_a_graph_gives_the_record_of_its_file(question, files, answers):
    graph = graphspec.read_edges(files.edges)
    options = question.options.of(**question.values)
    assert question.ask(replace(graph, name=files.edges), files, options).record() == answers(question).record()


@every
def test_a_networkx_graph_gives_the_numbers_of_its_file(question, files, answers):
    result = question.ask(files.graph, files, question.options.of(**question.values))
    record, expected = result.record(), answers(question).record()
    for each in (record, expected):
        each.pop("input", None)
        each.pop("inputs", None)
        each["result"].pop("inputs", None)
    # Dropped comment lines and such are facts of a file, the numbers are those of the graph.
    assert record == expected


@served
def test_a_sketch_gives_the_same_numbers(question, files, answers):
    held = sketch_of(question, files)
    result = question.ask(held, files, question.options.of(**question.values)).record()["result"]
    expected = answers(question).record()["result"]
    assert question.same
    assert result.keys() == expected.keys()
    assert {key: result[key] for key in question.same} == {key: expected[key] for key in question.same}


@not_served
def test_a_sketch_is_refused_where_it_cannot_serve(question, files):
    held = sketch_of(replace(question, values=SAMPLED), files)
    with pytest.raises(SketchError, match=r"sketch"):
        question.ask(held, files, question.options.of())


@pytest.mark.parametrize("question", [each for each in QUESTIONS if not each.graph_only], ids=str)
def test_an_operator_is_a_source(question, files):
    # One kind of operator for both inputs of a comparison.
    operator = graphspec.linear_operator(nx.normalized_laplacian_matrix(files.graph).toarray(), (0, 2))
    options = question.options.of(**question.values)
    if question.name == "compare":
        result = compare.run([operator, operator], options)
        assert result.comparison.symmetric_kl.value[0, 1] == pytest.approx(0, abs=1e-12)
    else:
        result = question.ask(operator, files, options)
    assert json.loads(json_line(result.record()))["parameters"]["operator"] == "operator"


@pytest.mark.parametrize("question", [each for each in QUESTIONS if each.graph_only], ids=str)
def test_an_operator_is_refused_where_a_graph_is_needed(question, files):
    with pytest.raises(ParameterError, match=r"operator"):
        question.ask(np.eye(30), files, question.options.of(**question.values))


@every
@pytest.mark.parametrize("source", [[(0, 1)], None, 3])
def test_what_has_no_spectrum_is_refused(question, files, source):
    with pytest.raises(ParameterError, match=r"cannot make a graph of a (list|NoneType|int)"):
        question.ask(source, files, question.options.of(**question.values))


# --- records, rows, tables, pictures


@every
def test_the_record_has_the_keys_of_its_schema_and_finite_numbers(question, files, answers):
    record = answers(question).record()
    line = json_line(record)
    assert line.count("\n") == 1
    assert json.loads(line, parse_constant=pytest.fail) == record
    inputs = "inputs" if question.name == "compare" else "input"
    assert list(record) == ["schema", "version", "command", inputs, "parameters", "result"]
    assert (record["schema"], record["version"]) == ("graphspec/1", graphspec.__version__)
    assert record["command"] == question.name
    (source,) = record[inputs][:1] if inputs == "inputs" else [record[inputs]]
    assert [source[key] for key in INPUT_COLUMNS] == [files.edges, 520, files.graph.number_of_edges(), 2]
    recorded = {"low": "from", "high": "to"}
    parameters = record["parameters"] | {"path": files.target}
    expected = {name: list(value) if isinstance(value, tuple) else value for name, value in question.values.items()}
    if question.name == "compare":
        expected["num_probes"] = [PROBES, PROBES]
    assert {name: parameters[recorded.get(name, name)] for name in question.values} == expected


@every
def test_rows_begin_with_the_input_and_are_as_wide_as_their_header(question, files, answers):
    columns, rows = answers(question).rows()
    assert tuple(columns[:4]) == INPUT_COLUMNS
    assert len(set(columns)) == len(columns)
    assert rows
    assert {len(row) for row in rows} == {len(columns)}
    header, *lines = csv.reader(io.StringIO(csv_text(columns, rows)))
    assert header == columns
    assert {line[0] for line in lines} == {files.edges}
    assert not any(field in ("nan", "inf", "None") for line in lines for field in line)


@with_command
def test_the_command_writes_the_record_and_the_rows_byte_for_byte(question, files, answers, capfd):
    answer = answers(question)
    if question.name == "sketch":
        # A sketch is an answer in a file, its description is in one form at a time.
        assert graphspec.load_sketch(answer.save() or files.target).fingerprint == answer.sketch.fingerprint
    assert command_output(question, files, capfd, "--format", "json").out == json_line(answer.record())
    assert command_output(question, files, capfd, "--format", "csv").out == csv_text(*answer.rows())


@every
@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_tables_keep_within_the_width(question, answers, width):
    answer = answers(question)
    text = render(answer.table(width), terminal=False, width=width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert "\x1b" not in text
    assert "\x1b" in render(answer.table(width), terminal=True, width=width)


@with_command
def test_the_command_prints_the_table(question, files, answers, capfd):
    assert command_output(question, files, capfd).out == render(answers(question).table(100), terminal=False, width=100)


DRAWN = ("spectrum", "clusters", "functional", "compare", "fit", "classify")


@every
def test_what_can_be_drawn_is_drawn_in_equal_bytes(question, answers, tmp_path):
    answer = answers(question)
    assert isinstance(answer, Drawable) == (question.name in DRAWN)
    if not isinstance(answer, Drawable):
        return
    for suffix, start in ((".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")):
        first, second = (tmp_path / f"{name}{suffix}" for name in ("first", "second"))
        answer.draw(first)
        answer.draw(str(second))
        assert first.read_bytes() == second.read_bytes()
        assert first.read_bytes().startswith(start)


@pytest.mark.parametrize("question", [each for each in QUESTIONS if each.name in DRAWN], ids=str)
def test_pictures_of_several_inputs_go_into_a_folder(question, files, answers, tmp_path, capfd):
    answers(question).draw(tmp_path / "expected.png")
    words = [*words_of(question), "--plot", str(tmp_path)]
    code = run_command([question.name, files.edges, files.other, *words])
    assert (code, capfd.readouterr().err) == (0, "")
    drawn = {path.name: path.read_bytes() for path in tmp_path.glob("*.png")}
    expected = drawn.pop("expected.png")
    names = {"compare.png"} if question.name == "compare" else {"edges.txt.png", "other.txt.png"}
    assert drawn.keys() == names
    assert drawn[min(names)] == expected


# --- the console


@every
def test_a_console_is_told_the_stages(question, files, answers):
    console = Recorder()
    result = question.ask(files.edges, files, question.options.of(**question.values), console)
    assert list(dict.fromkeys(console.stages)) == ["reading", *question.stages]
    assert result.record() == answers(question).record()
    if question.stages:
        assert any("the pass: " in remark and "products" in remark for remark in console.remarks)
    else:
        assert console.remarks == []


@sampled
def test_a_console_is_told_what_ended_a_tolerance(question, files):
    values = {**question.values, "tolerance": 1e-9, "num_probes": 2, "max_probes": 3}
    console = Recorder()
    question.ask(files.edges, files, question.options.of(**values), console)
    ended = [remark for remark in console.remarks if "probes: " in remark]
    assert len(ended) == (2 if question.name in ("compare", "clusters") else 1)
    assert all(remark.startswith((files.edges, files.other)) for remark in ended)


# --- options that are given, and those that are not


@sampled
def test_options_that_are_given_reach_the_sketch(question, files):
    values = {"num_moments": 24, "num_probes": 5, "seed": SEED, "first_probe": 3}
    options = question.options.of(**{**question.values, **values})
    parameters = question.ask(files.edges, files, options).record()["parameters"]
    shared = {name: np.ravel(parameters[name])[0] for name in values}
    assert shared == {**values, "seed": parameters["seed"]}
    assert parameters["seed"] == SEED


@served
def test_options_that_are_not_given_are_those_of_a_sketch(question, files):
    drawn = {"num_moments": 40, "num_probes": 6, "seed": SEED, "component": "largest"}
    held = sketch.run(files.edges, files.target, sketch.SketchOptions.of(**drawn)).sketch
    values = {name: value for name, value in question.values.items() if name not in drawn}
    if question.name == "compare":
        result = compare.run([held, held], question.options.of(**values))
    else:
        result = question.ask(held, files, question.options.of(**values))
    parameters = result.record()["parameters"]
    assert (np.ravel(parameters["num_probes"])[0], parameters["seed"], parameters["component"]) == (6, SEED, "largest")
    if question.name not in ("fit", "classify"):  # whose number of moments is their own
        assert parameters["num_moments"] == 40


@served
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"num_probes": 9}, "the sketch was made with `num_probes` 4"),
        ({"seed": 1}, "the sketch was made with `seed` 0"),
        ({"first_probe": 1}, "the sketch was made with `first_probe` 0"),
        ({"component": "largest"}, "the sketch was made with `component` all"),
        ({"structure": False}, "the sketch was made with `structure`"),
        ({"weighted": True}, "the sketch was made without `weighted`"),
        ({"num_moments": 200}, "the sketch holds 30 moments, not 200"),
        ({"tolerance": 0.1}, "a sketch cannot be given more probes for `tolerance`"),
        ({"delimiter": ","}, "a sketch is not read with `delimiter`"),
    ],
)
def test_a_sketch_that_contradicts_an_option_is_refused(question, files, given, message):
    held = sketch_of(replace(question, values=SAMPLED), files)
    values = {name: value for name, value in question.values.items() if name != "num_moments"} | given
    with pytest.raises(SketchError, match=f"^{files.edges}: {message}"):
        question.ask(held, files, question.options.of(**values))


@every
def test_every_option_is_known_to_the_class_of_options(question):
    with pytest.raises(ParameterError, match="there is no option `colour`"):
        question.options.of(colour="red")


# --- answers in which command and library once disagreed


def test_a_sketch_of_an_operator_with_known_zeros_counts_certain_components_in_both_ways(tmp_path, capfd):
    graph = nx.disjoint_union_all([nx.gnm_random_graph(60, 300, seed=seed) for seed in range(3)])
    assert nx.number_connected_components(graph) == 3
    laplacian = nx.normalized_laplacian_matrix(graph)
    roots = np.sqrt([degree for _, degree in graph.degree])
    zeros = np.array([np.where(np.arange(180) // 60 == part, roots, 0) for part in range(3)]).T
    operator = graphspec.linear_operator(laplacian, (0, 2), known={0.0: zeros / np.linalg.norm(zeros, axis=0)})
    held = graphspec.sketch(operator, num_moments=60, num_probes=8)
    path = tmp_path / "sketch.npz"
    graphspec.save_sketch(held, path)
    assert run_command(["clusters", str(path), "--format", "json"]) == 0
    result = json.loads(capfd.readouterr().out)["result"]
    assert (result["count"], result["count_low"], result["count_high"]) == (3.0, 3.0, 3.0)
    counted = graphspec.count_clusters(held)
    assert counted.outcome is Outcome.COMPONENTS
    assert (counted.count.value, counted.count.low, counted.count.high) == (3.0, 3.0, 3.0)


def test_a_sketch_of_ten_moments_is_refused_by_fits_in_both_ways(files, tmp_path, capfd):
    held = graphspec.sketch(graphspec.read_edges(files.edges), num_moments=10, num_probes=4)
    path = tmp_path / "ten.npz"
    graphspec.save_sketch(held, path)
    message = "the sketch holds 10 moments"
    with pytest.raises(SketchError, match=message):
        graphspec.fit(held, "er", num_references=3)
    with pytest.raises(SketchError, match=message):
        graphspec.classify(held, ["er"], num_references=3)
    for words in (["fit", "--model", "er"], ["classify"]):
        assert run_command([*words, str(path), "--num-references", "3"]) == 1
        assert message in capfd.readouterr().err
