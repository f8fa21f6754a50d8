"""Logs never carry a person: what is fed to a logger in any way comes out as its kind only."""

from __future__ import annotations

import logging
import logging.config
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as reglages

from mes.socle.traces import masquer

INS = "185049900000162"
PERSONNES = {
    "ins": INS,
    "ins sans clé": INS[:13],
    "ins espacée": "1 85 04 99 000 001 62",
    "ins insécable": "1\u00a085\u00a004\u00a099\u00a0000\u00a0001\u00a062",
    "ins à points": "1.85.04.99.000.001.62",
    "ins à tirets": "1-85-04-99-000-001-62",
    "ins corse": "185042A00001475",
    "ins corse espacée": "2 85 04 2b 000 015 51",
    "courriel": "alex.demo+sante@mes.test",
    "courriel accentué": "zoé@hôpital.test",
    "courriel codé": "alex.demo%40mes.test",
    "mobile": "0639980001",
    "mobile espacé": "06 39 98 00 01",
    "mobile à points": "06.39.98.00.01",
    "mobile à tirets": "06-39-98-00-01",
    "mobile insécable": "06\u202f39\u202f98\u202f00\u202f01",
    "mobile international": "+33639980001",
    "mobile international espacé": "+33 6 39 98 00 01",
    "mobile international à zéros": "0033639980001",
}
AUTOUR = ("{}", "ins={}", "patient {},", "« {} »", "fichier_{}.pdf", "/chemin/{}/", '{{"x": "{}"}}')


@pytest.fixture
def sortie(settings) -> Iterator[StringIO]:
    """The product's own logging configuration, its console written here."""
    flux = StringIO()
    configuration: dict[str, Any] = {
        **reglages.LOGGING,
        "handlers": {"console": {**reglages.LOGGING["handlers"]["console"], "stream": flux}},
    }
    racine = logging.getLogger()
    avant, niveau = racine.handlers[:], racine.level
    logging.config.dictConfig(configuration)
    yield flux
    logging.config.dictConfig(reglages.LOGGING)
    racine.handlers[:], racine.level = avant, niveau


@pytest.mark.parametrize("genre", PERSONNES)
@pytest.mark.parametrize("autour", AUTOUR)
@pytest.mark.regle("R-SEC-03")
def test_une_personne_est_masquee_ou_qu_elle_soit(genre, autour):
    masque = masquer(autour.format(PERSONNES[genre]))
    assert PERSONNES[genre] not in masque
    assert not any(c.isdigit() for c in masque), masque
    assert "@" not in masque


@pytest.mark.parametrize(
    "texte",
    [
        "travail 01a1fc8d-c93d-72e0-a4c3-ac712c638f0b en échec (essai 2)",
        "2026-11-21 06:28:07,231 INFO fait en 1500 ms",
        "GET /ps/dossier/documents/01a1fc93-7efc-7405-ac86-a350f4bfb36f/ 404",
        "port 6379, 127.0.0.1, 20000000 octets, 00:15:30",
        "version 1.2.250.1.213.1.4.10",
    ],
)
def test_ce_qui_n_est_a_personne_reste_lisible(texte):
    assert masquer(texte) == texte


class _Dossier:
    def __str__(self) -> str:
        return f"dossier de {INS}"


@pytest.mark.regle("R-SEC-03")
def test_rien_ne_sort_par_le_message_les_arguments_ni_les_exceptions(sortie):
    traces = logging.getLogger("mes.essai")
    traces.warning("directement %s" % INS)  # noqa: UP031 - as a careless caller would
    traces.warning("en argument %s et %r", INS, {"courriel": "alex@mes.test"})
    traces.warning("en dictionnaire %(x)s", {"x": "0639980001"})
    traces.warning("en objet %s", _Dossier())
    traces.info("par ailleurs", extra={"patient": INS})
    traces.warning("avec la pile", stack_info=True)
    try:
        raise ValueError(INS) from KeyError("alex@mes.test")
    except ValueError:
        traces.exception("en exception %s", "06 39 98 00 01")
        traces.error("encore", exc_info=True)
    logging.getLogger("django.request").error("Internal Server Error: %s", f"/x/{INS}/")
    logging.getLogger("celery.app.trace").error("Task raised unexpected: %r", ValueError(INS))
    ecrit = sortie.getvalue()
    assert ecrit.count("\n") >= 10  # every line came out, masked
    assert "[ValueError]" in ecrit
    for personne in (INS, "alex@mes.test", "0639980001", "06 39 98 00 01"):
        assert personne not in ecrit
    assert "Traceback" not in ecrit


def test_un_appel_mal_fait_ne_montre_pas_ses_arguments(sortie, capsys):
    """A wrong format must not make logging print the arguments on the error output."""
    logging.getLogger("mes.essai").error("rien à mettre ici", INS)
    assert INS not in sortie.getvalue() + capsys.readouterr().err
    assert "rien à mettre ici" in sortie.getvalue()


def test_chaque_sortie_du_produit_est_masquee():
    for nom, gestionnaire in reglages.LOGGING["handlers"].items():
        assert "masquage" in gestionnaire["filters"], nom
