"""Narratives written to harm, and any narrative at all: the HTML is ours, the text whole."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interop.cda import CDAInvalide, lire, rendre_html
from tests.interop import exemples
from tests.interop.exemples import media, narratif
from tests.interop.fragment import lire_fragment
from tests.interop.narratif_source import V3, texte_visible

HOSTILES = [
    "<script>alert(1)</script>",
    '<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    '<content onclick="alert(1)" style="position:fixed" class="cda-avis">texte</content>',
    '<content ID="x&quot; onmouseover=&quot;alert(1)">texte</content>',
    '<content ID="&lt;b&gt;" styleCode="Bold&quot;&gt;">texte</content>',
    '<linkHtml href="javascript:alert(1)" onclick="x()" target="_top">texte</linkHtml>',
    '<linkHtml href="https://a.example/&quot;onclick=&quot;alert(1)">texte</linkHtml>',
    '<linkHtml href="https://a.example/&gt;&lt;script&gt;">texte</linkHtml>',
    '<object data="data:text/html,x" type="text/html">texte</object>',
    '<iframe src="https://pirate.example/">texte</iframe>',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><text>texte</text></svg>',
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><mtext>texte</mtext></math>',
    "<style>body{display:none}</style>",
    '<meta http-equiv="refresh" content="0;url=https://pirate.example/"/>texte',
    '<base href="https://pirate.example/"/>texte',
    '<form action="https://pirate.example/"><input name="motdepasse"/>texte</form>',
    '<table background="javascript:x"><tr><td colspan="2&quot; onclick=&quot;x">a</td></tr></table>',
    '<list styleCode="LittleRoman&quot; onclick=&quot;x" listType="ordered"><item>a</item></list>',
    '<renderMultiMedia referencedObject="m"><caption>"&gt;&lt;script&gt;</caption></renderMultiMedia>',
    "<!-- &gt;<script> --><?php echo 1 ?>texte",
    "texte\u202e\u2028\u0085\ufeff\u00a0",
    "</text><text>second</text><text>",
]


@pytest.mark.parametrize("source", HOSTILES)
def test_un_narratif_hostile_n_apporte_que_son_texte(source):
    entrees = media("m", exemples.png(), "image/png")
    octets = narratif(source, entrees=entrees)
    fragment = lire_fragment(rendre_html(lire(octets)))
    assert fragment.texte() == texte_visible(octets)


def test_un_titre_de_section_hostile_est_echappe():
    octets = exemples.niveau_3(exemples.section("x", titre="<script>alert(1)</script> & \"'"))
    assert lire_fragment(rendre_html(lire(octets))).texte() == texte_visible(octets)


def test_une_image_data_text_html_n_entre_pas():
    mime = "text/html&quot; onerror=&quot;x"
    entrees = media("m", b"<script>alert(1)</script>", mime)
    html = rendre_html(lire(narratif('<renderMultiMedia referencedObject="m"/>', entrees=entrees)))
    assert lire_fragment(html).trouver("img") == []
    assert "data:" not in html


def test_une_image_qui_cache_une_page_reste_une_image():
    polyglotte = exemples.GIF + b"<script>alert(1)</script>"
    entrees = media("m", polyglotte, "image/gif")
    html = rendre_html(lire(narratif('<renderMultiMedia referencedObject="m"/>', entrees=entrees)))
    assert lire_fragment(html).trouver("img")[0].attributs["src"].startswith("data:image/gif;")


def test_une_imbrication_au_plus_profond_permis_est_rendue():
    # Within the bounded depth, reading and writing must not exhaust Python's own stack.
    octets = narratif("<content>" * 90 + "fond" + "</content>" * 90)
    assert lire_fragment(rendre_html(lire(octets))).texte().endswith("fond")
    tables = "<table><tr><td>" * 30 + "fond" + "</td></tr></table>" * 30
    assert lire_fragment(rendre_html(lire(narratif(tables)))).texte().endswith("fond")
    with pytest.raises(CDAInvalide, match="imbrique"):
        lire(narratif("<content>" * 200 + "</content>" * 200))


@pytest.mark.parametrize(
    "motif",
    [
        "<td><inconnu><th/></inconnu></td>",
        "<tr/>",
        "<footnote/>",
        '<content ID="x"/>',
        "<list><item/></list>",
    ],
)
def test_un_document_tres_large_est_rendu(motif):
    octets = narratif(f"<table>{motif * 5000}fin</table>")
    assert lire_fragment(rendre_html(lire(octets))).texte().endswith("fin")


# Any narrative at all

_NOMS = [
    *("content", "linkHtml", "sub", "sup", "br", "footnote", "footnoteRef", "renderMultiMedia"),
    *("caption", "paragraph", "list", "item", "table", "thead", "tbody", "tfoot", "tr", "td", "th"),
    *("col", "colgroup"),
]
_ETRANGERS = [
    *("script", "style", "object", "text", "title", "section", "svg", "a", "img", "plaintext"),
    *("{http://www.w3.org/1999/xhtml}script", "{urn:autre}td", "{urn:autre}text"),
]
_BALISES = st.one_of(
    st.sampled_from([V3 + nom for nom in _NOMS]),
    st.sampled_from([nom if nom.startswith("{") else V3 + nom for nom in _ETRANGERS]),
)
# Every character XML 1.0 admits, with those that matter to HTML drawn often.
_TEXTES = st.text(
    st.one_of(
        st.sampled_from("<>&\"'/=; abé-\n\t"),
        st.characters(
            min_codepoint=32, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"
        ),
    ),
    max_size=12,
)
_VALEURS = st.one_of(
    _TEXTES,
    st.sampled_from(["x", "y", "#x", "#y", "m", "m x", "2", "9999", "ordered", "Bold Italics"]),
    st.sampled_from(["Underline", "LittleAlpha", "insert", "delete", "right", "row", "B64"]),
    st.sampled_from(["https://a.example/?b=1&c", "javascript:alert(1)", "data:text/html,x"]),
    st.sampled_from(['"><script>', "0 onclick=x()"]),
)
_NOMS_D_ATTRIBUTS = [
    *("ID", "IDREF", "align", "colspan", "href", "listType", "revised", "rowspan", "scope"),
    *("styleCode", "referencedObject", "onclick", "style", "class", "id", "src", "data", "border"),
]
_ATTRIBUTS = st.dictionaries(st.sampled_from(_NOMS_D_ATTRIBUTS), _VALEURS, max_size=3)


def _element(
    nom: str, attributs: dict[str, str], debut: str, enfants: list[tuple[ET.Element, str]]
) -> ET.Element:
    element = ET.Element(nom, attributs)
    element.text = debut
    for enfant, suite in enfants:
        enfant.tail = suite
        element.append(enfant)
    return element


_ARBRES = st.recursive(
    st.builds(_element, _BALISES, _ATTRIBUTS, _TEXTES, st.just([])),
    lambda enfants: st.builds(
        _element, _BALISES, _ATTRIBUTS, _TEXTES, st.lists(st.tuples(enfants, _TEXTES), max_size=4)
    ),
    max_leaves=25,
)
_NARRATIFS = st.builds(
    _element,
    st.just(f"{V3}text"),
    st.dictionaries(st.sampled_from(["ID", "styleCode", "revised"]), _VALEURS),
    _TEXTES,
    st.lists(st.tuples(_ARBRES, _TEXTES), max_size=4),
)


@settings(max_examples=400, deadline=None)
@given(_NARRATIFS)
def test_aucun_narratif_n_ajoute_d_element_ni_ne_perd_de_texte(texte):
    image = media("m", exemples.png(), "image/png")
    narre = ET.tostring(texte, encoding="unicode")
    octets = exemples.niveau_3(f"<section><title>Titre</title>{narre}{image}</section>")
    fragment = lire_fragment(rendre_html(lire(octets)))
    assert fragment.texte() == texte_visible(octets)


_ENTIER = exemples.document_complet()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(_ENTIER) - 1), st.binary(max_size=4), st.integers(0, 30))
def test_un_document_abime_est_lu_ou_refuse_sans_autre_erreur(place, pose, retire):
    with suppress(CDAInvalide):
        lire_fragment(rendre_html(lire(_ENTIER[:place] + pose + _ENTIER[place + retire :])))
