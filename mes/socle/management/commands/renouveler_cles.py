"""`renouveler_cles`: rewraps everything with the current master key; may be stopped and run again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mes.socle.rotation import renouveler


class Command(BaseCommand):
    help = "Rescelle avec la clé maîtresse courante ; reprenable, sans effet quand tout est à jour."

    def handle(self, *args: Any, **options: Any) -> None:
        dernier = ""
        for etape in renouveler():
            if dernier not in ("", etape.quoi):
                self.stdout.write("")
            dernier = etape.quoi
            self.stdout.write(f"\r{etape.quoi} : {etape.faits}/{etape.total}", ending="")
        self.stdout.write("\nclés à jour")
