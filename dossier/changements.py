"""What every change of a document in the record shares: locked, versioned, journalled in its chain."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F

from dossier.models import COTE_PATIENT, Document
from dossier.selection import GENRES_AUTEUR, document_pour
from habilitations.acces import Acces
from habilitations.politique import Action, Masque
from journal.faits import Fait

RESERVES = frozenset({Masque.INVISIBLE_PATIENT, Masque.INVISIBLE_REPRESENTANTS_LEGAUX})
"""Masks whose lines go to the réservée chain: the patient or her parents are not told yet."""


def est_reserve(document: Document) -> bool:
    return bool(RESERVES & set(document.masques))


def est_du_meme_deposant(acces: Acces, document: Document) -> bool:
    """Same person, or on the patient's side anybody of it; or the same structure."""
    if document.auteur_genre in COTE_PATIENT:
        return GENRES_AUTEUR.get(acces.acteur.genre) in COTE_PATIENT
    return (
        document.auteur_genre == GENRES_AUTEUR.get(acces.acteur.genre)
        and document.auteur_id == acces.acteur.id
    ) or (document.structure_id is not None and document.structure_id == acces.acteur.structure_id)


def document_verrouille(acces: Acces, document_id: UUID, action: Action, **faits: Any) -> Document:
    """`document_pour`, locked until the end of the transaction: two acts at once follow each other,
    and the second decides on what the first left."""
    verrou = Document.objects.select_for_update(of=("self",))
    verrou.filter(espace_id=acces.espace_id, pk=document_id).values_list("pk").first()
    return document_pour(acces, document_id, action, **faits)


def changer(document: Document, **colonnes: Any) -> None:
    """Writes columns, on the row and in memory: a new version of the sheet, never a new document
    (R-MAS-12)."""
    Document.objects.filter(pk=document.pk).update(version=F("version") + 1, **colonnes)
    for nom, valeur in colonnes.items():
        setattr(document, nom, valeur)


def noter(acces: Acces, document: Document, fait: Fait, **details: Any) -> None:
    """The line of an act on a document, in the chain of those who may know it."""
    acces.noter(
        fait,
        objet_id=document.pk,
        details={"titre": document.fiche(acces.coffre)["titre"], **details},
        reservee=est_reserve(document),
    )
