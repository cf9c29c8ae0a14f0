"""A plan on a cluster that Dask fills with jobs of Slurm: ``pip install 'graphspec[dask]' dask-jobqueue``.

The workers of 10 jobs take the datasets of a plan one by one; a worker that dies is replaced. The folder of results,
and the files of the plan, lie on a disk that all nodes share.
"""

from __future__ import annotations

import subprocess
import sys


def main(plan: str, results: str) -> int:
    """Start jobs, and run a plan on them."""
    from dask_jobqueue import SLURMCluster

    with SLURMCluster(cores=4, processes=1, memory="8GB", walltime="04:00:00") as cluster:
        cluster.scale(jobs=10)
        command = ["graphspec", "batch", plan, "-o", results, "--scheduler", cluster.scheduler_address]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
