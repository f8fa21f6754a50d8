"""What the patient agreed to, and took back: team, person, code (R-PS-02…06, R-PS-12, 16…18)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from mes.socle.champs import CleUUID7, IndexAveugle
from professionnels.models import Exercice, Professionnel, Structure
from usagers.models import EspaceSante


class ConsentementInitial(models.Model):
    """R-PS-02: gathered once for a structure's care team, valid for its members until withdrawn."""

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="consentements_initiaux")
    structure = models.ForeignKey(Structure, models.PROTECT)
    recueilli_par = models.ForeignKey(Exercice, models.PROTECT, null=True)
    recueilli_le = models.DateTimeField(default=timezone.now)
    episode = models.CharField(max_length=10, blank=True)
    """Replaced by `EpisodeSoins`; kept until the next version drops it."""
    information = models.CharField(max_length=10)
    """How the patient was informed, in writing: papier or numerique (R-PS-03)."""
    fin_le = models.DateTimeField()
    retire_le = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["espace", "structure"],
                condition=Q(retire_le=None),
                name="consentement_en_cours",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class EpisodeSoins(models.Model):
    """R-PS-03: at each new episode of care the patient is told, in writing, what is done on her
    record. No word of why: a structure, two dates, how she was told."""

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="episodes")
    structure = models.ForeignKey(Structure, models.PROTECT)
    informe_par = models.ForeignKey(Exercice, models.PROTECT)
    information = models.CharField(max_length=10)
    """papier or numerique."""
    debut_le = models.DateTimeField(default=timezone.now)
    fin_le = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["espace", "structure"],
                condition=Q(fin_le=None),
                name="un_seul_episode_en_cours",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Origine(models.TextChoices):
    """How a personal authorisation was given."""

    ECRAN = "ecran", "donnée sur votre écran"
    CODE = "code", "donnée par un code d'ouverture"
    CONFRERE = "confrere", "recueillie par un autre professionnel"
    ECRIT = "ecrit", "donnée par un écrit signé"


ORIGINES_DU_PATIENT = (Origine.ECRAN, Origine.CODE, Origine.ECRIT)
"""The patient's own consent: what alone restores a basis that she took back."""


class AutorisationQuerySet(models.QuerySet["Autorisation"]):
    def en_cours(self) -> AutorisationQuerySet:
        maintenant = timezone.now()
        return self.filter(retiree_le=None, debut_le__lte=maintenant, fin_le__gt=maintenant)


class Autorisation(models.Model):
    """The patient lets one professional read, until a day she chose (R-PS-05, R-PS-17, I-04).

    A structure's is a `ConsentementInitial`; a denial is a `Blocage`.
    """

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="autorisations")
    professionnel = models.ForeignKey(Professionnel, models.PROTECT)
    origine = models.CharField(max_length=10, choices=Origine)
    recueillie_par = models.ForeignKey(Exercice, models.PROTECT, null=True)
    """The colleague who gathered it, after informing the patient (R-PS-05)."""
    information = models.CharField(max_length=10, blank=True)
    debut_le = models.DateTimeField(default=timezone.now)
    fin_le = models.DateTimeField()
    retiree_le = models.DateTimeField(null=True)

    objects = AutorisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["espace", "professionnel"],
                condition=Q(retiree_le=None),
                name="une_seule_autorisation_par_personne",
            ),
            models.CheckConstraint(
                condition=~Q(origine="confrere") | Q(recueillie_par__isnull=False),
                name="autorisation_recueillie_par_quelquun",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class RetraitAcces(models.Model):
    """After a withdrawal, a refusal or an unblocking, only the patient's own new consent restores
    the basis (R-PS-12, R-PS-16): until then neither a declaration nor a colleague's word does."""

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="retraits")
    professionnel = models.ForeignKey(Professionnel, models.PROTECT, null=True)
    structure = models.ForeignKey(Structure, models.PROTECT, null=True)
    enregistre_par = models.ForeignKey(Exercice, models.PROTECT, null=True)
    """The professional who recorded the patient's refusal (R-PS-06); none: the patient's screen."""
    retire_le = models.DateTimeField(default=timezone.now)
    leve_le = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(professionnel=None, structure__isnull=False)
                | Q(professionnel__isnull=False, structure=None),
                name="retrait_dune_personne_ou_dune_structure",
            ),
            models.UniqueConstraint(
                fields=["espace", "professionnel"],
                condition=Q(leve_le=None),
                name="un_seul_retrait_en_cours",
            ),
            models.UniqueConstraint(
                fields=["espace", "structure"],
                condition=Q(leve_le=None),
                name="un_seul_retrait_de_structure",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class CodeOuverture(models.Model):
    """I-06: a code the patient gives to somebody outside her team: single use, a few minutes, bound
    to the professional who uses it. Only its HMAC is kept."""

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="codes_ouverture")
    code_index = IndexAveugle(unique=True)
    cree_le = models.DateTimeField(default=timezone.now)
    expire_le = models.DateTimeField()
    utilise_le = models.DateTimeField(null=True)
    utilise_par = models.ForeignKey(Professionnel, models.PROTECT, null=True)
    annule_le = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.pk)
