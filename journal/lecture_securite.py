"""Reading the security journal: alerts for the supervisor, events for the rules of misuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from journal import chaines
from journal.detection import Evenement, Nature
from journal.faits import FaitSecurite
from journal.inscription import lieu_securite
from journal.models import AlerteSecurite, LigneSecurite
from mes.socle import coffres
from mes.socle.trousseau import index

_NATURES = {
    FaitSecurite.REFUS: Nature.REFUS,
    FaitSecurite.CONNEXION_REFUSEE: Nature.CONNEXION,
    FaitSecurite.FEDERATION_REFUSEE: Nature.CONNEXION,
    FaitSecurite.RECHERCHE_SANS_RESULTAT: Nature.RECHERCHE,
}


def sujet_acteur(acteur_id: UUID) -> str:
    return f"acteur:{acteur_id}"


def alertes(
    *, traitees: bool = False, depuis: date | None = None, acteur_id: UUID | None = None
) -> QuerySet[AlerteSecurite]:
    """The alerts to be looked at, latest first; `traitees`: those already concluded instead."""
    liste = AlerteSecurite.objects.filter(traitee_le__isnull=not traitees)
    if depuis:
        liste = liste.filter(jour__gte=depuis)
    if acteur_id:
        liste = liste.filter(acteur_id=acteur_id)
    return liste.order_by("-levee_le")


def lignes_de(alerte: AlerteSecurite) -> QuerySet[LigneSecurite]:
    """The refusals of that day by the alert's actor: clear columns, nothing to unseal.

    Empty when nobody was recognised. A day of the journal is a UTC day; the alert's is local.
    """
    if alerte.acteur_id is None:
        return LigneSecurite.objects.none()
    return LigneSecurite.objects.filter(
        jour=alerte.jour, acteur_id=alerte.acteur_id, fait__in=list(_NATURES)
    ).order_by("numero")


def evenements(depuis: datetime) -> Iterator[Evenement]:
    """What the rules of misuse look at, one event by subject.

    A log-in refused to nobody we know is counted by what was typed and by the address it came from,
    both as blind indexes: the seal is opened for those alone.
    """
    cle = coffres.cle_systeme(coffres.CLE_JOURNAL_SECURITE)
    lignes = LigneSecurite.objects.filter(
        jour__gte=depuis.date(), inscrite_le__gte=depuis, fait__in=list(_NATURES)
    )
    for ligne in lignes.iterator(chunk_size=2000):
        nature = _NATURES[FaitSecurite(ligne.fait)]
        sujets = []
        if ligne.acteur_id is not None:
            sujets.append(sujet_acteur(ligne.acteur_id))
        elif nature is Nature.CONNEXION:
            clair = cle.desceller(bytes(ligne.scelle), lieu=lieu_securite(ligne.pk))
            details = json.loads(clair[chaines.TAILLE_SEL :])["details"]
            sujets += [
                f"{nom}:{index().aveugle(f'journal.{nom}', str(details[nom])).hex()}"
                for nom in ("nom", "adresse")
                if details.get(nom)
            ]
        for sujet in sujets:
            yield Evenement(nature, ligne.inscrite_le, sujet, ligne.acteur_id, ligne.espace_id)
