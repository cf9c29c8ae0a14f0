"""Datasets of the catalogue as records and tables: what there is, and what is on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from graphspec._typing import Record
from graphspec.catalogue import Dataset, Status, Verification, cache_folder, locate
from graphspec.output import make_table

_VERDICTS = {
    Status.CHECKSUM: "checksum agrees",
    Status.SIZES: "sizes agree",
    Status.UNKNOWN: "nothing to compare",
    Status.MISSING: "missing",
    Status.DIFFERENT: "differs",
}

COLUMNS = ("name", "kind", "nodes", "edges", "directed", "state", "description")


@dataclass(frozen=True)
class DatasetReport:
    """A dataset with the place of its file.

    Attributes
    ----------
    dataset
        The dataset.
    path
        Path of its file on this machine, or None.
    """

    dataset: Dataset
    path: Path | None

    @classmethod
    def of(cls, dataset: Dataset) -> DatasetReport:
        """Return the report of a dataset."""
        return cls(dataset, locate(dataset))

    @property
    def state(self) -> str:
        """Where the file is: ``shipped``, ``local``, ``cached``, or ``remote``."""
        if self.dataset.entry.shipped is not None:
            return "shipped"
        if self.path is None:
            return "remote"
        return "cached" if self.path.is_relative_to(cache_folder()) else "local"

    def record(self) -> Record:
        """Return all that the catalogue says, and where the file is."""
        entry = self.dataset.entry
        told = {key: value for key, value in msgspec.to_builtins(entry).items() if key != "labels"}
        path = None if self.path is None else str(self.path)
        return {"name": self.dataset.name, "state": self.state, **told, "path": path}

    def row(self) -> list[Any]:
        """Return a row of the list: measured sizes, or else those of the published page."""
        entry = self.dataset.entry
        sizes = entry.graph or entry.published
        numbers = [None, None, None] if sizes is None else [sizes.nodes, sizes.edges, sizes.directed]
        return [self.dataset.name, entry.kind, *numbers, self.state, entry.description]

    def table(self) -> RenderableType:
        """Return all that the catalogue says as a table of two columns."""
        facts: dict[str, Any] = {}
        for key, value in self.record().items():
            if key in ("published", "graph") and value is not None:
                kind = "directed edges" if value["directed"] else "edges"
                facts[f"{key} size"] = f"{value['nodes']:,} vertices, {value['edges']:,} {kind}"
            elif key == "files":
                facts["files"] = ", ".join(each["file"] for each in value) or None
            elif key == "reading":
                facts["reading"] = ", ".join(f"{name} = {each}" for name, each in value.items()) or None
            elif key == "aliases":
                facts["other names"] = ", ".join(value) or None
            else:
                facts[key] = value
        table = Table(show_header=False)
        for key, value in facts.items():
            if value not in (None, ""):
                table.add_row(key, Text(str(value)))
        return table


def list_table(reports: Sequence[DatasetReport]) -> RenderableType:
    """Return a table of datasets with their sizes."""
    rows = []
    for report in reports:
        name, kind, nodes, edges, directed, state, _ = report.row()
        sizes = ["" if number is None else f"{number:,}" for number in (nodes, edges)]
        rows.append((name, kind, *sizes, state, "directed" if directed else ""))
    columns = {"name": "left", "kind": "left", "vertices": "right", "edges": "right", "state": "left"}
    if any(row[-1] for row in rows):
        columns["edges are"] = "left"
    rows = [row[: len(columns)] for row in rows]
    return make_table("Datasets, with sizes as measured or else as published", columns, rows)


def verification_table(results: Sequence[Verification]) -> RenderableType:
    """Return a table of verifications."""
    rows = []
    for each in results:
        place = "comes with graphspec" if each.path is None else str(each.path)
        rows.append((each.dataset.name, _VERDICTS[each.status], each.message or place))
    return make_table("Files against the catalogue", {"name": "left", "result": "left", "file": "left"}, rows)
