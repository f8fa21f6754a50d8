"""docker-compose.yml and what it mounts, judged as configuration: no container is started."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.serveurs import RACINE
from mes.socle.roles import sql_roles

COMPOSE: dict[str, Any] = yaml.safe_load((RACINE / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PRODUIT = {"web", "worker", "beat", "migration", "commande"}
DURABLES = {"web", "worker", "beat", "postgres", "valkey"}


def test_tous_les_processus_y_sont() -> None:
    assert set(SERVICES) == PRODUIT | {"postgres", "valkey"}


@pytest.mark.parametrize("nom", sorted(DURABLES))
def test_un_service_durable_se_relance_et_se_surveille(nom: str) -> None:
    assert SERVICES[nom]["restart"] == "unless-stopped"
    assert SERVICES[nom]["healthcheck"]["test"]


@pytest.mark.parametrize("nom", sorted(SERVICES))
def test_chaque_secret_lu_est_monte_et_chaque_secret_monte_est_lu(nom: str) -> None:
    service = SERVICES[nom]
    texte = yaml.safe_dump(service)
    if nom == "postgres":
        texte += (RACINE / "deploiement/postgres/20-mots-de-passe.sh").read_text("utf-8")
    montes = set(service.get("secrets", ()))
    assert montes == set(re.findall(r"/run/secrets/(\w+)", texte))


@pytest.mark.parametrize("nom", sorted(PRODUIT - {"migration"}))
def test_seule_la_migration_agit_en_proprietaire(nom: str) -> None:
    assert "proprietaire" not in yaml.safe_dump(SERVICES[nom])


def test_l_horloge_ne_recoit_ni_cle_ni_mot_de_passe_de_la_base() -> None:
    assert SERVICES["beat"]["secrets"] == ["url_redis"]


def test_le_superutilisateur_ne_sort_pas_de_postgres() -> None:
    porteurs = {
        nom for nom, s in SERVICES.items() if "mdp_superutilisateur" in s.get("secrets", ())
    }
    assert porteurs == {"postgres"}


def test_les_roles_montes_sont_ceux_du_produit() -> None:
    """`manage.py sql_roles > deploiement/postgres/10-roles.sql` brings it up to date."""
    monte = (RACINE / "deploiement/postgres/10-roles.sql").read_text("utf-8")
    assert monte == sql_roles(base="mes", mots_de_passe={})


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dossier = tmp_path_factory.mktemp("secrets")
    subprocess.run(["sh", RACINE / "deploiement/secrets.sh", dossier], check=True)
    return dossier


def test_chaque_secret_du_fichier_compose_est_tire(secrets: Path) -> None:
    attendus = {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()}
    assert attendus <= {fichier.name for fichier in secrets.iterdir()}
    assert stat.S_IMODE(secrets.stat().st_mode) & 0o077 == 0


def test_les_secrets_ne_sont_tires_qu_une_fois(secrets: Path) -> None:
    avant = {f.name: f.read_text() for f in secrets.iterdir()}
    subprocess.run(["sh", RACINE / "deploiement/secrets.sh", secrets], check=True)
    assert {f.name: f.read_text() for f in secrets.iterdir()} == avant


@pytest.mark.parametrize("nom", ["beat", "migration", "web"])
def test_le_produit_accepte_les_reglages_de_chaque_service(nom: str, secrets: Path) -> None:
    """The settings load from the _FILE forms, and Django finds nothing wrong in them."""
    environnement = {
        # « ${NAME:-default} » is compose's syntax: here, nobody gives NAME.
        nom_: valeur_par_defaut(str(valeur)).replace("/run/secrets", str(secrets))
        for nom_, valeur in SERVICES[nom]["environment"].items()
    }
    resultat = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=RACINE,
        env={"PATH": os.environ["PATH"], **environnement},
        capture_output=True,
        text=True,
        check=False,
    )
    assert resultat.returncode == 0, resultat.stderr


def valeur_par_defaut(valeur: str) -> str:
    debut, ouvre, reste = valeur.partition("${")
    if not ouvre:
        return valeur
    nom_et_defaut, _, fin = reste.partition("}")
    return debut + nom_et_defaut.partition(":-")[2] + fin


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="docker-compose n'est pas installé")
def test_docker_compose_lit_le_fichier() -> None:
    resultat = subprocess.run(
        ["docker-compose", "-f", RACINE / "docker-compose.yml", "config", "-q"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert resultat.returncode == 0, resultat.stderr
