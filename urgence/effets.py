"""Who is told of an emergency access, at once, after the commit (R-URG-08, R-NOT-06)."""

from __future__ import annotations

import logging
from uuid import uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from habilitations.models import Ouverture, Role, RoleDeclare
from mes.socle.models import Travail
from mes.socle.travaux import nature
from notifications.actions import envoyer
from notifications.courriels import composer
from notifications.models import Canal, CodeNotification
from professionnels.boites import boite_personnelle
from professionnels.models import BoiteMSS, Professionnel
from usagers.annonces import prevenir

journal_technique = logging.getLogger("mes.urgence")

ANNONCER = "urgence.annoncer"


@nature(ANNONCER, file="notifications", essais_max=30)
def annoncer(travail: Travail) -> None:
    """Tells the managers of the espace, whatever they chose, and her médecin traitant."""
    ouverture = Ouverture.objects.get(pk=travail.cible_id)
    with transaction.atomic():
        prevenir(
            espace_id=ouverture.espace_id,
            code=CodeNotification.ACCES_BRIS_GLACE,
            evenement_id=ouverture.pk,
        )
        _prevenir_le_medecin_traitant(ouverture)


def _prevenir_le_medecin_traitant(ouverture: Ouverture) -> None:
    role = (
        RoleDeclare.objects.select_related("professionnel")
        .filter(
            espace_id=ouverture.espace_id,
            role=Role.MEDECIN_TRAITANT,
            debut_le__lte=ouverture.ouverte_le,
        )
        .filter(Q(fin_le=None) | Q(fin_le__gt=ouverture.ouverte_le))
        .order_by("-debut_le")
        .first()
    )
    if role is None:
        return
    boite = boite_de(role.professionnel)
    if boite is None:
        # He still sees it in his page of the Web PS.
        journal_technique.warning(
            "médecin traitant %s sans boîte MSSanté en service", role.professionnel_id
        )
        return
    courriel = composer("acces_urgence", {"lien": settings.MES_URL + reverse("webps:urgences")})
    envoyer(
        canal=Canal.COURRIEL,
        adresse=boite.adresse,
        sujet=courriel.sujet,
        texte=courriel.texte,
        html=courriel.html,
        # The same access told to the same physician is the same message, however often asked.
        envoi_id=uuid5(ouverture.pk, str(role.professionnel_id)),
    )


def boite_de(professionnel: Professionnel) -> BoiteMSS | None:
    """The MSSanté box where he is written to: his personal one, else another of his in service."""
    return (
        boite_personnelle(professionnel.pk)
        or BoiteMSS.objects.en_service()
        .filter(professionnel=professionnel)
        .order_by("adresse")
        .first()
    )
