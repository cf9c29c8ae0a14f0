"""Batches: a plan of datasets and commands, done by one process, several, the shards of a job array or a Dask cluster.

:mod:`plan` reads a plan, whose commands are the :mod:`questions`; :mod:`store` knows the folder of results and what of
it is done, :mod:`work` does the tasks of one dataset, :mod:`runner` all by the executors of :mod:`engines`, and
:mod:`summary` makes tables of the results; :mod:`batches` is all of it.
"""

from graphspec.batch.batches import BatchOptions, BatchResult, run_batch
from graphspec.batch.costs import edges_of, seconds_of
from graphspec.batch.engines import dask, processes
from graphspec.batch.plan import Plan, Task, read_plan
from graphspec.batch.runner import Progress, Shard, groups_of, run_groups
from graphspec.batch.store import Store
from graphspec.batch.summary import write_summaries
from graphspec.batch.work import Group, Outcome, paths_of, run_group

__all__ = [
    "BatchOptions",
    "BatchResult",
    "Group",
    "Outcome",
    "Plan",
    "Progress",
    "Shard",
    "Store",
    "Task",
    "dask",
    "edges_of",
    "groups_of",
    "paths_of",
    "processes",
    "read_plan",
    "run_batch",
    "run_group",
    "run_groups",
    "seconds_of",
    "write_summaries",
]
