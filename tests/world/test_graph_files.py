"""Network files: one network is the same in every format that holds it; what cannot be read says where and why."""

from __future__ import annotations

import gzip
import html
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustsim.errors import UnitError
from trustsim.world.graph_files.content import LARGEST_FILE
from trustsim.world.graph_files.links import Links
from trustsim.world.graph_files.read import READERS, read
from trustsim.world.network import Network

PYTHON = ("Error", "NoneType", "to unpack", "codec", "object has", "int()", "Traceback", "networkx")


@dataclass(frozen=True)
class Drawn:
    """A small network to write: names, and links of two of them with a weight, all directed or none."""

    names: tuple[str, ...]
    links: tuple[tuple[int, int, float], ...]
    is_directed: bool
    is_weighted: bool

    def pairs(self) -> list[tuple[str, str, str]]:
        return [(self.names[a], self.names[b], f"{w:g}") for a, b, w in self.links]


# -- writers, by hand, so that nothing is shared with what reads -----------------------------------------------------


def as_csv(net: Drawn) -> str:
    rows = ["source,target,weight" if net.is_weighted else "source,target"]
    for a, b, w in net.pairs():
        ends = ",".join('"' + name.replace('"', '""') + '"' for name in (a, b))
        rows.append(f"{ends},{w}" if net.is_weighted else ends)
    return "\n".join(rows) + "\n"


def as_graphml(net: Drawn) -> str:
    nodes = "".join(f'<node id="{html.escape(name)}"/>' for name in net.names)
    weight = '<data key="d7"> {} </data>'.format if net.is_weighted else "".format
    edges = "\n".join(
        f'<edge source="{html.escape(a)}" target="{html.escape(b)}">{weight(w)}</edge>' for a, b, w in net.pairs()
    )
    key = '<key id="d7" for="edge" attr.name="weight" attr.type="double"/>'
    kind = "directed" if net.is_directed else "undirected"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        f'{key}<graph id="G" edgedefault="{kind}">\n{nodes}{edges}</graph></graphml>'
    )


def as_gexf(net: Drawn) -> str:
    nodes = "".join(f'<node id="{html.escape(name)}" label="?"/>' for name in net.names)
    edges = "".join(
        f'<edge id="{k}" source="{html.escape(a)}" target="{html.escape(b)}"'
        + (f' weight="{w}"' if net.is_weighted else "")
        + "/>\n"
        for k, (a, b, w) in enumerate(net.pairs())
    )
    kind = "directed" if net.is_directed else "undirected"
    return (
        f'<gexf xmlns="http://www.gexf.net/1.3" version="1.3"><graph defaultedgetype="{kind}">'
        f"<nodes>{nodes}</nodes>\n<edges>{edges}</edges></graph></gexf>"
    )


def as_gml(net: Drawn) -> str:
    nodes = "".join(f'  node [\n    id {k + 5}\n    label "{html.escape(n)}"\n  ]\n' for k, n in enumerate(net.names))
    edges = "".join(
        f"  edge [ source {a + 5} target {b + 5}" + (f" weight {w:g}" if net.is_weighted else "") + " ]\n"
        for a, b, w in net.links
    )
    return (
        f'Creator "by hand"\ngraph [\n  comment "[ not a list ]"\n  directed {int(net.is_directed)}\n{nodes}{edges}]\n'
    )


def as_pajek(net: Drawn) -> str:
    escaped = [name.replace('"', '\\"') for name in net.names]
    vertices = "".join(f'{k + 1} "{name}" 0.1 0.2 ellipse\r\n' for k, name in enumerate(escaped))
    section = "*Arcs" if net.is_directed else "*edges"
    lines = "".join(f"{a + 1} {b + 1}" + (f" {w:g}" if net.is_weighted else "") + "\r\n" for a, b, w in net.links)
    return f"% by hand\r\n*Vertices {len(net.names)}\r\n{vertices}{section}\r\n{lines}"


def as_node_link(net: Drawn, name: str = "edges") -> str:
    links = [{"source": a, "target": b, **({"weight": float(w)} if net.is_weighted else {})} for a, b, w in net.pairs()]
    return json.dumps({"directed": net.is_directed, "nodes": [{"id": n} for n in net.names], name: links}, indent=1)


