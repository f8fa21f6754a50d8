"""`decider CAS.jsonl`: one situation per line in, one decision per line out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from habilitations.acces import reglages
from habilitations.cas import CasInvalide, Nomenclatures, ecrire_decision, lire_les_cas
from habilitations.cases import case_pour
from habilitations.models import VersionMatrice
from habilitations.politique import Case, decider
from mes.socle.nomenclatures import professions, specialites, types_documents


class Command(BaseCommand):
    help = "Décide de chaque situation d'un fichier JSON Lines (« - » : entrée standard)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cas", help="fichier JSON Lines, une situation par ligne")

    def handle(self, *args: Any, **options: Any) -> None:
        version = (
            VersionMatrice.objects.en_vigueur(timezone.localdate())
            .values_list("id", flat=True)
            .first()
        )

        def chercher(profession: str, specialite: str | None, code: str) -> Case | None:
            return case_pour(version, profession, specialite, code)

        nomenclatures = Nomenclatures(types_documents(), professions(), specialites())
        regles = reglages()
        chemin: str = options["cas"]
        flux = sys.stdin if chemin == "-" else self._ouvrir(chemin)
        try:
            for situation in lire_les_cas(flux, nomenclatures, chercher):
                self.stdout.write(ecrire_decision(decider(situation, regles)))
        except CasInvalide as erreur:
            raise CommandError(str(erreur)) from erreur
        except UnicodeDecodeError as erreur:
            raise CommandError(f"{chemin} n'est pas un texte en UTF-8") from erreur
        finally:
            if flux is not sys.stdin:
                flux.close()

    def _ouvrir(self, chemin: str) -> Any:
        try:
            return Path(chemin).open(encoding="utf-8")
        except OSError as erreur:
            raise CommandError(f"{chemin} : fichier illisible") from erreur
