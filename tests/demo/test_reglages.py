"""Who gets which secret in the demonstration, and when a dead process is started again."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo import reglages
from demo.reglages import Demonstration, delai_de_relance
from mes.socle.roles import APP, COMPTAGE, PROPRIETAIRE

APPELANT = {"PATH": "/bin", "HOME": "/home/awa", "LANG": "C.UTF-8"}

CLES = {
    "MES_SECRET": "secret-de-session",
    "MES_CLES": "1:cle-de-chiffrement",
    "MES_CLE_INDEX": "cle-des-index",
    "MES_CLE_SIGNATURE": "cle-de-signature",
}
SECRET_PSC = "secret-du-client"
MOTS_DE_PASSE = {APP: "mdp-app", PROPRIETAIRE: "mdp-proprietaire", COMPTAGE: "mdp-comptage"}


@pytest.fixture
def demo() -> Demonstration:
    return Demonstration(
        donnees=Path("/donnees"),
        port_web=8123,
        port_boite=8124,
        port_smtp=8125,
        port_federations=8126,
        bases={r: f"postgresql://{r}:{m}@127.0.0.1:5432/mes" for r, m in MOTS_DE_PASSE.items()},
        redis="redis://:mdp-valkey@127.0.0.1:6379/0",
        secrets={**CLES, "MES_PSC_CLIENT_SECRET": SECRET_PSC},
    )


TOUS = {*CLES.values(), *MOTS_DE_PASSE.values(), SECRET_PSC, "mdp-valkey"}


def secrets_dans(environnement: dict[str, str]) -> set[str]:
    return {secret for secret in TOUS if any(secret in v for v in environnement.values())}


def test_chaque_processus_ne_recoit_que_ses_secrets(demo: Demonstration) -> None:
    produit = {*CLES.values(), "mdp-app", "mdp-valkey"}
    recus = {
        "web": secrets_dans(reglages.web(demo, APPELANT)),
        "worker": secrets_dans(reglages.application(demo, APPELANT)),
        "beat": secrets_dans(reglages.sans_cles(demo, APPELANT)),
        "migrations": secrets_dans(reglages.migrations(demo, APPELANT)),
        "boite": secrets_dans(reglages.boite(APPELANT)),
        "federations": secrets_dans(reglages.federations(demo, APPELANT)),
    }
    assert recus == {
        "web": produit | {SECRET_PSC},
        "worker": produit,
        "beat": {"mdp-valkey"},
        "migrations": produit | {"mdp-proprietaire"},
        "boite": set(),
        "federations": {SECRET_PSC},
    }


def test_le_site_se_connecte_sous_mes_app_et_jamais_en_proprietaire(demo: Demonstration) -> None:
    environnement = reglages.web(demo, APPELANT)
    assert environnement["DATABASE_URL"].startswith(f"postgresql://{APP}:")
    assert "DATABASE_URL_PROPRIETAIRE" not in environnement
    assert "DATABASE_URL_COMPTAGE" not in environnement


def test_la_base_de_l_appelant_n_est_jamais_celle_de_la_demonstration(demo: Demonstration) -> None:
    appelant = {**APPELANT, "DATABASE_URL": "postgresql://production/mes", "REDIS_URL": "redis://p"}
    environnements = [
        reglages.web(demo, appelant),
        reglages.application(demo, appelant),
        reglages.sans_cles(demo, appelant),
        reglages.migrations(demo, appelant),
        reglages.federations(demo, appelant),
        reglages.boite(appelant),
    ]
    for environnement in environnements:
        assert "production" not in "".join(environnement.values())
        assert environnement.get("REDIS_URL") in {None, demo.redis}


def test_l_appelant_choisit_les_reglages_du_produit_mais_ni_les_cles_ni_les_adresses(
    demo: Demonstration,
) -> None:
    appelant = {
        **APPELANT,
        "MES_BLOCAGE_AU_SAMU": "oui",
        "MES_CLES": "1:autre",
        "MES_CLES_FILE": "/etc/autre",
        "MES_URL_FILE": "/etc/autre",
        "AWS_SECRET": "rien-a-voir",
    }
    environnement = reglages.web(demo, appelant)
    assert environnement["MES_BLOCAGE_AU_SAMU"] == "oui"
    assert environnement["MES_CLES"] == CLES["MES_CLES"]
    assert environnement["MES_URL"] == "http://localhost:8123"
    assert not {"MES_CLES_FILE", "MES_URL_FILE", "AWS_SECRET"} & environnement.keys()


def test_l_adresse_publique_porte_un_nom_car_les_cles_d_acces_refusent_une_adresse_ip(
    demo: Demonstration,
) -> None:
    assert demo.url == "http://localhost:8123"
    # Another host name than the product's: their cookies must not meet.
    assert demo.emetteur_psc.startswith("http://127.0.0.1:8126/")


@pytest.mark.parametrize(
    ("commande", "en_plus"),
    [
        ("migrate", {"mdp-proprietaire"}),
        ("sql_roles", {"mdp-proprietaire"}),
        ("verifier_journal", {"mdp-comptage"}),
        ("deposer", set()),
        ("shell", set()),
    ],
)
def test_une_commande_recoit_les_pouvoirs_qu_il_lui_faut(
    demo: Demonstration, commande: str, en_plus: set[str]
) -> None:
    garde = reglages.a_garder(demo, APPELANT)
    recus = secrets_dans(reglages.de_commande(commande, garde, APPELANT))
    assert recus == {*CLES.values(), "mdp-app", "mdp-valkey"} | en_plus


def test_une_commande_tourne_dans_l_environnement_de_celui_qui_la_lance(
    demo: Demonstration,
) -> None:
    garde = reglages.a_garder(demo, APPELANT)
    appelant = {"PATH": "/usr/bin", "HOME": "/home/bob", "MES_OID_INS": "1.2.3"}
    environnement = reglages.de_commande("inscrire", garde, appelant)
    assert environnement["HOME"] == "/home/bob"
    assert environnement["MES_OID_INS"] == "1.2.3"
    assert "LANG" not in environnement


def test_on_attend_deux_fois_plus_longtemps_a_chaque_mort_puis_on_renonce() -> None:
    morts: list[float] = []
    delais: list[float | None] = []
    for instant in range(6):
        morts.append(float(instant))
        delais.append(delai_de_relance(morts, float(instant)))
    assert delais == [0.25, 0.5, 1.0, 2.0, 4.0, None]


def test_les_morts_anciennes_sont_oubliees() -> None:
    assert delai_de_relance([0.0, 1.0, 2.0, 3.0, 4.0, 100.0], 100.0) == 0.25