WRITERS: dict[str, Callable[[Drawn], str]] = {
    ".graphml": as_graphml,
    ".gexf": as_gexf,
    ".gml": as_gml,
    ".net": as_pajek,
    ".json": as_node_link,
}
ODD = [
    "Ann",
    "Bob B.",
    "Zoë",
    "张三",
    'O"Neil "x"',
    "a,b;c",
    "<p>&amp;",
    "d'A",
    "#x",
    "%y",
    "tab\\n",
    "naïve café",
    "-",
]


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    names = draw(st.lists(st.sampled_from([*ODD, "1x", "007y"]), min_size=1, max_size=6, unique=True))
    if draw(st.booleans()):
        names = [str(3 * k - 4) for k in range(len(names))]
    ends = st.integers(0, len(names) - 1)
    links = draw(st.lists(st.tuples(ends, ends, st.sampled_from([0.5, 1.0, 2.0, 3.25])), max_size=9))
    return Drawn(tuple(names), tuple(links), draw(st.booleans()), draw(st.booleans()))


def counted(links: Links, among: tuple[str, ...], *, is_directed: bool) -> list[object]:
    """Return rows and weights of a network by name; people beyond those of a file have no links."""
    network = Network.from_links(links, is_directed=is_directed)
    by_name: dict[str, object] = dict.fromkeys(among, ((), 0.0))
    for v, name in enumerate(links.names):
        start, end = network.indptr[v : v + 2]
        row = [links.names[w] for w in network.neighbours[start:end]]
        by_name[name] = (
            tuple(zip(row, network.link_weights[start:end].tolist(), strict=True)), float(network.own_weights[v]),
        )  # fmt: skip
    return [by_name[name] for name in sorted(by_name)]


@given(net=drawn(), keeps=st.booleans())
def test_a_network_is_the_same_in_every_format(
    tmp_path_factory: pytest.TempPathFactory, net: Drawn, keeps: bool
) -> None:
    folder = tmp_path_factory.mktemp("formats")

    def written(name: str, text: str) -> Links:
        (folder / name).write_bytes(text.encode())
        return read(str(folder / name))

    whole = net.links and (net.is_directed or not keeps)  # a table does not say that its links have no direction
    right = counted(written("a.csv", as_csv(net)), net.names, is_directed=keeps) if whole else None
    for suffix, write in WRITERS.items():
        links = written(f"a{suffix}", write(net))
        assert sorted(links.names) == sorted(net.names)
        if right is None:
            right = counted(links, net.names, is_directed=keeps)
        assert counted(links, net.names, is_directed=keeps) == right, suffix
        n_linked = len({name for k in range(len(links.source)) for name in (links.source[k], links.target[k])})
        about = links.described("a", keeps)
        assert (about.n_nodes, about.n_links) == (len(net.names), Network.from_links(links, is_directed=keeps).n_links)
        assert about.n_without_links >= len(net.names) - n_linked


# -- what each format has of its own ---------------------------------------------------------------------------------

XML = '<?xml version="1.0"?>\n'
GRAPHML = XML + '<graphml>{keys}<graph edgedefault="undirected"><node id="a"/><node id="b"/>\n{edge}</graph></graphml>'
GEXF = XML + '<gexf><graph {graph}><nodes><node id="a"/><node id="b"/></nodes><edges>\n{edge}</edges></graph></gexf>'
AB = 'source="a" target="b"'
VERTICES = '*Vertices 3\n1 "a"\n2 "b"\n3 "c"\n'

