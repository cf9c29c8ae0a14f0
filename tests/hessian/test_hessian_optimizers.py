"""On quadratics everything is known: steps, contraction, and rates."""

import numpy as np
import pytest
import torch
from quadratics import quadratic, symmetric

from graphspec.errors import ParameterError
from graphspec.hessian import (
    LeapingSGD,
    OutlierOptimizer,
    curvature,
    gradient_descent_rates,
    heavy_ball_rates,
    ritz_pairs,
    shrinkage_of_damping,
    torch_operator,
)

EIGENVALUES = np.array([-3.0, -0.4, 0.01, 0.1, 0.5, 1.0, 2.0, 6.0, 7.5, 20.0])
MATRIX = symmetric(EIGENVALUES)
START = np.random.default_rng(1).standard_normal(len(EIGENVALUES))


def problem_and_matrix(matrix=MATRIX, start=START):
    problem = quadratic(matrix, start)
    held = curvature(problem)
    return problem, lambda: held.operator(take_out=False)


def one_step(optimizer, problem):
    """Take a step, and return it with the gradient."""
    parameter = problem.model.w
    before = parameter.detach().clone()
    optimizer.zero_grad()
    inputs, targets = problem.data[0]
    problem.loss(problem.model(inputs), targets).backward()
    optimizer.step()
    return (parameter.detach() - before).numpy(), parameter.grad.numpy()


def test_with_all_eigenpairs_the_reinjected_step_is_that_of_the_damped_absolute_hessian():
    problem, matrix = problem_and_matrix()
    optimizer = OutlierOptimizer([problem.model.w], matrix, lr=0.7, damping=0.3, num_steps=10, residual=1e-6)
    step, gradient = one_step(optimizer, problem)
    values, vectors = np.linalg.eigh(MATRIX)
    expected = -0.7 * (vectors / (np.abs(values) + 0.3)) @ vectors.T @ gradient
    assert np.allclose(gradient, MATRIX @ START)
    assert np.allclose(step, expected, rtol=1e-10, atol=1e-12)
    assert optimizer.num_products == 10


@pytest.mark.parametrize("reinject", [True, False])
def test_with_some_eigenpairs_the_rest_of_the_gradient_is_damped_or_left_out(reinject):
    problem, matrix = problem_and_matrix()
    optimizer = OutlierOptimizer([problem.model.w], matrix, damping=0.3, num_steps=8, residual=1e-2, reinject=reinject)
    step, gradient = one_step(optimizer, problem)
    vectors, values = optimizer.pairs.vectors.numpy(), optimizer.pairs.values
    assert 0 < len(values) < len(EIGENVALUES)
    inside = vectors @ (vectors.T @ gradient)
    expected = -vectors @ ((vectors.T @ gradient) / (np.abs(values) + 0.3)) - reinject * (gradient - inside) / 0.3
    assert np.allclose(step, expected)


def test_unconverged_ritz_pairs_are_left_out():
    pairs = ritz_pairs(problem_and_matrix()[1](), 5, residual=3e-2)
    strict = ritz_pairs(problem_and_matrix()[1](), 5, residual=1e-6)
    assert len(strict.values) < len(pairs.values) < 5
    for value, vector, residual in zip(pairs.values, pairs.vectors.numpy().T, pairs.residuals, strict=True):
        assert np.linalg.norm(MATRIX @ vector - value * vector) == pytest.approx(residual, rel=1e-6, abs=1e-12)
    assert len(ritz_pairs(problem_and_matrix()[1](), 10, most=3).values) == 3


def test_pairs_are_found_again_after_some_steps():
    problem, matrix = problem_and_matrix()
    optimizer = OutlierOptimizer([problem.model.w], matrix, lr=0.01, num_steps=4, every=3)
    for _ in range(7):
        one_step(optimizer, problem)
    assert optimizer.num_products == 3 * 4


def test_shrinkage_and_damping_are_one_step():
    gamma, rho = shrinkage_of_damping(0.7)
    assert gamma == pytest.approx(1 / 1.7)
    for value in EIGENVALUES:
        assert rho / (value + 0.7) == pytest.approx(1 / (gamma * (value - 1) + 1))
    # The factor that the talk prints is the inverse, and gives another step.
    printed = 1 / (0.7 + 1)
    assert printed / (2.0 + 0.7) != pytest.approx(1 / (gamma * (2.0 - 1) + 1), rel=0.5)


