"""The patient's control panel « Accès des professionnels de santé », through HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from habilitations.actions import accords
from habilitations.gestes import DES_PERSONNES, DES_STRUCTURES
from habilitations.models import (
    AbonnementAlerte,
    Administrateur,
    Autorisation,
    Blocage,
    ConsentementInitial,
    EpisodeSoins,
    Ouverture,
    ReglageAcces,
    RetraitAcces,
    Role,
    RoleDeclare,
)
from habilitations.politique import Action, Base, Mode
from habilitations.portes import ESPACE_CHOISI
from journal.faits import Fait
from professionnels.models import Exercice, Professionnel, Structure
from tests import situations as s
from tests.accueil.conftest import gabarits_stricts  # noqa: F401  # asked for by name
from tests.accueil.lecture import Page, envoyer, lire, verifier_liens, verifier_structure
from tests.accueil.scenes import DECLARATION, Scene, chercher, dossier
from tests.comptes.outils import connecter_usager, faits_du_journal
from usagers.models import EspaceSante, Gestion, Qualite, Statut

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]


@pytest.fixture
def scene() -> Scene:
    return dossier("pdf", "confrere", "annonce", "image")


def du_medecin(scene: Scene, page: str = "") -> str:
    return f"/acces/professionnels/{scene.medecin.id}/{page}"


def de_la_structure(scene: Scene, page: str = "") -> str:
    return f"/acces/structures/{scene.medecin.structure_id}/{page}"


def gestionnaire(espace: EspaceSante, qualite: Qualite) -> Client:
    """A browser of Camille, who manages somebody else's espace."""
    compte = s.creer_compte("camille")
    Gestion.objects.create(espace=espace, compte_id=compte.pk, qualite=qualite)
    client = Client()
    session = connecter_usager(client, compte)
    session[ESPACE_CHOISI] = str(espace.pk)
    session.save()
    return client


# --- The pages -----------------------------------------------------------------------------------


def pages(scene: Scene) -> list[str]:
    return [
        "/acces/",
        "/acces/chercher/",
        "/acces/chercher-structure/",
        "/acces/code/",
        "/acces/simulation/",
        "/acces/simulation/?metier=21",
        f"/acces/simulation/?exercice={scene.medecin.exercice_id}",
        "/acces/demandes/",
        du_medecin(scene),
        du_medecin(scene, "demander/"),
        du_medecin(scene, "signaler/"),
        *(
            du_medecin(scene, f"{geste}/")
            for geste in DES_PERSONNES
            if geste != "retirer-role"  # he has none to lose
        ),
        de_la_structure(scene),
        *(de_la_structure(scene, f"{geste}/") for geste in DES_STRUCTURES),
    ]


def test_chaque_page_se_lit_et_ne_mene_nulle_part_ailleurs(scene: Scene) -> None:
    client = scene.patient()
    for adresse in pages(scene):
        page = lire(client, adresse)
        verifier_structure(page, adresse)
        verifier_liens(page, adresse)


def test_le_panneau_se_trouve_depuis_l_accueil_l_historique_et_chaque_document(
    scene: Scene,
) -> None:
    client = scene.patient()
    scene.professionnel()
    for adresse in ("/accueil/", "/historique/", scene.url("pdf", "qui-peut-voir/")):
        assert "/acces/" in lire(client, adresse).liens().values(), adresse
    assert 'href="/acces/"' in lire(client, "/documents/").html  # the menu
    assert du_medecin(scene) in lire(client, "/historique/").liens().values()


