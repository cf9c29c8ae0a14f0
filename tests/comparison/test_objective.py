"""The objective of a fit."""

import numpy as np
import pytest
from fitted import target_of

from graphspec import generate
from graphspec.comparison.measures import symmetric_kl_of
from graphspec.comparison.objective import Objective
from graphspec.comparison.references import References
from graphspec.densities.maxent import solve
from graphspec.errors import ParameterError
from graphspec.models.generation import get_model

TARGET = target_of(generate("er", 60, 1, p=0.4), 12)


def objective_of(count=None, progress=None, num_references=10):
    references = References(get_model("er"), 60, 12, num_references)
    return Objective.with_noise_at({"p": 0.4}, TARGET, references, count, progress)


def test_it_is_the_divergence_of_the_target_from_the_mean_moments():
    objective = objective_of()
    moments = objective.references.moments({"p": 0.35})
    expected = symmetric_kl_of(
        solve(TARGET.moments.values, objective.noise), solve(moments.mean(axis=0), objective.noise)
    )
    assert objective({"p": 0.35}) == expected
    np.testing.assert_array_equal(objective.mean_moments({"p": 0.35}), moments.mean(axis=0))


def test_the_noise_is_that_of_references_and_target():
    objective = objective_of()
    spread = objective.references.moments({"p": 0.4}).std(axis=0, ddof=1)
    np.testing.assert_allclose(objective.noise**2, spread**2 + TARGET.moments.sem**2, rtol=1e-12)


def test_it_is_smallest_near_the_truth():
    objective = objective_of()
    values = [objective({"p": p}) for p in (0.25, 0.4, 0.55)]
    assert values[1] < 0.1 * min(values[0], values[2])


def test_outside_of_the_parameter_space_it_is_infinite():
    objective = objective_of()
    for p in (-0.1, 0.0, 1.1):
        assert objective({"p": p}) == np.inf
        with pytest.raises(ParameterError):
            objective.reference_density({"p": p})


def test_densities_are_computed_once(monkeypatch):
    objective, solved = objective_of(), []

    def counting(*arguments, **options):
        solved.append(arguments)
        return solve(*arguments, **options)

    monkeypatch.setattr("graphspec.comparison.objective.solve", counting)
    first = objective({"p": 0.35})
    assert len(solved) == 2  # of the target and of the references
    assert objective({"p": 0.35}) == first
    assert len(solved) == 2
    objective({"p": 0.36})
    assert len(solved) == 3


def test_a_few_references_will_do():
    few = objective_of(count=4)
    few({"p": 0.35})
    assert few.references.num_made == 8
    np.testing.assert_array_equal(few.moments({"p": 0.35}), few.references.moments({"p": 0.35})[:4])


def test_progress_counts_the_references_made():
    told = []
    objective = objective_of(progress=lambda done, planned: told.append((done, planned)))
    for p in (0.4, 0.35, 0.35, 0.3):
        objective({"p": p})
    assert told == [(10, None), (20, None), (30, None)]
