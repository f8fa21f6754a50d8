"""The history that a person downloads with its proof (R-TRA-02, R-TRA-06, R-TRA-08).

The format is docs/historique_telecharge.md; docs/verifier_historique.py checks it without us.

A chain is given from its first line, without a hole. The réservée chain stops before the first line
that its reader may not see yet (a document kept for a consultation d'annonce, R-MAS-09): a
commitment without text, in its place, would tell her that there is something to announce. Its
signature is made at each download, so that its date tells nothing either.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone

from journal import chaines
from journal.faits import Chaine, Fait
from journal.inscription import nom_de_chaine
from journal.lecture import LigneLue, dire, objets_ecartes, sel_et_texte
from journal.models import Ligne, TeteChaine
from journal.tampon import TamponScelle
from journal.verification import Tete, lignes_verifiees
from mes.socle.chiffrement import Cle
from mes.socle.trousseau import cle_de_signature

FORMAT = "mes.historique/1"

LISEZ_MOI = """\
Votre historique d'activité, et la preuve qu'il est complet.

historique.csv    à lire dans un tableur : qui a fait quoi, et quand.
historique.json   la preuve, à garder : elle se vérifie sans nous.

Pour vérifier : {adresse}
Cette page explique comment faire, donne le programme de vérification et notre clé publique.
Gardez ce fichier pour vous : il parle de votre santé.
"""


def cle_publique() -> str:
    """The key that checks our signatures: 32 bytes of Ed25519, in base64."""
    octets = cle_de_signature().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(octets).decode()


@dataclass(frozen=True, slots=True)
class Demande:
    """Whose history, and how much of it its reader may see."""

    espace_id: UUID
    reservee: bool
    """The titulaire alone: a representant is not even told that this chain exists (R-PRO-09)."""
    objets_caches: Collection[UUID] = ()
    """Documents not yet announced to the titulaire."""


def produire(demande: Demande, cle: Cle, *, adresse: str) -> TamponScelle:
    """The ZIP: the proof, the same lines for a spreadsheet, and what to do with them.

    Asked where the journal is open for reading (`VOIR_HISTORIQUE_COMPLET`). Every chain is verified
    while it is written: raises `verification.Rupture`, and nothing is signed, when one is broken.
    """
    maintenant = timezone.now()
    paquet, tableau = TamponScelle(), TamponScelle()
    with ZipFile(paquet, "w", ZIP_DEFLATED) as archive:
        with archive.open("historique.json", "w", force_zip64=True) as membre:
            for morceau in _json(demande, cle, maintenant, _Tableur(tableau)):
                membre.write(morceau.encode())
        with archive.open("historique.csv", "w", force_zip64=True) as membre:
            for bloc in tableau.blocs():
                membre.write(bloc)
        archive.writestr("LISEZ-MOI.txt", LISEZ_MOI.format(adresse=adresse))
    return paquet


def _json(demande: Demande, cle: Cle, maintenant: datetime, tableur: _Tableur) -> Iterator[str]:
    """The proof, line by line; each line also goes to the spreadsheet."""
    noms = [
        nom_de_chaine(demande.espace_id, chaine)
        for chaine in (Chaine.VISIBLE, Chaine.RESERVEE)
        if chaine is Chaine.VISIBLE or demande.reservee
    ]
    produit_le = maintenant.isoformat()
    entete = {
        "format": FORMAT,
        "espace": str(demande.espace_id),
        "produit_le": produit_le,
        "cle_publique": cle_publique(),
        "sommaire": _signer(chaines.texte_du_sommaire(demande.espace_id, produit_le, noms)),
    }
    ecartes = objets_ecartes(demande.espace_id)
    yield _texte(entete)[:-1] + ',"chaines":['
    for rang, nom in enumerate(noms):
        yield (",\n" if rang else "\n") + '{"nom":' + _texte(nom) + ',"lignes":['
        chaine = nom.rpartition(":")[2]
        numero, empreinte = 0, chaines.origine(nom)
        for ligne in _lignes(demande, Chaine(chaine), cle):
            sel, canonique = sel_et_texte(ligne, cle)
            numero, empreinte = ligne.numero, bytes(ligne.empreinte)
            # The text would still say the title of somebody else's document (R-PS-31).
            est_tue = ligne.objet_id in ecartes and ligne.fait != Fait.DOCUMENT_ECARTE
            ouvert = {} if est_tue else {"sel": sel.hex(), "texte": canonique.decode()}
            yield (",\n" if numero > 1 else "\n") + _texte(
                {
                    "numero": numero,
                    **ouvert,
                    "engagement": bytes(ligne.engagement).hex(),
                    "empreinte": empreinte.hex(),
                }
            )
            lue = dire(ligne, json.loads(canonique))
            tableur.ajouter(replace(lue, titre="") if est_tue else lue)
        point = {
            "numero": numero,
            "empreinte": empreinte.hex(),
            "signe_le": produit_le,
            "signature": _signer(chaines.texte_signe(nom, numero, empreinte, maintenant)),
        }
        yield '\n],"point":' + _texte(point) + "}"
    yield "\n]}\n"


def _lignes(demande: Demande, chaine: Chaine, cle: Cle) -> Iterator[Ligne]:
    """The lines to give, all of the chain being verified: also what comes after the cut."""
    tete = TeteChaine.objects.filter(espace_id=demande.espace_id, chaine=chaine).first()
    if tete is None:
        return
    montrees = True
    lue = Tete(demande.espace_id, chaine, tete.numero, bytes(tete.empreinte))
    for ligne in lignes_verifiees(lue, cle):
        if chaine is Chaine.RESERVEE and ligne.objet_id in demande.objets_caches:
            montrees = False
        if montrees:
            yield ligne


def _signer(texte: bytes) -> str:
    return base64.b64encode(cle_de_signature().sign(texte)).decode()


def _texte(valeur: Any) -> str:
    return json.dumps(valeur, ensure_ascii=False, separators=(",", ":"))


class _Tableur:
    """The lines as a French spreadsheet opens them: UTF-8 with its mark, semicolons."""

    COLONNES = (
        *("Date", "Heure", "Qui", "Qualité", "Pour", "Action", "Document", "Précision"),
        *("Chaîne", "Numéro"),
    )

    def __init__(self, tampon: TamponScelle) -> None:
        self._tampon = tampon
        self._tampon.write("\ufeff".encode())
        self._ecrire(self.COLONNES)

    def ajouter(self, ligne: LigneLue) -> None:
        le = timezone.localtime(ligne.le)
        self._ecrire(
            (
                f"{le:%d/%m/%Y}",
                f"{le:%H:%M:%S}",
                ligne.acteur,
                ligne.qualite,
                ligne.pour,
                ligne.phrase,
                ligne.titre,
                ligne.precision,
                "visible" if ligne.chaine == Chaine.VISIBLE else "réservée",
                str(ligne.numero),
            )
        )

    def _ecrire(self, valeurs: Iterable[str]) -> None:
        rangee = io.StringIO(newline="")
        csv.writer(rangee, delimiter=";").writerow([_inerte(valeur) for valeur in valeurs])
        self._tampon.write(rangee.getvalue().encode())


def _inerte(valeur: str) -> str:
    """A title beginning with « = » stays text: a spreadsheet would take it for a formula."""
    return f"'{valeur}" if valeur.startswith(("=", "+", "-", "@", "\t", "\r")) else valeur
