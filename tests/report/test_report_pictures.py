"""Pictures of the page: few points, which are those of the records."""

import re

import numpy as np
import pytest
from report_folders import compare, spectrum, write

from graphspec.comparison import by_similarity
from graphspec.report import load_results
from graphspec.report.answers import Interval
from graphspec.report.curves import CURVES, large_picture, polyline, shortened, small_picture, top_of, visible_points
from graphspec.report.heatmap import HEATMAP, heatmap
from graphspec.report.intervals import CountAxis


def read(folder, record):
    """Return the result of a record, as the page reads it."""
    write(folder, {f"{record['command']}/a": record})
    results = load_results(folder)
    return results.records[0].result


def points_of(path):
    """Return the points of a path of steps."""
    start, _, steps = path.removeprefix("M").removesuffix("z").partition("l")
    numbers = [int(each) for each in re.findall(r"-?\d+", steps)]
    return np.cumsum([[int(each) for each in start.split()], *np.reshape(numbers, (-1, 2)).tolist()], axis=0)


def test_a_line_is_its_points():
    x, y = np.array([0, 10, 10, 20, 15, 15]), np.array([5, 5, 5, -7, 100, 5])
    path = polyline(x, y)
    assert path == "M0 5l10 0 10-12-5 107 0-95"
    assert points_of(path).tolist() == [[0, 5], [10, 5], [20, -7], [15, 100], [15, 5]]
    assert polyline(np.array([3]), np.array([4])) == "M3 4"


def test_few_points_keep_the_ends_and_the_peaks():
    values = np.sin(np.linspace(0, 30, 5001))
    values[1234], values[4321] = 9.0, -9.0
    chosen = visible_points(values, 100)
    assert len(chosen) <= 100
    assert {0, 1234, 4321, 5000} <= set(chosen.tolist())
    assert np.all(np.diff(chosen) > 0)
    assert visible_points(values[:50], 100).tolist() == list(range(50))


def test_a_small_picture_lies_in_its_frame(tmp_path):
    picture = small_picture(read(tmp_path, spectrum(atoms=[(0.0, 1, "components"), (1.0, 4, "twins")])))
    curve, band = points_of(picture.curve), points_of(picture.band)
    assert (curve[:, 0].min(), curve[:, 0].max()) == (0, CURVES.width)
    assert curve[:, 1].max() == CURVES.height
    assert len(curve) <= CURVES.small_points
    assert band[:, 1].min() < curve[:, 1].min()
    assert band[0, 0] == band[-1, 0] == 0  # there and back
    assert picture.atoms == f"M0 400v-90M{CURVES.width // 2} 400v-360"


def test_an_exact_spectrum_has_no_band(tmp_path):
    record = spectrum(atoms=[])
    grid = record["result"]["grid"]
    grid["density_low"] = grid["density_high"] = grid["density"]
    found = read(tmp_path, record)
    assert (small_picture(found).band, small_picture(found).atoms) == ("", "")
    assert len(large_picture(found)["density"]) == 1


def test_a_spectrum_of_atoms_alone_is_drawn(tmp_path):
    record = spectrum(atoms=[(0.0, 17, "components"), (2.0, 17, "bipartite components")])
    record["result"]["grid"] |= {key: [0.0] * 401 for key in ("density", "density_low", "density_high")}
    found = read(tmp_path, record)
    assert set(points_of(small_picture(found).curve)[:, 1].tolist()) == {CURVES.height}
    assert large_picture(found)["atoms"] == [[0, 17, "components"], [2, 17, "bipartite components"]]


def test_a_large_picture_has_the_numbers_of_the_record(tmp_path):
    record = spectrum(atoms=[(0.0, 1, "components"), (1.1, 9, "twins")], points=2001)
    picture, grid = large_picture(read(tmp_path, record)), record["result"]["grid"]
    assert len(picture["x"]) <= CURVES.points
    at = np.searchsorted(grid["eigenvalue"], np.array(picture["x"]) - 1e-9)
    for name in ("density", "count"):
        assert picture[name][0] == pytest.approx(np.array(grid[name])[at], rel=1e-3, abs=1e-3)
    assert max(picture["density"][0]) == pytest.approx(max(grid["density"]), rel=1e-3)
    # The count makes its step between two neighbours of the grid.
    count, x = np.array(picture["count"][0]), np.array(picture["x"])
    step = np.argmax(np.diff(count))
    assert (x[step], x[step + 1]) == (1.099, 1.1)


