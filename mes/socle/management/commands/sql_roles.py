"""`sql_roles`: the SQL that an operator's superuser runs once on their own server."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mes.socle.roles import sql_roles


class Command(BaseCommand):
    help = "Affiche le SQL de création des rôles, à exécuter une fois par un superutilisateur."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base", default="mes", help="nom de la base de données")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(sql_roles(base=options["base"], mots_de_passe={}), ending="")
