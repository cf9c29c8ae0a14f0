"""Graphs of the catalogue: those that the package ships, local files, the cache, and what is verified."""

import bz2
import gzip
import hashlib
import io
import os
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer

import networkx as nx
import numpy as np
import pytest

from graphspec import Graph, InputError
from graphspec.catalogue import (
    Status,
    cache_folder,
    fetch_dataset,
    load_dataset,
    locate,
    open_catalogue,
    verify_dataset,
)
from graphspec.catalogue.locations import CACHE_VARIABLE, DATA_VARIABLE

SHIPPED = {"karate": nx.karate_club_graph, "les-miserables": nx.les_miserables_graph}
KNOWN = {each.name: each for each in open_catalogue().datasets}
LOCAL = [name for name, each in KNOWN.items() if any(file.sha256 for file in each.files)]


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Return two folders of data; the cache is a third."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    monkeypatch.setenv(DATA_VARIABLE, f"{first}{os.pathsep}{second}")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.delenv("GRAPHSPEC_CATALOGUE", raising=False)
    return first, second


def own(tmp_path, text):
    path = tmp_path / "own.yaml"
    path.write_text(text)
    return open_catalogue(path)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("weighted", [False, True])
def test_shipped_graphs_are_those_of_networkx(name, weighted):
    graph = load_dataset(KNOWN[name], weighted=weighted)
    expected = Graph.from_networkx(SHIPPED[name](), "weight" if weighted else None, name=name)
    assert graph.fingerprint == expected.fingerprint
    assert (graph.name, graph.sha256, graph.dropped) == (expected.name, expected.sha256, expected.dropped)
    assert (graph.weights is None) == (not weighted)
    if expected.labels is None:
        assert graph.labels is None
    else:
        assert graph.labels.dtype == expected.labels.dtype
        np.testing.assert_array_equal(graph.labels, expected.labels)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_graphs_need_no_data_folder(name, monkeypatch):
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    graph, sizes = load_dataset(KNOWN[name]), KNOWN[name].entry.graph
    assert (graph.num_nodes, graph.num_edges) == (sizes.nodes, sizes.edges)
    assert {each.name for each in KNOWN.values() if each.entry.shipped} == set(SHIPPED)
    assert verify_dataset(KNOWN[name]).status is Status.SIZES
    assert fetch_dataset(KNOWN[name]) is None


def test_a_file_that_is_missing_says_what_to_do(folders):
    with pytest.raises(InputError) as error:
        load_dataset(KNOWN["ego-Facebook"])
    assert str(error.value) == (
        "ego-Facebook: is not on this machine: graphspec datasets fetch ego-Facebook gets it; or put "
        "facebook_combined.txt or facebook_combined.txt.gz into a folder that GRAPHSPEC_DATA names"
    )
    assert verify_dataset(KNOWN["ego-Facebook"]).status is Status.MISSING


def test_a_file_with_another_checksum_is_an_error(folders):
    (folders[1] / "facebook_combined.txt").write_text("0 1\n")
    with pytest.raises(InputError, match="is not the file that the catalogue knows: its checksum differs"):
        load_dataset(KNOWN["ego-Facebook"])
    found = verify_dataset(KNOWN["ego-Facebook"])
    assert (found.status, found.path) == (Status.DIFFERENT, folders[1] / "facebook_combined.txt")
    assert "the checksum is" in found.message


def test_folders_come_in_their_order_and_the_cache_last(folders, tmp_path):
    catalogue = own(tmp_path, "datasets:\n  mine: {url: 'http://localhost/a.txt', files: [{file: b.txt}]}\n")
    dataset = catalogue.get("mine")
    assert locate(dataset) is None
    for place in (cache_folder() / "mine" / "a.txt", folders[1] / "a.txt", folders[1] / "b.txt", folders[0] / "a.txt"):
        place.parent.mkdir(exist_ok=True, parents=True)
        place.write_text("0 1\n")
        assert locate(dataset) == place


def test_paths_are_relative_to_the_catalogue(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("from,kind,to\n0,x,1\n1,x,2\n")
    text = "datasets:\n  Mine: {path: data/a.csv, reading: {columns: [from, to]}, graph: {nodes: 3, edges: 2}}\n"
    dataset = own(tmp_path, text).get("mine")
    monkeypatch.chdir("/")
    graph = load_dataset(dataset)
    assert (graph.name, graph.num_nodes, graph.num_edges, graph.remarks) == ("Mine", 3, 2, ())
    assert verify_dataset(dataset).status is Status.SIZES
    other = own(tmp_path, text.replace("nodes: 3", "nodes: 4")).get("mine")
    message = "found 3 vertices and 2 edges, where the catalogue has 4 and 2"
    assert load_dataset(other).remarks == (message,)
    assert (verify_dataset(other).status, verify_dataset(other).message) == (Status.DIFFERENT, message)
    unknown = own(tmp_path, "datasets:\n  mine: {path: data/a.csv}\n").get("mine")
    assert verify_dataset(unknown).status is Status.UNKNOWN
    missing = own(tmp_path, "datasets:\n  mine: {path: data/b.csv}\n").get("mine")
    with pytest.raises(InputError, match=r"mine: .*data/b\.csv does not exist, which the catalogue names"):
        load_dataset(missing)


def test_published_sizes_count_both_directions_or_loops(tmp_path):
    (tmp_path / "a.txt").write_text("0 1\n1 0\n1 2\n2 2\n")
    for edges, status in ((2, Status.SIZES), (3, Status.SIZES), (4, Status.SIZES), (5, Status.DIFFERENT)):
        catalogue = own(tmp_path, f"datasets:\n  a: {{path: a.txt, published: {{nodes: 3, edges: {edges}}}}}\n")
        assert verify_dataset(catalogue.get("a")).status is status


@pytest.mark.data
@pytest.mark.skipif(DATA_VARIABLE not in os.environ, reason=f"{DATA_VARIABLE}, the folder of the files, is not set")
@pytest.mark.parametrize("name", LOCAL)
def test_files_are_as_the_catalogue_says(name):
    assert verify_dataset(KNOWN[name]).status is Status.CHECKSUM
    graph, sizes = load_dataset(KNOWN[name]), KNOWN[name].entry.graph
    assert (graph.name, graph.num_nodes, graph.num_edges) == (name, sizes.nodes, sizes.edges)


# --- archives of repositories, as they publish them


def zipped(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(files):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content.encode()))
    return stream.getvalue()


