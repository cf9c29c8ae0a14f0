"""Results in a notebook: short texts, tables that escape names, pictures, frames that equal the CSV, axes."""

import base64
import io
import re
import subprocess
import sys
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import graphspec
from graphspec import GraphspecError, ParameterError, generate
from graphspec.analyses import (
    clusters,
    compare,
    count,
    embed,
    features,
    fit,
    functional,
    info,
    logdet,
    sets,
    spectrum,
    vertices,
    views,
)
from graphspec.notebook import Shown
from graphspec.output import csv_text

GRAPH = graphspec.Graph.from_networkx(nx.planted_partition_graph(3, 60, 0.3, 0.02, seed=1), name="planted")
KARATE = nx.karate_club_graph()
SKETCH = graphspec.sketch(GRAPH, num_moments=40, num_probes=4)
OTHER = graphspec.sketch(nx.gnm_random_graph(180, 900, seed=2), num_moments=40, num_probes=4)
ER = [generate("er", 20, seed, p=0.2) for seed in range(5)]
MODELS = [ER, [generate("ba", 20, seed, m=2) for seed in range(5)]]

MADE = {
    "sketch": lambda: SKETCH,
    "density": lambda: graphspec.density(SKETCH),
    "exact": lambda: graphspec.density(nx.star_graph(8), "exact"),
    "clusters": lambda: graphspec.count_clusters(GRAPH, num_moments=40, num_probes=4),
    "detectable": lambda: graphspec.detectable_communities(GRAPH, num_moments=40, num_probes=4),
    "fit": lambda: graphspec.fit(KARATE, "ws", num_references=3),
    "classification": lambda: graphspec.classify(KARATE, num_references=3),
    "comparison": lambda: graphspec.compare([SKETCH, OTHER, SKETCH]),
    "sets": lambda: graphspec.compare_sets(*MODELS),
    "features": lambda: graphspec.spectral_features([KARATE, nx.path_graph(5)]),
    "vertices": lambda: graphspec.vertex_values(GRAPH),
    "embedding": lambda: graphspec.embed(GRAPH, 4),
    "heat": lambda: graphspec.functional(KARATE, "heat-trace", times=(0.1, 1.0, 10.0)),
    "spectrum result": lambda: spectrum.run("karate"),
    "clusters result": lambda: clusters.run("karate"),
    "vertices result": lambda: vertices.run("karate"),
    "embed result": lambda: embed.run("karate", embed.EmbedOptions(dimension=3)),
    "compare result": lambda: compare.run(["karate", "les-miserables"]),
    "fit result": lambda: fit.run("karate", fit.FitOptions.of(model="er", num_references=3)),
    "functional result": lambda: functional.run("karate", functional.FunctionalOptions(function=("heat-trace",))),
    "sets result": lambda: sets.run(MODELS),
}
"""Results with a picture."""
PLAIN = {
    "count": lambda: graphspec.count_eigenvalues(KARATE, 0.0, 1.0),
    "logdet": lambda: graphspec.logdet(GRAPH, operator="combinatorial", shift=0.5),
    "entropy": lambda: graphspec.functional(KARATE, "entropy"),
    "count result": lambda: count.run("karate", count.CountOptions(high=1.0)),
    "info result": lambda: info.run("karate"),
    "logdet result": lambda: logdet.run("karate", logdet.LogdetOptions.of(operator="combinatorial", shift=1.0)),
    "features result": lambda: next(features.run_all(["karate"])),
    "entropy result": lambda: functional.run("karate", functional.FunctionalOptions(function=("entropy",))),
}
"""Results without one."""


@pytest.fixture(scope="module")
def results():
    made = {}

    def result(name):
        if name not in made:
            made[name] = (MADE | PLAIN)[name]()
        return made[name]

    return result


class Reader(HTMLParser):
    """Reads cells and attributes, and checks that every element is closed in its turn."""

    def __init__(self, text):
        super().__init__()
        self.open, self.cells, self.attributes, self.text = [], [], {}, []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.attributes.setdefault(tag, []).append(dict(attrs))
        if tag != "img":
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)
        if self.open and self.open[-1] in ("td", "th"):
            self.cells[-1] += data


def picture_of(reader):
    (image,) = reader.attributes["img"]
    return base64.b64decode(image["src"].removeprefix("data:image/png;base64,"), validate=True)


def facts_of(reader):
    return dict(zip(reader.cells[::2], reader.cells[1::2], strict=False))


