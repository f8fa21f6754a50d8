"""Reads the HTML we wrote, strictly: nothing outside the list, nothing a browser would move."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VIDES = {"br", "img"}
TRANSPARENTS = {"ins", "del"}  # they take what their parent takes
PHRASE = {"strong", "em", "span", "sub", "sup", "a", "small", "br", "img", "ins", "del"}
FLUX = PHRASE | {"section", "div", "p", "pre", "ul", "ol", "table", "figure"}
FLUX |= {f"h{niveau}" for niveau in range(3, 7)}
ENFANTS = {
    **dict.fromkeys(PHRASE - VIDES, PHRASE),
    **dict.fromkeys(("p", "pre", "caption", "figcaption", "h3", "h4", "h5", "h6"), PHRASE),
    **dict.fromkeys(("div", "section", "li", "td", "th"), FLUX),
    "ul": {"li"},
    "ol": {"li"},
    "figure": {"img", "span", "figcaption"},
    "table": {"caption", "thead", "tbody", "tfoot"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tfoot": {"tr"},
    "tr": {"td", "th"},
    "br": set(),
    "img": set(),
}
SANS_TEXTE = {"ul", "ol", "table", "thead", "tbody", "tfoot", "tr", "figure"}

BORDS = {"p", "ul", "ol", "li", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "pre"}
BORDS |= {"caption", "figure", "figcaption", "br", "small", "section", "h3", "h4", "h5", "h6"}
CLASSES_BORDS = {"cda-bloc", "cda-legende", "cda-note", "cda-figure", "cda-tableau"}

_CLASSES = {
    *("document", "section", "bloc", "legende", "tableau", "figure", "note", "renvoi"),
    *("adresse", "avis", "texte", "gras", "italique", "souligne", "a-droite", "centre"),
}
_ENTIER = re.compile(r"[1-9][0-9]{0,3}")
_ID = re.compile(r"cda-[A-Za-z0-9._-]*")
_IMAGE = re.compile(r"data:image/(png|jpeg|gif);base64,([A-Za-z0-9+/]+=*)")
_DEBUTS = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "gif": b"GIF8"}


def _image_permise(valeur: str) -> bool:
    trouve = _IMAGE.fullmatch(valeur)
    return bool(trouve) and base64.b64decode(trouve[2]).startswith(_DEBUTS[trouve[1]])


ATTRIBUTS = {
    ("*", "id"): lambda v: bool(_ID.fullmatch(v)),
    ("*", "class"): lambda v: set(v.split()) <= {f"cda-{nom}" for nom in _CLASSES},
    ("ol", "type"): lambda v: v in {"1", "a", "A", "i", "I"},
    ("td", "colspan"): lambda v: bool(_ENTIER.fullmatch(v)),
    ("td", "rowspan"): lambda v: bool(_ENTIER.fullmatch(v)),
    ("th", "colspan"): lambda v: bool(_ENTIER.fullmatch(v)),
    ("th", "rowspan"): lambda v: bool(_ENTIER.fullmatch(v)),
    ("th", "scope"): lambda v: v in {"row", "col", "rowgroup", "colgroup"},
    ("a", "href"): lambda v: bool(re.fullmatch(r"#cda-[A-Za-z0-9._-]+|(?i:https?)://[!-~]+", v)),
    ("a", "rel"): lambda v: v == "noopener noreferrer",
    ("img", "src"): _image_permise,
    ("img", "alt"): lambda v: bool(v.strip()),
    ("div", "role"): lambda v: v == "group",
    ("div", "aria-label"): lambda v: bool(re.fullmatch(r"Tableau [0-9]+", v)),
    ("div", "tabindex"): lambda v: v == "0",
    ("figure", "role"): lambda v: v == "figure",
    ("figure", "aria-label"): lambda v: bool(v.strip()),
}


@dataclass(eq=False)
class Element:
    nom: str
    attributs: dict[str, str] = field(default_factory=dict)
    enfants: list[Element | str] = field(default_factory=list)

    def parcourir(self) -> Iterator[Element]:
        yield self
        for enfant in self.enfants:
            if isinstance(enfant, Element):
                yield from enfant.parcourir()

    def trouver(self, *noms: str) -> list[Element]:
        return [element for element in self.parcourir() if element.nom in noms]

    def texte(self, *, sauf: frozenset[str] = frozenset({"cda-avis", "cda-adresse"})) -> str:
        """The text of the source, blanks folded: our own words, marked by class, are left out."""
        return " ".join(self._texte(sauf).split())

    def tout_le_texte(self) -> str:
        return self.texte(sauf=frozenset())

    def _texte(self, sauf: frozenset[str]) -> str:
        classes = set(self.attributs.get("class", "").split())
        if sauf & classes:
            return ""
        bord = " " if self.nom in BORDS or CLASSES_BORDS & classes else ""
        interieur = "".join(
            enfant if isinstance(enfant, str) else enfant._texte(sauf) for enfant in self.enfants
        )
        return f"{bord}{interieur}{bord}"


class _Lecteur(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.racine = Element("div")
        self.pile = [self.racine]

    def handle_starttag(self, nom: str, attributs: list[tuple[str, str | None]]) -> None:
        assert nom in ENFANTS, f"élément interdit : {nom}"
        parent = next(e.nom for e in reversed(self.pile) if e.nom not in TRANSPARENTS)
        assert nom in ENFANTS[parent], f"{nom} dans {parent}"
        if nom == "a":
            assert all(ouvert.nom != "a" for ouvert in self.pile), "lien dans un lien"
        for cle, valeur in attributs:
            controle = ATTRIBUTS.get((nom, cle)) or ATTRIBUTS.get(("*", cle))
            assert controle is not None, f"attribut interdit : {nom}@{cle}"
            assert valeur is not None
            assert controle(valeur), f"valeur interdite : {nom}@{cle}={valeur[:80]!r}"
        assert len({cle for cle, _ in attributs}) == len(attributs), "attribut répété"
        element = Element(nom, {cle: valeur or "" for cle, valeur in attributs})
        self.pile[-1].enfants.append(element)
        if nom not in VIDES:
            self.pile.append(element)

    def handle_startendtag(self, nom: str, attributs: list[tuple[str, str | None]]) -> None:
        raise AssertionError(f"balise auto-fermée : {nom}")

    def handle_endtag(self, nom: str) -> None:
        assert nom == self.pile.pop().nom

    def handle_data(self, texte: str) -> None:
        ouvert = self.pile[-1]
        assert ouvert.nom not in SANS_TEXTE or not texte.strip(), f"texte dans {ouvert.nom}"
        ouvert.enfants.append(texte)

    def _interdit(self, texte: str) -> None:
        raise AssertionError(f"construction interdite : {texte[:80]!r}")

    handle_comment = handle_decl = handle_pi = unknown_decl = _interdit


def lire_fragment(html: str) -> Element:
    """The one element of the fragment. AssertionError when anything in it is not ours."""
    lecteur = _Lecteur()
    lecteur.feed(html)
    lecteur.close()
    assert lecteur.pile == [lecteur.racine], "élément non fermé"
    (element,) = lecteur.racine.enfants
    assert isinstance(element, Element)
    ids = [e.attributs["id"] for e in element.parcourir() if "id" in e.attributs]
    assert len(ids) == len(set(ids)), "identifiant répété"
    return element
