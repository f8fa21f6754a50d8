"""Tables of the two journals. Nothing here is ever updated, but the heads of the chains."""

from __future__ import annotations

from django.db import models

from mes.socle.champs import ChampScelle, CleUUID7


class TeteChaine(models.Model):
    """Where a chain of an espace stands: its last number and digest (class gouvernance)."""

    id = CleUUID7()
    espace_id = models.UUIDField()
    chaine = models.CharField(max_length=1)
    numero = models.BigIntegerField()
    empreinte = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["espace_id", "chaine"], name="tete_par_chaine"),
        ]

    def __str__(self) -> str:
        return f"{self.espace_id} {self.chaine} {self.numero}"


class Ligne(models.Model):
    """One fact about one espace, chained; hash-partitioned by espace (see migration 0001).

    `engagement` is the salted commitment of the canonical text; `scelle` holds salt and text under
    the espace's journal key. `empreinte` = sha256(previous ‖ numero on 8 bytes ‖ engagement).
    """

    id = CleUUID7()
    espace_id = models.UUIDField()
    chaine = models.CharField(max_length=1)
    numero = models.BigIntegerField()
    inscrite_le = models.DateTimeField()
    fait = models.CharField(max_length=40)
    acteur_genre = models.CharField(max_length=15)
    acteur_id = models.UUIDField(null=True)
    structure_id = models.UUIDField(null=True)
    objet_id = models.UUIDField(null=True)
    mode = models.CharField(max_length=15, blank=True)
    engagement = models.BinaryField(max_length=32)
    empreinte = models.BinaryField(max_length=32)
    scelle = ChampScelle()

    class Meta:
        # Made by hand in the migration: Django does not know partitions.
        indexes = [
            models.Index(fields=["espace_id", "chaine", "inscrite_le"], name="ligne_par_date"),
            models.Index(fields=["espace_id", "objet_id", "inscrite_le"], name="ligne_par_objet"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["espace_id", "chaine", "numero"], name="ligne_numero_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chaine}{self.numero} {self.fait}"


class PointControle(models.Model):
    """A signed photograph of a chain's head: Ed25519 over the text of `controles.texte_signe`."""

    id = CleUUID7()
    espace_id = models.UUIDField()
    chaine = models.CharField(max_length=1)
    numero = models.BigIntegerField()
    empreinte = models.BinaryField(max_length=32)
    signe_le = models.DateTimeField()
    signature = models.BinaryField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["espace_id", "chaine", "numero"], name="point_par_numero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.espace_id} {self.chaine} {self.numero}"


class TeteSecurite(models.Model):
    """Head of the security journal's chain of one day."""

    jour = models.DateField(primary_key=True)
    numero = models.BigIntegerField()
    empreinte = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.jour} {self.numero}"


class LigneSecurite(models.Model):
    """A refusal or a technical fact; range-partitioned by month (see migration 0001)."""

    id = CleUUID7()
    jour = models.DateField()
    numero = models.BigIntegerField()
    inscrite_le = models.DateTimeField()
    fait = models.CharField(max_length=40)
    motif = models.CharField(max_length=40, blank=True)
    acteur_genre = models.CharField(max_length=15, blank=True)
    acteur_id = models.UUIDField(null=True)
    espace_id = models.UUIDField(null=True)
    objet_id = models.UUIDField(null=True)
    engagement = models.BinaryField(max_length=32)
    empreinte = models.BinaryField(max_length=32)
    scelle = ChampScelle()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["jour", "numero"], name="securite_numero_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.jour} {self.numero} {self.fait}"


class RegleAlerte(models.TextChoices):
    """What `detection` looks for (R-TRA-10, thresholds assumed)."""

    RAFALE_REFUS = "rafale_refus", "refus en rafale"
    ESPACES_MULTIPLES = "espaces_multiples", "refus sur de nombreux espaces"
    HEURES_INHABITUELLES = "heures_inhabituelles", "refus à des heures inhabituelles"
    CONNEXIONS_REFUSEES = "connexions_refusees", "connexions refusées en rafale"
    RECHERCHES_VAINES = "recherches_vaines", "recherches sans résultat en rafale"
    URGENCES_REPETEES = "urgences_repetees", "accès en urgence répétés"


class SuiteAlerte(models.TextChoices):
    """What a supervisor concluded."""

    ECARTEE = "ecartee", "écartée : rien d'anormal"
    CONFIRMEE = "confirmee", "confirmée : usage anormal"


class AlerteSecurite(models.Model):
    """Something in the security journal that a supervisor must look at. Ids only, nobody's name.

    `sujet` says whom it is about without saying who: « acteur:uuid », or the blind index of what was
    typed or of the address when nobody was recognised.
    """

    id = CleUUID7()
    regle = models.CharField(max_length=25, choices=RegleAlerte)
    jour = models.DateField()
    sujet = models.CharField(max_length=80)
    acteur_id = models.UUIDField(null=True)
    nombre = models.PositiveIntegerField()
    """How many facts of that day, by the last look."""
    levee_le = models.DateTimeField()
    traitee_le = models.DateTimeField(null=True)
    traitee_par = models.UUIDField(null=True)
    """Account of the supervisor."""
    suite = models.CharField(max_length=10, choices=SuiteAlerte, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["regle", "sujet", "jour"], name="une_alerte_par_regle_et_jour"
            ),
            models.CheckConstraint(
                condition=models.Q(traitee_le=None, traitee_par=None, suite="")
                | models.Q(traitee_le__isnull=False, traitee_par__isnull=False)
                & ~models.Q(suite=""),
                name="alerte_traitee_avec_sa_suite",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-levee_le"],
                condition=models.Q(traitee_le=None),
                name="alertes_a_traiter",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jour} {self.regle}"
