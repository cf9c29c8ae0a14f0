"""Files of the kinds that people have: the right graph, or one line that says what is wrong, never a wrong graph."""

import gzip
import io
import re
import tarfile
import zipfile

import networkx as nx
import numpy as np
import pytest
from edgelists import edges_of, read

from graphspec.errors import InputError

TRIANGLE = {("ann", "bob"), ("bob", "eve"), ("ann", "eve")}


def pairs_of(content, **options):
    return set(edges_of(read(content, **options)))


# --- headers, by evidence


@pytest.mark.parametrize("header", ["who,whom", "V1,V2", "u,v", "lender,borrower", "Source,Target", "n1,n2"])
def test_names_that_never_come_back_are_a_header(header):
    graph = read(f"{header}\nann,bob\nbob,eve\neve,ann\n")
    assert (set(edges_of(graph)), graph.dropped.header_lines) == (TRIANGLE, 1)


@pytest.mark.parametrize("header", ["who,whom,since", "proteinA,proteinB,score", "a,b,c"])
@pytest.mark.parametrize("values", [("1", "2", "3"), ("0.5", "1e-3", "7"), ("2020-01-02", "2020-02-03", "2021-12-31")])
def test_words_above_numbers_or_dates_are_a_header(header, values):
    rows = [f"{a},{b},{value}" for (a, b), value in zip(sorted(TRIANGLE), values, strict=True)]
    graph = read("\n".join([header, *rows]))
    assert (set(edges_of(graph)), graph.dropped.header_lines) == (TRIANGLE, 1)


@pytest.mark.parametrize("first", ["n1,n2", "source,target", "from,to", "x,y"])
def test_names_that_come_back_are_an_edge(first):
    a, b = first.split(",")
    graph = read(f"{first}\n{b},ann\nann,{a}\n")
    assert (graph.num_edges, graph.dropped.header_lines) == (3, 0)


def test_a_first_row_among_isolated_edges_is_an_edge_and_that_is_said():
    graph = read("ann,bob\n" + "".join(f"p{i},q{i}\n" for i in range(20)))
    assert (graph.num_edges, graph.dropped.header_lines) == (21, 0)
    assert any("--header if it names columns" in remark for remark in graph.remarks)
    assert read("ann,bob\np1,q1\np2,q2\n", header=True).num_edges == 2


def test_a_guessed_header_is_said_and_a_known_one_is_not():
    assert any("--no-header" in remark for remark in read("who,whom\nann,bob\nbob,eve\neve,ann\n").remarks)
    assert read("source,target\nann,bob\nbob,eve\neve,ann\n").remarks == ()
    assert read("who,whom\nann,bob\nbob,eve\neve,ann\n", header=False).num_edges == 4


def test_a_word_of_the_first_row_that_is_a_value_of_others_makes_it_an_edge():
    assert read("ann bob friend\neve dan friend\ndan joe foe\njoe eve foe\n").num_edges == 4


@pytest.mark.parametrize("header", ["source,target", "id_1,id_2"])
@pytest.mark.parametrize("rows", [["ann,bob", "bob,eve"], ["1,2", "2,3"]])
def test_a_header_that_comes_again_is_an_error(header, rows):
    with pytest.raises(InputError, match=r"line 4: expected an edge, not a header once more .*found '"):
        read("\n".join([header, *rows, header, *rows]))


@pytest.mark.parametrize("names", ["source,target", "who,whom", "author,paper"])
@pytest.mark.parametrize("ids", [("1", "2"), ("ann", "bob")])
def test_a_header_alone_is_no_edge_where_all_rows_are_left_out(names, ids):
    with pytest.raises(InputError, match="no edges found, values are missing in all rows"):
        read(f"{names}\n{ids[0]},\n{ids[1]},NA\n", missing="drop")
    if names == "source,target":
        assert read(f"{names}\n{ids[0]},\n{ids[1]},x\n", missing="drop").num_edges == 1


@pytest.mark.parametrize("content", ["4 3\n3 2\n2 1\n1 0\n", "4 3\n0 1\n1 2\n2 3\n", "2 1\n3 2\n"])
def test_sizes_that_may_be_an_edge_are_said(content):
    graph = read(content)
    assert "for the numbers of vertices and edges (--no-header if it is an edge)" in graph.remarks[0]
    assert read(content, header=False).num_edges == graph.num_edges + 1
    assert (
        read("3 2\n1 2\n2 3\n").remarks
        == read("9 3\n4 5\n5 6\n6 4\n").remarks
        == read("3 3\n1 2\n2 3\n3 1\n").remarks
        == ()
    )


@pytest.mark.parametrize("content", ["0,1\n10,20\n20,30\n30,10\n", "0\t1\t2\n10\t20\t7\n20\t30\t8\n30\t10\t9\n"])
def test_names_that_pandas_gives_to_columns_are_said(content):
    graph = read(content)
    assert (graph.num_edges, graph.dropped.header_lines) == (4, 0)
    assert "(--header if it numbers the columns)" in graph.remarks[0]
    assert read(content, header=True).num_edges == 3
    assert read(content.replace("30", "1")).remarks == graph.remarks[1:]


def test_a_quoted_number_that_comes_back_is_no_name():
    assert read('"1,234","5,678"\n"5,678","9"\n').num_edges == 2


# --- columns, by name


@pytest.mark.parametrize(
    "names",
    [
        *["Source,Target", "FROM,TO", "src,dst", "u,v", "head,tail", "node1,node2", "source_id,target_id", "idA,idB"],
        *[":START_ID,:END_ID", ":START_ID(Person),:END_ID(Person)", "subject,object", "fromnodeid,tonodeid"],
        *[
            "Protein 1,Protein 2",
            "vertex_a,vertex_b",
            "citing,cited",
            "Interactor A,Interactor B",
            "sourceNode,targetNode",
        ],
    ],
)
@pytest.mark.parametrize("others", [("x1", "q"), ("time", "since")])
def test_named_columns_are_the_edge_wherever_they_stand(names, others):
    first, second = names.split(",")
    rows = ["9,ann,8,bob", "8,bob,9,eve", "9,eve,9,ann"]
    graph = read("\n".join([f"{others[0]},{first},{others[1]},{second}", *rows]))
    assert (set(edges_of(graph)), graph.remarks) == (TRIANGLE, ())


