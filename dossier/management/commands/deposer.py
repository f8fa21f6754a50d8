"""`deposer --rpps N --ins INS FICHIER…`: deposits through the same action as the screens."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from dossier.actions import Depot, DepotRefuse, deposer_document
from habilitations.acces import AccesRefuse, ActeurAcces, inscrire_refus, ouvrir
from habilitations.politique import Action
from habilitations.portes import acteur_de_l_exercice
from mes.socle.identifiants import IdentifiantInvalide, valider_rpps
from professionnels.models import Exercice
from usagers.recherche import espace_par_ins


class Command(BaseCommand):
    help = "Dépose des fichiers au nom d'un professionnel ; une ligne JSON par fichier."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rpps", required=True, help="professionnel qui dépose")
        parser.add_argument("--ins", required=True, help="matricule INS du patient, clé comprise")
        parser.add_argument("--type", default="", help="code du type, inutile pour un CDA")
        parser.add_argument("--titre", default="", help="titre, inutile pour un CDA")
        parser.add_argument("--date", type=date.fromisoformat, help="date du document, AAAA-MM-JJ")
        parser.add_argument("fichiers", nargs="+", type=Path, metavar="FICHIER")

    def handle(self, *args: Any, **options: Any) -> None:
        acteur = self._acteur(options["rpps"])
        espace = espace_par_ins(options["ins"])
        if espace is None:
            raise CommandError("aucun espace ne porte cette INS")
        for chemin in options["fichiers"]:
            reponse = {"fichier": str(chemin), **self._deposer(acteur, espace.pk, chemin, options)}
            self.stdout.write(json.dumps(reponse, ensure_ascii=False))

    def _acteur(self, rpps: str) -> ActeurAcces:
        try:
            numero = valider_rpps(rpps)
        except IdentifiantInvalide as erreur:
            raise CommandError(str(erreur)) from erreur
        exercices = Exercice.objects.select_related("professionnel", "structure").filter(
            professionnel__rpps=numero
        )
        exercice = (
            exercices.filter(fin_le=None).order_by("debut_le").first()
            or exercices.order_by("-fin_le").first()
        )
        if exercice is None:
            raise CommandError("ce RPPS n'est pas dans l'annuaire")
        return acteur_de_l_exercice(exercice, compte_id=None, regulateur=False)

    def _deposer(
        self, acteur: ActeurAcces, espace_id: UUID, chemin: Path, options: dict[str, Any]
    ) -> dict[str, Any]:
        try:
            octets = chemin.read_bytes()
        except OSError as erreur:
            raise CommandError(f"{chemin} : fichier illisible") from erreur
        depot = Depot(
            octets=octets,
            nom_fichier=chemin.name,
            type_code=options["type"],
            titre=options["titre"],
            date_document=options["date"],
        )
        try:
            with transaction.atomic(), ExitStack() as pile:
                acces = ouvrir(pile, acteur, espace_id, Action.DEPOSER)
                resultat = deposer_document(acces=acces, depot=depot)
        except AccesRefuse as refus:
            with transaction.atomic():
                inscrire_refus(refus)
            return {"refus": str(refus.decision.motif)}
        except DepotRefuse as refus_depot:
            return {"refus": str(refus_depot.motif), "explication": refus_depot.phrase}
        return {"document": str(resultat.document_id)}
