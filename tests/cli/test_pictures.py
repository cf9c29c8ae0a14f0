"""``--plot`` with files and folders, and ``--debug``."""

import re

import pytest

from graphspec.cli import run

FOLDER = "does not end in .png, .svg, .pdf, and is no folder"


@pytest.fixture
def call(capfd, tmp_path, monkeypatch):
    """Run the command line in an empty folder and return exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def calling(*arguments):
        code = run(list(arguments))
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return calling


@pytest.mark.parametrize("name", ["picture", "picture.jpg", "picture.png.gz", "folder.d"])
def test_a_name_that_is_neither_a_folder_nor_a_picture_is_wrong_usage(call, tmp_path, name):
    code, out, err = call("spectrum", "karate", "--plot", name)
    assert (code, out) == (2, "")
    assert f"{name!r} {FOLDER}" in err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_may_be_called_anything(call, tmp_path):
    (tmp_path / "folder.d").mkdir()
    code, _, err = call("spectrum", "karate", "--plot", "folder.d")
    assert (code, err) == (0, "")
    assert (tmp_path / "folder.d/karate.png").read_bytes().startswith(b"\x89PNG")


def test_a_missing_folder_is_told_before_any_work(call):
    code, out, err = call("spectrum", "karate", "les-miserables", "--plot", "pictures/")
    assert (code, out) == (1, "")
    assert err == "graphspec: error: pictures/: the folder does not exist: make it first\n"


def test_several_inputs_need_a_folder(call):
    code, out, err = call("spectrum", "karate", "les-miserables", "--plot", "a.png")
    assert (code, out) == (2, "")
    assert "--plot of 2 inputs takes a folder: name one in place of a.png" in err


def test_inputs_of_one_name_in_two_folders_have_two_pictures(call, tmp_path):
    for folder in ("a", "b", "pictures"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "ring.txt").write_text("1 2\n2 3\n3 4\n4 1\n")
    assert call("spectrum", "a/ring.txt", "b/ring.txt", "--plot", "pictures")[0] == 0
    assert sorted(path.name for path in (tmp_path / "pictures").glob("*.png")) == ["a-ring.txt.png", "b-ring.txt.png"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("spectrum", "karate", "missing.txt"),  # reported while the others are done
        ("merge", "missing.npz", "-o", "all.npz"),  # ends the command
        ("spectrum", "karate", "--plot", "missing/"),
    ],
)
def test_debug_shows_the_traceback_and_nothing_else_does(call, arguments):
    code, _, message = call(*arguments)
    assert code == 1
    assert re.fullmatch(r"graphspec: error: .*missing.*\n", message)
    code, _, err = call("--debug", *arguments)
    assert code == 1
    assert err.startswith("Traceback (most recent call last):\n")
    assert err.endswith(message)
    assert re.search(r"graphspec\.errors\.\w+Error: missing", err)
