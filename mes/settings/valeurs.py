"""Reading settings from the environment: each NAME may come from the file named by NAME_FILE."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def texte(nom: str, defaut: str | None = None) -> str:
    """The value of `nom`, else of the file `nom`_FILE, else `defaut`; none of them is an error."""
    chemin = os.environ.get(f"{nom}_FILE")
    if chemin:
        return Path(chemin).read_text(encoding="utf-8").strip()
    valeur = os.environ.get(nom, defaut)
    if valeur is None:
        raise ImproperlyConfigured(f"Le réglage {nom} (ou {nom}_FILE) est obligatoire.")
    return valeur


def booleen(nom: str, defaut: bool) -> bool:
    valeur = texte(nom, "oui" if defaut else "non").lower()
    if valeur in {"oui", "true", "1"}:
        return True
    if valeur in {"non", "false", "0"}:
        return False
    raise ImproperlyConfigured(f"Le réglage {nom} vaut « oui » ou « non ».")


def entier(nom: str, defaut: int) -> int:
    valeur = texte(nom, str(defaut))
    try:
        return int(valeur)
    except ValueError as erreur:
        raise ImproperlyConfigured(f"Le réglage {nom} est un nombre entier.") from erreur


def base_de_donnees(url: str) -> dict[str, Any]:
    """`postgresql://user:password@host:port/name` as a Django DATABASES entry."""
    morceaux = urlsplit(url)
    if morceaux.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("PostgreSQL est le seul moteur de base de données.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(morceaux.path.lstrip("/")),
        "USER": unquote(morceaux.username or ""),
        "PASSWORD": unquote(morceaux.password or ""),
        "HOST": morceaux.hostname or "",
        "PORT": str(morceaux.port or ""),
        "CONN_MAX_AGE": 0,
    }
