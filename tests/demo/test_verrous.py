"""The locks agree with each other and with pyproject.toml. `bin/verrous` writes them again."""

from __future__ import annotations

import re
import tomllib

import pytest

from demo.serveurs import RACINE

VERROUS = ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt")
PROJET = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))


def versions(verrou: str) -> dict[str, str]:
    texte = (RACINE / verrou).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", texte, re.MULTILINE))


def noms(exigences: list[str | dict[str, str]]) -> set[str]:
    directs = {re.split(r"[\[<>=!~ ;]", e, maxsplit=1)[0] for e in exigences if isinstance(e, str)}
    for inclus in exigences:
        if isinstance(inclus, dict):
            directs |= noms(PROJET["dependency-groups"][inclus["include-group"]])
    return {nom.lower().replace("_", "-") for nom in directs}


@pytest.mark.parametrize("verrou", ["requirements.txt", "requirements-demo.txt"])
def test_un_verrou_ne_choisit_pas_d_autre_version_que_celui_des_tests(verrou: str) -> None:
    assert versions(verrou).items() <= versions("requirements-dev.txt").items()


@pytest.mark.parametrize(
    ("verrou", "groupes"),
    [("requirements.txt", []), ("requirements-demo.txt", ["demo"]), (VERROUS[2], ["dev"])],
)
def test_un_verrou_tient_toutes_les_dependances_directes(verrou: str, groupes: list[str]) -> None:
    directes = noms(PROJET["project"]["dependencies"])
    for groupe in groupes:
        directes |= noms(PROJET["dependency-groups"][groupe])
    assert directes <= versions(verrou).keys()


def test_la_production_n_installe_ni_serveur_embarque_ni_outil_de_test() -> None:
    de_trop = noms(PROJET["dependency-groups"]["dev"]) - noms(PROJET["project"]["dependencies"])
    assert not de_trop & versions("requirements.txt").keys()


@pytest.mark.parametrize("verrou", [*VERROUS, "requirements-uv.txt"])
def test_un_verrou_verifie_chaque_fichier_et_ne_nomme_aucun_depot(verrou: str) -> None:
    texte = (RACINE / verrou).read_text(encoding="utf-8")
    entrees = re.split(r"^(?=[a-z0-9._-]+==)", texte, flags=re.MULTILINE)[1:]
    assert entrees
    assert all("--hash=sha256:" in entree for entree in entrees)
    assert "://" not in texte
