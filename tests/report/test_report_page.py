"""The page: the numbers of the records, escaped, alone in its file, and the same for the same results."""

import json
import re
import shutil
from html.parser import HTMLParser

import pytest
from report_folders import (
    classify,
    clusters,
    compare,
    detectable,
    failure,
    gap,
    record,
    small_folder,
    spectrum,
    tried,
    write,
)

from graphspec.errors import InputError
from graphspec.report import load_results, render, write_report

HOSTILE = "<script>alert(1)</script>"
EMPTY = {"meta", "link", "input", "line", "rect", "circle", "path", "br"}


class Page(HTMLParser):
    """Tables of a page as texts and values, and its tags."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.open, self.scripts, self.resources, self.ids = [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.resources += [(tag, key, value) for key, value in attributes if key in ("src", "href", "srcset", "action")]
        self.ids += [given["id"]] if "id" in given else []
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append({"text": "", "value": given.get("data-value")})
        if tag == "script":
            self.scripts.append("")
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        elif "td" in self.open or "th" in self.open:
            self.rows[-1][-1]["text"] += data

    def row(self, name):
        """Return the texts of the first row that begins with a name."""
        return next([texts(cell) for cell in row] for row in self.rows if row and texts(row[0]) == name)

    def values(self, name):
        """Return the values of the first row that begins with a name."""
        return next([cell["value"] for cell in row] for row in self.rows if row and texts(row[0]) == name)

    @property
    def data(self):
        return json.loads(self.scripts[0])


def texts(cell):
    return " ".join(cell["text"].split())


def page_of(folder):
    return Page(render(load_results(folder)))


def test_numbers_are_those_of_the_records(tmp_path):
    page = page_of(small_folder(tmp_path))
    assert page.row("karate") == [
        "karate",
        "",
        "34",
        "78",
        "1",
        "5 confirmed; estimate 2.6 to 6.2",
        "groups",
        "5 confirmed; estimate 3.1 to 5.7",
        "er p = 0.0267",
    ]
    assert page.values("karate")[2:] == ["34", "78", "1", "5", "groups", "5", "er"]
    assert page.row("roads")[2:] == [
        "1,000",
        "1,400",
        "2",
        "5 confirmed; estimate 2.6 to 6.2",
        "scales",
        "no gap",
        "cannot tell none of er or ba",
    ]
    assert page.values("roads")[5:] == ["5", "scales", "", "cannot tell"]
    assert page.row("broken") == ["broken", "", "", "", "", "failed", "", "failed", "–"]


def test_the_head_counts_datasets_results_and_failures(tmp_path):
    text = " ".join(render(load_results(small_folder(tmp_path))).split())
    assert "<h1>Spectra of 3 networks</h1>" in text
    assert '8 results; <a href="#open">1 task failed</a>.' in text
    write(tmp_path, {"spectrum/karate-num_moments=40": spectrum(num_moments=40)})
    text = " ".join(render(load_results(tmp_path)).split())
    assert "9 results in 4 rows, one for each network and choice of options;" in text
    assert '<span class="point">num_moments = 40</span>' in text


def test_failures_and_open_questions_are_told_with_their_reasons(tmp_path):
    write(small_folder(tmp_path), {"failed/fit/roads": failure("roads", "fit", "too <few>", model="ws")})
    page = page_of(tmp_path)
    rows = [[texts(cell) for cell in row] for row in page.rows]
    assert ["broken", "clusters", "", "broken.txt: line 17: expected two ids"] in rows
    assert ["roads", "fit", "model = ws", "too <few>"] in rows
    assert ["roads", "communities", "scales"] in [row[:3] for row in rows]
    assert ["roads", "clusters by the gap", "no gap"] in [row[:3] for row in rows]
    reason = "not er: its divergence is 0.3, where graphs of the model have 0.02; not ba: er is nearer"
    assert ["roads", "model", "cannot tell", reason] in rows
    assert "karate" not in [row[0] for row in rows if len(row) == 4 and row[1] in ("communities", "model")]


def test_a_page_without_failures_and_questions_says_so(tmp_path):
    write(tmp_path, {"clusters/a": clusters(count=(4.4, 3.1, 5.7), candidates=[gap()]), "classify/a": classify()})
    text = render(load_results(tmp_path))
    assert "Nothing failed." in text
    assert "Every question that was asked has an answer." in text
    assert "Divergences" not in text


def test_other_commands_have_tables_of_their_scalars(tmp_path):
    fits = {
        "fit/a": record("fit", {"model": "ws", "parameters": {"k": 8, "p": 0.125}, "consistent": True, "list": [1]}),
        "fit/b": record("fit", {"model": "er", "parameters": {"p": 0.5}, "consistent": False, "list": [1]}),
        "energy/a": record("energy", {"value": 1234.5678}),
    }
    page = page_of(write(tmp_path, fits))
    rows = [[texts(cell) for cell in row] for row in page.rows]
    assert ["Network", "model", "parameters k", "parameters p", "consistent"] in rows
    assert ["a", "ws", "8", "0.125", "yes"] in rows
    assert ["b", "er", "", "0.5", "no"] in rows
    assert ["a", "1,235"] in rows
    assert page.values("a") is not None


def test_a_table_of_many_scalars_says_where_the_rest_is(tmp_path):
    many = {f"feature_{number}": number for number in range(100)}
    page = page_of(folder := write(tmp_path, {"features/a": record("features", {"features": many})}))
    (header,) = [row for row in page.rows if "features feature 0" in [texts(cell) for cell in row]]
    assert len(header) == 1 + 40
    assert "60 further columns are in features.csv." in render(load_results(folder))


def test_divergences_are_told_with_the_noise_floor(tmp_path):
    page = page_of(small_folder(tmp_path))
    rows = [[texts(cell) for cell in row] for row in page.rows]
    assert ["karate", "roads", "0.1", "0.002", "0.01"] in rows
    assert page.data["maps"][0]["names"] == ["karate", "roads"]
    series = compare(["a", "b", "c"])
    series["parameters"]["series"] = True
    series["result"] |= {"symmetric_kl": [0.25, 0.5], "sem": [0.01, 0.02], "noise_floor": [0.003, 0.004]}
    page = page_of(write(tmp_path, {"compare/all": series}))
    assert ["b", "c", "0.5", "0.02", "0.004"] in [[texts(cell) for cell in row] for row in page.rows]


def hostile_folder(folder):
    """Write a folder in which every text that a result may have is markup."""
    given = {"name": HOSTILE, "operator": HOSTILE}
    records = {
        "spectrum/a&b": spectrum(atoms=[(0.0, 1, HOSTILE)], **given),
        "clusters/a&b": clusters(detectable("none"), candidates=[gap(excluded=HOSTILE)], **given),
        "classify/a&b": classify(None, [tried(HOSTILE, impossible=HOSTILE, **{HOSTILE: 1.0})], **given),
        "compare/all": compare([HOSTILE, "</script><!--", "\u2028"]),
        "info/<b onload=x>": record("info", {HOSTILE: HOSTILE}, **given),
        "failed/fit/c": failure(HOSTILE, "fit", HOSTILE, **{HOSTILE: HOSTILE}),
    }
    records["spectrum/a&b"]["result"]["method"] = HOSTILE
    return write(folder, records)


def test_names_are_text_and_not_markup(tmp_path):
    text = render(load_results(hostile_folder(tmp_path)))
    page = Page(text)
    assert "<script>alert" not in text
    assert "<b onload" not in text
    assert len(page.scripts) == 2
    assert page.row("a&b")[0] == "a&b"
    assert page.row(HOSTILE) == [HOSTILE, "fit", f"{HOSTILE} = {HOSTILE}", HOSTILE]
    assert "<b onload=x>" in [texts(row[0]) for row in page.rows if row]


def test_data_in_the_page_cannot_end_its_script(tmp_path):
    text = render(load_results(hostile_folder(tmp_path)))
    data = re.search(r'id="data">(.*?)</script>', text, re.DOTALL).group(1)
    assert not set("<>&\u2028\u2029") & set(data)
    found = json.loads(data)
    assert {"a&b", "\u2028"} < set(found["maps"][0]["names"])
    assert found["spectra"]["1"]["atoms"][0][2] == HOSTILE


def test_the_page_needs_no_other_file(tmp_path):
    text = render(load_results(small_folder(tmp_path)))
    page = Page(text)
    assert page.open == []
    assert all(value.startswith(("#", "data:")) for _, _, value in page.resources)
    assert "url(" not in re.sub(r"url\(#", "", text)
    assert "@import" not in text
    assert set(re.findall(r"https?://[\w./]+", text)) == {"http://www.w3.org/2000/svg"}  # a name, not an address
    assert len(page.ids) == len(set(page.ids))


def test_equal_results_give_equal_bytes_wherever_they_are(tmp_path):
    small_folder(tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "other" / "b")
    write_report(tmp_path / "a", tmp_path / "first.html")
    write_report(tmp_path / "other" / "b", tmp_path / "second.html")
    assert (tmp_path / "first.html").read_bytes() == (tmp_path / "second.html").read_bytes()


def test_the_interval_has_its_confidence(tmp_path):
    write(tmp_path, {"spectrum/a": spectrum(confidence=0.9)})
    assert "is its 90\N{NO-BREAK SPACE}% interval" in render(load_results(tmp_path))
    write(tmp_path, {"spectrum/b": spectrum(confidence=0.99)})
    assert "is its confidence interval" in render(load_results(tmp_path))


def test_an_operator_without_a_graph_has_no_size(tmp_path):
    write(tmp_path, {"spectrum/a": spectrum() | {"input": {"name": "a", "num_nodes": None, "num_edges": None}}})
    page = page_of(tmp_path)
    assert page.row("a")[2:5] == ["", "", ""]
    assert page.data["spectra"]["0"]["facts"] == ["normalized operator", "maxent", "100 moments", "16 probes"]


def test_failures_alone_make_a_page(tmp_path):
    page = page_of(write(tmp_path, {"failed/compare/all": failure("all", "compare")}))
    assert page.row("all") == ["all", "compare", "", "broken.txt: line 17: expected two ids"]


def test_a_page_that_cannot_be_written_is_an_error(tmp_path):
    small_folder(tmp_path / "a")
    with pytest.raises(InputError, match="is a folder, and a file is to be written"):
        write_report(tmp_path / "a", tmp_path)
    with pytest.raises(InputError, match=r"nowhere does not exist"):
        write_report(tmp_path / "a", tmp_path / "nowhere" / "report.html")
    with pytest.raises(InputError, match="the folder does not exist"):
        write_report(tmp_path / "b", tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_results_without_the_options_of_a_grid_have_no_empty_row_in_the_overview(tmp_path):
    info = record("info", {"degree_max": 17})
    grid = {f"spectrum/karate-seed={seed}": spectrum(seed=seed) for seed in (0, 1)}
    page = page_of(write(tmp_path / "grid", {"info/karate": info, **grid}))
    names = [texts(row[0]) for row in page.rows]
    assert names.count("karate") == 1  # in the table of the command
    assert {"karate seed = 0", "karate seed = 1"} <= set(names)
    assert list(page.data["spectra"]) == ["0", "1"]
    assert [texts(row[0]) for row in page_of(write(tmp_path / "one", {"info/karate": info})).rows].count("karate") == 2
    lost = page_of(write(tmp_path / "lost", {"failed/info/broken": failure(command="info"), **grid}))
    assert lost.row("broken")[1] == "failed"


def test_a_comparison_has_the_names_of_the_datasets_in_whatever_case_it_was_given_them(tmp_path):
    compared = compare(["KARATE", "roads"])
    compared["inputs"][0]["name"] = "edges/karate.txt"
    text = render(load_results(write(tmp_path, {"spectrum/karate": spectrum(), "compare/all": compared})))
    assert "KARATE" not in text
    assert Page(text).row("karate")
