"""The claims of Pro Santé Connect."""

from __future__ import annotations

from typing import Any

from demo.federations.federation import PSC
from demo.federations.models import Authentification
from demo.federations.psc.moyens import DESCRIPTIONS, Moyen
from demo.federations.psc.personnes import professionnels, revendications
from demo.federations.validateur import ValidateurFederation


class ValidateurPSC(ValidateurFederation):
    """Tokens carry the national identifier; the exercices are only in the userinfo."""

    federation = PSC

    def revendications_de_session(self, authentification: Authentification) -> dict[str, Any]:
        personne = professionnels()[authentification.personne]
        return {
            "sub": personne.sub,
            "SubjectNameID": personne.id_national,
            "preferred_username": personne.id_national,
            "otherIds": personne.autres_identifiants,
            "authMode": DESCRIPTIONS[Moyen(authentification.moyen)].mode,
        }

    def revendications_userinfo(self, authentification: Authentification) -> dict[str, Any]:
        personne = professionnels()[authentification.personne]
        return revendications(personne, Moyen(authentification.moyen))

    def introspecter(self, jeton: str) -> dict[str, Any]:
        """As the real one: the professional is only named for an access token."""
        reponse = super().introspecter(jeton)
        if reponse.get("typ") != "Bearer":
            reponse.pop("SubjectNameID", None)
        return reponse
