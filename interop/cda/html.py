"""The pieces of HTML, and the checks of the few source values that may enter it. Pure functions."""

from __future__ import annotations

import base64
import re
from html import escape

from interop.cda.modele import MediaCDA, Noeud
from interop.cda.octets import IMAGES_AFFICHABLES, PDF

IMAGE_MAX = 5_000_000
"""Bytes of the heaviest image shown."""

ID_MAX = 200
LEGENDE_MAX = 300
_ETENDUE_MAX = 1000
_ADRESSE_MAX = 2000
_ADRESSE_MONTREE_MAX = 200

_HORS_ID = re.compile(r"[^A-Za-z0-9.-]")
_ADRESSE_DU_WEB = re.compile(r"(?i:https?)://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#][!-~]*)?")

_STYLES = {
    "bold": ("cda-gras",),
    "italics": ("cda-italique",),
    "italic": ("cda-italique",),
    "emphasis": ("cda-italique",),
    "bolditalics": ("cda-gras", "cda-italique"),
    "bolditalic": ("cda-gras", "cda-italique"),
    "underline": ("cda-souligne",),
}
_ALIGNEMENTS = {"right": "cda-a-droite", "center": "cda-centre"}
_NUMEROTATIONS = {
    "arabic": "1",
    "littleroman": "i",
    "bigroman": "I",
    "littlealpha": "a",
    "bigalpha": "A",
}
_TYPES = {
    PDF: "PDF",
    "image/png": "image PNG",
    "image/jpeg": "image JPEG",
    "image/gif": "image GIF",
    "image/tiff": "image TIFF",
}
# These show something although they may hold no text.
_SANS_TEXTE = frozenset({"renderMultiMedia", "linkHtml", "footnoteRef"})


def ancre(identifiant: str) -> str:
    """The HTML id given to a source `ID`: prefixed, made of letters, digits, `.`, `-`, `_`.

    Two different `ID` never share one.
    """
    return "cda-" + _HORS_ID.sub(lambda trouve: f"_{ord(trouve.group()):x}_", identifiant)


def classe(*classes: str) -> str:
    """The `class` attribute, nothing for no class."""
    return f' class="{" ".join(classes)}"' if classes else ""


def avis(phrase: str) -> str:
    """A word of ours within the text."""
    return f'<span class="cda-avis">{escape(phrase)}</span>'


def avis_bloc(phrase: str) -> str:
    """A word of ours standing alone."""
    return f'<p class="cda-avis">{escape(phrase)}</p>'


def styles(noeud: Noeud) -> tuple[str, ...]:
    """Our classes for the `styleCode` that carry meaning (bold, italics, underline)."""
    codes = noeud.attribut("styleCode").lower().split()
    return tuple(dict.fromkeys(nom for code in codes for nom in _STYLES.get(code, ())))


def alignement(noeud: Noeud) -> tuple[str, ...]:
    """Our class for `align`: figures of a table are read by their right edge."""
    nom = _ALIGNEMENTS.get(noeud.attribut("align").lower())
    return (nom,) if nom else ()


def numerotation(noeud: Noeud) -> str:
    """The `type` attribute of an ordered list, nothing for the usual figures."""
    codes = noeud.attribut("styleCode").lower().split()
    sorte = next((_NUMEROTATIONS[code] for code in codes if code in _NUMEROTATIONS), None)
    return f' type="{sorte}"' if sorte else ""


def etendues(noeud: Noeud) -> str:
    """The `colspan` and `rowspan` attributes that are whole numbers from 2 to 1000."""
    rendu = ""
    for nom in ("colspan", "rowspan"):
        valeur = noeud.attribut(nom)
        if valeur.isascii() and valeur.isdigit() and len(valeur) <= 4:
            etendue = int(valeur)
            rendu += f' {nom}="{etendue}"' if 1 < etendue <= _ETENDUE_MAX else ""
    return rendu


def destination_externe(adresse: str) -> str | None:
    """The attributes of a link to a plain http(s) address; None for any other.

    Any other: relative, script, data, an address that hides its host behind a user name…
    """
    if len(adresse) > _ADRESSE_MAX or not _ADRESSE_DU_WEB.fullmatch(adresse):
        return None
    return f' href="{escape(adresse)}" rel="noopener noreferrer"'


def adresse_en_texte(adresse: str, *, apres_un_texte: bool) -> str:
    """An address to read, cut when very long; in brackets after a text."""
    montree = adresse
    if len(adresse) > _ADRESSE_MONTREE_MAX:
        montree = adresse[:_ADRESSE_MONTREE_MAX] + "…"
    montree = f" ({montree})" if apres_un_texte else montree
    return f'<span class="cda-adresse">{escape(montree)}</span>'


def est_affichable(media: MediaCDA) -> bool:
    """Announced as an image, an image by its bytes, and not too heavy."""
    return (
        media.mime.startswith("image/")
        and media.type_reel in IMAGES_AFFICHABLES
        and len(media.octets) <= IMAGE_MAX
    )


def image(media: MediaCDA, remplacement: str) -> str:
    """An image that `est_affichable`, under the type its bytes tell."""
    donnees = base64.b64encode(media.octets).decode("ascii")
    return f'<img src="data:{media.type_reel};base64,{donnees}" alt="{escape(remplacement)}">'


def nom_du_type(media: MediaCDA) -> str:
    """What to call the file in a sentence: « fichier … »."""
    return _TYPES.get(media.type_reel or "") or f"de type « {media.mime[:80]} »"


def texte_brut(noeud: Noeud | str) -> str:
    """All the text inside, as it is."""
    if isinstance(noeud, str):
        return noeud
    return "".join(texte_brut(enfant) for enfant in noeud.enfants)


def est_vide(noeud: Noeud | str) -> bool:
    """Nothing to read nor to see inside."""
    if isinstance(noeud, str):
        return not noeud.strip()
    return noeud.nom not in _SANS_TEXTE and all(est_vide(enfant) for enfant in noeud.enfants)
