"""The national directory as this product keeps it: people, exercices, structures, MSSanté boxes."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from mes.socle.champs import CleUUID7
from mes.socle.nomenclatures import professions
from professionnels.cles_recherche import en_sql


def _cle_recherche(champ: str) -> models.GeneratedField:
    """The column people search, computed by the database from the one they read."""
    return models.GeneratedField(
        expression=en_sql(champ),
        # Bytes order: prefixes and the French order of unaccented capitals use one plain index.
        output_field=models.CharField(max_length=200, db_collation="C"),
        db_persist=True,
    )


class Structure(models.Model):
    """A place of care: its name is public."""

    id = CleUUID7()
    identifiant = models.CharField(max_length=40, unique=True)
    """What names it once (`droits.identifiant_de_structure`): F + FINESS where there is one."""
    finess = models.CharField(max_length=9, blank=True, db_index=True)
    finess_juridique = models.CharField(max_length=9, blank=True)
    siret = models.CharField(max_length=14, blank=True)
    raison_sociale = models.CharField(max_length=255)
    secteur = models.CharField(max_length=10, blank=True)
    commune = models.CharField(max_length=100, blank=True)
    code_postal = models.CharField(max_length=10, blank=True)
    commune_recherche = _cle_recherche("commune")
    dans_finess = models.BooleanField(default=False)
    """Seen in the FINESS file: people's lines complete it, they no longer rename it."""

    class Meta:
        indexes = [
            models.Index(fields=["commune_recherche"], name="structure_par_commune"),
            models.Index(fields=["code_postal"], name="structure_par_code_postal"),
        ]

    def __str__(self) -> str:
        return self.raison_sociale


class ProfessionnelQuerySet(models.QuerySet["Professionnel"]):
    def avec_activite(self) -> ProfessionnelQuerySet:
        """Adds `est_actif`: False is shown as « plus en activité » and stays blockable (R-PS-27)."""
        return self.annotate(
            est_actif=Exists(Exercice.objects.filter(professionnel=OuterRef("pk"), fin_le=None))
        )


class Professionnel(models.Model):
    """A person of the directory, by RPPS."""

    id = CleUUID7()
    rpps = models.CharField(max_length=11, unique=True)
    nom = models.CharField(max_length=100)
    prenom = models.CharField(max_length=100)
    civilite = models.CharField(max_length=10, blank=True)
    nom_recherche = _cle_recherche("nom")
    prenom_recherche = _cle_recherche("prenom")
    compte_id = models.UUIDField(null=True, unique=True)

    objects = ProfessionnelQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["nom_recherche", "prenom_recherche", "id"], name="professionnel_par_nom"
            )
        ]

    def __str__(self) -> str:
        # The directory writes everything in capitals; a first name is read as people write it.
        return f"{self.prenom.title()} {self.nom}".strip()


class ExerciceQuerySet(models.QuerySet["Exercice"]):
    def actifs(self) -> ExerciceQuerySet:
        """Those that the directory still announces (R-PS-09)."""
        return self.filter(fin_le=None)


class Exercice(models.Model):
    """A way of practising: the right to a record depends on it, not on the RPPS alone."""

    id = CleUUID7()
    professionnel = models.ForeignKey(Professionnel, models.CASCADE, related_name="exercices")
    structure = models.ForeignKey(Structure, models.PROTECT, null=True, related_name="exercices")
    profession = models.CharField(max_length=10)
    """The code that decides (`droits.profession_de_droit`): a role's for 99, F… for a student."""
    categorie = models.CharField(max_length=2, default="C")
    """C civil, M military, E student: a student has no right of his own."""
    specialite = models.CharField(max_length=10, blank=True)
    role = models.CharField(max_length=10, blank=True)
    mode_exercice = models.CharField(max_length=2, blank=True)
    genre_activite = models.CharField(max_length=10, blank=True)
    cle_annuaire = models.CharField(max_length=200, unique=True)
    """What makes a line of the directory the same one the next day."""
    debut_le = models.DateTimeField(default=timezone.now)
    fin_le = models.DateTimeField(null=True)

    objects = ExerciceQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["professionnel"], condition=Q(fin_le=None), name="exercice_actif")
        ]

    def __str__(self) -> str:
        return f"{self.profession} {self.pk}"

    @property
    def libelle_profession(self) -> str:
        """What people read; a code that our table does not know yet is shown as it is."""
        connue = professions().get(self.profession)
        return connue.libelle if connue else f"Profession {self.profession}"


class TypeBoite(models.TextChoices):
    PERSONNELLE = "PER", "personnelle"
    ORGANISATIONNELLE = "ORG", "organisationnelle"
    APPLICATIVE = "APP", "applicative"
    CABINET = "CAB", "de cabinet"


class BoiteMSSQuerySet(models.QuerySet["BoiteMSS"]):
    def en_service(self) -> BoiteMSSQuerySet:
        return self.filter(fin_le=None)

    def proposables(self) -> BoiteMSSQuerySet:
        """Those that may be shown: in service and not on the red list."""
        return self.en_service().filter(liste_rouge=False)


class BoiteMSS(models.Model):
    """An MSSanté box; on the red list it is never shown nor offered."""

    id = CleUUID7()
    adresse = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=3, choices=TypeBoite)
    professionnel = models.ForeignKey(
        Professionnel, models.CASCADE, null=True, related_name="boites"
    )
    structure = models.ForeignKey(Structure, models.CASCADE, null=True, related_name="boites")
    libelle = models.CharField(max_length=255, blank=True)
    liste_rouge = models.BooleanField(default=False)
    fin_le = models.DateTimeField(null=True)

    objects = BoiteMSSQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)


class ImportAnnuaire(models.Model):
    """One import: what it read, what it changed, what it refused and why."""

    id = CleUUID7()
    debut_le = models.DateTimeField(default=timezone.now)
    fin_le = models.DateTimeField(null=True)
    source = models.CharField(max_length=200)
    demande_par = models.CharField(max_length=100)
    est_force = models.BooleanField(default=False)
    """Asked to go through in spite of the safety stop."""
    echec = models.CharField(max_length=300, blank=True)
    """Why nothing was written, in French; empty when the import is done."""
    bilan = models.JSONField(default=dict)
    """Counts: by file (lus, ignores, rejetes) and by table (ajoutes, modifies, clos, inchanges)."""

    def __str__(self) -> str:
        return f"{self.debut_le:%Y-%m-%d}"

    @property
    def changements(self) -> int:
        """How many rows the import wrote, all tables together."""
        return sum(
            nombre
            for table in ("structures", "professionnels", "exercices", "boites")
            for nom, nombre in self.bilan.get(table, {}).items()
            if nom in {"ajoutes", "modifies", "rouverts", "clos"}
        )


class RejetAnnuaire(models.Model):
    """A bad line of the directory: its number and the reason, never its content."""

    id = CleUUID7()
    import_annuaire = models.ForeignKey(ImportAnnuaire, models.CASCADE, related_name="rejets")
    fichier = models.CharField(max_length=100)
    ligne = models.PositiveBigIntegerField()
    motif = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.fichier}:{self.ligne}"
