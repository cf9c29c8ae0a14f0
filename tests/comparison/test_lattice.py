"""Minimisation on a lattice, on functions whose minimum is known."""

import numpy as np
import pytest

from graphspec.comparison.lattice import (
    integer_step,
    minimize_on_lattice,
    neighbour,
    parabola_vertex,
    profile,
    rounded,
    walk,
)
from graphspec.comparison.results import Profile
from graphspec.comparison.settings import FitSettings
from graphspec.models.base import Parameter

SETTINGS = FitSettings()
K, P = Parameter("k", "a number", integer=True), Parameter("p", "a share", high=1.0)


def constant(result):
    """Return a function of anything that is the same everywhere."""
    return lambda *_: result


class Counted:
    """A function that counts its calls."""

    def __init__(self, function):
        self.function, self.points = function, []

    def __call__(self, values):
        self.points.append(dict(values))
        return self.function(values)


def minimum_of(function, start, parameters, step=0.125, settings=SETTINGS):
    return minimize_on_lattice(function, start, parameters, constant(step), settings)


def bounded(function, allowed):
    """Return a function that is infinite where values are not allowed."""
    return lambda values: function(values) if allowed(values) else np.inf


# --- minima


@pytest.mark.parametrize("start", [3, 17, 25])
def test_the_minimum_of_an_integer(start):
    found = minimum_of(lambda values: (values["k"] - 17) ** 2, {"k": start}, [K])
    assert found.values == {"k": 17}
    assert type(found.values["k"]) is int
    assert found.steps == {"k": 1.0}


@pytest.mark.parametrize("start", [0.1, 0.43, 0.99])
def test_the_minimum_of_a_continuous_parameter_is_on_the_lattice(start):
    found = minimum_of(lambda values: (values["p"] - 0.4) ** 2, {"p": start}, [P], 2.0**-5)
    assert found.values == {"p": 13 * 2.0**-5}
    assert found.steps == {"p": 2.0**-5}


def test_parameters_that_depend_on_each_other():
    def valley(values):
        return (values["k"] - 10 * values["p"]) ** 2 / 4 + (values["k"] - 5) ** 2

    assert minimum_of(valley, {"k": 2, "p": 0.25}, [K, P]).values == {"k": 5, "p": 0.5}
    one_round = minimum_of(valley, {"k": 2, "p": 0.25}, [K, P], settings=FitSettings(max_rounds=1))
    assert one_round.values != {"k": 5, "p": 0.5}


def test_a_model_without_parameters_stays_where_it_is():
    assert minimum_of(constant(1.0), {}, []).values == {}


def test_the_step_of_a_continuous_parameter_is_asked_for_once():
    asked = []

    def step_of(values, parameter):
        asked.append(parameter.name)
        return 0.125

    function = Counted(lambda values: (values["k"] - 10 * values["p"]) ** 2 + (values["p"] - 0.5) ** 2)
    minimize_on_lattice(function, {"k": 2, "p": 0.25}, [K, P], step_of, SETTINGS)
    assert asked == ["p"]


def test_an_even_parameter_has_steps_of_two():
    function = bounded(lambda values: (values["k"] - 11) ** 2, lambda values: values["k"] % 2 == 0)
    found = minimum_of(function, {"k": 4}, [K])
    assert found.steps == {"k": 2.0}
    assert found.values["k"] in (10, 12)


def test_an_integer_without_neighbours_has_a_step_all_the_same():
    function = bounded(constant(0.0), lambda values: values["k"] == 4)
    assert integer_step(function, {"k": 4}, "k") == 1.0
    assert minimum_of(function, {"k": 4}, [K]).values == {"k": 4}


def test_the_minimum_at_a_border():
    function = bounded(lambda values: -values["p"], lambda values: 0 <= values["p"] <= 1)
    assert minimum_of(function, {"p": 0.6}, [P]).values == {"p": 1.0}


def test_where_nothing_is_allowed_the_start_stays():
    assert minimum_of(constant(np.inf), {"p": 0.6}, [P]).values == {"p": 0.6}


# --- walks


def rippled(values):
    """Return a valley with a ripple that a walk with patience crosses."""
    return abs(values["k"] - 20) + 3 * (values["k"] % 3 == 1)


def test_patience_crosses_ripples():
    assert walk(rippled, {"k": 9}, "k", 1.0, SETTINGS) == {"k": 20}
    assert walk(rippled, {"k": 9}, "k", 1.0, FitSettings(patience=1)) == {"k": 9}


def test_a_walk_has_a_longest_way():
    def slope(values):
        return -values["k"]

    assert walk(slope, {"k": 0}, "k", 1.0, FitSettings(straight=100)) == {"k": 40}
    assert walk(slope, {"k": 0}, "k", 1.0, FitSettings(straight=100, max_walk=7)) == {"k": 7}


