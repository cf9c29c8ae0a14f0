"""The talk's two tables of random-graph models: parameters of small graphs, and divergences of large ones.

First, the parameter of Erdos-Renyi (p = 0.6), Watts-Strogatz (p = 0.4, k = 10) and Barabasi-Albert graphs
(m = 0.4 n) at 50, 100 and 150 vertices, fitted to the spectrum alone. Second, the symmetric Kullback-Leibler
divergence of a Barabasi-Albert graph of 5000 vertices and of a large real network from the three models fitted to
them, with what the models' own graphs have. A graph is as near to its own model as another draw of that model; the
talk's divergence of a graph from its own model, 2.001, is what a density that is not converged leaves.

Data: the collaborations of DBLP (com-dblp.ungraph.txt.gz, SNAP), if it is in the folder that GRAPHSPEC_DATA names; the
talk has YouTube in its place.

Source: D. Granziol, "Maximum entropy, spectra of graphs and understanding the loss surface of DNNs with spectral
techniques", talk, 2018: the tables of network classification.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from _common import data_file, figure, run, save, table

import graphspec

if TYPE_CHECKING:
    from pathlib import Path

SIZES = (50, 100, 150)
TALK_PARAMETERS = {"er": (0.600, 0.598, 0.6040), "ws": (0.4683, 0.4537, 0.4129), "ba": (19, 40, 58)}
TALK_DIVERGENCES = {"er": (2.662, 7.728), "ws": (7.6123, 9.735), "ba": (2.001, 7.593)}
FITTED = {"er": "p", "ws": "p", "ba": "m"}
TRUE = {"er": lambda _: 0.6, "ws": lambda _: 0.4, "ba": lambda nodes: 2 * nodes // 5}
NUM_GRAPHS, NUM_REFERENCES, NUM_MOMENTS = 4, 24, 20
LARGE, LARGE_FILE = "com-dblp", "com-dblp.ungraph.txt.gz"


@dataclass(frozen=True)
class TalkNumbers:
    """What stands in the two tables.

    Attributes
    ----------
    means, errors
        By model, the mean of the parameter fitted to a few graphs of every size, and the mean error of one fit.
    networks
        Names of the large graphs.
    divergences, own
        By model, the symmetric KL of every large graph from it, and that of the model's own graphs.
    """

    means: dict[str, tuple[float, ...]]
    errors: dict[str, tuple[float, ...]]
    networks: tuple[str, ...]
    divergences: dict[str, tuple[float, ...]]
    own: dict[str, tuple[float, ...]]


def main(folder: Path | None) -> TalkNumbers:
    small = {model: [fits_of(model, nodes) for nodes in SIZES] for model in FITTED}
    large = {"BA(5000), m = 4": graphspec.generate("ba", 5000, 1, m=4)}
    if (path := data_file(LARGE_FILE)) is not None:
        large[LARGE] = graphspec.read_edges(path)
    found = {
        model: [graphspec.fit(graph, model, num_moments=NUM_MOMENTS) for graph in large.values()] for model in FITTED
    }
    numbers = TalkNumbers(
        means={model: tuple(mean for mean, _ in pairs) for model, pairs in small.items()},
        errors={model: tuple(error for _, error in pairs) for model, pairs in small.items()},
        networks=tuple(large),
        divergences={model: tuple(item.symmetric_kl for item in fits) for model, fits in found.items()},
        own={model: tuple(item.noise_floor for item in fits) for model, fits in found.items()},
    )
    if folder is not None:
        draw(numbers, folder)
    return numbers


def fits_of(model: str, nodes: int) -> tuple[float, float]:
    """Return the mean fitted parameter of a few graphs, and the mean standard error."""
    key, results = FITTED[model], []
    values = {key: TRUE[model](nodes), **({"k": 10} if model == "ws" else {})}
    for seed in range(NUM_GRAPHS):
        graph = graphspec.generate(model, nodes, 100 + seed, **values)
        item = graphspec.fit(graph, model, num_references=NUM_REFERENCES)
        results.append((item.parameters[key], item.standard_error[key]))
    mean, error = np.mean(results, axis=0)
    return float(mean), float(error)


def report(numbers: TalkNumbers) -> str:
    rows = [
        (f"{model} {key}", nodes, numbers.means[model][index], numbers.errors[model][index], talk)
        for model, key in FITTED.items()
        for index, (nodes, talk) in enumerate(zip(SIZES, TALK_PARAMETERS[model], strict=True))
    ]
    first = table(("parameter", "vertices", f"mean of {NUM_GRAPHS} fits", "+- of one", "the talk"), rows, digits=4)
    rows = [
        (network, model, numbers.divergences[model][index], numbers.own[model][index], TALK_DIVERGENCES[model][index])
        for index, network in enumerate(numbers.networks)
        for model in FITTED
    ]
    columns = ("network", "model", "symmetric KL", "its own graphs", "the talk, its network")
    return f"{first}\n\n{NUM_MOMENTS} moments\n{table(columns, rows, digits=3)}"


def draw(numbers: TalkNumbers, folder: Path) -> None:
    picture, panels = figure(len(FITTED), "Parameters fitted to spectra of small graphs")
    for axes, (model, key) in zip(panels, FITTED.items(), strict=True):
        truth = np.array([TRUE[model](nodes) for nodes in SIZES])
        means, errors = np.array(numbers.means[model]), np.array(numbers.errors[model])
        axes.axhline(0, color="grey", linewidth=1)
        axes.errorbar(SIZES, means / truth - 1, errors / truth, fmt="o", capsize=4, label="mean, and error of one fit")
        axes.plot(SIZES, np.array(TALK_PARAMETERS[model]) / truth - 1, "s", label="the talk")
        axes.set_title(f"{model} {key}")
        axes.set_xticks(SIZES)
        axes.set_xlabel("vertices")
    panels[0].set_ylabel("relative error of the parameter")
    panels[0].legend(frameon=False)
    save(picture, folder, "talk_tables")


if __name__ == "__main__":
    run(main, report, __doc__)
