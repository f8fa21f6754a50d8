"""`verifier_journal`: walks every chain and names the first altered, missing or reordered line."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from journal.conservation import partition_manquante
from journal.verification import (
    Anomalie,
    est_purge,
    sans_cle,
    tetes,
    tetes_securite,
    verifier_chaine,
    verifier_securite,
)


class Command(BaseCommand):
    help = "Vérifie toutes les chaînes du journal ; sort en erreur à la moindre anomalie."

    def handle(self, *args: Any, **options: Any) -> None:
        # mes_comptage sees every head: what a wall or a filter would hide is not taken for absent.
        alias = "comptage" if "comptage" in settings.DATABASES else "default"
        anomalies: list[Anomalie] = []
        verifiees = lignes = purges = 0
        clos = sans_cle()
        for tete in tetes(alias):
            verifiees += 1
            lignes += tete.numero
            if anomalie := verifier_chaine(tete):
                anomalies.append(anomalie)
        for jour, numero, empreinte in tetes_securite(alias):
            if est_purge(jour):
                purges += 1
                continue
            verifiees += 1
            lignes += numero
            if anomalie := verifier_securite(jour, numero, empreinte):
                anomalies.append(anomalie)
        for anomalie in anomalies:
            self.stdout.write(f"{anomalie.chaine} n° {anomalie.numero} : {anomalie.nature}")
        if clos:
            self.stdout.write(
                f"clé détruite au terme de la conservation : {clos} espace(s), dont seuls les "
                "engagements et leur enchaînement se vérifient encore"
            )
        if purges:
            self.stdout.write(f"journal de sécurité : {purges} jour(s) au-delà de sa conservation")
        if mois := partition_manquante(timezone.localdate()):
            self.stdout.write(f"attention : pas de partition prête pour {mois:%Y-%m}")
        if anomalies:
            raise CommandError(f"{len(anomalies)} chaîne(s) rompue(s) sur {verifiees}")
        self.stdout.write(f"journal intègre : {verifiees} chaînes, {lignes} lignes")
