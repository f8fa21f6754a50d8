"""Reads the files of the directory line by line: plain, gzip or zip, never whole in memory.

Nothing of a line ever reaches a message: its number and what is wrong with it are enough.
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Final, cast

from professionnels.cles_recherche import cle_recherche

OCTETS_PAR_LIGNE: Final = 65_536
OCTETS_PAR_FICHIER: Final = 4 * 1024**3
"""Once decompressed. The people's file is about 1 GB."""
_ECHANTILLON: Final = 1024 * 1024
_CONTROLE = re.compile("[\x00-\x1f\x7f-\x9f]")


class FichierIllisible(Exception):
    """The whole file can't be read; the French text says which one and why."""


@dataclass(frozen=True, slots=True)
class Ligne:
    """A line by its number (from 1); `texte` is None when it can't be read, `motif` says why."""

    numero: int
    texte: str | None
    motif: str = ""


@dataclass(slots=True)
class Position:
    """How far the reading is, in bytes of the file as it lies on disk."""

    total: int
    _brut: IO[bytes] | None = field(default=None, repr=False)

    @property
    def lus(self) -> int:
        return 0 if self._brut is None or self._brut.closed else self._brut.tell()


@dataclass(frozen=True, slots=True)
class Source:
    """An opened file: its name, where the reading stands, its lines (to be consumed once)."""

    nom: str
    position: Position
    lignes: Iterator[Ligne]


@contextmanager
def ouvrir(chemin: Path, *, membre: str) -> Iterator[Source]:
    """Opens a file of the directory; in a zip, the member whose name holds `membre`.

    Raises FichierIllisible, at once or while the lines are read.
    """
    with ExitStack() as pile:
        try:
            brut = pile.enter_context(chemin.open("rb"))
            position = Position(chemin.stat().st_size, brut)
        except OSError as erreur:
            raise FichierIllisible(f"{chemin.name} : fichier introuvable ou interdit") from erreur
        try:
            flux = pile.enter_context(_decompresser(brut, chemin.name, membre))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as erreur:
            # RuntimeError is how zipfile refuses an encrypted member.
            raise FichierIllisible(f"{chemin.name} : archive illisible") from erreur
        yield Source(chemin.name, position, _lignes(flux, chemin.name))


@contextmanager
def _decompresser(brut: IO[bytes], nom: str, membre: str) -> Iterator[IO[bytes]]:
    debut = brut.read(4)
    brut.seek(0)
    if debut[:2] == b"\x1f\x8b":
        with gzip.open(brut, "rb") as decompresse:
            yield cast(IO[bytes], decompresse)
    elif debut == b"PK\x03\x04":
        with zipfile.ZipFile(brut) as archive, archive.open(_choisir(archive, nom, membre)) as flux:
            yield flux
    else:
        yield brut


def _choisir(archive: zipfile.ZipFile, nom: str, membre: str) -> zipfile.ZipInfo:
    presents = [m for m in archive.infolist() if m.filename.lower().endswith((".txt", ".csv"))]
    voulus = [m for m in presents if membre.lower() in m.filename.lower()] or presents
    if len(voulus) != 1:
        raise FichierIllisible(f"{nom} : l'archive ne contient pas un seul fichier « {membre} »")
    if voulus[0].file_size > OCTETS_PAR_FICHIER:
        raise FichierIllisible(f"{nom} : fichier trop gros une fois décompressé")
    return voulus[0]


def _lire(flux: IO[bytes], nom: str) -> Iterator[bytes]:
    """Raw lines, one too long cut just above the limit; bounded in total."""
    total = 0
    try:
        while brute := flux.readline(OCTETS_PAR_LIGNE + 1):
            total += len(brute)
            suite = brute
            while len(suite) > OCTETS_PAR_LIGNE and not suite.endswith(b"\n"):
                suite = flux.readline(OCTETS_PAR_LIGNE + 1)
                total += len(suite)
                if total > OCTETS_PAR_FICHIER:
                    break
            if total > OCTETS_PAR_FICHIER:
                raise FichierIllisible(f"{nom} : fichier trop gros une fois décompressé")
            yield brute
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as erreur:
        raise FichierIllisible(f"{nom} : fichier tronqué ou abîmé") from erreur


def _lignes(flux: IO[bytes], nom: str) -> Iterator[Ligne]:
    source = _lire(flux, nom)
    debut: list[bytes] = []
    taille = 0
    for brute in source:
        debut.append(brute)
        taille += len(brute)
        if taille >= _ECHANTILLON:
            break
    encodage = _encodage(debut)
    for numero, brute in enumerate(chain(debut, source), start=1):
        yield _decoder(numero, brute, encodage)


def _encodage(echantillon: Sequence[bytes]) -> str:
    """UTF-8 or Windows-1252, by the majority of the lines that tell; one bad line decides nothing."""
    utf8 = autres = 0
    for brute in echantillon:
        if not brute.isascii():
            try:
                brute.decode("utf-8")
            except UnicodeDecodeError:
                autres += 1
            else:
                utf8 += 1
    return "cp1252" if autres > utf8 else "utf-8"


def _decoder(numero: int, brute: bytes, encodage: str) -> Ligne:
    if len(brute) > OCTETS_PAR_LIGNE:
        return Ligne(numero, None, "ligne trop longue")
    try:
        texte = brute.decode(encodage)
    except UnicodeDecodeError:
        return Ligne(numero, None, "encodage illisible")
    texte = texte.rstrip("\r\n")
    if numero == 1:
        texte = texte.removeprefix("\ufeff")
    if _CONTROLE.search(texte):
        return Ligne(numero, None, "caractère de contrôle")
    return Ligne(numero, texte)


@dataclass(frozen=True, slots=True)
class Colonnes:
    """Where the header put the columns we read; the others may come, go and move."""

    largeur: int
    places: Mapping[str, int]

    def valeurs(self, texte: str, separateur: str) -> list[str] | None:
        """The cells of a line, or None when their number isn't the header's."""
        cellules = texte.split(separateur)
        while len(cellules) > self.largeur and not cellules[-1]:
            cellules.pop()  # the extraction ends its lines with a separator, or not
        return cellules if len(cellules) == self.largeur else None


def lire_entete(
    texte: str,
    separateur: str,
    *,
    nom: str,
    obligatoires: Mapping[str, str],
    facultatives: Mapping[str, str] | None = None,
) -> Colonnes:
    """Finds the columns by their title, whatever its case, accents and spaces.

    `obligatoires` and `facultatives`: our name → the title in the file. Raises FichierIllisible
    naming the missing columns, or those given twice.
    """
    titres = [cle_recherche(titre) for titre in texte.split(separateur)]
    while titres and not titres[-1]:
        titres.pop()
    demandes = {**obligatoires, **(facultatives or {})}
    places: dict[str, int] = {}
    for champ, titre in demandes.items():
        rangs = [rang for rang, lu in enumerate(titres) if lu == cle_recherche(titre)]
        if len(rangs) > 1:
            raise FichierIllisible(f"{nom} : colonne donnée deux fois « {titre} »")
        if rangs:
            places[champ] = rangs[0]
    absentes = [titre for champ, titre in obligatoires.items() if champ not in places]
    if absentes:
        liste = ", ".join(f"« {titre} »" for titre in absentes)
        raise FichierIllisible(f"{nom} : colonnes absentes : {liste}")
    return Colonnes(len(titres), places)