@pytest.mark.regle("R-PS-17")
def test_le_panneau_dit_en_une_phrase_puis_qui_depuis_quand_et_jusqu_a_quand(
    scene: Scene,
) -> None:
    client = scene.patient()
    vide = lire(client, "/acces/")
    assert "Aucun professionnel ne peut lire votre dossier aujourd'hui." in vide.texte
    hopital = s.creer_structure("990009037", "Hôpital DÉMO")
    envoyer(client, du_medecin(scene, "autoriser/"), jours="30")
    envoyer(client, f"/acces/structures/{hopital.pk}/autoriser/", jours="90")
    autre = s.acteur_ps("pharmacien")
    Autorisation.objects.create(
        espace=scene.espace,
        professionnel_id=autre.id,
        origine="confrere",
        recueillie_par_id=scene.confrere.exercice_id,
        fin_le=timezone.now() + timedelta(days=30),
    )
    EpisodeSoins.objects.create(
        espace=scene.espace,
        structure=hopital,
        informe_par_id=scene.medecin.exercice_id,
        information="papier",
    )
    page = lire(client, "/acces/")
    assert "2 professionnels et 1 équipe de soins peuvent lire votre dossier" in page.texte
    bloc = page.bloc("Ils peuvent lire mon dossier")
    assert "Dominique DEMO-MEDECIN" in bloc
    assert "Autorisation donnée sur votre écran" in bloc
    assert "recueillie par un autre professionnel (Dominique DEMO-AUTRE_MEDECIN)" in bloc
    assert "Hôpital DÉMO" in bloc
    assert "Épisode de soins commencé le" in bloc
    fin = timezone.localtime(Autorisation.objects.get(origine="ecran").fin_le)
    assert f"jusqu'au {fin.day}" in bloc


def test_une_ouverture_en_cours_se_voit_et_une_urgence_se_distingue(scene: Scene) -> None:
    client = scene.patient()
    s.autoriser(scene.medecin, scene.espace)
    s.autoriser(scene.confrere, scene.espace, mode=Mode.SAMU, base=Base.AUCUNE)
    bloc = lire(client, "/acces/").bloc("Ils peuvent lire mon dossier")
    assert "Dossier ouvert depuis" in bloc
    assert "Dossier ouvert en urgence depuis" in bloc
    Ouverture.objects.update(fermee_le=timezone.now())
    assert "Dossier ouvert" not in lire(client, "/acces/").texte


@pytest.mark.regle("R-PRO-09")
def test_la_connexion_secrete_d_un_mineur_ne_se_voit_pas_du_parent() -> None:
    espace = s.creer_espace("ines")
    titulaire = Client()
    connecter_usager(titulaire, s.creer_compte("ines", espace))
    parent = gestionnaire(espace, Qualite.REPRESENTANT)
    acteur = s.acteur_ps("medecin")
    ouverture = s.autoriser(acteur, espace)
    adresse = f"/acces/professionnels/{acteur.id}/"
    for secrete, vu in ((True, False), (False, True)):
        Ouverture.objects.filter(pk=ouverture.pk).update(secrete=secrete)
        assert ("DEMO-MEDECIN" in lire(parent, "/acces/").texte) is vu
        assert ("ouvert chez lui en ce moment" in lire(parent, adresse).texte) is vu
        assert "DEMO-MEDECIN" in lire(titulaire, "/acces/").texte


@pytest.mark.regle("R-PS-27")
def test_qui_n_exerce_plus_est_montre_comme_tel_et_reste_bloquable(scene: Scene) -> None:
    client = scene.patient()
    envoyer(client, du_medecin(scene, "autoriser/"), jours="30")
    Exercice.objects.filter(professionnel=scene.medecin.id).update(fin_le=timezone.now())
    assert "N'exerce plus" in lire(client, "/acces/").bloc("Ils peuvent lire mon dossier")
    fiche = lire(client, du_medecin(scene))
    assert "N'exerce plus d'après le répertoire national" in fiche.texte
    gestes = [lien for lien in fiche.liens().values() if lien.startswith(du_medecin(scene))]
    assert du_medecin(scene, "bloquer/") in gestes
    assert du_medecin(scene, "autoriser/") not in gestes
    envoyer(client, du_medecin(scene, "bloquer/"))
    assert Blocage.objects.filter(leve_le=None).count() == 1


# --- One professional ----------------------------------------------------------------------------


