"""Catalogues: names, aliases and addresses, and what is wrong with a file of a user."""

import os
from importlib import resources
from pathlib import Path

import pytest

from graphspec import InputError
from graphspec.catalogue import open_catalogue
from graphspec.catalogue.catalogue import CATALOGUE_VARIABLE

ROOT = Path(__file__).parents[2]
NAMES = (
    "email-Eu-core com-DBLP com-Amazon com-Youtube com-LiveJournal com-Orkut com-Friendster ca-AstroPh ca-CondMat "
    "ca-GrQc ca-HepPh ca-HepTh roadNet-CA roadNet-PA roadNet-TX web-BerkStan web-Google web-NotreDame web-Stanford "
    "as-Skitter as-caida20071105 as-733 p2p-Gnutella04 p2p-Gnutella31 wiki-Vote soc-Slashdot0811 soc-Slashdot0902 "
    "ego-Facebook facebook cit-HepPh cit-HepTh cit-Patents email-Enron usroads power-grid 494_bus bcsstk13 karate "
    "les-miserables caida"
)


def opened(tmp_path, text):
    path = tmp_path / "own.yaml"
    path.write_text(text)
    return open_catalogue(path)


def test_the_catalogue_lies_at_the_top_and_in_the_package():
    top, inside = ROOT / "datasets.yaml", resources.files("graphspec.catalogue").joinpath("datasets.yaml")
    assert top.read_bytes() == inside.read_bytes()


@pytest.mark.parametrize("name", NAMES.split())
def test_names_are_known_without_regard_to_case(name):
    catalogue = open_catalogue()
    found = {catalogue.get(each).name for each in (name, name.lower(), name.upper())}
    assert len(found) == 1


def test_entries_say_all_that_a_person_needs():
    for dataset in open_catalogue().datasets:
        entry = dataset.entry
        assert entry.kind, dataset.name
        assert entry.description, dataset.name
        assert entry.citation, dataset.name
        assert entry.licence, dataset.name
        assert entry.graph or entry.published, dataset.name
        assert entry.url or entry.shipped or entry.page, dataset.name


def test_published_sizes():
    sizes = {each.name: each.entry.published for each in open_catalogue().datasets if each.entry.published}
    assert (sizes["com-Friendster"].nodes, sizes["com-Friendster"].edges) == (65_608_366, 1_806_067_135)
    assert (sizes["com-Youtube"].nodes, sizes["com-Youtube"].edges) == (1_134_890, 2_987_624)
    assert (sizes["wiki-Vote"].nodes, sizes["wiki-Vote"].edges, sizes["wiki-Vote"].directed) == (7_115, 103_689, True)
    assert not sizes["com-DBLP"].directed


def test_kinds_and_patterns_choose():
    catalogue = open_catalogue()
    assert {each.name for each in catalogue.matching(names="roadnet-*")} == {"roadNet-CA", "roadNet-PA", "roadNet-TX"}
    assert {each.entry.kind for each in catalogue.matching(("road", "web"))} == {"road", "web"}
    assert len(catalogue.matching()) == len(catalogue.datasets)


def test_an_unknown_name_has_suggestions():
    with pytest.raises(InputError, match=r"^ca-grcq: no such dataset; did you mean ca-GrQc.*datasets list shows all"):
        open_catalogue().get("ca-grcq")
    assert open_catalogue().find("C:/data/edges.txt") is None


