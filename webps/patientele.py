"""« Mes patients »: the records that this exercice has opened lately (R-PS-23)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils import timezone

from habilitations.acces import ActeurAcces
from habilitations.faits import Faits, faits_de
from habilitations.models import Ouverture
from habilitations.politique import MEDECINE_DU_TRAVAIL, OUVERTS, Statut
from mes.socle import coffres
from mes.socle.models import CleIdentite
from usagers.identite import nom_affiche
from usagers.models import EspaceSante
from webps.declaration import jusqua

TAILLE_PAGE = 20


@dataclass(frozen=True, slots=True)
class Etat:
    """Whether what the last opening rested on still holds; `ton` as in <c-badge>."""

    ton: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Patient:
    """One line: who, when last, and on what a new opening could rest."""

    espace_id: UUID
    nom: str
    date_naissance: date
    derniere_le: datetime
    etat: Etat


@dataclass(frozen=True, slots=True)
class Page:
    patients: tuple[Patient, ...]
    numero: int
    a_suite: bool

    @property
    def precedente(self) -> int | None:
        return self.numero - 1 if self.numero > 1 else None

    @property
    def suivante(self) -> int | None:
        return self.numero + 1 if self.a_suite else None


def _ouvertures(acteur: ActeurAcces) -> QuerySet[Ouverture]:
    depuis = timezone.now() - timedelta(days=settings.MES_PATIENTS_MOIS * 365 // 12)
    if acteur.exercice_id is None:
        return Ouverture.objects.none()
    return Ouverture.objects.filter(exercice_id=acteur.exercice_id, ouverte_le__gte=depuis)


def est_de_la_patientele(acteur: ActeurAcces, espace_id: UUID) -> bool:
    """Whether this exercice has opened this record lately: what spares searching by INS again."""
    return _ouvertures(acteur).filter(espace_id=espace_id).exists()


def patients(acteur: ActeurAcces, numero: int) -> Page:
    """One page, the last opened first: names are only opened for the records of the page.

    Three queries whatever the page holds. A record whose keys were destroyed has no name left and is
    left out.
    """
    debut = (numero - 1) * TAILLE_PAGE
    dernieres = dict(
        _ouvertures(acteur)
        .values("espace_id")
        .annotate(derniere_le=Max("ouverte_le"))
        .order_by("-derniere_le", "espace_id")
        .values_list("espace_id", "derniere_le")[debut : debut + TAILLE_PAGE + 1]
    )
    retenus = list(dernieres)[:TAILLE_PAGE]
    faits = faits_de(retenus, acteur, timezone.localdate())
    cles = coffres.coffres(CleIdentite, retenus)
    lignes = []
    for espace_id in retenus:
        if espace_id not in cles:
            continue
        espace = faits[espace_id].espace
        traits = espace.identite.traits(cles[espace_id])
        lignes.append(
            Patient(
                espace_id=espace_id,
                nom=nom_affiche(traits),
                date_naissance=date.fromisoformat(traits["date_naissance"]),
                derniere_le=dernieres[espace_id],
                etat=_etat(espace, faits[espace_id], acteur),
            )
        )
    return Page(tuple(lignes), numero, len(dernieres) > TAILLE_PAGE)


def _etat(espace: EspaceSante, faits: Faits, acteur: ActeurAcces) -> Etat:
    if Statut(espace.statut) not in OUVERTS:
        return Etat("neutre", "Dossier fermé")
    if faits.bloque or faits.structure_bloquee:
        return Etat("danger", "Le patient a bloqué votre accès")
    if faits.retire:
        return Etat("danger", "Le patient a retiré son accord")
    if faits.autorise_jusqua:
        return Etat("succes", f"Accord du patient {jusqua(faits.autorise_jusqua)}")
    if faits.consentement_initial and acteur.specialite != MEDECINE_DU_TRAVAIL:
        return Etat("succes", "Consentement donné à votre équipe")
    return Etat("info", "Accord à demander à la prochaine consultation")