@pytest.mark.regle("R-TRA-07")
def test_la_fiche_montre_ses_trois_dernieres_actions_et_compte_les_documents_que_je_vois(
    scene: Scene,
) -> None:
    client = scene.professionnel()
    client.get("/ps/dossier/documents/")
    client.get(scene.url_ps("pdf"))
    page = lire(scene.patient(), du_medecin(scene))
    bloc = page.bloc("Ses dernières actions sur mon dossier")
    # Three, the latest first; not those of the confrère.
    assert bloc.index("A consulté le document « Consultation du soir »") < bloc.index(
        "A consulté la liste des documents"
    )
    assert "A ouvert le dossier" in bloc
    assert "A ajouté" not in bloc
    # « annonce » is his too, and is not yet mine to see.
    assert "Documents ajoutés 1 dans votre espace" in page.texte
    assert "Résultat à expliquer" not in page.html


@pytest.mark.regle("R-ADM-06", "R-ADM-03")
def test_les_roles_proposes_sont_ceux_de_son_metier(scene: Scene) -> None:
    client = scene.patient()
    page = lire(client, du_medecin(scene, "declarer-role/"))
    assert page.champ("role").get("value") == Role.MEDECIN_TRAITANT
    assert "sage-femme" not in page.texte
    reponse = client.post(du_medecin(scene, "declarer-role/"), {"role": "pharmacien_correspondant"})
    assert reponse.status_code == 422
    page = envoyer(client, du_medecin(scene, "declarer-role/"), role=Role.MEDECIN_TRAITANT)
    assert "est votre médecin traitant" in page.texte
    assert "Ils ont un rôle auprès de moi" in lire(client, "/acces/").titres(2)
    assert not Administrateur.objects.exists()
    page = envoyer(client, du_medecin(scene, "retirer-role/"), role=Role.MEDECIN_TRAITANT)
    assert "n'est plus votre médecin traitant" in page.texte
    assert client.get(du_medecin(scene, "retirer-role/")).status_code == 404
    kine = s.acteur_ps("kine")
    adresse = f"/acces/professionnels/{kine.id}/declarer-role/"
    assert client.get(adresse).status_code == 404


# --- Acts ----------------------------------------------------------------------------------------


def etat(scene: Scene) -> dict[str, int]:
    return {
        "autorisations": Autorisation.objects.filter(retiree_le=None).count(),
        "retraits": RetraitAcces.objects.filter(leve_le=None).count(),
        "blocages": Blocage.objects.filter(leve_le=None).count(),
        "mandats": Administrateur.objects.filter(fin_le=None).count(),
        "roles": RoleDeclare.objects.filter(fin_le=None).count(),
        "consentements": ConsentementInitial.objects.filter(retire_le=None).count(),
    }


RIEN = dict.fromkeys(
    ("autorisations", "retraits", "blocages", "mandats", "roles", "consentements"), 0
)


@pytest.mark.regle("R-PS-10", "R-PS-12", "R-PS-16", "R-ADM-01")
def test_une_suite_de_gestes_sur_un_professionnel(scene: Scene) -> None:
    client = scene.patient()

    def faire(geste: str, **champs: Any) -> Page:
        page = envoyer(client, du_medecin(scene, f"{geste}/"), **champs)
        assert page.statut == 200
        assert page.racine.xpath('//*[@role="status"]'), geste  # says what was done
        return page

    faire("autoriser", jours="7")
    faire("nommer-administrateur")
    faire("declarer-role", role=Role.MEDECIN_TRAITANT)
    assert etat(scene) == RIEN | {"autorisations": 1, "mandats": 1, "roles": 1}
    faire("retirer")
    assert etat(scene) == RIEN | {"retraits": 1, "mandats": 1, "roles": 1}
    faire("autoriser", jours="365")
    assert etat(scene) == RIEN | {"autorisations": 1, "mandats": 1, "roles": 1}
    page = faire("bloquer")
    assert etat(scene) == RIEN | {"blocages": 1, "roles": 1}
    assert "Je débloque : Dominique DEMO-MEDECIN" in page.liens()
    assert "Je l'autorise" not in page.texte
    faire("debloquer")
    assert etat(scene) == RIEN | {"retraits": 1, "roles": 1}
    faire("nommer-administrateur")
    faire("retirer-administrateur")
    assert etat(scene) == RIEN | {"retraits": 1, "roles": 1}


