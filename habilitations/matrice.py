"""Versions of the matrix (R-HAB-01…07): proposed by one person, approved by another, withdrawn.

The decisions are few and grave: they wait for each other under one advisory lock, and each leaves
a line in the security journal. What the cells say at a given moment is `cases`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from habilitations.matrice_fichier import (
    Codes,
    Croisement,
    Ecarts,
    codes_de,
    comparer,
    lire_matrice,
)
from habilitations.models import CaseMatrice, VersionMatrice
from habilitations.politique import Case
from journal.faits import FaitSecurite, GenreActeur
from journal.inscription import inscrire_securite
from mes.socle.dates import aujourdhui_a_paris
from mes.socle.nomenclatures import professions, specialites, types_documents

VERROU: Final = 7230319
"""Advisory lock: one decision about the matrix at a time."""
COMPTAGE: Final = "comptage"


class DecisionImpossible(Exception):
    """A decision that can't be taken; the text is French, for the person who tried."""


class MemePersonne(DecisionImpossible):
    """The proposer tried to approve."""


# --- Reading -----------------------------------------------------------------------------------


def version_en_vigueur(jour: date) -> VersionMatrice | None:
    """The version in force that day, asked of the database each time; None: everything is refused.

    Approved, not withdrawn, its effective date reached; the latest effective date, then approval.
    """
    return VersionMatrice.objects.en_vigueur(jour).first()


# --- Differences -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Differences:
    """What a version changes, against the one that it would follow on its effective date."""

    reference: VersionMatrice | None
    par_profession: Mapping[str, Ecarts]
    documents_par_type: Mapping[str, int] | None
    """How many documents of each type that changes; None: no counting connection here."""
    dossiers: int | None
    """How many records hold at least one of them."""

    def documents(self, noms: Collection[str]) -> int | None:
        """Documents of these types (« code » or « code (spécialité) »), each counted once."""
        if self.documents_par_type is None:
            return None
        return sum(self.documents_par_type.get(code, 0) for code in codes_de(noms))

    def en_bilan(self) -> dict[str, Any]:
        """As kept with the version: counts only."""
        ouverts = {nom for e in self.par_profession.values() for nom in e.ouverts}
        fermes = {nom for e in self.par_profession.values() for nom in e.fermes}
        return {
            "reference": None if self.reference is None else str(self.reference.pk),
            "documents_ouverts": self.documents(ouverts),
            "documents_fermes": self.documents(fermes),
            "dossiers": self.dossiers,
            "par_profession": {
                profession: {
                    "ouverts": len(ecart.ouverts),
                    "fermes": len(ecart.fermes),
                    "ajoutes": len(ecart.ajoutes),
                    "retires": len(ecart.retires),
                    "ecriture": len(ecart.ecriture),
                    "documents_ouverts": self.documents(ecart.ouverts),
                    "documents_fermes": self.documents(ecart.fermes),
                }
                for profession, ecart in self.par_profession.items()
            },
        }


def differences(version: VersionMatrice) -> Differences:
    """Compares with the version in force on the effective date, as things stand now."""
    reference = VersionMatrice.objects.en_vigueur(version.effet_le).exclude(pk=version.pk).first()
    par_profession = comparer(_cellules(reference), _cellules(version))
    touches = {nom for ecart in par_profession.values() for nom in (*ecart.ouverts, *ecart.fermes)}
    comptes, dossiers = _compter_documents(sorted(codes_de(touches)))
    return Differences(reference, par_profession, comptes, dossiers)


def _cellules(version: VersionMatrice | None) -> dict[Croisement, Case]:
    if version is None:
        return {}
    lignes = version.cases.values_list(
        "profession", "specialite", "code", "lecture", "ecriture", "effectif"
    )
    return {Croisement(p, s, c): Case(lecture, *droits) for p, s, c, lecture, *droits in lignes}


def _compter_documents(codes: list[str]) -> tuple[dict[str, int] | None, int | None]:
    """Documents by type, and records, through the role that only reads named clear columns.

    SQL, because the record's models are above this layer.
    """
    if COMPTAGE not in connections.databases:
        return None, None
    try:
        with connections[COMPTAGE].cursor() as curseur:
            curseur.execute(
                "SELECT type_code, count(*) FROM dossier_document"
                " WHERE type_code = ANY(%s) AND etat <> 'supprime' GROUP BY type_code",
                [codes],
            )
            comptes = dict(curseur.fetchall())
            curseur.execute(
                "SELECT count(DISTINCT espace_id) FROM dossier_document"
                " WHERE type_code = ANY(%s) AND etat <> 'supprime'",
                [codes],
            )
            return comptes, curseur.fetchone()[0]
    except OperationalError:
        return None, None  # out of reach: unknown, which the person is told


# --- Decisions ---------------------------------------------------------------------------------


