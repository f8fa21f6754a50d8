"""Identity: strict traits, INS, complementary traits, and the blind indexes that find them (R-INS)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from mes.socle.identifiants import (
    Environnement,
    Ins,
    TraitsStricts,
    normaliser_nir,
    normaliser_trait,
    oids_acceptes,
)
from mes.socle.trousseau import index
from usagers.models import Identite, StatutIdentite

AGE_MAJORITE = 18


def oids_acceptes_ici() -> frozenset[str]:
    """OIDs of the INS that enter in this environment (R-INS-03)."""
    return oids_acceptes(Environnement(settings.MES_ENVIRONNEMENT), aussi=settings.MES_OID_INS)


def index_ins(matricule: str) -> bytes:
    """Blind index of a matricule: the OID is policy, the number is the person."""
    return index().aveugle("usagers.ins", normaliser_nir(matricule))


def index_traits(nom: str, prenom: str, date_naissance: date) -> bytes:
    """Blind index of birth name, first name and birth date, as a professional types them."""
    valeur = f"{normaliser_trait(nom)}|{normaliser_trait(prenom)}|{date_naissance.isoformat()}"
    return index().aveugle("usagers.traits", valeur)


def date_majorite(date_naissance: date) -> date:
    """The day of the eighteenth birthday; the 29th of February becomes the 1st of March."""
    annee = date_naissance.year + AGE_MAJORITE
    try:
        return date_naissance.replace(year=annee)
    except ValueError:
        return date(annee, 3, 1)


@dataclass(frozen=True, slots=True)
class TraitsComplementaires:
    """Shown beside the strict traits, never instead of them (R-INS-05)."""

    nom_usage: str = ""
    prenom_utilise: str = ""


def fiche(
    ins: Ins | None, traits: TraitsStricts, complementaires: TraitsComplementaires
) -> dict[str, Any]:
    """The sealed part of an `Identite`."""
    return {
        "matricule": ins.matricule if ins else "",
        "oid": ins.oid if ins else "",
        "nom_naissance": traits.nom_naissance,
        "prenoms": traits.prenoms,
        "date_naissance": traits.date_naissance.isoformat(),
        "sexe": str(traits.sexe),
        "lieu_naissance": traits.lieu_naissance,
        "nom_usage": complementaires.nom_usage,
        "prenom_utilise": complementaires.prenom_utilise,
    }


def nom_affiche(traits: Mapping[str, Any]) -> str:
    """« Prénom NOM », with the names in use beside those of birth (R-INS-05)."""
    premier = str(traits["prenoms"]).split(" ", 1)[0].title()
    prenom = traits.get("prenom_utilise") or premier
    nom = traits.get("nom_usage") or traits["nom_naissance"]
    return f"{prenom} {nom}"


def ins_transmissible(identite: Identite, traits: Mapping[str, Any]) -> str:
    """The INS to send out, empty unless the identity is qualified (R-INS-04)."""
    return str(traits["matricule"]) if identite.statut is StatutIdentite.QUALIFIEE else ""
