"""Looks for words in bytes, however they were dressed: plain, base64, hex, UTF-16, compressed.

Pure. Letters are compared without their case. What is compressed, or written in hexadecimal by
pg_dump (`\\x…`), is opened and searched in turn.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

OUVERT_MAX = 20_000_000
"""Bytes at most out of one compressed stream."""
PROFONDEUR_MAX = 3

_COMPRESSES = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
_HEXADECIMAUX = re.compile(rb"\\x([0-9a-fA-F]{8,})")


def _base64(octets: bytes) -> Iterator[bytes]:
    """What every base64 text that holds these bytes has: three alignments, two alphabets."""
    for decalage in range(3):
        code = base64.b64encode(b"\0" * decalage + octets)
        debut = -(-decalage * 8 // 6)
        fin = (decalage + len(octets)) * 8 // 6
        coeur = code[debut:fin]
        yield coeur
        yield coeur.translate(bytes.maketrans(b"+/", b"-_"))


def _casses(mot: str) -> set[str]:
    return {mot, mot.lower(), mot.upper(), mot.title(), mot.capitalize()}


def formes(mot: str) -> dict[str, set[bytes]]:
    """Name of a form → the byte strings to look for; all in lower case but base64."""
    vues: dict[str, set[bytes]] = {"brut": set(), "hexa": set(), "base64": set()}
    vues |= {"utf-16-le": set(), "utf-16-be": set()}
    for casse in _casses(mot):
        octets = casse.encode()
        vues["brut"].add(octets.lower())
        vues["hexa"].add(octets.hex().encode())
        vues["base64"] |= set(_base64(octets))
        for codage in ("utf-16-le", "utf-16-be"):
            vues[codage].add(casse.encode(codage).lower())
    return vues


class Chercheur:
    """Looks for many words at once."""

    def __init__(self, mots: Iterable[str]) -> None:
        self._formes = {mot: formes(mot) for mot in mots}
        # One expression goes through the bytes once: the words themselves are then looked for.
        self._amorces = {
            casse: re.compile(b"|".join(sorted(map(re.escape, debuts))))
            for casse in (True, False)
            if (debuts := self._debuts(casse))
        }

    def _debuts(self, base64_seulement: bool) -> set[bytes]:
        return {
            motif
            for vues in self._formes.values()
            for nom, motifs in vues.items()
            if (nom == "base64") is base64_seulement
            for motif in motifs
        }

    def trouver(self, octets: bytes, *, profondeur: int = PROFONDEUR_MAX) -> set[tuple[str, str]]:
        """(word, form) of each word that is there; « gzip: » or « \\x: » before what was opened."""
        trouves = self._ici(octets)
        if profondeur:
            for couche, dedans in _dedans(octets):
                trouves |= {
                    (mot, f"{couche}:{forme}")
                    for mot, forme in self.trouver(dedans, profondeur=profondeur - 1)
                }
        return trouves

    def _ici(self, octets: bytes) -> set[tuple[str, str]]:
        minuscules = octets.lower()
        lieux = {True: octets, False: minuscules}
        vus = {casse: set(amorce.findall(lieux[casse])) for casse, amorce in self._amorces.items()}
        if not any(vus.values()):
            return set()
        return {
            (mot, nom)
            for mot, vues in self._formes.items()
            for nom, motifs in vues.items()
            if any(motif in lieux[nom == "base64"] for motif in motifs)
        }

    def fouiller(self, racine: Path) -> dict[str, set[tuple[str, str]]]:
        """Every file under `racine`, its name included; those where something was found."""
        trouves: dict[str, set[tuple[str, str]]] = {}
        for fichier in sorted(racine.rglob("*")):
            try:
                octets = fichier.read_bytes() if fichier.is_file() else b""
            except FileNotFoundError:
                continue  # a server tidies while we read
            vus = self.trouver(octets) | self.trouver(fichier.name.encode(), profondeur=0)
            if vus:
                trouves[str(fichier.relative_to(racine))] = vus
        return trouves


def _dedans(octets: bytes) -> Iterator[tuple[str, bytes]]:
    """What is compressed or written in hexadecimal in these bytes, opened."""
    for debut in _COMPRESSES.finditer(octets):
        ouvert = _decompresser(octets[debut.start() : debut.start() + OUVERT_MAX])
        if ouvert:
            yield "gzip" if debut[0][0] == 0x1F else "zlib", ouvert
    for ecrit in _HEXADECIMAUX.finditer(octets):
        chiffres = ecrit[1]
        yield "\\x", bytes.fromhex(chiffres[: len(chiffres) & ~1].decode())


def _decompresser(octets: bytes) -> bytes:
    """The beginning of a stream as far as it opens; empty when it is none."""
    machine = zlib.decompressobj(wbits=47)  # gzip and zlib both
    try:
        return machine.decompress(octets, OUVERT_MAX)
    except zlib.error:
        return b""
