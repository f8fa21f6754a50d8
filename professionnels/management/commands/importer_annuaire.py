"""`importer_annuaire`: the national directory's files, with a progress bar."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from professionnels.actions import importer_annuaire
from professionnels.annuaire.fichiers import DossierVide, Fichiers, fichiers_du_dossier
from professionnels.annuaire.fusion import ArretDeSecurite
from professionnels.annuaire.importation import ImportEnCours
from professionnels.annuaire.lecture import FichierIllisible
from professionnels.models import ImportAnnuaire

DEMO = Path(__file__).resolve().parents[2] / "donnees" / "demo"
_LARGEUR = 40
_REJETS_AFFICHES = 20
_TABLES = {
    "structures": "Structures",
    "professionnels": "Professionnels",
    "exercices": "Exercices",
    "boites": "Boîtes MSSanté",
}
_MOTS = {
    "ajoutes": "ajouts",
    "modifies": "modifications",
    "rouverts": "réouvertures",
    "clos": "clôtures",
    "inchanges": "sans changement",
}


class Command(BaseCommand):
    help = "Importe l'annuaire national : personnes et activités, FINESS, boîtes MSSanté."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--personnes", type=Path, help="PS_LibreAcces_Personne_activite")
        parser.add_argument("--finess", type=Path, help="établissements FINESS")
        parser.add_argument("--boites", type=Path, help="boîtes MSSanté")
        parser.add_argument("--dossier", type=Path, help="dossier qui contient ces fichiers")
        parser.add_argument(
            "--demo", action="store_true", help="les professionnels inventés de la démonstration"
        )
        parser.add_argument(
            "--forcer", action="store_true", help="ferme malgré l'arrêt de sécurité"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for fichiers in self._demandes(options):
            try:
                trace = importer_annuaire(
                    fichiers=fichiers,
                    par=f"commande ({getpass.getuser()})",
                    forcer=options["forcer"],
                    suivi=self._barre,
                )
            except (ImportEnCours, FichierIllisible, ArretDeSecurite) as erreur:
                raise CommandError(str(erreur)) from erreur
            self._raconter(trace)

    def _demandes(self, options: dict[str, Any]) -> list[Fichiers]:
        """The imports to do, in order. The demonstration does two days: one exercice ends."""
        nommes = {nature: options[nature] for nature in ("personnes", "finess", "boites")}
        choix = [any(nommes.values()), options["dossier"] is not None, options["demo"]]
        if sum(choix) != 1:
            raise CommandError(
                "Indiquez des fichiers (--personnes, --finess, --boites), ou --dossier, ou --demo."
            )
        try:
            if options["demo"]:
                if settings.MES_ENVIRONNEMENT == "production":
                    raise CommandError("Les professionnels inventés n'entrent pas en production.")
                return [fichiers_du_dossier(DEMO / "veille"), fichiers_du_dossier(DEMO)]
            if options["dossier"]:
                return [fichiers_du_dossier(options["dossier"])]
        except (DossierVide, OSError) as erreur:
            raise CommandError(f"Dossier illisible ou vide : {erreur}") from erreur
        return [Fichiers(**nommes)]

    def _barre(self, fichier: str, lus: int, total: int) -> None:
        if not self.stderr.isatty():
            return
        part = min(lus / total, 1.0) if total else 1.0
        pleins = int(part * _LARGEUR)
        barre = "█" * pleins + "░" * (_LARGEUR - pleins)
        self._ecrire_barre(f"{barre} {part:4.0%} {fichier[:40]:<40}")

    def _ecrire_barre(self, texte: str) -> None:
        self.stderr.write(f"\r{texte}", style_func=str, ending="")
        self.stderr.flush()

    def _raconter(self, trace: ImportAnnuaire) -> None:
        if self.stderr.isatty():
            self._ecrire_barre(" " * (_LARGEUR + 46) + "\r")
        for nature in ("personnes", "finess", "boites"):
            if compte := trace.bilan.get(f"fichier_{nature}"):
                self.stdout.write(
                    f"{compte['fichier']} : {compte['lus']} lignes lues, {compte['ignores']} "
                    f"ignorées, {compte['rejetes']} rejetées"
                )
        for table in _TABLES:
            if compte := trace.bilan.get(table):
                detail = ", ".join(f"{_MOTS[nom]} {nombre}" for nom, nombre in compte.items())
                self.stdout.write(f"{_TABLES[table]} : {detail}")
        rejets = trace.rejets.order_by("fichier", "ligne")
        for rejet in rejets[:_REJETS_AFFICHES]:
            self.stdout.write(f"  rejet {rejet.fichier} ligne {rejet.ligne} : {rejet.motif}")
        if (autres := rejets.count() - _REJETS_AFFICHES) > 0:
            self.stdout.write(f"  et {autres} autres rejets, gardés avec l'import {trace.pk}")
        self.stdout.write(f"{trace.changements} changements")