every = pytest.mark.parametrize("name", MADE | PLAIN)
drawn = pytest.mark.parametrize("name", MADE)


@every
def test_texts_are_short_and_name_the_kind(results, name):
    result = results(name)
    text = repr(result)
    assert text.startswith(f"{type(result).__name__}(")
    assert len(text) < 250
    assert "\n" not in text
    assert "array(" not in text


@every
def test_html_is_a_table_in_the_colours_of_the_notebook(results, name):
    result = results(name)
    reader = Reader(result._repr_html_())
    assert type(result).__name__ in "".join(reader.text)
    assert len(reader.cells) >= 4
    # Nothing sets a colour, so that a dark theme keeps its own.
    for tag, attributes in reader.attributes.items():
        assert all(each.keys() <= ({"alt", "src"} if tag == "img" else set()) for each in attributes)
    assert ("img" in reader.attributes) == (name in MADE)


@drawn
def test_pictures_are_small_and_are_missing_without_matplotlib(results, name, monkeypatch):
    result = results(name)
    content = picture_of(Reader(result._repr_html_()))
    assert content.startswith(b"\x89PNG")
    assert 1000 < len(content) < 30_000
    assert picture_of(Reader(result._repr_html_())) == content
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    table = Reader(result._repr_html_())
    assert "img" not in table.attributes
    assert len(table.cells) >= 4
    with pytest.raises(GraphspecError, match=r"^pictures need matplotlib: pip install 'graphspec\[plot\]'$"):
        result.plot()


@drawn
def test_results_are_drawn_into_given_axes(results, name):
    result = results(name)
    first, second = Figure().subplots(1, 2)
    assert result.plot(first) is first
    assert result.plot(ax=second) is second
    for axes in (first, second):
        assert axes.lines or axes.images or axes.collections
    assert len(first.lines) == len(second.lines)


def test_axes_of_a_new_figure_are_made_where_none_are_given(results):
    before = plt.get_fignums()
    axes = results("sets").plot()
    try:
        assert len(plt.get_fignums()) == len(before) + 1
        assert axes.figure.number in plt.get_fignums()
        curves = results("sets").curves
        np.testing.assert_array_equal(axes.lines[0].get_ydata(), curves[0].mean)
    finally:
        plt.close(axes.figure)


@pytest.mark.parametrize("name", PLAIN)
def test_what_has_no_picture_says_so(results, name):
    with pytest.raises(ParameterError, match=f"^{type(results(name)).__name__}: there is no picture of it$"):
        results(name).plot()


@pytest.mark.parametrize("name", [name for name in MADE | PLAIN if name.endswith("result")])
def test_frames_equal_the_csv(results, name):
    result = results(name)
    columns, rows = result.rows()
    found, expected = result.to_frame(), pd.read_csv(io.StringIO(csv_text(columns, rows)), keep_default_na=True)
    kept = [name for name in columns if name in found.columns]
    assert found.columns.tolist() == kept
    assert {*columns} - {*kept} <= {"num_nodes", "num_edges", "num_components", "name"}
    for column in kept:
        if expected[column].dtype.kind in "fiu":
            np.testing.assert_allclose(found[column].astype(float), expected[column].astype(float), rtol=1e-15)
        else:
            both = ([str(value) for value in table[column].dropna()] for table in (found, expected))
            assert next(both) == next(both)


@pytest.mark.parametrize(
    ("name", "counterpart"),
    [("density", "spectrum result"), ("clusters", "clusters result"), ("fit", "fit result"), ("sets", "sets result")],
)
def test_frames_of_results_in_python_have_the_columns_of_the_command(results, name, counterpart):
    columns = results(counterpart).rows().columns
    own = {"dimension", "num_moments", "known_exactly", "low", "high", "converged", "num_matvecs"}
    found = [column for column in results(name).to_frame().columns if column not in own]
    assert [column for column in columns if column in found] == found
    assert {*columns} - {*found} <= {"name", "num_nodes", "num_edges", "num_components", *own}


