"""What the patient asks about an access: an explanation, a report, and the answer (R-PS-26, I-01)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from habilitations.acces import Acces, ActeurAcces
from habilitations.actions.choix import exiger_de_gerer
from habilitations.models import DemandeSurAcces, GenreDemande
from habilitations.politique import Acteur
from journal.faits import Fait
from journal.inscription import Inscription, inscrire
from mes.socle import travaux
from mes.socle.trousseau import trousseau
from mes.socle.uuid7 import uuid7
from professionnels.models import Exercice, Professionnel
from usagers.models import EspaceSante

LONGUEUR_TEXTE: Final = 1000
EN_ATTENTE_MAX: Final = 20
"""Explanations that may wait for an answer at once: a question is not a way to harass."""


class DemandeImpossible(Exception):
    """The question or the answer can't be recorded; `str()` is French and says what to do."""


def _texte(saisie: str) -> str:
    texte = "\n".join(" ".join(ligne.split()) for ligne in saisie.strip().splitlines())
    if not texte:
        raise DemandeImpossible("Écrivez votre message.")
    if len(texte) > LONGUEUR_TEXTE:
        raise DemandeImpossible(f"Votre message tient en {LONGUEUR_TEXTE} caractères.")
    return texte


def _attendre_son_tour(espace_id: UUID) -> None:
    """Two questions sent at once are counted one after the other."""
    EspaceSante.objects.select_for_update(no_key=True).values_list("pk").get(pk=espace_id)


def _ecrire(
    acces: Acces,
    genre: GenreDemande,
    professionnel: Professionnel,
    texte: str,
    acces_le: datetime | None,
    structure_id: UUID | None,
) -> DemandeSurAcces:
    if structure_id is None:
        # About nobody's access in particular: asked where he practises today.
        structure_id = (
            Exercice.objects.actifs()
            .filter(professionnel=professionnel, structure__isnull=False)
            .order_by("debut_le", "pk")
            .values_list("structure_id", flat=True)
            .first()
        )
    maintenant = timezone.now()
    demande = DemandeSurAcces(
        id=uuid7(),
        espace_id=acces.espace_id,
        genre=genre,
        professionnel=professionnel,
        structure_id=structure_id,
        acces_le=acces_le,
        compte_id=acces.acteur.compte,
        cree_le=maintenant,
        echeance_le=maintenant + timedelta(days=settings.MES_EXPLICATION_JOURS),
    )
    demande.scelle = trousseau().sceller_json(
        {"texte": texte, "reponse": ""}, lieu=DemandeSurAcces.lieu(demande.pk)
    )
    demande.save(force_insert=True)
    return demande


@transaction.atomic
def demander_explication(
    *,
    acces: Acces,
    professionnel: Professionnel,
    texte: str,
    acces_le: datetime | None = None,
    structure_id: UUID | None = None,
) -> DemandeSurAcces:
    """Asks the structure why the record was opened; it answers within a delay (I-01).

    Raises AccesRefuse, DemandeImpossible (empty or too long, too many questions waiting).
    """
    exiger_de_gerer(acces)
    texte = _texte(texte)
    _attendre_son_tour(acces.espace_id)
    en_attente = DemandeSurAcces.objects.filter(
        espace_id=acces.espace_id, genre=GenreDemande.EXPLICATION, repondue_le=None
    )
    if en_attente.count() >= EN_ATTENTE_MAX:
        raise DemandeImpossible(
            f"Vous avez déjà {EN_ATTENTE_MAX} demandes en attente : attendez une réponse avant d'en "
            "faire une autre."
        )
    demande = _ecrire(acces, GenreDemande.EXPLICATION, professionnel, texte, acces_le, structure_id)
    acces.noter(
        Fait.EXPLICATION_DEMANDEE, objet_id=demande.pk, details={"titre": str(professionnel)}
    )
    return demande


def signalements_restants(espace_id: UUID) -> int:
    """How many reports may still be made today (R-PS-26)."""
    depuis = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    faits = DemandeSurAcces.objects.filter(
        espace_id=espace_id, genre=GenreDemande.SIGNALEMENT, cree_le__gte=depuis
    ).count()
    return max(0, int(settings.MES_SIGNALEMENTS_PAR_JOUR) - faits)


@transaction.atomic
def signaler_acces(
    *,
    acces: Acces,
    professionnel: Professionnel,
    texte: str,
    acces_le: datetime | None = None,
    structure_id: UUID | None = None,
) -> DemandeSurAcces:
    """Reports to the support an access made without consent; a few a day at most (R-PS-26).

    Raises AccesRefuse, DemandeImpossible.
    """
    exiger_de_gerer(acces)
    texte = _texte(texte)
    _attendre_son_tour(acces.espace_id)
    if not signalements_restants(acces.espace_id):
        raise DemandeImpossible(
            f"Vous avez atteint la limite de {settings.MES_SIGNALEMENTS_PAR_JOUR} signalements par "
            "jour. Vous pourrez en faire un autre demain ; d'ici là, vous pouvez bloquer ce "
            "professionnel ou appeler le 3422."
        )
    demande = _ecrire(acces, GenreDemande.SIGNALEMENT, professionnel, texte, acces_le, structure_id)
    acces.noter(Fait.ACCES_SIGNALE, objet_id=demande.pk, details={"titre": str(professionnel)})
    return demande


def demandes_a_repondre(acteur: ActeurAcces) -> QuerySet[DemandeSurAcces]:
    """Explanations asked of a professional's structure, or of himself where he has none.

    Nothing for whoever may not read records: the question tells of a patient (R-PS-08).
    """
    if acteur.genre is not Acteur.PROFESSIONNEL or not acteur.exercice_actif:
        return DemandeSurAcces.objects.none()
    adressees = Q(professionnel=acteur.id, structure=None)
    if acteur.structure_id is not None:
        adressees |= Q(structure=acteur.structure_id)
    return DemandeSurAcces.objects.filter(adressees, genre=GenreDemande.EXPLICATION)


@transaction.atomic
def repondre(*, acteur: ActeurAcces, demande_id: UUID, reponse: str) -> DemandeSurAcces:
    """A professional of the structure answers, once; the patient is told (I-01).

    Raises DemandeImpossible: nothing to say, already answered, not asked of this structure.
    """
    demande = (
        demandes_a_repondre(acteur).select_for_update(of=("self",)).filter(pk=demande_id).first()
    )
    if demande is None:
        raise DemandeImpossible("Cette demande n'est pas adressée à votre structure.")
    if demande.repondue_le is not None:
        raise DemandeImpossible("Cette demande a déjà reçu sa réponse.")
    textes = lire_demande(demande) | {"reponse": _texte(reponse)}
    demande.scelle = trousseau().sceller_json(textes, lieu=DemandeSurAcces.lieu(demande.pk))
    demande.repondue_le = timezone.now()
    demande.repondue_par_id = acteur.exercice_id
    demande.save(update_fields=["scelle", "repondue_le", "repondue_par"])
    inscrire(
        demande.espace_id,
        Inscription(Fait.EXPLICATION_DONNEE, acteur.trace, objet_id=demande.pk),
    )
    travaux.planifier("habilitations.annoncer_reponse", demande.pk, espace_id=demande.espace_id)
    return demande


def lire_demande(demande: DemandeSurAcces) -> dict[str, str]:
    """`texte` and `reponse`, in clear."""
    return trousseau().desceller_json(bytes(demande.scelle), lieu=DemandeSurAcces.lieu(demande.pk))
