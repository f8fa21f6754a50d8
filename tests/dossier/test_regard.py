"""One look at a document is one line of the history; a direct fetch is never lost (R-TRA-01)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from dossier.regard import DUREE, est_le_meme_regard, laissez_passer
from tests import situations as s
from tests.accueil.lecture import lire
from tests.accueil.scenes import Scene, dossier
from tests.comptes.outils import connecter_professionnel, faits_du_journal

pytestmark = pytest.mark.regle("R-TRA-01")


def test_le_laissez_passer_ne_vaut_que_pour_ce_document_ce_compte_et_ce_moment():
    document, compte, maintenant = uuid4(), uuid4(), timezone.now()
    jeton = laissez_passer(document, compte, maintenant)
    assert est_le_meme_regard(jeton, document, compte, maintenant)
    assert est_le_meme_regard(jeton, document, compte, maintenant + DUREE)
    assert not est_le_meme_regard(jeton, uuid4(), compte, maintenant)
    assert not est_le_meme_regard(jeton, document, uuid4(), maintenant)
    assert not est_le_meme_regard(jeton, document, None, maintenant)
    tard = maintenant + DUREE + timedelta(seconds=1)
    assert not est_le_meme_regard(jeton, document, compte, tard)
    assert not est_le_meme_regard(jeton, document, compte, maintenant - timedelta(minutes=1))
    for faux in ("", "x", jeton[:-1], jeton + "a"):
        assert not est_le_meme_regard(faux, document, compte, maintenant)


def consultations(scene: Scene) -> int:
    return faits_du_journal(scene.espace.pk).count("document_consulte")


def regarder(client: Client, adresse: str, balise: str = "iframe") -> str:
    """Opens the page, then what its frame asks for; returns the frame's address."""
    (cadre,) = lire(client, adresse).racine.xpath(f"//main//{balise}/@src")
    adresse = cadre.partition("#")[0]
    assert client.get(adresse).status_code == 200
    return adresse


@pytest.mark.django_db
@pytest.mark.parametrize(("nom", "balise"), [("pdf", "iframe"), ("image", "img")])
def test_une_page_et_son_apercu_font_une_consultation_de_chaque_cote(nom, balise):
    scene = dossier(nom)
    regarder(scene.patient(), scene.url(nom), balise)
    assert consultations(scene) == 1
    regarder(scene.professionnel(), scene.url_ps(nom), balise)
    assert consultations(scene) == 2


@pytest.mark.django_db
def test_demander_le_contenu_sans_passer_par_la_page_est_une_consultation():
    scene = dossier("pdf", "confrere")
    client = scene.professionnel()
    adresse = regarder(client, scene.url_ps("pdf"))
    assert client.get(scene.url_ps("pdf", "contenu/")).status_code == 200
    assert consultations(scene) == 2
    plein_ecran = lire(client, scene.url_ps("pdf")).liens()["J'ouvre le document en plein écran"]
    assert client.get(plein_ecran).status_code == 200
    assert consultations(scene) == 4

    jeton = adresse.partition("?")[2]
    assert client.get(f"{scene.url_ps('confrere', 'contenu/')}?{jeton}").status_code == 200
    assert consultations(scene) == 5
    autre = Client()
    connecter_professionnel(autre, s.creer_exercice("autre_medecin"))
    s.autoriser(scene.confrere, scene.espace)
    assert autre.get(adresse).status_code == 200
    assert consultations(scene) == 6


@pytest.mark.django_db
def test_telecharger_avec_le_laissez_passer_d_une_page_reste_une_ligne():
    scene = dossier("pdf")
    client = scene.professionnel()
    jeton = regarder(client, scene.url_ps("pdf")).partition("?")[2]
    assert client.get(f"{scene.url_ps('pdf', 'telecharger/')}?{jeton}").status_code == 200
    assert faits_du_journal(scene.espace.pk).count("document_telecharge") == 1
