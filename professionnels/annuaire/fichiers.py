"""The three files of the directory, and how to find them in the folder of a daily extraction."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

MEMBRES: Final = {
    "personnes": "Personne_activite",
    "finess": "etalab",
    "boites": "MSSante",
}
"""Our name → what the published name always holds, in the folder as in an archive."""
_EXTENSIONS: Final = (".txt", ".csv", ".gz", ".zip")


@dataclass(frozen=True, slots=True)
class Fichiers:
    """What to import; a file that is not given leaves its tables as they are."""

    personnes: Path | None = None
    finess: Path | None = None
    boites: Path | None = None

    def __post_init__(self) -> None:
        if not self.presents():
            raise ValueError("aucun fichier à importer")

    def presents(self) -> dict[str, Path]:
        tous = {"personnes": self.personnes, "finess": self.finess, "boites": self.boites}
        return {nature: chemin for nature, chemin in tous.items() if chemin is not None}

    @property
    def octets(self) -> int:
        """Their size on disk."""
        return sum(chemin.stat().st_size for chemin in self.presents().values() if chemin.exists())


class DossierVide(Exception):
    """The folder holds none of the three files."""


def fichiers_du_dossier(dossier: Path) -> Fichiers:
    """The last file of each kind; published names end with the date. Raises DossierVide."""
    presents = sorted(
        chemin
        for chemin in dossier.iterdir()
        if chemin.is_file() and chemin.suffix.lower() in _EXTENSIONS
    )
    trouves = {
        nature: [chemin for chemin in presents if membre.lower() in chemin.name.lower()]
        for nature, membre in MEMBRES.items()
    }
    if not any(trouves.values()):
        raise DossierVide(f"aucun fichier de l'annuaire dans {dossier.name}")
    derniers = {nature: chemins[-1] for nature, chemins in trouves.items() if chemins}
    return Fichiers(**derniers)
