"""People and their espaces: identity (R-INS), status (R-STA), who manages whose espace."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from mes.socle.champs import ChampScelle, CleUUID7, IndexAveugle
from mes.socle.coffres import Coffre


class Statut(models.TextChoices):
    """R-STA-01."""

    A_INFORMER = "A_INFORMER", "à informer"
    INFORME = "INFORME", "informé"
    OUVERT_NON_ACTIVE = "OUVERT_NON_ACTIVE", "ouvert, non activé"
    ACTIVE = "ACTIVE", "activé"
    OPPOSE = "OPPOSE", "opposé"
    CLOTURE = "CLOTURE", "clôturé"
    SUSPENDU = "SUSPENDU", "suspendu"
    SUPPRIME = "SUPPRIME", "supprimé"
    DECEDE = "DECEDE", "décédé"


class StatutIdentite(models.TextChoices):
    """R-INS-02, computed from two facts; never stored."""

    PROVISOIRE = "provisoire", "provisoire"
    RECUPEREE = "recuperee", "récupérée"
    VALIDEE = "validee", "validée"
    QUALIFIEE = "qualifiee", "qualifiée"


class EspaceSante(models.Model):
    """The espace of one person. No medical word here: readable before the wall opens."""

    id = CleUUID7()
    statut = models.CharField(max_length=20, choices=Statut)
    statut_depuis = models.DateTimeField(default=timezone.now)
    cree_le = models.DateTimeField(default=timezone.now)
    majeur_le = models.DateField()
    zone_postale = models.CharField(max_length=2, blank=True)

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def espace_id(self) -> UUID:
        identifiant: UUID = self.pk
        return identifiant


class Identite(models.Model):
    """Strict traits, INS and complementary traits, sealed with the espace's identity key.

    `scelle`: matricule, oid, nom_naissance, prenoms (list), date_naissance, sexe, lieu_naissance,
    and beside them nom_usage, prenom_utilise (R-INS-05).
    """

    espace = models.OneToOneField(
        EspaceSante, models.CASCADE, primary_key=True, related_name="identite"
    )
    ins_index = IndexAveugle(unique=True, null=True)
    traits_index = IndexAveugle(db_index=True)
    """Name, first name and birth date: candidates only, homonyms are told apart afterwards."""
    trouvee_insi = models.BooleanField(default=False)
    piece_controlee = models.BooleanField(default=False)
    douteuse = models.BooleanField(default=False)
    fictive = models.BooleanField(default=False)
    homonyme = models.BooleanField(default=False)
    scelle = ChampScelle()
    modifiee_le = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(trouvee_insi=True, ins_index=None), name="insi_donne_une_ins"
            ),
            models.CheckConstraint(
                condition=~(Q(Q(douteuse=True) | Q(fictive=True)) & Q(trouvee_insi=True)),
                name="douteuse_ou_fictive_sans_insi",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def lieu(espace_id: UUID) -> str:
        return f"usagers.identite:{espace_id}"

    @property
    def statut(self) -> StatutIdentite:
        """R-INS-02: two facts, four statuses; a doubtful or fictitious identity stays provisional."""
        if self.douteuse or self.fictive:
            return StatutIdentite.PROVISOIRE
        return {
            (False, False): StatutIdentite.PROVISOIRE,
            (True, False): StatutIdentite.RECUPEREE,
            (False, True): StatutIdentite.VALIDEE,
            (True, True): StatutIdentite.QUALIFIEE,
        }[self.trouvee_insi, self.piece_controlee]

    def traits(self, coffre: Coffre) -> dict[str, Any]:
        return coffre.desceller_json(bytes(self.scelle), lieu=self.lieu(self.pk))


class Qualite(models.TextChoices):
    """In what capacity an account manages an espace."""

    TITULAIRE = "titulaire", "titulaire"
    REPRESENTANT = "representant", "représentant légal"
    AIDANT = "aidant", "aidant"


class Gestion(models.Model):
    """An account manages an espace, from a day to another."""

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="gestions")
    compte_id = models.UUIDField(db_index=True)
    qualite = models.CharField(max_length=15, choices=Qualite)
    mesure = models.CharField(max_length=30, default="aucune")
    """The protection measure under which a representative acts (R-MAJ)."""
    debut_le = models.DateTimeField(default=timezone.now)
    fin_le = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["espace", "compte_id"],
                condition=Q(fin_le=None),
                name="une_gestion_en_cours",
            ),
            models.UniqueConstraint(
                fields=["espace"],
                condition=Q(fin_le=None, qualite="titulaire"),
                name="un_seul_titulaire",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.qualite} {self.pk}"


class Preferences(models.Model):
    """What an account wants for one espace it manages (R-NOT-05)."""

    gestion = models.OneToOneField(Gestion, models.CASCADE, primary_key=True)
    espace_id = models.UUIDField()
    courriel_document = models.BooleanField(default=True)

    def __str__(self) -> str:
        return str(self.pk)
