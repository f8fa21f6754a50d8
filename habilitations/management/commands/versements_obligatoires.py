"""`versements_obligatoires FICHIER.csv`: the types that must be sent, by dates (R-ALI-01)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from habilitations.versements import VersementsInvalides, importer_versements


class Command(BaseCommand):
    help = "Importe les types de documents dont le versement est obligatoire (CSV)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        fichier: Path = options["fichier"]
        try:
            bilan = importer_versements(fichier.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as erreur:
            raise CommandError(f"{fichier} : lecture impossible") from erreur
        except VersementsInvalides as erreur:
            raise CommandError(f"{fichier} : {erreur}") from erreur
        self.stdout.write(
            f"{bilan.ajoutes} ajoutés, {bilan.modifies} modifiés, {bilan.retires} retirés"
        )
