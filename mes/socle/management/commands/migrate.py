"""`migrate`, then the wall: the owner applies migrations, grants and policies in one command."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import connections, transaction

from mes.socle import mur_sql

ALIAS = "proprietaire"


class Command(migrate.Command):
    help = "Applique les migrations puis le mur (droits et politiques), en propriétaire."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        if ALIAS in settings.DATABASES:
            parser.set_defaults(database=ALIAS)

    def handle(self, *args: Any, **options: Any) -> None:
        connexion = connections[options["database"]]
        if options["check_unapplied"] or options["plan"]:
            super().handle(*args, **options)
            return
        with connexion.cursor() as curseur:
            # Two deployments at once would race on DDL: the second waits its turn.
            curseur.execute("SELECT pg_advisory_lock(7230317)")
        try:
            super().handle(*args, **options)
            with transaction.atomic(using=options["database"]):
                mur_sql.appliquer(connexion)
        finally:
            with connexion.cursor() as curseur:
                curseur.execute("SELECT pg_advisory_unlock(7230317)")
