"""Options of the pass: each is checked, and the message names it."""

import pytest
from spectra import cycle

import graphspec
from graphspec import Sampling
from graphspec.errors import ParameterError


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_moments": 0}, "`num_moments` must be a whole number between 1 and 10,000, not 0"),
        ({"num_moments": 10_001}, "`num_moments` must be a whole number between 1 and 10,000, not 10001"),
        ({"num_probes": 1}, "`num_probes` must be a whole number between 2 and 1,000,000, not 1"),
        ({"seed": -1}, "`seed` must be a whole number between 0 and 18,446,744,073,709,551,615, not -1"),
        ({"seed": 2**64}, "`seed` must be a whole number between 0 and 18,446,744,073,709,551,615, not"),
        ({"first_probe": -1}, "`first_probe` must be a whole number between 0 and 9,223,372,036,854,775,807, not -1"),
        ({"tolerance": 0.0}, "`tolerance` must be a number above 0, not 0.0"),
        ({"tolerance": float("nan")}, "`tolerance` must be a number above 0, not nan"),
        ({"max_probes": 8, "tolerance": 0.1}, r"`max_probes` \(8\) must be at least `num_probes` \(16\)"),
        ({"max_probes": 1}, "`max_probes` must be a whole number between 2 and 1,000,000, not 1"),
        ({"confidence": 1.0}, "`confidence` must be a number between 0 and 1, not 1.0"),
        (
            {"operator": "laplace"},
            "`operator` must be one of normalized, combinatorial, adjacency, natural, regularized, not 'lap",
        ),
        ({"component": "second"}, "`component` must be one of all, largest, not 'second'"),
        ({"structure": 1}, "`structure` must be true or false, not 1"),
        ({"threads": 0}, "`threads` must be a whole number of at least 1, not 0"),
        ({"memory_limit": 10**8 - 1}, "`memory_limit` must be a size such as 512MB or 4GB, of at least 100MB"),
        ({"excess": 1.0}, "there is no option `excess`: choose from num_moments, num_probes"),
    ],
)
def test_parameters_out_of_range_are_refused(options, message):
    for call in (Sampling.of, lambda **given: graphspec.sketch(cycle(5).graph, **given)):
        with pytest.raises(ParameterError, match=message) as caught:
            call(**options)
        assert caught.value.parameter == next(iter(options))


def test_few_probes_are_enough_without_a_tolerance():
    assert Sampling(num_probes=600).max_probes == 512


def test_options_by_name_change_those_of_an_object():
    sampling = Sampling(num_moments=10, num_probes=3, operator="adjacency")
    sketch = graphspec.sketch(cycle(5).graph, sampling, num_probes=7, seed=2)
    assert (sketch.num_moments, sketch.num_probes, sketch.operator) == (10, 7, "adjacency")
    assert sketch.probe_ranges == ((2, 0, 7),)
    assert graphspec.sketch(cycle(5).graph, sampling).num_probes == 3