# name, text, links with directions kept (with weights where they are not all 1), what is said to be left
READ: list[tuple[str, str, str, str]] = [
    ("relations.net", VERTICES + '*Arcs :1 "lends to"\n1 2\n*Arcs :2 "hears"\n3 1\n', "ab ca", "2 relations taken"),
    ("lists.net", VERTICES + "*Arcslist\n1 2 3\n*Edgeslist\n2 3\n", "ab ac bc cb", ""),
    ("unnamed.net", "\ufeff*vertices 4\n*edges\n1 2 2.5\n2 3\n", "12:2.5 21:2.5 23 32", ""),
    ("some.net", "*Vertices 3\n2 x\n*Arcs\n1 2\n3 2 1 c Blue\n", "1x 3x", ""),
    ("goes on.net", VERTICES + "*Arcslist\n1 2 &\n3\n", "ab ac", ""),
    ("matrix.net", VERTICES + "*Matrix\n0 2 0\n0 0 1\n0 0 0\n", "ab:2 bc", ""),
    ("wrapped.net", VERTICES + "*Matrix\n0 1\n0 1 0 1\n0 1 0\n", "ab ba bc cb", ""),
    ("twice.net", '*Vertices 2\n1 "a"\n2 "a"\n*Arcs\n1 2\n', "12", "names that stand twice"),
    ("coded.net", '*Network x\n*Vertices 2\n1 "&#24352;"\n2 b\n*Arcs\n1 2 5 p Dots\n', "张b:5", ""),
    ("project.paj", VERTICES + "*Arcs\n1 2\n*Partition p\n*Vertices 3\n1\n1\n2\n", "ab", "*Partition not read"),
    ("mixed.graphml", GRAPHML.format(keys="", edge=f'<edge {AB} directed="true"/>'), "ab", ""),
    (
        "usual.graphml",
        GRAPHML.format(
            keys='<key id="k" for="edge" attr.name="Weight"><default>4</default></key>', edge=f"<edge {AB}/>"
        ),
        "ab:4 ba:4",
        "",
    ),
    (
        "free.graphml",
        GRAPHML.format(keys="", edge=f'<edge {AB}><data key="weight">2</data><data key="since">1999</data></edge>'),
        "ab:2 ba:2",
        "attributes of links not read: since",
    ),
    ("latin.graphml", '<?xml version="1.0" encoding="iso-8859-1"?>' + GRAPHML[22:].format(keys="", edge=""), "", ""),
    (
        "names.graphml",
        XML + '<graphml><key id="n" attr.name="name" for="node"/><graph edgedefault="directed">'
        '<node id="n0"><data key="n">z</data></node><node id="n1"><data key="n">y</data></node>'
        '<edge source="n0" target="n1"/></graph></graphml>',
        "zy",
        "",
    ),
    ("way.gexf", GEXF.format(graph='defaultedgetype="undirected"', edge=f'<edge {AB} type="directed"/>'), "ab", ""),
    ("none.gexf", GEXF.format(graph="", edge=f'<edge {AB} weight="2"/>'), "ab:2 ba:2", ""),
    ("kinds.gexf", GEXF.format(graph="", edge=f'<edge {AB} kind="x"/><edge {AB} kind="y"/>'), "ab ba",
     "2 kinds of links"),
    (
        "value.gexf",
        GEXF.format(graph="", edge=f'<edge {AB}><attvalues><attvalue for="weight" value="3"/></attvalues></edge>'),
        "ab:3 ba:3",
        "",
    ),
    (
        "repeats.gml",
        "# by hand\ngraph [ node [ id 1 graphics [ x 1 label [ y 2 ] ] ] node [ id 2 ]"
        " edge [ source 1 target 2 value 3 ] edge [ source 2 target 1 ] ]",
        "12 21",
        "attributes of links not read: value",
    ),
    ("names.gml", 'graph [ directed 1 edge [ source 1 target 0 ] node [ id 0 name "q" ] node [ id 1 name "r" ] ]', "rq",
     ""),
    ("d3.json", '{"nodes": [{"name": "q"}, {"name": "r"}], "links": [{"source": 1, "target": 0}]}', "qr rq", ""),
    ("alone.adjlist", "# c\na b c\nd\n", "ab ac", ""),
    ("three.txt", "a b 5\nb c 1/2\n", "ab:5 bc:0.5", ""),
    ("many.ncol", "a,b c 2\nc d 1\n", "a,bc:2 cd", ""),
    ("networkx.edgelist", "a b {'weight': 2.0, 'since': 1}\nb c {'weight': 1}\n", "ab:2 bc", "not read: since"),
    ("commented.txt", "# made by hand\n# caller callee weight\na b 2\n", "ab:2", ""),
    ("semicolon.csv", 'who;whom;weight\n"a,1";b;2\n', "a,1b:2", ""),
    ("no header.csv", "person,friend\nann,bob\nbob,cy\ncy,ann\n", "annbob bobcy cyann personfriend", "is a header"),
    ("unread.csv", "timestamp,caller,callee,duration\n9,0,1,5\n", "01", "columns not read: timestamp, duration"),
    ("full width.csv", "１,２\n2,３\n", "12 23", ""),
    ("wide.tsv", "source\ttarget\tweight\na\tb\t０.5\n", "ab:0.5", ""),
    ("noughts.csv", "0,1,0\n1,0,1\n0,1,0\n", "12 21 23 32", ""),
    ("weighted.txt", "0 2 0 0\n0 0 0 0\n0 0 0 1\n0 0 0 0\n", "12:2 34", ""),
    ("head.csv", "x,y,z\n0,1,0\n0,0,1\n0,0,0\n", "xy yz", ""),
    ("heads.csv", ",x,y,z\nx,0,1,0\ny,0,0,3\nz,0,0,0\n", "xy yz:3", ""),
    ("r.txt", '"x" "y" "z"\n"x" 0 1 0\n"y" 0 0 1\n"z" 0 0 0\n', "xy yz", ""),
    ("links.txt", "1 2 5\n1 3 1\n2 3 0.5\n", "12:5 13 23:0.5", ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "right", "left"), READ, ids=[each[0] for each in READ])