@pytest.mark.parametrize(
    "content",
    [
        ",a,b\n0,10,20\n1,20,30\n2,30,10\n",
        ",source,target,weight\n0,10,20,1.5\n1,20,30,1\n2,30,10,1\n",
        "Unnamed: 0,citer,citee\n0,10,20\n1,20,30\n2,30,10\n",
        '"from" "to"\n"1" 10 20\n"2" 20 30\n"3" 30 10\n',
        "from to\n1 10 20\n2 20 30\n3 30 10\n",
        "id,author,editor\n5,10,20\n6,20,30\n7,30,10\n",
        "date,lender,borrower\n2020-01-01,10,20\n2020-01-02,20,30\n2020-01-03,30,10\n",
        "2020-01-01 10:00:00,10,20\n2020-01-02 11:30:00,20,30\n2020-01-03 12:00:00,30,10\n",
        "# weight from to\n7 10 20\n8 20 30\n9 30 10\n",
    ],
)
def test_an_index_or_a_time_is_no_id(content):
    assert pairs_of(content) == {(10, 20), (20, 30), (10, 30)}


@pytest.mark.parametrize(
    ("content", "weights"),
    [
        ("Source,Target,Id,Weight\na,b,7,2\nb,c,8,3\n", [2, 3]),
        ("weight,source,target\n2,a,b\n3,b,c\n", [2, 3]),
        ("node1,node2,experiments,combined_score\na,b,1,2\nb,c,1,3\n", [2, 3]),
        ("source;target;value\na;b;2,5\nb;c;3,25\n", [2.5, 3.25]),
        ("a b 2\nb c 3\n", [2, 3]),
        ("u v strengthness\na b 2\nb c 3\n", [2, 3]),
    ],
)
def test_the_column_that_is_named_so_is_the_weight(content, weights):
    found = edges_of(read(content, weighted=True))
    assert found == {("a", "b"): weights[0], ("b", "c"): weights[1]}


@pytest.mark.parametrize("names", ["Source,Target,Id", "source,target,type", "date,source,target"])
def test_no_column_that_is_named_otherwise_is_the_weight(names):
    with pytest.raises(InputError, match="no column is named as a weight; the columns are"):
        read(f"{names}\n1,2,3\n2,3,4\n", weighted=True)


def test_columns_by_name():
    content = "time,seller,buyer,price\n1,ann,bob,2\n2,bob,eve,3\n3,eve,ann,4\n"
    assert pairs_of(content, columns=("seller", "Buyer")) == TRIANGLE
    weighted = edges_of(read(content, columns=("buyer", "seller", "price"), weighted=True))
    assert weighted == {("ann", "bob"): 2, ("bob", "eve"): 3, ("ann", "eve"): 4}
    with pytest.raises(InputError, match=r"no column is named 'cost'; the columns are time, seller, buyer, price$"):
        read(content, columns=("seller", "cost"))
    with pytest.raises(InputError, match=r"line 2: expected at least 9 columns"):
        read(content, columns=(1, 9))


@pytest.mark.parametrize("mark", [" ", ",", "\t"])
def test_columns_by_name_in_a_comment(mark):
    content = "# " + "w from to\n7 10 20\n8 20 30\n9 30 10\n".replace(" ", mark)
    assert pairs_of(content, columns=("from", "TO")) == {(10, 20), (20, 30), (10, 30)}
    assert edges_of(read(content, columns=("from", "to", "w"), weighted=True))[(10, 20)] == 7
    with pytest.raises(InputError, match="no column is named 'cost'"):
        read(content, columns=("from", "cost"))


def test_columns_that_were_guessed_are_said():
    assert read("1 2 3\n2 3 4\n").remarks == ("took columns 1 and 2 of 3 for the edge (--columns takes others)",)
    assert read("1 2 3\n2 3 4\n", columns=(1, 2)).remarks == ()
    assert read("1 2 3\n2 3 4\n", weighted=True).remarks == ()
    assert read("1 2\n2 3\n").remarks == ()


@pytest.mark.parametrize(
    "content", ["A pp B\nB pp C\nC pd A\nA pp C\n", "x\tr/is\ty\ny\tr/is\tz\nz\tr/has\tx\nz\tr/has\ty\n"]
)
def test_the_relation_of_triples_is_no_vertex(content):
    graph = read(content)
    assert (graph.num_nodes, graph.num_edges) == (3, 3)
    assert "column 2 looks like a relation" in graph.remarks[0]


def sorted_triples(relations, shift=300):
    """Return triples sorted by subject, whose objects are subjects far below."""
    random = np.random.default_rng(relations)
    numbers = [(i // 4, (i // 4 + shift + random.integers(50)) % 1250, random.integers(relations)) for i in range(5000)]
    return [(f"e{s:04d}", f"r{p}", f"e{o:04d}") for s, o, p in sorted(numbers)]


@pytest.mark.parametrize("relations", [1, 3, 50])
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (0, 2, 1)])
def test_the_relation_of_sorted_triples_is_no_vertex(relations, order):
    triples = sorted_triples(relations)
    first = triples[:1000]
    assert not {triple[0] for triple in first} & {triple[2] for triple in first}
    graph = read("".join(",".join(triple[index] for index in order) + "\n" for triple in triples))
    ends = [order.index(0) + 1, order.index(2) + 1]
    assert graph.remarks[0].startswith(f"took columns {ends[0]} and {ends[1]} of 3 for the edge")
    assert set(edges_of(graph)) == {(min(s, o), max(s, o)) for s, _, o in triples}


@pytest.mark.parametrize("relations", [1, 3, 50])
def test_few_words_in_a_column_that_may_be_a_relation_are_said(relations):
    graph = read("".join(f"{s} {p} o{o}\n" for s, p, o in sorted_triples(relations)))
    said = f"column 2 has few different words ({relations})"
    assert graph.remarks == (f"took columns 1 and 2 of 3 for the edge; {said} (--columns takes others)",)


@pytest.mark.parametrize("content", ["e 1 2\ne 2 3\ne 3 1\n", "a 1 2 10\na 2 3 5\na 3 1 9\n"])
def test_one_word_before_all_edges_is_no_vertex(content):
    graph = read(content)
    assert pairs_of(content) == {(1, 2), (2, 3), (1, 3)}
    assert "took columns 2 and 3" in graph.remarks[0]


@pytest.mark.parametrize(
    "content",
    [
        "".join(f"user{i // 600} {i % 600 % 7} {i % 5}\n" for i in range(1800)),  # users, items and ratings
        "ann 3 1\nbob 1 3\neve 1 1\n",
        "x a 1\nx b 2\nx c 2\n",
    ],
)
def test_words_before_numbers_that_only_look_alike_are_vertices(content):
    assert read(content).remarks == ("took columns 1 and 2 of 3 for the edge (--columns takes others)",)


