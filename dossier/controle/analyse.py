"""Antivirus (R-DOC-26): the port, the built-in EICAR-only one, and clamd."""

from __future__ import annotations

import re
import socket
import struct
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Verdict(StrEnum):
    """What an analyser says of a file."""

    SAIN = "sain"
    INFECTE = "infecte"


class AnalyseImpossible(Exception):
    """No verdict: the analyser is unreachable or refused. The file is never served then."""


class Analyseur(Protocol):
    """What looks for malware in a file."""

    @property
    def nom(self) -> str:
        """The analyser, in words for the screens: a limited one says that it is."""
        ...

    def analyser(self, octets: bytes) -> Verdict:
        """The verdict, or AnalyseImpossible. Never a default one."""
        ...


# In two pieces, so that this very file isn't taken for the test file that it recognises.
_EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True, slots=True)
class EicarSeulement:
    """The built-in analyser of demonstrations: it only knows the EICAR test file, and says so."""

    nom: str = "analyse de démonstration : seul le fichier de test EICAR est reconnu"

    def analyser(self, octets: bytes) -> Verdict:
        """Infected when the EICAR test string is anywhere in the bytes."""
        return Verdict.INFECTE if _EICAR in octets else Verdict.SAIN


_MORCEAU = 64 * 1024
_REPONSE_MAX = 4096


@dataclass(frozen=True, slots=True)
class Clamd:
    """A client of clamd's INSTREAM over TCP. `delai`: seconds for the whole exchange.

    Fails closed: only « stream: OK » is clean; a time-out, a refusal, a cut or an unknown answer
    raises AnalyseImpossible.
    """

    hote: str
    port: int = 3310
    delai: float = 30.0
    nom: str = "ClamAV"

    def analyser(self, octets: bytes) -> Verdict:
        """Sends the bytes and waits for the verdict; raises AnalyseImpossible."""
        echeance = time.monotonic() + self.delai
        try:
            with socket.create_connection((self.hote, self.port), timeout=self.delai) as lien:
                self._envoyer(lien, octets, echeance)
                reponse = self._recevoir(lien, echeance)
        except OSError as erreur:
            raise AnalyseImpossible("L'antivirus ne répond pas.") from erreur
        return self._interpreter(reponse)

    @staticmethod
    def _attendre(lien: socket.socket, echeance: float) -> None:
        reste = echeance - time.monotonic()
        if reste <= 0:
            raise TimeoutError("clamd took too long")
        lien.settimeout(reste)

    def _envoyer(self, lien: socket.socket, octets: bytes, echeance: float) -> None:
        try:
            self._attendre(lien, echeance)
            lien.sendall(b"zINSTREAM\0")
            for debut in range(0, len(octets), _MORCEAU):
                morceau = octets[debut : debut + _MORCEAU]
                self._attendre(lien, echeance)
                lien.sendall(struct.pack(">I", len(morceau)) + morceau)
            lien.sendall(struct.pack(">I", 0))
        except (BrokenPipeError, ConnectionResetError):
            # clamd stops reading above its own limit, then says why: the answer is still there.
            return

    def _recevoir(self, lien: socket.socket, echeance: float) -> bytes:
        reponse = b""
        while not reponse.endswith(b"\0") and len(reponse) < _REPONSE_MAX:
            self._attendre(lien, echeance)
            morceau = lien.recv(_REPONSE_MAX)
            if not morceau:
                raise ConnectionError("clamd cut the answer")
            reponse += morceau
        return reponse.removesuffix(b"\0")

    def _interpreter(self, reponse: bytes) -> Verdict:
        texte = reponse.decode("utf-8", "replace").strip()
        if texte == "stream: OK":
            return Verdict.SAIN
        if re.fullmatch(r"stream: .+ FOUND", texte):
            return Verdict.INFECTE
        raise AnalyseImpossible("L'antivirus n'a pas pu analyser le fichier.")
