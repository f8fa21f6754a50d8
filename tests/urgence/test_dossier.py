"""The record opened in an emergency: what it shows, what it hides, what may be done, when it ends."""

from __future__ import annotations

import base64
from datetime import timedelta
from itertools import product

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import URLPattern, reverse
from django.utils import timezone

from dossier.models import Document
from habilitations.acces import AccesRefuse, ouvrir_pour_le_systeme
from habilitations.models import AbonnementAlerte, Ouverture
from habilitations.politique import Action, Masque, Motif
from habilitations.portes import espace_ouvert
from journal.faits import Fait
from mes.socle.rotation import renouveler
from mes.socle.trousseau import trousseau
from tests import situations as s
from tests.comptes.outils import faits_du_journal
from tests.urgence.outils import (
    BRIS,
    DOSSIER,
    SAMU,
    avancer,
    demande,
    navigateur,
    ouverte,
    personne,
    regler,
    sans_jeton,
    titres,
    tout_est_lisible,
)
from webps.urls import urlpatterns

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]

MASQUE = frozenset({Masque.MASQUE_PS})


@pytest.fixture
def alex():
    tout_est_lisible()
    return s.creer_espace("alex")


def deposer(espace, titre, type_code="11488-4", **champs):
    return s.deposer(
        s.acteur_ps("autre_medecin"), espace, titre=titre, type_code=type_code, **champs
    )


def entrer(adresse=BRIS, qui="medecin"):
    client = navigateur(qui, regulateur=adresse == SAMU)
    champs = personne() if adresse == SAMU else demande()
    assert client.post(adresse, champs).status_code == 302
    return client


# --- The three switches --------------------------------------------------------------------------


@pytest.mark.regle("R-URG-01", "R-URG-02", "R-URG-09")
@pytest.mark.parametrize("adresse", [BRIS, SAMU])
@pytest.mark.parametrize(
    ("opposition_samu", "opposition_bris_de_glace", "masques_en_urgence"),
    list(product([False, True], repeat=3)),
)
def test_les_trois_interrupteurs_se_combinent(
    alex, adresse, opposition_samu, opposition_bris_de_glace, masques_en_urgence
):
    cache = deposer(alex, "Suivi confidentiel", masques=MASQUE)
    montre = deposer(alex, "Consultation")
    regler(
        alex,
        opposition_samu=opposition_samu,
        opposition_bris_de_glace=opposition_bris_de_glace,
        masques_en_urgence=masques_en_urgence,
    )
    client = navigateur(regulateur=True)
    reponse = client.post(adresse, demande())
    if opposition_samu if adresse == SAMU else opposition_bris_de_glace:
        assert reponse.status_code == 403
        assert client.get(DOSSIER).status_code == 403
        return
    attendus = {"Consultation", "Suivi confidentiel"} if masques_en_urgence else {"Consultation"}
    assert titres(client.get(DOSSIER)) == attendus
    for depose, visible in ((montre, True), (cache, masques_en_urgence)):
        statut = client.get(f"/ps/dossier/documents/{depose.id}/").status_code
        assert statut == (200 if visible else 404)


@pytest.mark.regle("R-URG-09")
def test_sans_reglage_les_deux_modes_entrent_et_les_masques_tiennent(alex):
    deposer(alex, "Suivi confidentiel", masques=MASQUE)
    for adresse in (BRIS, SAMU):
        assert titres(entrer(adresse).get(DOSSIER)) == set()


@pytest.mark.regle("R-URG-02")
def test_le_masque_v_tient_toujours(alex):
    depose = deposer(alex, "Très confidentiel")
    with transaction.atomic(), ouvrir_pour_le_systeme(alex.pk):
        Document.objects.filter(pk=depose.id).update(masques=[Masque.V])
    regler(alex, masques_en_urgence=True)
    client = entrer()
    assert titres(client.get(DOSSIER)) == set()
    assert client.get(f"/ps/dossier/documents/{depose.id}/").status_code == 404


@pytest.mark.regle("R-URG-11", "R-HAB-01")
def test_la_matrice_s_applique_aussi_en_urgence(alex):
    deposer(alex, "Ordonnance", "57833-6")
    deposer(alex, "Consultation")
    deposer(alex, "Directives", "EXPPAT_3")
    assert titres(entrer(qui="pharmacien").get(DOSSIER)) == {"Ordonnance"}


# --- The first screen ----------------------------------------------------------------------------


