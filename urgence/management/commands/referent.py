"""`referent --finess N --rpps N`: who looks again at a structure's emergency accesses."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from professionnels.models import Professionnel, Structure
from urgence.actions import nommer_referent, retirer_referent


class Command(BaseCommand):
    help = "Nomme (ou retire) le référent qui relit les accès d'urgence d'une structure."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--finess", required=True, help="numéro FINESS de la structure")
        parser.add_argument("--rpps", required=True, help="numéro RPPS du référent")
        parser.add_argument("--retirer", action="store_true", help="met fin à son mandat")

    def handle(self, *args: Any, **options: Any) -> None:
        structure = Structure.objects.filter(finess=options["finess"]).first()
        if structure is None:
            raise CommandError("aucune structure n'a ce numéro FINESS dans l'annuaire")
        professionnel = Professionnel.objects.filter(rpps=options["rpps"]).first()
        if professionnel is None:
            raise CommandError("personne n'a ce numéro RPPS dans l'annuaire")
        if options["retirer"]:
            fait = retirer_referent(structure=structure, professionnel=professionnel)
            suite = "n'est plus référent" if fait else "n'était pas référent"
        else:
            fait = nommer_referent(structure=structure, professionnel=professionnel)
            suite = "est référent" if fait else "était déjà référent"
        self.stdout.write(f"{professionnel} {suite} de {structure}")
