"""Compression: detected from the content, chosen by the suffix."""

import hashlib
import io
import sys

import pytest
from edgelists import PACKERS, TRIANGLE, read

from graphspec.errors import InputError
from graphspec.graphs.graph import Graph
from graphspec.readwrite.edgelist import read_edges, write_edges


@pytest.mark.parametrize("pack", [bytes, *PACKERS.values()])
def test_standard_input_is_detected_by_content(monkeypatch, pack):
    stored = pack(TRIANGLE.encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stored)))
    graph = read_edges("-")
    assert graph.name == "-"
    assert graph.num_edges == 3
    assert graph.sha256 == hashlib.sha256(stored).hexdigest()


@pytest.mark.parametrize("kind", PACKERS)
def test_compression_is_detected_by_content_whatever_the_suffix(tmp_path, kind):
    stored = PACKERS[kind](TRIANGLE.encode())
    path = tmp_path / "toy.txt"
    path.write_bytes(stored)
    graph = read_edges(path)
    assert graph.num_edges == 3
    assert graph.sha256 == hashlib.sha256(stored).hexdigest()


@pytest.mark.parametrize("kind", PACKERS)
def test_compressed_members_may_follow_each_other(kind):
    assert read(PACKERS[kind](b"0 1\n") + PACKERS[kind](b"1 2\n")).num_edges == 2


@pytest.mark.parametrize("kind", PACKERS)
def test_truncated_compression(kind):
    stored = PACKERS[kind]("".join(f"{i} {i * i}\n" for i in range(2000)).encode())
    with pytest.raises(InputError, match=r"^toy: the \w+ data is truncated$"):
        read(stored[: len(stored) // 2], name="toy")


@pytest.mark.parametrize("kind", PACKERS)
def test_damaged_compression(kind):
    stored = bytearray(PACKERS[kind]("".join(f"{i} {i * i}\n" for i in range(2000)).encode()))
    middle = len(stored) // 2
    stored[middle : middle + 40] = bytes(255 - byte for byte in stored[middle : middle + 40])
    with pytest.raises(InputError, match=r"is (damaged|truncated)"):
        read(bytes(stored))


@pytest.mark.parametrize(
    ("suffix", "magic"), [("gz", b"\x1f\x8b"), ("bz2", b"BZh"), ("xz", b"\xfd7z"), ("zst", b"(\xb5")]
)
def test_compression_by_suffix_gives_equal_bytes(tmp_path, suffix, magic):
    graph = Graph.from_edges([0, 1], [1, 2], num_nodes=5)
    for name in ("a", "other"):
        write_edges(graph, tmp_path / f"{name}.txt.{suffix}")
    stored = (tmp_path / f"a.txt.{suffix}").read_bytes()
    assert stored.startswith(magic)
    assert stored == (tmp_path / f"other.txt.{suffix}").read_bytes()
    if suffix == "gz":
        assert stored[3:8] == bytes(5)  # neither a name nor a time
    assert read(stored).fingerprint == graph.fingerprint
