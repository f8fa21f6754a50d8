"""Measures in the record: who may, what the pages show, what stays readable at rest."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comptes.models import Compte
from dossier.mesures import actions, selection
from dossier.mesures.effets import DELAI_ANNULATION, EFFACER
from dossier.mesures.referentiel import types_mesures
from dossier.mesures.regles import MesureRefusee, SaisieMesure
from dossier.models import GenreAuteur, Mesure, ReglageMesures
from habilitations.acces import AccesRefuse, ouvrir_pour_le_systeme
from habilitations.politique import Acteur, Action
from journal.models import Ligne
from mes.socle import mur, travaux
from mes.socle.models import Travail
from tests import situations as s
from tests.accueil import scenes
from tests.accueil.lecture import envoyer, lire, verifier_liens, verifier_structure
from tests.accueil.scenes import Scene
from tests.comptes.outils import connecter_usager
from tests.securite.chercheur import Chercheur
from usagers.models import EspaceSante, Gestion, Qualite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]

POIDS = "/mesures/type/poids/"
TENSION = "/mesures/type/tension-arterielle/"
HBA1C = "/mesures/type/hemoglobine-glyquee-hba1c/"
IMC = "/mesures/type/indice-de-masse-corporelle-imc/"
LE_3_MARS = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
"""10 h 30 in Paris."""


@pytest.fixture
def scene() -> Scene:
    return scenes.dossier()


@pytest.fixture
def client(scene: Scene) -> Client:
    return scene.patient()


def mesurer(scene: Scene, code: str, *valeurs: str, **champs: object):
    return s.mesurer(s.acteur_titulaire(scene.compte), scene.espace, code, *valeurs, **champs)


def poids(**champs: str) -> dict[str, str]:
    return {"valeur_WEIGHT": "72,5", "jour": "2026-03-03", "heure": "10:30"} | champs


def en_base(espace: EspaceSante) -> list[Mesure]:
    with transaction.atomic(), ouvrir_pour_le_systeme(espace.pk):
        return list(Mesure.objects.order_by("pk"))


def proche(espace: EspaceSante, qualite: Qualite, nom: str = "camille") -> tuple[Compte, Client]:
    """Somebody who manages this espace, in front of it."""
    compte = s.creer_compte(nom, s.creer_espace(nom))
    Gestion.objects.create(espace=espace, compte_id=compte.pk, qualite=qualite)
    navigateur = Client()
    session = connecter_usager(navigateur, compte)
    session["espace_id"] = str(espace.pk)
    session.save()
    return compte, navigateur


def faits(espace: EspaceSante) -> list[str]:
    with mur.ouvrir(journal_lu=[espace.pk]):
        lignes = Ligne.objects.filter(espace_id=espace.pk, fait__contains="mesure")
        return list(lignes.order_by("numero").values_list("fait", flat=True))


class TestAjouter:
    @pytest.mark.regle("R-MES-04", "R-MES-05")
    def test_une_valeur_tapee_a_la_francaise_est_enregistree_et_montree(self, scene, client):
        page = envoyer(client, POIDS + "ajouter/", **poids(commentaire="Après le repas"))
        assert page.titres(1) == ["Poids"]
        assert "Poids : 72,5 kg est enregistré." in page.texte
        assert "3 mars 2026 à 10 h 30" in page.texte
        assert "« Après le repas » Ajoutée par vous." in page.texte
        tuile = lire(client, "/mesures/").bloc("Poids")
        assert "72,5 kg" in tuile
        assert faits(scene.espace)[0] == "mesure_ajoutee"
        mesure = en_base(scene.espace)[0]
        assert (mesure.auteur_genre, mesure.auteur_id) == ("titulaire", scene.compte.pk)
        assert mesure.mesuree_le == LE_3_MARS

    @pytest.mark.parametrize(
        ("champs", "phrase"),
        [
            ({"valeur_WEIGHT": "700"}, "Saisissez une valeur entre 0 et 600 kg."),
            ({"valeur_WEIGHT": "72,1234"}, "Gardez au plus 3 chiffres après la virgule."),
            ({"valeur_WEIGHT": "lourd"}, "Saisissez un nombre, par exemple 72,5."),
            ({"valeur_WEIGHT": ""}, "Saisissez la valeur mesurée."),
            ({"jour": "2999-01-01"}, "Saisissez une date et une heure passées."),
            ({"jour": "0001-01-01", "heure": "00:00"}, "Saisissez une année à partir de 1900."),
            ({"jour": "9999-12-31", "heure": "23:59"}, "Saisissez une date et une heure passées."),
            ({"jour": "31 février"}, "Saisissez une date qui existe, par exemple 14/03/2026."),
            ({"heure": "25:00"}, "Saisissez une heure qui existe, par exemple 14:05."),
            ({"commentaire": "é" * 151}, "Gardez au plus 150 caractères."),
        ],
    )
    @pytest.mark.regle("R-MES-04", "R-MES-05")
    def test_une_erreur_dit_quoi_faire_et_rien_n_est_perdu(self, scene, client, champs, phrase):
        saisi = poids(commentaire="Ma note") | champs
        page = envoyer(client, POIDS + "ajouter/", **saisi)
        assert page.statut == 422
        assert phrase in page.texte
        for nom, valeur in saisi.items():
            assert page.champ(nom).get("value", "") == valeur
        assert en_base(scene.espace) == []

    @pytest.mark.regle("R-MES-03")
    def test_une_tension_dont_les_deux_nombres_sont_egaux_est_refusee(self, scene, client):
        donnees = {
            "valeur_SYSTOLIC_BLOOD_PRESSURE": "120",
            "valeur_DIASTOLIC_BLOOD_PRESSURE": "120",
            "jour": "2026-03-03",
            "heure": "10:30",
        }
        page = envoyer(client, TENSION + "ajouter/", **donnees)
        assert page.statut == 422
        assert "Entre 40 et 300 mmHg. Si votre appareil affiche 12/8" in page.texte
        assert "doit être plus grande que la diastolique" in page.texte
        donnees["valeur_DIASTOLIC_BLOOD_PRESSURE"] = "80"
        assert "120/80 mmHg" in envoyer(client, TENSION + "ajouter/", **donnees).texte

    @pytest.mark.regle("R-MES-02")
    def test_l_imc_se_calcule_avec_la_taille_la_plus_proche_et_ne_se_pousse_pas(
        self, scene, client
    ):
        reponse = client.post(IMC + "ajouter/", poids(valeur_BODY_MASS_INDEX="22"))
        assert reponse.status_code == 422
        assert en_base(scene.espace) == []
        assert "pas encore calculé" in lire(client, IMC).texte
        mesurer(scene, "HEIGHT", "150", le=LE_3_MARS - timedelta(days=3000))
        mesurer(scene, "HEIGHT", "175", le=LE_3_MARS + timedelta(days=1))
        mesurer(scene, "WEIGHT", "72.5", le=LE_3_MARS)
        texte = lire(client, IMC).texte
        assert "23,7 kg/m²" in texte
        assert "Calculé avec 72,5 kg et 1,75 m le 4 mars 2026." in texte
        assert "23,7 kg/m²" in lire(client, "/mesures/").texte
        assert len(en_base(scene.espace)) == 3

    def test_le_moment_d_une_glycemie_se_choisit_et_se_relit(self, scene, client):
        page = envoyer(
            client,
            "/mesures/type/glycemie/ajouter/",
            valeur_GLUCOSE="1,05 g/L",
            jour="2026-03-03",
            heure="08:00",
            contexte="53049-3",
        )
        assert "105 mg/dL" in page.texte
        assert "Glucose à jeun." in page.texte


class TestHistorique:
    def test_les_etats_vides_invitent(self, client):
        page = lire(client, "/mesures/")
        assert "Vous n'avez pas encore de mesure." in page.texte
        assert "J'ajoute mon poids" in page.liens()
        assert "Ajoutez-en une première" in lire(client, POIDS).texte

    @pytest.mark.regle("R-MES-05")
    def test_la_courbe_et_le_tableau_disent_la_meme_chose_par_periode(self, scene, client):
        for mois, valeur in ((1, "70"), (2, "71"), (3, "72.5")):
            mesurer(scene, "WEIGHT", valeur, le=LE_3_MARS.replace(month=mois))
        page = lire(client, POIDS)
        dessin = page.racine.find(".//figure//svg")
        assert dessin.get("role") == "img"
        assert "de 70 kg à 72,5 kg".casefold() in page.mots(dessin.find("desc")).casefold()
        cellules = page.racine.xpath('//td[@data-colonne="Valeur"]')
        assert [page.mots(c) for c in cellules] == ["72,5 kg", "71 kg", "70 kg"]
        fevrier = lire(client, POIDS + "?periode=mois&le=2026-02-10")
        assert "71 kg" in fevrier.texte
        assert "72,5 kg" not in fevrier.texte
        assert fevrier.racine.find(".//figure") is None
        assert {"Mesures précédentes", "Mesures suivantes"} <= set(fevrier.liens())
        vide = lire(client, POIDS + "?periode=annee&le=2020-01-01")
        assert "Aucune mesure sur cette période." in vide.texte

    @pytest.mark.parametrize(
        "demande",
        [
            "?periode=siecle&le=hier&page=x&supprimee=rien",
            "?le=0001-01-01&page=9999",
            "?le=9999-12-31",
        ],
    )
    def test_une_adresse_mal_ecrite_montre_l_historique(self, scene, client, demande):
        mesurer(scene, "WEIGHT", "70")
        assert "70 kg" in lire(client, POIDS + demande).texte

    def test_un_type_inconnu_ou_qui_ne_s_affiche_pas_est_absent(self, client):
        for slug in ("inconnu", "saturation-en-oxygene-spo2", "tension-arterielle-systolique"):
            assert client.get(f"/mesures/type/{slug}/").status_code == 404
        assert client.get(POIDS + "objectif/").status_code == 404

    def test_la_tuile_dit_la_tendance(self, scene, client):
        mesurer(scene, "WEIGHT", "72", le=LE_3_MARS)
        mesurer(scene, "WEIGHT", "72.5", le=LE_3_MARS + timedelta(days=1))
        assert "En hausse de 0,5 kg" in lire(client, "/mesures/").bloc("Poids")

    def test_une_page_coute_autant_pour_cent_mesures_que_pour_deux(self, scene, client):
        def requetes(adresse: str) -> int:
            with CaptureQueriesContext(connection) as captees:
                assert client.get(adresse).status_code == 200
            return len(captees)

        for code in ("WEIGHT", "HEIGHT", "HEART_RATE"):
            for rang in range(2):
                mesurer(scene, code, "80", le=LE_3_MARS + timedelta(days=rang))
        adresses = ("/mesures/", POIDS, IMC, "/mesures/organiser/", "/mesures/exporter/fichier/")
        lire(client, "/accueil/")  # the first page of a session costs more
        avant = {adresse: requetes(adresse) for adresse in adresses}
        for rang in range(60):
            mesurer(scene, "WEIGHT", "80", le=LE_3_MARS + timedelta(hours=rang))
            mesurer(scene, "HEIGHT", "180", le=LE_3_MARS + timedelta(hours=rang))
        assert {adresse: requetes(adresse) for adresse in adresses} == avant

    def test_les_pages_sont_bien_construites(self, scene, client):
        identifiant = mesurer(scene, "WEIGHT", "70", le=LE_3_MARS)
        mesurer(scene, "WEIGHT", "71")
        mesurer(scene, "GLYCATED_HEMOGLOBIN", "6.5")
        for adresse in (
            *("/mesures/", POIDS, POIDS + "ajouter/", IMC, IMC + "ajouter/", HBA1C),
            *(HBA1C + "objectif/", "/mesures/organiser/", "/mesures/exporter/"),
            *(f"/mesures/{identifiant}/modifier/", "/accueil/"),
        ):
            page = lire(client, adresse)
            verifier_structure(page, adresse)
            verifier_liens(page, adresse)
        assert "Voir et ajouter mes mesures" in lire(client, "/accueil/").liens()


class TestCorriger:
    @pytest.mark.regle("R-MES-09")
    def test_on_corrige_la_sienne_sans_changer_son_auteur(self, scene, client):
        identifiant = mesurer(scene, "WEIGHT", "70", le=LE_3_MARS, commentaire="Ma note")
        page = lire(client, f"/mesures/{identifiant}/modifier/")
        assert page.champ("valeur_WEIGHT").get("value") == "70"
        assert page.champ("heure").get("value") == "10:30"
        assert page.champ("commentaire").get("value") == "Ma note"
        page = envoyer(client, f"/mesures/{identifiant}/modifier/", **poids(valeur_WEIGHT="71"))
        assert "71 kg" in page.texte
        [mesure] = en_base(scene.espace)
        assert mesure.pk == identifiant
        assert mesure.modifiee_le is not None
        reponse = client.post(f"/mesures/{identifiant}/modifier/", poids(valeur_WEIGHT="trop"))
        assert reponse.status_code == 422

    def test_une_mesure_supprimee_se_retablit_puis_s_efface(self, scene, client):
        identifiant = mesurer(scene, "WEIGHT", "70", le=LE_3_MARS, commentaire="Ma note")
        page = envoyer(client, f"/mesures/{identifiant}/supprimer/")
        assert "La mesure 70 kg du 3 mars 2026 à 10 h 30 est supprimée." in page.texte
        assert "Vous n'avez pas encore de valeur ici." in page.texte
        assert client.get(f"/mesures/{identifiant}/modifier/").status_code == 404
        page = envoyer(client, f"/mesures/{identifiant}/retablir/")
        assert "« Ma note »" in page.texte
        [retablie] = en_base(scene.espace)
        assert retablie.pk != identifiant

        # The job of the first deletion finds nothing; that of the second erases.
        envoyer(client, f"/mesures/{retablie.pk}/supprimer/")
        assert len(en_base(scene.espace)) == 1
        Travail.objects.filter(nature=EFFACER).update(pas_avant=timezone.now())
        for travail in Travail.objects.filter(nature=EFFACER):
            assert travaux.faire(travail.pk)
        assert en_base(scene.espace) == []
        assert client.post(f"/mesures/{retablie.pk}/retablir/").status_code == 404
        attendus = ["mesure_supprimee", "mesure_retablie", "mesure_supprimee"]
        assert [f for f in faits(scene.espace) if f in attendus] == attendus

    def test_au_bout_d_une_heure_on_ne_retablit_plus(self, scene, client):
        identifiant = mesurer(scene, "WEIGHT", "70")
        envoyer(client, f"/mesures/{identifiant}/supprimer/")
        with transaction.atomic(), ouvrir_pour_le_systeme(scene.espace.pk):
            Mesure.objects.update(supprimee_le=timezone.now() - DELAI_ANNULATION * 2)
        assert "est supprimée" not in lire(client, f"{POIDS}?supprimee={identifiant}").texte
        assert client.post(f"/mesures/{identifiant}/retablir/").status_code == 404


class TestQui:
    @pytest.mark.regle("R-MES-09")
    def test_une_mesure_d_un_service_se_lit_et_ne_se_touche_pas(self, scene, client):
        identifiant = mesurer(scene, "WEIGHT", "70")
        with transaction.atomic(), ouvrir_pour_le_systeme(scene.espace.pk):
            Mesure.objects.update(auteur_genre=GenreAuteur.SERVICE, auteur_id=None)
        page = lire(client, POIDS)
        assert "70 kg" in page.texte
        assert not any("Supprimer" in bouton for bouton in page.boutons())
        assert client.get(f"/mesures/{identifiant}/modifier/").status_code == 403
        assert client.post(f"/mesures/{identifiant}/modifier/", poids()).status_code == 403
        assert client.post(f"/mesures/{identifiant}/supprimer/").status_code == 403

    @pytest.mark.regle("R-MES-09")
    def test_un_aidant_lit_tout_ajoute_et_ne_touche_qu_aux_siennes(self, scene):
        du_titulaire = mesurer(scene, "WEIGHT", "70", le=LE_3_MARS)
        _, aidant = proche(scene.espace, Qualite.AIDANT)
        envoyer(aidant, POIDS + "ajouter/", **poids(valeur_WEIGHT="71", jour="2026-03-04"))
        page = lire(aidant, POIDS)
        assert "Ajoutée par Alex DEMO-UN." in page.texte
        assert sum("Supprimer" in bouton for bouton in page.boutons()) == 1
        assert aidant.post(f"/mesures/{du_titulaire}/supprimer/").status_code == 403
        [siennes] = [m.pk for m in en_base(scene.espace) if m.auteur_genre == "aidant"]
        assert aidant.post(f"/mesures/{siennes}/supprimer/").status_code == 302

    def test_un_representant_corrige_ce_qui_vient_du_cote_du_patient(self):
        ines = s.creer_espace("ines")
        _, parent = proche(ines, Qualite.REPRESENTANT)
        _, aidant = proche(ines, Qualite.AIDANT, "alex")
        envoyer(aidant, POIDS + "ajouter/", **poids(valeur_WEIGHT="38"))
        [mesure] = en_base(ines)
        assert parent.post(f"/mesures/{mesure.pk}/modifier/", poids()).status_code == 302

    def test_la_mesure_d_un_autre_espace_est_absente(self, scene):
        identifiant = mesurer(scene, "WEIGHT", "70")
        autre = Client()
        connecter_usager(autre, s.creer_compte("camille", s.creer_espace("camille")))
        for geste in ("modifier", "supprimer", "retablir"):
            assert autre.post(f"/mesures/{identifiant}/{geste}/").status_code == 404

    @pytest.mark.regle("R-MES-10")
    def test_un_professionnel_autorise_ne_lit_ni_n_ecrit_aucune_mesure(self, scene):
        identifiant = mesurer(scene, "WEIGHT", "70")
        medecin = scene.medecin
        s.autoriser(medecin, scene.espace)
        saisie = SaisieMesure("WEIGHT", {"WEIGHT": Decimal(70)}, LE_3_MARS)
        gestes = (
            lambda a: selection.mesures(a),
            lambda a: selection.historique(a, types_mesures()["WEIGHT"]),
            lambda a: selection.toutes(a),
            lambda a: selection.mesure_pour(a, identifiant),
            lambda a: actions.ajouter_mesure(acces=a, saisie=saisie),
            lambda a: actions.modifier_mesure(acces=a, mesure_id=identifiant, saisie=saisie),
            lambda a: actions.supprimer_mesure(acces=a, mesure_id=identifiant),
            lambda a: actions.retablir_mesure(acces=a, mesure_id=identifiant),
            lambda a: actions.ranger_tuiles(acces=a, code="WEIGHT", geste="masquer", affichees=[]),
            lambda a: actions.regler_objectif(
                acces=a, code="GLYCATED_HEMOGLOBIN", valeur=Decimal(6)
            ),
        )
        assert medecin.genre is Acteur.PROFESSIONNEL
        for geste in gestes:
            for action in (Action.LISTER, Action.LIRE, Action.DEPOSER):
                with (
                    pytest.raises(AccesRefuse),
                    s.espace_ouvert(medecin, scene.espace.pk, action) as acces,
                ):
                    geste(acces)
        navigateur = scene.professionnel()
        for adresse in ("/ps/dossier/", "/ps/dossier/documents/", "/ps/dossier/histoire-de-soins/"):
            assert "70 kg" not in lire(navigateur, adresse).texte
        assert len(en_base(scene.espace)) == 1


class TestRangement:
    @pytest.mark.regle("R-MES-06")
    def test_on_masque_on_montre_et_on_deplace_sans_rien_perdre(self, scene, client):
        mesurer(scene, "WEIGHT", "70")
        mesurer(scene, "HEART_RATE", "60")

        def ranger(code: str, geste: str) -> None:
            reponse = client.post("/mesures/organiser/", {"code": code, "geste": geste})
            assert reponse.status_code == 302

        assert lire(client, "/mesures/").titres(2)[:2] == ["Poids", "Fréquence cardiaque"]
        ranger("HEART_RATE", "monter")
        ranger("HEART_RATE", "monter")
        assert lire(client, "/mesures/").titres(2)[:2] == ["Fréquence cardiaque", "Poids"]
        ranger("HEART_RATE", "masquer")
        assert "Fréquence cardiaque" not in lire(client, "/mesures/").titres(2)
        assert "Fréquence cardiaque" in lire(client, "/mesures/organiser/").bloc("Mesures masquées")
        ranger("HEART_RATE", "montrer")
        assert lire(client, "/mesures/").titres(2)[:2] == ["Fréquence cardiaque", "Poids"]
        assert "60 bpm" in lire(client, "/mesures/").texte

    @pytest.mark.regle("R-MES-06")
    def test_tout_masquer_le_dit(self, scene, client):
        mesurer(scene, "WEIGHT", "70")
        client.post("/mesures/organiser/", {"code": "WEIGHT", "geste": "masquer"})
        assert "Vous avez masqué toutes vos mesures." in lire(client, "/mesures/").texte

    @pytest.mark.parametrize(
        ("code", "geste"), [("INCONNU", "masquer"), ("WEIGHT", "voler"), ("", "")]
    )
    def test_un_choix_incompris_ne_change_rien(self, scene, client, code, geste):
        page = envoyer(client, "/mesures/organiser/", code=code, geste=geste)
        assert "Ce choix n'a pas été compris" in page.texte
        with transaction.atomic(), ouvrir_pour_le_systeme(scene.espace.pk):
            assert not ReglageMesures.objects.exists()

    @pytest.mark.regle("R-MES-06")
    def test_un_objectif_se_note_se_voit_et_se_retire(self, scene, client):
        mesurer(scene, "GLYCATED_HEMOGLOBIN", "7.2", le=LE_3_MARS)
        mesurer(scene, "GLYCATED_HEMOGLOBIN", "7.0")
        page = envoyer(client, HBA1C + "objectif/", objectif="6,5")
        assert "Mon objectif : 6,5 %" in page.texte
        assert "Objectif : 6,5 %" in page.mots(page.racine.find(".//figure//desc"))
        assert "Objectif : 6,5 %" in lire(client, "/mesures/").texte
        refuse = envoyer(client, HBA1C + "objectif/", objectif="95")
        assert (refuse.statut, refuse.champ("objectif").get("value")) == (422, "95")
        assert (
            "Vous n'avez pas noté d'objectif."
            in envoyer(client, HBA1C + "objectif/", objectif="").texte
        )

    def test_sans_objectif_possible_il_est_refuse(self, scene):
        titulaire = s.acteur_titulaire(scene.compte)
        with s.espace_ouvert(titulaire, scene.espace.pk, Action.LIRE) as acces:
            for code in ("WEIGHT", "INCONNU"):
                with pytest.raises(MesureRefusee):
                    actions.regler_objectif(acces=acces, code=code, valeur=Decimal(70))


class TestExport:
    def test_le_fichier_s_ouvre_dans_un_tableur_francais_sans_formule(self, scene, client):
        mesurer(scene, "WEIGHT", "72.5", le=LE_3_MARS, commentaire='=CMD|"calc"; suite')
        mesurer(scene, "STEPS_BY_DAY", "10000", le=LE_3_MARS - timedelta(days=1))
        assert "n'est plus protégé par votre espace" in lire(client, "/mesures/exporter/").texte
        reponse = client.get("/mesures/exporter/fichier/")
        assert reponse["Content-Type"] == "text/csv; charset=utf-8"
        assert "attachment" in reponse["Content-Disposition"]
        assert reponse.content.startswith(b"\xef\xbb\xbf")
        lignes = list(csv.reader(StringIO(reponse.content.decode("utf-8-sig")), delimiter=";"))
        assert lignes[1:] == [
            [
                *("Poids", "03/03/2026", "10:30", "72,5", "kg", ""),
                *('\'=CMD|"calc"; suite', "vous"),
            ],
            [
                *("Nombre de pas (par jour)", "02/03/2026", "10:30", "10000", "pas", ""),
                *("", "vous"),
            ],
        ]
        assert "mesures_exportees" in faits(scene.espace)


class TestAuRepos:
    def test_aucune_mesure_n_apparait_tant_que_l_espace_n_est_pas_ouvert(self, scene, client):
        mesurer(scene, "WEIGHT", "70")
        client.post("/mesures/organiser/", {"code": "WEIGHT", "geste": "masquer"})
        camille = s.creer_espace("camille")
        for modele in (Mesure, ReglageMesures):
            assert modele.objects.count() == 0
            with mur.ouvrir(lus=[camille.pk]):
                assert modele.objects.count() == 0
            with mur.ouvrir(lus=[scene.espace.pk]):
                assert modele.objects.count() == 1

    def test_on_n_ecrit_pas_dans_un_espace_ferme(self, scene):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Mesure(
                espace_id=scene.espace.pk,
                mesuree_le=LE_3_MARS,
                auteur_genre="titulaire",
                type_index=b"\0" * 32,
                scelle=b"x",
            ).save(force_insert=True)

    def test_ni_la_valeur_ni_ce_qui_est_mesure_ne_se_lit_dans_la_base(self, scene, client):
        mesurer(scene, "WEIGHT", "173.125", commentaire="Canari jaune", le=LE_3_MARS)
        mesurer(scene, "GLYCATED_HEMOGLOBIN", "6.875")
        client.post(HBA1C + "objectif/", {"objectif": "6,625"})
        mots = ["173.125", "6.875", "6.625", "Canari jaune", "WEIGHT", "GLYCATED", "29463-7"]
        octets = b""
        with mur.ouvrir(lus=[scene.espace.pk]), connection.cursor() as curseur:
            for table in ("dossier_mesure", "dossier_reglagemesures"):
                curseur.execute(f"SELECT * FROM {table}")
                for ligne in curseur.fetchall():
                    for valeur in ligne:
                        brut = valeur if isinstance(valeur, memoryview) else str(valeur).encode()
                        octets += bytes(brut) + b"\n"
        assert str(scene.espace.pk).encode() in octets
        assert Chercheur(mots).trouver(octets) == set()
        assert Chercheur(mots).trouver(octets + b"canari jaune") != set()

    def test_une_valeur_deplacee_sur_une_autre_ligne_ne_s_ouvre_plus(self, scene, client):
        mesurer(scene, "WEIGHT", "70")
        mesurer(scene, "WEIGHT", "80")
        premiere, seconde = en_base(scene.espace)
        with transaction.atomic(), ouvrir_pour_le_systeme(scene.espace.pk):
            Mesure.objects.filter(pk=seconde.pk).update(scelle=premiere.scelle)
        client.raise_request_exception = False
        assert client.get(POIDS).status_code == 500

    def test_deux_espaces_n_ont_pas_le_meme_index_pour_un_meme_type(self, scene):
        autre = s.creer_espace("camille")
        index = {Mesure.index_du_type(e.pk, "WEIGHT") for e in (scene.espace, autre)}
        assert len(index) == 2
