"""Columns of source and target, by the ids that come back in each other; names rank what values leave open."""

import pytest
from edgelists import edges_of, read

from graphspec.errors import InputError

NUMBERS = {(10, 20), (20, 30), (10, 30)}
WORDS = {("ann", "bob"), ("bob", "eve"), ("ann", "eve")}
PAIRS = {"n": [("10", "20"), ("20", "30"), ("30", "10")], "w": [("ann", "bob"), ("bob", "eve"), ("eve", "ann")]}


def table(header, *rows, kind="n", mark=","):
    """Return a table in whose rows S and T stand for source and target."""
    lines = [
        f"{row},".replace("S,", f"{s},").replace("T,", f"{t},")[:-1]
        for row, (s, t) in zip(rows, PAIRS[kind], strict=True)
    ]
    return "".join(f"{line}\n".replace(",", mark) for line in ([header] if header else []) + lines)


@pytest.mark.parametrize(
    "header",
    ["caller,callee,start,end", "i,j,start,end", "u,v,begin,end", "u,v,start_frame,end_frame", "p1,p2,from,to"],
)
@pytest.mark.parametrize(
    "times",
    [("100,120", "120,160", "160,200"), ("1990,1995", "1991,1999", "1995,1996"), ("5,7", "7,9", "1,2")],
)
def test_first_and_last_times_are_no_ids(header, times):
    content = table(header, *(f"S,T,{each}" for each in times))
    graph = read(content)
    assert set(edges_of(graph)) == NUMBERS
    assert graph.remarks[0].startswith("took columns 1 (")
    turned = "\n".join(",".join(row.split(",")[2:] + row.split(",")[:2]) for row in content.splitlines())
    assert set(edges_of(read(turned))) == NUMBERS


@pytest.mark.parametrize("header", ["caller,callee,start,end", "u,v,from,to", "person1,person2,start_dt,end_dt"])
@pytest.mark.parametrize(
    "time", ["2020-01-0{}", "2020-01-0{} 10:00:00", "10:0{}", "10:00:0{}.5", "2020-01-01T10:0{}:00Z"]
)
def test_dates_and_times_of_a_day_are_no_ids(header, time):
    rows = [f"S,T,{time.format(row)},{time.format(row + 1)}" for row in range(3)]
    assert set(edges_of(read(table(header, *rows)))) == NUMBERS


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("source_type,source_id,target_type,target_id", ["p,S,p,T", "p,S,o,T", "o,S,p,T"]),
        ("source_type,target_type,source,target", ["p,p,S,T", "p,o,S,T", "o,p,S,T"]),
        ("source_x,source_y,target_x,target_y,source,target", ["1,2,3,4,S,T", "3,4,5,6,S,T", "5,6,1,2,S,T"]),
        ("from_kind,to_kind,from,to", ["p,p,S,T", "p,o,S,T", "o,p,S,T"]),
        ("Origin State,Dest State,Origin,Dest", ["x,y,S,T", "y,z,S,T", "z,x,S,T"]),
        ("Year,Month,Origin,Dest,Distance", ["2020,1,S,T,33", "2020,2,S,T,44", "2020,2,S,T,33"]),
    ],
)
def test_plain_names_beat_names_of_attributes(header, rows):
    for kind, edges in (("n", NUMBERS), ("w", WORDS)):
        graph = read(table(header, *rows, kind=kind))
        assert set(edges_of(graph)) == edges
        assert graph.remarks == ()


@pytest.mark.parametrize("kind", ["n", "w"])
def test_of_names_that_are_equally_clear_the_values_decide_and_that_is_said(kind):
    content = table("home_goals,away_goals,home_team,away_team", "2,1,S,T", "0,3,S,T", "1,1,S,T", kind=kind)
    graph = read(content)
    assert set(edges_of(graph)) == (NUMBERS if kind == "n" else WORDS)
    assert "home_goals and away_goals are named so as well" in graph.remarks[0]
    content = table("chrA,chrB,startA,startB", "S,T,100,200", "S,T,300,400", "S,T,500,600", kind=kind)
    assert set(edges_of(read(content))) == (NUMBERS if kind == "n" else WORDS)


