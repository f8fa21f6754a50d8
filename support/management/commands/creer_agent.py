"""`creer_agent`: an account of the console and its second factor, made by the operator.

The password is typed, or read from the standard input when it is not a terminal. The secret of the
application is written once, for the agent to scan or to type; nobody can ask for it again, only
have another drawn (`--nouvelle-application`).
"""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from comptes.actions import IdentifiantPris, creer_compte
from comptes.models import Compte, DispositifTOTP, Population, RoleAgent
from comptes.totp import adresse_totp, installer_totp

LONGUEUR_MINIMALE = 12


class Command(BaseCommand):
    help = "Crée le compte d'un agent de la console d'assistance, avec son second facteur."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("identifiant", help="ce que l'agent saisira pour se connecter")
        parser.add_argument("--role", choices=RoleAgent.values, help="obligatoire à la création")
        parser.add_argument("--prenom", default="")
        parser.add_argument("--nom", default="")
        parser.add_argument(
            "--nouvelle-application",
            action="store_true",
            help="l'agent existe : tire un autre secret, l'ancien ne vaut plus rien",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        identifiant: str = options["identifiant"]
        with transaction.atomic():
            agent = (
                self._existant(identifiant)
                if options["nouvelle_application"]
                else self._creer(identifiant, options)
            )
            dispositif = installer_totp(compte_id=agent.pk)
        self._donner(dispositif, identifiant)

    def _existant(self, identifiant: str) -> Compte:
        agent = Compte.objects.par_identifiant(Population.AGENT, identifiant)
        if agent is None:
            raise CommandError("aucun agent n'a cet identifiant")
        return agent

    def _creer(self, identifiant: str, options: dict[str, Any]) -> Compte:
        if not options["role"]:
            raise CommandError("précisez --role : " + ", ".join(RoleAgent.values))
        try:
            return creer_compte(
                population=Population.AGENT,
                identifiant=identifiant,
                mot_de_passe=_mot_de_passe(),
                prenom=options["prenom"],
                nom=options["nom"],
                role=options["role"],
            )
        except IdentifiantPris as erreur:
            raise CommandError("un agent a déjà cet identifiant") from erreur

    def _donner(self, dispositif: DispositifTOTP, identifiant: str) -> None:
        adresse = adresse_totp(dispositif, identifiant=identifiant, service=settings.MES_NOM)
        self.stdout.write("À remettre à l'agent, une seule fois, par une voie sûre :")
        self.stdout.write(f"  secret : {dispositif.secret()}")
        self.stdout.write(f"  adresse pour l'application : {adresse}")


def _mot_de_passe() -> str:
    """As typed twice without echo, or the first line of the standard input. Raises CommandError."""
    if sys.stdin.isatty():
        saisi = getpass("Mot de passe de l'agent : ")
        if getpass("Encore une fois : ") != saisi:
            raise CommandError("les deux mots de passe diffèrent")
    else:
        saisi = sys.stdin.readline().rstrip("\n")
    if len(saisi) < LONGUEUR_MINIMALE:
        raise CommandError(f"le mot de passe doit compter au moins {LONGUEUR_MINIMALE} caractères")
    return saisi
