"""The lies a federation can be told to tell, so that a service can prove it does not believe them.

Chosen for one authorization (parameter `scenario` of the authorization request) or for the next
ones (control endpoint). A real federation has nothing of the kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Scenario(StrEnum):
    """What goes wrong. The first group alters the id_token, the second how it is signed."""

    NONCE_FAUX = "nonce_faux"
    NONCE_ABSENT = "nonce_absent"
    AUD_FAUX = "aud_faux"
    AZP_FAUX = "azp_faux"
    ISS_FAUX = "iss_faux"
    EXPIRE = "expire"
    EMIS_DANS_LE_FUTUR = "emis_dans_le_futur"
    AT_HASH_FAUX = "at_hash_faux"
    ACR_INFERIEUR = "acr_inferieur"
    ACR_ABSENT = "acr_absent"
    ACR_SUPERIEUR = "acr_superieur"
    """No lie: the real service was seen to give more than it was asked for."""

    CLE_INCONNUE = "cle_inconnue"
    SIGNATURE_FAUSSE = "signature_fausse"
    ALG_NONE = "alg_none"
    ALG_HS256 = "alg_hs256"

    STATE_FAUX = "state_faux"
    SUB_DIFFERENT = "sub_different"
    """The userinfo speaks of somebody else than the id_token."""

    INDISPONIBLE = "indisponible"
    """Every endpoint answers 503."""
    JETON_INDISPONIBLE = "jeton_indisponible"
    USERINFO_INDISPONIBLE = "userinfo_indisponible"


ACR_INSUFFISANT = "0"
"""OpenID Connect Core §2: the authentication did not even reach level 1."""

AUTRE_SERVICE = "un-autre-service"
ECART = 3600
"""Seconds: far beyond any tolerated clock difference."""


def alterer_jeton_identite(
    revendications: Mapping[str, Any], scenario: Scenario | None
) -> dict[str, Any]:
    """Returns a copy of the id_token's claims, with the lie of the scenario if it is about them."""
    alterees = dict(revendications)
    match scenario:
        case Scenario.NONCE_FAUX:
            alterees["nonce"] = "un-nonce-que-personne-n-a-demande"
        case Scenario.NONCE_ABSENT:
            alterees.pop("nonce", None)
        case Scenario.AUD_FAUX:
            alterees["aud"] = AUTRE_SERVICE
        case Scenario.AZP_FAUX:
            alterees["azp"] = AUTRE_SERVICE
        case Scenario.ISS_FAUX:
            alterees["iss"] = f"{revendications['iss']}-imposteur"
        case Scenario.EXPIRE:
            for instant in ("iat", "exp", "auth_time"):
                alterees[instant] = revendications[instant] - ECART
        case Scenario.EMIS_DANS_LE_FUTUR:
            for instant in ("iat", "exp"):
                alterees[instant] = revendications[instant] + ECART
        case Scenario.AT_HASH_FAUX:
            alterees["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA"
        case Scenario.ACR_INFERIEUR:
            alterees["acr"] = ACR_INSUFFISANT
        case Scenario.ACR_ABSENT:
            alterees.pop("acr", None)
        case Scenario.ACR_SUPERIEUR:
            alterees["acr"] = "eidas3"
        case _:
            pass
    return alterees
