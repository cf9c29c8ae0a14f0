"""Pictures of detectable communities: ticks of eigenvalues, plain numbers, and words."""

import networkx as nx
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import graphspec
from graphspec.analyses.detectable_picture import NEXT, UNTOLD, draw_detection
from graphspec.analyses.drawing import ATOM, plain_numbers
from graphspec.graphs.graph import Graph


def drawn(network, **options):
    """Return the panels of a picture, and the number of ticks of each colour."""
    plain = Graph.from_networkx(nx.Graph(nx.convert_node_labels_to_integers(network).edges))
    figure = Figure()
    upper, lower = figure.subplots(2, 1)
    draw_detection(upper, lower, graphspec.detectable_communities(plain, **options))
    figure.canvas.draw()
    places = {
        to_hex(lines.get_color()[0]): lines.get_segments()
        for lines in lower.collections
        if hasattr(lines, "get_segments")
    }
    return upper, lower, {colour: len(segments) for colour, segments in places.items()}


def labels_of(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_eigenvalues_that_are_not_counted_have_another_colour():
    _, lower, ticks = drawn(nx.karate_club_graph())
    assert (ticks[ATOM], ticks[UNTOLD], ticks[to_hex(NEXT)]) == (1, 1, 1)
    assert labels_of(lower)[1:] == [
        "1 eigenvalue, confirmed",
        "1 eigenvalue within the noise of the edge",
        "the next one",
    ]
    _, lower, ticks = drawn(nx.ring_of_cliques(8, 10))
    assert (ticks[ATOM], ticks[to_hex(NEXT)]) == (8, 1)
    assert UNTOLD not in ticks
    assert labels_of(lower)[1:] == ["8 eigenvalues, confirmed", "the next one"]


@pytest.mark.parametrize(
    ("network", "title"),
    [
        (nx.karate_club_graph(), "1 to 2 communities, confirmed"),
        (nx.ring_of_cliques(8, 10), "8 communities, confirmed"),
        (nx.grid_2d_graph(30, 30, periodic=True), "37 eigenvalues, scales and not groups, confirmed"),
        (nx.fast_gnp_random_graph(600, 0.02, seed=1), "no community structure, confirmed"),
        (nx.complete_bipartite_graph(20, 30), "1 group, 1 eigenvalue of disassortative ones"),
    ],
)
def test_the_title_says_what_the_sentence_says(network, title):
    assert drawn(network)[0].get_title("right") == title


def test_the_edge_is_named_after_its_radius():
    ring = nx.ring_of_cliques(8, 10)
    assert labels_of(drawn(ring)[0])[-1].endswith("for the radius of the bulk")
    assert labels_of(drawn(ring, tau=3)[0])[-1] == "1 - 1/r = 0.500, for tau = 3"


@pytest.mark.parametrize(
    ("ends", "shown"),
    [
        ((0.4, 3.2), ["1", "2", "3"]),
        ((0.4, 9.5), ["1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        ((230, 460), ["300", "400"]),
        ((0.4, 150), ["1", "10", "100"]),
        ((90, 12_000), ["100", "1,000", "10,000"]),
    ],
)
def test_numbers_of_a_decade_are_plain(ends, shown):
    axes = Figure().subplots()
    axes.set_yscale("log")
    axes.set_ylim(*ends)
    plain_numbers(axes)
    axes.figure.canvas.draw()
    texts = [text for text in [*axes.get_yticklabels(), *axes.get_yticklabels(minor=True)] if text.get_text()]
    inside = [text for text in texts if ends[0] <= text.get_position()[1] <= ends[1]]
    assert [text.get_text() for text in sorted(inside, key=lambda text: text.get_position()[1])] == shown
    assert np.isfinite([text.get_position()[1] for text in texts]).all()
