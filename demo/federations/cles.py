"""The signing keys of one federation: kept in a file, published, rotated on demand.

Free of Django, so that tests may read the keys of a running stand-in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import JoseError

from demo.federations.scenarios import Scenario

ALGORITHME = "RS256"
TAILLE = 2048


class JetonInvalide(Exception):
    """The token is not one that this federation signed with a key it still publishes."""


def ecrire_prive(fichier: Path, contenu: str) -> None:
    """Writes a file for its owner only; a reader sees the old content or the new one, whole."""
    descripteur, provisoire = tempfile.mkstemp(dir=fichier.parent, prefix=f".{fichier.name}.")
    with open(descripteur, "w", encoding="utf-8") as sortie:  # mkstemp gives mode 0600
        sortie.write(contenu)
        sortie.flush()
        os.fsync(sortie.fileno())
    os.replace(provisoire, fichier)


def _nouvelle_cle() -> jwk.RSAKey:
    return jwk.RSAKey.generate_key(TAILLE, {"use": "sig", "alg": ALGORITHME}, auto_kid=True)


def _base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class Trousseau:
    """The published keys, the newest first: that one signs."""

    def __init__(self, fichier: Path) -> None:
        """Reads the keys of `fichier`, or draws a first one and writes it there."""
        self._fichier = fichier
        self._verrou = threading.Lock()
        if fichier.exists():
            lues = json.loads(fichier.read_text(encoding="utf-8"))
            self._cles = tuple(jwk.RSAKey.import_key(cle) for cle in lues)
        else:
            self._cles = (_nouvelle_cle(),)
            self._ecrire()

    def _ecrire(self) -> None:
        ecrire_prive(self._fichier, json.dumps([cle.as_dict(private=True) for cle in self._cles]))

    @property
    def kids(self) -> list[str]:
        """The identifiers of the published keys, the signing one first."""
        return [str(cle.kid) for cle in self._cles]

    def jwks(self) -> dict[str, Any]:
        """The public keys, as the `jwks_uri` endpoint serves them."""
        return {"keys": [cle.as_dict(private=False) for cle in self._cles]}

    def tourner(self, *, retirer: bool) -> None:
        """Signs with a new key from now on. The former ones stay published unless `retirer`."""
        with self._verrou:
            self._cles = (_nouvelle_cle(), *(() if retirer else self._cles))
            self._ecrire()

    def signer(self, revendications: Mapping[str, Any], scenario: Scenario | None = None) -> str:
        """A compact JWS of the claims, RS256 with `kid`; or a forged one for the scenarios."""
        cle = self._cles[0]
        entete = {"alg": ALGORITHME, "typ": "JWT", "kid": str(cle.kid)}
        charge = dict(revendications)
        match scenario:
            case Scenario.CLE_INCONNUE:
                inconnue = _nouvelle_cle()
                return jwt.encode({**entete, "kid": str(inconnue.kid)}, charge, inconnue)
            case Scenario.SIGNATURE_FAUSSE:
                return jwt.encode(entete, charge, _nouvelle_cle())
            case Scenario.ALG_NONE:
                return _assembler({"alg": "none", "typ": "JWT"}, charge, b"")
            case Scenario.ALG_HS256:
                # The published key, misused as a shared secret: it works on verifiers that let
                # the token choose the algorithm.
                return _assembler({**entete, "alg": "HS256"}, charge, cle.as_pem(private=False))
            case _:
                return jwt.encode(entete, charge, cle)

    def verifier(self, jeton: str) -> dict[str, Any]:
        """The claims of a token that we signed, expired or not; JetonInvalide otherwise."""
        try:
            cles = jwk.KeySet(list(self._cles))
            return dict(jwt.decode(jeton, cles, algorithms=[ALGORITHME]).claims)
        except (JoseError, ValueError) as erreur:
            raise JetonInvalide from erreur


def _assembler(entete: Mapping[str, str], charge: Mapping[str, Any], secret: bytes) -> str:
    """A JWS made by hand, for algorithms that no serious library signs with."""
    debut = ".".join(_base64(json.dumps(partie).encode()) for partie in (entete, charge))
    signature = hmac.digest(secret, debut.encode(), hashlib.sha256) if secret else b""
    return f"{debut}.{_base64(signature)}"
