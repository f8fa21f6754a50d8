"""Narratives written to harm, and any narrative at all: our HTML stays ours, the text stays whole."""

from __future__ import annotations

import xml.etree.ElementTree as ET

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
    '<table background="javascript:x"><tr><td colspan="2&quot; onclick=&quot;x">texte</td></tr></table>',
    '<list styleCode="LittleRoman&quot; onclick=&quot;x" listType="ordered"><item>texte</item></list>',
    '<renderMultiMedia referencedObject="m"><caption>"&gt;&lt;script&gt;texte</caption></renderMultiMedia>',
    "<!-- &gt;<script> --><?php echo 1 ?>texte",
    "texte\u202e\u2028\u0085\ufeff\u00a0",
    "</text><text>second</text><text>",
]  # fmt: skip


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
    entrees = media(
        "m", b"<script>alert(1)</script>", 'text/html" onerror="x'.replace('"', "&quot;")
    )
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
    *(["content", "linkHtml", "sub", "sup", "br", "footnote", "footnoteRef", "renderMultiMedia", "caption"]),
    *(["paragraph", "list", "item", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "col", "colgroup"]),
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
        st.characters(min_codepoint=0x20, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"),
    ),
    max_size=12,
)  # fmt: skip
_VALEURS = st.one_of(
    _TEXTES,
    st.sampled_from(
        [
            *(
                "x",
                "y",
                "#x",
                "#y",
                "m",
                "m x",
                "2",
                "9999",
                "ordered",
                "Bold Italics",
                "Underline",
            ),
            *("LittleAlpha", "insert", "delete", "right", "row", "https://a.example/?b=1&c"),
            *("javascript:alert(1)", "data:text/html,x", '"><script>', "0 onclick=x()"),
        ]
    ),
)
_ATTRIBUTS = st.dictionaries(
    st.sampled_from(
        [
            *(["ID", "IDREF", "align", "colspan", "href", "listType", "revised", "rowspan", "scope", "styleCode"]),
            *(["referencedObject", "onclick", "style", "class", "id", "src", "data", "border", "representation"]),
        ]
    ),
    _VALEURS,
    max_size=3,
)


def _element(nom: str, attributs: dict[str, str], enfants: list[tuple[ET.Element, str]], debut: str) -> ET.Element:  # fmt: skip
    element = ET.Element(nom, attributs)
    element.text = debut
    for enfant, suite in enfants:
        enfant.tail = suite
        element.append(enfant)
    return element


_ARBRES = st.recursive(
    st.builds(_element, _BALISES, _ATTRIBUTS, st.just([]), _TEXTES),
    lambda enfants: st.builds(
        _element, _BALISES, _ATTRIBUTS, st.lists(st.tuples(enfants, _TEXTES), max_size=4), _TEXTES
    ),
    max_leaves=25,
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(_ARBRES, _TEXTES), max_size=4), _TEXTES)
def test_aucun_narratif_n_ajoute_d_element_ni_ne_perd_de_texte(arbres, debut):
    racine = ET.fromstring(narratif("", entrees=media("m", exemples.png(), "image/png")))
    texte = next(racine.iter(f"{V3}text"))
    texte.text = debut
    for arbre, suite in arbres:
        arbre.tail = suite
        texte.append(arbre)
    octets = ET.tostring(racine, encoding="utf-8")
    fragment = lire_fragment(rendre_html(lire(octets)))
    assert fragment.texte() == texte_visible(octets)


_DEBUT = exemples.document_complet()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(_DEBUT) - 1), st.binary(max_size=4), st.integers(0, 30))
def test_un_document_abime_est_lu_ou_refuse_sans_autre_erreur(place, pose, retire):
    abime = _DEBUT[:place] + pose + _DEBUT[place + retire :]
    try:
        document = lire(abime)
    except CDAInvalide as refus:
        assert str(refus).endswith(".")
        return
    lire_fragment(rendre_html(document))
