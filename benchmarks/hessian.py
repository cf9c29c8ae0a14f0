"""Curvature of neural networks: ends and densities beside dense Hessians, coverage, and times beside torch's own."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.rows import Row, best_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

EXAMPLES, EPOCHS, SEEDS = 300, 15, 20
PRODUCTS, PROBES = 80, 10
LARGE, STEPS = 1000, 20  # examples and products of the network of a million parameters


def rows() -> Iterator[Row]:
    try:
        import torch
        import curvlinops  # noqa: F401
    except ImportError as missing:
        yield Row("curvature of networks", "printed", f"skipped: {missing} (pip install '.[hessian]')", None)
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # small products: threads wait for each other
    try:
        networks = {name: _network(name) for name in ("mlp", "cnn", "cnn-bn", "autoencoder", "tanh")}
        yield from _edges(networks)
        yield from _densities(networks)
        yield from _coverage(networks)
    finally:
        torch.set_num_threads(threads)
    yield from _large_network()


def _network(name: str) -> tuple[Any, NDArray[np.float64]]:
    """Return the curvature of a trained network of at most 5000 parameters, and its dense eigenvalues."""
    import torch
    from torch import nn

    from graphspec.hessian import Training, curvature, load_problem, problem_of, train

    if name == "tanh":
        torch.manual_seed(1)
        images = load_problem("mlp", examples=EXAMPLES).data[0]
        model = nn.Sequential(
            nn.Flatten(), nn.Linear(64, 20), nn.Tanh(), nn.Linear(20, 20), nn.Tanh(), nn.Linear(20, 10)
        )
        problem = problem_of(name, model, nn.CrossEntropyLoss(), images)
    elif name == "autoencoder":
        torch.manual_seed(1)
        images = load_problem("mlp", examples=EXAMPLES).data[0][0].flatten(1)
        model = nn.Sequential(nn.Linear(64, 24), nn.Tanh(), nn.Linear(24, 6), nn.Tanh(), nn.Linear(6, 24), nn.Tanh())
        model.append(nn.Linear(24, 64))
        problem = problem_of(name, model, nn.MSELoss(), (images, images))
    else:
        problem = load_problem(name, examples=EXAMPLES)
    list(train(problem, (EPOCHS,), Training()))
    matrix = curvature(problem)
    dense = matrix.operator(take_out=False).matrix()
    return matrix, np.linalg.eigvalsh((dense + dense.T) / 2)


def _edges(networks: dict[str, Any]) -> Iterator[Row]:
    import graphspec
    from graphspec.hessian import spectrum_edges

    for keeps in (True, False):
        worst, counts = 0.0, []
        for matrix, eigenvalues in networks.values():
            held = graphspec.sketch(matrix.operator(reorthogonalize=keeps), num_moments=2 * PRODUCTS, num_probes=PROBES)
            edges = spectrum_edges(held)
            span, top = eigenvalues[-1] - eigenvalues[0], eigenvalues[::-1][:5]
            listed = [each.eigenvalue for each in edges.above][:5]
            errors = [abs(found - true) for found, true in zip(listed, top, strict=False)]
            errors += [abs(edges.largest - top[0]), abs(edges.smallest - eigenvalues[0])]
            worst = max(worst, max(errors) / span)
            counts.append(f"{len(listed)}")
        words = "full reorthogonalisation" if keeps else "copies removed"
        yield Row(
            f"ends of {len(networks)} networks, {PRODUCTS} steps, {words}: largest error of the ends and of the five "
            "largest that stand alone, as a share of the range",
            "<= 1 %, each once",
            f"{worst:.1e} (listed of five: {', '.join(counts)})",
            worst <= 0.01,
        )


def _densities(networks: dict[str, Any]) -> Iterator[Row]:
    """Wasserstein distances to the dense spectrum, beside those of other tools."""
    import graphspec
    from graphspec.hessian import curvature_spectrum

    others = {name: tool for name in OTHERS if (tool := _tool(name)) is not None}
    for name, (matrix, eigenvalues) in networks.items():
        held = graphspec.sketch(matrix.operator(), num_moments=2 * PRODUCTS, num_probes=PROBES)
        density = curvature_spectrum(held).density
        span = eigenvalues[-1] - eigenvalues[0]
        points = np.linspace(eigenvalues[0] - 0.05 * span, eigenvalues[-1] + 0.05 * span, 40_001)
        counts = density.count(points).value / len(eigenvalues)
        own = _distance(points, counts, eigenvalues)
        shown, best = [], np.inf
        for tool, spectrum in others.items():
            grid, values = spectrum(matrix)
            mass = np.concatenate([[0.0], np.cumsum((values[1:] + values[:-1]) / 2 * np.diff(grid))])
            theirs = _distance(points, np.interp(points, grid, mass / mass[-1]), eigenvalues)
            shown.append(f"{tool} {theirs:.1e}")
            best = min(best, theirs)
        yield Row(
            f"{name}, {len(eigenvalues)} parameters, {PROBES} probes x {PRODUCTS} steps: Wasserstein-1 distance to the "
            "dense spectrum, relative to its range",
            "<= 0.003, at most that of others",
            f"{own:.1e} ({', '.join(shown) or 'no other is installed'})",
            own <= 0.003 and own <= best,
        )


def _distance(points: NDArray[np.float64], shares: NDArray[np.float64], eigenvalues: NDArray[np.float64]) -> float:
    true = np.searchsorted(eigenvalues, points, side="right") / len(eigenvalues)
    return float(np.trapezoid(np.abs(shares - true), points) / (eigenvalues[-1] - eigenvalues[0]))


def _tool(name: str) -> Any:
    try:
        importlib.import_module(name)
    except ImportError:
        return None
    return OTHERS[name]


def _pyhessian(matrix: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return grid and density of PyHessian's recurrences, with the Gaussian kernel of the script in its repository."""
    import torch
    from pyhessian import hessian

    problem = matrix.problem
    inputs, targets = (torch.cat(parts) for parts in zip(*problem.data, strict=True))
    held = hessian(matrix.model, problem.loss, data=(inputs, targets), cuda=False)

    def eig(tridiagonal: Any, eigenvectors: bool) -> tuple[Any, Any]:  # noqa: ARG001
        values, vectors = torch.linalg.eigh(tridiagonal)
        return torch.stack([values, torch.zeros_like(values)], dim=1), vectors

    # Its last release calls a function that torch no longer has.
    removed, torch.eig = torch.eig, eig
    try:
        nodes, weights = (np.real(np.array(part)) for part in held.density(iter=PRODUCTS, n_v=PROBES))
    finally:
        torch.eig = removed
    low, high = nodes.min(axis=1).mean() - 0.01, nodes.max(axis=1).mean() + 0.01
    grid = np.linspace(low, high, 10_000)
    variance = 1e-5 * max(1.0, high - low)
    values = np.zeros_like(grid)
    for node, weight in zip(nodes.ravel(), weights.ravel(), strict=True):
        values += weight * np.exp(-((grid - node) ** 2) / (2 * variance))
    return grid, values


