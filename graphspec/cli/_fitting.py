"""What ``fit`` and ``classify`` share: the input, its sketch, and the parameters that a record names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graphspec.cli._run import Talk, make_sketch, read_input, sampling_parameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphspec.cli._options import Reading, Sampling
    from graphspec.sketches.spectral_sketch import InputSummary


def fitted(
    name: str,
    work: Callable[..., Any],
    models: Any,
    num_references: int | None,
    sampling: Sampling,
    reading: Reading,
    talk: Talk,
) -> tuple[InputSummary, dict[str, Any], Any]:
    """Sketch an input and fit models to it; return what it is, the parameters of the record, and the result."""
    from graphspec.comparison.fitting import default_probes
    from graphspec.graphs.components import largest_component
    from graphspec.sketches.spectral_sketch import SpectralSketch

    source = read_input(name, reading, talk)
    if sampling.num_probes is None and not isinstance(source, SpectralSketch):
        sampling = replace(sampling, num_probes=min(default_probes(source.num_nodes), sampling.max_probes))
    found = make_sketch(name, source, sampling, reading, talk)
    usual = default_probes(found.dimension)
    if isinstance(source, SpectralSketch) and not found.exact and found.num_probes < usual:
        less = f"the sketch holds {found.num_probes} probes, where an edge list would be given {usual}"
        talk.remark(f"{name}: {less}: differences that need more are not seen")
    num_moments = min(sampling.num_moments, 2 * found.num_steps)
    graph = None if isinstance(source, SpectralSketch) else source
    if graph is not None and sampling.component == "largest":
        graph = largest_component(graph)
    with talk.stage("fit"), talk.progress("fitting", " references") as progress:
        result = work(
            found,
            models,
            num_moments=num_moments,
            num_references=num_references,
            seed=sampling.seed,
            threads=sampling.threads,
            graph=graph,
            progress=progress,
        )
    parameters = sampling_parameters(found, sampling, reading)
    return found.source, {**parameters, "num_moments": num_moments, "num_references": num_references}, result