def test_l_ecran_montre_la_synthese_les_volontes_les_directives_et_les_derniers_documents(alex):
    jour = timezone.localdate()
    deposer(alex, "Ancienne synthèse", "60591-5", date_document=jour - timedelta(days=400))
    deposer(alex, "Synthèse du médecin", "60591-5", date_document=jour - timedelta(days=40))
    deposer(alex, "Mon profil médical", "DOCPAT08", date_document=jour - timedelta(days=90))
    deposer(alex, "Personne de confiance", "EXPPAT_1", date_document=jour - timedelta(days=500))
    deposer(alex, "Mes directives", "EXPPAT_3", date_document=jour - timedelta(days=600))
    for rang in range(6):
        deposer(alex, f"Consultation {rang}", date_document=jour - timedelta(days=rang))
    page = entrer().get(DOSSIER).context["page"]

    assert [synthese.page.apercu.titre for synthese in page.syntheses] == [
        "Mon profil médical",
        "Synthèse du médecin",
    ]
    assert [apercu.titre for apercu in page.volontes] == ["Personne de confiance"]
    assert [apercu.titre for apercu in page.directives] == ["Mes directives"]
    assert [apercu.titre for apercu in page.derniers] == [f"Consultation {n}" for n in range(5)]


def test_un_dossier_vide_le_dit(alex):
    texte = entrer().get(DOSSIER).content.decode()
    assert "Aucune synthèse enregistrée." in texte
    assert texte.count("Aucun document à montrer.") == 3


def test_la_synthese_s_affiche_dans_la_page_avec_son_lien(alex):
    synthese = deposer(alex, "Synthèse du médecin", "60591-5")
    texte = entrer().get(DOSSIER).content.decode()
    assert f'src="/ps/dossier/documents/{synthese.id}/contenu/' in texte
    assert f'href="/ps/dossier/documents/{synthese.id}/"' in texte


@pytest.mark.regle("R-URG-02", "R-URG-11", "R-MAS-17")
@pytest.mark.parametrize("type_code", ["11488-4", "60591-5", "DOCPAT08", "EXPPAT_1", "EXPPAT_3"])
def test_ce_qui_est_cache_ne_laisse_pas_un_mot_pas_meme_un_nombre(alex, type_code, monkeypatch):
    deposer(alex, "Consultation", date_document=timezone.localdate() - timedelta(days=3))
    client = entrer()
    avancer(monkeypatch, timedelta(minutes=1))
    avant = client.get(DOSSIER)
    deposer(alex, "Suivi confidentiel", type_code, masques=MASQUE)
    apres = client.get(DOSSIER)
    assert avant.status_code == apres.status_code == 200
    assert sans_jeton(avant) == sans_jeton(apres)


@pytest.mark.regle("R-URG-07")
def test_l_ecran_dit_ce_qui_reste_de_temps_et_se_ferme(alex, monkeypatch):
    client = entrer()
    avancer(monkeypatch, timedelta(minutes=18))
    texte = " ".join(client.get(DOSSIER).content.decode().split())
    assert "Bris de glace. Encore <strong>42 minutes</strong>" in texte
    assert client.post("/ps/dossier/fermer/").status_code == 302
    assert client.get(DOSSIER).status_code == 403
    assert faits_du_journal(alex.pk)[-1] is Fait.ACCES_REFERME


def test_toutes_les_pages_du_dossier_disent_que_c_est_une_urgence(alex):
    client = entrer()
    for adresse in ("/ps/dossier/", "/ps/dossier/documents/", "/ps/depot/"):
        texte = client.get(adresse).content.decode()
        assert "Accès d'urgence" in texte, adresse
        assert DOSSIER in texte, adresse


def test_un_dossier_ouvert_normalement_mene_au_recapitulatif(alex):
    s.autoriser(s.acteur_ps("medecin"), alex)
    assert navigateur().get(DOSSIER).headers["Location"] == "/ps/dossier/"


def test_sans_dossier_ouvert_l_ecran_refuse(alex):
    assert navigateur().get(DOSSIER).status_code == 403


@pytest.mark.regle("R-URG-10", "R-TRA-01")
def test_lire_l_ecran_laisse_au_journal_la_liste_et_la_synthese(alex):
    deposer(alex, "Synthèse du médecin", "60591-5")
    deposer(alex, "Consultation")
    entrer().get(DOSSIER)
    assert faits_du_journal(alex.pk)[-3:] == [
        Fait.ACCES_URGENCE,
        Fait.LISTE_CONSULTEE,
        Fait.DOCUMENT_CONSULTE,
    ]


# --- Read only, but for a deposit ----------------------------------------------------------------

_AUTREMENT = ("contenu", "telecharger", "remplacer", "confidentialite")
"""Two are readings, one is a deposit; the fourth is asked for each of its choices."""
GESTES = sorted(
    f"webps:document_{geste}"
    for motif in urlpatterns
    if isinstance(motif, URLPattern)
    and (motif.name or "").startswith("document_")
    and (geste := str(motif.name).partition("_")[2]) not in _AUTREMENT
)


