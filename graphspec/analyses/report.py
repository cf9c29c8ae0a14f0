"""Results as records, JSON lines and CSV: the only module that knows these formats."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from graphspec._typing import Record
from graphspec._version import __version__
from graphspec.clusters.counting import EigenvalueCount
from graphspec.clusters.outcomes import ClusterCount
from graphspec.comparison.classification import Classification
from graphspec.comparison.divergence import Comparison
from graphspec.comparison.fitting import Fit
from graphspec.densities.base import SpectralDensity
from graphspec.graphs.components import Components
from graphspec.graphs.graph import Graph
from graphspec.sketches.moments import Moments
from graphspec.sketches.spectral_sketch import InputSummary, SpectralSketch

SCHEMA = "graphspec/1"

_INPUT_COLUMNS = ("name", "num_nodes", "num_edges", "num_components")
_CONFIRMED = ("count", "gap_low", "gap_high", "method")
_PARAMETER_COLUMNS = ("parameter", "value", "standard_error", "baseline")


def record(command: str, source: InputSummary, parameters: Record, result: Record) -> Record:
    """Return what one input gives: what it is, everything that can change the numbers, and the numbers."""
    return {
        "schema": SCHEMA,
        "version": __version__,
        "command": command,
        "input": asdict(source),
        "parameters": parameters,
        "result": result,
    }


def record_of_many(command: str, sources: Sequence[InputSummary], parameters: Record, result: Record) -> Record:
    """Return what several inputs give together: one object with `inputs` in place of `input`."""
    return {
        "schema": SCHEMA,
        "version": __version__,
        "command": command,
        "inputs": [asdict(source) for source in sources],
        "parameters": parameters,
        "result": result,
    }


def json_line(item: Record) -> str:
    """Return a record as one line of JSON.

    Raises
    ------
    ValueError
        If a number is not finite: such a number in a result is a bug.
    """
    return json.dumps(item, allow_nan=False) + "\n"


def csv_lines(item: Record, *, header: bool) -> str:
    """Return a record as CSV, with or without the header: one row an input, or several.

    A spectrum has a row for every grid point, a fit for every parameter, and a classification for every model. Rows
    begin with name and size of the input, then come the scalars of the result in their order.
    """
    sources = item.get("inputs") or [item["input"]]
    start = {key: sources[0][key] for key in _INPUT_COLUMNS}
    result = item["result"]
    rows: Iterable[Sequence[Any]]
    if "ranking" in result:
        start |= {key: result[key] for key in ("best", "distinguishable")}
        columns = dict.fromkeys(result["ranking"][0])
        rows = [[_flat(value) for value in item.values()] for item in result["ranking"]]
    elif "parameters" in result:
        scalars = {key: value for key, value in result.items() if not isinstance(value, (list, dict))}
        start |= {"model": scalars.pop("model")}
        columns = dict.fromkeys([*_PARAMETER_COLUMNS, *scalars])
        # The configuration model has no parameter, and still a row.
        rows = [
            [name, *(result[key].get(name) for key in ("parameters", "standard_error", "baseline")), *scalars.values()]
            for name in result["parameters"] or [None]
        ]
    elif "grid" in result:
        start |= {key: value for key, value in result.items() if not isinstance(value, (list, dict))}
        columns = result["grid"]
        rows = zip(*columns.values(), strict=True)
    else:
        columns = {key: value for key, value in result.items() if not isinstance(value, (list, dict))}
        if "confirmed" in result:
            columns.pop("confirmed", None)
            found = result["confirmed"] or dict.fromkeys(_CONFIRMED)
            columns |= {f"confirmed_{key}": found[key] for key in _CONFIRMED}
        rows = [list(columns.values())]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow([*start, *columns])
    for row in rows:
        writer.writerow([*start.values(), *row])
    return text.getvalue()


def _flat(value: Any) -> Any:
    """Return named values as one field, ``k=8;p=0.1``."""
    return ";".join(f"{name}={number}" for name, number in value.items()) if isinstance(value, dict) else value


def info_result(graph: Graph, components: Components) -> Record:
    """Return the statistics that ``graphspec info`` reports of a graph."""
    neighbours = graph.num_neighbours
    pairs = graph.num_nodes * (graph.num_nodes - 1) / 2
    return {
        "degree_min": int(neighbours.min(initial=graph.num_nodes)) if graph.num_nodes else 0,
        "degree_mean": float(neighbours.mean()) if graph.num_nodes else 0.0,
        "degree_median": float(np.median(neighbours)) if graph.num_nodes else 0.0,
        "degree_max": int(neighbours.max(initial=0)),
        "num_bipartite": int(np.count_nonzero(components.bipartite)) if graph.num_nodes else 0,
        "largest_component": int(components.sizes.max(initial=0)),
        "density": graph.num_edges / pairs if pairs else 0.0,
    }


def sketch_result(sketch: SpectralSketch, path: str) -> Record:
    """Return what ``graphspec sketch`` and ``merge`` report."""
    return {
        "num_probes": sketch.num_probes,
        "num_steps": sketch.num_steps,
        "probe_ranges": [part._asdict() for part in sketch.probe_ranges],
        "path": path,
    }


def spectrum_result(density: SpectralDensity, moments: Moments, num_matvecs: int, grid_points: int) -> Record:
    """Return what ``graphspec spectrum`` reports: atoms, density and count on a grid, moments, and the solver."""
    points = density.grid(grid_points)
    curve, counts = density.density(points), density.count(points)
    return {
        "method": density.method,
        "num_matvecs": num_matvecs,
        "atoms": [asdict(atom) for atom in density.atoms],
        "grid": {
            "eigenvalue": points.tolist(),
            "density": curve.value.tolist(),
            "density_low": curve.low.tolist(),
            "density_high": curve.high.tolist(),
            "count": counts.value.tolist(),
            "count_low": counts.low.tolist(),
            "count_high": counts.high.tolist(),
        },
        "moments": moments.values.tolist(),
        "moment_sem": moments.sem.tolist(),
        "solver": asdict(density.solver),
    }


def clusters_result(count: ClusterCount) -> Record:
    """Return what ``graphspec clusters`` reports."""
    number, gap, confirmation = count.count, count.gap, count.confirmation
    return {
        "count": None if number is None else number.value,
        "count_low": None if number is None else number.low,
        "count_high": None if number is None else number.high,
        "threshold": count.threshold,
        "gap_low": None if gap is None else gap.gap_low,
        "gap_high": None if gap is None else gap.gap_high,
        "significant": count.significant,
        "rule": count.rule,
        "candidates": [asdict(candidate) for candidate in count.candidates],
        "confirmed": None if confirmation is None else {key: getattr(confirmation, key) for key in _CONFIRMED},
    }


def count_result(found: EigenvalueCount) -> Record:
    """Return what ``graphspec count`` reports."""
    return asdict(found)


def compare_result(found: Comparison, *, series: bool) -> Record:
    """Return what ``graphspec compare`` reports: matrices, or for a series what one input has moved to the next."""
    parts = {
        "symmetric_kl": found.symmetric_kl.value,
        "sem": found.symmetric_kl.sem,
        "noise_floor": found.symmetric_kl.noise_floor,
        "wasserstein": found.wasserstein.value,
        "kolmogorov": found.kolmogorov.value,
        "wasserstein_sem": found.wasserstein.sem,
        "wasserstein_noise_floor": found.wasserstein.noise_floor,
        "kolmogorov_sem": found.kolmogorov.sem,
        "kolmogorov_noise_floor": found.kolmogorov.noise_floor,
    }
    shown = {key: (np.diagonal(value, 1) if series else value).tolist() for key, value in parts.items()}
    return {"inputs": list(found.names), **shown, "num_zeros": list(found.num_zeros)}


def compare_csv(item: Record, *, series: bool) -> str:
    """Return a comparison as CSV: one row for every pair of inputs, or for every step of a series."""
    sources, result = item["inputs"], item["result"]
    columns = [key for key in result if key not in ("inputs", "num_zeros")]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_INPUT_COLUMNS, "other", *columns])
    for i, j in pairs_of(len(sources), series=series):
        values = [result[key][i] if series else result[key][i][j] for key in columns]
        writer.writerow([*(sources[i][key] for key in _INPUT_COLUMNS), sources[j]["name"], *values])
    return text.getvalue()


def pairs_of(count: int, *, series: bool) -> list[tuple[int, int]]:
    """Return which two of so many inputs a comparison tells of: all pairs, or the steps of a series."""
    if series:
        return [(i, i + 1) for i in range(count - 1)]
    return [(i, j) for i in range(count) for j in range(i + 1, count)]


def fit_result(found: Fit) -> Record:
    """Return what ``graphspec fit`` reports."""
    keys = ("model", "parameters", "standard_error", "symmetric_kl", "noise_floor", "baseline")
    more = ("sem", "consistent", "num_references", "reference_nodes")
    return {key: getattr(found, key) for key in (*keys, *more)}


def classify_result(found: Classification) -> Record:
    """Return what ``graphspec classify`` reports."""
    keys = ("model", "parameters", "symmetric_kl", "sem", "noise_floor")
    ranking = [
        {key: getattr(item, key) for key in keys}
        | {"consistent": found.explains(item.model), "refuted_by": found.refuted.get(item.model)}
        for item in found.ranking
    ]
    return {"best": found.best, "distinguishable": found.distinguishable, "ranking": ranking}