def test_the_third_column_is_the_weight_where_that_is_asked_for():
    assert edges_of(read("e 1 2\ne 2 3\n", weighted=True)) == {("1", "e"): 2, ("2", "e"): 3}
    assert edges_of(read("a 1 2 10\na 2 3 5\n", weighted=True)) == {(1, 2): 10, (2, 3): 5}


def test_a_table_of_vertices_is_no_edge_list():
    with pytest.raises(InputError, match=r"a table of vertices \(Id, Label\): --columns"):
        read("Id,Label\n1,ann\n2,bob\n3,eve\n")


# --- separators and punctuation


@pytest.mark.parametrize(
    "content",
    [
        *["(ann, bob)\n(bob, eve)\n(eve, ann)\n", "('ann', 'bob')\n('bob', 'eve')\n('eve', 'ann')\n"],
        *["[ann, bob]\n[bob, eve]\n[eve, ann]\n", '("ann","bob"),\n("bob","eve"),\n("eve","ann")\n'],
        *["ann bob;\nbob eve;\neve ann;\n", "ann,bob,\nbob,eve,\neve,ann,\n"],
        *[
            "ann -> bob\nbob -> eve\neve -> ann\n",
            "ann->bob\nbob->eve\neve->ann\n",
            "ann -- bob\nbob -- eve\neve -- ann\n",
        ],
        *["ann: bob\nbob: eve\neve: ann\n", "'ann','bob'\n'bob','eve'\n'eve','ann'\n"],
        *["ann|bob\nbob|eve\neve|ann\n", "ann;bob\nbob;eve\neve;ann\n", "ann::bob\nbob::eve\neve::ann\n"],
        *["sep=;\nann;bob\nbob;eve\neve;ann\n", "ann , bob\nbob , eve\neve , ann\n"],
        *["source -> target\nann -> bob\nbob -> eve\neve -> ann\n", "ann \u2192 bob\nbob \u2192 eve\neve \u2192 ann\n"],
    ],
)
def test_punctuation_around_ids(content):
    assert pairs_of(content) == TRIANGLE


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("extra", ["", "2020-01-01 10:00:00", "a very good friend"])
def test_a_mark_separates_names_with_blanks(mark, extra):
    pairs = [("New York", "Los Angeles"), ("Los Angeles", "San Jose"), ("San Jose", "New York")]
    content = "".join(mark.join([a, b, *([extra] if extra else [])]) + "\n" for a, b in pairs)
    assert pairs_of(content) == {tuple(sorted(pair)) for pair in pairs}


def test_integers_between_tabs_with_a_label_of_words():
    assert pairs_of("1\t2\tfriend\n2\t3\ta good friend\n3\t1\tfoe\n") == {(1, 2), (2, 3), (1, 3)}


def test_quotation_marks_may_come_late_and_hold_anything():
    rows = "".join(f"n{i},n{i + 1}\n" for i in range(3000))
    graph = read(rows + '"Poe, Ann","Roe ""Bob"" B."\n"Poe, Ann",n0\n')
    assert {"Poe, Ann", 'Roe "Bob" B.'} <= set(graph.labels)
    assert graph.num_edges == 3002
    assert set(read('source,target\n"ann\nlee",bob\nbob,eve\n').labels) == {"ann\nlee", "bob", "eve"}
    with pytest.raises(InputError, match=r"line 2: a quotation mark is not closed in"):
        read('source,target\n"ann,bob\nbob,eve\n')


# --- comments


@pytest.mark.parametrize("option", [None, "#%"])
def test_comments_at_the_end_of_rows(option):
    graph = read("1 2 # one\n2 3\n3 1 % two\n", comment=option)
    assert set(edges_of(graph)) == {(1, 2), (2, 3), (1, 3)}
    assert graph.remarks == ("took the ends of 2 rows for comments",)


def test_hash_tags_are_ids_and_kept_where_others_show_that():
    graph = read("source,target\n#a,b\nb,c\nc,#a\nd,#a\n")
    assert (graph.num_nodes, graph.num_edges) == (4, 4)
    assert any("for edges" in remark for remark in graph.remarks)
    assert read("#a,b\nb,c\nc,#a\nd,#a\n").num_edges == 4


def test_a_line_that_may_be_a_comment_or_an_edge_is_an_error():
    content = "a,b\nb,c\n#c,d\nc,a\n"
    with pytest.raises(
        InputError, match=r"line 3: '#c,d' may be a comment or an edge: add --comment '#' .* --comment ''"
    ):
        read(content)
    assert read(content, comment="#").num_edges == 3
    assert read(content, comment="").num_edges == 4
    assert read("a,b\nb,c\n# c,d\nc,a\n").num_edges == 3
    commented = read("1 2\n2 3\n#3 4\n3 1\n")
    assert (commented.num_edges, commented.dropped.comment_lines) == (3, 1)
    assert commented.remarks == ("took 1 lines such as '#3 4' for comments",)


def test_percent_encoded_names_are_ids():
    graph = read("# linkSource linkTarget\n%C3%85land\tFinland\nFinland\tSweden\n%C3%85land\tSweden\n")
    assert (graph.num_nodes, graph.num_edges, graph.dropped.comment_lines) == (3, 3, 1)
    assert read("% sym unweighted\n% 3 4 4\n1 2\n2 3\n3 4\n").num_edges == 3
    assert read("%30 40 40\n1 2\n2 3\n").num_edges == 2


# --- missing values


@pytest.mark.parametrize("word", ["", "NA", "NULL", r"\N", "None", "nan", "NaN", "<NA>", "null", "N/A"])
@pytest.mark.parametrize("ids", [("ann", "bob", "eve"), ("1", "2", "3")])
def test_missing_values(word, ids):
    a, b, c = ids
    content = f"source,target\n{a},{b}\n{b},{c}\n{a},{word}\n{c},{a}\n"
    with pytest.raises(InputError, match=f"line 4: expected two ids.*found '{a},".replace("\\", "\\\\")):
        read(content)
    graph = read(content, missing="drop")
    assert (graph.num_nodes, graph.num_edges, graph.dropped.missing_values) == (3, 3, 1)
    if word and a == "ann":
        assert word in read(content, missing="keep").labels


def test_missing_weights():
    content = "a,b,1\nb,c,NA\nc,a,3\n"
    with pytest.raises(InputError, match="line 2: expected a weight"):
        read(content, weighted=True)
    graph = read(content, weighted=True, missing="drop")
    assert (graph.num_edges, graph.dropped.missing_values) == (2, 1)
    with pytest.raises(InputError, match="line 2: expected a weight"):
        read("1,2,1\n2,3,nan\n3,1,3\n", weighted=True)
    with pytest.raises(InputError, match="values are missing in all rows"):
        read("a,NA\nb,NA\n", missing="drop", header=False)


