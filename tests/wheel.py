"""Try an installed graphspec from outside of its sources: compiled parts are there and agree with portable ones."""

import os
from importlib import resources
from pathlib import Path

import numpy as np

import graphspec
from graphspec.machine import KERNEL_VARIABLE, kernel_name
from graphspec.sketches.moments import spectrum_moments

SOURCES = Path(__file__).resolve().parent.parent / "graphspec"


def main() -> None:
    """Compare a sketch and a generated graph of both kernels."""
    assert Path(graphspec.__file__).resolve().parent != SOURCES, "the sources were imported, not what is installed"
    assert kernel_name() != "portable", "the wheel has no compiled step"
    graphs, moments, quantiles = [], [], []
    for kernel in ("", "portable"):
        os.environ[KERNEL_VARIABLE] = kernel
        graphs.append(graphspec.generate("ba", 20_000, 1, m=3))
        sketch = graphspec.sketch(graphs[-1], num_probes=4, num_moments=20)
        moments.append(spectrum_moments(sketch).values)
        quantiles.append(graphspec.density(sketch).quantile([0.1, 0.5, 0.9]).value)
    assert graphs[0].fingerprint == graphs[1].fingerprint
    np.testing.assert_allclose(*moments, atol=1e-6)
    np.testing.assert_allclose(*quantiles, atol=1e-4)
    catalogue = resources.files("graphspec.catalogue").joinpath("datasets.yaml").read_bytes()
    assert catalogue == (SOURCES.parent / "datasets.yaml").read_bytes(), "the catalogue is not that at the top"
    print(f"graphspec {graphspec.__version__}: compiled and portable parts agree")


if __name__ == "__main__":
    main()
