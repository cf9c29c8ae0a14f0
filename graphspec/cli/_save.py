"""Saving a sketch and reporting what it holds, the end of ``sketch`` and ``merge``."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from graphspec.analyses import report, tables
from graphspec.cli._report import Reporter
from graphspec.files import Output, write_atomically
from graphspec.sketches.sketchfile import save_sketch

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphspec.cli._options import Writing
    from graphspec.sketches.spectral_sketch import SpectralSketch


def check_sketch_target(writing: Writing) -> None:
    """Check that there is somewhere to put the sketch, before any work is done."""
    if writing.output is None:
        raise click.UsageError("Missing option '-o' / '--output': the file for the sketch, or - for standard output.")
    Output(writing.output)


def save_and_report(
    sketch: SpectralSketch, writing: Writing, record: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """Write the sketch to the output and its description to standard output, unless the sketch itself goes there."""
    content = io.BytesIO()
    save_sketch(sketch, content)
    path = str(writing.output)
    write_atomically(path, content.getvalue())
    if path == "-":
        return
    facts = report.sketch_result(sketch, path)
    with Reporter(replace(writing, output=None)) as reporter:
        reporter.write(record(facts), lambda _: tables.facts_table(sketch.source, facts))
