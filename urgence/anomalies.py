"""Why an emergency access deserves a look: pure rules over established facts. No Django, no query.

A mark accuses nobody: it asks the structure's referent, or a supervisor, to look (R-TRA-10).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from habilitations.politique import Mode


class Marque(StrEnum):
    """Stored values: frozen."""

    ACCES_NOMBREUX = "acces_nombreux"
    SANS_DEPOT = "sans_depot"
    MEME_NOM = "meme_nom"
    COLLEGUE = "collegue"
    PATIENT_REPETE = "patient_repete"
    HEURE_INHABITUELLE = "heure_inhabituelle"


LIBELLES: dict[Marque, str] = {
    Marque.ACCES_NOMBREUX: "Nombreux accès de cette personne",
    Marque.SANS_DEPOT: "Aucun document déposé ensuite",
    Marque.MEME_NOM: "Même nom que le professionnel",
    Marque.COLLEGUE: "Patient membre de la structure",
    Marque.PATIENT_REPETE: "Accès répétés au même dossier",
    Marque.HEURE_INHABITUELLE: "Heure inhabituelle",
}


@dataclass(frozen=True, slots=True)
class Nom:
    """A family name and a first name, both as search keys (`cle_recherche`)."""

    nom: str
    prenom: str


@dataclass(frozen=True, slots=True)
class Faits:
    """One access and what surrounds it. Instants are aware; `ouverte_le` is in local time.

    `acces_de_la_personne`: instants of every emergency access of the same professional, this one
    included; `acces_au_dossier`: those of the same professional to the same record.
    `noms_du_patient`: birth name and name in use, each with her first name.
    `collegues`: the people who practise in the structure.
    """

    mode: Mode
    ouverte_le: datetime
    acces_de_la_personne: Collection[datetime]
    acces_au_dossier: Collection[datetime]
    a_depose: bool
    professionnel: Nom
    noms_du_patient: Collection[Nom]
    collegues: Collection[Nom]


@dataclass(frozen=True, slots=True)
class Seuils:
    """From how many on, and how long back; the night goes from `nuit_debut` to `nuit_fin`."""

    nombreux: int
    fenetre_nombreux: timedelta
    repetes: int
    fenetre_repetes: timedelta
    nuit_debut: time
    nuit_fin: time


def marques(faits: Faits, seuils: Seuils) -> frozenset[Marque]:
    """The marks of one access.

    Answering calls, by day and by night, without ever depositing, is a regulating physician's work:
    in mode samu only what ties her to the patient is marked.
    """
    trouvees: set[Marque] = set()
    depuis = faits.ouverte_le - seuils.fenetre_repetes
    if _compter(faits.acces_au_dossier, depuis, faits.ouverte_le) >= seuils.repetes:
        trouvees.add(Marque.PATIENT_REPETE)
    if any(patient.nom == faits.professionnel.nom for patient in faits.noms_du_patient):
        trouvees.add(Marque.MEME_NOM)
    if any(patient in faits.collegues for patient in faits.noms_du_patient):
        trouvees.add(Marque.COLLEGUE)
    if faits.mode is Mode.SAMU:
        return frozenset(trouvees)
    depuis = faits.ouverte_le - seuils.fenetre_nombreux
    if _compter(faits.acces_de_la_personne, depuis, faits.ouverte_le) >= seuils.nombreux:
        trouvees.add(Marque.ACCES_NOMBREUX)
    if not faits.a_depose:
        trouvees.add(Marque.SANS_DEPOT)
    if _est_la_nuit(faits.ouverte_le.time(), seuils):
        trouvees.add(Marque.HEURE_INHABITUELLE)
    return frozenset(trouvees)


def _compter(instants: Collection[datetime], depuis: datetime, jusqua: datetime) -> int:
    return sum(depuis < instant <= jusqua for instant in instants)


def _est_la_nuit(heure: time, seuils: Seuils) -> bool:
    if seuils.nuit_debut <= seuils.nuit_fin:
        return seuils.nuit_debut <= heure < seuils.nuit_fin
    return heure >= seuils.nuit_debut or heure < seuils.nuit_fin