@pytest.mark.regle("R-URG-07")
@pytest.mark.parametrize("adresse", [BRIS, SAMU])
def test_en_urgence_on_lit_et_on_depose_rien_d_autre(alex, adresse):
    sien = s.deposer(s.acteur_ps("medecin"), alex, titre="Le mien")
    autre = deposer(alex, "Consultation")
    client = entrer(adresse)
    for depose in (sien, autre):
        url = f"/ps/dossier/documents/{depose.id}/"
        assert client.get(url).status_code == 200
        assert client.get(url + "telecharger/").status_code == 200
        for confidentialite in ("masque", "visible"):
            reponse = client.post(url + "confidentialite/", {"confidentialite": confidentialite})
            assert reponse.status_code == 403
            assert reponse.context["motif"] == Motif.NON_PREVU
        for geste in GESTES:
            reponse = client.post(reverse(geste, args=[depose.id]))
            assert reponse.status_code == 403, geste
            assert reponse.context["motif"] == Motif.NON_PREVU, geste
    depot = {
        "fichier": SimpleUploadedFile("note.pdf", s.pdf("Passage aux urgences")),
        "type_code": "15507-7",
        "titre": "Passage aux urgences",
        "date_document": timezone.localdate().isoformat(),
    }
    reponse = client.post("/ps/depot/", depot)
    assert reponse.status_code == 302, reponse.content.decode()
    assert faits_du_journal(alex.pk)[-1] is Fait.DOCUMENT_DEPOSE


@pytest.mark.regle("R-URG-07")
def test_en_urgence_on_ne_s_abonne_ni_ne_gere_rien(alex):
    s.creer_exercice("medecin").professionnel.boites.create(
        adresse="dominique@medecin.mssante.test", type="PER"
    )
    client = entrer()
    client.post("/ps/dossier/alertes/", {"rythme": "chaque"})
    assert not AbonnementAlerte.objects.exists()
    for adresse in ("/ps/dossier/administration/", "/ps/dossier/blocage/"):
        assert client.get(adresse).context["motif"] == Motif.NON_PREVU


# --- It ends -------------------------------------------------------------------------------------


@pytest.mark.regle("R-URG-07")
@pytest.mark.parametrize("adresse", [BRIS, SAMU])
def test_l_acces_expire_de_lui_meme(alex, adresse, monkeypatch):
    depose = deposer(alex, "Consultation")
    client = entrer(adresse)
    avancer(monkeypatch, timedelta(minutes=59))
    assert client.get(DOSSIER).status_code == 200
    avancer(monkeypatch, timedelta(minutes=1, seconds=1))
    assert client.get(DOSSIER).status_code == 403
    assert client.get("/ps/dossier/documents/").status_code == 403
    assert client.get(f"/ps/dossier/documents/{depose.id}/contenu/").status_code == 404


@pytest.mark.regle("R-URG-07")
def test_la_base_aussi_voit_l_expiration(alex):
    """Beside the clock of the web process: what opens the wall asks PostgreSQL's."""
    entrer()
    Ouverture.objects.update(expire_le=timezone.now() - timedelta(seconds=1))
    acteur = s.acteur_ps("medecin")
    assert espace_ouvert(acteur) is None
    with pytest.raises(AccesRefuse) as refus, s.espace_ouvert(acteur, alex.pk, Action.LISTER):
        pass
    assert refus.value.decision.motif is Motif.CONSENTEMENT_REQUIS


@pytest.mark.regle("R-URG-04", "R-PS-01")
def test_une_urgence_passee_ne_laisse_aucune_autorisation(alex, monkeypatch):
    client = entrer()
    client.post("/ps/dossier/fermer/")
    assert client.get("/ps/dossier/").status_code == 403


def test_les_cles_renouvelees_ouvrent_encore_la_justification(alex, settings):
    entrer()
    neuve = "2:" + base64.b64encode(bytes(range(100, 132))).decode()
    ancienne = settings.MES_CLES
    settings.MES_CLES = f"{neuve},{ancienne}"
    trousseau.cache_clear()
    try:
        for _ in renouveler():
            pass
        settings.MES_CLES = neuve
        trousseau.cache_clear()
        ouverture = ouverte()
        clair = trousseau().desceller_json(
            bytes(ouverture.scelle), lieu=Ouverture.lieu(ouverture.pk)
        )
        assert clair["raison"] == "inconscient"
    finally:
        settings.MES_CLES = ancienne
        trousseau.cache_clear()