@pytest.mark.parametrize(
    "content",
    [
        "id,row,col,name\n1,0,3,a\n2,4,5,b\n3,1,1,c\n4,5,0,d\n",
        "student,first,second,third\n7,1,2,3\n8,2,3,1\n9,3,1,2\n6,2,2,2\n",
        "chrom,start,end,name\nchr1,100,200,g1\nchr1,150,300,g2\nchr2,20,50,g3\n",
        "chr1,start1,end1,chr2,start2,end2\nchr1,100,200,chr2,10,20\nchr1,150,300,chr1,20,40\nchr2,20,50,chr3,40,60\n",
        "target,gene,source\nann,g1,db1\nbob,g2,db1\neve,g1,db2\n",
        "source,target,src,dst\n1,2,3,4\n2,3,4,5\n",
    ],
)
def test_a_pair_in_doubt_is_said(content):
    remarks = read(content).remarks
    assert remarks[0].startswith("took columns ")
    assert remarks[0].endswith("(--columns takes others)")


@pytest.mark.parametrize(
    "content",
    [
        *[
            "Id,Degree\n1,12\n2,13\n3,12\n",
            "id,weight\n1,0.5\n2,0.7\n3,0.5\n",
            "vertex,pagerank\n1,0.2\n2,0.3\n3,0.5\n",
        ],
        *["name,value\nann,3\nbob,4\neve,3\n", "label,id\nann,1\nbob,2\neve,3\n", "Id,Label\n1,ann\n2,bob\n3,eve\n"],
        *["date,count\n2020-01-01,3\n2020-01-02,4\n2020-01-03,3\n", "userId:ID,age:int\n1,33\n2,44\n3,33\n"],
        *["edge,weight\nann-bob,3\nbob-eve,4\neve-ann,3\n", "node,x,y\n1,0,3\n2,4,5\n3,1,1\n4,5,0\n"],
        *["node,degree,closeness\n1,12,0.5\n2,13,0.7\n3,12,0.8\n", "name,lat,lon\nann,1.5,2.5\nbob,2.5,7\n"],
        "node,age,income\n1,33,1000\n2,44,2000\n3,33,1500\n",
    ],
)
def test_tables_of_vertices_are_refused(content):
    with pytest.raises(InputError, match=r"what looks like a table of vertices \(.*\): --columns reads two of"):
        read(content)
    assert read(content, columns=(1, 2)).num_edges > 0 if "." not in content else True


@pytest.mark.parametrize("names", ["Id,Degree", "node,weight", "vertex,score"])
def test_what_may_be_a_vertex_and_its_attribute_but_has_ids_in_common_is_said(names):
    graph = read(f"{names}\n1,2\n2,3\n3,1\n")
    assert graph.num_edges == 3
    assert "they may be a vertex and its attribute, but have ids in common" in graph.remarks[0]


@pytest.mark.parametrize(
    "rows", [["1,S,T", "2,S,T", "3,S,T"], ["0,S,T", "1,S,T", "2,S,T"], ["e1,S,T", "e2,S,T", "e3,S,T"], ["S,3,T"] * 3]
)
@pytest.mark.parametrize("mark", [",", "\t", " "])
def test_a_counter_before_words_is_no_vertex(rows, mark):
    graph = read(table("", *rows, kind="w", mark=mark))
    assert set(edges_of(graph)) == WORDS
    assert graph.remarks[0].startswith("took columns ")


@pytest.mark.parametrize("first", ["", "id,lender,borrower", "x9,lender,borrower"])
def test_a_counter_before_integers_is_no_vertex(first):
    graph = read(table(first, "7,S,T", "8,S,T", "9,S,T"))
    assert set(edges_of(graph)) == NUMBERS
    assert graph.remarks[0].startswith("took columns 2")


