"""Rows as Parquet, by the name of the output."""

import io
import sys

import pandas as pd
import pytest
from pyarrow import parquet

from graphspec.cli import run


@pytest.mark.parametrize(
    "words",
    [
        ("spectrum", "karate", "les-miserables", "--grid-points", "50"),
        ("features", "karate", "les-miserables", "--with-errors", "--times", "1,2"),
        ("info", "karate"),
        ("count", "karate", "--to", "0.5"),
        ("fit", "karate", "--model", "er"),
    ],
    ids=lambda words: words[0],
)
def test_parquet_holds_the_rows_of_csv(words, tmp_path, capfd):
    path = tmp_path / "rows.parquet"
    assert run([*words, "-o", str(path), "--quiet"]) == 0
    assert run([*words, "--format", "csv", "--quiet"]) == 0
    expected = pd.read_csv(io.StringIO(capfd.readouterr().out))
    found = parquet.read_table(path).to_pandas()
    assert found.columns.tolist() == expected.columns.tolist()
    pd.testing.assert_frame_equal(found.fillna(value=float("nan")), expected, check_dtype=False, rtol=1e-12)


def test_what_is_left_of_inputs_that_fail_is_written(tmp_path, capfd):
    path = tmp_path / "rows.parquet"
    assert run(["info", "karate", str(tmp_path / "nosuch.txt"), "-o", str(path)]) == 1
    assert parquet.read_table(path).num_rows == 1
    assert "nosuch.txt" in capfd.readouterr().err


def test_json_in_a_parquet_file_is_refused(tmp_path, capfd):
    assert run(["info", "karate", "--format", "json", "-o", str(tmp_path / "rows.parquet")]) == 2
    assert "is to hold rows: leave --format json out" in capfd.readouterr().err
    assert not (tmp_path / "rows.parquet").exists()


def test_labels_are_rows_too(tmp_path, capfd):
    text, table = tmp_path / "labels.tsv", tmp_path / "labels.parquet"
    assert (
        run(
            [
                "generate",
                "sbm",
                "--nodes",
                "200",
                "--blocks",
                "2",
                "--p-in",
                "0.3",
                "--p-out",
                "0.01",
                "-o",
                str(tmp_path / "g.txt"),
            ]
        )
        == 0
    )
    for path in (text, table):
        assert run(["clusters", str(tmp_path / "g.txt"), "--labels", str(path)]) == 0
    capfd.readouterr()
    found = parquet.read_table(table).to_pandas()
    expected = pd.read_csv(text, sep="\t", names=["vertex", "group"])
    pd.testing.assert_frame_equal(found, expected)


def test_what_has_no_rows_is_refused(tmp_path, capfd):
    path = tmp_path / "x.parquet"
    assert run(["generate", "er", "--nodes", "9", "--p", "0.5", "-o", str(path)]) == 1
    assert "edges are written as text, not as Parquet" in capfd.readouterr().err
    assert run(["datasets", "list", "-o", str(path)]) == 2
    assert "is to hold rows, and this command has none" in capfd.readouterr().err
    assert not path.exists()


def test_without_pyarrow_no_work_is_done(tmp_path, capfd, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for words in (("-o", str(tmp_path / "x.parquet")), ("--labels", str(tmp_path / "x.parquet"))):
        assert run(["clusters", "nosuch.txt", *words]) == 1
        err = capfd.readouterr().err
        assert "tables need pyarrow: pip install 'graphspec[arrow]'" in err
        assert "nosuch" not in err
