"""`inscrire FICHIER.jsonl`: opens espaces with a qualified identity, one JSON line per person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from journal.faits import SYSTEME
from usagers.inscription import LigneInvalide, inscrire_ligne


class Command(BaseCommand):
    help = (
        "Ouvre des espaces d'identité qualifiée. Champs : ins, oid, nom_naissance, prenoms, "
        "date_naissance, sexe, lieu_naissance, active (true par défaut)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier", type=Path, help="fichier JSON Lines")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            flux = options["fichier"].open(encoding="utf-8")
        except OSError as erreur:
            raise CommandError(f"{options['fichier']} : fichier illisible") from erreur
        rejets = 0
        with flux:
            for numero, texte in enumerate(flux, start=1):
                if not texte.strip():
                    continue
                reponse: dict[str, Any] = {"ligne": numero}
                try:
                    with transaction.atomic():
                        inscription = inscrire_ligne(texte, acteur=SYSTEME)
                except LigneInvalide as erreur:
                    rejets += 1
                    reponse["refus"] = str(erreur)
                else:
                    reponse["espace"] = inscription.espace_id
                    if inscription.deja_ouvert:
                        reponse["deja_ouvert"] = True
                    if inscription.avertissements:
                        reponse["avertissements"] = list(inscription.avertissements)
                self.stdout.write(json.dumps(reponse, ensure_ascii=False))
        if rejets:
            raise CommandError(f"{rejets} ligne(s) refusée(s)")