@pytest.mark.parametrize(("high", "low"), [(20.0, 0.1), (3.0, 3.0), (1.0, 1e-6)])
def test_the_heavy_ball_contracts_with_the_root_of_its_momentum(high, low):
    rates = heavy_ball_rates(high, low)
    for value in np.geomspace(low, high, 20):
        step = np.array(
            [[rates.momentum, value], [-rates.learning_rate * rates.momentum, 1 - rates.learning_rate * value]]
        )
        # A double eigenvalue at the ends is computed to the root of the rounding.
        assert np.abs(np.linalg.eigvals(step)).max() == pytest.approx(np.sqrt(rates.momentum), abs=1e-6)
    assert rates.contraction == pytest.approx(np.sqrt(rates.momentum))
    # Other parameters contract less.
    for factor in (0.9, 1.1):
        if low < high:
            a, b = factor * rates.learning_rate, rates.momentum
            worst = max(np.abs(np.linalg.eigvals([[b, v], [-a * b, 1 - a * v]])).max() for v in (low, high))
            assert worst > rates.contraction


def test_the_matrix_as_the_talk_prints_it_is_another():
    rates = heavy_ball_rates(20.0, 0.1)
    a, b = rates.learning_rate, rates.momentum
    printed = np.array([[b, 20.0], [a * b, 1 - a * 20.0]])
    assert np.abs(np.linalg.eigvals(printed)).max() > 1


def test_gradient_descent_contracts_at_the_rate_of_the_edges():
    positive = np.linspace(0.5, 8.0, 12)
    matrix = symmetric(positive)
    rates = gradient_descent_rates(8.0, 0.5)
    assert rates.contraction == pytest.approx((16 - 1) / (16 + 1))
    point = np.random.default_rng(2).standard_normal(12)
    for _ in range(200):
        before, point = point, point - rates.learning_rate * matrix @ point
    assert np.linalg.norm(point) / np.linalg.norm(before) == pytest.approx(rates.contraction, rel=1e-3)


def test_leaping_sgd_takes_its_rates_from_the_edges_and_contracts_with_them():
    positive = np.linspace(0.5, 8.0, 30)
    problem, matrix = problem_and_matrix(symmetric(positive), np.random.default_rng(2).standard_normal(30))
    optimizer = LeapingSGD([problem.model.w], matrix, broadening=False, num_steps=30, every=1000)
    norms = []
    for _ in range(120):
        one_step(optimizer, problem)
        norms.append(np.linalg.norm(problem.model.w.detach().numpy()))
    expected = heavy_ball_rates(8.0, 0.5)
    assert optimizer.rates == pytest.approx(expected, rel=1e-6)
    assert optimizer.param_groups[0]["momentum"] == optimizer.rates.momentum
    # At the optimum the eigenvalue is double: the contraction is times (1 + 1 / k).
    assert (norms[-1] / norms[59]) ** (1 / 60) == pytest.approx(expected.contraction, rel=0.02)
    assert optimizer.num_products == 60


def test_broadening_takes_the_edge_of_the_bulk():
    eigenvalues = np.concatenate([np.random.default_rng(4).normal(0, 0.1, 400), [3.0, 5.0, 9.0]])
    problem, matrix = problem_and_matrix(symmetric(eigenvalues), np.ones(403))
    optimizer = LeapingSGD([problem.model.w], matrix, num_steps=30)
    one_step(optimizer, problem)
    edge = np.sort(eigenvalues)[-4]
    assert optimizer.rates == pytest.approx(heavy_ball_rates(9.0, edge), rel=0.1)
    limited = LeapingSGD([problem.model.w], matrix, num_steps=30, largest_momentum=0.2)
    one_step(limited, problem)
    assert limited.rates.momentum == pytest.approx(0.2)


def test_wrong_options_are_refused():
    problem, matrix = problem_and_matrix()
    parameters = [problem.model.w]
    for name in ("lr", "damping", "num_steps", "every"):
        with pytest.raises(ParameterError, match=rf"`{name}` must be (positive|a whole number of at least 1), not 0"):
            OutlierOptimizer(parameters, matrix, **{name: 0})
    with pytest.raises(ParameterError, match="one group"):
        OutlierOptimizer([{"params": parameters}, {"params": [torch.zeros(2, requires_grad=True)]}], matrix)
    with pytest.raises(ParameterError, match="the matrix has 10 rows, and there are 3 parameters"):
        OutlierOptimizer([torch.zeros(3, requires_grad=True)], matrix).step()
    with pytest.raises(ParameterError, match="at least 2"):
        LeapingSGD(parameters, matrix, num_steps=1)
    with pytest.raises(ParameterError, match="damping"):
        shrinkage_of_damping(-1)
    with pytest.raises(ParameterError, match="0 < smallest <= largest"):
        heavy_ball_rates(1.0, 0.0)
    negative, matrix = problem_and_matrix(-symmetric(np.linspace(1, 2, 5)), np.ones(5))
    with pytest.raises(ParameterError, match="has no positive end"):
        LeapingSGD([negative.model.w], matrix).step()


