"""Files in the published form of the directory, small by hand or large for the bench.

All people are invented: RPPS numbers of the test range 9970…, FINESS of department 99.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mes.socle.identifiants import cle_luhn

COLONNES_PERSONNES = (
    "Type d'identifiant PP",
    "Identifiant PP",
    "Identification nationale PP",
    "Code civilité d'exercice",
    "Libellé civilité d'exercice",
    "Code civilité",
    "Libellé civilité",
    "Nom d'exercice",
    "Prénom d'exercice",
    "Code profession",
    "Libellé profession",
    "Code catégorie professionnelle",
    "Libellé catégorie professionnelle",
    "Code type savoir-faire",
    "Libellé type savoir-faire",
    "Code savoir-faire",
    "Libellé savoir-faire",
    "Code mode exercice",
    "Libellé mode exercice",
    "Numéro SIRET site",
    "Numéro SIREN site",
    "Numéro FINESS site",
    "Numéro FINESS établissement juridique",
    "Identifiant technique de la structure",
    "Raison sociale site",
    "Enseigne commerciale site",
    "Complément destinataire (coord. structure)",
    "Complément point géographique (coord. structure)",
    "Numéro Voie (coord. structure)",
    "Indice répétition voie (coord. structure)",
    "Code type de voie (coord. structure)",
    "Libellé type de voie (coord. structure)",
    "Libellé Voie (coord. structure)",
    "Mention distribution (coord. structure)",
    "Bureau cedex (coord. structure)",
    "Code postal (coord. structure)",
    "Code commune (coord. structure)",
    "Libellé commune (coord. structure)",
    "Code pays (coord. structure)",
    "Libellé pays (coord. structure)",
    "Téléphone (coord. structure)",
    "Téléphone 2 (coord. structure)",
    "Télécopie (coord. structure)",
    "Adresse e-mail (coord. structure)",
    "Code Département (structure)",
    "Libellé Département (structure)",
    "Ancien identifiant de la structure",
    "Autorité d'enregistrement",
    "Code secteur d'activité",
    "Libellé secteur d'activité",
    "Code section tableau pharmaciens",
    "Libellé section tableau pharmaciens",
    "Code rôle",
    "Libellé rôle",
    "Code genre activité",
    "Libellé genre activité",
)
COLONNES_BOITES = (
    "Type de BAL",
    "Adresse BAL",
    "Type Identifiant PP",
    "Identifiant PP",
    "Identification nationale PP",
    "Type identifiant structure",
    "Identification Structure",
    "Service de rattachement",
    "Civilité d'exercice",
    "Nom d'exercice",
    "Prénom d'exercice",
    "Raison Sociale structure BAL",
    "Dématérialisation",
    "Liste rouge",
)
RPPS = "99700900014"
FINESS = "990009011"


def rpps(rang: int) -> str:
    """A number of the test range, key exact."""
    corps = f"9970{rang:06d}"
    return corps + cle_luhn(corps)


def finess(rang: int) -> str:
    corps = f"99{rang:06d}"
    return corps + cle_luhn(corps)


def personne(**champs: Any) -> dict[str, str]:
    """One line by title; a general practitioner of the demo's practice unless told otherwise."""
    numero = champs.pop("rpps", RPPS)
    site = champs.pop("finess", FINESS)
    ligne = dict.fromkeys(COLONNES_PERSONNES, "") | {
        "Type d'identifiant PP": "8",
        "Identifiant PP": numero,
        "Identification nationale PP": f"8{numero}",
        "Code civilité": "MME",
        "Nom d'exercice": champs.pop("nom", "DEMO-GENERALISTE"),
        "Prénom d'exercice": champs.pop("prenom", "CLAUDE"),
        "Code profession": champs.pop("profession", "10"),
        "Code catégorie professionnelle": champs.pop("categorie", "C"),
        "Code type savoir-faire": "S",
        "Code savoir-faire": champs.pop("specialite", "SM26"),
        "Code mode exercice": champs.pop("mode", "L"),
        "Numéro FINESS site": site,
        "Identifiant technique de la structure": champs.pop(
            "technique", f"F{site}" if site else ""
        ),
        "Raison sociale site": champs.pop("raison_sociale", "CABINET DE GROUPE DÉMO"),
        "Code postal (coord. structure)": "99000",
        "Libellé commune (coord. structure)": champs.pop("commune", "DÉMOVILLE"),
        "Code secteur d'activité": champs.pop("secteur", "SA08"),
        "Code rôle": champs.pop("role", ""),
        "Code genre activité": champs.pop("genre", "GENR01"),
    }
    return ligne | champs


