"""Who may see what, as data (class gouvernance: readable before the wall opens, no medical word)."""

from habilitations.models.accords import (
    ORIGINES_DU_PATIENT,
    Autorisation,
    CodeOuverture,
    ConsentementInitial,
    EpisodeSoins,
    Origine,
    RetraitAcces,
)
from habilitations.models.choix import Administrateur, Blocage, ReglageAcces, Role, RoleDeclare
from habilitations.models.demandes import DemandeSurAcces, GenreDemande
from habilitations.models.matrice import CaseMatrice, VersionMatrice, VersionMatriceQuerySet
from habilitations.models.ouvertures import (
    AbonnementAlerte,
    Ouverture,
    OuvertureQuerySet,
    Rythme,
)
from habilitations.models.structures import (
    InformationPatient,
    RefusAlimentation,
    RegleVersement,
    VersementObligatoire,
)

__all__ = [
    "ORIGINES_DU_PATIENT",
    "AbonnementAlerte",
    "Administrateur",
    "Autorisation",
    "Blocage",
    "CaseMatrice",
    "CodeOuverture",
    "ConsentementInitial",
    "DemandeSurAcces",
    "EpisodeSoins",
    "GenreDemande",
    "InformationPatient",
    "Origine",
    "Ouverture",
    "OuvertureQuerySet",
    "RefusAlimentation",
    "ReglageAcces",
    "RegleVersement",
    "RetraitAcces",
    "Role",
    "RoleDeclare",
    "Rythme",
    "VersementObligatoire",
    "VersionMatrice",
    "VersionMatriceQuerySet",
]