# --- weights


def test_a_list_of_both_directions_counts_weights_once():
    rows = "1 2 2\n2 3 1\n3 1 4\n"
    both = rows + "2 1 2\n3 2 1\n1 3 4\n"
    once, twice = read(rows, weighted=True), read(both, weighted=True)
    assert edges_of(once) == edges_of(twice) == {(1, 2): 2, (2, 3): 1, (1, 3): 4}
    assert twice.dropped.duplicate_edges == 3
    assert twice.remarks == ("counted weights once: every edge is listed in both directions with one weight",)
    market = "%%MatrixMarket matrix coordinate real symmetric\n3 3 3\n2 1 2\n3 2 1\n3 1 4\n"
    assert edges_of(read(market, weighted=True)) == edges_of(twice)
    for other in (both + "1 2 2\n", both.replace("1 3 4", "1 3 5"), rows + "2 1 2\n"):
        graph = read(other, weighted=True)
        assert edges_of(graph)[(1, 2)] > 2
        assert graph.remarks == ("added up the weights of repeated edges",)


def test_weights_that_overflow_are_an_error():
    with pytest.raises(InputError, match="the weights add up to more than a floating-point number can hold"):
        read("1 2 1e308\n2 3 1e308\n1 2 1e308\n", weighted=True)
    with pytest.raises(InputError, match="the weights add up"):
        read("1 2 1e308\n2 3 1e308\n", weighted=True)


# --- other formats

NETWORK = nx.Graph([("ann", "bob"), ("bob", "eve"), ("eve", "ann")])
for number, edge in enumerate(NETWORK.edges):
    NETWORK.edges[edge]["weight"] = number + 1.5


def written(writer):
    stream = io.BytesIO()
    writer(NETWORK, stream)
    return stream.getvalue()


