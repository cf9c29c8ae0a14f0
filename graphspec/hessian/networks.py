"""Small networks of the built-in problems."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import nn

Network = tuple[nn.Module, bool]
"""A network, and whether it rebuilds its input."""


def perceptron(shape: Sequence[int], classes: int) -> Network:
    """Return a multilayer perceptron with two hidden layers of 32 and 20 units, and ReLU."""
    size = _size(shape)
    layers = (nn.Flatten(), nn.Linear(size, 32), nn.ReLU(), nn.Linear(32, 20), nn.ReLU(), nn.Linear(20, classes))
    return nn.Sequential(*layers), False


def convolutional(shape: Sequence[int], classes: int, *, normalize: bool = False) -> Network:
    """Return a network of two convolutions, each with a step of two, and a linear layer.

    Parameters
    ----------
    shape
        Shape of an image: channels, height, width.
    classes
        Number of classes.
    normalize
        Whether convolutions are followed by batch normalisation.
    """
    channels, height, width = shape
    layers: list[nn.Module] = []
    for before, after in ((channels, 8), (8, 16)):
        layers.append(nn.Conv2d(before, after, 3, stride=2, padding=1))
        layers += [nn.BatchNorm2d(after)] * normalize
        layers.append(nn.ReLU())
    for _ in range(2):
        height, width = (height + 1) // 2, (width + 1) // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(16 * height * width, classes)), False


def normalized_convolutional(shape: Sequence[int], classes: int) -> Network:
    """Return the convolutional network with batch normalisation."""
    return convolutional(shape, classes, normalize=True)


def autoencoder(shape: Sequence[int], classes: int) -> Network:  # noqa: ARG001
    """Return an autoencoder of six linear layers with tanh, whose middle has 6 units."""
    size = _size(shape)
    widths = (size, 40, 20, 6, 20, 40, size)
    layers: list[nn.Module] = [nn.Flatten()]
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), nn.Tanh()]
    return nn.Sequential(*layers[:-1], nn.Sigmoid()), True


def _size(shape: Sequence[int]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


NETWORKS: dict[str, Callable[[Sequence[int], int], Network]] = {
    "mlp": perceptron,
    "cnn": convolutional,
    "cnn-bn": normalized_convolutional,
    "autoencoder": autoencoder,
}
"""Networks of the built-in problems by name: functions of the shape of an input and the number of classes."""
