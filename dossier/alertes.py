"""Telling professionals of new documents, when what the patient agreed to still opens them (R-PS-30).

One message by document, or one a day; never a word of the patient nor of the document. What the
matrix, a mask, a block or a withdrawal closes triggers nothing, and a subscription ends with the
authorisation it rested on.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from dossier.models import Document, EtatAnalyse, EtatDocument, GenreAuteur
from habilitations.acces import AccesRefuse, decider_durablement, ouvrir_pour_le_systeme
from habilitations.models import AbonnementAlerte, Rythme
from habilitations.politique import Masque, Motif
from habilitations.portes import acteur_de_l_exercice
from mes.socle.models import Travail
from mes.socle.travaux import nature
from notifications.actions import envoyer
from notifications.courriels import composer
from notifications.models import Canal
from professionnels.boites import boite_personnelle

_FIN_DE_BASE = frozenset(
    {
        Motif.CONSENTEMENT_REQUIS,
        Motif.CONSENTEMENT_INITIAL_REQUIS,
        Motif.PROFESSIONNEL_BLOQUE,
        Motif.ESPACE_FERME,
        Motif.EXERCICE_INACTIF,
    }
)
"""Refusals that say that the authorisation is over, not that this document is closed."""


def _ouvre(abonnement: AbonnementAlerte, document: Document) -> bool:
    """Whether this subscriber may read it; ends the subscription when its basis is gone."""
    acteur = acteur_de_l_exercice(abonnement.exercice, compte_id=None, regulateur=False)
    est_auteur = (
        document.auteur_genre == GenreAuteur.PROFESSIONNEL and document.auteur_id == acteur.id
    )
    try:
        decision = decider_durablement(
            acteur,
            document.espace_id,
            type_document=document.type_code,
            masques=frozenset(map(Masque, document.masques)),
        )
    except AccesRefuse:
        return False
    if decision.motif in _FIN_DE_BASE:
        AbonnementAlerte.objects.filter(pk=abonnement.pk).update(fin_le=timezone.now())
    return bool(decision) and not est_auteur


def _abonnements(rythme: Rythme, **ou: UUID) -> list[AbonnementAlerte]:
    return list(
        AbonnementAlerte.objects.select_related(
            "exercice__professionnel", "exercice__structure"
        ).filter(fin_le=None, rythme=rythme, **ou)
    )


def _ecrire_a(abonnement: AbonnementAlerte, evenement: str, message_id: UUID) -> None:
    boite = boite_personnelle(abonnement.exercice.professionnel_id)
    if boite is None:
        return
    courriel = composer(
        "professionnel",
        {"evenement": evenement, "lien": settings.MES_URL + reverse("webps:accueil")},
    )
    envoyer(
        canal=Canal.COURRIEL,
        adresse=boite.adresse,
        sujet=courriel.sujet,
        texte=courriel.texte,
        html=courriel.html,
        envoi_id=message_id,
    )


@nature("dossier.alerter_professionnels", file="notifications")
def alerter_professionnels(travail: Travail) -> None:
    """A document was found sound: those who asked to be told of each are, once."""
    assert travail.espace_id is not None
    with transaction.atomic():
        with ouvrir_pour_le_systeme(travail.espace_id):
            document = Document.objects.get(pk=travail.cible_id)
        if document.etat != EtatDocument.COURANT:
            return
        for abonnement in _abonnements(Rythme.CHAQUE, espace_id=document.espace_id):
            if _ouvre(abonnement, document):
                _ecrire_a(
                    abonnement,
                    "Un nouveau document est arrivé dans le dossier d'un de vos patients",
                    uuid5(document.pk, str(abonnement.pk)),
                )


def alerter_du_jour(jour: date) -> int:
    """For those who asked for one message a day: the documents of the day before; how many were
    written to. Twice the same day writes the same messages."""
    fin = timezone.make_aware(datetime.combine(jour, datetime.min.time()))
    debut = fin - timedelta(days=1)
    prevenus = 0
    for abonnement in _abonnements(Rythme.QUOTIDIEN):
        with transaction.atomic():
            with ouvrir_pour_le_systeme(abonnement.espace_id):
                nouveaux = list(
                    Document.objects.filter(
                        espace_id=abonnement.espace_id,
                        etat=EtatDocument.COURANT,
                        analyse=EtatAnalyse.SAIN,
                        depose_le__gte=max(debut, abonnement.depuis_le),
                        depose_le__lt=fin,
                    )
                )
            if any(_ouvre(abonnement, document) for document in nouveaux):
                prevenus += 1
                _ecrire_a(
                    abonnement,
                    "De nouveaux documents sont arrivés hier dans le dossier d'un de vos patients",
                    uuid5(abonnement.pk, jour.isoformat()),
                )
    return prevenus
