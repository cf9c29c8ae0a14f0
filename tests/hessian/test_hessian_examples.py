"""The examples with networks run, draw, and print what they say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def run(name, *words, folder):
    environment = os.environ | {"MPLBACKEND": "Agg", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(ROOT / "examples" / f"{name}.py"), str(folder), *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pixels = matplotlib.image.imread(folder / f"{name}.png")[..., :3]
    assert pixels.shape[1] >= 1000
    assert 0.01 < (pixels < 0.99).any(axis=2).mean() < 0.7
    return done.stdout


def test_spectra_over_training(tmp_path):
    lines = run("hessian_spectra", folder=tmp_path).splitlines()[2:]
    rows = {(name, int(epoch)): np.array(rest, float) for name, epoch, *rest in (line.split() for line in lines)}
    assert set(rows) == {(name, epoch) for name in ("cnn", "cnn-bn") for epoch in (0, 2, 10)}
    loss, above, largest, bulk, _, _, share = rows["cnn", 10]
    assert loss < 0.3
    assert 8 <= above <= 11
    assert largest > 5 * bulk
    assert share > 0.7
    # Batch normalisation: smaller eigenvalues.
    assert rows["cnn-bn", 10][2] < largest / 3
    assert rows["cnn", 0][6] < 0.3


def test_training_curves(tmp_path):
    text = run("hessian_training", "--epochs", "6", "--seeds", "2", "--examples", "100", folder=tmp_path)
    for name in ("SGD with momentum", "reinjected gradient", "leaping SGD"):
        assert len(re.findall(rf"^ *{name} ", text, re.MULTILINE)) == 1
        tried = re.search(rf"^{name}: tried (.*)$", text, re.MULTILINE)[1]
        assert tried.count("(") == 8
    assert "loss after" in text
    assert "inf" not in text
