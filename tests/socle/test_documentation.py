"""The documentation says what the code has."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps
from django.db import models

from mes.socle.champs import ChampScelle
from mes.socle.rotation import SCELLES_PAR_LE_TROUSSEAU
from mes.socle.tables import TABLES, Classe

RACINE = Path(__file__).resolve().parents[2]
MAISON = {
    "socle",
    "journal",
    "notifications",
    "comptes",
    "usagers",
    "professionnels",
    "habilitations",
    "dossier",
    "urgence",
}


def _modeles() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if m._meta.app_label in MAISON]


def test_chaque_modele_est_au_glossaire():
    glossaire = (RACINE / "docs" / "glossaire.md").read_text(encoding="utf-8")
    absents = [m.__name__ for m in _modeles() if f"`{m.__name__}`" not in glossaire]
    assert absents == []


def test_chaque_reglage_est_documente():
    base = (RACINE / "mes" / "settings" / "base.py").read_text(encoding="utf-8")
    reglages = set(re.findall(r"(?:texte|booleen|entier)\(\s*\"([A-Z_0-9]+)\"", base))
    reglages |= set(re.findall(r"\"(DATABASE_URL_[A-Z]+)\"", base))
    page = (RACINE / "docs" / "exploitation.md").read_text(encoding="utf-8")
    assert sorted(r for r in reglages if f"`{r}`" not in page) == []


def test_chaque_reglage_documente_existe():
    base = (RACINE / "mes" / "settings" / "base.py").read_text(encoding="utf-8")
    page = (RACINE / "docs" / "exploitation.md").read_text(encoding="utf-8")
    cites = set(re.findall(r"`(MES_[A-Z_0-9]+|DATABASE_URL[A-Z_]*|REDIS_URL)`", page))
    assert sorted(c for c in cites if f'"{c}"' not in base) == []


def test_toute_valeur_scellee_par_le_trousseau_est_au_renouvellement_des_cles():
    murees = {Classe.MEDICALE, Classe.CLE_MEDICALE, Classe.JOURNAL, Classe.SECURITE}
    # Sealed by an espace's own key: it is the wrapping of that key which is renewed.
    par_un_espace = {"socle.CleIdentite", "socle.CleJournal", "usagers.Identite"}
    attendues = {
        (m._meta.label, champ.name)
        for m in _modeles()
        for champ in m._meta.get_fields()
        if isinstance(champ, ChampScelle)
        and TABLES[m._meta.db_table].classe not in murees
        and m._meta.label not in par_un_espace
    }
    assert {(s.modele, s.colonne) for s in SCELLES_PAR_LE_TROUSSEAU} == attendues
