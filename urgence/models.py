"""Emergencies afterwards: who looks at them, and what was tried (R-URG-05, R-URG-10, R-TRA-10).

The access itself is a `habilitations.Ouverture`; nothing here opens a record.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from habilitations.models import Ouverture
from mes.socle.champs import ChampScelle, CleUUID7
from professionnels.models import Professionnel, Structure
from usagers.models import EspaceSante


class TentativeUrgence(models.Model):
    """One demand of an emergency access, found or not: what its limits count. Nobody's espace."""

    id = CleUUID7()
    professionnel = models.ForeignKey(Professionnel, models.CASCADE)
    mode = models.CharField(max_length=15)
    tentee_le = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["professionnel", "mode", "-tentee_le"], name="tentative_par_personne"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ReferentStructure(models.Model):
    """Who, in a structure, looks again at its emergency accesses, from a day to another."""

    id = CleUUID7()
    structure = models.ForeignKey(Structure, models.CASCADE, related_name="referents")
    professionnel = models.ForeignKey(Professionnel, models.PROTECT)
    debut_le = models.DateTimeField(default=timezone.now)
    fin_le = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "professionnel"],
                condition=Q(fin_le=None),
                name="un_seul_mandat_de_referent",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class EtatRevue(models.TextChoices):
    A_REVOIR = "a_revoir", "à revoir"
    CONFORME = "conforme", "conforme"
    A_INSTRUIRE = "a_instruire", "à instruire"


class RevueAcces(models.Model):
    """An emergency access in the queue of those who look again. Ids and marks, no medical word.

    `scelle` (keyring): note of whoever concluded.
    """

    id = CleUUID7()
    ouverture = models.OneToOneField(Ouverture, models.CASCADE, related_name="revue")
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="revues_urgence")
    professionnel = models.ForeignKey(Professionnel, models.PROTECT)
    structure = models.ForeignKey(Structure, models.PROTECT, null=True)
    mode = models.CharField(max_length=15)
    ouverte_le = models.DateTimeField()
    est_justifiee = models.BooleanField()
    a_marquer_le = models.DateTimeField()
    marquee_le = models.DateTimeField(null=True)
    marques = ArrayField(models.CharField(max_length=30), default=list)
    """Values of `anomalies.Marque`: why it deserves a look. They accuse nobody."""
    etat = models.CharField(max_length=15, choices=EtatRevue, default=EtatRevue.A_REVOIR)
    revue_le = models.DateTimeField(null=True)
    revue_par_genre = models.CharField(max_length=15, blank=True)
    """Value of `journal.faits.GenreActeur`."""
    revue_par_id = models.UUIDField(null=True)
    """Professionnel of the directory, or account of an agent."""
    scelle = ChampScelle(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["structure", "-ouverte_le"], name="revue_par_structure"),
            models.Index(fields=["-ouverte_le"], name="revue_par_date"),
            models.Index(fields=["espace", "-ouverte_le"], name="revue_par_espace"),
            models.Index(fields=["professionnel", "-ouverte_le"], name="revue_par_professionnel"),
            models.Index(
                fields=["a_marquer_le"], condition=Q(marquee_le=None), name="revue_a_marquer"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def lieu(revue_id: UUID) -> str:
        return f"urgence.revueacces:{revue_id}"

    @property
    def reference(self) -> str:
        """What names this access without naming the patient: « URG-4F2A9C1B »."""
        # The end of a UUIDv7 is drawn at random: it tells neither the person nor the instant.
        return f"URG-{self.pk.hex[-8:].upper()}"
