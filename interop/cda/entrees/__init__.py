"""Structured entries of CDA documents (level 3): readers by kind, pure and tolerant.

`ouvrir` bytes → `Source`; each `lire_…` takes it and returns (what it read, warnings in French).
Received documents are read as they are (table_decision.md, « Identifiers and titles »): what is
missing, contradictory or not understood is told with its section, and nothing is invented, converted
or judged. Only `ouvrir` raises, and only CDAInvalide.
"""

from interop.cda.entrees.actes import Acte, lire_actes_structures
from interop.cda.entrees.biologie import (
    Anterieur,
    Prelevement,
    Reference,
    ResultatBiologie,
    Validation,
    lire_biologie,
)
from interop.cda.entrees.certificats import Certificat, lire_certificat
from interop.cda.entrees.classement import SectionLue
from interop.cda.entrees.constats import Constat, lire_constats
from interop.cda.entrees.dispositifs import Dispositif, lire_dispositifs
from interop.cda.entrees.medicaments import (
    Delivrance,
    LigneMedicament,
    NatureTraitement,
    Posologie,
    lire_medicaments,
)
from interop.cda.entrees.mesures import Mesure, NatureMesure, en_unite, lire_mesures
from interop.cda.entrees.problemes import (
    Allergie,
    Probleme,
    lire_allergies,
    lire_famille,
    lire_problemes,
)
from interop.cda.entrees.produits import Produit, Substance
from interop.cda.entrees.soins import CategorieSoin, EpisodeSoin, lire_soins
from interop.cda.entrees.source import Source, dire_le_reste, ouvrir
from interop.cda.entrees.synthese import Synthese, lire_synthese
from interop.cda.entrees.vaccinations import (
    DelivranceVaccin,
    EtatVaccination,
    TypeInjection,
    Vaccination,
    lire_vaccinations,
)
from interop.cda.entrees.valeurs import (
    Absence,
    CodeCDA,
    Intervalle,
    Periode,
    Quantite,
    Rapport,
    Texte,
    Valeur,
    en_clair,
)

__all__ = [
    "Absence",
    "Acte",
    "Allergie",
    "Anterieur",
    "CategorieSoin",
    "Certificat",
    "CodeCDA",
    "Constat",
    "Delivrance",
    "DelivranceVaccin",
    "Dispositif",
    "EpisodeSoin",
    "EtatVaccination",
    "Intervalle",
    "LigneMedicament",
    "Mesure",
    "NatureMesure",
    "NatureTraitement",
    "Periode",
    "Posologie",
    "Prelevement",
    "Probleme",
    "Produit",
    "Quantite",
    "Rapport",
    "Reference",
    "ResultatBiologie",
    "SectionLue",
    "Source",
    "Substance",
    "Synthese",
    "Texte",
    "TypeInjection",
    "Vaccination",
    "Valeur",
    "Validation",
    "dire_le_reste",
    "en_clair",
    "en_unite",
    "lire_actes_structures",
    "lire_allergies",
    "lire_biologie",
    "lire_certificat",
    "lire_constats",
    "lire_dispositifs",
    "lire_famille",
    "lire_medicaments",
    "lire_mesures",
    "lire_problemes",
    "lire_soins",
    "lire_synthese",
    "lire_vaccinations",
    "ouvrir",
]
