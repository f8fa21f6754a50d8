"""Sealing at rest: AES-256-GCM bound to its place, a keyring of master keys, HMAC blind indexes.

Pure: no Django, no database. A sealed value is
    1 byte format · 2 bytes key version (big endian) · 12 bytes nonce · ciphertext and tag
and its associated data is `lieu`, a frozen label of the place with the row's uuid
(« dossier.document:018f… »): moved to another row or column, it no longer opens.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = b"\x01"
TAILLE_CLE = 32
TAILLE_NONCE = 12
_ENTETE = 1 + 2


class ChiffrementInvalide(Exception):
    """The value was altered, moved, or sealed with a key that is not in the keyring."""


def version_de(scelle: bytes) -> int:
    """Version of the key that sealed the value. Raises ChiffrementInvalide on a foreign format."""
    if len(scelle) < _ENTETE + TAILLE_NONCE + 16 or scelle[:1] != FORMAT:
        raise ChiffrementInvalide("format inconnu")
    return int.from_bytes(scelle[1:_ENTETE], "big")


@dataclass(frozen=True, slots=True, repr=False)
class Cle:
    """A 256-bit AES key and its version (0 to 65535)."""

    version: int
    octets: bytes

    def __post_init__(self) -> None:
        if len(self.octets) != TAILLE_CLE or not 0 <= self.version <= 0xFFFF:
            raise ValueError("une clé fait 32 octets et porte une version de 0 à 65535")

    @classmethod
    def nouvelle(cls, version: int = 1) -> Cle:
        return cls(version, os.urandom(TAILLE_CLE))

    def sceller(self, clair: bytes, *, lieu: str) -> bytes:
        nonce = os.urandom(TAILLE_NONCE)
        corps = AESGCM(self.octets).encrypt(nonce, clair, lieu.encode())
        return FORMAT + self.version.to_bytes(2, "big") + nonce + corps

    def desceller(self, scelle: bytes, *, lieu: str) -> bytes:
        """The clear bytes. Raises ChiffrementInvalide if altered, moved, or of another version."""
        if version_de(scelle) != self.version:
            raise ChiffrementInvalide("scellé par une autre version de la clé")
        nonce = scelle[_ENTETE : _ENTETE + TAILLE_NONCE]
        try:
            return AESGCM(self.octets).decrypt(
                nonce, scelle[_ENTETE + TAILLE_NONCE :], lieu.encode()
            )
        except InvalidTag as erreur:
            raise ChiffrementInvalide("valeur altérée ou déplacée") from erreur

    def sceller_json(self, clair: Mapping[str, Any], *, lieu: str) -> bytes:
        return self.sceller(json_canonique(clair), lieu=lieu)

    def desceller_json(self, scelle: bytes, *, lieu: str) -> dict[str, Any]:
        valeur = json.loads(self.desceller(scelle, lieu=lieu))
        if not isinstance(valeur, dict):
            raise ChiffrementInvalide("un objet JSON était attendu")
        return valeur


class Trousseau:
    """The master keys by version; the current one seals, all of them open."""

    __slots__ = ("_cles", "courante")

    def __init__(self, cles: Mapping[int, Cle], courante: int) -> None:
        if courante not in cles:
            raise ValueError("la clé courante manque au trousseau")
        self._cles = dict(cles)
        self.courante = self._cles[courante]

    @classmethod
    def depuis_texte(cls, texte: str) -> Trousseau:
        """From « 2:base64,1:base64 », the first being the current one."""
        cles: dict[int, Cle] = {}
        courante: int | None = None
        for morceau in texte.split(","):
            numero, separateur, secret = morceau.strip().partition(":")
            try:
                cle = Cle(int(numero), base64.b64decode(secret, validate=True))
            except (ValueError, binascii.Error) as erreur:
                raise ValueError(
                    "MES_CLES s'écrit « version:base64 », séparées par des virgules"
                ) from erreur
            if not separateur or cle.version in cles:
                raise ValueError("MES_CLES : version absente ou répétée")
            cles[cle.version] = cle
            courante = cle.version if courante is None else courante
        assert courante is not None
        return cls(cles, courante)

    def sceller(self, clair: bytes, *, lieu: str) -> bytes:
        return self.courante.sceller(clair, lieu=lieu)

    def desceller(self, scelle: bytes, *, lieu: str) -> bytes:
        cle = self._cles.get(version_de(scelle))
        if cle is None:
            raise ChiffrementInvalide("la clé maîtresse de cette valeur n'est plus au trousseau")
        return cle.desceller(scelle, lieu=lieu)

    def sceller_json(self, clair: Mapping[str, Any], *, lieu: str) -> bytes:
        return self.sceller(json_canonique(clair), lieu=lieu)

    def desceller_json(self, scelle: bytes, *, lieu: str) -> dict[str, Any]:
        valeur = json.loads(self.desceller(scelle, lieu=lieu))
        if not isinstance(valeur, dict):
            raise ChiffrementInvalide("un objet JSON était attendu")
        return valeur

    def est_a_jour(self, scelle: bytes) -> bool:
        return version_de(scelle) == self.courante.version


class Index:
    """Blind indexes: one HMAC-SHA-256 key by domain, derived so that domains cannot be compared."""

    __slots__ = ("_cles", "_racine")

    def __init__(self, racine: bytes) -> None:
        if len(racine) != TAILLE_CLE:
            raise ValueError("MES_CLE_INDEX fait 32 octets")
        self._racine = racine
        self._cles: dict[str, bytes] = {}

    def aveugle(self, domaine: str, valeur: str) -> bytes:
        """32 bytes; `domaine` is a frozen label (« usagers.ins »), `valeur` already normalised."""
        cle = self._cles.get(domaine)
        if cle is None:
            derivation = HKDF(
                SHA256(), TAILLE_CLE, salt=None, info=b"mes.index." + domaine.encode()
            )
            cle = self._cles[domaine] = derivation.derive(self._racine)
        return hmac.digest(cle, valeur.encode(), "sha256")


def json_canonique(valeur: Mapping[str, Any]) -> bytes:
    """UTF-8 JSON, keys sorted, no spaces: the same mapping always gives the same bytes."""
    return json.dumps(
        valeur, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()