def test_tables_hold_the_numbers(results):
    found = facts_of(Reader(results("count")._repr_html_()))
    assert found["count"] == f"{results('count').count:.6g}"
    density = facts_of(Reader(results("density")._repr_html_()))
    assert (density["method"], density["dimension"], density["num_moments"]) == ("maxent", "180", "40")
    estimate = results("entropy")
    found = facts_of(Reader(estimate._repr_html_()))
    assert found["value"] == f"{float(estimate.value):.6g}"
    text = "".join(Reader(results("sets")._repr_html_()).text)
    assert results("sets").sentence in text
    assert f"{results('sets').mmd.value:.6g}" in text
    comparison = results("comparison")
    assert f"{comparison.symmetric_kl.value[0, 1]:.6g}" in Reader(comparison._repr_html_()).cells
    ranking = Reader(results("classification")._repr_html_()).cells
    assert {"er", "ws", "ba"} <= {*ranking}
    assert results("classification").sentence in "".join(Reader(results("classification")._repr_html_()).text)


def test_estimates_of_several_numbers_have_a_row_for_each(results):
    estimate = results("heat")
    frame = estimate.to_frame()
    np.testing.assert_array_equal(frame["value"], estimate.value)
    np.testing.assert_array_equal(frame["high"], estimate.high)
    assert repr(estimate) == "Estimate(3 rows)"


def test_densities_are_drawn_and_listed_at_the_points_of_the_command(results):
    density = results("density")
    frame = density.to_frame()
    assert len(frame) == 2001
    np.testing.assert_array_equal(frame["count_high"], density.count(frame["eigenvalue"]).high)
    assert "2,001 rows: to_frame() has all" in "".join(Reader(density._repr_html_()).text)


def test_embeddings_have_a_row_for_every_vertex_and_are_drawn_off_the_zeros(results):
    found = results("embedding")
    frame = found.to_frame()
    assert frame.columns.tolist() == ["vertex", "x1", "x2", "x3", "x4"]
    np.testing.assert_array_equal(frame.drop(columns="vertex"), found.vectors)
    axes = found.plot(Figure().subplots())
    np.testing.assert_array_equal(axes.collections[0].get_offsets(), found.vectors[:, [1, 2]])


def test_features_keep_their_frame_and_show_a_part(results):
    table = results("features")
    assert table.to_frame(["a", "b"], with_errors=True).shape == (2, 2 * len(table.names))
    reader = Reader(table._repr_html_())
    assert facts_of(reader)["features"] == str(len(table.names))
    assert f"2 rows of {len(table.names)} columns: to_frame() has all" in "".join(reader.text)


def test_names_are_escaped(tmp_path):
    hostile = "<b onclick=x>&\"'</b><script>alert(1)</script>"
    sketch = graphspec.sketch(graphspec.Graph.from_networkx(KARATE, name=hostile))
    for result in (sketch, graphspec.compare([sketch, OTHER]), graphspec.Graph.from_networkx(KARATE, name=hostile)):
        text = result._repr_html_()
        assert "<script" not in text
        assert "<b " not in text
        assert hostile in Reader(text).cells


def test_a_graph_has_a_table_of_its_size():
    assert repr(GRAPH).startswith("Graph('planted', 180 vertices, ")
    found = facts_of(Reader(GRAPH._repr_html_()))
    assert (found["name"], found["num_nodes"], found["num_edges"]) == ("planted", "180", f"{GRAPH.num_edges:,}")
    assert found["weighted"] == "False"


def test_every_public_result_is_shown():
    public = {value for name in graphspec.__all__ if isinstance(value := getattr(graphspec, name), type)}
    shown = {kind for kind in public if issubclass(kind, Shown)}
    assert {kind.__name__ for kind in shown} == {
        "Classification",
        "ClusterCount",
        "Comparison",
        "DetectableCount",
        "Diagonal",
        "EigenvalueCount",
        "Embedding",
        "Estimate",
        "Fit",
        "SetComparison",
        "SpectralDensity",
        "SpectralSketch",
    }
    default = views.shown_as.dispatch(object)
    assert all(views.shown_as.dispatch(kind) is not default for kind in shown)
    with pytest.raises(ParameterError, match=r"^int is no result$"):
        views.shown_as(3)


def test_texts_tables_and_frames_do_not_import_matplotlib():
    code = (
        "import graphspec, networkx, sys; graph = networkx.karate_club_graph();"
        "found = graphspec.density(graph); repr(found); found.to_frame(); repr(graphspec.count_clusters(graph));"
        "assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_texts_hold_the_first_numbers(results):
    pattern = r"EigenvalueCount\(low=0, high=1, count=[\d.]+, count_low=[\d.]+, count_high=[\d.]+\)"
    assert re.fullmatch(pattern, repr(results("count")))
    assert repr(results("features")).startswith("FeatureTable(graphs=2, features=")
    assert "2001 rows" not in repr(results("density"))