def sans_activite(**champs: Any) -> dict[str, str]:
    """A person whom the directory knows and who practises nowhere."""
    return personne(**champs) | {
        "Code mode exercice": "",
        "Numéro FINESS site": "",
        "Identifiant technique de la structure": "",
        "Raison sociale site": "",
        "Code postal (coord. structure)": "",
        "Libellé commune (coord. structure)": "",
        "Code secteur d'activité": "",
        "Code genre activité": "",
    }


def boite(adresse: str, **champs: Any) -> dict[str, str]:
    """One line of the boxes; a personal box of the demo's general practitioner by default."""
    numero = champs.pop("rpps", RPPS)
    return (
        dict.fromkeys(COLONNES_BOITES, "")
        | {
            "Type de BAL": champs.pop("type", "PER"),
            "Adresse BAL": adresse,
            "Type Identifiant PP": "8" if numero else "",
            "Identifiant PP": numero,
            "Identification nationale PP": f"8{numero}" if numero else "",
            "Type identifiant structure": "FINESS",
            "Identification Structure": champs.pop("finess", ""),
            "Liste rouge": champs.pop("liste_rouge", "N"),
        }
        | champs
    )


def tableau(
    lignes: Iterable[dict[str, str]], *, colonnes: Iterable[str] | None = None, fin: str = "\n"
) -> str:
    """The file's text, titles first, a separator at the end of each line as published."""
    lignes = list(lignes)
    titres = list(colonnes or lignes[0])
    rangees = [titres, *([ligne[titre] for titre in titres] for ligne in lignes)]
    return "".join("|".join(rangee) + "|" + fin for rangee in rangees)


def etablissement(
    numero: str,
    raison: str,
    *,
    juridique: str = "",
    ville: str = "99000 DEMOVILLE",
    siret: str = "",
) -> str:
    """One line of the FINESS file, 32 columns."""
    cellules = [""] * 32
    cellules[0:5] = ["structureet", numero, juridique, raison[:38], raison]
    cellules[12:16] = ["000", "99", "DEMO", ville]
    cellules[22] = siret
    return ";".join(cellules)


def finess_texte(*lignes: str) -> str:
    return "\n".join([f"finess;etalab;{len(lignes)};2026-11-20", *lignes]) + "\n"


def lignes_en_nombre(nombre: int, *, par_structure: int = 8) -> Iterator[str]:
    """`nombre` lines of people, one person in four with two exercices in two places."""
    structures = max(nombre // par_structure, 2)
    yield "|".join(COLONNES_PERSONNES) + "|\n"
    professions = ("10", "60", "70", "21", "50", "40", "91", "28")
    for rang in range(nombre):
        qui = rang - rang // 5
        ligne = personne(
            rpps=rpps(qui),
            nom=f"DEMO-NOM{qui % 5000:04d}",
            prenom=f"PRENOM{qui % 97}",
            profession=professions[qui % len(professions)],
            specialite="SM26" if qui % len(professions) == 0 else "",
            finess=finess(rang % structures),
            raison_sociale=f"CABINET DÉMO {rang % structures}",
            commune=f"DÉMOVILLE {rang % structures % 300}",
        )
        yield "|".join(ligne.values()) + "|\n"


def ecrire_en_nombre(chemin: Path, nombre: int) -> Path:
    """A large people's file, gzip when its name says so."""
    ouvrir = gzip.open if chemin.suffix == ".gz" else open
    with ouvrir(chemin, "wt", encoding="utf-8") as sortie:
        sortie.writelines(lignes_en_nombre(nombre))
    return chemin