def test_a_closure_is_called():
    problem, matrix = problem_and_matrix(symmetric(np.linspace(1, 2, 5)), np.ones(5))
    inputs, targets = problem.data[0]
    for optimizer in (OutlierOptimizer([problem.model.w], matrix), LeapingSGD([problem.model.w], matrix)):

        def closure(optimizer=optimizer):
            optimizer.zero_grad()
            loss = problem.loss(problem.model(inputs), targets)
            loss.backward()
            return loss

        first, second = (optimizer.step(closure).item() for _ in range(2))
        assert second < first


def bowl(eigenvalues=(100.0, 30.0, 3.0, 2.0, 1.0)):
    """Return a parameter, a function of its quadratic loss, and one of the matrix of that."""
    matrix = torch.diag(torch.tensor(eigenvalues, dtype=torch.float64))
    point = torch.nn.Parameter(torch.ones(len(eigenvalues), dtype=torch.float64))

    def closure():
        point.grad = None
        loss = 0.5 * point @ matrix @ point
        loss.backward()
        return loss

    return point, closure, lambda: torch_operator(matrix)


MAKERS = {
    "outliers": lambda point, matrix: OutlierOptimizer([point], matrix, lr=0.5, damping=1.0, num_steps=3, every=3),
    "leaping": lambda point, matrix: LeapingSGD([point], matrix, num_steps=5, every=4),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_state_that_was_saved_goes_on_as_before(name, tmp_path):
    point, closure, matrix = bowl()
    optimizer = MAKERS[name](point, matrix)
    for _ in range(4):
        optimizer.step(closure)
    torch.save((optimizer.state_dict(), point.detach().clone()), tmp_path / "state.pt")
    for _ in range(5):
        optimizer.step(closure)
    other, other_closure, other_matrix = bowl()
    state, values = torch.load(tmp_path / "state.pt", weights_only=False)
    other.data.copy_(values)
    again = MAKERS[name](other, other_matrix)
    again.load_state_dict(state)
    for _ in range(5):
        again.step(other_closure)
    assert torch.equal(point, other)
    assert again.num_products == optimizer.num_products


def test_schedulers_change_a_factor_of_the_rate_that_was_found():
    paths = []
    for factor in (1.0, 0.1):
        point, closure, matrix = bowl()
        optimizer = LeapingSGD([point], matrix, num_steps=5, every=2)
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _, factor=factor: factor)
        before = point.detach().clone()
        optimizer.step(closure)
        scheduler.step()
        paths.append((before - point.detach()).norm())
        assert optimizer.param_groups[0]["lr"] == factor
    assert float(paths[1] / paths[0]) == pytest.approx(0.1)
    point, closure, matrix = bowl()
    half = LeapingSGD([point], matrix, lr=0.5, num_steps=5)
    half.step(closure)
    assert float((torch.ones_like(point) - point.detach()).norm() / paths[0]) == pytest.approx(0.5)


def test_groups_sizes_and_values_that_are_refused():
    point, closure, matrix = bowl()
    optimizer = OutlierOptimizer([point], matrix)
    with pytest.raises(ParameterError, match="one group of parameters has one matrix"):
        optimizer.add_param_group({"params": [torch.nn.Parameter(torch.ones(2))]})
    small = LeapingSGD([torch.nn.Parameter(torch.ones(9))], matrix)
    with pytest.raises(ParameterError, match="the matrix has 5 rows, and there are 9 parameters"):
        small.step()
    for make in (OutlierOptimizer, LeapingSGD):
        with pytest.raises(ParameterError, match=r"`matrix` must return an operator, .*, not a Tensor"):
            make([point], lambda: torch.eye(5)).step(closure)
        for wrong in ({"num_steps": 1.5}, {"every": 1.5}, {"every": 0}, {"seed": -1}, {"lr": float("inf")}):
            with pytest.raises(ParameterError, match=next(iter(wrong))):
                make([point], matrix, **wrong)
    with pytest.raises(ParameterError, match="residual"):
        OutlierOptimizer([point], matrix, residual=-1.0)
