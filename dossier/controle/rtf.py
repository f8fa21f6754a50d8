"""RTF: read as tokens, refused when it embeds objects or calls out."""

from __future__ import annotations

import re

from dossier.controle.types import PROFONDEUR_RTF_MAX, FichierRefuse, MotifRefus

_MOTS_RTF_ACTIFS = frozenset(
    b"object objdata objemb objlink objautlink objocx objsub objpub objicemb objhtml objupdate "
    b"objclass".split()
)
# The first word of a field's instruction: text computed by the reader from the document itself.
_CHAMPS_RTF_SURS = frozenset(
    {
        "ADVANCE", "AUTHOR", "BARCODE", "COMMENTS", "COMPARE", "CREATEDATE", "DATE",
        "DOCPROPERTY", "EDITTIME", "EQ", "FILENAME", "FORMCHECKBOX", "FORMDROPDOWN", "FORMTEXT",
        "HYPERLINK", "INDEX", "INFO", "KEYWORDS", "LASTSAVEDBY", "LISTNUM", "MERGEFIELD",
        "NOTEREF", "NUMCHARS", "NUMPAGES", "NUMWORDS", "PAGE", "PAGEREF", "PRINTDATE", "REF",
        "REVNUM", "SAVEDATE", "SECTION", "SECTIONPAGES", "SEQ", "SHAPE", "STYLEREF", "SUBJECT",
        "SYMBOL", "TA", "TC", "TIME", "TITLE", "TOA", "TOC", "USERNAME", "XE",
    }
)  # fmt: skip
_JETON_RTF = re.compile(
    rb"(?P<mot>\\(?P<nom>[A-Za-z]+)(?P<valeur>-?[0-9]{1,10})?[ ]?)"
    rb"|(?P<hexa>\\'[0-9A-Fa-f]{2})|(?P<signe>\\.)|(?P<accolade>[{}])|(?P<texte>[^\\{}]+)",
    re.DOTALL,
)


def _rtf_illisible() -> FichierRefuse:
    return FichierRefuse(
        MotifRefus.ILLISIBLE,
        "Ce document RTF est abîmé ou incomplet : enregistrez-le de nouveau ou déposez-le en PDF.",
    )


def _rtf_actif() -> FichierRefuse:
    return FichierRefuse(
        MotifRefus.RTF_ACTIF,
        "Ce document RTF contient un objet ou un champ actif, refusé par sécurité : "
        "enregistrez-le en PDF, puis déposez le PDF.",
    )


def controler_rtf(octets: bytes) -> None:
    """Refuses embedded objects, remote templates and fields that fetch or run something.

    Reads the words as a reader does, so that no spelling hides one: `{`, `}`, control words, signs
    in hexadecimal. Braces must balance and nothing may follow the last one.
    """
    # One entry per open group: the text of a field's instruction being gathered, or None.
    champs: list[bytearray | None] = []
    position = 0
    while position < len(octets):
        jeton = _JETON_RTF.match(octets, position)
        if jeton is None:
            raise _rtf_illisible()
        position = jeton.end()
        genre, contenu = jeton.lastgroup, jeton[0]
        if contenu == b"{":
            if len(champs) >= PROFONDEUR_RTF_MAX:
                raise _rtf_illisible()
            champs.append(champs[-1] if champs else None)
        elif contenu == b"}":
            if not champs:
                raise _rtf_illisible()
            ferme = champs.pop()
            if ferme is not None and (not champs or champs[-1] is not ferme):
                _exiger_champ_sur(ferme)
            if not champs:
                break
        elif not champs:
            raise _rtf_illisible()
        elif genre in ("mot", "valeur", "nom"):
            nom = jeton["nom"].lower()
            if nom in _MOTS_RTF_ACTIFS:
                raise _rtf_actif()
            if nom == b"bin":
                position += max(0, int(jeton["valeur"] or b"0"))
            elif nom in (b"fldinst", b"template"):
                _exiger_champ_sur(champs[-1] or bytearray())
                champs[-1] = bytearray(b"TEMPLATE " if nom == b"template" else b"")
            elif nom == b"u" and champs[-1] is not None:
                champs[-1] += chr(int(jeton["valeur"] or b"63") % 128).encode()
        elif (instruction := champs[-1]) is not None:
            if genre == "hexa":
                instruction += bytes.fromhex(contenu[2:].decode())
            else:
                instruction += contenu[1:] if genre == "signe" else contenu
    if champs or octets[position:].strip(b"\x00 \t\r\n\x1a"):
        raise _rtf_illisible()


def _exiger_champ_sur(instruction: bytearray) -> None:
    """Refuses an unknown field, and a template that isn't on the author's own disk."""
    texte = re.sub(rb"[\r\n\x00]", b"", bytes(instruction)).decode("latin-1")
    mots = texte.split(maxsplit=1)
    if mots and mots[0] == "TEMPLATE":
        if re.match(r"[^A-Za-z]|[A-Za-z][\w.+-]+:", mots[-1]):
            raise _rtf_actif()
    elif mots and mots[0].upper() not in _CHAMPS_RTF_SURS:
        raise _rtf_actif()
