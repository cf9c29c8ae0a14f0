"""Names of random-graph models as options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphspec.models import Model, full_name, model_names


@dataclass(frozen=True)
class ModelName:
    """The name of a random-graph model, including those of plugins, or the model itself."""

    def accepts(self, value: Any) -> bool:
        """Return whether a value is a model or the name of one."""
        return isinstance(value, Model) or (isinstance(value, str) and full_name(value) in model_names())

    def parse(self, text: str) -> str:
        """Return the full name."""
        return full_name(text)

    def wrong_values(self) -> tuple[Any, ...]:
        """Return values that are not names of models."""
        return ("lattice", 3)

    def __str__(self) -> str:
        return f"one of {', '.join(model_names())}"


@dataclass(frozen=True)
class ModelNames:
    """Names of different random-graph models."""

    def accepts(self, value: Any) -> bool:
        """Return whether all names are those of models, without repetition."""
        if not isinstance(value, (tuple, list)) or not value:
            return False
        return all(ModelName().accepts(name) for name in value) and len(set(map(full_name, value))) == len(value)

    def parse(self, text: str) -> tuple[str, ...]:
        """Return the names of a text such as ``er,ws,ba``."""
        return tuple(full_name(part.strip()) for part in text.split(",") if part.strip())

    def wrong_values(self) -> tuple[Any, ...]:
        """Return values that are not lists of different names of models."""
        return ((), ("er", "er"), ("lattice",), "er")

    def __str__(self) -> str:
        return f"a list of different models, of {', '.join(model_names())}"