@pytest.mark.parametrize("mark", [",", "\t", " "])
@pytest.mark.parametrize("when", ["2020-01-01,10:00:0{}", "10:0{}", "2020-01-0{}", "10:00:0{}.25,2020-01-01"])
def test_times_before_the_ids_are_no_vertices(mark, when):
    rows = [f"{when.format(row)},S,T" for row in (1, 2, 3)]
    graph = read(table("", *rows, kind="w", mark=mark))
    assert (set(edges_of(graph)), graph.dropped.header_lines) == (WORDS, 0)


@pytest.mark.parametrize("header", ["id,parent_id,name", "id,parent,name", "id,friend_id,since"])
def test_ids_that_others_refer_to_are_no_index(header):
    graph = read(f"{header}\n1,2,1999\n2,3,2000\n3,1,2001\n")
    assert set(edges_of(graph)) == {(1, 2), (2, 3), (1, 3)}
    assert graph.remarks[0].startswith("took columns 1 (id) and 2 (")


@pytest.mark.parametrize(
    ("content", "used"),
    [
        ("1 2 5\n2 3 5\n3 4 5\n", (0, 1)),
        ("1 2 1\n2 3 2\n3 4 3\n4 5 1\n", (0, 1)),
        ("1 101 2\n2 102 1\n3 103 3\n", (0, 1)),
        ("1 101 2\n3 102 1\n2 103 3\n", (0, 1)),
        ("ann 3 1\nbob 1 3\neve 1 1\n", (0, 1)),
        ("user,movie,rating\nann,1,5\nbob,3,1\neve,1,3\n", (0, 1)),
        ("from,to,month,hour\n1,11,1,2\n2,12,2,3\n3,13,3,1\n", (0, 1)),
        ("from,to,weight\n1,2,3\n1,3,3\n2,3,1\n", (0, 1)),
        ("v,w\n1,2\n2,3\n", (0, 1)),
        ("x,y\n1,2\n2,3\n3,4\n", (0, 1)),
        ("row,col,val\n1,2,3\n1,3,3\n2,3,1\n", (0, 1)),
        ("person,group\n1,10\n2,10\n1,20\n", (0, 1)),
        ("id,author,paper\n1,7,101\n2,8,102\n3,7,103\n", (1, 2)),
        ("id,user_id,item_id\n1,1,101\n2,1,102\n3,2,101\n", (1, 2)),
        ("id,u,v\n1,10,20\n2,20,30\n3,30,10\n", (1, 2)),
        ("start_id,end_id,x,y\n1,2,3,4\n2,3,4,5\n3,4,4,6\n", (0, 1)),
    ],
)
def test_what_only_looks_alike_stays_as_it_is(content, used):
    rows = [row.split("," if "," in content else " ") for row in content.splitlines()]
    edges = {
        tuple(sorted(row[column] for column in used)) for row in rows[content[0].isalpha() and "ann 3" not in content :]
    }
    found = {tuple(sorted(map(str, edge))) for edge in edges_of(read(content))}
    assert found == edges


def test_a_first_row_with_a_date_above_dates_is_an_edge():
    assert read("2020-01-01,ann,x\n2020-01-02,bob,y\n2020-01-01,bob,z\n").num_edges == 3
    assert read("a 1.5 b\nb 2.5 c\nc 0.5 a\n").num_edges == 3
    assert read("7 who whom\n7 1 2\n7 2 3\n", columns=(2, 3)).num_edges == 2


def test_a_guessed_header_that_comes_again_is_an_error():
    with pytest.raises(InputError, match="line 3: expected an edge, not a header once more"):
        read("who,whom\nann,bob\nwho,whom\nbob,eve\neve,ann\n")
    pairs = "".join(f"p{i},q{i}\n" * 2 for i in range(9))
    assert read("ann,bob\nann,bob\n" + pairs).num_edges == 10
