"""Who is told of an access or of a mandate, after the commit (R-NOT-04, R-ADM-04); pages printed."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from habilitations.models import Administrateur, DemandeSurAcces, Ouverture
from habilitations.politique import Mode
from habilitations.que_voit import IMPRIMER, cible_du_pdf, cle_du_pdf, metiers, que_voit
from mes.socle.dates import formater_jour
from mes.socle.impression import imprimer
from mes.socle.models import Travail
from mes.socle.travaux import nature
from notifications.models import CodeNotification
from usagers.annonces import prevenir
from usagers.models import Qualite


@nature("habilitations.annoncer_acces", file="notifications")
def annoncer_acces(travail: Travail) -> None:
    """A professional opened the record; a secret one is told to the titulaire alone (R-PRO-09)."""
    ouverture = Ouverture.objects.get(pk=travail.cible_id)
    if ouverture.mode != Mode.NORMAL:
        return
    with transaction.atomic():
        prevenir(
            espace_id=ouverture.espace_id,
            code=CodeNotification.ACCES_DMP_PS,
            evenement_id=ouverture.pk,
            a_prevenir=lambda gestionnaire: (
                not ouverture.secrete or gestionnaire.qualite == Qualite.TITULAIRE
            ),
        )


@nature("habilitations.annoncer_nomination", file="notifications")
def annoncer_nomination(travail: Travail) -> None:
    _annoncer_mandat(travail, CodeNotification.ATTRIBUTION_STATUT_MEDECIN_ADMIN)


@nature("habilitations.annoncer_retrait", file="notifications")
def annoncer_retrait(travail: Travail) -> None:
    # The end of a mandate is another event than its beginning, about the same row.
    _annoncer_mandat(travail, CodeNotification.RETRAIT_STATUT_MEDECIN_ADMIN)


def _annoncer_mandat(travail: Travail, code: CodeNotification) -> None:
    mandat = Administrateur.objects.get(pk=travail.cible_id)
    with transaction.atomic():
        prevenir(espace_id=mandat.espace_id, code=code, evenement_id=travail.pk)


@nature("habilitations.annoncer_reponse", file="notifications")
def annoncer_reponse(travail: Travail) -> None:
    """An explanation came: whoever asked is told, and the titulaire (I-01)."""
    demande = DemandeSurAcces.objects.get(pk=travail.cible_id)
    with transaction.atomic():
        prevenir(
            espace_id=demande.espace_id,
            code=CodeNotification.REPONSE_EXPLICATION,
            evenement_id=demande.pk,
            objet_id=demande.pk,
            a_prevenir=lambda gestionnaire: (
                gestionnaire.compte_id == demande.compte_id
                or gestionnaire.qualite == Qualite.TITULAIRE
            ),
        )


@nature(IMPRIMER, file="syntheses", essais_max=3)
def imprimer_que_voit(travail: Travail) -> None:
    """« Que voit un pharmacien ? » on paper (R-HAB-04): what the version in force says today.

    A version that is no longer the one is nobody's question any more: nothing is drawn.
    """
    for profession in metiers():
        regle = que_voit(profession, timezone.localdate())
        if regle.version is None:
            return
        if cible_du_pdf(regle.version.pk, profession.code) == travail.cible_id:
            octets = imprimer(
                "impression/que_voit.html",
                {
                    "titre": f"Que voit le métier « {profession.libelle} » dans mon dossier ?",
                    "description": "Matrice d'habilitation, par métier",
                    "nom_du_service": settings.MES_NOM,
                    "regle": regle,
                    "depuis": formater_jour(regle.version.effet_le),
                },
            )
            cache.set(cle_du_pdf(travail.cible_id), octets, timeout=None)
            return
