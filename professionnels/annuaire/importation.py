"""One import of the directory: one transaction, one at a time, nothing half written.

Read → staged by COPY → merged by sets → counted. What fails leaves the directory as it was; only
the account of the failure (`ImportAnnuaire.echec`, rejected lines) is then written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final, Protocol

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from professionnels.annuaire import fusion
from professionnels.annuaire.fichiers import MEMBRES, Fichiers
from professionnels.annuaire.fusion import ArretDeSecurite
from professionnels.annuaire.lecture import FichierIllisible, Source, ouvrir
from professionnels.annuaire.lignes import (
    Boite,
    Etablissement,
    LecteurBoites,
    LecteurFiness,
    LecteurPersonnes,
    LigneIgnoree,
    LigneRefusee,
    Personne,
)
from professionnels.models import ImportAnnuaire, RejetAnnuaire

VERROU: Final = 7230318
"""Advisory lock: one import of the directory at a time."""
REJETS_DETAILLES: Final = 1000
"""Rejected lines kept one by one for each file; the others are only counted."""
_PAS: Final = 5000
"""Lines between two reports of progress."""


class ImportEnCours(Exception):
    """Another import of the directory is running."""


class _Lecteur(Protocol):
    alertes: Counter[str]
    a_entete: bool

    def lire(self, numero: int, texte: str) -> tuple[Any, ...]: ...


Suivi = Callable[[str, int, int], None]
"""Told of the progress: file being read, bytes read so far, bytes in all."""


def sans_suivi(fichier: str, lus: int, total: int) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class _Releve:
    """What the reading of one file met."""

    fichier: str
    compte: Counter[str] = field(default_factory=Counter)
    rejets: list[tuple[int, str]] = field(default_factory=list)
    motifs: Counter[str] = field(default_factory=Counter)

    def rejeter(self, ligne: int, motif: str) -> None:
        self.compte["rejetes"] += 1
        self.motifs[motif] += 1
        if len(self.rejets) < REJETS_DETAILLES:
            self.rejets.append((ligne, motif))

    def bilan(self, alertes: Counter[str]) -> dict[str, Any]:
        return {
            "fichier": self.fichier,
            "lus": self.compte["lus"],
            "retenus": self.compte["retenus"],
            "ignores": self.compte["ignores"],
            "rejetes": self.compte["rejetes"],
            "motifs": dict(self.motifs),
            "alertes": dict(alertes),
        }


@dataclass(frozen=True, slots=True)
class _Nature:
    """How one kind of file is read and where it is staged."""

    lecteur: Callable[[str, str], _Lecteur]
    table: str
    colonnes: tuple[str, ...]


_NATURES: Final = {
    "personnes": _Nature(LecteurPersonnes, "professionnels_transitpersonne", Personne._fields),
    "finess": _Nature(LecteurFiness, "professionnels_transitstructure", Etablissement._fields),
    "boites": _Nature(LecteurBoites, "professionnels_transitboite", Boite._fields),
}


@dataclass(slots=True)
class _Chantier:
    """The work under way: what was read and counted so far, kept when it fails."""

    fichiers: Fichiers
    suivi: Suivi
    releves: list[_Releve] = field(default_factory=list)
    bilan: dict[str, Any] = field(default_factory=dict)
    octets_faits: int = 0

    def charger(self, nature: str, chemin: Path, total: int) -> None:
        """Reads one file and stages it."""
        releve = _Releve(chemin.name)
        self.releves.append(releve)
        with ouvrir(chemin, membre=MEMBRES[nature]) as source:
            self._copier(_NATURES[nature], nature, source, releve, total)
            self.octets_faits += source.position.total
        self.suivi(chemin.name, self.octets_faits, total)

    def _copier(
        self, nature: _Nature, nom: str, source: Source, releve: _Releve, total: int
    ) -> None:
        premiere = next(source.lignes, None)
        if premiere is None or premiere.texte is None:
            raise FichierIllisible(f"{source.nom} : fichier vide ou première ligne illisible")
        lecteur = nature.lecteur(premiere.texte, source.nom)
        lignes = source.lignes if lecteur.a_entete else chain([premiere], source.lignes)
        colonnes = ", ".join(nature.colonnes)
        with (
            connection.cursor() as curseur,
            curseur.copy(f"COPY {nature.table} ({colonnes}) FROM STDIN") as copie,
        ):
            for ligne in lignes:
                releve.compte["lus"] += 1
                if releve.compte["lus"] % _PAS == 0:
                    self.suivi(source.nom, self.octets_faits + source.position.lus, total)
                try:
                    if ligne.texte is None:
                        raise LigneRefusee(ligne.motif)
                    if not ligne.texte:
                        raise LigneIgnoree
                    copie.write_row(lecteur.lire(ligne.numero, ligne.texte))
                except LigneRefusee as refus:
                    releve.rejeter(ligne.numero, str(refus))
                except LigneIgnoree:
                    releve.compte["ignores"] += 1
                else:
                    releve.compte["retenus"] += 1
        self.bilan[f"fichier_{nom}"] = releve.bilan(lecteur.alertes)

    def fusionner(self, *, pourcentage_max: int | None) -> None:
        """From the staging tables to the directory; structures first, boxes last."""
        presents = self.fichiers.presents()
        if "personnes" in presents:
            fusion.preparer_structures_des_personnes()
        if {"personnes", "finess"} & presents.keys():
            self.bilan["structures"] = fusion.fusionner_structures()
        if "personnes" in presents:
            self.bilan["professionnels"] = fusion.fusionner_professionnels()
            self.bilan["exercices"] = fusion.fusionner_exercices(pourcentage_max=pourcentage_max)
        if "boites" in presents:
            self._rejeter_boites_sans_titulaire()
            self.bilan["boites"] = fusion.fusionner_boites(pourcentage_max=pourcentage_max)

    def _rejeter_boites_sans_titulaire(self) -> None:
        lignes, nombre = fusion.boites_sans_titulaire(REJETS_DETAILLES)
        if not nombre:
            return
        motif = "titulaire inconnu de l'annuaire"
        releve = self.releves[-1]
        releve.rejets.extend((ligne, motif) for ligne in lignes)
        bilan = self.bilan["fichier_boites"]
        bilan["retenus"] -= nombre
        bilan["rejetes"] += nombre
        bilan["motifs"][motif] = nombre

    def enregistrer(self, trace: ImportAnnuaire) -> None:
        """Writes the account of the import and its rejected lines."""
        trace.fin_le = timezone.now()
        trace.bilan = self.bilan
        trace.save(force_insert=True)
        RejetAnnuaire.objects.bulk_create(
            (
                RejetAnnuaire(
                    import_annuaire=trace, fichier=releve.fichier[:100], ligne=ligne, motif=motif
                )
                for releve in self.releves
                for ligne, motif in releve.rejets
            ),
            batch_size=1000,
        )


def importer(
    fichiers: Fichiers,
    *,
    demande_par: str,
    forcer: bool = False,
    suivi: Suivi = sans_suivi,
) -> ImportAnnuaire:
    """Imports the files and returns the account of it.

    Raises ImportEnCours, FichierIllisible or ArretDeSecurite: the directory is then untouched, and
    the last two leave an `ImportAnnuaire` that says why.
    """
    chantier = _Chantier(fichiers, suivi)
    trace = ImportAnnuaire(
        source=", ".join(chemin.name for chemin in fichiers.presents().values())[:200],
        demande_par=demande_par,
        est_force=forcer,
    )
    try:
        with transaction.atomic():
            _prendre_la_main()
            total = fichiers.octets
            for nature, chemin in fichiers.presents().items():
                chantier.charger(nature, chemin, total)
            suivi("mise à jour de l'annuaire", total, total)
            chantier.fusionner(
                pourcentage_max=None if forcer else settings.MES_ANNUAIRE_FERMETURES_MAX
            )
            chantier.enregistrer(trace)
            _vider_le_transit()
    except (FichierIllisible, ArretDeSecurite) as erreur:
        trace.echec = str(erreur)[:300]
        with transaction.atomic():
            chantier.enregistrer(trace)
        raise
    return trace


def _prendre_la_main() -> None:
    with connection.cursor() as curseur:
        curseur.execute("SELECT pg_try_advisory_xact_lock(%s)", [VERROU])
        if not curseur.fetchone()[0]:
            raise ImportEnCours("un autre import de l'annuaire est en cours")
        # A web page's patience is not that of two million lines.
        curseur.execute("SET LOCAL statement_timeout = 0")
        curseur.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def _vider_le_transit() -> None:
    with connection.cursor() as curseur:
        for nature in _NATURES.values():
            curseur.execute(f"DELETE FROM {nature.table}")  # noqa: S608 - our own tables
