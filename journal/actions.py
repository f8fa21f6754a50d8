"""Checkpoints, partitions, the end of what is kept, alerts: what is done to the journals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from journal import chaines
from journal.conservation import mois_de_conservation, plus_mois, premier_jour_garde
from journal.detection import Suspicion
from journal.faits import SYSTEME, Fait, FaitSecurite, GenreActeur
from journal.inscription import Inscription, inscrire, inscrire_securite, nom_de_chaine
from journal.models import (
    AlerteSecurite,
    LigneSecurite,
    PointControle,
    SuiteAlerte,
    TeteChaine,
    TeteSecurite,
)
from mes.socle.models import CleJournal
from mes.socle.trousseau import cle_de_signature
from mes.socle.uuid7 import uuid7


@transaction.atomic
def signer_les_tetes(*, lot: int = 1000) -> int:
    """Signs every head that has moved since its last checkpoint (Ed25519); how many."""
    signees = PointControle.objects.filter(
        espace_id=OuterRef("espace_id"), chaine=OuterRef("chaine"), numero=OuterRef("numero")
    )
    tetes = list(TeteChaine.objects.filter(~Exists(signees))[:lot])
    maintenant = timezone.now()
    cle = cle_de_signature()
    PointControle.objects.bulk_create(
        [
            PointControle(
                id=uuid7(),
                espace_id=tete.espace_id,
                chaine=tete.chaine,
                numero=tete.numero,
                empreinte=bytes(tete.empreinte),
                signe_le=maintenant,
                signature=cle.sign(
                    chaines.texte_signe(
                        nom_de_chaine(tete.espace_id, tete.chaine),
                        tete.numero,
                        bytes(tete.empreinte),
                        maintenant,
                    )
                ),
            )
            for tete in tetes
        ],
        ignore_conflicts=True,
    )
    return len(tetes)


def preparer_partitions(*, jour: date | None = None, mois_davance: int = 3) -> int:
    """Creates the security journal's partitions ahead, through the owner's function; how many."""
    depart = jour or timezone.localdate()
    crees = 0
    with connection.cursor() as curseur:
        for rang in range(1, mois_davance + 1):
            curseur.execute("SELECT journal_creer_partition(%s)", [plus_mois(depart, rang)])
            crees += bool(curseur.fetchone()[0])
    return crees


def purger_securite() -> int:
    """Drops the expired months of the security journal, oldest first; how many (R-TRA-09).

    The heads of the days stay, and a line says what was dropped. One month by transaction.
    """
    limite = premier_jour_garde(timezone.localdate(), mois_de_conservation())
    garde = LigneSecurite.objects.filter(jour=OuterRef("jour"))
    jours = TeteSecurite.objects.filter(Exists(garde), jour__lt=limite).order_by("jour")
    mois_a_purger = sorted({jour.replace(day=1) for jour in jours.values_list("jour", flat=True)})
    for mois in mois_a_purger:
        with transaction.atomic(), connection.cursor() as curseur:
            curseur.execute("SELECT journal_supprimer_mois(%s)", [mois])
            (lignes,) = curseur.fetchone()
            inscrire_securite(
                FaitSecurite.MOIS_PURGE,
                details={"mois": f"{mois:%Y-%m}", "lignes": lignes, "regle": "R-TRA-09"},
            )
    return len(mois_a_purger)


def clore_les_journaux(*, espaces: Iterable[UUID]) -> int:
    """Destroys the journal keys of espaces whose archive has ended; how many (R-TRA-09).

    A last line says so in each visible chain; the lines stay, as commitments that say nothing. An
    espace whose key is already destroyed is left as it is.
    """
    clos = 0
    for espace_id in espaces:
        with transaction.atomic():
            if not CleJournal.objects.select_for_update().filter(pk=espace_id).exists():
                continue
            inscrire(espace_id, Inscription(Fait.JOURNAL_CLOS, SYSTEME))
            CleJournal.objects.filter(pk=espace_id).delete()
            clos += 1
    return clos


@transaction.atomic
def lever_alertes(*, suspicions: Iterable[Suspicion]) -> int:
    """Writes one alert by rule, subject and day; how many are new. Raised again, the count grows."""
    nouvelles = 0
    for suspicion in suspicions:
        alerte, nouvelle = AlerteSecurite.objects.get_or_create(
            regle=suspicion.regle,
            sujet=suspicion.sujet,
            jour=suspicion.jour,
            defaults={
                "acteur_id": suspicion.acteur_id,
                "nombre": suspicion.nombre,
                "levee_le": timezone.now(),
            },
        )
        if nouvelle:
            nouvelles += 1
            inscrire_securite(
                FaitSecurite.ALERTE_LEVEE,
                motif=str(suspicion.regle),
                acteur_id=suspicion.acteur_id,
                objet_id=alerte.pk,
                details={"nombre": suspicion.nombre},
            )
        elif alerte.nombre < suspicion.nombre:
            AlerteSecurite.objects.filter(pk=alerte.pk, nombre__lt=suspicion.nombre).update(
                nombre=suspicion.nombre
            )
    return nouvelles


@transaction.atomic
def traiter_alerte(*, alerte_id: UUID, par: UUID, suite: SuiteAlerte) -> bool:
    """A supervisor (`par`: her account) concludes; False when it is unknown or already concluded."""
    faite = AlerteSecurite.objects.filter(pk=alerte_id, traitee_le=None).update(
        traitee_le=timezone.now(), traitee_par=par, suite=suite
    )
    if faite:
        inscrire_securite(
            FaitSecurite.ALERTE_TRAITEE,
            motif=str(suite),
            acteur_genre=GenreActeur.AGENT,
            acteur_id=par,
            objet_id=alerte_id,
        )
    return bool(faite)
