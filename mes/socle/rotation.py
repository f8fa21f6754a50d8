"""Key rotation: everything sealed by a former master key is sealed again by the current one.

Data keys of the espaces are rewrapped, not what they seal; values sealed by the keyring itself are
resealed. Each batch is a transaction: killed anywhere, the next run goes on with what remains.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction

from mes.socle import coffres, mur
from mes.socle.models import CleIdentite, CleJournal, CleMedicale
from mes.socle.trousseau import trousseau

LOT = 500


@dataclass(frozen=True, slots=True)
class Scelle:
    """A column sealed by the keyring itself; its place is `etiquette`:primary key."""

    modele: str
    etiquette: str
    colonne: str = "scelle"

    def lieu(self, cle_primaire: object) -> str:
        return f"{self.etiquette}:{cle_primaire}"


SCELLES_PAR_LE_TROUSSEAU = (
    Scelle("socle.CleSysteme", "cle.systeme", "enveloppe"),
    Scelle("comptes.Compte", "comptes.compte"),
    Scelle("comptes.DispositifTOTP", "comptes.dispositiftotp"),
    Scelle("comptes.JetonsPSC", "comptes.jetonspsc"),
    Scelle("notifications.Envoi", "notifications.envoi"),
    Scelle("habilitations.Ouverture", "habilitations.ouverture"),
    Scelle("habilitations.RefusAlimentation", "habilitations.refusalimentation"),
    Scelle("habilitations.DemandeSurAcces", "habilitations.demandesuracces"),
    Scelle("urgence.RevueAcces", "urgence.revueacces"),
)
"""Every such column of the product; a test compares it with the models."""


@dataclass(frozen=True, slots=True)
class Avancement:
    quoi: str
    faits: int
    total: int


def renouveler() -> Iterator[Avancement]:
    """Yields the progress of each table. What is already up to date is read and left alone."""
    espaces = list(CleIdentite.objects.order_by("espace_id").values_list("espace_id", flat=True))
    for modele in (CleIdentite, CleJournal, CleMedicale):
        faits = 0
        for debut in range(0, len(espaces), LOT):
            faits += _reenvelopper(modele, espaces[debut : debut + LOT])
            yield Avancement(modele.__name__, faits, len(espaces))
    for scelle in SCELLES_PAR_LE_TROUSSEAU:
        yield from _resceller(scelle)


def _reenvelopper(modele: coffres.ModeleCle, espaces: list[UUID]) -> int:
    with transaction.atomic(), mur.ouvrir(lus=espaces, ecrits=espaces):
        lignes = list(modele.objects.filter(espace_id__in=espaces).select_for_update())
        anciennes = [
            ligne for ligne in lignes if not trousseau().est_a_jour(bytes(ligne.enveloppe))
        ]
        for ligne in anciennes:
            cle = coffres.ouvrir_enveloppe(modele, ligne.espace_id, bytes(ligne.enveloppe))
            ligne.enveloppe = coffres.envelopper(modele, ligne.espace_id, cle)
        gestionnaire: Any = modele.objects
        gestionnaire.bulk_update(anciennes, ["enveloppe"], batch_size=LOT)
    return len(lignes)


def _resceller(scelle: Scelle) -> Iterator[Avancement]:
    modele = apps.get_model(scelle.modele)
    lignes = modele._default_manager.exclude(**{scelle.colonne: None})
    cles = list(lignes.order_by("pk").values_list("pk", flat=True))
    for debut in range(0, len(cles), LOT):
        with transaction.atomic():
            lot = list(
                modele._default_manager.filter(pk__in=cles[debut : debut + LOT]).select_for_update()
            )
            changees = []
            for ligne in lot:
                valeur = getattr(ligne, scelle.colonne)
                if valeur is None or trousseau().est_a_jour(bytes(valeur)):
                    continue
                lieu = scelle.lieu(ligne.pk)
                clair = trousseau().desceller(bytes(valeur), lieu=lieu)
                setattr(ligne, scelle.colonne, trousseau().sceller(clair, lieu=lieu))
                changees.append(ligne)
            modele._default_manager.bulk_update(changees, [scelle.colonne], batch_size=LOT)
        yield Avancement(scelle.modele, min(debut + LOT, len(cles)), len(cles))
