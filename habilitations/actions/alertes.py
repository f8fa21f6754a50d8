"""A professional asks to be told of a patient's new documents; either side stops it (R-PS-30)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from habilitations.acces import Acces
from habilitations.actions.accords import AccordImpossible
from habilitations.actions.choix import exiger_de_gerer
from habilitations.models import AbonnementAlerte, Rythme
from habilitations.politique import Mode
from journal.faits import Fait
from notifications.models import Canal
from professionnels.boites import boite_personnelle


@transaction.atomic
def demander_alertes(*, acces: Acces, rythme: Rythme) -> AbonnementAlerte:
    """Subscribes the professional who has this record open; a new rhythm replaces the former.

    Raises AccordImpossible: no MSSanté box to write to, an emergency, nobody's exercice.
    """
    acteur = acces.acteur
    if acteur.exercice_id is None or acteur.id is None or acces.situation.mode is not Mode.NORMAL:
        raise AccordImpossible("Les alertes se demandent depuis un dossier ouvert pour des soins.")
    if acces.secrete:
        raise AccordImpossible("Une connexion secrète ne laisse pas d'alerte derrière elle.")
    if boite_personnelle(acteur.id) is None:
        raise AccordImpossible(
            "Aucune boîte MSSanté à votre nom n'est connue de l'annuaire : les alertes ne peuvent "
            "pas vous parvenir."
        )
    abonnement, nouveau = AbonnementAlerte.objects.update_or_create(
        espace_id=acces.espace_id,
        exercice_id=acteur.exercice_id,
        fin_le=None,
        defaults={"rythme": rythme, "canal": Canal.COURRIEL},
    )
    if nouveau:
        acces.noter(Fait.ALERTES_DEMANDEES, objet_id=abonnement.pk)
    return abonnement


@transaction.atomic
def cesser_mes_alertes(*, acces: Acces) -> None:
    """The professional does not want them any more. Idempotent."""
    _arreter(acces, exercice_id=acces.acteur.exercice_id)


@transaction.atomic
def arreter_alertes(*, acces: Acces, abonnement_id: UUID) -> None:
    """The patient stops a professional's alerts. Idempotent. Raises AccesRefuse."""
    exiger_de_gerer(acces)
    _arreter(acces, pk=abonnement_id)


def _arreter(acces: Acces, **lesquels: UUID | None) -> None:
    arretes = AbonnementAlerte.objects.filter(
        espace_id=acces.espace_id, fin_le=None, **lesquels
    ).update(fin_le=timezone.now())
    if arretes:
        acces.noter(Fait.ALERTES_ARRETEES)
