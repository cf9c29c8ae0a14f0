"""Summaries of a batch: one CSV for each command, and a list of all results and failures.

They are made of the results alone, in the order of the plan, and so do not depend on how many runs made these.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from graphspec._typing import Record
from graphspec.batch.plan import Plan, Task
from graphspec.batch.store import Store
from graphspec.files import write_atomically
from graphspec.output import csv_text, record_of

_WITHIN = object()

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def write_summaries(plan: Plan, store: Store) -> Record:
    """Write ``<command>.csv`` for every command with results, and ``summary.json``.

    Parameters
    ----------
    plan
        The plan, whose order the rows have.
    store
        Folder of results.

    Returns
    -------
    dict
        The content of ``summary.json``.
    """
    by_command = sorted(plan.tasks, key=lambda task: task.question.name)  # the sort keeps the order of the plan
    for command, tasks in groupby(by_command, key=lambda task: task.question.name):
        rows = [row for task in tasks if store.result(task).is_file() for row in _rows(task, store.result(task))]
        path = store.folder / f"{command}.csv"
        if rows:
            within = {key for row in rows for key, value in row.items() if value is _WITHIN}
            columns = [key for key in dict.fromkeys(key for row in rows for key in row) if key not in within]
            text = csv_text(columns, [[row.get(key) for key in columns] for row in rows])
            write_atomically(path, text.encode())
        else:
            path.unlink(missing_ok=True)
    summary = record_of("batch", {"plan": plan.path.name}, {}, _listing(plan, store))
    write_atomically(store.folder / "summary.json", (json.dumps(summary, indent=1) + "\n").encode())
    return summary


def _listing(plan: Plan, store: Store) -> Record:
    """Return all results with their checksums, and all failures."""
    results, failures = [], []
    for task in plan.tasks:
        described = {"command": task.question.name, "dataset": task.name, "parameters": dict(task.given)}
        path = store.result(task)
        if path.is_file():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            results.append({**described, "path": task.path, "sha256": digest})
        elif store.failure(task).is_file():
            note = json.loads(store.failure(task).read_bytes())
            failures.append({**described, "inputs": note["inputs"], "error": note["error"]})
    missing = len(plan.tasks) - len(results) - len(failures)
    return {"num_tasks": len(plan.tasks), "num_missing": missing, "results": results, "failures": failures}


def _rows(task: Task, path: Path) -> Iterator[Record]:
    """Yield the rows of a result: one, or one for every pair of a comparison."""
    record = json.loads(path.read_bytes())
    # Parameters of the plan follow the columns of the input, where an option tells results apart.
    given = {key: _plain(value) for key, value in task.given.items()}
    if task.question.joint:
        yield from _pairs(record, given)
        return
    source = record["input"]
    start = {key: source[key] for key in ("name", "num_nodes", "num_edges", "num_components")}
    start |= {"dataset": task.name, **given}
    result = record["result"]
    more = _of_curve(result["grid"]) if task.question.name == "spectrum" else {}
    yield {**start, **_flat(result), **more}


def _pairs(record: Record, given: Record) -> Iterator[Record]:
    """Yield a row for every pair of a comparison, or for every step of a series."""
    result, names = record["result"], [source["name"] for source in record["inputs"]]
    keys = [key for key, value in result.items() if isinstance(value, list) and key not in ("inputs", "num_zeros")]
    series = record["parameters"]["series"]
    pairs = [(i, j) for i in range(len(names)) for j in range(i + 1, len(names)) if not series or j == i + 1]
    for i, j in pairs:
        yield {"name": names[i], "other": names[j], **given} | {
            key: result[key][i] if series else result[key][i][j] for key in keys
        }


def _flat(values: Mapping[str, Any], prefix: str = "") -> Record:
    """Return scalars, also those of records within, by names that are joined by underscores; lists are left out.

    A record within is marked: where another result has none, its name is no column.
    """
    result: Record = {}
    for key, value in values.items():
        if isinstance(value, dict):
            result[prefix + key] = _WITHIN
            result |= _flat(value, f"{prefix}{key}_")
        elif not isinstance(value, list):
            result[prefix + key] = value
    return result


def _of_curve(grid: Mapping[str, Sequence[float]]) -> Record:
    """Return quantiles of the eigenvalues from the counts on the grid of a spectrum."""
    counts = np.maximum.accumulate(np.array(grid["count"]))
    wanted = np.array(QUANTILES) * counts[-1]
    # An atom makes a step in the counts: the first point that reaches a share is its quantile.
    found = np.array(grid["eigenvalue"])[np.minimum(np.searchsorted(counts, wanted), len(counts) - 1)]
    return {f"quantile_{share:g}": float(value) for share, value in zip(QUANTILES, found, strict=True)}


def _plain(value: Any) -> Any:
    return ",".join(map(str, value)) if isinstance(value, list) else value
