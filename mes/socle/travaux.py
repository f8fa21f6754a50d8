"""Durable jobs: a PostgreSQL row says what remains to be done, Celery only wakes it.

A job function may run twice and may be killed anywhere: it re-reads its state and is idempotent.
Its registration names it once for all: `@travaux.nature("dossier.analyser", file="analyses")`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from mes.socle.models import EtatTravail, Travail
from mes.socle.uuid7 import uuid7

journal_technique = logging.getLogger("mes.travaux")

BAIL = timedelta(minutes=5)
"""How long a worker may hold a job before another one takes it over."""


class TravailInconnu(LookupError):
    """No function is registered under this name."""


Faire = Callable[[Travail], None]
"""Does one job: reads `cible_id` (and `espace_id` for what lies behind a wall) on the row."""


@dataclass(frozen=True, slots=True)
class Nature:
    nom: str
    file: str
    essais_max: int
    fonction: Faire


_natures: dict[str, Nature] = {}


def nature(nom: str, *, file: str, essais_max: int = 10) -> Callable[[Faire], Faire]:
    """Registers a function (the job's row → None) as the way to do the jobs named `nom`."""

    def enregistrer(fonction: Faire) -> Faire:
        if nom in _natures and _natures[nom].fonction is not fonction:
            raise ValueError(f"nature de travail déjà prise : {nom}")
        _natures[nom] = Nature(nom, file, essais_max, fonction)
        return fonction

    return enregistrer


def planifier(
    nom: str,
    cible_id: UUID,
    *,
    espace_id: UUID | None = None,
    pas_avant: datetime | None = None,
    demande_par: UUID | None = None,
) -> None:
    """Writes the job in the current transaction and wakes it after the commit.

    Asking twice for the same target writes one job. Raises TravailInconnu.
    """
    planifier_lot(
        nom, [cible_id], espace_id=espace_id, pas_avant=pas_avant, demande_par=demande_par
    )


def planifier_lot(
    nom: str,
    cibles: Sequence[UUID],
    *,
    espace_id: UUID | None = None,
    pas_avant: datetime | None = None,
    demande_par: UUID | None = None,
) -> None:
    """The same for many targets, in one INSERT."""
    choisie = _natures.get(nom)
    if choisie is None:
        raise TravailInconnu(nom)
    maintenant = timezone.now()
    travaux = [
        Travail(
            id=uuid7(),
            nature=nom,
            cible_id=cible_id,
            espace_id=espace_id,
            file=choisie.file,
            pas_avant=pas_avant or maintenant,
            demande_par=demande_par,
        )
        for cible_id in cibles
    ]
    Travail.objects.bulk_create(travaux, ignore_conflicts=True, batch_size=1000)
    if pas_avant is None:
        # Robust: the row is committed, the sweeper wakes it if the broker is away.
        transaction.on_commit(lambda: reveiller([(t.id, t.file) for t in travaux]), robust=True)


def reveiller(travaux: Sequence[tuple[UUID, str]]) -> None:
    """Sends the ids to Celery; a broker that is away is only logged, the sweeper comes back."""
    try:
        for travail_id, file in travaux:
            executer.apply_async(args=[str(travail_id)], queue=file, retry=False)
    except OperationalError:
        journal_technique.warning("courtier injoignable : le balayage reprendra les travaux")


def faire(travail_id: UUID) -> bool:
    """Does one job if it is still to be done; False when there is nothing to do or it failed."""
    maintenant = timezone.now()
    pris = Travail.objects.filter(
        pk=travail_id,
        etat__in=[EtatTravail.A_FAIRE, EtatTravail.EN_COURS],
        pas_avant__lte=maintenant,
    ).update(etat=EtatTravail.EN_COURS, essais=F("essais") + 1, pas_avant=maintenant + BAIL)
    if not pris:
        return False
    travail = Travail.objects.get(pk=travail_id)
    choisie = _natures.get(travail.nature)
    if choisie is None:
        raise TravailInconnu(travail.nature)
    try:
        choisie.fonction(travail)
    except Exception as erreur:  # noqa: BLE001 - the edge of the process: reported and retried
        _reporter(travail, choisie, erreur)
        return False
    Travail.objects.filter(pk=travail_id).update(
        etat=EtatTravail.FAIT, fini_le=timezone.now(), erreur=""
    )
    return True


def _reporter(travail: Travail, choisie: Nature, erreur: Exception) -> None:
    epuise = travail.essais >= choisie.essais_max
    journal_technique.error(
        "travail %s en échec (essai %d%s) : %s",
        travail.pk,
        travail.essais,
        ", abandonné" if epuise else "",
        type(erreur).__name__,
    )
    Travail.objects.filter(pk=travail.pk).update(
        etat=EtatTravail.ABANDONNE if epuise else EtatTravail.A_FAIRE,
        erreur=type(erreur).__name__,
        pas_avant=timezone.now() + timedelta(seconds=min(2**travail.essais, 900)),
    )


def avancer(nom: str, cible_id: UUID, *, avancement: int, total: int) -> None:
    """Publishes progress and renews the lease of a long job."""
    Travail.objects.filter(nature=nom, cible_id=cible_id).update(
        avancement=avancement, total=total, pas_avant=timezone.now() + BAIL
    )


@shared_task(name="mes.executer", acks_late=True, ignore_result=True)
def executer(travail_id: str) -> None:
    """Celery's only way in: does the job whose id it was given."""
    faire(UUID(travail_id))


@shared_task(name="mes.balayer", ignore_result=True)
def balayer() -> None:
    """Beat's sweeper: wakes what was forgotten (broker or worker gone in between)."""
    oublies = Travail.objects.filter(
        etat__in=[EtatTravail.A_FAIRE, EtatTravail.EN_COURS],
        pas_avant__lte=timezone.now() - timedelta(seconds=5),
    ).order_by("pas_avant")
    reveiller(list(oublies.values_list("id", "file")[:1000]))
