import os
import re
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from scipy.io import mmwrite
from scipy.sparse import diags_array

from graphspec import write_edges
from graphspec.cli import COMMANDS
from graphspec.graphs.graph import Graph

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
SHELL = [text for language, text in BLOCKS if language == "sh"]
PYTHON = [text for language, text in BLOCKS if language == "python"]


@pytest.fixture
def folder(tmp_path):
    """A folder with the files that the README speaks of."""
    write_edges(Graph.from_networkx(nx.barabasi_albert_graph(800, 3, seed=4)), tmp_path / "edges.txt.gz")
    ones = np.ones(499)
    mmwrite(tmp_path / "matrix.mtx", diags_array([-ones, np.full(500, 2.1), -ones], offsets=[-1, 0, 1]))
    return tmp_path


def test_every_block_is_of_a_kind_that_is_executed():
    assert {language for language, _ in BLOCKS} == {"sh", "python"}
    assert len(SHELL) >= 3


@pytest.mark.slow
@pytest.mark.parametrize("text", [text for text in SHELL if "make " not in text])
def test_shell_blocks_run(text, folder):
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "rror" not in result.stderr
    named = set(re.findall(r"(?:-o|--plot|>) (\S+)", text))
    assert named <= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("text", PYTHON)
def test_python_blocks_run(text, folder):
    result = subprocess.run([sys.executable, "-c", text], cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "eigenvalues are at most 0.5" in result.stdout


def test_the_first_commands_are_targets_of_the_makefile():
    # ``make test`` runs ``make demo`` itself; here they are only looked up.
    (block,) = (text for text in SHELL if "make " in text)
    assert README.index(block) < README.index("## In a shell")
    targets = re.findall(r"^make (\w+)", block, flags=re.MULTILINE)
    assert targets == ["demo", "test"]
    for target in targets:
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


def test_pictures_and_links_exist():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("command", [name for names in COMMANDS.values() for name in names])
def test_every_command_is_mentioned(command):
    assert f"`{command}`" in README
