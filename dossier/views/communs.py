"""What both doors do with an opened espace: the list, the content of a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from dossier import fichiers
from dossier.actions import Depot, DepotRefuse, Resultat, deposer_document, noter_lecture
from dossier.forms import FormulaireDepotPS, FormulaireDepotUsager
from dossier.models import Document, EtatAnalyse
from dossier.presentation import EN_LIGNE
from dossier.regard import est_le_meme_regard
from dossier.selection import Compte, Criteres, comptes
from habilitations.acces import Acces, ActeurAcces
from habilitations.politique import Action
from journal.faits import Fait
from mes.socle.nomenclatures import categories, types_documents


@dataclass(frozen=True, slots=True)
class Categorie:
    """A category card: code, label, how many this actor may see."""

    code: str
    libelle: str
    nombre: int
    est_choisie: bool


def cartes_categories(releve: Sequence[Compte], choisie: str) -> list[Categorie]:
    """Categories that have something, in the order of the reference table."""
    nombres: dict[str, int] = {}
    for compte in releve:
        nombres[compte.categorie] = nombres.get(compte.categorie, 0) + compte.nombre
    return [
        Categorie(code, libelle, nombres[code], code == choisie)
        for code, libelle in categories().items()
        if code in nombres
    ]


@dataclass(frozen=True, slots=True)
class Branche:
    """A branch of the Web PS tree: category, then types with counts (R-DOC-17)."""

    libelle: str
    nombre: int
    types: Sequence[tuple[str, str, int]]


def arbre(releve: Sequence[Compte]) -> list[Branche]:
    """Category of the professional's side → (code, label, count), as the seeds show it."""
    branches: dict[str, list[tuple[str, str, int]]] = {}
    nombres = {compte.type_code: compte.nombre for compte in releve}
    for code, type_document in types_documents().items():
        if code in nombres:
            branches.setdefault(type_document.categorie_ps, []).append(
                (code, type_document.libelle, nombres[code])
            )
    return [
        Branche(libelle, sum(nombre for *_, nombre in types), types)
        for libelle, types in branches.items()
    ]


def total(releve: Sequence[Compte], criteres: Criteres) -> int:
    """How many documents the list has, from the counts already read."""
    return sum(
        compte.nombre
        for compte in releve
        if (not criteres.categorie or compte.categorie == criteres.categorie)
        and (not criteres.type_code or compte.type_code == criteres.type_code)
    )


def releve_sans_choix(acces: Acces, criteres: Criteres) -> Sequence[Compte]:
    """Counts of every category under the other criteria."""
    return comptes(acces, replace(criteres, categorie="", type_code="", recherche="", tri="date"))


_CHAMPS_DU_REFUS = {
    "TITRE_REFUSE": "titre",
    "DATE_REFUSEE": "date_document",
    "TYPE_INCONNU": "type_code",
    "AUTEUR_REFUSE": "au_nom_de",
}


def deposer(
    acces: Acces,
    formulaire: FormulaireDepotUsager | FormulaireDepotPS,
    *,
    au_nom_de: ActeurAcces | None = None,
    remplace_id: UUID | None = None,
) -> Resultat | None:
    """Deposits what a valid form holds; refused, says why on the field it is about: None."""
    saisie: dict[str, Any] = formulaire.cleaned_data
    fichier = cast("UploadedFile[bytes]", saisie["fichier"])
    try:
        return deposer_document(
            acces=acces,
            depot=Depot(
                octets=fichier.read(),
                nom_fichier=fichier.name or "document",
                type_code=saisie["type_code"],
                titre=saisie["titre"],
                date_document=saisie["date_document"],
                masques=formulaire.masques(),
                remplace_id=remplace_id,
                au_nom_de=au_nom_de,
                selon_la_structure=saisie.get("regle_structure", False),
            ),
        )
    except DepotRefuse as refus:
        formulaire.add_error(_CHAMPS_DU_REFUS.get(refus.motif, "fichier"), refus.phrase)
        return None


def contenu(
    acces: Acces, document: Document, *, telecharger: bool, regard: str = ""
) -> HttpResponse:
    """The served bytes of a document, journalled; refused as absent until found sound.

    `regard`: the pass that a page gives its own frame; the page's line is that of this look.
    """
    fiche: dict[str, Any] = document.fiche(acces.coffre)
    if document.analyse != EtatAnalyse.SAIN:
        raise acces.refuser(None, action=Action.LIRE, objet_id=document.pk)
    if document.servi_id is not None:
        octets, mime = fichiers.lire(document.servi_id, acces.coffre), document.mime_servi
    elif fiche["cda"] and telecharger:
        octets, mime = fichiers.lire(document.original_id, acces.coffre), "application/xml"
    else:
        raise acces.refuser(None, action=Action.LIRE, objet_id=document.pk)
    if telecharger or not est_le_meme_regard(
        regard, document.pk, acces.acteur.compte_id, timezone.now()
    ):
        noter_lecture(
            acces=acces,
            documents=[document],
            fait=Fait.DOCUMENT_TELECHARGE if telecharger else Fait.DOCUMENT_CONSULTE,
        )
    en_ligne = not telecharger and mime in EN_LIGNE
    reponse = HttpResponse(octets, content_type=mime)
    nom = _nom_telecharge(fiche["nom_fichier"], mime)
    reponse.headers["Content-Disposition"] = _disposition(en_ligne, nom)
    # Only our own page frames it, to show it.
    reponse.headers["X-Frame-Options"] = "SAMEORIGIN"
    # The sanitised copy has nothing to run; the sandbox makes sure of it.
    reponse.headers["Content-Security-Policy"] = (
        "default-src 'none'; img-src 'self' data:; object-src 'self'; style-src 'unsafe-inline'; "
        "frame-ancestors 'self'"
    )
    return reponse


_EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "text/plain; charset=utf-8": "txt",
    "application/rtf": "rtf",
    "image/tiff": "tif",
    "application/xml": "xml",
}


def _nom_telecharge(nom_fichier: str, mime: str) -> str:
    racine = nom_fichier.rpartition(".")[0] or nom_fichier
    return f"{racine}.{_EXTENSIONS.get(mime, 'bin')}"


def _disposition(en_ligne: bool, nom: str) -> str:
    return content_disposition_header(not en_ligne, nom) or "attachment"
