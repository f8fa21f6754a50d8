"""The rules: one frozen object by line of the tables (columns explained in `docs/calendrier.md`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from calendrier.durees import Duree
from calendrier.personnes import Personne, Rang, Sexe
from mes.socle.dates import MOIS, formater_jour


class Portee(StrEnum):
    """How much a rule asks."""

    OBLIGATOIRE = "obligatoire"
    RECOMMANDE = "recommandé"
    POSSIBLE = "possible"
    """Open to whoever wants it: never late."""


class Mode(StrEnum):
    """How the doses of a rule are counted."""

    SERIE = "SERIE"
    """Doses one after the other."""
    AGE = "AGE"
    """Boosters at fixed ages: the next replaces the one that was missed."""
    SAISON = "SAISON"
    """A campaign of the year."""
    GROSSESSE = "GROSSESSE"
    """Once by pregnancy."""


class Repere(StrEnum):
    """The day from which ages are counted."""

    NAISSANCE = "naissance"
    GROSSESSE = "grossesse"
    ACCOUCHEMENT = "accouchement"


class Confiance(StrEnum):
    """How sure a line is (README of the reference tables)."""

    SURE = "sure"
    LIKELY = "likely"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Validite:
    """From a day to a day, both included; None is open."""

    du: date | None = None
    au: date | None = None

    def contient(self, jour: date) -> bool:
        return (self.du is None or self.du <= jour) and (self.au is None or jour <= self.au)

    def __str__(self) -> str:
        """« à partir du … », « jusqu'au … », « du … au … »."""
        if self.du and self.au:
            return f"du {formater_jour(self.du)} au {formater_jour(self.au)}"
        if self.du:
            return f"à partir du {formater_jour(self.du)}"
        return f"jusqu'au {formater_jour(self.au)}" if self.au else "sans limite"


@dataclass(frozen=True, slots=True)
class Saison:
    """Whole months, both included; from October to January goes over the year's end."""

    premier_mois: int
    dernier_mois: int

    def campagne(self, annee: int) -> tuple[date, date]:
        """First day and excluded last day of the campaign that begins in `annee`."""
        fin = annee + (self.dernier_mois < self.premier_mois)
        debut_fin = date(min(fin, date.max.year), self.dernier_mois, 1)
        return date(annee, self.premier_mois, 1), Duree(mois=1).apres(debut_fin)

    def nom(self, annee: int) -> str:
        """« 2025-2026 », « 2026 »."""
        suite = f"-{annee + 1}" if self.dernier_mois < self.premier_mois else ""
        return f"{annee}{suite}"

    def __str__(self) -> str:
        return f"de {MOIS[self.premier_mois - 1]} à {MOIS[self.dernier_mois - 1]}"


@dataclass(frozen=True, slots=True)
class Maladie:
    code: str
    libelle: str
    phrase: str
    """With its article, for a sentence."""


@dataclass(frozen=True, slots=True)
class Vaccin:
    code: str
    libelle: str
    maladies: frozenset[str]
    """Codes of the diseases it counts for."""


@dataclass(frozen=True, slots=True)
class Rattrapage:
    """Until what age a missed dose is still given; a limit of None means at any age."""

    limite: Duree | None


@dataclass(frozen=True, slots=True)
class RegleVaccinale:
    id: str
    ligne: str
    """Line of the reference table it was read from."""
    vaccin: str
    vaccins_admis: frozenset[str]
    """Only these vaccines count; empty: any vaccine against the disease."""
    maladies: tuple[str, ...]
    besoin: str
    """What it is for: the schemas of one need replace each other."""
    schema: str
    mode: Mode
    rang: int
    doses: int
    apres: str
    """Rule from whose dose the interval is counted; empty: the dose before."""
    libelle: str
    injection: Rang
    """What the injection is said to be (R-VAC-03)."""
    age_recommande: Duree | None
    age_min: Duree | None
    age_max: Duree | None
    """Excluded."""
    delai: Duree | None
    """After the recommended day, how long before the dose is late."""
    intervalle_min: Duree | None
    recurrence: Duree | None
    portee: Portee
    est_rattrapage: bool
    rattrapage: Mapping[str, Rattrapage]
    """By disease. Absent: the table doesn't say."""
    situations: tuple[frozenset[str], ...]
    """One of these sets must be wholly true; empty: everybody."""
    sexe: Sexe | None
    naissances: Validite
    validite: Validite
    saison: Saison | None
    repere: Repere
    note: str
    source: str
    confiance: Confiance
    lecture: Confiance
    """How sure our reading of the line is."""

    @property
    def ouverture(self) -> Duree:
        """The age from which the dose is expected."""
        return self.age_recommande or self.age_min or Duree()

    @property
    def minimum(self) -> Duree:
        """The age before which the dose doesn't count."""
        return self.age_min or Duree()

    def admet(self, vaccin: str) -> bool:
        return not self.vaccins_admis or vaccin in self.vaccins_admis


@dataclass(frozen=True, slots=True)
class RegleExamen:
    id: str
    acte: str
    code_nos: str
    libelle: str
    sexe: Sexe | None
    repere: Repere
    debut: Duree
    fin: Duree | None
    """Excluded."""
    nombre: int
    tolerance: Duree | None
    """How long after the due day, or after the window, the exam isn't late."""
    chaque: Duree | None
    apres: str
    """Kind of act that comes before."""
    apres_delai: Duree | None
    portee: Portee
    reste_du: bool
    """Missed, it stays due until the next exam of the family begins."""
    validite: Validite
    certificat: str
    famille: str
    source: str
    confiance: Confiance
    lecture: Confiance

    def correspond(self, code: str) -> bool:
        return code in {self.id, self.acte} or (bool(self.code_nos) and code == self.code_nos)


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything the engine knows."""

    maladies: Mapping[str, Maladie]
    situations: Mapping[str, str]
    """Code → French label."""
    vaccins: Mapping[str, Vaccin]
    vaccinations: tuple[RegleVaccinale, ...]
    examens: tuple[RegleExamen, ...]


def raison_du_sexe(attendu: Sexe | None, personne: Personne) -> tuple[str, bool] | None:
    """Why the rule doesn't apply by sex, and whether that is to be checked; None if it applies."""
    if attendu is None or attendu is personne.sexe:
        return None
    concernees = "femmes" if attendu is Sexe.FEMININ else "hommes"
    if personne.sexe is Sexe.INCONNU:
        return f"Concerne les {concernees} ; le sexe n'est pas renseigné.", True
    return f"Concerne les {concernees}.", False


def raison_de_la_cohorte(regle: RegleVaccinale, personne: Personne) -> tuple[str, bool] | None:
    """Why the rule never applies to this person (sex, birth), and whether to check; None if it may."""
    if raison := raison_du_sexe(regle.sexe, personne):
        return raison
    if not regle.naissances.contient(personne.naissance):
        return f"Concerne les personnes nées {regle.naissances}.", False
    return None


def raison_de_la_situation(
    regle: RegleVaccinale, presentes: frozenset[str], libelles: Mapping[str, str]
) -> str | None:
    """Who the rule is for, when it isn't for this person; None if it is."""
    if not regle.situations or any(ensemble <= presentes for ensemble in regle.situations):
        return None
    publics = " ; ou ".join(
        " et ".join(libelles[code] for code in sorted(ensemble)) for ensemble in regle.situations
    )
    return f"Concerne : {publics}."
