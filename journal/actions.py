"""Checkpoints and partitions: what beat does to the journal."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from journal import chaines
from journal.inscription import nom_de_chaine
from journal.models import PointControle, TeteChaine
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
    depart = (jour or timezone.localdate()).replace(day=1)
    crees = 0
    with connection.cursor() as curseur:
        for rang in range(1, mois_davance + 1):
            annee, mois = divmod(depart.year * 12 + depart.month - 1 + rang, 12)
            curseur.execute("SELECT journal_creer_partition(%s)", [date(annee, mois + 1, 1)])
            crees += bool(curseur.fetchone()[0])
    return crees
