"""Saved sketches: what goes in comes out, equal sketches are equal bytes, and damage is noticed."""

import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from spectra import complete, isolated, random_graph, union, weighted_copy

import graphspec
from graphspec.errors import SketchError
from graphspec.graphs.graph import Dropped
from graphspec.operators.linear import linear_operator
from graphspec.sketches.moments import remainder_moments
from graphspec.sketches.sketchfile import _ARRAYS, DESCRIPTION, _checksum, is_sketch, load_sketch, save_sketch

GRAPH = random_graph(400, 5.0, 3)


def make_sketch(graph=GRAPH, **options):
    return graphspec.sketch(graph, **{"num_moments": 12, "num_probes": 4, **options})


SKETCHES = {
    "sampled": make_sketch(),
    "weighted": make_sketch(weighted_copy(GRAPH, 1), operator="combinatorial"),
    "regularized": make_sketch(operator="regularized", structure=False),
    "exact": make_sketch(union(complete(6), isolated(2)).graph),
    "edgeless": make_sketch(isolated(3).graph),
    "operator": make_sketch(linear_operator(sparse.diags_array(np.arange(30.0)), name="ramp")),
    "merged": graphspec.merge([make_sketch(first_probe=20), make_sketch(seed=2**64 - 1)]),
    "source": replace(
        make_sketch(),
        source=replace(make_sketch().source, name="Straße α.txt", sha256="0" * 64, dropped=Dropped(1, 2, 3, 4, 5)),
    ),
}


def saved(sketch):
    buffer = io.BytesIO()
    save_sketch(sketch, buffer)
    return buffer.getvalue()


