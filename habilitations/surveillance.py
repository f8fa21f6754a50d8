"""What the journals are watched for: misuse (R-TRA-10), and the end of what is kept (R-TRA-09).

Here rather than in `journal`, which knows neither who opened a record in an emergency nor which
espaces are closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import chain
from uuid import uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from comptes.models import Compte, Population, RoleAgent
from habilitations.models import Ouverture
from habilitations.politique import Mode
from journal.actions import clore_les_journaux as clore
from journal.actions import lever_alertes
from journal.conservation import fin_d_archive
from journal.detection import Evenement, Nature, Seuils, detecter
from journal.lecture_securite import evenements, sujet_acteur
from mes.socle.models import CleJournal
from notifications.actions import envoyer
from notifications.courriels import composer
from notifications.models import Canal
from usagers.models import EspaceSante, Statut

REGARD = timedelta(days=1)
"""How far back each look goes: what beat missed for some hours is still seen."""

LOT = 500


def seuils() -> Seuils:
    """The thresholds of the settings."""
    return Seuils(
        fenetre=timedelta(minutes=settings.MES_DETECTION_FENETRE_MINUTES),
        refus=settings.MES_DETECTION_REFUS,
        espaces=settings.MES_DETECTION_ESPACES,
        refus_la_nuit=settings.MES_DETECTION_REFUS_LA_NUIT,
        connexions=settings.MES_DETECTION_CONNEXIONS,
        recherches=settings.MES_DETECTION_RECHERCHES,
        urgences=settings.MES_DETECTION_URGENCES,
    )


def detecter_abus() -> int:
    """Looks at the last day of the security journal and of the emergencies; how many new alerts."""
    depuis = timezone.now() - REGARD
    suspicions = detecter(
        chain(evenements(depuis), _bris_de_glace(depuis)),
        seuils(),
        timezone.get_current_timezone(),
    )
    with transaction.atomic():
        nouvelles = lever_alertes(suspicions=suspicions)
        if nouvelles:
            prevenir_les_superviseurs(timezone.localdate())
    return nouvelles


def prevenir_les_superviseurs(jour: date) -> None:
    """Tells each supervisor, once a day, that something awaits her; the message says nothing of it."""
    superviseurs = Compte.objects.filter(
        population=Population.AGENT, role=RoleAgent.SUPERVISEUR, is_active=True
    )
    courriel = composer("superviseur", {"lien": settings.MES_URL + reverse("support:alertes")})
    for superviseur in superviseurs:
        adresse = superviseur.fiche().get("courriel", "")
        if adresse:
            envoyer(
                canal=Canal.COURRIEL,
                adresse=adresse,
                sujet=courriel.sujet,
                texte=courriel.texte,
                html=courriel.html,
                envoi_id=uuid5(superviseur.pk, f"alertes:{jour}"),
            )


def _bris_de_glace(depuis: datetime) -> Iterator[Evenement]:
    """The records opened by breaking the glass. A regulating physician's (SAMU) are her work."""
    ouvertures = Ouverture.objects.filter(ouverte_le__gte=depuis, mode=Mode.BRIS_DE_GLACE)
    faits = ouvertures.values_list("ouverte_le", "exercice__professionnel_id", "espace_id")
    for ouverte_le, professionnel_id, espace_id in faits.iterator():
        yield Evenement(
            Nature.URGENCE,
            ouverte_le,
            sujet_acteur(professionnel_id),
            acteur_id=professionnel_id,
            espace_id=espace_id,
        )


FERMES = (Statut.CLOTURE, Statut.SUPPRIME, Statut.DECEDE)
"""Statuses that end an espace. An opposition still holds: what proves it stays readable."""


def clore_les_journaux() -> int:
    """Destroys the journal keys of the espaces closed for longer than the archive; how many."""
    espaces = (
        EspaceSante.objects.filter(
            Exists(CleJournal.objects.filter(espace_id=OuterRef("pk"))),
            statut__in=FERMES,
            statut_depuis__lt=fin_d_archive(timezone.now()),
        )
        .order_by("statut_depuis")
        .values_list("pk", flat=True)
    )
    return clore(espaces=list(espaces[:LOT]))
