"""Reads the compact notation of `personnes.py`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from calendrier import Acte, Echeance, Etat, Grossesse, Nature, Personne, Rang, Sexe
from mes.socle.dates import DateImprecise

_ACTE = re.compile(r"(examen )?(\S+) ([0-9-]+)( rappel| initiale)?")
_ATTENDU = re.compile(
    r"(?P<regle>\S+)(?: (?P<maladie>[A-Z]+))? (?P<numero>[0-9]+) "
    r"(?P<etat>à faire|en retard|à venir|fait|non concerné|rattrapage)"
    r"(?P<verifier> à vérifier)?(?: du (?P<debut>[0-9-]+))?(?: au (?P<fin>[0-9-]+))?"
)


@dataclass(frozen=True, slots=True)
class Attendu:
    regle: str
    maladie: str
    numero: int
    etat: Etat
    a_verifier: bool
    debut: date | None
    fin: date | None

    def contredit(self, echeance: Echeance) -> bool:
        """What isn't written isn't compared, but for `à vérifier` and the state."""
        return (
            self.etat is not echeance.etat
            or self.a_verifier != echeance.a_verifier
            or (self.debut is not None and self.debut != echeance.debut)
            or (self.fin is not None and self.fin != echeance.fin)
        )


def lire_acte(texte: str) -> Acte:
    forme = _ACTE.fullmatch(texte)
    assert forme, texte
    nature = Nature.EXAMEN if forme[1] else Nature.VACCIN
    rang = Rang(forme[4].strip()) if forme[4] else Rang.INCONNU
    return Acte(nature, forme[2], DateImprecise.depuis_iso(forme[3]), rang)


def lire_actes(texte: str) -> list[Acte]:
    return [lire_acte(morceau.strip()) for morceau in texte.split(",") if morceau.strip()]


def lire_attendu(texte: str) -> Attendu:
    forme = _ATTENDU.fullmatch(texte)
    assert forme, texte
    return Attendu(
        regle=forme["regle"],
        maladie=forme["maladie"] or "",
        numero=int(forme["numero"]),
        etat=Etat(forme["etat"]),
        a_verifier=bool(forme["verifier"]),
        debut=date.fromisoformat(forme["debut"]) if forme["debut"] else None,
        fin=date.fromisoformat(forme["fin"]) if forme["fin"] else None,
    )


def lire_personne(naissance: str, sexe: str, situations: str, grossesses: str) -> Personne:
    """`grossesses`: « 2023-01-02/2023-10-01, 2025-03-04 »."""
    lues = []
    for morceau in grossesses.split(",") if grossesses else ():
        debut, _, fin = morceau.strip().partition("/")
        lues.append(Grossesse(date.fromisoformat(debut), date.fromisoformat(fin) if fin else None))
    return Personne(
        date.fromisoformat(naissance),
        Sexe(sexe) if sexe else Sexe.INCONNU,
        frozenset(situations.split()),
        tuple(lues),
    )
