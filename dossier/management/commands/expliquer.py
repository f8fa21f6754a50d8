"""`expliquer --rpps N --ins INS`: why a professional may, or may not, reach this record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from dossier.models import Document, EtatAnalyse, EtatDocument
from habilitations.acces import ouvrir_pour_le_systeme
from habilitations.explication import (
    ExplicationAcces,
    ExplicationImpossible,
    FaitsDuDocument,
    espace_de,
    expliquer_acces,
    expliquer_document,
)
from habilitations.politique import Masque, Mode
from journal.faits import ActeurTrace, Fait, GenreActeur
from journal.inscription import Inscription, inscrire
from mes.socle.identifiants import valider_rpps
from professionnels.models import Professionnel

EXPLOITANT = ActeurTrace(GenreActeur.SYSTEME, None, "L'exploitant de la plateforme", "assistance")
ERREUR_DE_SAISIE = 2
_SECRETS = frozenset({Masque.INVISIBLE_PATIENT, Masque.INVISIBLE_REPRESENTANTS_LEGAUX})


class Command(BaseCommand):
    help = "Explique une décision d'accès en français, sans rien lire du contenu du dossier."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rpps", required=True, help="professionnel, clé comprise")
        parser.add_argument("--ins", required=True, help="matricule INS du patient, clé comprise")
        objet = parser.add_mutually_exclusive_group()
        objet.add_argument("--document", type=UUID, help="identifiant d'un document")
        objet.add_argument("--type", default="", help="code d'un type de document")
        parser.add_argument("--mode", choices=list(Mode), default=str(Mode.NORMAL))
        parser.add_argument("--json", action="store_true", help="une ligne JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        rpps, ins, mode = options["rpps"], options["ins"], options["mode"]
        document_id: UUID | None = options["document"]
        try:
            with transaction.atomic():
                espace_id = espace_de(ins).pk
                if document_id is None:
                    explication = expliquer_acces(rpps, ins, options["type"], mode)
                    _tracer(espace_id, rpps)
                else:
                    faits = _faits_du_document(espace_id, document_id)
                    explication = expliquer_document(rpps, ins, faits, mode)
                    secret = not faits.masques.isdisjoint(_SECRETS)
                    _tracer(espace_id, rpps, document_id=document_id, reservee=secret)
        except ExplicationImpossible as erreur:
            raise CommandError(str(erreur), returncode=ERREUR_DE_SAISIE) from erreur
        if options["json"]:
            self.stdout.write(json.dumps(asdict(explication), ensure_ascii=False))
            return
        for ligne in _en_francais(explication):
            self.stdout.write(ligne)


def _faits_du_document(espace_id: UUID, document_id: UUID) -> FaitsDuDocument:
    """The clear columns that the decision needs. Raises ExplicationImpossible."""
    with ouvrir_pour_le_systeme(espace_id):
        document = (
            Document.objects.filter(pk=document_id, espace_id=espace_id)
            .exclude(etat__in=[EtatDocument.SUPPRIME, EtatDocument.ECARTE])
            .exclude(analyse=EtatAnalyse.INFECTE)
            .values("type_code", "masques", "auteur_genre", "auteur_id")
            .first()
        )
    if document is None:
        raise ExplicationImpossible("Aucun document de cet espace ne porte cet identifiant.")
    return FaitsDuDocument(
        type_document=document["type_code"],
        masques=frozenset(map(Masque, document["masques"])),
        auteur_genre=document["auteur_genre"],
        auteur_id=document["auteur_id"],
    )


def _tracer(
    espace_id: UUID, rpps: str, *, document_id: UUID | None = None, reservee: bool = False
) -> None:
    """The patient sees in her history that somebody looked at these rights (R-TRA-01).

    `reservee`: what is kept from her, or from her representatives, is not named on the visible
    chain either.
    """
    professionnel = Professionnel.objects.get(rpps=valider_rpps(rpps))
    inscrire(
        espace_id,
        Inscription(
            Fait.DECISION_EXPLIQUEE,
            EXPLOITANT,
            objet_id=document_id,
            details={"titre": str(professionnel)},
            reservee=reservee,
        ),
    )


def _en_francais(explication: ExplicationAcces) -> Iterator[str]:
    for rang, exercice in enumerate((explication, *explication.autres)):
        if rang:
            yield ""
        yield exercice.exercice
        yield exercice.phrase
        yield f"Motif {exercice.motif}, règle {exercice.regle}, ligne {exercice.ligne} de la page."
        yield "Lignes examinées :"
        for etape in exercice.etapes:
            fin = " (cette ligne décide)" if etape.arrete else ""
            yield f"  {etape.ligne} — {etape.question} {etape.reponse}{fin}"
        yield "Ce qui changerait la réponse :"
        for phrase in exercice.changerait or ("Rien de ce qu'une personne peut changer.",):
            yield f"  {phrase}"
