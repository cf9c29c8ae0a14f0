"""Folders of results, as a batch writes them, made of records that need no graph."""

import copy
import json

import numpy as np

START = {"schema": "graphspec/1", "version": "0.1.0"}


def record(command, result, name="edges/karate.txt", nodes=34, edges=78, components=1, **parameters):
    """Return the record of a command."""
    source = {"name": name, "sha256": None, "num_nodes": nodes, "num_edges": edges, "num_components": components}
    given = {"num_moments": 100, "num_probes": 16, "operator": "normalized", "confidence": 0.95, **parameters}
    return {**START, "command": command, "input": source, "parameters": given, "result": result}


def spectrum(centre=1.0, nodes=34, atoms=((0.0, 1, "components"),), points=401, converged=True, **given):
    """Return the record of a spectrum that is a semicircle with ripples, and some atoms."""
    x = np.linspace(0, 2, points)
    density = np.sqrt(np.maximum(0, 1 - ((x - centre) / 0.7) ** 2)) * (1 + 0.1 * np.sin(40 * x))
    density /= np.trapezoid(density, x)
    count = np.cumsum(density) / density.sum() * (nodes - sum(atom[1] for atom in atoms))
    for eigenvalue, multiplicity, _ in atoms:
        count = count + multiplicity * (x >= eigenvalue)
    grid = {"eigenvalue": x, "density": density, "count": count}
    grid |= {"density_low": 0.9 * density, "density_high": 1.1 * density, "count_low": count, "count_high": count}
    result = {
        "method": "maxent",
        "atoms": [dict(zip(("eigenvalue", "multiplicity", "source"), atom, strict=True)) for atom in atoms],
        "grid": {key: values.tolist() for key, values in grid.items()},
        "solver": {"converged": converged, "residual": 1e-10},
    }
    return record("spectrum", result, nodes=nodes, **given)


def gap(low=0.1, high=0.4, significant=True, trivial=False, excluded=None, score=8.0):
    """Return a candidate for the gap."""
    return {
        "gap_low": low,
        "gap_high": high,
        "score": score,
        "significant": significant,
        "trivial": trivial,
        "excluded": excluded,
    }


def detectable(kind="groups", count=(4.3, 2.6, 6.2), confirmed=5, low=None, high=None, p_value=0.001, levels=None):
    """Return a count of communities; `count` is an estimate with its interval."""
    exact = None
    if confirmed is not None:
        ends = {"count_low": confirmed if low is None else low, "count_high": confirmed if high is None else high}
        exact = {"count": confirmed, **ends, "p_value": p_value}
    names = ("count", "count_low", "count_high")
    found = {} if levels is None else {"levels": [{"count": each, "gap": 4.0} for each in levels]}
    return {
        "kind": kind,
        "r": 4.6,
        "confirmed": exact,
        **found,
        **dict(zip(names, count or (None, None, None), strict=True)),
    }


def clusters(
    communities="groups", count=None, confirmed=None, candidates=(), rule="eigengap", significant=None, **given
):
    """Return the record of a count of clusters; `count` is an estimate below the first candidate, with its interval."""
    first = candidates[0] if count is not None and candidates else {}
    result = dict(zip(("count", "count_low", "count_high"), count or (None, None, None), strict=True))
    result |= {"threshold": 0.25 if count else None, "gap_low": first.get("gap_low"), "gap_high": first.get("gap_high")}
    result |= {"significant": count is not None if rule == "eigengap" else significant, "rule": rule}
    result |= {"candidates": list(candidates), "confirmed": None if confirmed is None else {"count": confirmed}}
    found = detectable(communities) if isinstance(communities, str) else communities
    return record("clusters", {**result, "detectable": found}, **given)


def tried(model, consistent=False, impossible=None, refuted_by=None, **parameters):
    """Return a model of a classification."""
    return {
        "model": model,
        "parameters": parameters,
        "symmetric_kl": 0.3,
        "noise_floor": 0.02,
        "consistent": consistent,
        "refuted_by": refuted_by,
        "impossible": impossible,
    }


def classify(best="er", ranking=None, **given):
    """Return the record of a classification."""
    models = [tried("er", consistent=True, p=0.0267), tried("ba", impossible="no m gives 78 edges", m=3)]
    return record("classify", {"best": best, "ranking": models if ranking is None else ranking}, **given)


def compare(names, value=None, floor=0.01):
    """Return the record of a comparison; by default of spectra on a line."""
    size = len(names)
    if value is None:
        value = 0.1 * np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    off = 1 - np.eye(size)
    result = {"inputs": list(names), "symmetric_kl": np.asarray(value).tolist()}
    result |= {"sem": (0.002 * off).tolist(), "noise_floor": (floor * off).tolist()}
    inputs = [{"name": name, "num_nodes": 10, "num_edges": 20, "num_components": 1} for name in names]
    return {**START, "command": "compare", "inputs": inputs, "parameters": {"series": False}, "result": result}


def failure(dataset="broken", command="clusters", error="broken.txt: line 17: expected two ids", **parameters):
    """Return the note on a task that failed."""
    return {"command": command, "dataset": dataset, "inputs": [], "parameters": parameters, "error": error}


def write(folder, records):
    """Write records into a folder, by their paths in it; other contents are written as they are."""
    for path, content in records.items():
        target = folder / f"{path}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content if isinstance(content, str) else json.dumps(content) + "\n")
    return folder


def small_folder(folder):
    """Write a folder with an answer of every kind."""
    roads = {"name": "edges/roads.txt", "nodes": 1000, "edges": 1400, "components": 2}
    return write(
        folder,
        {
            "spectrum/karate": spectrum(),
            "clusters/karate": clusters(count=(4.4, 3.1, 5.7), confirmed=5, candidates=[gap()]),
            "classify/karate": classify(),
            "info/karate": record("info", {"degree_max": 17, "weight_max": None}),
            "spectrum/roads": spectrum(**roads),
            "clusters/roads": clusters("scales", **roads),
            "classify/roads": classify(None, [tried("er"), tried("ba", refuted_by="er")], **roads),
            "compare/all": compare(["edges/karate.txt", "edges/roads.txt"]),
            "failed/clusters/broken": failure(),
        },
    )


def large_folder(folder, size=200):
    """Write a folder of many datasets with three results each, and their comparison."""
    records = {}
    spectra = [spectrum(centre=centre, points=2001) for centre in np.linspace(0.8, 1.2, 7)]
    for number in range(size):
        name, nodes = f"net-{number}", 100 + (number * 37) % 1000
        given = {"name": f"edges/{name}.txt", "nodes": nodes, "edges": 3 * nodes}
        one = copy.copy(spectra[number % 7])
        one["input"] = record("spectrum", {}, **given)["input"]
        records[f"spectrum/{name}"] = one
        records[f"clusters/{name}"] = clusters(("groups", "scales", "none")[number % 3], **given)
        records[f"classify/{name}"] = classify() if number % 4 else classify(None, [tried("er")], **given)
    records["compare/all"] = compare([f"edges/net-{number}.txt" for number in range(size)])
    return write(folder, records)