@pytest.mark.parametrize("writer", [nx.write_gml, nx.write_graphml, nx.write_gexf, nx.write_pajek])
def test_formats_of_other_programs(writer):
    content = written(writer)
    assert pairs_of(content) == TRIANGLE
    assert sorted(edges_of(read(content, weighted=True)).values()) == [1.5, 2.5, 3.5]
    assert read(gzip.compress(content)).num_edges == 3
    with pytest.raises(InputError, match=r"expected a graph in \w+, which cannot be read \(|found no edges"):
        read(content[: len(content) // 2])


@pytest.mark.parametrize("writer", [nx.write_graphml_xml, nx.write_gexf])
@pytest.mark.parametrize("namespace", ["", ' xmlns="https://example.org/version/9.9"'])
def test_xml_in_no_namespace_or_in_another_one(writer, namespace):
    root, schema = rb'(<(?:graphml|gexf)[^>]*?) xmlns="[^"]*"', rb' xsi:schemaLocation="[^"]*"'
    content = re.sub(schema, b"", re.sub(root, rb"\1" + namespace.encode(), written(writer)))
    assert namespace.encode() in content
    assert b"1.2draft" not in content
    assert sorted(edges_of(read(content, weighted=True)).values()) == [1.5, 2.5, 3.5]
    assert pairs_of(content) == TRIANGLE


def test_graph6_and_sparse6():
    path = nx.path_graph(5)
    for bytes_of in (nx.to_graph6_bytes, nx.to_sparse6_bytes):
        assert set(edges_of(read(bytes_of(path)))) == {(0, 1), (1, 2), (2, 3), (3, 4)}
    with pytest.raises(InputError, match="expected one graph, found 2 in graph6"):
        read(nx.to_graph6_bytes(path) + nx.to_graph6_bytes(path, header=False))


def test_metis():
    content = "% a comment\n4 4\n2 3\n1 3\n1 2 4\n3\n"
    assert pairs_of(content) == {(1, 2), (1, 3), (2, 3), (3, 4)}
    isolated = read("3 1\n2\n1\n\n")
    assert (isolated.num_nodes, isolated.num_edges) == (3, 1)
    assert edges_of(read("3 2 1\n2 5\n1 5 3 7\n2 7\n", weighted=True)) == {(1, 2): 5, (2, 3): 7}
    with pytest.raises(InputError, match="expected METIS with weights of edges, found none"):
        read(content, weighted=True)
    # A list of edges below their numbers: vertex 1 would be its own neighbour.
    assert read("3 3\n1 2\n2 3\n3 1\n").dropped.header_lines == 1


def test_metis_with_weights_of_vertices_is_named():
    with pytest.raises(InputError, match="METIS with weights or sizes of vertices is not read: leave them out"):
        read("3 3 10\n5 2 3\n6 1 3\n7 1 2\n")
    assert read("3 3 10\n1 2 5\n2 3 6\n").num_edges == 2  # a list of three columns


def test_blank_lines_below_metis():
    for content, num_edges in (("3 3\n2 3\n1 3\n1 2\n\n", 3), ("3 1\n2\n1\n\n\n\n", 1)):
        graph = read(content)
        assert (graph.num_nodes, graph.num_edges, graph.dropped.header_lines) == (3, num_edges, 0)


def test_dimacs_in_capitals():
    assert edges_of(read("C x\nP SP 3 2\nA 1 2 5\nA 2 3 6\n", weighted=True)) == {(1, 2): 5, (2, 3): 6}


@pytest.mark.parametrize(
    "content", ["import export\nann bob\nbob eve\n", "from to\n1 2\n2 3\n", "- a\na b\n", "create merge\nmerge x\n"]
)
def test_words_of_programs_are_names(content):
    assert read(content).num_edges == 2


def test_the_end_of_a_text_in_dos_and_packed_files_within_packed_ones():
    assert read(b"1 2\n2 3\n\x1a").num_edges == 2
    with pytest.raises(InputError, match="found a packed file within another one: unpack it once"):
        read(gzip.compress(gzip.compress(b"1 2\n")))
    with pytest.raises(InputError, match="found another zip archive: unpack it and give the file"):
        read(archive("zip", {"a.zip": archive("zip", {"b": b"1 2\n"})}))
    with pytest.raises(InputError, match="a document of an office program: save it as CSV"):
        read(archive("zip", {"mimetype": b"", "content.xml": b""}))
    with pytest.raises(InputError, match="found fewer entries than its size line says"):
        read("%%MatrixMarket matrix coordinate real symmetric\n30 30 3\n2 1 5\n3 2 5\n")


def test_dimacs():
    content = "c words of a comment\np edge 4 3\ne 1 2\ne 2 3\ne 3 1\n"
    graph = read(content)
    assert (graph.num_nodes, set(edges_of(graph))) == (4, {(1, 2), (2, 3), (1, 3)})
    arcs = "c from somewhere\np sp 3 4\na 1 2 17\na 2 1 17\na 2 3 5\na 3 2 5\n"
    assert read(arcs).num_edges == 2
    assert edges_of(read("p sp 3 2\na 1 2 17\na 2 3 5\n", weighted=True)) == {(1, 2): 17, (2, 3): 5}
    for wrong, message in (
        ("p edge 2 1\ne 1 3\n", "expected vertices from 1 to 2"),
        ("p edge 3 9\ne 1 3\n", "expected 9 edges, as the line p says, found 1"),
        ("p edge 3 1\ne 1 x\n", "line 2: expected an edge in DIMACS"),
    ):
        with pytest.raises(InputError, match=message):
            read(wrong)
    with pytest.raises(InputError, match="expected a weight in every line"):
        read(content, weighted=True)


TWICE = "counted weights once: every edge is listed in both directions with one weight"
ADDED = "added up the weights of repeated edges"
GML = "graph [\n directed 1\n node [ id 0 ]\n node [ id 1 ]\n node [ id 2 ]\n"
MARKET = "%%MatrixMarket matrix coordinate real symmetric\n3 3"


def gml_edges(*edges):
    return GML + "".join(f" edge [ source {edge} ]\n" for edge in edges) + "]\n"


@pytest.mark.parametrize(
    ("content", "weight", "remarks"),
    [
        ("p sp 3 4\na 1 2 17\na 2 1 17\na 2 3 5\na 3 2 5\n", 17, (TWICE,)),
        ("p sp 3 3\na 1 2 17\na 2 1 16\na 2 3 5\n", 33, (ADDED,)),
        (gml_edges("0 target 1 weight 17", "1 target 0 weight 17"), 17, (TWICE,)),
        (gml_edges("0 target 1 weight 17", "1 target 0 weight 18"), 35, (ADDED,)),
        (gml_edges("0 target 1 weight 17", "0 target 1 weight 17"), 34, (ADDED,)),
        (gml_edges("0 target 1 value 7"), 7, ("took the attribute value of edges for their weight",)),
        (gml_edges("0 target 1 Weight 7"), 7, ("took the attribute Weight of edges for their weight",)),
        (gml_edges("0 target 1 weight 7", "1 target 2"), 7, ("counted 1 edges without a weight as 1",)),
        (gml_edges('0 target 1 label "x"'), 1, ("no edge has a weight: each counts 1",)),
        (f"{MARKET} 4\n1 2 17\n2 1 17\n2 3 5\n3 2 5\n", 17, (TWICE,)),
        (f"{MARKET} 2\n2 1 17\n3 2 5\n", 17, ()),
        (f"{MARKET} 3\n2 1 17\n2 1 16\n3 2 5\n", 33, (ADDED,)),
        (f"{MARKET.replace('symmetric', 'general')} 3\n1 2 17\n2 1 16\n2 3 5\n", 33, (ADDED,)),
        (f"{MARKET.replace('symmetric', 'general')} 4\n1 2 17\n2 1 17\n2 3 5\n3 2 5\n", 17, ()),
    ],
)
def test_weights_in_both_directions_count_as_in_edge_lists(content, weight, remarks):
    graph = read(content, weighted=True)
    assert graph.weights[0] == weight
    assert graph.remarks == remarks
    assert read(content).num_edges == graph.num_edges


def test_graphml_in_both_directions():
    network = nx.DiGraph()
    network.add_weighted_edges_from([("a", "b", 17.0), ("b", "a", 17.0)], weight="Value")
    stream = io.BytesIO()
    nx.write_graphml(network, stream)
    graph = read(stream.getvalue(), weighted=True)
    assert edges_of(graph) == {("a", "b"): 17}
    assert graph.remarks == ("took the attribute Value of edges for their weight", TWICE)


def test_other_numbers_of_edges_are_no_weights():
    with pytest.raises(InputError, match="no edge has a weight; the numbers of edges are length: rename one to weight"):
        read(gml_edges("0 target 1 length 7", "1 target 2"), weighted=True)
    for wrong in ("-1", '"x"'):
        with pytest.raises(InputError, match="the weights cannot be read"):
            read(gml_edges(f"0 target 1 weight {wrong}"), weighted=True)
    with pytest.raises(InputError, match=r"the weights cannot be read \(they must be finite and not negative"):
        read("p sp 3 1\na 1 2 -1\n", weighted=True)


def test_repeated_edges_of_gml_are_merged():
    for labels in ("", ' label "x" '):
        content = gml_edges("0 target 1", "0 target 1", "1 target 2").replace("node [ id 0", f"node [ id 0{labels}")
        graph = read(content)
        assert (graph.num_edges, graph.dropped.duplicate_edges) == (2, 1)


@pytest.mark.parametrize("above", ["\n", "  \n\n"])
def test_matrix_market_below_blank_lines(above):
    graph = read(f"{above}%%MatrixMarket matrix coordinate real symmetric\n30 30 2\n2 1 5\n3 2 5\n", weighted=True)
    assert (graph.num_nodes, sorted(edges_of(graph).values())) == (30, [5, 5])


@pytest.mark.parametrize("problem", ["tw", "ds", "td", "cep"])
def test_problems_of_pace_have_edges_without_a_letter(problem):
    graph = read(f"c a comment\np {problem} 5 3\n1 2\nc another\n2 3\n3 1\n")
    assert (graph.num_nodes, set(edges_of(graph))) == (5, {(1, 2), (2, 3), (1, 3)})
    assert read("p ocr 3 2 4\n1 4\n2 4\n3 5\n1 5\n").num_nodes == 5
    with pytest.raises(InputError, match=r"line 2: expected an edge in DIMACS .* found '1 2 3'"):
        read("p hs 4 2\n1 2 3\n2 3\n")


def test_dimacs_with_several_numbers_behind_an_arc():
    content = "p min 4 3\nn 1 4\nn 4 -4\na 1 2 0 4 2\na 2 3 0 2 1\na 3 4 0 2 1\n"
    assert set(edges_of(read(content))) == {(1, 2), (2, 3), (3, 4)}
    with pytest.raises(InputError, match="expected a weight in every line of an edge, found 3"):
        read(content, weighted=True)


def test_an_edge_between_p_and_a_word_is_no_line_of_sizes():
    assert read("p x 3 4\nq x 5 6\nx y 7 8\n").num_edges == 3


@pytest.mark.parametrize(
    "above", ["// by hand\n", "# 1\n# 2\n\n", "/* two\n lines * of ** text */\n", "/* a */ // b\n", "\n"]
)
@pytest.mark.parametrize("start", ["digraph {", "strict graph G{", 'graph "my graph"\n{', "Graph\n\n{"])
def test_dot_below_comments_is_named(above, start):
    with pytest.raises(InputError, match="found what looks like a graph in DOT: read it with networkx or Graphviz"):
        read(f"{above}{start}\n a -- b;\n b -- c;\n}}\n")


def test_many_comments_and_blanks_are_searched_at_once():
    assert read(" " * 20_000 + "\n" * 20_000 + "a b\n" * 5).num_edges == 1
    with pytest.raises(InputError, match="expected"):
        read("/* a */\n" * 2000 + "x\n")
    with pytest.raises(InputError, match="expected"):
        read("p tw 3 2\n" + "\n\nc x\n" * 2000 + "a b\n")


@pytest.mark.parametrize(
    ("content", "meaning"),
    [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "a pointer of Git LFS"),
        *[(text, "the answer of a web server") for text in ("404: Not Found", "Not Found\n", "403 Forbidden\n")],
        *[(text, "a web page") for text in ("<!DOCTYPE html>\n<html>\n", "<html><body>x</body></html>")],
        ("<?xml version='1.0'?>\n<note>a b</note>\n", "XML"),
        ("CREATE TABLE edges (a int, b int);\nINSERT INTO edges VALUES (1,2);\n", "SQL"),
        ("-- MySQL dump\n\nDROP TABLE IF EXISTS edges;\n", "SQL"),
        ("graph G {\n a -- b;\n}\n", "a graph in DOT"),
        ("strict digraph {\n a -> b\n}\n", "a graph in DOT"),
        ("dl n = 3 format = edgelist1\ndata:\n1 2\n", "a graph in UCINET DL"),
        ("nodedef>name VARCHAR\na\nedgedef>node1,node2\n", "a graph in GDF"),
        ("c a comment\np cnf 3 2\n1 -3 0\n2 3 0\n", "a formula in DIMACS CNF"),
        ("p wcnf 3 2 10\n10 1 -3 0\n3 2 3 0\n", "a formula in DIMACS CNF"),
        ("c x\np aux sp co 2\nv 1 10 20\nv 2 11 21\n", "a table of vertices in DIMACS"),
        ("c x\ns td 2 3 4\nb 1 1 2 3\nb 2 2 3 4\n1 2\n", "a tree decomposition"),
        ("SECTION Graph\nNodes 3\nEdges 1\nE 1 2 1\nEND\n", "a Steiner tree problem"),
        ("NAME: x\nTYPE: TSP\nDIMENSION: 3\nNODE_COORD_SECTION\n1 0 0\n", "a problem of TSPLIB"),
        ("t # 0\nv 0 2\nv 1 2\ne 0 1 2\n", "graphs in the format of gSpan"),
        ('(tlp "2.3"\n(nb_nodes 3)\n(edge 0 0 1)\n)\n', "a graph in TLP"),
        ("@nodes\nlabel\n1\n2\n@arcs\n  label\n1 2 0\n", "a graph in LGF"),
        ("*Node data\nID name\n1 a\n*Tie data\nfrom to w\n1 1 1\n", "a graph in VNA"),
        ('{"nodes": [], "links": []}', "JSON"),
        ("[[1, 2], [2, 3]]", "JSON"),
        ('[\n  {"source": 1}\n]', "JSON"),
        ("---\nname: x\nsize: 3\n", "settings"),
        ("[section]\nkey = value\n", "settings"),
        ("alpha = 1\nbeta = 2\ngamma = 3\n", "settings"),
        (b"FEA1\0\0", "a Feather file of version 1"),
        (b"\x89HDF\r\n\x1a\n\0", "an HDF5 file"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0", "a picture"),
    ],
)
def test_what_is_no_edge_list_is_named(content, meaning):
    with pytest.raises(InputError, match=f"^input: expected an edge list, found what looks like {meaning}"):
        read(content)


@pytest.mark.parametrize(
    ("content", "meaning"),
    [
        ("0 1 2\n1 0 2\n2 0 1\n", "adjacency lists"),
        ('node,neighbors\n1,"2,3"\n2,"1"\n', "adjacency lists"),
        (",e1,e2,e3\nann,1,0,1\nbob,1,1,0\n", "a table of 0 and 1"),
        ("0 1 2 0 3\n1 2 0 3 2\n", "two rows of vertices"),
        ("name: graph\nversion: one\nauthor: ann\n", "settings"),
        ("| a | b |\n|---|---|\n| x | y |\n", "a table in Markdown"),
        ("<http://a.b/x> <http://a.b/r> <http://a.b/y> .\n", "RDF"),
        ("Rate limit exceeded\n", "the answer of a web server"),
        *[(f"  (0, 1){mark}1\n  (1, 2){mark}1\n", "entries of a matrix") for mark in ("\t", " ", "    ")],
        ('"(0, 1)",5\n"(1, 2)",4\n', "entries of a matrix as Python prints them, or counts of pairs"),
        (
            "<COOrdinate sparse matrix of dtype 'int64'\n\twith 2 stored elements>\n  Coords\tValues\n"
            + 2 * "(0, 1)\t1\n",
            "ent",
        ),
        ('ann -- bob [label="x y"];\nbob -- eve;\n', "edges of a graph in DOT"),
        ("a -> b [weight=5]\nb -> c [weight=2]\n", "edges of a graph in DOT"),
        ("A[Start] --> B[Middle]\nB --> C[End]\n", "a diagram of Mermaid"),
        ("flowchart LR\n  A --> B\n", "a diagram of Mermaid"),
        ("@base <http://a.b/> .\n<x> <r> <y> .\n", "RDF"),
        ('CREATE (a:Person {name: "x"})\nCREATE (b)\n', "Cypher"),
        ("LEDA.GRAPH\nvoid\nvoid\n3\n", "a graph in LEDA"),
        *[
            (text, "a table that a program has drawn")
            for text in (
                " source | target \n--------+--------\n ann    | bob\n",
                "+-----+-----+\n| a   | b   |\n+-----+-----+\n| ann | bob |\n",
                "=====  =====\na      b\n=====  =====\nann    bob\n",
                "|a|b|\n|-+-|\n|x|y|\n",
            )
        ],
        ("10 & 20\\\\\n20 & 30\\\\\n", "a table in LaTeX"),
        ("- ann, bob\n- bob, eve\n", "a list in YAML"),
        *[(text, "a matrix in MATLAB") for text in ("A = [0 1 1;\n1 0 1;\n1 1 0];\n", "A = [\n0 1\n1 0\n];\n")],
        *[
            (text, "a program")
            for text in (
                'G.add_edge("ann", "bob")\nG.add_edge("bob", "eve")\n',
                "var edges = [\n{source: 1, target: 2}\n];\n",
                "import networkx as nx\nG = nx.Graph()\n",
                "from networkx import Graph\n",
            )
        ],
    ],
)
def test_other_tables_and_texts_are_named(content, meaning):
    with pytest.raises(InputError, match=f"expected an edge list, found what looks like {meaning}"):
        read(content)


@pytest.mark.parametrize(
    "content",
    [
        *["{1, 2}\n{2, 3}\n{3, 1}\n", "<1,2>\n<2,3>\n<3,1>\n", "e(1,2).\ne(2,3).\n", "[(1, 2), (2, 3)]\n"],
        *["(0, 1) 0.5\n(1, 2) 0.5\n", "a,b->c\nb,c->d\nc,d->a\n"],
        *["1, 2 3\n2, 3 4\n3, 1 4\n", "1 2:0.5 3:1\n2 1:0.5 3:1\n", "1-2 0.5\n2-3 0.25\n"],
    ],
)
def test_pieces_of_something_else_are_no_ids(content):
    with pytest.raises(InputError, match=r"expected ids, found|expected two ids, of which none|looks like"):
        read(content)


@pytest.mark.parametrize(
    "content",
    [
        *["[A] foo\nfoo [B]\n[B] [A]\n", "{A},{B}\n{B},foo\nfoo,{A}\n", "a=1,b=2\nb=2,c=3\nc=3,a=1\n"],
        *[
            "1|a 1|b\n1|b 2|c\n2|c 1|a\n",
            "x::a|x::b\nx::b|y::c\ny::c|x::a\n",
            "Lee; A,Roe; B\nRoe; B,Poe; C\nPoe; C,Lee; A\n",
        ],
        *[
            "select table\ntable join\njoin select\n",
            '"1,5","2,5"\n"2,5","3,5"\n"3,5","1,5"\n',
            "1_0,2_0\n2_0,3\n3,1_0\n",
        ],
        *["source,target,weight\n0,1,1\n1,2,1\n0,2,0\n", "   1 2\n   2 3\n   3 1\n", "  u v\n1 a b\n2 b c\n3 c a\n"],
    ],
)
def test_odd_names_and_layouts_are_read(content):
    graph = read(content)
    assert (graph.num_nodes, graph.num_edges) == (3, 3)


@pytest.mark.parametrize(
    "row", ["ann -> bob -> eve", "ann -> bob: 5", "ann -> bob: a friend", 'ann -> bob [label="x"]', "ann->bob->eve"]
)
def test_an_arrow_stands_between_two_ids(row):
    arrow = " -> " if " " in row else "->"
    with pytest.raises(InputError, match=r"line 3: expected two ids with an arrow between them, found 'ann"):
        read(f"bob{arrow}eve\n\n{row}\neve{arrow}ann\n")
    assert read("a: b -> c: d\nc: d -> e\n").num_edges == 2
    assert pairs_of("ann -> likes -> bob\nbob -> likes -> eve\n", columns=(1, 3)) == {("ann", "bob"), ("bob", "eve")}


@pytest.mark.parametrize("row", ["(n5, n17)", "n5,n17;", "'n5','n17'", "[n5,n17]"])
def test_punctuation_that_comes_late_is_an_error(row):
    rows = "".join(f"n{i},n{i + 1}\n" for i in range(3000))
    with pytest.raises(InputError, match="line 3001: expected an id without the punctuation"):
        read(rows + row + "\n")
    assert read(rows + "n5,(n17 b)\n").num_edges == 3001


def test_words_for_missing_values_are_names_where_they_are_kept():
    graph = read("source,target\n1,2\n2,NA\n3,1\n", missing="keep")
    assert graph.labels.tolist() == ["1", "2", "3", "NA"]
    with pytest.raises(InputError, match=r"line 3: expected two ids \(--missing drop leaves rows without one out\)"):
        read("source,target\nann,bob\nbob,\nNULL,eve\n", missing="keep")


def test_comment_marks_within_quotation_marks_are_text():
    graph = read('source,target,note\na,b,"x\n# y"\nb,c,z # w\nc,a,"1 # 2"\n')
    assert (set(edges_of(graph)), graph.dropped.comment_lines) == ({("a", "b"), ("b", "c"), ("a", "c")}, 0)


def test_what_is_refused_by_its_look_can_be_read_as_edges():
    assert read("name: graph\nversion: one\nauthor: ann\n", delimiter=":").num_edges == 3
    assert read("0 1 2\n1 0 2\n2 0 1\n", columns=(1, 2)).num_edges == 2
    assert read("0,1,1,0\n1,0,1,0\n1,1,0,1\n0,0,1,0\n", columns=(1, 2)).num_edges == 1


def test_adjacency_lists_are_named():
    with pytest.raises(InputError, match=r"line 2: .*; add --lists if each row is a vertex and its neighbours$"):
        read("0 1 2\n1 2\n2 3\n3\n")
    for content in ("ann bob eve\nbob eve\n", "1 2 3\n2 3\n"):
        with pytest.raises(InputError, match=r"line 2: .*; add --lists"):
            read(content)
    for content in ("1 2 0.5\n2 3\n", "1 2 7\n1 3\n"):
        with pytest.raises(InputError, match=r"line 2: expected 3 columns as on line 1, found 2 in '[0-9 ]*'$"):
            read(content)


# --- dense matrices

DENSE = [[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 2], [0, 0, 2, 0]]


@pytest.mark.parametrize("mark", [" ", ",", "\t", ";"])
@pytest.mark.parametrize("named", ["", "above", "before", "both"])
def test_a_dense_matrix_is_read_where_it_is_asked_for(mark, named):
    rows = [[str(value) for value in row] for row in DENSE]
    if named in ("before", "both"):
        rows = [[name, *row] for name, row in zip("abcd", rows, strict=True)]
    if named in ("above", "both"):
        corner = ["x"] if named == "both" else []
        rows = [[*corner, *"abcd"], *rows]
    content = "\n".join(mark.join(row) for row in rows)
    with pytest.raises(InputError, match="what looks like a dense adjacency matrix of 4 rows: add --matrix to read it"):
        read(content)
    graph = read(content, matrix=True)
    a, b, c, d = "abcd" if named else range(4)
    assert set(edges_of(graph)) == {(a, b), (a, c), (b, c), (c, d)}
    assert edges_of(read(content, matrix=True, weighted=True))[(c, d)] == 2


def test_wrong_dense_matrices():
    with pytest.raises(InputError, match="line 2: expected 3 numbers, as many as there are rows"):
        read("0 1 0\n1 0\n0 1 0\n", matrix=True)
    with pytest.raises(InputError, match="line 1: expected numbers that are finite and not negative"):
        read("0 -1 0\n-1 0 0\n0 0 0\n", matrix=True)
    with pytest.raises(InputError, match="line 1: expected numbers that are finite and not negative, found '0 1 NA'"):
        read("0 1 NA\n1 0 1\nNA 1 0\n", matrix=True)
    assert edges_of(read("0;0,5;1\n0,5;0;0\n1;0;0\n", matrix=True, weighted=True)) == {(0, 1): 0.5, (0, 2): 1}
    with pytest.raises(InputError, match="no edges found"):
        read("# nothing\n", matrix=True)
    wide = " ".join("01" * 150)
    with pytest.raises(InputError, match="found 300 columns of numbers: add --matrix"):
        read(f"{wide}\n{wide}\n")


@pytest.mark.parametrize(
    "content",
    [
        "0,2,0\n0,0,3\n4,0,0\n",
        ",a,b,c\na,0,2,0\nb,0,0,3\nc,4,0,0\n",
        "True,False,True\nFalse,True,False\nTrue,True,False\n",
        "".join(" ".join(f"{value:.18e}" for value in row) + "\n" for row in ((1, 2, 0), (0, 0, 3), (4, 0, 0))),
    ],
)
def test_a_matrix_that_is_not_symmetric_is_a_matrix(content):
    with pytest.raises(InputError, match="what looks like a dense adjacency matrix of 3 rows: add --matrix to read it"):
        read(content)
    assert read(content, matrix=True).num_nodes == 3


@pytest.mark.parametrize("content", ["1 2 3\n2 3 4\n3 1 5\n", "0 1\n1 0\n", "0 1 5\n1 2 5\n2 0 5\n"])
def test_rows_that_are_no_matrix_stay_edges(content):
    assert read(content).num_edges == len({frozenset(row.split()[:2]) for row in content.splitlines()})


# --- archives


def archive(kind, files):
    stream = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(stream, "w") as container:
            for name, content in files.items():
                container.writestr(name, content)
    else:
        with tarfile.open(fileobj=stream, mode="w") as container:
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                container.addfile(info, io.BytesIO(content))
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_the_only_file_of_an_archive(kind):
    graph = read(archive(kind, {"data/edges.txt": b"0 1\n1 2\n", "__MACOSX/._edges.txt": b"\0\5"}))
    assert (graph.num_edges, graph.remarks) == (2, ("read data/edges.txt from the archive",))
    assert read(gzip.compress(archive(kind, {"edges.txt.gz": gzip.compress(b"0 1\n1 2\n")}))).num_edges == 2
    with pytest.raises(
        InputError, match=f"expected a {kind} archive of one file, found 2 .a, b.: name one with `member`"
    ):
        read(archive(kind, {"a": b"0 1\n", "b": b"1 2\n"}))
    with pytest.raises(InputError, match=f"expected a {kind} archive of one file, found none"):
        read(archive(kind, {}) if kind == "zip" else archive(kind, {"._a": b""}))
    with pytest.raises(InputError, match="archive is truncated"):
        read(archive(kind, {"edges.txt": b"0 1\n" * 2000})[: -1500 if kind == "zip" else 1000])


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_one_of_several_files_of_an_archive(kind):
    packed = archive(kind, {"net/edges.csv": b"0,1\n1,2\n", "net/nodes.csv": b"0,a\n", "other/edges.csv": b"5,6\n"})
    for member in ("net/edges.csv", "net/e*", "n*/edges.csv"):
        graph = read(packed, member=member)
        assert (graph.num_edges, graph.remarks) == (2, ("read net/edges.csv from the archive",))
    for member, found in (("edges.csv", "2 of the 3 files are"), ("links.csv", "none of the files is")):
        with pytest.raises(
            InputError, match=f"{found} called {member} .net/edges.csv, net/nodes.csv, other/edges.csv."
        ):
            read(packed, member=member)
    assert read(b"0 1\n", member="edges.csv").remarks == ("left member out, which is for archives",)


def test_a_document_of_an_office_program_is_named():
    with pytest.raises(InputError, match="a document of an office program: save it as CSV"):
        read(archive("zip", {"[Content_Types].xml": b"", "xl/workbook.xml": b""}))


# --- Matrix Market


def test_matrix_market_with_one_percent_sign():
    graph = read("%MatrixMarket matrix coordinate pattern symmetric\n%\n4 4 2\n2 1\n3 2\n")
    assert (graph.num_nodes, graph.num_edges) == (4, 2)


@pytest.mark.parametrize("size", ["%4 4 3\n", "", "4 4\n", "4 4 3 2\n", "a b c\n"])
def test_a_size_line_that_is_missing_or_wrong_is_reported_with_its_line(size):
    with pytest.raises(InputError, match=r"line [23]: expected a size line with the numbers of rows, "):
        read(f"%%MatrixMarket matrix coordinate pattern symmetric\n{size}2 1\n3 1\n4 2\n")


def test_repeated_entries_of_a_matrix_are_counted():
    graph = read("%%MatrixMarket matrix coordinate pattern general\n3 3 7\n1 1\n1 1\n2 1\n1 2\n1 2\n3 1\n3 1\n")
    assert (graph.num_edges, graph.dropped.self_loops, graph.dropped.duplicate_edges) == (2, 2, 3)


def test_options_that_a_format_has_no_use_for_are_said():
    market = "%%MatrixMarket matrix coordinate pattern symmetric\n2 2 1\n2 1\n"
    assert read(market, delimiter=",").remarks == ("left delimiter out, which a matrix file has no use for",)
    assert read(written(nx.write_gml), missing="drop").remarks == ("left missing out, which GML has no use for",)


def test_integers_in_any_plain_form_take_the_fast_way(monkeypatch):
    monkeypatch.setattr("graphspec.readwrite.fields._pandas", lambda: pytest.fail("pandas was asked"))
    for mark in (" ", "\t", ",", ";", "|"):
        content = "".join(f"{a}{mark}{b}{mark}7\n" for a, b in ((0, 1), (1, 2), (10, 0)))
        assert read(content).num_edges == 3
        assert read("source target time\n".replace(" ", mark) + content).num_edges == 3
    assert np.array_equal(read("0 10\n10 20\n").labels, [0, 10, 20])
