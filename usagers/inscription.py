"""Opening espaces from a file of people whose identity was qualified elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from journal.faits import ActeurTrace
from mes.socle.identifiants import (
    IdentifiantInvalide,
    Ins,
    TraitsStricts,
    ins_recue,
    valider_oid_ins,
)
from usagers.actions import EspaceExistant, ouvrir_espace
from usagers.identite import oids_acceptes_ici
from usagers.models import Statut

CHAMPS = frozenset(
    {
        "ins",
        "oid",
        "nom_naissance",
        "prenoms",
        "date_naissance",
        "sexe",
        "lieu_naissance",
        "active",
    }
)


class LigneInvalide(ValueError):
    """The line can't open an espace; `str()` is French and never quotes the person's data."""


@dataclass(frozen=True, slots=True)
class Inscription:
    """The espace opened, or the one that was already there, and what was odd."""

    espace_id: str
    deja_ouvert: bool
    avertissements: tuple[str, ...]


def inscrire_ligne(texte: str, *, acteur: ActeurTrace) -> Inscription:
    """Opens the espace of one JSON line with a qualified identity. Raises LigneInvalide.

    The INS comes from another system: a wrong key warns and is kept as received, the OID must be
    one of this environment (table of decisions, « Identifiers and titles »).
    """
    champs = _objet(texte)
    prenoms = champs.get("prenoms", "")
    if isinstance(prenoms, list):
        prenoms = " ".join(map(str, prenoms))
    active = champs.get("active", True)
    if not isinstance(active, bool):
        raise LigneInvalide("« active » vaut true ou false")
    try:
        acceptes = oids_acceptes_ici()
        recue = ins_recue(_texte(champs, "ins"), _texte(champs, "oid"), acceptes=acceptes)
        valider_oid_ins(recue.oid, acceptes=acceptes)
        if len(recue.matricule) != 15:
            raise LigneInvalide("le matricule INS fait 15 caractères, clé comprise")
        traits = TraitsStricts.depuis_saisie(
            nom_naissance=_texte(champs, "nom_naissance"),
            prenoms=str(prenoms),
            date_naissance=_texte(champs, "date_naissance"),
            sexe=_texte(champs, "sexe"),
            lieu_naissance=_texte(champs, "lieu_naissance"),
        )
    except IdentifiantInvalide as erreur:
        raise LigneInvalide(str(erreur)) from erreur
    avertissements = tuple(str(avertissement) for avertissement in recue.avertissements)
    try:
        espace = ouvrir_espace(
            traits=traits,
            ins=Ins(recue.matricule, recue.oid),
            acteur=acteur,
            trouvee_insi=True,
            piece_controlee=True,
            statut=Statut.ACTIVE if active else Statut.OUVERT_NON_ACTIVE,
        )
    except EspaceExistant as existant:
        return Inscription(str(existant.espace_id), True, avertissements)
    return Inscription(str(espace.pk), False, avertissements)


def _objet(texte: str) -> dict[str, Any]:
    try:
        champs = json.loads(texte)
    except json.JSONDecodeError as erreur:
        raise LigneInvalide("ce n'est pas un objet JSON") from erreur
    if not isinstance(champs, dict):
        raise LigneInvalide("ce n'est pas un objet JSON")
    inconnus = sorted(set(champs) - CHAMPS)
    if inconnus:
        raise LigneInvalide(f"champ inconnu : {', '.join(inconnus)}")
    return champs


def _texte(champs: dict[str, Any], nom: str) -> str:
    valeur = champs.get(nom)
    if not isinstance(valeur, str) or not valeur.strip():
        raise LigneInvalide(f"« {nom} » est obligatoire")
    return valeur
