"""Sketches on disk: an .npz of plain arrays, a JSON description, and a checksum over both."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from graphspec._version import __version__
from graphspec.errors import SketchError
from graphspec.exact import Atom
from graphspec.files import write_atomically
from graphspec.graphs import Dropped
from graphspec.operators import Interval, is_laplacian
from graphspec.sketches.probes import ProbeRange
from graphspec.sketches.spectral_sketch import InputSummary, SpectralSketch

DESCRIPTION = "graphspec.json"
"""Name of the entry that distinguishes a sketch from other .npz files."""

_SCHEMA = "graphspec-sketch/1"
# What reading a damaged zip archive can raise: flags of entries may ask for passwords and unknown compressions.
_DAMAGE = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, NotImplementedError, RuntimeError)
_ARRAYS = ("alpha", "beta", "norm2", "low_moments")


def save_sketch(sketch: SpectralSketch, file: str | Path | BinaryIO) -> None:
    """Write a sketch; equal sketches give equal bytes.

    Parameters
    ----------
    sketch
        The sketch.
    file
        Path or binary file object.
    """
    arrays = {name: np.ascontiguousarray(getattr(sketch, name), dtype="<f8") for name in _ARRAYS}
    description = {
        "schema": _SCHEMA,
        "version": __version__,
        "operator": sketch.operator,
        "interval": list(sketch.interval),
        "dimension": sketch.dimension,
        "num_moments": sketch.num_moments,
        "exact": sketch.exact,
        "fingerprint": sketch.fingerprint,
        "probe_ranges": [list(part) for part in sketch.probe_ranges],
        "atoms": [asdict(atom) for atom in sketch.atoms],
        "num_zeros": sketch.num_zeros,
        "source": asdict(sketch.source),
        "options": sketch.options,
        "facts": sketch.facts,
    }
    description["checksum"] = _checksum(description, arrays)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(DESCRIPTION), json.dumps(description, indent=1))
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, allow_pickle=False)
            archive.writestr(_entry(f"{name}.npy"), buffer.getvalue())
    if isinstance(file, (str, Path)):
        write_atomically(file, content.getvalue())
    else:
        file.write(content.getvalue())


def load_sketch(file: str | Path | BinaryIO, *, name: str | None = None) -> SpectralSketch:
    """Read a sketch.

    Parameters
    ----------
    file
        Path or binary file object.
    name
        Name in messages; by default the path.

    Raises
    ------
    SketchError
        If the file is not a sketch, is damaged, holds pickled objects, or has a newer format.
    """
    label = name or (str(file) if isinstance(file, (str, Path)) else "sketch")
    try:
        content = Path(file).read_bytes() if isinstance(file, (str, Path)) else file.read()
    except OSError as error:
        raise SketchError(f"{label}: cannot be read ({error.strerror or error})") from error
    if not content.startswith(b"PK"):
        raise SketchError(f"{label}: not a sketch: make one with graphspec sketch")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            description = json.loads(archive.read(DESCRIPTION))
            arrays = {part: _read_array(archive, part, label) for part in _ARRAYS}
    except KeyError as error:
        raise SketchError(f"{label}: not a graphspec sketch: {error.args[0]}") from error
    except _DAMAGE as error:
        raise SketchError(f"{label}: the sketch is damaged ({error}): make it again") from error
    if not isinstance(description, dict):
        raise SketchError(f"{label}: the sketch is damaged (its description is no object): make it again")
    if description.get("schema") != _SCHEMA:
        actual = description.get("schema")
        raise SketchError(f"{label}: the sketch has the format {actual!r}, and this version reads {_SCHEMA!r}")
    expected = description.pop("checksum", None)
    if expected != _checksum(description, arrays):
        raise SketchError(f"{label}: the checksum of the sketch is wrong: it was damaged or edited, make it again")
    try:
        return _build(description, arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise SketchError(f"{label}: the sketch comes from another version of graphspec: make it again") from error


def is_sketch(content: bytes | BinaryIO) -> bool:
    """Return whether the content of a file is a saved sketch."""
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    try:
        with zipfile.ZipFile(stream) as archive:
            return DESCRIPTION in archive.namelist()
    except _DAMAGE:
        return False


def _entry(name: str) -> zipfile.ZipInfo:
    # A fixed date, so that equal sketches give equal bytes.
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _read_array(archive: zipfile.ZipFile, name: str, label: str) -> NDArray[np.float64]:
    with archive.open(f"{name}.npy") as stream:
        try:
            array = np.lib.format.read_array(stream, allow_pickle=False)
        except ValueError as error:
            raise SketchError(f"{label}: {name} is not a plain array ({error}): sketches are never pickled") from error
    return np.asarray(array, dtype=np.float64)


def _checksum(description: dict[str, Any], arrays: dict[str, NDArray[np.float64]]) -> str:
    digest = hashlib.sha256(json.dumps(description, sort_keys=True).encode())
    for name in _ARRAYS:
        digest.update(f"{name}{arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name], dtype="<f8").tobytes())
    return digest.hexdigest()


def _build(description: dict[str, Any], arrays: dict[str, NDArray[np.float64]]) -> SpectralSketch:
    source = dict(description["source"])
    source["dropped"] = Dropped(**source["dropped"])
    low, high = description["interval"]
    return SpectralSketch(
        **arrays,
        probe_ranges=tuple(ProbeRange(*part) for part in description["probe_ranges"]),
        operator=description["operator"],
        interval=Interval(low, high),
        dimension=description["dimension"],
        num_moments=description["num_moments"],
        atoms=tuple(Atom(**atom) for atom in description["atoms"]),
        num_zeros=_num_zeros(description),
        exact=description["exact"],
        fingerprint=description["fingerprint"],
        source=InputSummary(**source),
        options=description["options"],
        # Files from before these were stored hold none.
        facts=description.get("facts", {}),
    )


def _num_zeros(description: dict[str, Any]) -> int:
    """Return the number of zeros of components; files that do not hold it are from before it was stored."""
    if "num_zeros" in description:
        return int(description["num_zeros"])
    count = description["source"]["num_components"]
    if count is not None and is_laplacian(description["operator"]):
        return int(count)
    low = description["interval"][0]
    return sum(atom["multiplicity"] for atom in description["atoms"] if atom["eigenvalue"] <= low)
