"""The transformer of scikit-learn: clones, pipelines, names, errors."""

import networkx as nx
import numpy as np
import pytest

import graphspec
from graphspec import ParameterError

pytest.importorskip("sklearn")
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

GRAPHS = [nx.gnp_random_graph(40, 0.15, seed=seed) for seed in range(12)]
GRAPHS += [nx.watts_strogatz_graph(40, 6, 0.05, seed=seed) for seed in range(12)]
LABELS = [0] * 12 + [1] * 12


def test_rows_are_those_of_the_function():
    transformer = graphspec.SpectralFeatures(orders=3, times=(1.0,), bins=4)
    table = graphspec.spectral_features(GRAPHS, orders=3, times=(1.0,), bins=4)
    np.testing.assert_array_equal(transformer.fit_transform(GRAPHS), table.values)
    assert transformer.get_feature_names_out().tolist() == table.names


def test_every_parameter_is_used_and_cloned():
    graph = [nx.barabasi_albert_graph(700, 3, seed=1)]
    plain = {"orders": 4, "times": (1.0, 3.0), "bins": 3, "num_moments": 40, "num_probes": 4}
    changes = {
        "orders": 5,
        "times": (1.0,),
        "bins": 2,
        "with_errors": True,
        "num_moments": 60,
        "num_probes": 8,
        "seed": 1,
    }
    expected = graphspec.SpectralFeatures(**plain).fit_transform(graph)
    for name, value in changes.items():
        changed = clone(graphspec.SpectralFeatures(**{**plain, name: value}))
        assert getattr(changed, name) == value
        found = changed.fit_transform(graph)
        assert found.shape != expected.shape or not np.array_equal(found, expected), name
    alone = graphspec.SpectralFeatures(**plain, threads=1).fit_transform(graph)
    np.testing.assert_array_equal(alone, expected)
    nx.set_edge_attributes(graph[0], 2.0, "weight")
    graph[0].edges[next(iter(graph[0].edges))]["weight"] = 9.0
    assert not np.array_equal(graphspec.SpectralFeatures(**plain, weighted=True).fit_transform(graph), expected)


def test_errors_are_a_second_block():
    transformer = graphspec.SpectralFeatures(orders=2, times=(), bins=0, with_errors=True)
    names = transformer.get_feature_names_out().tolist()
    assert names == ["moment_1", "moment_2", "atom_0", "atom_1", "atom_2", "entropy"] + [
        f"{name}_sem" for name in ("moment_1", "moment_2", "atom_0", "atom_1", "atom_2", "entropy")
    ]
    assert transformer.transform(GRAPHS).shape == (24, 12)


def test_frames_and_pipelines():
    frame = graphspec.SpectralFeatures(times=(1.0,)).set_output(transform="pandas").fit_transform(GRAPHS)
    assert frame.columns[-1] == "entropy"
    forest = RandomForestClassifier(random_state=0)
    pipeline = make_pipeline(graphspec.SpectralFeatures(times=(0.5, 1.0, 5.0)), StandardScaler(), forest)
    assert cross_val_score(pipeline, GRAPHS, LABELS, cv=3).mean() > 0.9


def test_options_out_of_range_and_other_objects_are_refused():
    with pytest.raises(ParameterError, match="`times`"):
        graphspec.SpectralFeatures(times=(-1.0,)).fit(GRAPHS)
    with pytest.raises(ParameterError, match="`num_probes`"):
        graphspec.SpectralFeatures(num_probes=0).fit(GRAPHS)
    with pytest.raises(ParameterError, match="cannot make a graph of a str"):
        graphspec.SpectralFeatures().fit_transform(["karate"])