@pytest.mark.regle("R-PS-17")
def test_une_suite_de_gestes_sur_une_structure(scene: Scene) -> None:
    client = scene.patient()
    for geste, champs, attendu in (
        ("autoriser", {"jours": "30"}, {"consentements": 1}),
        ("retirer", {}, {"retraits": 1}),
        ("autoriser", {"jours": "1"}, {"consentements": 1}),
        ("bloquer", {}, {"consentements": 1, "blocages": 1}),
        ("debloquer", {}, {"consentements": 1, "retraits": 1}),
    ):
        page = envoyer(client, de_la_structure(scene, f"{geste}/"), **champs)
        assert (page.statut, etat(scene)) == (200, RIEN | attendu), geste


def test_demander_la_page_d_un_geste_ne_fait_rien(scene: Scene) -> None:
    client = scene.patient()
    avant = faits_du_journal(scene.espace.pk)
    for adresse in pages(scene):
        if "/simulation/" not in adresse:
            client.get(adresse)
    assert etat(scene) == RIEN
    lus = faits_du_journal(scene.espace.pk)[len(avant) :]
    assert set(lus) == {Fait.HISTORIQUE_CONSULTE}  # the page that shows his last acts


@pytest.mark.parametrize("jours", ["", "2", "365000", "un"])
def test_une_duree_absente_ou_inconnue_se_dit_et_ne_donne_rien(scene: Scene, jours: str) -> None:
    client = scene.patient()
    for adresse in (du_medecin(scene, "autoriser/"), de_la_structure(scene, "autoriser/")):
        page = Page(client.post(adresse, {"jours": jours}))
        assert page.statut == 422
        assert "Choisissez une des durées proposées." in page.texte
    assert etat(scene) == RIEN


def test_autoriser_ou_nommer_qui_est_bloque_dit_quoi_faire(scene: Scene) -> None:
    client = scene.patient()
    envoyer(client, du_medecin(scene, "bloquer/"))
    envoyer(client, de_la_structure(scene, "bloquer/"))
    for adresse, champs in (
        (du_medecin(scene, "autoriser/"), {"jours": "30"}),
        (du_medecin(scene, "nommer-administrateur/"), {}),
        (de_la_structure(scene, "autoriser/"), {"jours": "30"}),
    ):
        page = Page(client.post(adresse, champs))
        assert page.statut == 422
        assert "d'abord" in page.texte
    assert etat(scene) == RIEN | {"blocages": 2}


def test_ce_qui_n_existe_pas_est_un_404(scene: Scene) -> None:
    client = scene.patient()
    inconnu = uuid4()
    for adresse in (
        f"/acces/professionnels/{inconnu}/",
        f"/acces/professionnels/{inconnu}/bloquer/",
        f"/acces/professionnels/{inconnu}/demander/",
        f"/acces/structures/{inconnu}/",
        f"/acces/structures/{inconnu}/bloquer/",
        du_medecin(scene, "effacer/"),
        de_la_structure(scene, "nommer-administrateur/"),
    ):
        assert client.get(adresse).status_code == 404, adresse
        if not adresse.endswith(f"{inconnu}/"):
            assert client.post(adresse, {"texte": "?"}).status_code == 404, adresse
    assert etat(scene) == RIEN


