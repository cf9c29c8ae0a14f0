"""Operators against dense Hessians; outliers, traces and counts from sketches against dense eigenvalues."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from quadratics import quadratic, symmetric
from torch import nn

import graphspec
from graphspec.errors import InputError, ParameterError
from graphspec.hessian import (
    curvature,
    curvature_spectrum,
    load_problem,
    problem_of,
    spectrum_edges,
    torch_operator,
    train,
)
from graphspec.hessian.training import Training
from graphspec.sketches import jacobi_chebyshev_moments, without_eigenvalues


def trained(name, epochs=8, examples=100, dtype=torch.float64, **options):
    problem = load_problem(name, examples=examples, batch_size=50, **options).on("cpu", dtype)
    list(train(problem, (epochs,), Training(batch_size=25)))
    return problem


def dense(matrix):
    """Return the Hessian by differentiating the whole loss twice."""
    names = list(matrix.parameters)
    parameters = [matrix.parameters[name] for name in names]

    def loss(flat):
        parts = flat.split([parameter.numel() for parameter in parameters])
        state = {name: part.reshape(p.shape) for name, part, p in zip(names, parts, parameters, strict=True)}
        total = 0.0
        for inputs, targets in matrix.problem.data:
            outputs = torch.func.functional_call(matrix.model, state, (inputs,))
            total = total + matrix.problem.loss(outputs, targets) * len(inputs) / matrix.problem.num_examples
        return total

    flat = torch.cat([parameter.detach().flatten() for parameter in parameters])
    return torch.autograd.functional.hessian(loss, flat, vectorize=True).numpy()


@pytest.fixture(scope="module")
def small():
    """Return a trained network of 340 parameters, its curvature and dense Hessian."""
    torch.manual_seed(3)
    images = load_problem("mlp", examples=150).data[0][0].flatten(1)[:, 10:30]
    targets = load_problem("mlp", examples=150).data[0][1]
    model = nn.Sequential(nn.Linear(20, 8), nn.Tanh(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 10))
    problem = problem_of("small", model, nn.CrossEntropyLoss(), (images, targets), 64).on("cpu", torch.float64)
    list(train(problem, (20,), Training()))
    matrix = curvature(problem)
    return matrix, dense(matrix)


@pytest.mark.parametrize("batch_norm", ["batch", "running"])
@pytest.mark.parametrize("name", ["mlp", "cnn-bn"])
def test_products_are_those_of_the_dense_hessian(name, batch_norm):
    problem = trained(name)
    parameters = "^(0|1|7)" if name == "cnn-bn" else "^(3|5)"
    matrix = curvature(problem, parameters=parameters, batch_norm=batch_norm)
    operator = matrix.operator(take_out=False)
    found, expected = operator.matrix(), dense(matrix)
    scale = np.abs(expected).max()
    assert np.abs(found - expected).max() <= 1e-9 * scale
    assert np.abs(found - found.T).max() <= 1e-12 * scale
    single = curvature(problem.on("cpu", torch.float32), parameters=parameters, batch_norm=batch_norm)
    assert np.abs(single.operator(take_out=False).matrix() - expected).max() <= 1e-5 * scale


@pytest.mark.parametrize("name", ["mlp", "cnn-bn"])
def test_products_with_one_vector_are_those_with_several(name):
    matrix = curvature(trained(name, epochs=2))
    columns = torch.randn(matrix.size, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    several = matrix.operator(take_out=False).multiply(columns)
    for index in range(3):
        one = matrix.operator(take_out=False).multiply(columns[:, [index]])
        assert torch.allclose(one[:, 0], several[:, index], atol=1e-12)


def test_a_linear_loss_has_no_curvature():
    model = nn.Linear(4, 1, bias=False)

    def loss(outputs, targets):
        return (outputs[:, 0] * targets).mean()

    matrix = curvature(problem_of("linear", model, loss, (INPUTS, INPUTS[:, 0])))
    assert not matrix.hessian_product(torch.ones(4)).any()


def test_batches_change_the_matrix_only_where_their_statistics_do():
    for name, changes in (("cnn", False), ("cnn-bn", True)):
        matrices = []
        for batch_size in (100, 200):
            problem = load_problem(name, examples=200, batch_size=batch_size).on("cpu", torch.float64)
            matrices.append(curvature(problem, parameters="^0").operator(take_out=False).matrix())
        assert np.allclose(*matrices, atol=1e-9) is not changes


def test_gauss_newton_and_gradient_covariance(small):
    matrix, _ = small
    size = matrix.size
    problem = matrix.problem
    jacobian, gradients = np.zeros((problem.num_examples, 10, size)), np.zeros((problem.num_examples, size))
    row = 0
    for inputs, targets in problem.data:
        for x, y in zip(inputs, targets, strict=True):
            outputs = problem.model(x[None])
            for unit in range(10):
                parts = torch.autograd.grad(outputs[0, unit], list(problem.model.parameters()), retain_graph=True)
                jacobian[row, unit] = torch.cat([part.flatten() for part in parts]).numpy()
            shares = torch.softmax(outputs[0], 0).detach().numpy()
            inner = np.diag(shares) - np.outer(shares, shares)
            gradients[row] = (shares - np.eye(10)[int(y)]) @ jacobian[row]
            jacobian[row] = np.linalg.cholesky(inner + 1e-14 * np.eye(10)).T @ jacobian[row]
            row += 1
    flat = jacobian.reshape(-1, size)
    for kind, expected in (("ggn", flat.T @ flat / row), ("gradients", gradients.T @ gradients / row)):
        found = curvature(problem, kind).operator(take_out=False).matrix()
        assert np.allclose(found, expected, atol=1e-6 * np.abs(expected).max())


def test_zero_rows_are_known_and_taken_out():
    matrix = curvature(trained("mlp", examples=100), parameters="^1.weight")
    whole, compact = matrix.operator(take_out=False), matrix.operator()
    expected = whole.matrix()
    zero = int((np.abs(expected).sum(0) == 0).sum())
    assert zero > 100
    assert compact.zero_rows == zero
    held = graphspec.sketch(compact, num_moments=40, num_probes=2)
    assert held.dimension == matrix.size
    assert [(atom.eigenvalue, atom.multiplicity) for atom in held.atoms] == [(0.0, zero)]
    eigenvalues = np.linalg.eigvalsh(expected)
    assert np.allclose(np.linalg.eigvalsh(compact.matrix()), eigenvalues, atol=1e-10 * eigenvalues[-1])


@pytest.mark.parametrize("reorthogonalize", [True, False])
def test_each_eigenvalue_that_stands_alone_is_found_once(small, reorthogonalize):
    matrix, hessian = small
    eigenvalues = np.linalg.eigvalsh(hessian)[::-1]
    held = graphspec.sketch(matrix.operator(reorthogonalize=reorthogonalize), num_moments=160, num_probes=6)
    edges = spectrum_edges(held)
    span = eigenvalues[0] - eigenvalues[-1]
    assert len(edges.above) >= 5
    found = [each.eigenvalue for each in edges.above]
    assert np.allclose(found, eigenvalues[: len(found)], atol=1e-4 * span)
    assert edges.largest == pytest.approx(eigenvalues[0], abs=1e-4 * span)
    assert edges.smallest == pytest.approx(eigenvalues[-1], abs=0.01 * span)
    for each in (*edges.above, *edges.below):
        assert np.abs(eigenvalues - each.eigenvalue).min() <= each.residual + 1e-9 * span


def test_taking_eigenvalues_out_is_projecting_the_probes():
    eigenvalues = np.concatenate([np.random.default_rng(4).normal(0, 0.1, 300), [3.0, 5.0, 9.0]])
    matrix = symmetric(eigenvalues)
    values, vectors = np.linalg.eigh(matrix)
    held = graphspec.sketch(graphspec.array_operator(matrix, interval=(-1.0, 10.0)), num_moments=60, num_probes=3)
    out = without_eigenvalues(held, values[-3:].tolist(), 1e-6)
    known = {float(value): vectors[:, [index]] for index, value in enumerate(values) if index >= 300}
    projected = replace(graphspec.array_operator(matrix, interval=(-1.0, 10.0)), known=known)
    other = graphspec.sketch(projected, num_moments=60, num_probes=3)
    assert np.allclose(out.norm2, other.norm2)
    # Rounding brings the eigenvectors back into the recurrence, with next to no weight.
    moments = [jacobi_chebyshev_moments(each.alpha, each.beta, 40) for each in (out, other)]
    assert np.allclose(*moments, atol=1e-9)
    assert sum(atom.multiplicity for atom in out.atoms) == 3
    assert without_eigenvalues(held, [], 1e-6) is held


def test_traces_are_far_narrower_without_what_stands_alone():
    eigenvalues = np.concatenate([np.random.default_rng(4).normal(0, 0.1, 300), [3.0, 5.0, 9.0]])
    held = graphspec.sketch(graphspec.array_operator(symmetric(eigenvalues)), num_moments=80, num_probes=8)
    found = curvature_spectrum(held)
    plain = graphspec.density(held, "lanczos").integrate(lambda x: x)
    assert found.trace.low <= eigenvalues.sum() <= found.trace.high
    assert found.trace.sem < 0.2 * plain.sem * len(eigenvalues)
    assert [atom.eigenvalue for atom in found.density.atoms] == pytest.approx([3, 5, 9])
    assert found.above_bulk.low <= 3 <= found.above_bulk.high
    assert found.density.interval.high < 1


def test_a_multiple_eigenvalue_does_not_stand_alone():
    eigenvalues = np.concatenate([np.random.default_rng(4).normal(0, 0.1, 300), [5.0] * 20, [9.0]])
    held = graphspec.sketch(graphspec.array_operator(symmetric(eigenvalues)), num_moments=80, num_probes=8)
    edges = spectrum_edges(held)
    assert [each.eigenvalue for each in edges.above] == pytest.approx([9.0])
    assert edges.bulk_high == pytest.approx(5.0)


def test_intervals_cover(small):
    matrix, hessian = small
    eigenvalues = np.linalg.eigvalsh(hessian)
    size, covered = len(eigenvalues), []
    for seed in range(20):
        held = graphspec.sketch(matrix.operator(), num_moments=100, num_probes=10, seed=seed)
        found = curvature_spectrum(held)
        zero = 1e-5 * max(abs(found.edges.smallest), abs(found.edges.largest))
        truth = (
            eigenvalues.sum(),
            (eigenvalues < -zero).mean(),
            np.count_nonzero(eigenvalues > found.edges.bulk_high + 1e-9),
        )
        estimates = (found.trace, found.negative_mass, found.above_bulk)
        covered += [e.low - 1e-9 <= t <= e.high + 1e-9 for e, t in zip(estimates, truth, strict=True)]
    # Of 60 intervals with 95 %, fewer than 52 cover with a probability of 0.4 %.
    assert sum(covered) >= 52
    assert size == matrix.size


def test_the_ends_lie_within_their_residuals_and_say_whether_they_have_converged(small):
    matrix, hessian = small
    eigenvalues = np.linalg.eigvalsh(hessian)
    rounding = 1e-9 * np.ptp(eigenvalues)
    operator, unconverged = matrix.operator(), 0
    for num_moments in (8, 16, 40, 160):
        for seed in range(4):
            held = graphspec.sketch(operator, num_moments=num_moments, num_probes=3, seed=seed)
            ends = spectrum_edges(held).ends
            largest, smallest = ends["largest"], ends["smallest"]
            # Ritz values are inside of the spectrum, and those that have converged are its ends.
            for inside, end in (
                (eigenvalues[-1] - largest.value, largest),
                (smallest.value - eigenvalues[0], smallest),
            ):
                assert inside >= -rounding
                assert inside <= end.residual + rounding or not end.converged
            for end in ends.values():
                assert np.abs(eigenvalues - end.value).min() <= end.residual + rounding
            assert largest.converged == (largest.residual <= 1e-3 * np.ptp(held.interval))
            unconverged += not smallest.converged
    assert unconverged > 4
    assert all(end.converged for end in (largest, smallest))


def test_the_end_of_the_bulk_has_converged_in_all_probes():
    eigenvalues = np.concatenate([np.random.default_rng(4).normal(0, 0.1, 300), [3.0, 5.0, 9.0]])
    operator = graphspec.array_operator(symmetric(eigenvalues))
    few, many = (graphspec.sketch(operator, num_moments=count, num_probes=4) for count in (8, 400))
    assert len(spectrum_edges(few).above) < 3
    assert not spectrum_edges(few).ends["bulk_high"].converged
    assert len(spectrum_edges(many).above) >= 3
    assert spectrum_edges(many).ends["bulk_high"].converged


def test_the_share_of_negative_eigenvalues_does_not_depend_on_which_side_a_node_fell():
    # 600 eigenvalues closer to zero than any order here resolves, in a wider bulk.
    near = np.linspace(-1e-3, 1e-3, 600)
    eigenvalues = np.concatenate([near, np.random.default_rng(4).normal(0, 0.1, 300), [3.0]])
    operator = graphspec.array_operator(symmetric(eigenvalues))
    values, steps = [], []
    for num_moments in (20, 22, 30, 40, 42, 50):
        found = curvature_spectrum(graphspec.sketch(operator, num_moments=num_moments, num_probes=4))
        zero = 1e-5 * found.edges.largest
        truth, share = (eigenvalues < -zero).mean(), found.negative_mass
        assert share.low <= truth <= share.high
        assert share.low <= share.value <= share.high
        assert share.high - share.low > 0.3
        values.append(float(share.value) - truth)
        steps.append(float(found.density.count(-zero).value) / len(eigenvalues) - truth)
    assert np.abs(values).max() < 0.2 < np.abs(steps).max()


def test_shares_of_resolved_eigenvalues_are_counts():
    eigenvalues = np.concatenate([np.linspace(-2, -1, 30), np.linspace(1, 3, 70)])
    held = graphspec.sketch(graphspec.array_operator(np.diag(eigenvalues)), num_moments=160, num_probes=4)
    for method in ("lanczos", "maxent"):
        share = curvature_spectrum(held, method).negative_mass
        assert float(share.value) == pytest.approx(0.3, abs=0.01)
        assert share.high - share.low < 0.1


# --- what is no problem


class Broken(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.linear, self.function = nn.Linear(4, 3), function

    def forward(self, inputs):
        return self.function(self.linear(inputs))


INPUTS, TARGETS = torch.ones(6, 4), torch.zeros(6, dtype=torch.int64)


@pytest.mark.parametrize(
    ("model", "loss", "message"),
    [
        (nn.ReLU(), nn.CrossEntropyLoss(), "has no parameters"),
        (torch.sin, nn.CrossEntropyLoss(), "not a torch.nn.Module"),
        (nn.Linear(4, 3), 3.0, "the loss is a float"),
        (nn.Linear(4, 3), nn.CrossEntropyLoss(reduction="sum"), "the reduction 'sum'"),
        (nn.Linear(4, 3), nn.CrossEntropyLoss(reduction="none"), "the reduction 'none'"),
        (nn.Linear(4, 3), lambda outputs, _: outputs.sum(1), r"batch 0: the loss is no scalar but \(6,\)"),
        (nn.Linear(4, 3), lambda outputs, _: outputs.sum() * torch.nan, "batch 0: the loss is nan"),
        (nn.Linear(5, 3), nn.CrossEntropyLoss(), "batch 0: mat1 and mat2 shapes cannot be multiplied"),
        (
            nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 3)),
            lambda outputs, _: outputs.detach().sum(),
            "cannot be differentiated",
        ),
        (Broken(lambda outputs: outputs.detach()), nn.CrossEntropyLoss(), "cannot be differentiated"),
    ],
)
def test_what_is_no_problem_is_named(model, loss, message):
    with pytest.raises(InputError, match=message):
        curvature(problem_of("mine", model, loss, (INPUTS, TARGETS)))


def test_messages_name_layers_and_batches():
    class Rounded(nn.Module):
        def forward(self, inputs):
            return inputs.detach().round()

    model = nn.Sequential(nn.Linear(4, 3), Rounded())
    with pytest.raises(InputError, match=r"the outputs of layer 1 \(Rounded\) have no gradient"):
        curvature(problem_of("mine", model, nn.CrossEntropyLoss(), (INPUTS, TARGETS)))

    class Infinite(nn.Module):
        def forward(self, inputs):
            return inputs / 0.0

    batches = [(torch.zeros(2, 4), TARGETS[:2]), (torch.ones(2, 4), TARGETS[:2])]
    model = nn.Sequential(Infinite(), nn.Linear(4, 3))
    with pytest.raises(InputError, match=r"the loss is nan \(the outputs of layer 0 \(Infinite\)"):
        curvature(problem_of("mine", model, nn.CrossEntropyLoss(), batches))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (3, "the data are a int"),
        ([], "there are no data"),
        ((INPUTS, TARGETS[:3]), "6 inputs and 3 targets"),
        ([(INPUTS, TARGETS), 5], "batch 1 is no pair of tensors"),
    ],
)
def test_data_are_batches_of_pairs(data, message):
    with pytest.raises(InputError, match=message):
        problem_of("mine", nn.Linear(4, 3), nn.CrossEntropyLoss(), data)


def test_options_of_matrices():
    problem = problem_of("mine", nn.Linear(4, 3), nn.CrossEntropyLoss(), (INPUTS, TARGETS))
    assert curvature(problem, parameters="bias").size == 3
    for options, message in (
        ({"parameters": "conv"}, "'conv' matches none of the parameters weight, bias"),
        ({"parameters": "("}, "no regular expression"),
        ({"batch_norm": "none"}, "`batch_norm` must be one of"),
        ({"kind": "jacobian"}, "there is no matrix 'jacobian'"),
    ):
        with pytest.raises(ParameterError, match=message):
            curvature(problem, **options)
    half = problem_of("mine", nn.Linear(4, 3).half(), nn.CrossEntropyLoss(), (INPUTS.half(), TARGETS))
    with pytest.raises(InputError, match="only float32 and float64"):
        curvature(half)


def test_a_quadratic_has_its_matrix():
    matrix = symmetric(np.arange(1.0, 7.0))
    found = curvature(quadratic(matrix, np.ones(6)))
    assert np.allclose(found.operator().matrix(), matrix)
    assert found.loss() == pytest.approx(matrix.sum() / 2)
    assert np.allclose(found.gradient().detach().numpy(), matrix.sum(1))
    assert found.accuracy() is None


def test_operators_of_others_are_taken(small):
    matrix, hessian = small
    for linear in (matrix.product(), torch.as_tensor(hessian)):
        held = graphspec.sketch(torch_operator(linear, name="theirs"), num_moments=60, num_probes=3)
        assert held.operator == "theirs"
        own = graphspec.sketch(matrix.operator(take_out=False), num_moments=60, num_probes=3)
        assert np.allclose(held.alpha[:, :5], own.alpha[:, :5])
    with pytest.raises(ParameterError, match=r"must be in float32 or float64, not torch\.float16"):
        torch_operator(torch.eye(3).half())
