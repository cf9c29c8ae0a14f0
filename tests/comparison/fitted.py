"""Fits and classifications of graphs, sketched as the command line would sketch them."""

from graphspec import sketch
from graphspec.comparison.classification import classify
from graphspec.comparison.fitting import fit
from graphspec.comparison.settings import FitSettings
from graphspec.comparison.target import Target


def sketched(graph, num_moments, **options):
    """Return a sketch with the default number of probes of a fit."""
    return sketch(
        graph, **{"num_moments": num_moments, "num_probes": FitSettings().num_probes(graph.num_nodes), **options}
    )


def fit_graph(graph, model, num_moments=16, **options):
    """Return the fit of a model to a graph, which gives baselines and degrees."""
    return fit(sketched(graph, num_moments), model, graph=graph, **options)


def classify_graph(graph, models=("er", "ws", "ba"), num_probes=None, **options):
    """Return the classification of a graph by 20 moments."""
    probes = {} if num_probes is None else {"num_probes": num_probes}
    return classify(sketched(graph, 20, **probes), models, graph=graph, **options)


def target_of(graph, num_moments=16):
    """Return the target that a graph is."""
    return Target.from_sketch(sketched(graph, num_moments), num_moments, graph)
