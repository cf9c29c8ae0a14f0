"""Sources: what an object or a file cannot do with an option is said, nothing is ignored."""

import networkx as nx
import numpy as np
import pytest
import scipy.sparse
from scipy.sparse.linalg import aslinearoperator

import graphspec
from graphspec.analyses import clusters, convert, count, info, spectrum
from graphspec.analyses.console import Console
from graphspec.analyses.sources import open_source
from graphspec.errors import InputError, ParameterError
from graphspec.readwrite import Reading

KARATE = nx.karate_club_graph()  # with weights
MATRIX = nx.normalized_laplacian_matrix(KARATE).toarray()
GRAPHS = {
    "networkx": KARATE,
    "scipy": scipy.sparse.csr_array(nx.to_scipy_sparse_array(KARATE)),
    "graph": graphspec.Graph.from_networkx(KARATE),
}
OPERATORS = {
    "dense": MATRIX,
    "linear": aslinearoperator(MATRIX),
    "wrapped": graphspec.linear_operator(MATRIX, (0, 2)),
    "of a graph": graphspec.graph_operator(GRAPHS["graph"], "normalized"),
}


class Remarks(Console):
    def __init__(self):
        self.said = []

    def remark(self, message):
        self.said.append(message)


@pytest.mark.parametrize("source", [*GRAPHS.values(), *OPERATORS.values()], ids=[*GRAPHS, *OPERATORS])
@pytest.mark.parametrize(
    ("option", "value"), [("delimiter", ","), ("columns", (2, 1)), ("comment", "#"), ("header", True)]
)
def test_options_of_edge_lists_are_refused_for_objects(source, option, value):
    with pytest.raises(ParameterError, match=f"`{option}` is for edge lists, and there is none to read") as caught:
        open_source(source, Reading(**{option: value}))
    assert caught.value.parameter == option


@pytest.mark.parametrize("source", OPERATORS.values(), ids=OPERATORS)
def test_weights_and_parts_of_graphs_are_refused_for_operators(source):
    with pytest.raises(ParameterError, match="`weighted` is for graphs, not for operators"):
        open_source(source, Reading(weighted=True))
    for option, value in (("component", "largest"), ("operator", "normalized")):
        with pytest.raises(ParameterError, match=f"`{option}`.* are for graphs, not for operators"):
            spectrum.run(source, spectrum.SpectrumOptions.of(**{option: value}))
    assert spectrum.run(source).density.dimension == 34


def test_weights_that_a_graph_does_not_have_are_refused():
    plain, weighted = GRAPHS["graph"], graphspec.Graph.from_networkx(KARATE, "weight")
    with pytest.raises(ParameterError, match="`weighted` is True, and the graph has no weights"):
        open_source(plain, Reading(weighted=True))
    with pytest.raises(ParameterError, match="`weighted` is False, and the graph has weights"):
        open_source(weighted, Reading(weighted=False))
    assert open_source(weighted, Reading(weighted=True)) is open_source(weighted, Reading()) is weighted
    assert open_source(plain, Reading(weighted=False)) is plain
    assert open_source(KARATE, Reading()).weights is None
    assert open_source(KARATE, Reading(weighted=True)).weights.max() == 7


def test_weights_that_a_graph_file_does_not_have_are_refused(tmp_path):
    edges = tmp_path / "edges.txt"
    edges.write_text("1 2 3\n2 3 4\n")
    for weighted in (True, False):
        path = str(tmp_path / f"{weighted}.graph")
        convert.run(str(edges), path, convert.ConvertOptions.of(weighted=weighted))
        assert info.run(path).parameters["weighted"] is weighted
        assert info.run(path, info.InfoOptions.of(weighted=weighted)).parameters["weighted"] is weighted
        with pytest.raises(InputError, match=f"was converted {'with' if weighted else 'without'} weights"):
            open_source(path, Reading(weighted=not weighted))


@pytest.mark.parametrize(
    ("values", "remarks"),
    [
        ({"method": "exact"}, []),
        ({"method": "exact", "seed": 3, "threads": 1}, []),
        ({"method": "exact", "num_probes": 3}, ["graph: `method` exact takes no probes: `num_probes` is not used"]),
        ({"method": "exact", "max_probes": 600}, ["graph: `method` exact takes no probes: `max_probes` is not used"]),
        ({"max_probes": 600}, ["graph: `max_probes` is for a `tolerance`: it is not used"]),
    ],
)
def test_options_that_are_not_used_are_told(values, remarks):
    console = Remarks()
    count.run(GRAPHS["graph"], count.CountOptions.of(high=0.5, **values), console)
    assert console.said == remarks


@pytest.mark.parametrize(
    ("sketched", "values", "remarks"),
    [
        (False, {"confirm_limit": 10}, []),
        (True, {}, []),
        (True, {"confirm_limit": 0}, []),
        (True, {"confirm_limit": 10}, ["graph: a sketch holds no matrix: the count is not confirmed"]),
        (
            False,
            {"confirm_limit": 10, "threshold": 0.1},
            ["graph: `confirm_limit` is for `rule` eigengap: it is not used"],
        ),
    ],
)
def test_a_limit_of_confirmation_that_is_not_used_is_told(sketched, values, remarks):
    graph = graphspec.Graph.from_networkx(nx.connected_caveman_graph(6, 12))
    console = Remarks()
    source = graphspec.sketch(graph) if sketched else graph
    clusters.run(source, clusters.ClustersOptions.of(**values), console)
    assert [remark for remark in console.said if "confirm" in remark] == remarks


@pytest.mark.parametrize("source", [np.zeros(3), "no such dataset", 3, None])
def test_what_is_no_source_is_refused(source):
    with pytest.raises((ParameterError, InputError)):
        open_source(source, Reading())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("0 1\n1 2\n", None),
        ("0 1\n1 0\n1 1\n", "dropped 1 self-loop; merged 1 duplicate edge"),
        ("0 1\n1 0\n0 1\n1 1\n0 0\n", "dropped 2 self-loops; merged 2 duplicate edges"),
        ("0 1\n5 5\n", "took 1 self-loop for an isolated vertex"),
        ("3 4\n5 5\n6 6\n", "took 2 self-loops for isolated vertices"),
        ("0 1 x\n", "took columns 1 and 2 of 3 for the edge (--columns takes others)"),
        ("a,b\nb,c\nNA,a\n", "left out 1 row with a missing value"),
        ("a b 0\nb c 1\n", "dropped 1 edge of weight 0"),
    ],
)
def test_what_was_guessed_and_dropped_is_said_in_one_line(content, said, tmp_path):
    path = tmp_path / "edges.txt"
    path.write_text(content)
    console = Listening()
    open_source(path, Reading(missing="drop", weighted=content.startswith("a b 0")), console)
    assert console.remarks == ([] if said is None else [f"{path}: {said}"])


@pytest.mark.parametrize("address", ["https://example.org/edges.txt", "ftp://example.org/a", "HTTP://example.org/a.gz"])
def test_an_address_is_not_fetched(address):
    with pytest.raises(InputError, match=rf"^{address}: is an address, .* curl -L {address} \| graphspec"):
        open_source(address, Reading())


class Listening(Console):
    """Keeps the remarks."""

    def __init__(self):
        self.remarks = []

    def remark(self, message):
        self.remarks.append(message)