@pytest.mark.parametrize("minimum", [900, 901, 950, 1000, 4, 0])
def test_strides_grow_far_from_the_minimum(minimum):
    function = Counted(bounded(lambda values: abs(values["k"] - minimum), lambda values: 0 <= values["k"] <= 1000))
    assert walk(function, {"k": 450}, "k", 1.0, SETTINGS) == {"k": minimum}
    assert len(function.points) < 70
    # Single steps alone do not come so far.
    single = walk(function, {"k": 450}, "k", 1.0, FitSettings(straight=1000))
    assert abs(single["k"] - 450) == 40


def test_strides_of_a_continuous_parameter_stay_on_the_lattice():
    function = Counted(lambda values: abs(values["p"] - 0.8))
    assert walk(function, {"p": 0.1}, "p", 2.0**-7, SETTINGS) == {"p": 102 * 2.0**-7}
    assert all((point["p"] * 2**7).is_integer() for point in function.points)


def test_a_search_visits_a_limited_number_of_points():
    def slope(values):
        return -values["k"] - 100 * values["p"]

    function = Counted(slope)
    found = minimum_of(function, {"k": 2, "p": 0.25}, [K, P], settings=FitSettings(max_points=9))
    assert len(function.points) == 9
    assert slope(found.values) == min(map(slope, function.points))
    minimum_of(function, {"k": 2, "p": 0.25}, [K, P], settings=FitSettings(max_points=20))
    assert len(function.points) == 29


def test_a_walk_ends_at_the_border():
    function = Counted(bounded(lambda values: -values["k"], lambda values: values["k"] <= 3))
    assert walk(function, {"k": 0}, "k", 1.0, SETTINGS) == {"k": 3}
    assert max(point["k"] for point in function.points) == 4


def test_a_walk_leaves_other_parameters_and_its_start_alone():
    start = {"k": 9, "p": 0.3}
    assert walk(rippled, start, "k", 1.0, SETTINGS) == {"k": 20, "p": 0.3}
    assert start == {"k": 9, "p": 0.3}


@pytest.mark.parametrize("value", [0.0, 1e-9, 0.1, 0.7, 123.4])
@pytest.mark.parametrize("step", [2.0**-7, 0.25, 1.0])
def test_neighbours_are_multiples_of_the_step(value, step):
    for change in (step, -step):
        moved = neighbour(value, change)
        assert moved / step == round(moved / step)
        assert abs(moved - value - change) <= step / 2
        assert neighbour(moved, -change) == moved - change


def test_a_neighbour_of_an_integer_is_one():
    assert [neighbour(7, change) for change in (1.0, -1.0, 2.0)] == [8, 6, 9]
    assert type(neighbour(7, 1.0)) is int


# --- profiles and parabolas


def test_a_profile_has_five_points_within_the_space():
    function = bounded(lambda values: (values["p"] - 0.5) ** 2, lambda values: values["p"] <= 0.7)
    points = profile(function, {"p": 0.5, "q": 1.0}, "p", 0.125)
    assert points.values == (0.25, 0.375, 0.5, 0.625)
    assert points.divergences == tuple((value - 0.5) ** 2 for value in points.values)
    whole = profile(lambda values: values["k"], {"k": 5}, "k", 2.0)
    assert whole == Profile((1.0, 3.0, 5.0, 7.0, 9.0), (1, 3, 5, 7, 9))


def test_vertex_of_a_parabola():
    values = (0.1, 0.2, 0.3, 0.4, 0.5)

    def points(function):
        return Profile(values, tuple(map(function, values)))

    assert parabola_vertex(points(lambda x: (x - 0.33) ** 2), 0.3, 1.0) == pytest.approx(0.33)
    # Within the points and the range of the parameter; else the middle.
    assert parabola_vertex(points(lambda x: (x - 0.7) ** 2), 0.5, 1.0) == 0.5
    assert parabola_vertex(points(lambda x: (x - 0.48) ** 2), 0.5, 0.45) == 0.45
    assert parabola_vertex(points(lambda x: -((x - 0.3) ** 2)), 0.3, 1.0) == 0.3
    assert parabola_vertex(Profile(values[:2], (1.0, 2.0)), 0.1, 1.0) == 0.1


def test_rounded_values_are_near_and_few():
    values = np.linspace(0.001, 1, 3000)
    near = [rounded({"p": float(value)})["p"] for value in values]
    assert np.max(np.abs(np.array(near) / values - 1)) < 0.07
    assert len(set(near)) < 100
    assert rounded({"k": 7, "p": 0.0}) == {"k": 7, "p": 0.0}