@pytest.mark.regle("R-PS-10", "R-PS-11", "R-PS-15", "R-PS-16")
def test_du_blocage_a_l_ecran_au_refus_cote_professionnel(scene: Scene) -> None:
    """SC-02, the patient's half: one click, and the open session of the professional is shut."""
    professionnel = scene.professionnel()
    assert professionnel.get("/ps/dossier/documents/").status_code == 200
    client = scene.patient()
    page = envoyer(client, du_medecin(scene, "bloquer/"))
    assert "est bloqué" in page.texte
    assert "Il ne voit rien de votre dossier." in page.texte
    for route in ("recapitulatif", "documents", "vaccinations", "histoire", "volontes"):
        assert professionnel.get(reverse(f"webps:{route}")).status_code == 403, route
    assert professionnel.get(scene.url_ps("pdf")).status_code == 404
    chercher(professionnel)
    assert professionnel.post("/ps/patients/declaration/", DECLARATION).status_code == 403
    s.deposer(scene.medecin, scene.espace, titre="Courrier")
    assert "Dominique DEMO-MEDECIN" in lire(client, "/acces/").bloc("Je les ai bloqués")


@pytest.mark.regle("R-URG-01", "R-URG-02", "R-URG-09")
def test_les_trois_interrupteurs_d_urgence(scene: Scene) -> None:
    client = scene.patient()
    page = lire(client, "/acces/")
    assert page.champ("samu").get("checked") is not None
    assert page.champ("bris_de_glace").get("checked") is not None
    assert page.champ("masques_en_urgence").get("checked") is None
    page = envoyer(client, "/acces/urgence/", masques_en_urgence="oui", bris_de_glace="oui")
    assert "réglages d'urgence sont enregistrés" in page.texte
    reglage = ReglageAcces.objects.get()
    assert (reglage.opposition_samu, reglage.opposition_bris_de_glace) == (True, False)
    assert reglage.masques_en_urgence
    assert page.champ("samu").get("checked") is None
    assert page.champ("masques_en_urgence").get("checked") is not None


@pytest.mark.regle("R-PS-30")
def test_le_patient_voit_et_arrete_les_alertes_d_un_professionnel(scene: Scene) -> None:
    abonnement = AbonnementAlerte.objects.create(
        espace=scene.espace,
        exercice_id=scene.medecin.exercice_id,
        rythme="quotidien",
        canal="courriel",
    )
    client = scene.patient()
    assert "Prévenu une fois par jour" in lire(client, "/acces/").texte
    # Somebody else's can't be stopped from here.
    ailleurs = AbonnementAlerte.objects.create(
        espace=s.creer_espace("camille"),
        exercice_id=scene.medecin.exercice_id,
        rythme="chaque",
        canal="courriel",
    )
    for abonne in (abonnement, ailleurs):
        page = envoyer(client, f"/acces/alertes/{abonne.pk}/arreter/")
        assert "Prévenu" not in page.texte
    assert AbonnementAlerte.objects.get(fin_le=None) == ailleurs


# --- Who may -------------------------------------------------------------------------------------


def test_un_aidant_ne_voit_ni_ne_regle_les_acces(scene: Scene) -> None:
    aidant = gestionnaire(scene.espace, Qualite.AIDANT)
    assert aidant.get("/documents/").status_code == 200
    for adresse in pages(scene):
        assert aidant.get(adresse).status_code == 403, adresse
    for adresse in (
        "/acces/urgence/",
        "/acces/chercher/",
        "/acces/code/",
        "/acces/code/annuler/",
        du_medecin(scene, "bloquer/"),
        du_medecin(scene, "demander/"),
        de_la_structure(scene, "bloquer/"),
        f"/acces/alertes/{uuid4()}/arreter/",
    ):
        assert aidant.post(adresse, {"texte": "?", "nom": "demo"}).status_code == 403, adresse
    assert etat(scene) == RIEN
    assert not ReglageAcces.objects.exists()


def test_un_representant_gere_les_acces_de_l_enfant() -> None:
    espace = s.creer_espace("ines")
    parent = gestionnaire(espace, Qualite.REPRESENTANT)
    medecin = s.acteur_ps("medecin")
    adresse = f"/acces/professionnels/{medecin.id}/"
    assert "Vous consultez l'espace de" in lire(parent, "/acces/").html
    envoyer(parent, f"{adresse}bloquer/")
    assert Blocage.objects.get().espace_id == espace.pk
    assert "Vous l'avez bloqué" in lire(parent, adresse).texte


