"""What a structure notes and sets about feeding records (R-ALI-01…03, R-ALI-09)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction

from habilitations.acces import ActeurAcces, situation_de_l_espace
from habilitations.actions.dossiers import INFORMATIONS
from habilitations.models import (
    InformationPatient,
    RefusAlimentation,
    RegleVersement,
)
from habilitations.politique import Acteur, Action, Masque
from journal.faits import Fait
from journal.inscription import Inscription, inscrire
from mes.socle.nomenclatures import types_documents
from mes.socle.trousseau import trousseau
from mes.socle.uuid7 import uuid7

MASQUES_REGLABLES: Final = (
    Masque.MASQUE_PS,
    Masque.INVISIBLE_PATIENT,
    Masque.INVISIBLE_REPRESENTANTS_LEGAUX,
)
LONGUEUR_MOTIF: Final = 500


class ReglageImpossible(Exception):
    """What a structure asked can't be recorded; `str()` is French and says what to do."""


@transaction.atomic
def noter_information(
    *, acteur: ActeurAcces, espace_id: UUID, information: str
) -> InformationPatient:
    """The patient was told, once, that this structure feeds her record (R-ALI-02). Idempotent.

    Raises AccesRefuse as a deposit would, ReglageImpossible.
    """
    situation_de_l_espace(acteur, espace_id, Action.DEPOSER)
    if information not in INFORMATIONS:
        raise ReglageImpossible("Indiquez comment le patient a été informé.")
    if acteur.structure_id is None or acteur.exercice_id is None:
        raise ReglageImpossible("Vous n'exercez dans aucune structure connue.")
    note, creee = InformationPatient.objects.get_or_create(
        espace_id=espace_id,
        structure_id=acteur.structure_id,
        defaults={"informe_par_id": acteur.exercice_id, "information": information},
    )
    if creee:
        inscrire(
            espace_id,
            Inscription(
                Fait.INFORMATION_DONNEE, acteur.trace, details={"information": information}
            ),
        )
    return note


@transaction.atomic
def enregistrer_refus_d_alimentation(
    *, acteur: ActeurAcces, espace_id: UUID, type_code: str, motif: str
) -> RefusAlimentation:
    """The patient refuses that a document be sent, for a reason found legitimate (R-ALI-03).

    Nothing is deposited; the reason is sealed. Raises ReglageImpossible.
    """
    situation_de_l_espace(acteur, espace_id, Action.DEPOSER)
    if acteur.genre is not Acteur.PROFESSIONNEL or acteur.exercice_id is None:
        raise ReglageImpossible(
            "Le motif est apprécié par le professionnel de santé : lui seul enregistre ce refus."
        )
    motif = " ".join(motif.split())
    if not motif:
        raise ReglageImpossible("Écrivez le motif légitime donné par le patient.")
    if len(motif) > LONGUEUR_MOTIF:
        raise ReglageImpossible(f"Le motif tient en {LONGUEUR_MOTIF} caractères.")
    if type_code and type_code not in types_documents():
        raise ReglageImpossible("Choisissez un type de document de la liste.")
    refus = RefusAlimentation(
        id=uuid7(),
        espace_id=espace_id,
        structure_id=acteur.structure_id,
        exercice_id=acteur.exercice_id,
        type_code=type_code,
    )
    refus.scelle = trousseau().sceller_json({"motif": motif}, lieu=RefusAlimentation.lieu(refus.pk))
    refus.save(force_insert=True)
    inscrire(
        espace_id,
        Inscription(
            Fait.REFUS_ALIMENTATION, acteur.trace, objet_id=refus.pk, details={"motif": motif}
        ),
    )
    return refus


@transaction.atomic
def regler_versement(
    *,
    acteur: ActeurAcces,
    type_code: str,
    envoi_automatique: bool,
    masques: frozenset[Masque],
) -> RegleVersement:
    """What this structure sends by itself for a type, and whom it keeps it from (R-ALI-09)."""
    structure_id, exercice_id = _exiger_une_structure(acteur)
    if type_code not in types_documents():
        raise ReglageImpossible("Choisissez un type de document de la liste.")
    if not masques <= set(MASQUES_REGLABLES):
        raise ReglageImpossible("Cette visibilité ne peut pas être réglée d'avance.")
    regle, _ = RegleVersement.objects.update_or_create(
        structure_id=structure_id,
        type_code=type_code,
        defaults={
            "envoi_automatique": envoi_automatique,
            "masques": sorted(masques),
            "modifiee_par_id": exercice_id,
        },
    )
    return regle


@transaction.atomic
def supprimer_regle(*, acteur: ActeurAcces, type_code: str) -> bool:
    """The type follows the common rule again; False when there was none."""
    structure_id, _ = _exiger_une_structure(acteur)
    return bool(
        RegleVersement.objects.filter(structure_id=structure_id, type_code=type_code).delete()[0]
    )


def _exiger_une_structure(acteur: ActeurAcces) -> tuple[UUID, UUID]:
    """Set by a professional who practises there (assumed): (structure, exercice)."""
    if (
        acteur.genre is not Acteur.PROFESSIONNEL
        or acteur.structure_id is None
        or acteur.exercice_id is None
        or not acteur.exercice_actif
    ):
        raise ReglageImpossible(
            "Ces réglages appartiennent à un professionnel qui exerce dans la structure."
        )
    return acteur.structure_id, acteur.exercice_id