FILES = {
    "/net/polbooks/files/polbooks.csv.zip": zipped(
        {
            "edges.csv": "# source, target, weight\n0, 1, 2\n1, 2, 1\n",
            "nodes.csv": "# index, label, _pos\n0, a, x\n1, b, x\n2, c, x\n",
            "gprops.csv": "# name\n",
        }
    ),
    "/files/download.tsv.moreno_crime.tar.bz2": bz2.compress(
        tarred(
            {
                "moreno_crime/README.moreno_crime": "Crime\n",
                "moreno_crime/meta.moreno_crime": "name: Crime\n",
                "moreno_crime/out.moreno_crime": "% sym unweighted\n% 3 3 3\n1 2\n2 3\n1 3\n",
            }
        )
    ),
    "/MM/HB/tiny.tar.gz": gzip.compress(
        tarred(
            {
                "tiny/tiny.mtx": "%%MatrixMarket matrix coordinate pattern symmetric\n4 4 2\n2 1\n4 3\n",
                "tiny/tiny_b.mtx": "%%MatrixMarket matrix array real general\n4 1\n1\n1\n1\n1\n",
            }
        )
    ),
}
PATTERNS = """
patterns:
  netzschleuder: {{url: "{base}/net/{{group}}/files/{{name}}.csv.zip", member: edges.csv}}
  konect: {{url: "{base}/files/download.tsv.{{name}}.tar.bz2", member: "out.*"}}
  suitesparse: {{url: "{base}/MM/{{group}}/{{name}}.tar.gz", member: "{{name}}.mtx", grouped: true}}
"""


@pytest.fixture
def repository():
    """Serve the archives on loopback, and return the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            content = FILES.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("name", "file", "size"),
    [
        ("netzschleuder:polbooks", "netzschleuder/polbooks.csv.zip", (3, 2)),
        ("NETZSCHLEUDER:polbooks/polbooks", "netzschleuder/polbooks/polbooks.csv.zip", (3, 2)),
        ("konect:moreno_crime", "konect/download.tsv.moreno_crime.tar.bz2", (3, 3)),
        ("suitesparse:HB/tiny", "suitesparse/HB/tiny.tar.gz", (4, 2)),
    ],
)
def test_archives_of_repositories_are_fetched_and_read(name, file, size, repository, folders, tmp_path):
    dataset = own(tmp_path, PATTERNS.format(base=repository)).get(name)
    with pytest.raises(InputError, match=f"is not on this machine: graphspec datasets fetch {dataset.name} gets it"):
        load_dataset(dataset)
    told = []
    path = fetch_dataset(dataset, lambda done, total: told.append((done, total)))
    assert path == cache_folder() / file
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    graph = load_dataset(dataset)
    assert (graph.num_nodes, graph.num_edges) == size
    assert graph.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert fetch_dataset(dataset) == path


def test_addresses_of_the_package_are_those_of_the_repositories():
    catalogue = open_catalogue()
    urls = {name: catalogue.get(name).entry.url for name in ("netzschleuder:karate/77", "konect:opsahl-ucforum")}
    assert urls["netzschleuder:karate/77"] == "https://networks.skewed.de/net/karate/files/77.csv.zip"
    assert urls["konect:opsahl-ucforum"] == "http://konect.cc/files/download.tsv.opsahl-ucforum.tar.bz2"
    assert catalogue.get("suitesparse:HB/494_bus").entry.url.endswith("/MM/HB/494_bus.tar.gz")
    assert catalogue.get("suitesparse:HB/494_bus").entry.reading == {"member": "494_bus.mtx"}


def test_a_server_without_the_file_leaves_nothing(repository, folders, tmp_path):
    dataset = own(tmp_path, PATTERNS.format(base=repository)).get("konect:nothing")
    with pytest.raises(InputError, match=r"there is no such file \(404\)"):
        fetch_dataset(dataset)
    assert [path for path in cache_folder().rglob("*") if path.is_file()] == []


def test_a_dataset_without_an_address_cannot_be_fetched(folders, tmp_path):
    dataset = own(tmp_path, "datasets:\n  mine: {files: [{file: a.txt}]}\n").get("mine")
    with pytest.raises(InputError, match=r"^mine: is not on this machine: put a\.txt into a folder"):
        fetch_dataset(dataset)
