"""Preferential attachment: compiled and portable."""

import numpy as np
import pytest

from graphspec.machine import KERNEL_VARIABLE, native, use_native
from graphspec.models.attachment import grown_edges


@pytest.mark.skipif(not use_native(), reason="the extension module was not built, or is not wanted")
@pytest.mark.parametrize("closing", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("count", [1, 2, 7])
def test_both_forms_of_growth_give_the_same_edges(monkeypatch, count, closing):
    arguments = (300, count, np.arange(count), count, closing)
    compiled = grown_edges(*arguments, np.random.default_rng(4))
    monkeypatch.setenv(KERNEL_VARIABLE, "portable")
    portable = grown_edges(*arguments, np.random.default_rng(4))
    np.testing.assert_array_equal(compiled, portable)


@pytest.mark.skipif(not use_native(), reason="the extension module was not built, or is not wanted")
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"count": 0}, "count is 0, less than 1"),
        ({"first": 1}, "first is 1, less than 2"),
        ({"num_nodes": 1}, "num_nodes is 1, less than 2"),
        ({"repeated": np.zeros(29, np.int64)}, "repeated has 29 items, at least 30 are needed"),
        ({"repeated": np.full(30, 50)}, "repeated has a vertex that is not there at first"),
        ({"tail": np.zeros(13, np.int64)}, "tail has 13 items, at least 14 are needed"),
        ({"head": np.zeros(0, np.int64)}, "head has 0 items, at least 14 are needed"),
    ],
)
def test_compiled_growth_refuses_what_does_not_fit(changed, message):
    right = {"count": 2, "first": 2, "num_nodes": 9, "closing": 0.0, "seed": 1, "repeated": np.arange(30) % 2}
    right |= {"tail": np.zeros(14, np.int64), "head": np.zeros(14, np.int64)}
    native.preferential_attachment(*right.values())
    with pytest.raises(ValueError, match=message):
        native.preferential_attachment(*{**right, "repeated": np.arange(30) % 2, **changed}.values())
