"""Folder of results: what is written for a task, and whether it is there already.

A result is one file, moved into place when it is whole. Before it is moved, a stamp is: what the result was made of,
and its checksum. A result counts if the stamp of its task has its checksum. So a run that is killed between both leaves
a stamp without its result, which is made again; and no result that is in its place is made twice. Every task has files
of its own, so that runs which share a folder need no locks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from graphspec._version import __version__
from graphspec.batch.plan import Plan, Source, Task
from graphspec.errors import InputError
from graphspec.files import write_atomically
from graphspec.options import declarations

STATE = ".graphspec"
FAILED = "failed"

_NO_NUMBERS = ("threads", "catalogue", "scheduler")
"""Options that change no result."""


@dataclass(frozen=True)
class FileState:
    """What tells whether a file is the one that was read.

    Attributes
    ----------
    size, mtime_ns
        Size and time of the last change, which are compared first.
    sha256
        Checksum.
    """

    size: int
    mtime_ns: int
    sha256: str

    @classmethod
    def of(cls, path: Path, sha256: str | None = None) -> FileState:
        """Return the state of a file; its checksum is computed where it is not at hand."""
        before = path.stat()
        if sha256 is None:
            with path.open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        return cls(before.st_size, before.st_mtime_ns, sha256)

    def holds(self, path: Path) -> bool:
        """Return whether a file is still the same; one that is not there now is not another.

        A disk that is not mounted and a variable that is not set cost no results, which could not be made again.
        """
        try:
            now = path.stat()
            if (now.st_size, now.st_mtime_ns) == (self.size, self.mtime_ns):
                return True
            return now.st_size == self.size and FileState.of(path).sha256 == self.sha256
        except FileNotFoundError:
            return True
        except OSError:
            return False


@dataclass(frozen=True)
class Stamp:
    """What a result was made of.

    Attributes
    ----------
    key
        Checksum of the command, its options, the names of the inputs, and the version.
    inputs
        States of the files of the inputs, by the names that the plan has; one that the package ships has none.
    digest
        Checksum of the result.
    """

    key: str
    inputs: dict[str, FileState]
    digest: str

    @classmethod
    def parse(cls, content: bytes) -> Stamp | None:
        """Return the stamp that a file holds; None for anything else, as after a crash of the machine."""
        try:
            raw = json.loads(content)
            inputs = {path: FileState(**state) for path, state in raw.pop("inputs").items()}
            return cls(**raw, inputs=inputs)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None


class Store:
    """Folder of the results of a plan.

    Parameters
    ----------
    folder
        The folder; it is made where there is none.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    @property
    def sketches(self) -> Path:
        """Folder of sketches that tasks share."""
        return self.folder / STATE / "sketches"

    def claim(self, plan: Plan) -> None:
        """Make the folder, and note which plan its results are of.

        Raises
        ------
        InputError
            If it holds results of another plan, or other files.
        """
        note = self.folder / STATE / "plan.json"
        name = plan.path.name
        if self.folder.exists() and not self.folder.is_dir():
            raise InputError(f"{self.folder}: is a file, and a folder for the results is needed")
        if note.is_file():
            owner = json.loads(note.read_bytes())["plan"]
            if owner != name:
                raise InputError(
                    f"{self.folder}: holds the results of the plan {owner}: name another folder for {name}"
                )
            return
        if self.folder.is_dir() and any(not each.name.startswith(".") for each in self.folder.iterdir()):
            raise InputError(f"{self.folder}: holds other files than results of a batch: name an empty or a new folder")
        note.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(note, json.dumps({"plan": name}).encode())

    def result(self, task: Task) -> Path:
        """Return the path of a result."""
        return self.folder / task.path

    def is_done(self, task: Task, paths: Mapping[Source, Path | None]) -> bool:
        """Return whether the result of a task is there, made of the same inputs with the same options.

        Parameters
        ----------
        task
            The task.
        paths
            Files of its inputs; None for those that come with the package.
        """
        try:
            stamp = Stamp.parse(self._stamp(task).read_bytes())
            content = self.result(task).read_bytes()
        except OSError:
            return False
        if stamp is None or stamp.key != key_of(task) or stamp.digest != hashlib.sha256(content).hexdigest():
            return False
        files = {source.text: path for source in task.sources if (path := paths[source]) is not None}
        return stamp.inputs.keys() == files.keys() and all(stamp.inputs[name].holds(files[name]) for name in files)

    def write(self, task: Task, content: bytes, inputs: Mapping[str, FileState]) -> None:
        """Write the result of a task: its stamp, then the result, after a note that it had failed is removed."""
        self.failure(task).unlink(missing_ok=True)
        stamp = Stamp(key_of(task), dict(inputs), hashlib.sha256(content).hexdigest())
        for path, data in ((self._stamp(task), json.dumps(asdict(stamp)).encode()), (self.result(task), content)):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, data)

    def picture(self, task: Task) -> Path:
        """Return the path of the picture of a result."""
        return self.result(task).with_suffix(".png")

    def failure(self, task: Task) -> Path:
        """Return the path of the note that a task failed."""
        return self.folder / FAILED / task.path

    def write_failure(self, task: Task, error: str) -> None:
        """Note why a task failed; a result of before is of other inputs or options, and is removed."""
        inputs = [source.text for source in task.sources]
        record: dict[str, Any] = {"command": task.question.name, "dataset": task.name, "inputs": inputs}
        record |= {"parameters": dict(task.given), "error": error}
        path = self.failure(task)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, (json.dumps(record) + "\n").encode())
        for stale in (self.result(task), self.picture(task), self._stamp(task)):
            stale.unlink(missing_ok=True)

    def strangers(self, plan: Plan) -> list[str]:
        """Return the results and failures in the folder that no task of the plan makes."""
        known = {path for task in plan.tasks for path in (self.result(task), self.failure(task))}
        found = [*self.folder.glob("[!.]*/*.json"), *self.folder.glob(f"{FAILED}/*/*.json")]
        return sorted(str(path.relative_to(self.folder)) for path in found if path not in known)

    def remove_parts(self, before: float) -> None:
        """Remove what runs that were killed had begun to write.

        Parameters
        ----------
        before
            Time in seconds; what was written later may be of a run that goes on.
        """
        for part in self.folder.rglob(".*.part"):
            with suppress(OSError):
                if part.stat().st_mtime < before:
                    part.unlink()

    def _stamp(self, task: Task) -> Path:
        return self.folder / STATE / "stamps" / task.path


def key_of(task: Task) -> str:
    """Return the checksum of all that changes the result of a task but the content of its inputs."""
    values = _values(task.options)
    parts = [__version__, task.question.name, values, [source.text for source in task.sources]]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _values(options: Any) -> dict[str, Any]:
    """Return the values of all options that can change a result, and which were given."""
    names = [name for name in declarations(type(options)) if name not in _NO_NUMBERS]
    given: set[str] = set(options.given)
    flat = dict(options.values())
    for item in fields(options):
        if "group" in item.metadata:
            group = getattr(options, item.name)
            flat |= group.values()
            given |= group.given
    return {name: (flat[name], name in given) for name in names if name in flat}
