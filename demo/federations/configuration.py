"""Settings and database of the small Django project that serves the federations."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from demo.federations.cles import ecrire_prive
from demo.federations.federation import FEDERATIONS
from demo.federations.service import HOTE, Reglages

ICI = Path(__file__).resolve().parent
APPLICATIONS = ("contenttypes", "auth", "sessions", "oauth2_provider", "federations")


def secret_durable(fichier: Path) -> str:
    """The secret kept in that file, drawn the first time."""
    if not fichier.exists():
        ecrire_prive(fichier, secrets.token_urlsafe(48))
    return fichier.read_text(encoding="utf-8").strip()


def _base(donnees: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": donnees / "federations.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def configurer(reglages: Reglages) -> None:
    """Configures Django, prepares the database and registers the product as a client."""
    scopes = sorted({scope for federation in FEDERATIONS for scope in federation.scopes})
    settings.configure(
        SECRET_KEY=secret_durable(reglages.donnees / "cle_secrete"),
        DEBUG=False,
        ALLOWED_HOSTS=[HOTE, "localhost"],
        ROOT_URLCONF="demo.federations.urls",
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "oauth2_provider",
            "demo.federations",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "demo.federations.vues.entetes",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [ICI / "gabarits"],
            }
        ],
        DATABASES={"default": _base(reglages.donnees)},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        AUTH_USER_MODEL="federations.Authentification",
        # Cookies ignore ports: another name than any the product may use.
        SESSION_COOKIE_NAME="federations_session",
        CSRF_USE_SESSIONS=True,
        USE_TZ=True,
        TIME_ZONE="UTC",
        LANGUAGE_CODE="fr",
        USE_I18N=False,
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "PKCE_REQUIRED": True,
            "SCOPES": dict.fromkeys(scopes, ""),
            "ROTATE_REFRESH_TOKEN": True,
            "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
            "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
        },
        LOGGING={
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"console": {"class": "logging.StreamHandler", "level": "ERROR"}},
            "root": {"handlers": ["console"], "level": "WARNING"},
        },
    )
    django.setup()
    _preparer_base(reglages.donnees)
    _enregistrer_clients(reglages)


def _preparer_base(donnees: Path) -> None:
    """Creates the tables, anew when the models are not those of the last start; then sweeps."""
    from django.apps import apps
    from django.contrib.sessions.models import Session
    from django.db import connection
    from django.utils import timezone

    from demo.federations.models import Authentification, DemandeMobile

    modeles = [
        modele
        for application in APPLICATIONS
        for modele in apps.get_app_config(application).get_models()
        if not modele._meta.swapped and modele._meta.managed
    ]
    colonnes = [
        (champ.model._meta.db_table, champ.column, champ.db_type(connection))
        for modele in modeles
        for champ in modele._meta.local_concrete_fields
    ]
    empreinte = hashlib.sha256(repr(sorted(map(repr, colonnes))).encode()).hexdigest()
    fichier = donnees / "schema"
    if not fichier.exists() or fichier.read_text(encoding="utf-8") != empreinte:
        for reste in donnees.glob("federations.sqlite3*"):
            reste.unlink()
        with connection.schema_editor() as editeur:
            for modele in modeles:
                editeur.create_model(modele)
        ecrire_prive(fichier, empreinte)
    maintenant = timezone.now()
    Session.objects.filter(expire_date__lt=maintenant).delete()
    DemandeMobile.objects.filter(expire_le__lt=maintenant).delete()
    for authentification in Authentification.objects.all():
        if not authentification.est_ouverte(maintenant):
            authentification.delete()
    connection.close()


def _enregistrer_clients(reglages: Reglages) -> None:
    from django.db import connection

    from demo.federations.clients import enregistrer

    for client in reglages.clients:
        enregistrer(client)
    connection.close()
