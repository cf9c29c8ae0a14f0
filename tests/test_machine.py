"""Resources of the machine: processors that affinity and cgroups allow, and memory."""

import os
import subprocess
import sys

import pytest

from graphspec import machine


def groups(folder, lines, files):
    """Write a tree of cgroups and the file that names those of the process."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "own").write_text("".join(f"{line}\n" for line in lines))
    return machine.cgroup_quota(folder, folder / "own")


@pytest.mark.parametrize(
    ("lines", "files", "quota"),
    [
        (["0::/"], {}, None),
        (["0::/job"], {"job/cpu.max": "max 100000\n"}, None),
        (["0::/job"], {"job/cpu.max": "150000 100000\n"}, 1.5),
        (["0::/job/step"], {"job/cpu.max": "400000 100000\n", "job/step/cpu.max": "max 100000\n"}, 4.0),
        (["0::/job/step"], {"job/cpu.max": "400000 100000\n", "job/step/cpu.max": "100000 100000\n"}, 1.0),
        (["0::/../elsewhere"], {"cpu.max": "200000 100000\n"}, 2.0),
        (
            ["5:memory:/x", "4:cpu,cpuacct:/x"],
            {"cpu,cpuacct/x/cpu.cfs_quota_us": "300000\n", "cpu,cpuacct/x/cpu.cfs_period_us": "100000\n"},
            3.0,
        ),
        (["4:cpu:/x"], {"cpu/x/cpu.cfs_quota_us": "-1\n", "cpu/x/cpu.cfs_period_us": "100000\n"}, None),
        (["0::/job", "nonsense"], {"job/cpu.max": "garbage\n"}, None),
    ],
)
def test_quotas_of_cgroups(lines, files, quota, tmp_path):
    assert groups(tmp_path, lines, files) == quota


def test_where_there_are_no_cgroups(tmp_path):
    assert machine.cgroup_quota(tmp_path, tmp_path / "none") is None


@pytest.mark.parametrize(("quota", "threads"), [(None, 4), (0.5, 1), (1.5, 2), (3.0, 3), (64.0, 4)])
def test_threads_are_what_both_allow(quota, threads, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(machine, "cgroup_quota", lambda: quota)
    assert machine.available_threads() == threads


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity of processes")
def test_a_process_uses_the_processors_that_it_was_given():
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
    code += "from graphspec.machine import available_threads; print(available_threads())"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "1\n"


@pytest.mark.parametrize(
    ("lines", "files", "expected"),
    [
        (["0::/"], {"meminfo": "MemTotal: 9 kB\nMemAvailable:    5 kB\n"}, 5120),
        (
            ["0::/job"],
            {
                "meminfo": "MemAvailable: 9000 kB\n",
                "job/memory.max": "5000\n",
                "job/memory.current": "4000\n",
                "job/memory.stat": "anon 7\ninactive_file 500\n",
                "memory.max": "max\n",
                "memory.current": "7\n",
            },
            1500,
        ),
        (
            ["9:memory:/x"],
            {
                "meminfo": "MemAvailable: 9000 kB\n",
                "memory/x/memory.limit_in_bytes": "5000\n",
                "memory/x/memory.usage_in_bytes": "6000\n",
                "memory/x/memory.stat": "inactive_file 0\n",
                "memory/memory.limit_in_bytes": "9223372036854771712\n",
                "memory/memory.usage_in_bytes": "9\n",
            },
            0,
        ),
        (
            ["0::/job"],
            {"meminfo": "MemAvailable: 1 kB\n", "job/memory.max": "garbage", "job/memory.current": "1"},
            1024,
        ),
    ],
)
def test_memory_that_is_available(lines, files, expected, tmp_path):
    groups(tmp_path, lines, files)
    assert machine.available_bytes(tmp_path, tmp_path / "own", tmp_path / "meminfo") == expected


def test_memory_where_the_system_tells_the_whole(tmp_path, monkeypatch):
    none = tmp_path / "none"
    if hasattr(os, "sysconf"):
        assert machine.available_bytes(tmp_path, none, none) == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    monkeypatch.setattr(os, "sysconf_names", {}, raising=False)
    assert machine.available_bytes(tmp_path, none, none) is None
