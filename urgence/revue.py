"""Reading the queue of emergency accesses: what a referent or a supervisor sees, and no more.

No word of the record, no name of the patient, no text of the justification, which may hold health
data: when, who, where, in which mode, and why it deserves a look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet

from habilitations.models import Role, RoleDeclare
from habilitations.politique import Mode
from mes.socle import coffres
from mes.socle.models import CleIdentite
from mes.socle.trousseau import trousseau
from urgence.anomalies import LIBELLES, Marque
from urgence.models import ReferentStructure, RevueAcces
from urgence.recherche import OUVERTS
from usagers.models import Identite
from usagers.recherche import presenter_traits

TAILLE_PAGE = 20

MODES = {Mode.BRIS_DE_GLACE: "Bris de glace", Mode.SAMU: "SAMU-Centre 15"}


def est_referent(structure_id: UUID | None, professionnel_id: UUID | None) -> bool:
    """Whether this person looks again at the accesses of this structure today."""
    return (
        structure_id is not None
        and professionnel_id is not None
        and ReferentStructure.objects.filter(
            structure_id=structure_id, professionnel_id=professionnel_id, fin_le=None
        ).exists()
    )


@dataclass(frozen=True, slots=True)
class Criteres:
    """What a list was asked for; empty words filter nothing."""

    etat: str = ""
    mode: str = ""
    marques: bool = False
    """Only those that have a mark."""

    @property
    def nombre(self) -> int:
        """How many filters are set."""
        return sum(map(bool, (self.etat, self.mode, self.marques)))


@dataclass(frozen=True, slots=True)
class LigneRevue:
    """One access as it may be shown."""

    revue: RevueAcces
    marques: Sequence[str]
    note: str

    @property
    def mode(self) -> str:
        return MODES[Mode(self.revue.mode)]

    @property
    def est_en_attente(self) -> bool:
        """The delay after which its marks are computed is not over."""
        return self.revue.marquee_le is None


@dataclass(frozen=True, slots=True)
class PageRevue:
    lignes: Sequence[LigneRevue]
    numero: int
    nombre_pages: int
    total: int

    @property
    def precedente(self) -> int | None:
        return self.numero - 1 if self.numero > 1 else None

    @property
    def suivante(self) -> int | None:
        return self.numero + 1 if self.numero < self.nombre_pages else None


def revues(criteres: Criteres, *, structure_id: UUID | None = None) -> QuerySet[RevueAcces]:
    """The accesses asked for, latest first; `structure_id`: those of one structure only."""
    liste = RevueAcces.objects.select_related("professionnel", "structure")
    if structure_id is not None:
        liste = liste.filter(structure_id=structure_id)
    if criteres.etat:
        liste = liste.filter(etat=criteres.etat)
    if criteres.mode:
        liste = liste.filter(mode=criteres.mode)
    if criteres.marques:
        liste = liste.exclude(marques=[])
    return liste.order_by("-ouverte_le", "-pk")


def page(liste: QuerySet[RevueAcces], numero: str | None) -> PageRevue:
    """One page; a number beyond the last gives the last."""
    trouvee = Paginator(liste, TAILLE_PAGE).get_page(numero or 1)
    return PageRevue(
        lignes=[_ligne(revue) for revue in trouvee],
        numero=trouvee.number,
        nombre_pages=trouvee.paginator.num_pages,
        total=trouvee.paginator.count,
    )


def _ligne(revue: RevueAcces) -> LigneRevue:
    note = ""
    if revue.scelle is not None:
        note = trousseau().desceller_json(bytes(revue.scelle), lieu=RevueAcces.lieu(revue.pk))[
            "note"
        ]
    return LigneRevue(revue, [LIBELLES[Marque(marque)] for marque in revue.marques], note)


# --- A médecin traitant's patients (R-URG-08) ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccesAnnonce:
    """An emergency access to the record of one of his patients: when, how, whose."""

    revue: RevueAcces
    patient: dict[str, Any]

    @property
    def mode(self) -> str:
        return MODES[Mode(self.revue.mode)]


def acces_de_ses_patients(medecin_id: UUID) -> QuerySet[RevueAcces]:
    """Those that happened since he is the médecin traitant of these patients, latest first."""
    roles = RoleDeclare.objects.filter(
        espace_id=OuterRef("espace_id"),
        professionnel_id=medecin_id,
        role=Role.MEDECIN_TRAITANT,
        fin_le=None,
        debut_le__lte=OuterRef("ouverte_le"),
    )
    return RevueAcces.objects.filter(Exists(roles), espace__statut__in=OUVERTS).order_by(
        "-ouverte_le", "-pk"
    )


def presenter_acces(acces: Sequence[RevueAcces]) -> list[AccesAnnonce]:
    """With the identity of each patient, in two queries whatever their number."""
    espaces = {revue.espace_id for revue in acces}
    identites = Identite.objects.in_bulk(espaces)
    cles = coffres.coffres(CleIdentite, espaces)
    patients = {
        espace_id: presenter_traits(identite.traits(cles[espace_id]), identite)
        for espace_id, identite in identites.items()
    }
    return [AccesAnnonce(revue, patients[revue.espace_id]) for revue in acces]
