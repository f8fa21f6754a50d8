"""How a professional proves who they are: CPS card, e-CPS on a phone, FIDO key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ACR = ("eidas1", "eidas2", "eidas3")
"""The levels, weakest first."""

_OID_PALIER = "1.2.250.1.213.1.5.1.1.1"


class Moyen(StrEnum):
    CARTE = "carte"
    ECPS = "ecps"
    FIDO = "fido"


@dataclass(frozen=True, slots=True)
class Description:
    libelle: str
    aide: str
    palier: str
    """`Palier_Authentification`, `code^OID`."""
    mode: str
    """`authMode` of the tokens."""
    acr_max: str


DESCRIPTIONS = {
    # The codes are those of TRE_R231. The real service is only known to serve APPPRIP3; that each
    # means has its own is the stand-in's convention, for a FIDO key that does not exist yet.
    Moyen.CARTE: Description(
        libelle="Carte CPS",
        aide="Lecteur de carte et code porteur",
        palier=f"APPPRIP3^{_OID_PALIER}",
        mode="CARD",
        acr_max="eidas3",
    ),
    Moyen.ECPS: Description(
        libelle="e-CPS",
        aide="Application mobile, avec un code de rapprochement à deux chiffres",
        palier=f"APPPRIP2^{_OID_PALIER}",
        mode="MOBILE",
        acr_max="eidas2",
    ),
    Moyen.FIDO: Description(
        libelle="Clé FIDO",
        aide="Clé de sécurité branchée ou sans contact",
        palier=f"APPPUBP2^{_OID_PALIER}",
        mode="FIDO",
        acr_max="eidas2",
    ),
}


def acr_rendu(acr_values: str, moyen: Moyen) -> str | None:
    """The first level asked for that the means reaches; None when it reaches none of them.

    `acr_values` is the space-separated list of the request, by order of preference; empty, it is
    read as eidas1.
    """
    plafond = ACR.index(DESCRIPTIONS[moyen].acr_max)
    for niveau in acr_values.split() or [ACR[0]]:
        if niveau in ACR and ACR.index(niveau) <= plafond:
            return niveau
    return None
