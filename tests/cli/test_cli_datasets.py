"""``graphspec datasets``: list, show, fetch and verify; and names in place of files."""

import csv
import hashlib
import io
import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from test_cli import call  # noqa: F401

from graphspec.catalogue.locations import CACHE_VARIABLE, DATA_VARIABLE


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return a folder with a catalogue of two datasets, one of which a server on loopback has."""
    served = tmp_path / "served"
    served.mkdir()
    (served / "web.txt").write_text("0 1\n1 2\n2 0\n")
    (tmp_path / "mine.txt").write_text("a b\nb c\n")
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "data"))
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=served))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    digest = hashlib.sha256((served / "web.txt").read_bytes()).hexdigest()
    address = f"http://127.0.0.1:{server.server_port}"
    (tmp_path / "own.yaml").write_text(
        f"datasets:\n"
        f"  Web: {{kind: web, url: '{address}/web.txt', sha256: {digest}, graph: {{nodes: 3, edges: 3}}}}\n"
        f"  Wrong: {{kind: web, url: '{address}/web.txt#', sha256: {'0a' * 32}, files: [{{file: other.txt}}]}}\n"
        f"  Mine: {{kind: own, path: mine.txt, description: of my own}}\n"
    )
    yield tmp_path
    server.shutdown()
    thread.join()
    server.server_close()


def rows_of(out):
    return list(csv.DictReader(io.StringIO(out)))


def test_lists_are_tables_csv_or_json(call, place):  # noqa: F811
    code, out, err = call("datasets", "list", "--kind", "own", "--catalogue", place / "own.yaml")
    assert (code, err) == (0, "")
    assert "Mine" in out
    assert "karate" not in out
    code, out, _ = call("datasets", "list", "--format", "csv", "--catalogue", place / "own.yaml")
    rows = {row["name"]: row for row in rows_of(out)}
    assert (rows["karate"]["state"], rows["Mine"]["state"], rows["Web"]["state"]) == ("shipped", "local", "remote")
    assert (rows["wiki-Vote"]["nodes"], rows["wiki-Vote"]["directed"]) == ("7115", "True")
    code, out, _ = call("datasets", "list", "m*", "--local", "--format", "json", "--catalogue", place / "own.yaml")
    (record,) = map(json.loads, out.splitlines())
    assert (record["name"], record["path"], record["description"]) == ("Mine", str(place / "mine.txt"), "of my own")
    code, out, err = call("datasets", "list", "--kind", "rood")
    assert (code, out) == (1, "")
    assert err.startswith("graphspec: error: there is no kind rood: kinds are biology, citation")
    code, out, err = call("datasets", "list", "ca-grcq")
    assert (code, out) == (1, "")
    assert err.startswith("graphspec: error: no dataset is called ca-grcq; did you mean ca-GrQc")
    code, out, err = call("datasets", "list", "ca-*", "--kind", "road", "--local")
    assert (code, out) == (1, "")
    assert err == "graphspec: error: there is no dataset of kind road, called ca-*, on this machine\n"
    out = call("datasets", "list", "c*", "--kind", "citation")[1]
    assert out.splitlines()[2].split("┃")[-2].strip() == "edges are"
    assert "edges are" not in call("datasets", "list", "--kind", "literature")[1]


def test_show_says_what_the_catalogue_says(call, place):  # noqa: F811
    code, out, _ = call("datasets", "show", "com-youtube", "karate")
    assert code == 0
    assert "1,134,890 vertices, 2,987,624 edges" in out
    assert "snap.stanford.edu" in out
    assert "34 vertices, 78 edges" in out
    code, out, err = call("datasets", "show", "com-yotube")
    assert (code, out) == (1, "")
    assert "no such dataset; did you mean com-Youtube" in err


def test_fetch_downloads_once_and_names_work_as_inputs(call, place):  # noqa: F811
    options = ("--catalogue", place / "own.yaml")
    code, out, err = call("info", "web", *options)
    assert (code, out) == (1, "")
    message = (
        "graphspec: error: Web: is not on this machine: graphspec datasets fetch Web gets it; or put web.txt into a "
    )
    assert err == f"{message}folder that GRAPHSPEC_DATA names, where {place}/data is no folder\n"
    (place / "data").mkdir()
    assert call("info", "web", *options)[2] == f"{message}folder that GRAPHSPEC_DATA names\n"
    code, out, err = call("datasets", "fetch", "web", "karate", "mine", *options)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"Web\t{place / 'cache' / 'web' / 'web.txt'}",
        "karate\tshipped",
        f"Mine\t{place / 'mine.txt'}",
    ]
    code, out, err = call("info", "WEB", *options, "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["input"]["name"] == "Web"
    assert json.loads(out)["input"]["num_edges"] == 3
    code, out, err = call("info", "mine", *options, "--columns", "2,1")
    assert (code, out) == (1, "")
    assert "a dataset is read as the catalogue says: leave --columns out" in err


def test_a_download_with_another_checksum_is_an_error_and_the_others_are_fetched(call, place):  # noqa: F811
    code, out, err = call("datasets", "fetch", "wrong", "nothing", "web", "--catalogue", place / "own.yaml")
    assert code == 1
    assert out == f"Web\t{place / 'cache' / 'web' / 'web.txt'}\n"
    assert "the checksum differs" in err
    assert "nothing: no such dataset" in err
    assert len(err.splitlines()) == 2


def test_what_is_not_reached_can_be_got_by_hand(call, place):  # noqa: F811
    (place / "gone.yaml").write_text("patterns:\n  gone: {url: 'http://127.0.0.1:9/{group}/{name}.zip'}\n")
    code, out, err = call("datasets", "fetch", "gone:a/b", "--catalogue", place / "gone.yaml")
    assert (code, out) == (1, "")
    assert "cannot be reached (Connection refused): without a network, put gone/a/b.zip into a folder that " in err
    (place / "data/gone/a").mkdir(parents=True)
    (place / "data/gone/a/b.zip").write_bytes(b"")
    code, out, _ = call("datasets", "fetch", "gone:a/b", "--catalogue", place / "gone.yaml")
    assert (code, out) == (0, f"gone:a/b\t{place}/data/gone/a/b.zip\n")


def test_verify_compares_what_is_there(call, place):  # noqa: F811
    options = ("--catalogue", place / "own.yaml", "--format", "csv")
    call("datasets", "fetch", "web", "--catalogue", place / "own.yaml")
    code, out, err = call("datasets", "verify", *options)
    assert (code, err) == (0, "")
    found = {row["name"]: row["status"] for row in rows_of(out)}
    assert found == {"karate": "sizes", "les-miserables": "sizes", "Web": "checksum", "Mine": "unknown"}
    (place / "cache" / "web" / "web.txt").write_text("0 1\n")
    code, out, _ = call("datasets", "verify", "web", *options)
    assert (code, rows_of(out)[0]["status"]) == (1, "different")
    code, out, _ = call("datasets", "verify", "com-orkut", "--format", "json")
    assert code == 1
    assert json.loads(out)["status"] == "missing"
    code, out, err = call("datasets", "verify", "com-orkt", *options[:2])
    assert (code, out) == (1, "")
    assert "com-orkt: no such dataset; did you mean com-Orkut" in err
    code, out, _ = call("datasets", "verify", "karate", "mine", "web", *options[:2])
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in out.splitlines() if "│" in line]
    assert [line[:2] for line in lines if line[0]] == [
        ["karate", "sizes agree"],
        ["Mine", "nothing to compare"],
        ["Web", "differs"],
    ]
    assert "comes with graphspec" in out


def test_the_environment_names_a_catalogue(call, place, monkeypatch):  # noqa: F811
    monkeypatch.setenv("GRAPHSPEC_CATALOGUE", str(place / "own.yaml"))
    code, out, _ = call("spectrum", "Mine", "--format", "json")
    assert (code, json.loads(out)["input"]["num_nodes"]) == (0, 3)
    code, _, err = call("spectrum", "mine.txt")
    assert code == 1
    assert "mine.txt: cannot be read" in err
    code, _, err = call("spectrum", "emailcore")
    assert code == 1
    assert "emailcore: no such file, and no dataset of that name; did you mean" in err


def test_a_wrong_catalogue_is_one_line(call, place):  # noqa: F811
    (place / "bad.yaml").write_text("datasets:\n  x: {colour: red}\n")
    code, out, err = call("datasets", "list", "--catalogue", place / "bad.yaml")
    assert (code, out) == (1, "")
    assert err.startswith(f"graphspec: error: {place}/bad.yaml: dataset x: there is no field 'colour': choose from ")
