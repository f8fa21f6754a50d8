"""Wrapped data keys of each espace, and durable jobs."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from mes.socle.champs import ChampScelle, CleUUID7


class _CleEnveloppee(models.Model):
    """One data key of one espace, wrapped by a master key of the keyring."""

    espace_id = models.UUIDField(primary_key=True)
    enveloppe = ChampScelle()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.espace_id)


class CleIdentite(_CleEnveloppee):
    """Opens identity traits and contacts."""


class CleMedicale(_CleEnveloppee):
    """Opens the record itself; behind the wall."""


class CleJournal(_CleEnveloppee):
    """Opens the text of the journal's lines; its destruction ends their life."""


class CleSysteme(models.Model):
    """A data key of the product itself, wrapped: what it seals can't always be sealed again."""

    nom = models.CharField(max_length=40, primary_key=True)
    enveloppe = ChampScelle()

    def __str__(self) -> str:
        return self.nom


class EtatTravail(models.TextChoices):
    A_FAIRE = "a_faire", "à faire"
    EN_COURS = "en_cours", "en cours"
    FAIT = "fait", "fait"
    ABANDONNE = "abandonne", "abandonné"


class Travail(models.Model):
    """A durable job (conception §7): the row is the job, Celery only wakes it."""

    id = CleUUID7()
    nature = models.CharField(max_length=60)
    """Name of the registered function that does it."""
    cible_id = models.UUIDField()
    """What it is about: an id, never content."""
    espace_id = models.UUIDField(null=True)
    """The espace to open for what lies behind the wall."""
    file = models.CharField(max_length=20)
    etat = models.CharField(max_length=10, choices=EtatTravail, default=EtatTravail.A_FAIRE)
    essais = models.PositiveSmallIntegerField(default=0)
    avancement = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    pas_avant = models.DateTimeField(default=timezone.now)
    """Not before: delayed retries, and the end of the lease while it runs."""
    demande_par = models.UUIDField(null=True)
    erreur = models.CharField(max_length=80, blank=True)
    """Class name of the last error: never its message, which could carry content."""
    cree_le = models.DateTimeField(default=timezone.now)
    fini_le = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["nature", "cible_id"], name="travail_une_fois"),
        ]
        indexes = [
            models.Index(
                fields=["pas_avant"],
                condition=models.Q(etat__in=["a_faire", "en_cours"]),
                name="travail_a_reveiller",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nature} {self.cible_id}"
