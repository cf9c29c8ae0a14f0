"""A Dask scheduler with workers on loopback, each in a process of its own."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager


@contextmanager
def local_workers(folder, count=2):
    """Start a scheduler and workers of one thread; yield the address and the processes of the workers."""
    file, log = folder / "scheduler.json", (folder / "log").open("w")

    def start(program, *arguments):
        command = [sys.executable, "-m", f"distributed.cli.dask_{program}", "--no-dashboard", *map(str, arguments)]
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=os.environ)

    options = ("--scheduler-file", file, "--nthreads", 1, "--no-nanny", "--death-timeout", 60)
    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", 0, "--scheduler-file", file)
    workers = [start("worker", *options) for _ in range(count)]
    try:
        deadline = time.monotonic() + 60
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        from distributed import Client

        with Client(scheduler_file=str(file), set_as_default=False) as client:
            client.wait_for_workers(count, timeout=60)
            address = client.scheduler.address
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            process.terminate()
        for process in (*workers, scheduler):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        log.close()