@pytest.mark.parametrize("statut", [Statut.OUVERT_NON_ACTIVE, Statut.CLOTURE])
def test_un_espace_non_active_ou_ferme_n_a_pas_de_panneau(scene: Scene, statut: Statut) -> None:
    EspaceSante.objects.filter(pk=scene.espace.pk).update(statut=statut)
    client = scene.patient()
    for adresse in ("/acces/", du_medecin(scene), "/acces/simulation/?metier=10"):
        assert client.get(adresse).status_code == 403, adresse
    assert client.post(du_medecin(scene, "bloquer/")).status_code == 403
    assert etat(scene) == RIEN


def test_ce_que_j_ai_decide_ne_se_voit_pas_d_un_autre_espace(scene: Scene) -> None:
    envoyer(scene.patient(), du_medecin(scene, "bloquer/"))
    autre = Client()
    connecter_usager(autre, s.creer_compte("camille", s.creer_espace("camille")))
    assert "DEMO-MEDECIN" not in lire(autre, "/acces/").texte
    fiche = lire(autre, du_medecin(scene))
    assert "Il n'a pas d'autorisation de votre part" in fiche.texte
    assert "Il n'a rien fait dans votre dossier." in fiche.texte
    assert "Aucun que vous voyez" in fiche.texte


# --- Search --------------------------------------------------------------------------------------


@pytest.mark.regle("R-PS-10", "R-PS-13")
def test_je_cherche_un_professionnel_sans_qu_il_y_gagne_un_droit(scene: Scene) -> None:
    client = scene.patient()
    page = envoyer(client, "/acces/chercher/", nom="démo medecin")
    assert page.statut == 200
    assert page.liens()["Dominique DEMO-MEDECIN"] == du_medecin(scene)
    par_rpps = envoyer(client, "/acces/chercher/", rpps="99700900048")
    assert "Pharmacien, Cabinet de groupe DÉMO" not in page.texte
    assert par_rpps.titres(3) == []
    s.creer_exercice("pharmacien")
    par_rpps = envoyer(client, "/acces/chercher/", rpps="99700900048")
    assert "Pharmacien, Cabinet de groupe DÉMO" in par_rpps.texte
    assert etat(scene) == RIEN


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({}, "Saisissez un nom ou un numéro RPPS"),
        ({"nom": "d"}, "au moins 2 lettres"),
        ({"rpps": "123"}, "RPPS"),
        ({"nom": "demo", "page": "999"}, ""),
    ],
)
def test_une_recherche_impossible_dit_quoi_saisir(
    scene: Scene, champs: dict[str, str], phrase: str
) -> None:
    page = Page(scene.patient().post("/acces/chercher/", champs))
    assert page.statut == 422
    assert phrase in page.texte


def test_les_noms_cherches_ne_vont_pas_dans_l_adresse(scene: Scene) -> None:
    page = lire(scene.patient(), "/acces/chercher/?nom=DEMO-MEDECIN")
    assert "Résultats" not in page.texte
    formulaires = page.racine.xpath("//main//form")
    assert {f.get("method") for f in formulaires} == {"post"}


def test_une_recherche_longue_a_des_pages_qui_gardent_la_recherche(scene: Scene) -> None:
    Professionnel.objects.bulk_create(
        Professionnel(rpps=f"9970{rang:07}", nom="DEMO-FOULE", prenom=f"Alex {rang:02}")
        for rang in range(25)
    )
    client = scene.patient()
    page = envoyer(client, "/acces/chercher/", nom="demo foule")
    assert len(page.titres(3)) == 20
    assert "Page suivante" in page.boutons()
    suite = envoyer(client, "/acces/chercher/", nom="demo foule", page="2")
    assert len(suite.titres(3)) == 5
    assert suite.champ("nom").get("value") == "demo foule"
    assert "N'exerce plus" in suite.texte


