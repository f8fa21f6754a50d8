"""Safe HTML of a CDA document's body.

Everything in the output is ours: the names of elements, attributes and classes come from this
package; the source gives only text, escaped, and a few values checked one by one (whole numbers,
http(s) addresses, images known by their bytes). All the text of the source is kept, in its order,
save that a table's footer is read after its rows.

The fragment is valid HTML5: a browser never has to move a piece elsewhere to make sense of it.

Classes for style sheets: `cda-document` the whole · `cda-section` · `cda-bloc` to show as a block ·
`cda-legende` · `cda-tableau` the frame in which a wide table scrolls · `cda-figure` · `cda-note` ·
`cda-renvoi` · `cda-adresse` the address of a link that can't be followed · `cda-avis` a word of
ours · `cda-texte` plain text, to wrap · `cda-gras` `cda-italique` `cda-souligne` · `cda-a-droite`
`cda-centre`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape

from interop.cda.html import (
    ID_MAX,
    LEGENDE_MAX,
    adresse_en_texte,
    alignement,
    ancre,
    avis,
    avis_bloc,
    classe,
    destination_externe,
    est_affichable,
    est_vide,
    etendues,
    image,
    nom_du_type,
    numerotation,
    styles,
    texte_brut,
)
from interop.cda.modele import (
    CorpsNonStructure,
    CorpsStructure,
    DocumentCDA,
    MediaCDA,
    Noeud,
    SectionCDA,
)
from interop.xml import codec_connu

IMAGES_TOTAL_MAX = 15_000_000
"""Bytes of all the images shown of one document, repetitions counted."""

_NIVEAU_MAX = 6
_BLANCS = re.compile(r"[ \t\r\n]+")
_CONTROLES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

_BALISES_DES_STYLES = {"cda-gras": "strong", "cda-italique": "em"}
_REVISIONS = {"insert": "ins", "delete": "del"}
_PORTEES = frozenset({"row", "col", "rowgroup", "colgroup"})
_GROUPES = frozenset({"thead", "tbody", "tfoot"})
_COLONNES = frozenset({"col", "colgroup"})
_CELLULES = frozenset({"td", "th"})


def rendre_html(document: DocumentCDA, *, niveau_titre: int = 3) -> str:
    """The body as an HTML fragment, one `<div>`. First headings at `niveau_titre`, deepest h6.

    Not marked safe for any template engine: the caller does that, knowingly. A PDF is announced,
    not shown (`pdf_embarque` gives it). Text plain, sections, PNG, JPEG and GIF are shown.
    """
    match document.corps:
        case CorpsStructure() as corps:
            contenu = _Rendu(corps).sections(corps.sections, niveau_titre)
        case CorpsNonStructure() as corps:
            contenu = _fichier_seul(corps)
        case _:
            contenu = avis_bloc("Ce document n'a pas de contenu.")
    return f'<div class="cda-document">{contenu}</div>'


def _fichier_seul(corps: CorpsNonStructure) -> str:
    if not corps.octets:
        return avis_bloc("Le fichier contenu dans ce document est absent ou illisible.")
    if corps.mime == "text/plain" and corps.type_reel is None:
        texte = _CONTROLES.sub("\ufffd", _decoder(corps).replace("\r\n", "\n"))
        # A parser drops one line feed after <pre>: it gets one to drop.
        return f'<pre class="cda-texte">\n{escape(texte)}</pre>'
    media = MediaCDA(corps.mime, corps.octets, corps.type_reel)
    if est_affichable(media):
        return image(media, "Image contenue dans le document")
    return avis_bloc(f"Ce document contient un fichier {nom_du_type(media)}.")


def _decoder(corps: CorpsNonStructure) -> str:
    for codec in (codec_connu(corps.charset or ""), "utf-8-sig", "cp1252"):
        try:
            return corps.octets.decode(codec or "utf-8-sig")
        except UnicodeDecodeError:
            continue
    return corps.octets.decode("iso-8859-1")


def _toutes(sections: Iterable[SectionCDA]) -> Iterator[SectionCDA]:
    for section in sections:
        yield section
        yield from _toutes(section.sections)


def _parcourir(noeuds: Iterable[Noeud | str]) -> Iterator[Noeud]:
    for noeud in noeuds:
        if isinstance(noeud, Noeud):
            yield noeud
            yield from _parcourir(noeud.enfants)


def _separer_legende(noeud: Noeud) -> tuple[Noeud | None, tuple[Noeud | str, ...]]:
    """The caption when it opens a list or a table, and the rest. A later one stays in place."""
    for rang, enfant in enumerate(noeud.enfants):
        if isinstance(enfant, Noeud) and enfant.nom == "caption":
            return enfant, noeud.enfants[rang + 1 :]
        if not est_vide(enfant):
            break
    return None, noeud.enfants


def _pied_unique(noeud: Noeud) -> Noeud | None:
    """The foot of a table that has one and only one."""
    pieds = [e for e in noeud.enfants if isinstance(e, Noeud) and e.nom == "tfoot"]
    return pieds[0] if len(pieds) == 1 else None


def _pied_en_dernier(noeud: Noeud) -> Noeud:
    """The table with its only foot at the end: CDA writes it before the rows, one reads it after.

    Of several feet, none is the foot: they stay where they are, as rows.
    """
    pied = _pied_unique(noeud)
    if pied is None:
        return noeud
    autres = (" " if enfant is pied else enfant for enfant in noeud.enfants)
    return replace(noeud, enfants=(*autres, pied))


def _regrouper(enfants: Sequence[Noeud | str], attendus: frozenset[str]) -> list[Noeud]:
    """The expected pieces, and each run of anything else gathered in one piece without a name.

    A browser moves what lies straight in a table or a list; the caller gives each run a row or an
    item. Runs with nothing to read or to see are dropped.
    """
    rendus: list[Noeud] = []
    egares: list[Noeud | str] = []

    def deposer() -> None:
        if not all(est_vide(egare) for egare in egares):
            rendus.append(Noeud("", enfants=tuple(egares), a_bloc=True))
        egares.clear()

    for enfant in enfants:
        if isinstance(enfant, Noeud) and enfant.nom in attendus:
            deposer()
            rendus.append(enfant)
        else:
            egares.append(enfant)
    deposer()
    return rendus


def _en_ligne(piece: Noeud) -> Noeud:
    return piece if piece.nom == "tr" else Noeud("tr", enfants=(piece,), a_bloc=True)


class _Rendu:
    """One rendering: what must be known of the whole document while writing a piece of it.

    A piece is written in flow (blocks allowed) or, `self._en_phrase`, in phrasing, as HTML has it.
    """

    def __init__(self, corps: CorpsStructure) -> None:
        self._medias = corps.medias
        self._octets_images = 0
        self._tableaux = 0
        self._en_phrase = False
        self._en_lien = False
        self._en_tableau = False
        self._ids_poses: set[str] = set()
        sections = list(_toutes(corps.sections))
        noeuds = [noeud for section in sections for noeud in _parcourir(section.textes)]
        self._cibles = {noeud.attribut("ID") for noeud in noeuds}
        self._cibles |= {section.identifiant or "" for section in sections}
        notes = [noeud for noeud in noeuds if noeud.nom == "footnote"]
        self._numeros = {id(note): numero for numero, note in enumerate(notes, start=1)}
        self._notes_par_id: dict[str, Noeud] = {}
        for note in notes:
            self._notes_par_id.setdefault(note.attribut("ID"), note)
        self._ecritures: dict[str, Callable[[Noeud], str]] = {
            "br": self._saut,
            "caption": self._legende,
            "footnote": self._note,
            "footnoteRef": self._renvoi,
            "linkHtml": self._lien,
            "list": self._liste,
            "paragraph": self._paragraphe,
            "renderMultiMedia": self._multimedia,
            "sub": self._indice,
            "sup": self._indice,
            "table": self._tableau,
            "text": self._contenu,
            "content": self._contenu,
            "": self._contenu,
        }

    # Sections

    def sections(self, sections: Iterable[SectionCDA], niveau: int) -> str:
        return "".join(self._section(section, min(niveau, _NIVEAU_MAX)) for section in sections)

    def _section(self, section: SectionCDA, niveau: int) -> str:
        identite = self._id(section.identifiant or "")
        titre = f"<h{niveau}>{escape(section.titre)}</h{niveau}>" if section.titre else ""
        # A section without a title doesn't open a level: headings never skip one.
        suivant = niveau + 1 if section.titre else niveau
        textes = "".join(self._noeud(texte) for texte in section.textes)
        dessous = self.sections(section.sections, suivant)
        return f'<section{identite} class="cda-section">{titre}{textes}{dessous}</section>'

    # Pieces

    def _noeud(self, noeud: Noeud | str) -> str:
        if isinstance(noeud, str):
            return escape(_BLANCS.sub(" ", noeud))
        return self._ecritures.get(noeud.nom, self._bloc_egare)(noeud)

    def _enfants(self, noeud: Noeud) -> str:
        return "".join(self._noeud(enfant) for enfant in noeud.enfants)

    def _phrase(self, noeud: Noeud, *, en_lien: bool = False) -> str:
        """The inside of a piece that takes no block; once in a link, everything inside is too."""
        avant = self._en_phrase, self._en_lien
        self._en_phrase = True
        self._en_lien = self._en_lien or en_lien
        rendu = self._enfants(noeud)
        self._en_phrase, self._en_lien = avant
        return rendu

    def _contenu(self, noeud: Noeud) -> str:
        """A content, a section's text, an unknown element: transparent without style or ID."""
        identite = self._id(noeud.attribut("ID"))
        revision = _REVISIONS.get(noeud.attribut("revised").lower())
        if (noeud.a_bloc or noeud.nom == "text") and not self._en_phrase:
            attributs = identite + classe(*styles(noeud))
            rendu = self._enfants(noeud)
            rendu = f"<div{attributs}>{rendu}</div>" if attributs else rendu
            return f"<{revision}>{rendu}</{revision}>" if revision else rendu
        balises = [(revision, "")] if revision else []
        for style in styles(noeud):
            balise = _BALISES_DES_STYLES.get(style)
            balises.append((balise, "") if balise else ("span", classe(style)))
        if identite and not balises:
            balises.append(("span", ""))
        rendu = self._phrase(noeud)
        for rang in reversed(range(len(balises))):
            balise, attributs = balises[rang]
            attributs = identite + attributs if rang == 0 else attributs
            rendu = f"<{balise}{attributs}>{rendu}</{balise}>"
        return rendu

    def _paragraphe(self, noeud: Noeud) -> str:
        if noeud.a_bloc or self._en_phrase:
            return self._bloc_egare(noeud)
        attributs = self._id(noeud.attribut("ID")) + classe(*styles(noeud), *alignement(noeud))
        return f"<p{attributs}>{self._phrase(noeud)}</p>"

    def _bloc_egare(self, noeud: Noeud) -> str:
        """A row, a cell, an item out of place; a paragraph that holds, or is in, what it can't."""
        classes = ("cda-bloc", *styles(noeud), *alignement(noeud))
        attributs = self._id(noeud.attribut("ID")) + classe(*classes)
        if self._en_phrase:
            return f"<br><span{attributs}>{self._enfants(noeud)}</span>"
        return f"<div{attributs}>{self._enfants(noeud)}</div>"

    def _saut(self, noeud: Noeud) -> str:
        return f"<br{self._id(noeud.attribut('ID'))}>{self._enfants(noeud)}"

    def _indice(self, noeud: Noeud) -> str:
        identite = self._id(noeud.attribut("ID"))
        return f"<{noeud.nom}{identite}>{self._phrase(noeud)}</{noeud.nom}>"

    def _legende(self, noeud: Noeud) -> str:
        identite = self._id(noeud.attribut("ID"))
        return f'<span{identite} class="cda-legende">{self._phrase(noeud)}</span> '

    # Lists

    def _liste(self, noeud: Noeud) -> str:
        if self._en_phrase:
            return self._bloc_egare(noeud)
        legende, reste = _separer_legende(noeud)
        identite = self._id(noeud.attribut("ID"))
        rendu = ""
        if legende is not None:
            attributs = self._id(legende.attribut("ID")) + classe("cda-legende")
            rendu = f"<p{attributs}>{self._phrase(legende)}</p>"
        elements = "".join(self._element(e) for e in _regrouper(reste, frozenset({"item"})))
        if not elements:
            return f"{rendu} "  # an empty list still parts what surrounds it
        if noeud.attribut("listType").lower() == "ordered":
            return f"{rendu}<ol{identite}{numerotation(noeud)}>{elements}</ol>"
        return f"{rendu}<ul{identite}>{elements}</ul>"

    def _element(self, noeud: Noeud) -> str:
        attributs = self._id(noeud.attribut("ID")) + classe(*styles(noeud))
        return f"<li{attributs}>{self._enfants(noeud)}</li>"

    # Tables

    def _tableau(self, noeud: Noeud) -> str:
        noeud = _pied_en_dernier(noeud)
        if self._en_phrase:
            return self._bloc_egare(noeud)
        identite = self._id(noeud.attribut("ID"))
        if self._en_tableau:
            return f"<table{identite}>{self._interieur_de_tableau(noeud)}</table>"
        self._tableaux += 1
        # Focusable, because what scrolls sideways on a narrow screen must scroll from the keyboard.
        cadre = f'class="cda-tableau" role="group" aria-label="Tableau {self._tableaux}"'
        self._en_tableau = True
        rendu = f"<table{identite}>{self._interieur_de_tableau(noeud)}</table>"
        self._en_tableau = False
        return f'<div {cadre} tabindex="0">{rendu}</div>'

    def _interieur_de_tableau(self, noeud: Noeud) -> str:
        """Caption, one head, bodies, one foot: HTML's order, whatever the sender's."""
        legende, reste = _separer_legende(noeud)
        rendu = []
        if legende is not None:
            identite = self._id(legende.attribut("ID"))
            rendu.append(f"<caption{identite}>{self._phrase(legende)}</caption>")
        pied = _pied_unique(noeud)
        lignes: list[str] = []  # rows lying straight in the table
        tete_permise = True
        for piece in _regrouper(reste, _GROUPES | _COLONNES | {"tr"}):
            if piece.nom in _COLONNES and est_vide(piece):
                continue
            if piece.nom not in _GROUPES:
                lignes.append(self._ligne(_en_ligne(piece), en_tete=False))
                continue
            if lignes:
                rendu.append(f"<tbody>{''.join(lignes)}</tbody>")
                lignes.clear()
                tete_permise = False
            balise = "tbody"
            if (piece.nom == "thead" and tete_permise) or piece is pied:
                balise = piece.nom
            rendu.append(self._groupe(piece, balise))
            tete_permise = False
        if lignes:
            rendu.append(f"<tbody>{''.join(lignes)}</tbody>")
        return "".join(rendu)

    def _groupe(self, noeud: Noeud, balise: str) -> str:
        attributs = self._id(noeud.attribut("ID")) + classe(*styles(noeud))
        lignes = "".join(
            self._ligne(_en_ligne(piece), en_tete=noeud.nom == "thead")
            for piece in _regrouper(noeud.enfants, frozenset({"tr"}))
        )
        return f"<{balise}{attributs}>{lignes}</{balise}>"

    def _ligne(self, noeud: Noeud, *, en_tete: bool) -> str:
        attributs = self._id(noeud.attribut("ID")) + classe(*styles(noeud))
        cellules = "".join(
            self._cellule(piece, en_tete=en_tete) for piece in _regrouper(noeud.enfants, _CELLULES)
        )
        return f"<tr{attributs}>{cellules}</tr>"

    def _cellule(self, noeud: Noeud, *, en_tete: bool) -> str:
        attributs = self._id(noeud.attribut("ID"))
        attributs += classe(*styles(noeud), *alignement(noeud)) + etendues(noeud)
        balise = "td"
        if noeud.nom == "th" and not est_vide(noeud):  # an empty heading heads nothing
            balise = "th"
            portee = noeud.attribut("scope").lower()
            if portee not in _PORTEES:
                portee = "col" if en_tete else "row"
            attributs += f' scope="{portee}"'
        return f"<{balise}{attributs}>{self._enfants(noeud)}</{balise}>"

    # Links, notes, files

    def _lien(self, noeud: Noeud) -> str:
        adresse = noeud.attribut("href")
        identite = self._id(noeud.attribut("ID"))
        interne = adresse.startswith("#")
        destination = self._destination(adresse)
        texte = self._phrase(noeud, en_lien=destination is not None)
        sans_texte = all(est_vide(enfant) for enfant in noeud.enfants)
        if adresse and not interne and (sans_texte or destination is None):
            texte += adresse_en_texte(adresse, apres_un_texte=not sans_texte)
        if destination is not None:
            return f"<a{identite}{destination}>{texte}</a>"
        return f"<span{identite}>{texte}</span>" if identite else texte

    def _destination(self, adresse: str) -> str | None:
        """The attributes of a link that can be followed from here, else None."""
        if self._en_lien:
            return None
        if not adresse.startswith("#"):
            return destination_externe(adresse)
        identifiant = adresse[1:]
        connue = identifiant in self._cibles and 0 < len(identifiant) <= ID_MAX
        return f' href="#{ancre(identifiant)}"' if connue else None

    def _note(self, noeud: Noeud) -> str:
        """A footnote stays where it is written: nothing sends the reader away from the text."""
        attributs = self._id(noeud.attribut("ID")) + classe("cda-note")
        numero = avis(f"Note {self._numeros[id(noeud)]} :")
        if noeud.a_bloc and not self._en_phrase:
            return f"<div{attributs}>{numero} {self._enfants(noeud)}</div>"
        return f"<small{attributs}>{numero} {self._phrase(noeud)}</small>"

    def _renvoi(self, noeud: Noeud) -> str:
        attributs = self._id(noeud.attribut("ID")) + classe("cda-renvoi")
        cible = noeud.attribut("IDREF")
        note = self._notes_par_id.get(cible)
        destination = self._destination(f"#{cible}")
        numero = f"[note {self._numeros[id(note)]}]" if note else "[voir la note]"
        texte = avis(numero) + self._phrase(noeud, en_lien=destination is not None)
        texte = f"<a{destination}>{texte}</a>" if destination else texte
        return f"<sup{attributs}>{texte}</sup>"

    def _multimedia(self, noeud: Noeud) -> str:
        attributs = self._id(noeud.attribut("ID")) + classe("cda-figure")
        legende = " ".join(texte_brut(noeud).split())[:LEGENDE_MAX]
        rangs = [int(rang) for rang in noeud.attribut("medias").split()]
        images = "".join(self._media(self._medias[rang], legende) for rang in rangs)
        images = images or avis("Pièce jointe absente du document ou illisible.")
        texte = self._phrase(noeud)
        if self._en_phrase:
            return f"<span{attributs}>{images}{texte}</span>"
        if not legende:
            return f"<div{attributs}>{images}{texte}</div>"
        attributs += f' role="figure" aria-label="{escape(legende)}"'
        return f"<figure{attributs}>{images}<figcaption>{texte}</figcaption></figure>"

    def _media(self, media: MediaCDA, legende: str) -> str:
        if not est_affichable(media):
            return avis(f"Pièce jointe : fichier {nom_du_type(media)}.")
        self._octets_images += len(media.octets)
        if self._octets_images > IMAGES_TOTAL_MAX:
            return avis("Image non affichée : les images de ce document sont trop volumineuses.")
        return image(media, f"Image : {legende}" if legende else "Image contenue dans le document")

    def _id(self, identifiant: str) -> str:
        """The `id` attribute, once: a second piece of the same ID gets none, the first is found."""
        if not 0 < len(identifiant) <= ID_MAX or identifiant in self._ids_poses:
            return ""
        self._ids_poses.add(identifiant)
        return f' id="{ancre(identifiant)}"'