@transaction.atomic
def proposer_matrice(
    *, contenu: bytes, source: str, effet_le: date, par: str, jour: date | None = None
) -> VersionMatrice:
    """Imports a file as a version that opens nothing before somebody else approves it.

    `jour` is today in Paris. Raises MatriceInvalide (bad file), DecisionImpossible (the same file
    already waits or is in force for that date, or the date is before the version in force).
    """
    par = _nom(par)
    lues = lire_matrice(contenu, _codes())
    empreinte = hashlib.sha256(contenu).digest()
    _attendre_son_tour()
    _verifier_date(effet_le, jour or aujourdhui_a_paris())
    memes = VersionMatrice.objects.filter(empreinte=empreinte, effet_le=effet_le, retiree_le=None)
    if memes.exists():
        raise DecisionImpossible("Cette matrice est déjà proposée pour cette date.")
    version = VersionMatrice.objects.create(
        source=source[:200], empreinte=empreinte, effet_le=effet_le, proposee_par=par
    )
    CaseMatrice.objects.bulk_create(
        (
            CaseMatrice(
                version=version,
                profession=lue.croisement.profession,
                specialite=lue.croisement.specialite,
                objet=lue.objet,
                code=lue.croisement.code,
                lecture=lue.case.lecture,
                ecriture=lue.case.ecriture,
                effectif=lue.case.effectif,
                confiance=lue.confiance,
                source=lue.source,
            )
            for lue in lues
        ),
        batch_size=2000,
    )
    version.bilan = differences(version).en_bilan() | {"cases": len(lues)}
    version.save(update_fields=["bilan"])
    _journaliser(version, "proposee", par)
    return version


@transaction.atomic
def approuver_matrice(*, version_id: UUID, par: str, jour: date | None = None) -> VersionMatrice:
    """Approves a proposed version: it is in force from its effective date.

    Raises MemePersonne for the proposer; DecisionImpossible when the version is unknown, already
    approved, withdrawn, or when the version that it was compared with is no longer the one.
    """
    par = _nom(par)
    _attendre_son_tour()
    version = _version(version_id)
    if version.retiree_le is not None:
        raise DecisionImpossible("Cette matrice a été retirée : proposez-la de nouveau.")
    if version.approuvee_le is not None:
        raise DecisionImpossible("Cette matrice est déjà approuvée.")
    if _meme_nom(par, version.proposee_par):
        raise MemePersonne("La personne qui propose une matrice ne peut pas l'approuver.")
    _verifier_date(version.effet_le, jour or aujourdhui_a_paris())
    vues = differences(version)
    bilan = vues.en_bilan()
    if bilan["reference"] != version.bilan["reference"]:
        # Whoever approves must approve the differences that were shown.
        raise DecisionImpossible(
            "La matrice en vigueur a changé depuis cette proposition : retirez-la et proposez-la "
            "de nouveau pour en voir les différences."
        )
    version.bilan = version.bilan | bilan
    version.approuvee_par, version.approuvee_le = par, timezone.now()
    version.save(update_fields=["approuvee_par", "approuvee_le", "bilan"])
    _journaliser(version, "approuvee", par)
    return version


@transaction.atomic
def retirer_matrice(*, version_id: UUID, par: str) -> VersionMatrice:
    """Withdraws a version, proposed or in force: the former one holds again at the next request.

    Without a former one, everything is refused (R-HAB-03). Raises DecisionImpossible.
    """
    par = _nom(par)
    _attendre_son_tour()
    version = _version(version_id)
    if version.retiree_le is not None:
        raise DecisionImpossible("Cette matrice est déjà retirée.")
    version.retiree_par, version.retiree_le = par, timezone.now()
    version.save(update_fields=["retiree_par", "retiree_le"])
    _journaliser(version, "retiree", par)
    return version


def _nom(par: str) -> str:
    propre = " ".join(par.split())
    if not propre or len(propre) > 100:
        raise DecisionImpossible("Indiquez le nom de la personne qui décide.")
    return propre


def _meme_nom(un: str, autre: str) -> bool:
    return un.casefold() == autre.casefold()


def _attendre_son_tour() -> None:
    with connection.cursor() as curseur:
        curseur.execute("SELECT pg_advisory_xact_lock(%s)", [VERROU])


def _version(version_id: UUID) -> VersionMatrice:
    version = VersionMatrice.objects.select_for_update().filter(pk=version_id).first()
    if version is None:
        raise DecisionImpossible("Aucune matrice ne porte cet identifiant.")
    return version


def _verifier_date(effet_le: date, jour: date) -> None:
    en_vigueur = version_en_vigueur(jour)
    if en_vigueur is not None and effet_le < en_vigueur.effet_le:
        raise DecisionImpossible(
            "La date d'effet précède celle de la matrice en vigueur, qui l'emporterait : choisissez "
            f"le {en_vigueur.effet_le:%d/%m/%Y} ou après."
        )


def _codes() -> Codes:
    return Codes(
        professions=professions().keys(),
        specialites={code: lue.profession for code, lue in specialites().items()},
        types_documents=types_documents().keys(),
    )


def _journaliser(version: VersionMatrice, decision: str, par: str) -> None:
    inscrire_securite(
        FaitSecurite.DECISION_MATRICE,
        motif=decision,
        acteur_genre=GenreActeur.AGENT,
        objet_id=version.pk,
        details={
            "par": par,
            "source": version.source,
            "effet_le": version.effet_le.isoformat(),
            "empreinte": bytes(version.empreinte).hex(),
        },
    )
