"""A file in the making, which may be large: bounded memory, and nothing readable on the disk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

from mes.socle.chiffrement import Cle

BLOC = 1 << 18
EN_MEMOIRE = 1 << 22


class TamponScelle(io.RawIOBase):
    """Written once, in order, then read once by `blocs`.

    Above EN_MEMOIRE bytes it goes to a nameless temporary file, sealed block by block under a key
    that only this object knows: what a killed process leaves opens for nobody.
    """

    def __init__(self) -> None:
        self._fichier = SpooledTemporaryFile(max_size=EN_MEMOIRE)  # noqa: SIM115 - closed by `close`
        self._cle = Cle.nouvelle()
        self._reste = bytearray()
        self._tailles: list[int] = []
        self.taille = 0
        """Bytes written, in clear."""

    def writable(self) -> bool:
        return True

    def write(self, octets: Any) -> int:
        self._reste += octets
        while len(self._reste) >= BLOC:
            self._sceller(BLOC)
        self.taille += len(octets)
        return len(octets)

    def _sceller(self, taille: int) -> None:
        scelle = self._cle.sceller(bytes(self._reste[:taille]), lieu=self._lieu(len(self._tailles)))
        self._fichier.write(scelle)
        self._tailles.append(len(scelle))
        del self._reste[:taille]

    def _lieu(self, rang: int) -> str:
        return f"journal.tampon:{rang}"

    def blocs(self) -> Iterator[bytes]:
        """What was written; nothing is left of it afterwards."""
        try:
            self._fichier.seek(0)
            for rang, taille in enumerate(self._tailles):
                yield self._cle.desceller(self._fichier.read(taille), lieu=self._lieu(rang))
            yield bytes(self._reste)
        finally:
            self.close()

    def close(self) -> None:
        self._fichier.close()
        self._reste.clear()
        super().close()