def test_what_a_format_can_say_is_read_or_said(tmp_path: Path, name: str, text: str, right: str, left: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    links = read(str(tmp_path / name))
    network = Network.from_links(links, is_directed=True)
    sender = np.repeat(np.arange(network.n_nodes), network.degree)
    ends = zip(sender, network.neighbours, network.link_weights, strict=True)
    found = sorted(f"{links.names[a]}{links.names[b]}" + (f":{w:g}" if w != 1 else "") for a, b, w in ends)
    assert found == sorted(right.split())
    assert left in str(links.described(name, True))
    assert bool(links.left) == bool(left)


# name, text or bytes, what stands there
REFUSED: list[tuple[str, str | bytes, str]] = [
    ("empty.csv", "", "empty.csv: an empty file"),
    ("comments.csv", "# nothing\n", "line 1: no links"),
    ("header.csv", "source,target\n", "line 1: a header and no links"),
    ("one.csv", "0\n1\n", "line 1: 1 column; 2 columns in every line"),
    ("comma.csv", "甲，乙\n乙，丙\n", "line 1: 1 column, and '，', which parts none"),
    ("ragged.csv", "# top\n0,1\n\n0,1,2\n", "line 4: 3 columns; 2 columns"),
    ("short.txt", "0 1\n7\n", "line 2: 1 column"),
    ("gap.csv", "ann,bob\nbob,\n", "line 2: an empty name"),
    ("lines.csv", 'a,b\n"an\nn",bob\nbob,\n', "line 4: an empty name"),
    ("wide.csv", 'a,b\n"' + "x" * 200_000, "a table that breaks off"),
    ("grouped.csv", "a,b,weight\na,b,1_000\n", "line 2: the weight '1_000'"),
    ("zero.csv", "a,b,weight\na,b,0\n", "line 2: the weight '0'; a number above 0"),
    ("huge.csv", "source,target,weight\na,b,1e999999999\n", "line 2: the weight '1e999999999'"),
    ("quotient.csv", "source,target,weight\na,b,1/0\n", "line 2: the weight '1/0'"),
    ("missing.csv", "source,target,weight\na,b,1\nb,c,\n", "line 3: the weight ''"),
    ("third.csv", "a,b,friend\n", "line 1: 'friend' in a third column without a name"),
    ("times.txt", "1 2 1082040961\n3 4 1082155839\n", "as of points in time"),
    ("four.csv", "a,b,c,d\n", "line 1: 4 columns without known names"),
    ("people.csv", "id,community,age\n1,10,16\n", "line 1: a header that names no ends of links: 'id, community, age'"),
    ("numbers.csv", "01,2\n1,2\n", "line 2: the names 01 and 1, which are one number"),
    ("oblong.csv", "0,1,0,0\n1,0,1,0\n0,1,0,1\n", "3 rows, of 4 numbers in the first"),
    ("negative.csv", "0,-1,0,0\n1,0,1,0\n0,1,0,1\n0,1,0,1\n", "line 1: '-1' in a matrix"),
    ("gbk.csv", "来源,目标\n张三,李四\n".encode("gbk"), "in GBK the line would be '来源,目标'"),
    ("latin.csv", "Müller,zoë\n".encode("latin-1"), "in Latin-1 (Windows-1252) the line would be 'Müller,zoë'"),
    ("unmarked.csv", "a,b\nb,c\n".encode("utf-16-le"), "as in UTF-16 without its mark"),
    ("book.csv", b"PK\x03\x04rest", "a zip archive or a workbook of Excel"),
    ("packed.csv", gzip.compress(b"a,b\n"), "a file compressed by gzip; a name that ends in .gz"),
    ("torn.csv.gz", gzip.compress(b"a,b\n" * 99)[:-9], "the end of the file in the middle"),
    ("plain.csv.gz", "a,b\n", "something else than gzip"),
    ("two modes.net", "*Vertices 5 3\n*Edges\n1 4\n",
     "line 1: *Vertices '5 3', a network of two kinds of nodes (2-mode)"),
    ("number.net", VERTICES + "*Arcs\n1 9\n", "line 6: the vertex '9'; a number from 1 to 3"),
    ("weight.net", VERTICES + "*Arcs\n1 2 -1\n", "line 6: the weight '-1'"),
    ("nameless.net", VERTICES + '*Arcs\n1 2 ""\n', "line 6: the weight ''"),
    ("minus.net", VERTICES + "*Arcslist\n1 -2\n", "line 6: the vertex '-2'"),
    ("time.net", VERTICES + "*Arcs\n1 2 1 [5-10]\n", "line 6: the time '[5-10]'"),
    ("square.net", VERTICES + "*Matrix\n0 1 0\n1 0\n0 1 0\n", "line 7: 2 numbers; 3 rows of 3 numbers"),
    ("second.net", "*Network a\n*Vertices 1\n*Network b\n*Vertices 1\n", "line 3: a second network"),
    ("other.net", "*Verticles 3\n", "line 1: '*Verticles 3'; *Vertices, then"),
    ("endless.net", "*Vertices 99999999999\n", "line 1: 99999999999 vertices; at most 10000000"),
    ("quote.net", '*Vertices 1\n1 "say "hi""\n', "line 2: a quote inside of a name"),
    ("broken.graphml", "<graphml", "line 1: text that is no XML from here on"),
    ("page.graphml", "<html><body/></html>", "line 1: <html>; <graphml> around everything"),
    ("none.graphml", "<graphml/>", "no <graph> in <graphml>"),
    ("hyper.graphml", GRAPHML.format(keys="", edge="<hyperedge/>"), "line 3: a hyperedge"),
    ("nested.graphml", GRAPHML.format(keys="", edge='<node id="c"><graph/></node>'), "<graph> inside of a node"),
    ("two.graphml", GRAPHML.format(keys="", edge="</graph><graph>"), "a second graph"),
    ("nobody.graphml", GRAPHML.format(keys="", edge='<edge source="a" target="x"/>'),
     "line 3: a link of 'x', who is not"),
    ("half.graphml", GRAPHML.format(keys="", edge=f'<edge {AB}/>\n<edge {AB}><data key="weight">2</data></edge>'),
     "line 3: a link without a weight, while others have one"),
    ("bomb.graphml", '<!DOCTYPE graphml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><graphml/>',
     "the declaration of an entity"),
    ("coded.graphml", '<?xml version="1.0" encoding="rot13"?><graphml/>', "line 1: the unknown encoding 'rot13'"),
    ("escaped.graphml", '<?xml version="1.0" encoding="unicode-escape"?><graphml/>', "the unknown encoding"),
    ("ends.gexf", GEXF.format(graph="", edge='<edge source="a"/>'), "line 3: <edge> without target"),
    ("way.gexf", GEXF.format(graph="", edge=f'<edge {AB} type="sideways"/>'), "line 3: a link that is 'sideways'"),
    ("times.gexf", GEXF.format(graph='mode="dynamic"', edge=f'<edge {AB} start="3"/>'), "line 3: <edge> with start"),
    ("quote.gml", 'graph [ node [ id 1" ] ]\n', "line 1: '\"'"),
    ("open.gml", "graph [ node [ id 1 ]\n", "line 1: graph [ that is not closed"),
    ("id.gml", "graph [\n node [ label 1 ] ]", "line 2: a node without id"),
    ("twice.gml", "graph [ node [ id 1 ]\n node [ id 1 ] ]", "line 2: '1' a second time"),
    ("two.gml", "graph [ node [ id 1 ] ]\ngraph [ node [ id 1 ] ]", "a second graph"),
    ("other.gml", "hello", "'hello', and no graph in the file"),
    ("list.json", "[1, 2]", "list.json: a list"),
    ("torn.json", '{"nodes": [\n', "line 2: text that is no JSON from here on"),
    ("tree.json", '{"id": 1, "children": []}', "a mapping of id, children"),
    ("weight.json", '{"nodes": [{"id": 1}], "links": [{"source": 1, "target": 1, "weight": "x"}]}',
     "link 1: the weight 'x'"),
    ("nobody.json", '{"nodes": [{"id": 1}], "links": [{"source": 1, "target": 2}]}',
     "link 1: a link of '2', who is not"),
    ("deep.json", "[" * 100_000, "lists in lists without end"),
    ("two.g6", "A_\nA_\n", "line 2: 2 graphs; a file of one graph"),
    ("grouped.json", '{"nodes": [{"id": 1}], "links": [{"source": 1, "target": 1, "weight": "1_0"}]}',
     "link 1: the weight '1_0'"),
    ("huge.g6", "~~??A???", "0 characters for 524288 nodes"),
    ("long.g6", "A__\n", "line 1: 2 characters for 2 nodes"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "message"), REFUSED, ids=[each[0] for each in REFUSED])
def test_a_file_that_cannot_be_read_says_where_and_why(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UnitError) as caught:
        read(str(tmp_path / name))
    assert message in str(caught.value)
    assert str(caught.value).startswith(name)
    assert caught.value.allowed
    assert not any(word in str(caught.value) for word in PYTHON)


def test_every_format_may_be_compressed_and_in_any_encoding_that_has_a_mark(tmp_path: Path) -> None:
    text = "源,目标\n张三,李四\n李四,王五\n"
    right = None
    for k, encoding in enumerate(("utf-8", "utf-8-sig", "utf-16", "utf-32")):
        for suffix, packed in ((".csv", bytes), (".csv.gz", gzip.compress)):
            path = tmp_path / f"{k}{suffix}"
            path.write_bytes(packed(text.encode(encoding)))
            links = read(str(path))
            assert links.names == ("张三", "李四", "王五")
            right = right or links.source
            assert links.source == right
    declared = '<?xml version="1.0" encoding="GBK"?>' + GRAPHML[22:].format(keys="", edge="").replace(
        'id="a"', 'id="张"'
    )
    (tmp_path / "gbk.graphml").write_bytes(declared.encode("gbk"))
    assert read(str(tmp_path / "gbk.graphml")).names == ("b", "张")


def test_a_file_beyond_the_limit_is_refused_unpacked_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert LARGEST_FILE == 200_000_000
    monkeypatch.setattr("trustsim.world.graph_files.content.LARGEST_FILE", 2_000_000)
    for name, content in (("a.csv", b"a,b\n" * 600_000), ("a.csv.gz", gzip.compress(b"a,b\n" * 600_000))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnitError, match=f"{name}: more than 2 MB; at most 2 MB"):
            read(str(tmp_path / name))


def test_one_content_is_read_once_under_any_name(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv", "c.txt"):
        (tmp_path / name).write_text("once,only\nonly,x\n")
    assert read(str(tmp_path / "a.csv")) is read(str(tmp_path / "b.csv"))
    assert read(str(tmp_path / "a.csv")) is not read(str(tmp_path / "c.txt"))  # another format


def test_what_was_read_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.net").write_text(VERTICES + "*Arcs\n1 2 2\n1 2 3\n2 2 1\n")
    assert str(read(str(tmp_path / "a.net")).described("a.net", False)) == (
        "a.net: 3 investors, 1 link both ways, with weights, 1 without links, 1 repeat added up, a link to oneself kept"
        " for opinions; directions not kept (directed: true keeps them)"
    )
    assert set(READERS) >= {".csv", ".graphml", ".gml", ".gexf", ".net", ".adjlist", ".json", ".g6"}


def test_matrix_without_direction_counts_each_link_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,2,0,0\n2,0,0.5,0\n0,0.5,0,0\n0,0,0,0\n")
    network = Network.from_links(read(str(tmp_path / "a.csv")))
    assert network.link_weights.tolist() == [2, 2, 0.5, 0.5]
    assert math.isclose(network.own_weights.sum(), 1)
