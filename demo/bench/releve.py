"""The table of a run: one line by scenario, its goal, whether it is reached."""

from __future__ import annotations

import os
from dataclasses import dataclass

_COLONNES = (
    ("scénario", 41),
    ("mesure", 14),
    ("p50 ms", 8),
    ("p95 ms", 8),
    ("web ms", 8),
    ("base ms", 8),
    ("client ms", 10),
    ("libre", 8),
    ("/ nue", 7),
    ("objectif", 10),
    ("", 12),
)


@dataclass(frozen=True, slots=True)
class Ligne:
    """What one scenario gave; milliseconds by request, None where the column means nothing."""

    libelle: str
    valeur: float
    unite: str = "/s"
    p50: float | None = None
    p95: float | None = None
    web: float | None = None
    """Processor time of the web server."""
    base: float | None = None
    """Processor time of PostgreSQL."""
    client: float | None = None
    """Processor time of the clients, which share the cores."""
    rapport: float | None = None
    """To the bare view of the same run."""
    objectif: float | None = None

    @property
    def libre(self) -> float | None:
        """How many by second the processor time of one request allows, were nothing else running.

        An estimate, which another load of the machine hardly moves; the goal is for what was
        measured.
        """
        if self.web is None or self.base is None or self.client is None:
            return None
        return 1000 * (os.cpu_count() or 1) / max(self.web + self.base + self.client, 0.001)

    @property
    def verdict(self) -> str:
        if self.objectif is None:
            return ""
        return "tenu" if self.valeur >= self.objectif else "en dessous"

    def cellules(self) -> tuple[str, ...]:
        return (
            self.libelle,
            f"{nombre(self.valeur)} {self.unite}",
            *(nombre(mesure) for mesure in (self.p50, self.p95, self.web, self.base, self.client)),
            nombre(self.libre),
            nombre(self.rapport, 2),
            nombre(self.objectif),
            self.verdict,
        )


def nombre(valeur: float | None, decimales: int | None = None) -> str:
    """French writing, three significant digits or so; empty for None."""
    if valeur is None:
        return ""
    if decimales is None:
        decimales = 0 if valeur >= 100 or valeur == int(valeur) else 1 if valeur >= 10 else 2
    return f"{valeur:,.{decimales}f}".replace(",", " ").replace(".", ",")


def en_tete() -> str:
    return _aligner(tuple(titre for titre, _ in _COLONNES))


def en_texte(ligne: Ligne) -> str:
    return _aligner(ligne.cellules())


def _aligner(cellules: tuple[str, ...]) -> str:
    premiere, *autres = (
        cellule.ljust(largeur) if rang == 0 else cellule.rjust(largeur)
        for rang, (cellule, (_, largeur)) in enumerate(zip(cellules, _COLONNES, strict=True))
    )
    return "".join((premiere, *autres)).rstrip()
