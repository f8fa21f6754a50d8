"""pytest plugin: real PostgreSQL and Valkey for the tests, before Django reads its settings.

Loaded by `-p tests.plugin_serveurs`. With `-n`, only the controller starts servers; the workers
inherit its environment. A given DATABASE_URL is used as it is (REDIS_URL then comes with it).
"""

from __future__ import annotations

import atexit
import base64
import os
from collections.abc import Generator
from pathlib import Path
from typing import IO

import pytest

from demo.serveurs import (
    RACINE,
    SUPERUTILISATEUR,
    Enfant,
    ServeurIndisponible,
    arreter,
    demarrer_postgres,
    demarrer_valkey,
    dossier_systeme,
    est_root,
    est_traversable,
    preparer_base,
    preparer_dossier,
    secrets_du_dossier,
    verrouiller,
)
from mes.socle.roles import APP, COMPTAGE, PROPRIETAIRE, SAUVEGARDE

# Fixed, so that a failing test fails alike tomorrow. They seal nothing but invented data.
SECRETS_DE_TEST = {
    "MES_SECRET": "secret-des-tests-" + "0123456789abcdef" * 4,
    "MES_CLES": "1:" + base64.b64encode(bytes(range(32))).decode(),
    "MES_CLE_INDEX": base64.b64encode(bytes(range(32, 64))).decode(),
    "MES_CLE_SIGNATURE": base64.b64encode(bytes(range(64, 96))).decode(),
    "MES_PSC_CLIENT_SECRET": "secret-du-client-des-tests",
}

_MAXIMUM_SIMULTANE = 20
_verrous: list[IO[str]] = []  # an open file is a held lock: kept until the end of the process


def _dossier_reserve() -> Path:
    """A data folder that no other test run on this machine is using."""
    if est_root() and not est_traversable(RACINE):
        prefere = dossier_systeme("tests")
    else:
        prefere = RACINE / "var" / "tests"
    for numero in range(1, _MAXIMUM_SIMULTANE + 1):
        nom = prefere.name if numero == 1 else f"{prefere.name}-{numero}"
        dossier = preparer_dossier(prefere.with_name(nom))
        verrou = verrouiller(dossier / "verrou")
        if verrou is not None:
            _verrous.append(verrou)
            return dossier
    raise ServeurIndisponible(f"{_MAXIMUM_SIMULTANE} séries de tests tournent déjà")


def _demarrer() -> None:
    donnees = _dossier_reserve()
    secrets = secrets_du_dossier(donnees)
    enfants: list[Enfant] = []
    atexit.register(arreter, enfants)
    postgres = demarrer_postgres(donnees, secrets, connexions=200)
    enfants.append(postgres.enfant)
    valkey = demarrer_valkey(donnees, secrets)
    enfants.append(valkey.enfant)
    preparer_base(postgres, peut_creer_base=True)
    os.environ.update(
        {
            "DATABASE_URL": postgres.url(APP),
            "DATABASE_URL_PROPRIETAIRE": postgres.url(PROPRIETAIRE),
            "DATABASE_URL_COMPTAGE": postgres.url(COMPTAGE),
            "DATABASE_URL_SAUVEGARDE": postgres.url(SAUVEGARDE),
            # Only the tampering tests use it, to do what the product's roles cannot.
            "DATABASE_URL_SUPERUTILISATEUR": postgres.url(SUPERUTILISATEUR),
            "REDIS_URL": valkey.url,
            "MES_DOCUMENTS": str(donnees / "documents"),
        }
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None]:
    """A wrapper runs before pytest-django's own hook, which reads the settings."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ.update(SECRETS_DE_TEST)
        os.environ.setdefault("MES_ENVIRONNEMENT", "test")
        os.environ.setdefault("MES_URL", "http://localhost:8000")
        # Playwright runs an event loop in the thread where Django's set-up queries the database.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        if "DATABASE_URL" not in os.environ:
            try:
                _demarrer()
            except ServeurIndisponible as erreur:
                raise pytest.UsageError(str(erreur)) from erreur
    return (yield)
