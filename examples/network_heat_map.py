"""A heat map of real networks by the symmetric Kullback-Leibler divergence of their Laplacian spectra.

Networks of one kind have spectra like each other, whatever their sizes: collaboration networks, roads and power grids,
communication, and technological networks of peers and autonomous systems come out as blocks. The divergence is that of
the MaxEnt densities of the spectra without the zeros of the components; beside it stands the noise floor, what two
sketches of one network would differ by. Order by average-linkage clustering, which knows nothing of the kinds.

Data: the SNAP networks ca-GrQc, ca-CondMat, com-dblp, email-Enron, email-Eu-core, p2p-Gnutella31 and as-caida20071105,
the western US power grid and the roads of the US, those of them that are in the folder that GRAPHSPEC_DATA names.

Source: D. Granziol, "Maximum entropy, spectra of graphs and understanding the loss surface of DNNs with spectral
techniques", talk, 2018: network classification; Granziol et al., arXiv:1912.09068, has a heat map at 100 moments
with blocks of biological, collaboration and road networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from _common import MissingDataError, data_file, figure, read_network, run, save, table

import graphspec

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {
    "collaboration": {
        "ca-GrQc": "ca-GrQc.txt",
        "ca-CondMat": "ca-CondMat.txt",
        "com-dblp": "com-dblp.ungraph.txt.gz",
    },
    "roads and power": {"usroads": "usroads.mtx.gz", "power grid": "USPowerGrid.txt"},
    "communication": {"email-Enron": "email-Enron.txt.gz", "email-Eu-core": "email-Eu-core.txt"},
    "peers and routers": {"p2p-Gnutella31": "p2p-Gnutella31.txt", "as-caida": "as-caida20071105.txt.gz"},
}
NUM_MOMENTS, NUM_PROBES = 40, 16


@dataclass(frozen=True)
class HeatMapNumbers:
    """Divergences between all networks that were there.

    Attributes
    ----------
    names, kinds
        What they are called, and of which kind they are.
    divergence, noise_floor
        Symmetric KL and what noise alone would make of it.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    divergence: tuple[tuple[float, ...], ...]
    noise_floor: tuple[tuple[float, ...], ...]

    @property
    def nearest(self) -> tuple[str, ...]:
        """The nearest other network of each."""
        apart = np.array(self.divergence) + np.diag(np.full(len(self.names), np.inf))
        return tuple(self.names[index] for index in apart.argmin(axis=1))


def main(folder: Path | None) -> HeatMapNumbers:
    files = {name: (kind, file) for kind, members in KINDS.items() for name, file in members.items()}
    there = {name: (kind, path) for name, (kind, file) in files.items() if (path := data_file(file)) is not None}
    if len(there) < 3:
        raise MissingDataError(*(file for _, file in files.values()))
    sketches = [
        graphspec.sketch(read_network(path), num_moments=NUM_MOMENTS, num_probes=NUM_PROBES)
        for _, path in there.values()
    ]
    found = graphspec.compare(sketches).symmetric_kl
    numbers = HeatMapNumbers(
        names=tuple(there),
        kinds=tuple(kind for kind, _ in there.values()),
        divergence=tuple(tuple(row) for row in found.value.tolist()),
        noise_floor=tuple(tuple(row) for row in found.noise_floor.tolist()),
    )
    if folder is not None:
        draw(numbers, folder)
    return numbers


def report(numbers: HeatMapNumbers) -> str:
    rows = []
    for index, (name, kind, near) in enumerate(zip(numbers.names, numbers.kinds, numbers.nearest, strict=True)):
        other = numbers.names.index(near)
        rows.append((name, kind, near, numbers.divergence[index][other], numbers.noise_floor[index][other]))
    return f"{NUM_MOMENTS} moments, {NUM_PROBES} probes\n" + table(
        ("network", "kind", "nearest", "symmetric KL", "noise floor"), rows, digits=3
    )


def draw(numbers: HeatMapNumbers, folder: Path) -> None:
    from matplotlib.colors import LogNorm
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    value = np.array(numbers.divergence)
    distances = squareform(np.sqrt(value), checks=False)
    order = leaves_list(optimal_leaf_ordering(linkage(distances, "average"), distances))
    shown = value[np.ix_(order, order)]
    apart = ~np.eye(len(order), dtype=bool)
    picture, (axes,) = figure(1, "Networks of a kind have spectra of a kind")
    picture.set_size_inches(9, 7.6)
    norm = LogNorm(shown[apart].min() / 2, shown.max())
    image = axes.imshow(np.where(apart, shown, np.nan), norm=norm, cmap="viridis_r")
    labels = [f"{numbers.names[index]}\n{numbers.kinds[index]}" for index in order]
    axes.set_xticks(range(len(order)), [numbers.names[index] for index in order], rotation=60, ha="right")
    axes.set_yticks(range(len(order)), labels, fontsize=9)
    for i, j in np.argwhere(apart):
        colour = "white" if norm(shown[i, j]) > 0.5 else "black"
        axes.text(j, i, f"{shown[i, j]:.2g}", ha="center", va="center", color=colour, fontsize=9)
    picture.colorbar(image, ax=axes, shrink=0.8, label=f"symmetric KL of {NUM_MOMENTS} moments, nats")
    save(picture, folder, "network_heat_map")


if __name__ == "__main__":
    run(main, report, __doc__)
