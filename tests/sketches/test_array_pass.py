"""Operators on arrays of any library: vectors stay theirs, eigenvalues have no copies, the pass finds the interval."""

from dataclasses import replace

import numpy as np
import pytest

import graphspec
from graphspec.errors import GraphspecError, ParameterError
from graphspec.lanczos import array_lanczos, ritz_values
from graphspec.machine import resident_bytes
from graphspec.sketches import Sampling, plan_pass, prepare, sample, spectrum_moments

SIZE = 500
rng = np.random.default_rng(5)
OUTLIERS = np.array([-1.5, 2.0, 3.0, 5.0])
EIGENVALUES = np.concatenate([rng.normal(0, 0.2, SIZE - len(OUTLIERS)), OUTLIERS])
BASIS = np.linalg.qr(rng.standard_normal((SIZE, SIZE)))[0]
MATRIX = (BASIS * EIGENVALUES) @ BASIS.T
MATRIX = (MATRIX + MATRIX.T) / 2


class Foreign(np.ndarray):
    """Arrays of another library, which must not be mixed with those of numpy."""


def foreign(array):
    return np.ascontiguousarray(array).view(Foreign)


class ForeignMatrix:
    shape = (SIZE, SIZE)

    def __matmul__(self, columns):
        assert isinstance(columns, Foreign), "vectors stay on their device"
        return foreign(MATRIX @ np.asarray(columns))


def test_moments_are_those_of_the_pass_in_blocks():
    interval = (-2.0, 5.5)
    options = {"num_moments": 40, "num_probes": 6, "seed": 3}
    arrays = graphspec.sketch(graphspec.array_operator(MATRIX, interval=interval), **options)
    blocks = graphspec.sketch(graphspec.linear_operator(MATRIX, interval), **options)
    assert arrays.interval == blocks.interval
    exact = blocks.low_moments[:1]
    assert np.allclose(
        spectrum_moments(arrays).values,
        spectrum_moments(replace(blocks, low_moments=exact)).values,
        atol=2e-6,
    )


def test_vectors_are_arrays_of_the_library():
    held = graphspec.sketch(graphspec.array_operator(ForeignMatrix(), foreign), num_moments=20, num_probes=3)
    same = graphspec.sketch(graphspec.array_operator(MATRIX), num_moments=20, num_probes=3)
    assert np.allclose(held.alpha, same.alpha)


def test_the_interval_that_the_pass_finds_encloses_the_spectrum_and_known_eigenvalues():
    held = graphspec.sketch(graphspec.array_operator(MATRIX), num_moments=60, num_probes=4)
    assert -1.6 < held.interval.low < -1.5
    assert 5.0 < held.interval.high < 5.1
    assert graphspec.density(held, "lanczos").count(6.0).value == SIZE
    top = BASIS[:, [-1]]
    known = replace(graphspec.array_operator(MATRIX), known={5.0: top})
    held = graphspec.sketch(known, num_moments=60, num_probes=4)
    assert 5.0 < held.interval.high < 5.1
    assert graphspec.density(held, "lanczos").count(4.5).value == pytest.approx(SIZE - 1)


@pytest.mark.parametrize("reorthogonalize", [True, False])
def test_only_recurrences_without_reorthogonalisation_have_copies(reorthogonalize):
    operator = graphspec.array_operator(MATRIX, interval=(-2.0, 5.5), reorthogonalize=reorthogonalize)
    held = graphspec.sketch(operator, num_moments=240, num_probes=2)
    for alpha, beta in zip(held.alpha, held.beta, strict=True):
        values = held.interval.from_unit(ritz_values(alpha, beta)[0])
        assert bool(np.count_nonzero(values > 4.5) == 1) is reorthogonalize


def test_a_recurrence_ends_where_its_space_is_exhausted():
    diagonal = np.repeat([0.0, 1.0, 4.0], 40)
    spaces = array_lanczos(
        lambda vectors: [diagonal * vector for vector in vectors],
        [np.ones(120)],
        10,
        lambda count: np.zeros((count, 120)),
    )
    assert np.allclose(spaces.jacobi.beta[0, 2:], 0)
    assert np.allclose(spaces.bases[0][3:], 0)
    assert np.allclose(spaces.bases[0][:3] @ spaces.bases[0][:3].T, np.eye(3))
    assert np.allclose(np.linalg.eigvalsh(spaces.bases[0][:3] * diagonal @ spaces.bases[0][:3].T), [0, 1, 4])


def test_a_memory_limit_takes_fewer_vectors_at_once():
    class Large:
        shape = (10**6, 10**6)

    for keeps, most in ((True, 2), (False, 16)):
        operator = graphspec.array_operator(Large(), interval=(-1.0, 1.0), reorthogonalize=keeps)
        prepared = prepare(operator, Sampling(num_moments=80))
        limit = resident_bytes() + 1_000_000_000
        assert plan_pass(prepared, 16, limit).block_width == most
        assert plan_pass(prepared, 16).block_width == 16


def test_the_result_does_not_depend_on_the_number_of_vectors_at_once():
    prepared = prepare(graphspec.array_operator(MATRIX), Sampling(num_moments=20, num_probes=4))
    wide = plan_pass(prepared, 4)
    one, four = (
        sample(prepared, Sampling(num_moments=20, num_probes=4), plan=replace(wide, block_width=width))
        for width in (1, 4)
    )
    assert np.allclose(one.alpha, four.alpha)


def test_a_tolerance_adds_probes_on_the_interval_that_was_found():
    operator = graphspec.array_operator(MATRIX)
    held = graphspec.sketch(operator, num_moments=20, num_probes=4, tolerance=0.02)
    assert held.num_probes > 4
    assert held.interval.low == pytest.approx(-1.58, abs=0.02)


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_the_precision_is_that_of_the_vectors(precision):
    seen = []

    class Noting:
        shape = (SIZE, SIZE)

        def __matmul__(self, columns):
            seen.append(columns.dtype)
            return MATRIX.astype(columns.dtype) @ columns

    held = graphspec.sketch(graphspec.array_operator(Noting(), precision=precision), num_moments=20, num_probes=2)
    assert set(seen) == {np.dtype(precision)}
    assert held.options.get("precision") == (None if precision is np.float32 else "double")


def test_products_have_to_be_finite():
    class Broken:
        shape = (SIZE, SIZE)

        def __matmul__(self, columns):
            return np.nan * columns

    with pytest.raises(GraphspecError, match=r"product 1 of the operator with a vector is not finite"):
        graphspec.sketch(graphspec.array_operator(Broken()), num_moments=20, num_probes=2)


@pytest.mark.parametrize(
    ("shape", "interval", "message"),
    [((3, 4), None, "must be square"), ((0, 0), None, "without rows"), ((3, 3), (1.0, 1.0), "is empty")],
)
def test_what_is_no_operator_is_refused(shape, interval, message):
    with pytest.raises(ParameterError, match=message):
        graphspec.array_operator(np.zeros(shape), interval=interval)


def test_files_hold_sketches_of_arrays(tmp_path):
    held = graphspec.sketch(graphspec.array_operator(MATRIX), num_moments=20, num_probes=3)
    graphspec.save_sketch(held, tmp_path / "held.npz")
    loaded = graphspec.load_sketch(tmp_path / "held.npz")
    assert loaded.interval == held.interval
    assert np.array_equal(loaded.alpha, held.alpha)