def test_atoms_that_are_not_shown_are_counted(tmp_path):
    atoms = [(round(0.1 * number, 1), number, "twins") for number in range(1, 16)]
    picture = large_picture(read(tmp_path, spectrum(atoms=[*atoms, (1.5, 100, "trees")], nodes=500)))
    assert len(picture["atoms"]) == CURVES.atoms
    assert picture["atoms"][-1] == [1.5, 115, "trees, twins"]
    assert picture["others"] == 3


def test_the_axis_holds_the_interval_unless_it_is_far_wider(tmp_path):
    record = spectrum(atoms=[])
    grid = record["result"]["grid"]
    assert top_of(read(tmp_path, record).grid) > max(grid["density_high"])
    grid["density_high"] = [100.0] * 401
    assert top_of(read(tmp_path, record).grid) < 2 * max(grid["density"])


def test_numbers_are_short():
    assert [shortened(value) for value in (1.0, 0.123456, 123456.0, 0.0)] == [1, 0.1235, 123500, 0]
    assert shortened(0.00012345, finest=3) == 0
    assert shortened(1.23456789, 6) == 1.23457


def test_bars_are_on_an_axis_of_powers():
    axis = CountAxis.around([Interval(0.0, 4.0, 2.0), Interval(80.0, 900.0, 1000.0)])
    assert [label for label, _ in axis.ticks] == ["1", "10", "100", "1,000"]
    gaps = np.diff([place for _, place in axis.ticks])
    assert gaps == pytest.approx(gaps[0], abs=0.02)
    assert axis.place(0) == 0
    assert axis.place(axis.high) == 100
    bar = axis.bar(Interval(10.0, 100.0, 10.0))
    assert (bar.left, bar.width) == (axis.place(10), pytest.approx(gaps[0], abs=0.02))
    assert bar.mark == bar.left
    assert [label for label, _ in CountAxis.around([Interval(1.0, 8.0, 5.0)]).ticks] == ["1", "2", "5"]
    assert CountAxis.around([]).ticks == [("1", pytest.approx(35.5, abs=0.1))]


def test_similar_spectra_are_neighbours():
    place = np.array([0.0, 5.0, 0.1, 5.1, 0.2])
    order = by_similarity(np.subtract.outer(place, place) ** 2)
    assert [0, 2, 4] in (sorted(order[:3]), sorted(order[2:]))
    assert by_similarity(np.zeros((2, 2))) == [0, 1]


def test_every_cell_of_a_heat_map_has_one_colour(tmp_path):
    found = heatmap(read(tmp_path, compare([f"{number}.txt" for number in range(20)], floor=0.15)), {"3.txt": "three"})
    cells = np.zeros((20, 20), int)
    for level in found.levels:
        for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", level.path):
            cells[int(y), int(x) : int(x) + int(width)] += 1
    assert np.array_equal(cells, 1 - np.eye(20, dtype=int))
    assert sorted(found.names) == sorted({f"{number}.txt" for number in range(20)} - {"3.txt"} | {"three"})
    assert (found.num_pairs, found.num_within) == (190, 19)
    assert found.nearest[0].value == pytest.approx(0.1)
    assert found.levels[0].path.count("M") == 38  # neighbours, at 0.1, are within the noise floor
    assert len(found.levels) == HEATMAP.levels + 1


def test_the_numbers_of_a_heat_map_are_those_above_its_diagonal(tmp_path):
    value = [[0, 1.0, 4.0], [1.0, 0, 2.0], [4.0, 2.0, 0]]
    found = heatmap(read(tmp_path, compare(["a", "b", "c"], value)), {})
    at = ["abc".index(name) for name in found.names]
    assert found.numbers["value"] == [value[at[0]][at[1]], value[at[0]][at[2]], value[at[1]][at[2]]]
    assert [each.value for each in found.nearest] == [1.0, 2.0, 4.0]
    assert found.labels == found.names


def test_equal_divergences_and_equal_spectra_have_a_map(tmp_path):
    same = heatmap(read(tmp_path, compare(["a", "b"], [[0, 0.5], [0.5, 0]])), {})
    assert [bool(level.path) for level in same.levels] == [False, False, True]
    zero = heatmap(read(tmp_path, compare(["a", "b"], [[0, 0], [0, 0]])), {})
    assert [level.label for level in zero.levels] == ["within the noise floor"]


def test_many_inputs_have_small_cells_without_labels(tmp_path):
    found = heatmap(read(tmp_path, compare([f"{number}" for number in range(100)])), {})
    assert (found.cell, found.labels, found.margin) == (6, [], 8)
