"""`matrice`: proposes, compares, approves, withdraws and lists the versions of the matrix."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from habilitations.matrice import (
    DecisionImpossible,
    Differences,
    approuver_matrice,
    differences,
    proposer_matrice,
    retirer_matrice,
    version_en_vigueur,
)
from habilitations.matrice_fichier import OCTETS_MAX, Ecarts, MatriceInvalide
from habilitations.models import VersionMatrice
from mes.socle.dates import aujourdhui_a_paris
from mes.socle.nomenclatures import professions

_CODES_AFFICHES = 8


def _jour(texte: str) -> date:
    try:
        return date.fromisoformat(texte)
    except ValueError as erreur:
        raise ArgumentTypeError("date attendue sous la forme AAAA-MM-JJ") from erreur


class Command(BaseCommand):
    help = "Propose, compare, approuve, retire et liste les versions de la matrice d'habilitation."

    def add_arguments(self, parser: CommandParser) -> None:
        sous = parser.add_subparsers(dest="sous_commande", required=True, metavar="COMMANDE")
        proposer = sous.add_parser("proposer", help="importe un fichier, sans effet")
        proposer.add_argument("fichier", type=Path)
        proposer.add_argument("--effet", type=_jour, required=True, metavar="AAAA-MM-JJ")
        proposer.add_argument("--par", required=True, metavar="NOM")
        comparer = sous.add_parser("differences", help="montre ce qu'une version change")
        comparer.add_argument("id", type=UUID)
        for nom, aide in (
            ("approuver", "met une version proposée en vigueur à sa date d'effet"),
            ("retirer", "retire une version : la précédente reprend"),
        ):
            decider = sous.add_parser(nom, help=aide)
            decider.add_argument("id", type=UUID)
            decider.add_argument("--par", required=True, metavar="NOM")
        sous.add_parser("lister", help="liste les versions, la plus récente d'abord")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            {
                "proposer": self._proposer,
                "differences": self._differences,
                "approuver": self._approuver,
                "retirer": self._retirer,
                "lister": self._lister,
            }[options["sous_commande"]](options)
        except (DecisionImpossible, MatriceInvalide) as erreur:
            raise CommandError(str(erreur)) from erreur

    def _proposer(self, options: dict[str, Any]) -> None:
        chemin: Path = options["fichier"]
        try:
            with chemin.open("rb") as flux:
                contenu = flux.read(OCTETS_MAX + 1)
        except OSError as erreur:
            raise CommandError(f"Fichier illisible : {erreur.strerror}") from erreur
        version = proposer_matrice(
            contenu=contenu, source=chemin.name, effet_le=options["effet"], par=options["par"]
        )
        self._montrer(differences(version))
        self.stdout.write(
            f"Matrice proposée : {version.pk} ({version.bilan['cases']} cases, effet le "
            f"{version.effet_le:%d/%m/%Y}). Une autre personne doit l'approuver."
        )

    def _differences(self, options: dict[str, Any]) -> None:
        version = VersionMatrice.objects.filter(pk=options["id"]).first()
        if version is None:
            raise CommandError("Aucune matrice ne porte cet identifiant.")
        self._montrer(differences(version))

    def _approuver(self, options: dict[str, Any]) -> None:
        version = approuver_matrice(version_id=options["id"], par=options["par"])
        self.stdout.write(f"Matrice approuvée, en vigueur le {version.effet_le:%d/%m/%Y}.")

    def _retirer(self, options: dict[str, Any]) -> None:
        retirer_matrice(version_id=options["id"], par=options["par"])
        reste = version_en_vigueur(aujourdhui_a_paris())
        if reste is None:
            self.stdout.write(
                self.style.WARNING(
                    "Matrice retirée. Aucune matrice n'est en vigueur : les professionnels ne "
                    "lisent plus que leurs propres documents."
                )
            )
        else:
            self.stdout.write(f"Matrice retirée. En vigueur : {reste.pk} ({reste.source}).")

    def _lister(self, options: dict[str, Any]) -> None:
        en_vigueur = version_en_vigueur(aujourdhui_a_paris())
        for version in VersionMatrice.objects.order_by("-proposee_le"):
            self.stdout.write(
                f"{version.pk}  effet {version.effet_le:%d/%m/%Y}  {_etat(version, en_vigueur)}  "
                f"{version.source}"
            )

    def _montrer(self, vues: Differences) -> None:
        avec = "aucune matrice en vigueur" if vues.reference is None else str(vues.reference)
        self.stdout.write(f"Comparée à : {avec}")
        if not vues.par_profession:
            self.stdout.write("Aucune différence.")
        for code, ecart in vues.par_profession.items():
            connue = professions().get(code)
            self.stdout.write(f"{connue.libelle if connue else code} ({code})")
            for phrase in _phrases(ecart, vues):
                self.stdout.write(f"  {phrase}")
        if vues.dossiers is None:
            self.stdout.write("Documents et dossiers touchés : inconnu (pas d'accès de comptage).")
        else:
            self.stdout.write(f"Dossiers touchés : {vues.dossiers}")


def _etat(version: VersionMatrice, en_vigueur: VersionMatrice | None) -> str:
    if version.retiree_le is not None:
        return f"retirée par {version.retiree_par}"
    if version.approuvee_le is None:
        return f"proposée par {version.proposee_par}"
    if version == en_vigueur:
        return f"EN VIGUEUR, approuvée par {version.approuvee_par}"
    return f"approuvée par {version.approuvee_par}"


def _phrases(ecart: Ecarts, vues: Differences) -> list[str]:
    phrases = []
    for titre, noms, compte in (
        ("lecture ouverte", ecart.ouverts, True),
        ("lecture fermée", ecart.fermes, True),
        ("cases ajoutées", ecart.ajoutes, False),
        ("cases retirées", ecart.retires, False),
        ("dépôt modifié", ecart.ecriture, False),
    ):
        if not noms:
            continue
        liste = ", ".join(noms[:_CODES_AFFICHES]) + ("…" if len(noms) > _CODES_AFFICHES else "")
        documents = vues.documents(noms) if compte else None
        suite = "" if documents is None else f" [{documents} documents]"
        phrases.append(f"{titre} : {len(noms)} ({liste}){suite}")
    return phrases