@pytest.mark.parametrize(
    ("champs", "trouves"),
    [
        ({"commune": "demoville"}, {"Cabinet Démo des Lilas", "Hôpital DÉMO"}),
        ({"commune": "99100", "nom": "lilas cabinet"}, {"Cabinet Démo des Lilas"}),
        ({"commune": "démo", "nom": "hopital"}, {"Hôpital DÉMO"}),
        ({"finess": "990009037"}, {"Hôpital DÉMO"}),
        ({"finess": "990009999"}, set()),
        ({"commune": "demoville", "nom": "100%"}, set()),
    ],
)
def test_je_cherche_une_structure(scene: Scene, champs: dict[str, str], trouves: set[str]) -> None:
    for finess, nom in (("990009029", "Cabinet Démo des Lilas"), ("990009037", "Hôpital DÉMO")):
        Structure.objects.filter(pk=s.creer_structure(finess, nom).pk).update(
            commune="DÉMOVILLE", code_postal="99100"
        )
    page = envoyer(scene.patient(), "/acces/chercher-structure/", **champs)
    assert page.statut == 200
    assert set(page.titres(3)) == trouves


@pytest.mark.parametrize("champs", [{}, {"nom": "lilas"}, {"commune": "d"}, {"finess": "12"}])
def test_une_structure_se_cherche_par_sa_commune_ou_son_finess(
    scene: Scene, champs: dict[str, str]
) -> None:
    page = Page(scene.patient().post("/acces/chercher-structure/", champs))
    assert page.statut == 422
    assert "FINESS" in page.texte


# --- The code ------------------------------------------------------------------------------------


def test_le_code_s_affiche_une_fois_avec_son_qr_et_sert(scene: Scene) -> None:
    client = scene.patient()
    cree = Page(client.post("/acces/code/"))
    assert cree.statut == 200
    affiche = cree.racine.xpath('//p[@class="code-ouverture__code"]/span[@aria-hidden]')[0].text
    code = affiche.replace(" ", "")
    assert len(code) == accords.LONGUEUR_CODE
    assert " ".join(code) in cree.texte  # as a screen reader spells it
    assert len(cree.racine.xpath('//div[@class="code-qr"]/svg')) == 1
    assert "style=" not in cree.html.split('class="code-qr"')[1].split("</div>")[0]
    assert "15 minutes" in cree.texte

    attente = lire(client, "/acces/code/")
    assert "Un code attend d'être utilisé" in attente.texte
    assert code not in attente.html
    assert affiche not in attente.html
    assert accords.utiliser_code_ouverture(
        acteur=scene.medecin, code=affiche, date_naissance=date(1985, 4, 12)
    )
    assert "Un code attend" not in lire(client, "/acces/code/").texte
    assert "donnée par un code d'ouverture" in lire(client, "/acces/").texte


def test_le_qr_se_relit_et_dit_le_code() -> None:
    import segno

    from habilitations.views.code import qr_en_ligne

    # No reader of QR is on the test machine: the drawing is the library's own for this text.
    dessin = segno.make("ABCDEFGHJK", error="m", micro=False, boost_error=False)
    chemin = dessin.svg_inline(border=4, dark="#000", light="#fff", lineclass=None, omitsize=True)
    assert chemin.split(" d=")[-1] == qr_en_ligne("ABCDEFGHJK").split(" d=")[-1]
    assert qr_en_ligne("ABCDEFGHJK") != qr_en_ligne("ABCDEFGHJ2")


def test_un_code_s_annule_et_un_nouveau_tue_l_ancien(scene: Scene) -> None:
    client = scene.patient()
    client.post("/acces/code/")
    client.post("/acces/code/")
    assert "Un code attend" in lire(client, "/acces/code/").texte
    page = envoyer(client, "/acces/code/annuler/")
    assert "il n'ouvre plus rien" in page.texte
    assert "Un code attend" not in page.texte
    with s.espace_ouvert(s.acteur_titulaire(scene.compte), scene.espace.pk, Action.LISTER) as acces:
        assert acces.espace.codes_ouverture.filter(annule_le=None).count() == 0
