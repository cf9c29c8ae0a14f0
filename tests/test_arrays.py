"""Arrays that are mapped from files."""

import numpy as np
import pytest

from graphspec.arrays import is_mapped, release_pages


@pytest.mark.parametrize("mode", ["r", "r+", "c"])
def test_pages_are_released_without_a_loss(tmp_path, mode):
    path = tmp_path / "numbers"
    np.arange(100_000).tofile(path)
    mapped = np.memmap(path, np.int64, mode)
    if mode != "r":
        mapped[5] = 7
    expected = np.array(mapped)
    view = mapped.view(np.ndarray)[1:]
    view.flags.writeable = False  # of the view, not of the map
    assert is_mapped(view)
    release_pages(view)
    np.testing.assert_array_equal(mapped, expected)


def test_other_arrays_have_no_pages_of_a_file():
    array = np.arange(10)
    assert not is_mapped(array)
    release_pages(array)
    np.testing.assert_array_equal(array, np.arange(10))
