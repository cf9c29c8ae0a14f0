"""The page: the template with the results, in one file that needs no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from graphspec.files import write_atomically
from graphspec.output import counted
from graphspec.report.answers import KINDS, Answer, Answers
from graphspec.report.curves import CURVES, large_picture, small_picture
from graphspec.report.heatmap import heatmap
from graphspec.report.intervals import CountAxis
from graphspec.report.others import other_tables
from graphspec.report.records import VIEWS, Matrices, Record, Steps
from graphspec.report.results import Results, Row, load_results

TEMPLATE = "page.html"


def write_report(folder: str | Path, target: str | Path) -> None:
    """Write the page of a folder of results; equal results give equal bytes.

    Parameters
    ----------
    folder
        Folder with ``<command>/<name>.json`` for each result, and ``failed/<command>/<name>.json`` for each failure.
    target
        File of the page; ``-`` for standard output.

    Raises
    ------
    InputError
        If the folder holds no results, a file in it is damaged, or the page cannot be written.
    """
    page = render(load_results(Path(folder)))
    # Names of files need not be text in UTF-8.
    write_atomically(target, page.encode("utf-8", "replace"))


def render(results: Results) -> str:
    """Return the page of results.

    Parameters
    ----------
    results
        The results.
    """
    environment = Environment(
        loader=PackageLoader("graphspec.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False}
    environment.filters |= {"number": number, "counted": counted}
    return environment.get_template(TEMPLATE).render(_content(results))


def number(value: Any) -> str:
    """Return a value of a record as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e6 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _content(results: Results) -> dict[str, Any]:
    """Return what the template shows."""
    rows = _shown(results)
    answers = [Answers.of(row) for row in rows]
    spectra = {index: row for index, row in enumerate(rows) if "spectrum" in row.records}
    known = {row.input.name: row.name.dataset for row in results.rows}
    maps = [
        (name, heatmap(record.result, _known_as(record, known)))
        for name, record in results.joint
        if isinstance(record.result, Matrices)
    ]
    intervals = [each for row in answers for each in (row.communities.interval, row.gap.interval) if each is not None]
    return {
        "results": results,
        "rows": list(zip(rows, answers, strict=True)),
        "kinds": Counter(kind for row in answers for each in row for kind in each.kinds),
        "asked": {
            name: sum(bool(getattr(row, name).text) for row in answers) for name in ("communities", "gap", "model")
        },
        "small": {index: small_picture(row.result("spectrum")) for index, row in spectra.items()},
        "size": CURVES,
        "axis": CountAxis.around(intervals),
        "maps": maps,
        "series": [(name, record) for name, record in results.joint if _is_series(record)],
        "others": other_tables(results),
        "confidence": _confidence(results),
        "versions": sorted({record.version for record in results.records}),
        "data": {
            "spectra": {index: _large(row, answers[index]) for index, row in spectra.items()},
            "maps": [each.numbers for _, each in maps],
        },
    }


def _shown(results: Results) -> list[Row]:
    """Return the rows of the overview.

    Commands without the options of a grid have a row of their own, which is empty where the others of a network stand;
    their results are in tables of their own.
    """
    tells = {id(row): bool(row.failures or row.records.keys() & VIEWS.keys()) for row in results.rows}
    told = {row.name.dataset for row in results.rows if tells[id(row)]}
    return [row for row in results.rows if tells[id(row)] or row.name.dataset not in told]


def _known_as(record: Record, known: Mapping[str, str]) -> dict[str, str]:
    """Return names of datasets by the words in which a comparison was given its inputs: any case, or another name."""
    result, inputs = record.result, record.inputs or []
    return {given: known[each.name] for given, each in zip(result.inputs, inputs, strict=False) if each.name in known}


def _large(row: Row, answers: Answers) -> dict[str, Any]:
    """Return what the large picture of a spectrum shows and says."""
    record = row.records["spectrum"]
    source, given = row.input, record.parameters
    sizes = ((source.num_nodes, "vertex", "vertices"), (source.num_edges, "edge", "edges"))
    facts = [counted(count, one, many) for count, one, many in sizes if count is not None]
    facts += [f"{given['operator']} operator"] if "operator" in given else []
    facts += [record.result.method]
    facts += [f"{given[name]} {name.removeprefix('num_')}" for name in ("num_moments", "num_probes") if name in given]
    return {
        "name": row.name.dataset,
        "point": [f"{key} = {value}" for key, value in row.name.point],
        "facts": facts,
        "answers": [[_with_kind(name, each), each.text, each.detail] for name, each in answers.named if each.text],
        **large_picture(record.result),
    }


def _with_kind(question: str, answer: Answer) -> str:
    """Return a question, with the kind of its answer where that changes what the number means."""
    kind = next((kind for kind in answer.kinds if kind in KINDS), "")
    return f"{question}: {kind}" if kind else question


def _is_series(record: Record) -> bool:
    return isinstance(record.result, Steps)


def _confidence(results: Results) -> str:
    """Return the confidence of the intervals as text; the word where there are several."""
    found = {value for each in results.records if isinstance(value := each.parameters.get("confidence"), float)}
    return f"{100 * found.pop():.4g}\N{NO-BREAK SPACE}%" if len(found) == 1 else "confidence"
