"""Files that a stranger, or a broken software, may hand in. Made here; none is kept."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import pikepdf

from tests import situations as s
from tests.interop import exemples

# In two pieces, so that an antivirus leaves this very file alone.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MEGA = 1_000_000


@dataclass(frozen=True)
class Hostile:
    """A file, the motif of its refusal, and a word that its sentence must have."""

    nom: str
    octets: Callable[[], bytes]
    motif: str
    mot: str
    reserve_aux_professionnels: bool = False
    """Of a format that the patient's side refuses anyway."""


def executable() -> bytes:
    """The beginning of a Windows programme."""
    return b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff" + b"\0" * 500 + b"PE\0\0" + b"\0" * 500


def pdf_a_script() -> bytes:
    with pikepdf.open(BytesIO(s.pdf("bonjour"))) as document:
        document.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")
        )
        sortie = BytesIO()
        document.save(sortie)
    return sortie.getvalue()


def texte_de(taille: int) -> bytes:
    """`taille` bytes of plain text."""
    ligne = b"Compte rendu de la consultation.\n"
    return (ligne * (taille // len(ligne) + 1))[:taille]


def bombe_tiff() -> bytes:
    """A few bytes that announce 65,000 × 65,000 points."""
    champs = ((256, 65_000), (257, 65_000), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1))
    repertoire = struct.pack("<H", len(champs)) + b"".join(
        struct.pack("<HHII", code, 4, 1, valeur) for code, valeur in champs
    )
    return b"II*\0" + struct.pack("<I", 8) + repertoire + struct.pack("<I", 0)


def _avec_dtd(dtd: str, appel: str) -> bytes:
    document = exemples.niveau_1_texte("Bonjour").decode()
    declaration, _, reste = document.partition("\n")
    return f"{declaration}\n<!DOCTYPE r [{dtd}]>\n{reste}".replace("Bonjour", appel).encode()


def entites_externes() -> bytes:
    return _avec_dtd('<!ENTITY fuite SYSTEM "file:///etc/passwd">', "&fuite;")


def milliard_de_rires() -> bytes:
    etages = "".join(f'<!ENTITY r{n} "{f"&r{n - 1};" * 10}">' for n in range(1, 10))
    return _avec_dtd(f'<!ENTITY r0 "rire">{etages}', "&r9;")


def cda_de(matricule: str) -> bytes:
    """A CDA of our own for this INS, that replaces nothing."""
    entete = exemples.EN_TETE.replace("279035121518989", matricule)
    entete = entete[: entete.index("<relatedDocument")]
    corps = '<nonXMLBody><text mediaType="text/plain">Bonjour</text></nonXMLBody>'
    return exemples.octets(exemples.clinical_document(corps, en_tete=entete))


def cda_d_un_autre() -> bytes:
    return cda_de("279035121518989")


def cda_tronque() -> bytes:
    return cda_d_un_autre()[:-200]


FICHIERS = {
    "executable nomme pdf": Hostile("ordonnance.pdf", executable, "EXECUTABLE", "programme"),
    "executable": Hostile("installe.exe", executable, "EXECUTABLE", "programme"),
    "pdf a script": Hostile("ordonnance.pdf", pdf_a_script, "PDF_JAVASCRIPT", "JavaScript"),
    "un octet de trop": Hostile(
        "notes.txt", lambda: texte_de(5 * MEGA + 1), "TROP_VOLUMINEUX", "5 Mo"
    ),
    "plus qu'on ne garde": Hostile(
        "notes.txt", lambda: texte_de(22 * MEGA), "TROP_VOLUMINEUX", "5 Mo"
    ),
    "bombe tiff": Hostile("scan.tif", bombe_tiff, "IMAGE_DEMESUREE", "image"),
    "entites externes": Hostile("cr.xml", entites_externes, "XML_DTD", "DOCTYPE"),
    "milliard de rires": Hostile("cr.xml", milliard_de_rires, "XML_DTD", "DOCTYPE"),
    "cda d'un autre": Hostile("cr.xml", cda_d_un_autre, "AUTRE_PATIENT", "autre personne", True),
    "cda tronque": Hostile("cr.xml", cda_tronque, "CDA_INVALIDE", "mal formé", True),
    "vide": Hostile("vide.pdf", lambda: b"", "VIDE", "vide"),
    "du vent": Hostile("photo.jpg", lambda: bytes(range(256)) * 8, "FORMAT_REFUSE", "format"),
    "texte nomme pdf": Hostile(
        "ordonnance.pdf", lambda: texte_de(100), "EXTENSION_TROMPEUSE", "texte"
    ),
}
