"""Dense eigenvalues of what is left: with the atoms they are the spectrum."""

import numpy as np
import pytest
from spectra import CASE_IDS, CASES, whole_spectrum

from graphspec.exact.components import known_spectrum
from graphspec.exact.dense import dense_eigenvalues
from graphspec.exact.remainder import Remainder, take_out
from graphspec.operators.kinds import graph_operator

DENSE_TOLERANCE = 1e-8


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_dense_eigenvalues_and_atoms_make_up_the_spectrum(example, operator):
    remainder = take_out(graph_operator(example.graph, operator))
    np.testing.assert_allclose(whole_spectrum(remainder), example.spectra[operator], atol=DENSE_TOLERANCE)


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_what_components_tell_is_cut_off(example, operator):
    target = graph_operator(example.graph, operator)
    remainder = Remainder(target, target, known_spectrum(target))
    np.testing.assert_allclose(whole_spectrum(remainder), example.spectra[operator], atol=DENSE_TOLERANCE)


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_the_dense_rows_hold_all_that_is_not_known(example, operator):
    remainder = take_out(graph_operator(example.graph, operator))
    assert len(remainder.dense_rows) <= remainder.operator.num_rows
    np.testing.assert_allclose(
        dense_eigenvalues(remainder, dense_rows=True), dense_eigenvalues(remainder), atol=DENSE_TOLERANCE
    )
