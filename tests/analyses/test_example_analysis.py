"""The example of CONTRIBUTING is a whole analysis."""

import json

import example_analysis
import networkx as nx
import numpy as np
import pytest
from scipy.linalg import expm

from graphspec.errors import ParameterError
from graphspec.output.records import csv_text, json_line
from graphspec.output.tables import render


@pytest.mark.parametrize("time", [0.0, 0.5, 3.0])
def test_the_heat_trace_is_that_of_the_matrix_exponential(time):
    graph = nx.karate_club_graph()
    laplacian = nx.normalized_laplacian_matrix(graph, weight=None).toarray()
    result = example_analysis.run(graph, example_analysis.HeatTraceOptions(time=time, method="exact"))
    assert float(result.trace.value) == pytest.approx(np.trace(expm(-time * laplacian)) / 34, rel=1e-10)


def test_it_becomes_a_record_rows_and_a_table():
    result = example_analysis.run(nx.karate_club_graph())
    record = json.loads(json_line(result.record()))
    assert (record["command"], record["parameters"]["time"]) == ("heat-trace", 1.0)
    header, row = csv_text(*result.rows()).splitlines()
    assert header == "name,num_nodes,num_edges,num_components,value,sem,low,high"
    assert row.startswith("graph,34,78,1,")
    assert f"{record['result']['value']:.4g}" in render(result.table(80), terminal=False, width=80)


def test_its_options_are_checked():
    with pytest.raises(ParameterError, match="`time` must be a number of at least 0, not -1"):
        example_analysis.HeatTraceOptions(time=-1)
