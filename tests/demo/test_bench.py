"""The bench: an answer that is not the right one is no success, and a run leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from demo.bench import papier
from demo.bench.commande import HTTP, NOYAU
from demo.bench.releve import Ligne, nombre
from demo.bench.scenarios import (
    Cible,
    Contenu,
    Depot,
    Liste,
    Nue,
    Reponse,
    ReponseInattendue,
    Scenario,
)
from demo.serveurs import RACINE, est_root, est_traversable

MARQUE = "0123456789abcdef"
CIBLE = Cible(
    "mes_session=cle", "DEMO-BANC-AA", MARQUE, "espace", tuple(f"d{n:03d}" for n in range(40))
)
FICHIER = papier.marquer(papier.modele(), MARQUE)
PAGE = "DEMO-BANC-AA 40 documents " + " ".join(CIBLE.documents[:20])


class Serveur:
    """Answers always the same."""

    def __init__(self, corps: bytes | str, statut: int = 200, **entetes: str) -> None:
        octets = corps.encode() if isinstance(corps, str) else corps
        self.reponse = Reponse(statut, entetes, octets, 0.001)

    def demander(
        self, chemin: str, *, temoin: str = "", corps: bytes | None = None, type_contenu: str = ""
    ) -> Reponse:
        return self.reponse


def depot() -> Depot:
    scenario = Depot(CIBLE, "00")
    scenario.preparer(Serveur('<input name="csrfmiddlewaretoken" value="jeton">'))
    return scenario


def contenu() -> Contenu:
    scenario = Contenu("/documents/", [CIBLE])
    scenario.preparer(Serveur(""))
    return scenario


@pytest.mark.parametrize(
    ("scenario", "bonne", "mauvaises"),
    [
        (Nue([CIBLE]), Serveur("ACTIVE"), [Serveur("ACTIVE", 500), Serveur("")]),
        (
            Liste("/documents/", [CIBLE]),
            Serveur(PAGE),
            [
                Serveur(PAGE, 500),
                Serveur("", 302, location="/connexion/"),
                Serveur(PAGE.replace("BANC-AA", "BANC-AB")),
                Serveur(PAGE.replace("40 documents", "39 documents")),
                Serveur(PAGE.replace("d000", "d039")),
            ],
        ),
        (
            contenu(),
            Serveur(FICHIER),
            [Serveur(FICHIER, 404), Serveur(FICHIER[:-1]), Serveur(papier.modele())],
        ),
        (
            depot(),
            Serveur("", 302, location="/ps/depot/accuse/"),
            [Serveur("le formulaire", 422), Serveur("", 302, location="/ps/connexion/")],
        ),
    ],
    ids=["nue", "liste", "contenu", "depot"],
)
def test_une_mauvaise_reponse_n_est_pas_un_succes(
    scenario: Scenario, bonne: Serveur, mauvaises: list[Serveur]
) -> None:
    assert scenario.jouer(bonne, 0) == 0.001
    for mauvaise in mauvaises:
        with pytest.raises(ReponseInattendue):
            scenario.jouer(mauvaise, 0)


def test_deux_copies_marquees_different_sans_changer_de_taille() -> None:
    modele = papier.modele()
    autre = papier.marquer(modele, MARQUE[::-1])
    assert autre != FICHIER
    assert len(autre) == len(FICHIER) == len(modele)
    assert 95_000 < len(modele) < 105_000
    with pytest.raises(ValueError, match="16 octets"):
        papier.marquer(modele, "court")


def test_un_objectif_manque_se_lit() -> None:
    assert Ligne("liste", 119.9, objectif=120).verdict == "en dessous"
    assert Ligne("liste", 120.0, objectif=120).verdict == "tenu"
    assert Ligne("nue", 1.0).verdict == ""
    assert [nombre(v) for v in (1234.5, 12.34, 1.234, None)] == ["1 234", "12,3", "1,23", ""]


@pytest.mark.long
def test_un_essai_rapide_mesure_tout_et_ne_laisse_rien(tmp_path: Path) -> None:
    if est_root() and not est_traversable(tmp_path):
        # PostgreSQL does not run as root, and must reach its folder.
        for dossier in (tmp_path, *tmp_path.parents[:2]):
            dossier.chmod(0o711)
    essai = subprocess.run(
        [sys.executable, "-m", "demo.bench", "--rapide", "--donnees", tmp_path],
        cwd=RACINE,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert essai.returncode == 0, essai.stdout + essai.stderr
    libelles = [http.libelle for http in HTTP.values()] + [nom for nom, *_ in NOYAU.values()]
    assert [nom for nom in libelles if nom not in essai.stdout] == []
    assert list(tmp_path.iterdir()) == []
