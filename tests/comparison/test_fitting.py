"""Fits of models: parameters that are known, errors that cover, and what cannot be fitted."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from fitted import fit_graph, sketched, target_of
from scipy import special

import graphspec
from graphspec import Graph, generate, sketch
from graphspec.comparison import fitting
from graphspec.comparison.fitting import fit, fit_target, nearest_candidate
from graphspec.comparison.objective import Objective
from graphspec.comparison.references import References
from graphspec.comparison.settings import FitSettings, ReferenceSettings
from graphspec.errors import NotConvergedError, ParameterError, SketchError
from graphspec.models.base import Model
from graphspec.models.generation import get_model

# --- parameters


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "nodes", "values"),
    [
        ("er", 60, {"p": 0.5}),
        ("er", 2500, {"p": 0.004}),
        ("ws", 80, {"k": 10, "p": 0.4}),
        ("ws", 2500, {"k": 6, "p": 0.1}),
        ("ba", 60, {"m": 20}),
        ("ba", 2500, {"m": 3}),
        ("regular", 100, {"k": 6}),
        ("geometric", 150, {"radius": 0.18}),
        ("powerlaw-cluster", 1200, {"m": 4, "p": 0.6}),
    ],
)
def test_parameters_are_found(name, nodes, values):
    found = fit_graph(generate(name, nodes, 17, **values), name)
    assert found.model == name
    assert set(found.parameters) == set(found.standard_error) == set(values)
    quantile = special.stdtrit(found.num_references - 1, 0.9995)
    for key, value in values.items():
        assert abs(found.parameters[key] - value) <= max(quantile * found.standard_error[key], 1e-12)
    assert found.consistent
    assert found.symmetric_kl >= 0
    assert found.sem > 0


@pytest.mark.slow
def test_blocks_are_found():
    graph = generate("sbm", 600, 5, blocks=5, p_in=0.15, p_out=0.01)
    found = fit_graph(graph, "sbm", num_references=6)
    assert found.parameters["blocks"] == 5
    assert found.parameters["p_in"] == pytest.approx(0.15, rel=0.15)
    assert found.parameters["p_out"] == pytest.approx(0.01, rel=0.25)


@pytest.mark.slow
def test_degrees_are_kept_by_the_configuration_model():
    graph = generate("configuration", seed=3, like=generate("ba", 400, 3, m=3))
    found = fit_graph(graph, "configuration")
    assert found.parameters == found.standard_error == {}
    assert found.consistent
    clustered = graphspec.Graph.from_networkx(nx.powerlaw_cluster_graph(400, 5, 1.0, seed=1))
    assert not fit_graph(clustered, "configuration").consistent
    with pytest.raises(ParameterError, match="keeps the degrees of a graph: give one"):
        fit(sketch(graph), "configuration")
    assert fit(sketch(graph), "configuration", graph=graph).consistent


@pytest.mark.slow
def test_a_sketch_is_fitted_like_its_graph_without_a_baseline():
    graph = generate("er", 80, 4, p=0.6)
    blind, seeing = fit(sketched(graph, 16), "er"), fit_graph(graph, "er")
    assert (blind.parameters, blind.standard_error) == (seeing.parameters, seeing.standard_error)
    assert seeing.baseline == {"p": pytest.approx(2 * graph.num_edges / 80 / 79)}
    assert blind.baseline == {}


@pytest.mark.slow
def test_shared_references_give_the_same_fit():
    graph = generate("ws", 60, 3, k=8, p=0.3)
    references = References(get_model("ws"), 60, 16, 100)
    fit_graph(generate("ws", 60, 4, k=8, p=0.3), "ws", references=references)
    shared, alone = fit_graph(graph, "ws", references=references), fit_graph(graph, "ws")
    assert shared.parameters == alone.parameters
    assert shared.symmetric_kl == alone.symmetric_kl


@pytest.mark.slow
def test_standard_errors_are_the_spread_of_fits():
    references = References(get_model("er"), 60, 16, 100)
    fits = [fit_graph(generate("er", 60, 900 + seed, p=0.4), "er", references=references) for seed in range(40)]
    values = np.array([item.parameters["p"] for item in fits])
    errors = np.array([item.standard_error["p"] for item in fits])
    assert abs(values.mean() - 0.4) < 4 * values.std(ddof=1) / np.sqrt(40)
    assert errors.mean() == pytest.approx(values.std(ddof=1), rel=0.4)
    # The divergence of the model's own graphs is the noise floor.
    kl = np.array([item.symmetric_kl for item in fits])
    assert np.mean([item.consistent for item in fits]) > 0.9
    assert kl.mean() < 1.3 * np.mean([item.noise_floor for item in fits])


@pytest.mark.slow
def test_every_option_changes_the_fit():
    graph = generate("ws", 400, 3, k=8, p=0.3)
    item = sketched(graph, 20)
    base = fit(item, "ws", num_moments=16)
    for options in ({"num_moments": 20}, {"num_references": 5}, {"seed": 4}):
        assert fit(item, "ws", **{"num_moments": 16, **options}).parameters["p"] != base.parameters["p"]
    assert fit(item, "ws").num_moments == 20
    assert fit(item, get_model("ws"), num_moments=16).parameters == base.parameters


@pytest.mark.slow
def test_other_probes_change_the_fit_and_threads_do_not():
    graph = generate("ws", 400, 3, k=8, p=0.3)
    base = graphspec.fit(graph, "ws")
    for options in ({"num_probes": 6}, {"first_probe": 3}):
        assert graphspec.fit(graph, "ws", **options).parameters["p"] != base.parameters["p"]
    assert graphspec.fit(graph, "ws", threads=1).parameters == base.parameters
    assert base.parameters == fit_graph(graph, "ws").parameters


def test_progress_is_reported():
    told = []
    graph = generate("ws", 60, 3, k=8, p=0.3)
    fit_graph(graph, "ws", num_references=3, progress=lambda done, _: told.append(done))
    assert told == sorted(told)
    assert told[-1] > 3


# --- steps of a fit


def test_the_start_is_the_nearest_candidate():
    target = target_of(generate("ws", 80, 3, k=10, p=0.3))
    references = References(get_model("ws"), 80, 16, 10)
    start = nearest_candidate(target, references, FitSettings())
    assert start["k"] == 10
    assert 0.19 < start["p"] < 0.51


def test_a_walk_of_many_steps_is_taken_with_few_references(monkeypatch):
    far = target_of(Graph.from_networkx(nx.turan_graph(120, 4)))  # equal degrees, of which no random graph is near
    near = target_of(generate("er", 120, 3, p=0.3))

    def fitted(target):
        references = References(get_model("er"), 120, 16, 40)
        return fit_target(target, references).fit, references.num_made

    with_few = fitted(far), fitted(near)
    monkeypatch.setattr(fitting, "_nearer", lambda start, *_: start)
    without = fitted(far), fitted(near)
    assert with_few[0][0].parameters == pytest.approx(without[0][0].parameters, rel=0.01)
    assert with_few[0][1] < 0.7 * without[0][1]
    # Near the minimum the start is kept, and so is the result.
    assert with_few[1][0].parameters == without[1][0].parameters
    assert with_few[1][1] < 1.2 * without[1][1]


def test_a_few_references_choose_the_start():
    target = target_of(generate("er", 80, 3, p=0.3))

    def made(settings, **sizes):
        references = References(get_model("er"), 80, 16, 20, settings=ReferenceSettings(**sizes))
        nearest_candidate(target, references, settings)
        return references.num_made / len(get_model("er").candidates(80, target.mean_degree))

    settings = FitSettings(coarse_references=5, coarse_references_large=4)
    assert made(settings) == 5
    assert made(settings, dense_nodes=50) == 4
    assert made(FitSettings()) == 6
    assert made(FitSettings(), dense_nodes=50) == 3


def test_the_divergence_is_that_on_the_lattice_and_parameters_lie_between():
    references = References(get_model("er"), 60, 16, 20)
    fitted = fit_target(target_of(generate("er", 60, 5, p=0.4)), references)
    result, uncertainty = fitted.fit, fitted.uncertainty
    assert fitted.model is references.model
    assert result.symmetric_kl == uncertainty.objective(uncertainty.values)
    profile = result.curves.profiles["p"]
    assert uncertainty.values["p"] in profile.values
    assert result.symmetric_kl == min(profile.divergences)
    assert min(profile.values) <= result.parameters["p"] <= max(profile.values)
    assert result.parameters["p"] != uncertainty.values["p"]
    assert result.curves.target is uncertainty.objective.target_density
    assert result.standard_error == uncertainty.standard_errors()
    assert result.sem == uncertainty.divergence_error()
    assert result.self_match == uncertainty.self_match()
    assert result.noise_floor == result.self_match.median


def test_settings_of_a_fit_are_used():
    item = sketched(generate("powerlaw-cluster", 80, 4, m=3, p=0.5), 16)
    base = fit(item, "powerlaw-cluster", num_references=5)
    one_step = fit(item, "powerlaw-cluster", num_references=5, settings=FitSettings(max_rounds=1, max_walk=1))
    assert one_step.symmetric_kl >= base.symmetric_kl
    strict = fit(item, "powerlaw-cluster", num_references=5, settings=FitSettings(consistent=1, consistent_spreads=0))
    assert strict.self_match.limit == strict.noise_floor == base.noise_floor
    with pytest.raises(SketchError, match="which needs 100"):
        fit(item, "er", settings=FitSettings(min_eigenvalues=100))


# --- what cannot be fitted


def test_what_cannot_be_fitted():
    graph = generate("er", 200, 1, p=0.1)
    with pytest.raises(ParameterError, match="unknown model 'small-world'"):
        fit_graph(graph, "small-world")
    with pytest.raises(ParameterError, match="at least 3 references"):
        fit_graph(graph, "er", num_references=2)
    with pytest.raises(SketchError, match="eigenvalues besides zeros are too few for a fit, which needs 10"):
        fit(sketch(nx.path_graph(6)), "er")
    with pytest.raises(SketchError, match="fitted to the normalized operator, not natural"):
        fit(sketch(graph, operator="natural"), "er")
    with pytest.raises(SketchError, match="the sketch holds 10 moments, not 16"):
        fit(sketch(graph, num_moments=10), "er", num_moments=16)


class Unfitted(Model):
    """A model without starting values."""

    name, title, parameters, source = "path", "path", (), "none"

    def edges(self, num_nodes, random, values):  # noqa: ARG002
        return np.arange(num_nodes - 1), np.arange(1, num_nodes)

    def mean_degree(self, num_nodes, values):  # noqa: ARG002
        return 2 - 2 / num_nodes


def test_a_model_without_candidates_cannot_be_fitted():
    with pytest.raises(
        ParameterError, match=r"path: the model has no starting values for a fit to a mean degree of 10"
    ):
        fit_graph(generate("er", 100, 1, p=0.1), Unfitted())


@pytest.mark.parametrize(("wrong", "name"), [(0, "toy"), (1, "er")], ids=["target", "references"])
def test_densities_that_did_not_converge_are_no_fit(monkeypatch, wrong, name):
    target = replace(target_of(generate("er", 60, 1, p=0.2)), name="toy")
    references = References(get_model("er"), 60, 16, 5)
    densities = [Objective.target_density.func, Objective.reference_density]

    def unconverged(objective, *values):
        density = densities[wrong](objective, *values)
        return replace(density, report=replace(density.report, converged=False, residual=0.5))

    if wrong:
        monkeypatch.setattr(Objective, "reference_density", unconverged)
    else:
        monkeypatch.setattr(Objective, "target_density", property(unconverged))
    with pytest.raises(NotConvergedError, match=rf"^{name}: the solver did not converge \(residual 5.0e-01\)"):
        fit_target(target, references)