def _curvlinops(matrix: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return grid and density of curvlinops."""
    import curvlinops

    grid, values = curvlinops.lanczos_approximate_spectrum(
        matrix.product(), PRODUCTS, num_points=10_000, num_repeats=PROBES, margin=0.05
    )
    return np.asarray(grid, float), np.asarray(values, float)


OTHERS = {"pyhessian": _pyhessian, "curvlinops": _curvlinops}
"""Densities of other tools, by the module that they need; hessian-eigenthings has none in its present release."""


def _coverage(networks: dict[str, Any]) -> Iterator[Row]:
    import graphspec
    from graphspec.hessian import curvature_spectrum

    covered: dict[str, list[bool]] = {}
    for matrix, eigenvalues in networks.values():
        operator = matrix.operator()
        for seed in range(SEEDS):
            found = curvature_spectrum(
                graphspec.sketch(operator, num_moments=2 * PRODUCTS, num_probes=PROBES, seed=seed)
            )
            edges = found.edges
            zero = 1e-5 * max(abs(edges.smallest), abs(edges.largest))
            # The edge itself is an eigenvalue but for rounding.
            above = [np.count_nonzero(eigenvalues > edges.bulk_high + sign * zero) for sign in (1, -1)]
            truths = {
                "trace": (found.trace, [eigenvalues.sum()]),
                "negative mass": (found.negative_mass, [np.mean(eigenvalues < -zero)]),
                "count above the bulk": (found.above_bulk, above),
            }
            for name, (estimate, values) in truths.items():
                inside = any(estimate.low - 1e-6 <= value <= estimate.high + 1e-6 for value in values)
                covered.setdefault(name, []).append(inside)
    for name, hits in covered.items():
        share = float(np.mean(hits))
        yield Row(
            f"95 % intervals of the {name}, {len(hits)} trials", "cover in >= 93 %", f"{share:.1%}", share >= 0.93
        )


def _large_network() -> Iterator[Row]:
    """Measure a network of a million parameters beside products written directly in torch."""
    import torch
    from torch import nn

    from graphspec.hessian import curvature, problem_of

    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(784, 1024), nn.Tanh(), nn.Linear(1024, 256), nn.Tanh(), nn.Linear(256, 10))
    data = torch.randn(LARGE, 784), torch.randint(0, 10, (LARGE,))
    matrix = curvature(problem_of("large", model, nn.CrossEntropyLoss(), data))
    operator = matrix.operator(take_out=False)
    parameters = list(matrix.parameters.values())
    vector = torch.randn(operator.size)

    def direct() -> None:
        for _ in range(STEPS):
            total = torch.zeros(operator.size)
            for inputs, targets in matrix.problem.data:
                loss = matrix.problem.loss(model(inputs), targets)
                gradient = torch.autograd.grad(loss, parameters, create_graph=True)
                along = torch.cat([part.flatten() for part in gradient]) @ vector
                image = torch.autograd.grad(along, parameters)
                total += torch.cat([part.flatten() for part in image]) * (len(inputs) / LARGE)

    def own(probes: int) -> float:
        from graphspec.sketches import Sampling, plan_pass, prepare
        from graphspec.sketches.array_pass import ArrayPass

        sampling = Sampling(num_moments=2 * STEPS, num_probes=max(probes, 2))
        prepared = prepare(operator, sampling)
        plan = plan_pass(prepared, probes)
        # One probe has no standard error, so that the options ask for two: the pass itself takes any number.
        run = ArrayPass(prepared, sampling, plan, None)
        return best_time(lambda: run.probes(0, probes), 3)

    theirs, one, eight = best_time(direct, 3), own(1), own(8)
    yield Row(
        f"{operator.size:,} parameters, {STEPS} steps, 1 probe, against {STEPS} products written in torch",
        "<= 1.2 times",
        f"{one / theirs:.2f} times ({one:.1f} s)",
        one <= 1.2 * theirs,
    )
    yield Row("8 probes at once against one", "< 8 times", f"{eight / one:.1f} times", eight < 8 * one)
