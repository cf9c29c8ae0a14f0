"""Record of a run: what ran where and when, with which versions, and of which plan."""

from __future__ import annotations

import hashlib
import json
import platform
import socket
from datetime import UTC, datetime
from typing import Any

import numpy as np
import scipy

from graphspec._typing import Record
from graphspec._version import __version__
from graphspec.batch.plan import Plan
from graphspec.batch.runner import Progress, Shard
from graphspec.batch.store import Store
from graphspec.files import write_atomically
from graphspec.machine import available_threads, kernel_name


def write_run(
    plan: Plan, store: Store, shard: Shard, options: Record, started: datetime, progress: Progress | None
) -> None:
    """Write ``run.json``, or that of a shard: the only file of a batch that depends on the run and not on the results.

    Parameters
    ----------
    plan, store, shard
        What runs.
    options
        Options of the run.
    started
        When the run began.
    progress
        What was done; None at the beginning.
    """
    name = "run.json" if shard.count == 1 else f"run-{shard.number}-of-{shard.count}.json"
    record: dict[str, Any] = {
        "version": __version__,
        "plan": {"path": str(plan.path), "sha256": hashlib.sha256(plan.path.read_bytes()).hexdigest()},
        "parameters": {**options, "shard": str(shard)},
        "machine": {
            "host": socket.gethostname(),
            "platform": platform.platform(),
            "threads": available_threads(),
            "kernel": kernel_name(),
        },
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__},
        "started": started.isoformat(timespec="seconds"),
        "ended": None if progress is None else datetime.now(UTC).isoformat(timespec="seconds"),
        "tasks": None
        if progress is None
        else {
            "planned": progress.planned,
            "done_before": progress.skipped,
            "done": len(progress.outcomes) - len(progress.failures),
            "failed": len(progress.failures),
        },
    }
    write_atomically(store.folder / name, (json.dumps(record, indent=1) + "\n").encode())
