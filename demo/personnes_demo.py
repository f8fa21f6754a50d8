"""The invented people of the demonstration (reserved identities, nobody's)."""

from __future__ import annotations

from dataclasses import dataclass

OID_DEMO = "1.2.250.1.213.1.4.11"
MOT_DE_PASSE = "Bonjour-la-demo-2026!"


@dataclass(frozen=True, slots=True)
class Patient:
    """An espace, and the account of its titulaire when `identifiant` is given."""

    matricule: str
    nom: str
    prenom: str
    sexe: str
    naissance: str
    identifiant: str = ""
    mobile: str = ""

    @property
    def courriel(self) -> str:
        return f"{self.identifiant}@mes.test"


PATIENTS = (
    Patient(
        "185049900000162", "DEMO-UN", "ALEX", "M", "1985-04-12", "alex.demo-un", "+33639980001"
    ),
    Patient(
        "287099900000290",
        "DEMO-DEUX",
        "CAMILLE",
        "F",
        "1987-09-03",
        "camille.demo-deux",
        "+33639980002",
    ),
    Patient(
        "262129900000896",
        "DEMO-CINQ",
        "MARTHE",
        "F",
        "1962-12-01",
        "marthe.demo-cinq",
        "+33639980003",
    ),
    Patient("238059900001091", "DEMO-SEPT", "ODETTE", "F", "1938-05-25"),
)

AGENTS = (
    ("agent.superviseur", "superviseur", "Agente", "DEMO-SUPERVISION"),
    ("agent.accueil", "teleconseiller", "Agent", "DEMO-ACCUEIL"),
)


@dataclass(frozen=True, slots=True)
class DocumentDemo:
    """A document deposited by a professional of the demonstration."""

    matricule: str
    rpps: str
    type_code: str
    titre: str
    jours: int
    """Age of the document in days."""
    lignes: tuple[str, ...]


DOCUMENTS = (
    DocumentDemo(
        "185049900000162",
        "99700900014",
        "11488-4",
        "Consultation de suivi annuel",
        12,
        (
            "Motif : visite annuelle.",
            "Examen clinique sans particularité.",
            "Conseils : activité physique régulière, sommeil.",
            "Prochain rendez-vous dans un an.",
        ),
    ),
    DocumentDemo(
        "185049900000162",
        "99700900014",
        "57833-6",
        "Ordonnance de renouvellement",
        12,
        ("Traitement inchangé pour trois mois.", "Renouvelable une fois."),
    ),
    DocumentDemo(
        "185049900000162",
        "99700900022",
        "34112-3",
        "Compte rendu de séjour",
        95,
        (
            "Séjour programmé de deux jours.",
            "Suites simples.",
            "Retour au domicile le lendemain matin.",
        ),
    ),
    DocumentDemo(
        "185049900000162",
        "99700900022",
        "18748-4",
        "Radiographie du genou droit",
        140,
        ("Absence de lésion osseuse visible.", "Interligne respecté."),
    ),
    DocumentDemo(
        "287099900000290",
        "99700900014",
        "11488-4",
        "Consultation pour certificat de sport",
        30,
        ("Pas de contre-indication retrouvée à la pratique de la course à pied.",),
    ),
    DocumentDemo(
        "262129900000896",
        "99700900014",
        "11488-4",
        "Consultation de prévention",
        45,
        ("Dépistages à jour.", "Vaccination antigrippale proposée."),
    ),
    DocumentDemo(
        "238059900001091",
        "99700900022",
        "34112-3",
        "Lettre de sortie",
        8,
        ("Sortie vers la résidence DÉMO.", "Surveillance du poids chaque semaine."),
    ),
)
