"""« Ce que voit mon médecin » (I-16): my documents through somebody else's rights, by the one engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from dossier.models import Document, EtatDocument
from dossier.selection import Apercu, apercu, decision_pour, visibles_par
from habilitations.acces import Acces
from habilitations.politique import Action, Decision, Motif

TAILLE_PAGE = 20
VUES = {"": "Tous mes documents", "vus": "Vus", "non-vus": "Non vus"}


_POURQUOI = {
    Motif.AUTEUR: "Il a ajouté ce document et le voit toujours.",
    Motif.MATRICE: "Son métier lit ce type de document.",
    Motif.HORS_MATRICE: "Son métier ne lit pas ce type de document.",
    Motif.DOCUMENT_MASQUE: "Ce document est masqué aux professionnels.",
    Motif.PROFESSIONNEL_BLOQUE: "Vous l'avez bloqué, lui ou sa structure.",
    Motif.CONSENTEMENT_REQUIS: "Vous lui avez retiré l'accès, à lui ou à son équipe.",
    Motif.EXERCICE_INACTIF: "Il n'exerce plus là.",
    Motif.LECTURE_INTERDITE: "Son métier dépose des documents mais ne les lit pas.",
}
"""The reasons about one professional, said to the patient."""


@dataclass(frozen=True, slots=True)
class Regard:
    """One of my documents: seen or not, and why."""

    apercu: Apercu
    decision: Decision

    @property
    def pourquoi(self) -> str:
        return _POURQUOI.get(self.decision.motif, "Son accès n'est pas prévu dans cette situation.")


@dataclass(frozen=True, slots=True)
class Comptes:
    """How many documents each view has."""

    tous: int
    vus: int
    non_vus: int


@dataclass(frozen=True, slots=True)
class PageRegards:
    """One page of my documents and the counts of the three views."""

    regards: Sequence[Regard]
    vue: str
    comptes: Comptes
    numero: int
    nombre_pages: int

    @property
    def precedente(self) -> int | None:
        return self.numero - 1 if self.numero > 1 else None

    @property
    def suivante(self) -> int | None:
        return self.numero + 1 if self.numero < self.nombre_pages else None


def mes_documents(mien: Acces) -> QuerySet[Document]:
    """The current documents that I see myself: a simulation shows no other."""
    return visibles_par(mien).filter(etat=EtatDocument.COURANT)


def vus_par(simule: Acces, mien: Acces) -> QuerySet[Document]:
    """Those among mine that the other would list (R-HAB-06)."""
    return mes_documents(mien).filter(pk__in=visibles_par(simule).values("pk"))


def regards(simule: Acces, mien: Acces, *, vue: str, numero: int) -> PageRegards:
    """One page of the view `vue` (a key of VUES), latest documents first."""
    tous, vus = mes_documents(mien), vus_par(simule, mien)
    total, nombre_vus = tous.count(), vus.count()
    comptes = Comptes(total, nombre_vus, total - nombre_vus)
    listes = {
        "": tous,
        "vus": vus,
        "non-vus": tous.exclude(pk__in=visibles_par(simule).values("pk")),
    }
    montres = {"": comptes.tous, "vus": comptes.vus, "non-vus": comptes.non_vus}[vue]
    pages = max(1, -(-montres // TAILLE_PAGE))
    numero = min(max(1, numero), pages)
    debut = (numero - 1) * TAILLE_PAGE
    tranche = listes[vue].order_by("-date_document", "-pk")[debut : debut + TAILLE_PAGE]
    return PageRegards(
        regards=[Regard(apercu(mien, d), decision_pour(simule, d, Action.LIRE)) for d in tranche],
        vue=vue,
        comptes=comptes,
        numero=numero,
        nombre_pages=pages,
    )