def test_own_catalogues_extend_and_replace(tmp_path, monkeypatch):
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text("datasets:\n  mine: {path: a.txt, kind: one}\n  Karate: {path: b.txt, aliases: [club]}\n")
    second.write_text("datasets:\n  MINE: {path: c.txt, kind: two}\n")
    monkeypatch.setenv(CATALOGUE_VARIABLE, f"{first}{os.pathsep}{second}")
    catalogue = open_catalogue()
    assert (catalogue.get("mine").entry.kind, catalogue.get("mine").path) == ("two", tmp_path / "c.txt")
    assert catalogue.get("karate").path == catalogue.get("CLUB").path == tmp_path / "b.txt"
    assert open_catalogue(first).get("mine").entry.kind == "one"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "is not YAML ("),
        ("- a\n", "own.yaml: expected a mapping, found a list"),
        ("", "own.yaml: expected a mapping, found nothing"),
        ("datasets: !!python/object/apply:os.system [echo]\n", "is not YAML"),
        ("data: {}\n", "there is no section 'data': a catalogue has datasets and patterns"),
        ("datasets: [a]\n", "datasets: expected a mapping of names, found a list"),
        ("datasets:\n  a: {path: x}\n  a: {path: y}\n", "line 3: is not YAML ('a' comes twice)"),
        ("datasets:\n  a: {path: x}\n  A: {path: y}\n", "a and A have one name, a"),
        ("datasets:\n  a: {path: x, aliases: [b]}\n  b: {path: y}\n", "a and b have one name, b"),
        ("datasets:\n  a: {path: x, colour: red}\n", "dataset a: there is no field 'colour': choose from kind, "),
        ("datasets:\n  a: {path: x, licens: MIT}\n", "dataset a: there is no field 'licens': did you mean 'licence'?"),
        ("datasets:\n  a: {path: x, graph: {nodes: 1, edge: 2}}\n", "dataset a: graph: there is no field 'edge'"),
        ("datasets:\n  a: x.txt\n", "dataset a: expected 'mapping', got 'str'"),
        ("datasets:\n  a: {path: 3}\n", "dataset a: path: expected 'str | null', got 'int'"),
        ("datasets:\n  a: {path: x, graph: {nodes: 1.5, edges: 2}}\n", "dataset a: graph.nodes: expected 'int'"),
        ("datasets:\n  a: {path: x, graph: {nodes: 1}}\n", "dataset a: graph: object missing required field 'edges'"),
        (
            "datasets:\n  a: {url: 'ftp://x/y'}\n",
            "dataset a: url: expected an address that begins with http",
        ),
        (
            "datasets:\n  a: {files: [{file: ../x}]}\n",
            "dataset a: files[0].file: expected a name of letters, digits",
        ),
        ("datasets:\n  a: {files: [{file: x, sha256: 12}]}\n", "dataset a: files[0].sha256: expected 'str | null'"),
        ("datasets:\n  a: {url: 'http://x/y', sha256: ABC}\n", "sha256: expected 64 digits from 0 to 9 and a to f"),
        ("datasets:\n  a: {kind: road}\n", "dataset a: expected one of url, files and path, found none"),
        ("datasets:\n  a: {path: x, reading: {colums: 1}}\n", "a: reading: there is no option `colums`"),
        ("datasets:\n  a: {path: x, reading: {missing: maybe}}\n", "a: reading: `missing` must be one of"),
        ("datasets:\n  ../a: {path: x}\n", "datasets: '../a' is no name"),
        ("datasets:\n  a: {shipped: karate.txt}\n", "dataset a: shipped is for files of the package: say path"),
        ("patterns:\n  p: {url: 'http://x/{year}'}\n", "pattern p: http://x/{year}: only {name} and {group}"),
        ("patterns:\n  p: {member: x}\n", "pattern p: object missing required field 'url'"),
    ],
)
def test_what_is_wrong_is_named(text, message, tmp_path):
    with pytest.raises(InputError) as error:
        opened(tmp_path, text)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_catalogue_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="the catalogue cannot be read"):
        open_catalogue(tmp_path / "none.yaml")


@pytest.mark.parametrize("rest", ["../x", "a/../b", "/etc/passwd", "", ".x", "a/b/c", "a b"])
def test_addresses_lead_out_of_no_folder(rest):
    with pytest.raises(InputError, match="expected konect:NAME or GROUP/NAME, of letters"):
        open_catalogue().get(f"konect:{rest}")


def test_a_group_that_is_needed():
    with pytest.raises(InputError, match=r"^suitesparse:494_bus: expected suitesparse:GROUP/NAME"):
        open_catalogue().get("suitesparse:494_bus")


@pytest.mark.parametrize("url", ["http://x/..", "http://x/", "http://x/a/%2e%2e", "http://x/.hidden", "http://x"])
def test_the_end_of_an_address_is_no_way_out_of_the_cache(url, tmp_path):
    dataset = opened(tmp_path, f"datasets:\n  mine: {{url: '{url}'}}\n").get("mine")
    assert dataset.target == "mine/mine"