def rewritten(content, change):
    """Return the archive with its entries {name: bytes} changed: a well-formed zip whose checks of its own pass."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def described(entries, **changes):
    entries[DESCRIPTION] = json.dumps({**json.loads(entries[DESCRIPTION]), **changes}).encode()


def without_zeros(entries):
    """Make the description of a file as it was before the number of zeros was stored."""
    description = json.loads(entries[DESCRIPTION])
    del description["num_zeros"], description["checksum"]
    arrays = {name: np.load(io.BytesIO(entries[f"{name}.npy"])) for name in _ARRAYS}
    entries[DESCRIPTION] = json.dumps({**description, "checksum": _checksum(description, arrays)}).encode()


def with_three_moments(entries):
    """Make a file as it was before exact moments of higher order than 2 were known."""
    description = json.loads(entries[DESCRIPTION])
    del description["checksum"]
    arrays = {name: np.load(io.BytesIO(entries[f"{name}.npy"])) for name in _ARRAYS}
    arrays["low_moments"] = arrays["low_moments"][:3]
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, arrays["low_moments"], allow_pickle=False)
    entries["low_moments.npy"] = buffer.getvalue()
    entries[DESCRIPTION] = json.dumps({**description, "checksum": _checksum(description, arrays)}).encode()


def flip_a_byte(entries):
    data = bytearray(entries["alpha.npy"])
    data[-3] ^= 1
    entries["alpha.npy"] = bytes(data)


def pickle_an_array(entries):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    entries["beta.npy"] = buffer.getvalue()


def cut_an_array(entries):
    entries["alpha.npy"] = entries["alpha.npy"][:-9]


@pytest.mark.parametrize("sketch", SKETCHES.values(), ids=SKETCHES.keys())
def test_round_trip(sketch, tmp_path):
    path = tmp_path / "a.npz"
    save_sketch(sketch, path)
    loaded = load_sketch(path)
    for name in ("alpha", "beta", "norm2", "low_moments"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(sketch, name))
    for name in (
        "probe_ranges",
        "operator",
        "interval",
        "dimension",
        "num_moments",
        "atoms",
        "num_zeros",
        "exact",
        "fingerprint",
        "source",
        "options",
    ):
        assert getattr(loaded, name) == getattr(sketch, name)
    assert saved(loaded) == path.read_bytes()


@pytest.mark.parametrize("name", ["sampled", "weighted", "exact", "operator", "regularized", "structured", "adjacency"])
def test_zeros_of_files_that_do_not_hold_them(name):
    graph = union(complete(6), isolated(2)).graph
    more = {
        "structured": make_sketch(graph, operator="regularized"),
        "adjacency": make_sketch(graph, operator="adjacency"),
    }
    sketch = {**SKETCHES, **more}[name]
    assert load_sketch(io.BytesIO(rewritten(saved(sketch), without_zeros))).num_zeros == sketch.num_zeros


def test_files_with_three_exact_moments_are_read_but_not_merged_with_others():
    old = load_sketch(io.BytesIO(rewritten(saved(make_sketch()), with_three_moments)))
    assert len(old.low_moments) == 3
    moments = remainder_moments(old)
    assert not moments.sem[:3].any()
    assert moments.sem[3:].all()
    np.testing.assert_array_equal(moments.values[:3], remainder_moments(make_sketch()).values[:3])
    message = "know exact moments up to order 2 and [4-8]: make them with one version of graphspec"
    with pytest.raises(SketchError, match=message):
        graphspec.merge([old, make_sketch(first_probe=4)])


def test_equal_sketches_are_equal_bytes():
    first, second = make_sketch(), make_sketch(threads=2)
    assert first is not second
    assert saved(first) == saved(second)


def test_other_sketches_are_other_bytes():
    assert len({saved(make_sketch(seed=seed)) for seed in range(3)}) == 3


def test_paths_strings_and_streams_are_the_same(tmp_path):
    path = tmp_path / "sketch.npz"
    save_sketch(SKETCHES["sampled"], str(path))
    assert path.read_bytes() == saved(SKETCHES["sampled"])
    with path.open("rb") as stream:
        assert load_sketch(stream).probe_ranges == load_sketch(str(path)).probe_ranges


def test_arrays_can_be_read_by_numpy_alone(tmp_path):
    path = tmp_path / "sketch.npz"
    save_sketch(SKETCHES["sampled"], path)
    with np.load(path) as archive:
        np.testing.assert_array_equal(archive["alpha"], SKETCHES["sampled"].alpha)


def test_loaded_sketches_merge_with_new_ones():
    loaded = load_sketch(io.BytesIO(saved(make_sketch())))
    merged = graphspec.merge([make_sketch(first_probe=4), loaded])
    assert merged.num_probes == 8


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (flip_a_byte, "the checksum of the sketch is wrong: it was damaged or edited, make it again"),
        (lambda entries: described(entries, dimension=401), "the checksum of the sketch is wrong"),
        (lambda entries: described(entries, interval=[0.0, 3.0]), "the checksum of the sketch is wrong"),
        (pickle_an_array, "beta is not a plain array .* sketches are never pickled"),
        (cut_an_array, "toy.npz: "),
        (lambda entries: entries.pop("norm2.npy"), "not a graphspec sketch: .*norm2"),
        (lambda entries: entries.pop(DESCRIPTION), "not a graphspec sketch: .*graphspec.json"),
        (
            lambda entries: described(entries, schema="graphspec-sketch/99"),
            "the sketch has the format 'graphspec-sketch/99', and this version reads 'graphspec-sketch/1'",
        ),
        (lambda entries: entries.update({DESCRIPTION: b"{"}), "the sketch is damaged"),
        (lambda entries: entries.update({DESCRIPTION: b"[]"}), "the sketch (is damaged|has the format)"),
        (lambda entries: entries.update({DESCRIPTION: b"\xff\xfe\xfd"}), "the sketch is damaged"),
    ],
    ids=[
        "flipped-byte",
        "edited-dimension",
        "edited-interval",
        "pickle",
        "short-array",
        "no-norm2",
        "no-description",
        "newer-schema",
        "broken-json",
        "not-an-object",
        "not-text",
    ],
)
def test_damaged_sketches_are_refused(change, message):
    content = rewritten(saved(SKETCHES["sampled"]), change)
    with pytest.raises(SketchError, match=f"toy.npz: .*{message}" if "toy" not in message else message):
        load_sketch(io.BytesIO(content), name="toy.npz")


@pytest.mark.parametrize("content", [b"", b"1 2\n2 3\n", saved(SKETCHES["sampled"])[:-40]])
def test_what_is_no_zip_is_refused(content):
    with pytest.raises(SketchError, match=r"toy\.npz: (not a sketch: make one|the sketch is damaged)"):
        load_sketch(io.BytesIO(content), name="toy.npz")


@pytest.mark.parametrize("mask", [1, 64, 255])
def test_no_flipped_bit_goes_unnoticed(mask):
    content = saved(SKETCHES["exact"])
    escaped = []
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= mask
        try:
            is_sketch(bytes(damaged))
            loaded = load_sketch(io.BytesIO(bytes(damaged)))
        except SketchError:
            continue
        except Exception as error:
            escaped.append((place, repr(error)))
            continue
        # Dates and attributes of a zip mean nothing: what loads is the sketch.
        assert saved(loaded) == content
    assert escaped == []


def test_no_cut_goes_unnoticed():
    content = saved(SKETCHES["exact"])
    for length in range(0, len(content), 5):
        with pytest.raises(SketchError, match=r"the sketch is damaged|not a"):
            load_sketch(io.BytesIO(content[:length]))


def test_messages_name_the_path(tmp_path):
    path = tmp_path / "broken.npz"
    path.write_bytes(b"nothing")
    with pytest.raises(SketchError, match=r"broken\.npz: not a sketch"):
        load_sketch(path)


def test_a_missing_file_is_not_called_damaged(tmp_path):
    with pytest.raises(SketchError, match=r"nowhere\.npz: cannot be read \(No such file or directory\)"):
        load_sketch(tmp_path / "nowhere.npz")


def test_is_sketch_tells_sketches_from_everything_else():
    matrix = io.BytesIO()
    sparse.save_npz(matrix, GRAPH.adjacency())
    content = saved(SKETCHES["sampled"])
    assert is_sketch(content)
    assert is_sketch(io.BytesIO(content))
    assert not is_sketch(matrix.getvalue())
    assert not is_sketch(b"1 2\n2 3\n")
    assert not is_sketch(b"")
