"""Sums over random vectors: the compiled ones are those of numpy, in any layout of the blocks."""

import numpy as np
import pytest
from spectra import random_graph

from graphspec.lanczos import BlockLayout
from graphspec.machine import KERNEL_VARIABLE, native, use_native
from graphspec.operators.kinds import graph_operator
from graphspec.vertices.controls import Regression
from graphspec.vertices.samples import Sampler, Samples

needs_compiled = pytest.mark.skipif(not use_native(), reason="the extension module was not built, or is not wanted")

ROWS = 101


def _samples(layout, random, probes, parts, width=16):
    signs = random.choice(np.array([-1, 1], np.int8), (ROWS, probes))
    blocks = np.zeros((parts, layout.num_rows, width), np.float32)
    blocks[:, :ROWS, :probes] = random.standard_normal((parts, ROWS, probes))
    return Samples(signs, blocks, layout)


def _results(means, samples, functions, rows_at_once, threads):
    regression = Regression(means, functions)
    for each in samples:
        regression.add(each, rows_at_once, threads)
    return regression.result()


@needs_compiled
@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize(("controls", "functions"), [(0, 2), (1, 1), (4, 3)])
def test_compiled_sums_are_those_of_numpy(ordered, scaled, controls, functions, monkeypatch):
    random = np.random.default_rng(3)
    order = random.permutation(ROWS).astype(np.int32) if ordered else None
    padded = BlockLayout(ROWS, np.float32).num_rows
    scale = (0.5 + random.random((padded, 1))).astype(np.float32) if scaled else None
    layout, means = BlockLayout(ROWS, np.float32, order, scale), random.standard_normal((ROWS, controls))
    samples = [_samples(layout, random, probes, controls + functions) for probes in (16, 16, 9)]
    compiled = _results(means, samples, functions, 32, 2)
    monkeypatch.setenv(KERNEL_VARIABLE, "portable")
    for found, expected in zip(compiled, _results(means, samples, functions, 1000, 1), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@needs_compiled
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("degree", [1, 2, 5, 8])
def test_sums_of_polynomials_have_the_same_bits(degree, threads, monkeypatch):
    operator = graph_operator(random_graph(3000, 6.0, 1))
    coefficients = np.random.default_rng(1).standard_normal((degree + 1, 3))
    coefficients[0, 1] = 0.0

    def parts():
        product = operator.product(0)
        sampler = Sampler(product, coefficients, 3000, 3, lambda _: None, seed=4, threads=threads)
        return np.concatenate([each.parts for each in sampler.samples(0, 20, 16)], axis=2)

    compiled = parts()
    monkeypatch.setattr("graphspec.vertices.samples.use_native", lambda: False)  # sums alone, of the same products
    assert np.array_equal(compiled, parts())


@needs_compiled
def test_arrays_that_do_not_belong_together_are_refused():
    signs, position = np.ones((5, 4), np.int8), np.arange(5, dtype=np.int32)

    def call(parts=3, position=position, sums=3, controls=2):
        blocks = np.zeros((parts, 5, 4), np.float32)
        arrays = map(np.zeros, ((5, 2), (5, sums), (5, 2, 2), (5, 2, 1), (5, 1)))
        native.row_products(0, 5, 4, 4, signs, blocks, position, None, *arrays, controls)

    call()
    for wrong in ({"parts": 2}, {"sums": 2}, {"controls": 3}):
        with pytest.raises(ValueError, match="do not belong together"):
            call(**wrong)
    with pytest.raises(ValueError, match="position is outside"):
        call(position=position + 1)
