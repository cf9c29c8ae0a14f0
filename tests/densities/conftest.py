"""Fixtures of the densities: every method on every graph."""

import pytest
from estimated import GRAPHS, density_of

from graphspec.densities.methods import METHODS


@pytest.fixture(params=METHODS)
def method(request):
    return request.param


@pytest.fixture(params=GRAPHS)
def name(request):
    return request.param


@pytest.fixture
def estimated(name, method):
    return density_of(name, method)
