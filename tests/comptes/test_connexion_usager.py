"""The patient's log-in over HTTP: two factors each time, nothing said to a stranger."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comptes.authentification import Argon2id
from comptes.models import Compte, DispositifCode
from journal.faits import Fait
from notifications.models import Envoi
from tests.comptes.conftest import MOT_DE_PASSE, Navigateur, code_recu
from tests.comptes.outils import (
    contenu,
    dernier_envoi,
    est_connecte,
    faits_du_journal,
    motifs_de_securite,
    session_de,
)

pytestmark = pytest.mark.django_db


def un_autre_code(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def vieillir_code(**duree: float) -> None:
    """As if the code had been sent that much earlier."""
    ecart = timedelta(**duree)
    DispositifCode.objects.update(
        expire_le=F("expire_le") - ecart, envoye_le=F("envoye_le") - ecart
    )


# --- Two factors, each time (R-AUT-01) ---------------------------------------------------------


@pytest.mark.regle("R-AUT-01")
def test_le_mot_de_passe_seul_n_ouvre_jamais_de_session(navigateur):
    reponse = navigateur.taper_mot_de_passe()
    assert reponse.headers["Location"] == "/connexion/moyen/"
    assert not est_connecte(navigateur)
    assert navigateur.get("/accueil/").headers["Location"].startswith("/connexion/")


@pytest.mark.regle("R-AUT-01", "R-AUT-02")
@pytest.mark.parametrize("canal", ["courriel", "sms"])
def test_le_mot_de_passe_puis_le_code_ouvrent_la_session(navigateur, espace, canal):
    code = navigateur.jusqu_au_code(canal)
    assert not est_connecte(navigateur)
    reponse = navigateur.taper_code(code)
    assert (reponse.status_code, reponse.headers["Location"]) == (302, "/accueil/")
    assert est_connecte(navigateur)
    assert faits_du_journal(espace.pk)[-1] is Fait.CONNEXION


def test_la_deconnexion_ferme_la_session_et_le_dit_au_journal(navigateur, espace):
    navigateur.taper_code(navigateur.jusqu_au_code())
    assert navigateur.get("/deconnexion/").status_code == 405
    assert est_connecte(navigateur)
    cle = session_de(navigateur).session_key
    reponse = navigateur.post("/deconnexion/")
    assert not est_connecte(navigateur)
    assert "Vous êtes déconnecté" in navigateur.get(reponse.headers["Location"]).content.decode()
    assert faits_du_journal(espace.pk)[-1] is Fait.DECONNEXION
    assert not Session.objects.filter(session_key=cle).exists()


def test_quitter_vite_ferme_la_session_vide_le_navigateur_et_montre_un_autre_site(
    navigateur, espace, settings
):
    navigateur.taper_code(navigateur.jusqu_au_code())
    cle = session_de(navigateur).session_key
    reponse = navigateur.post("/sortie/")
    assert reponse.headers["Refresh"] == f"0; url={settings.MES_SORTIE_DISCRETE}"
    assert '"cookies"' in reponse.headers["Clear-Site-Data"]
    assert reponse.content == b""
    assert not est_connecte(navigateur)
    assert not Session.objects.filter(session_key=cle).exists()
    assert faits_du_journal(espace.pk)[-1] is Fait.DECONNEXION


@pytest.mark.regle("R-AUT-01")
def test_une_nouvelle_connexion_demande_un_nouveau_code(navigateur):
    code = navigateur.jusqu_au_code()
    navigateur.taper_code(code)
    navigateur.post("/deconnexion/")
    navigateur.taper_mot_de_passe()
    assert navigateur.taper_code(code).headers["Location"] == "/connexion/moyen/"
    assert not est_connecte(navigateur)


def test_la_cle_de_session_change_a_chaque_etape(navigateur):
    navigateur.get("/connexion/")
    navigateur.taper_mot_de_passe()
    apres_mot_de_passe = session_de(navigateur).session_key
    navigateur.demander_code()
    navigateur.taper_code(code_recu())
    apres_code = session_de(navigateur).session_key
    assert apres_mot_de_passe != apres_code
    assert not Session.objects.filter(session_key=apres_mot_de_passe).exists()


def test_la_cle_d_une_session_anonyme_posee_par_autrui_ne_sert_a_rien(navigateur):
    navigateur.get("/connexion/")
    pieger = Navigateur()
    pieger.cookies = navigateur.cookies.copy()
    navigateur.taper_mot_de_passe()
    assert pieger.get("/connexion/moyen/").headers["Location"] == "/connexion/"


# --- The code (R-AUT-02, R-AUT-03) -------------------------------------------------------------


@pytest.mark.regle("R-AUT-02")
def test_un_code_ne_sert_qu_une_fois(navigateur):
    code = navigateur.jusqu_au_code()
    liaison = session_de(navigateur)["connexion"]
    navigateur.taper_code(code)
    # The same browser session, put back as it was just before: only the code is used up.
    rejoue = Navigateur()
    rejoue.taper_mot_de_passe()
    session = session_de(rejoue)
    session["connexion"] = liaison
    session.save()
    reponse = rejoue.taper_code(code)
    assert reponse.status_code == 422
    assert "a déjà servi" in reponse.content.decode()
    assert not est_connecte(rejoue)
    assert motifs_de_securite()[-1] == "CODE_ABSENT"


@pytest.mark.regle("R-AUT-02")
def test_un_code_est_valable_quatorze_minutes_cinquante_neuf(navigateur):
    code = navigateur.jusqu_au_code()
    vieillir_code(minutes=14, seconds=59)
    navigateur.taper_code(code)
    assert est_connecte(navigateur)


@pytest.mark.regle("R-AUT-02")
def test_un_code_n_est_plus_valable_apres_quinze_minutes_et_une_seconde(navigateur):
    code = navigateur.jusqu_au_code()
    vieillir_code(minutes=15, seconds=1)
    reponse = navigateur.taper_code(code)
    assert "n’est plus valable" in reponse.content.decode()
    assert not est_connecte(navigateur)
    assert motifs_de_securite()[-1] == "CODE_EXPIRE"


@pytest.mark.regle("R-AUT-02")
def test_un_code_ne_sert_que_dans_le_navigateur_qui_l_a_demande(navigateur):
    code = navigateur.jusqu_au_code()
    autre = Navigateur()
    autre.taper_mot_de_passe()
    session = session_de(autre)
    session["connexion"] = {**session["connexion"], "canal": "courriel"}
    session.save()
    assert autre.taper_code(code).status_code == 422
    assert not est_connecte(autre)
    assert navigateur.taper_code(code).status_code == 302


@pytest.mark.regle("R-AUT-02")
@pytest.mark.parametrize("ecrire", ["{} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", "{}\u00a0"])
def test_un_code_colle_avec_des_espaces_est_accepte(navigateur, ecrire):
    code = navigateur.jusqu_au_code()
    navigateur.taper_code(ecrire.format(code))
    assert est_connecte(navigateur)


@pytest.mark.parametrize("saisie", ["", "12345", "1234567", "abcdef", "１２３４５６"])
def test_une_saisie_qui_n_est_pas_un_code_ne_coute_pas_d_essai(navigateur, saisie):
    navigateur.jusqu_au_code()
    assert navigateur.taper_code(saisie).status_code == 422
    assert DispositifCode.objects.get().essais == 0


@pytest.mark.regle("R-AUT-03")
@pytest.mark.parametrize(
    ("canal", "masquee", "entiere"),
    [("courriel", "a***@m***.test", "alex@mes.test"), ("sms", "+33 6 ** ** ** 01", "39980001")],
)
def test_la_destination_est_montree_masquee_et_jamais_entiere(navigateur, canal, masquee, entiere):
    navigateur.taper_mot_de_passe()
    pages = [navigateur.get("/connexion/moyen/").content.decode()]
    navigateur.demander_code(canal)
    pages.append(navigateur.get("/connexion/code/").content.decode())
    for page in pages:
        assert masquee in page
        assert entiere not in page
    assert entiere in dernier_envoi()["adresse"]


def test_le_message_donne_le_code_et_un_lien_qui_le_remplit_hors_de_vue_du_serveur(navigateur):
    code = navigateur.jusqu_au_code()
    courriel = dernier_envoi()
    assert f"http://localhost:8000/connexion/code/#{code}" in courriel["texte"]
    assert f"/connexion/code/#{code}" in courriel["html"]
    assert code not in courriel["sujet"]
    vieillir_code(minutes=1)
    navigateur.demander_code("sms")
    assert dernier_envoi()["texte"].endswith(f"@localhost #{code_recu()}")


def test_le_code_n_est_ecrit_en_clair_nulle_part(navigateur):
    code = navigateur.jusqu_au_code()
    with connection.cursor() as curseur:
        for table in ("comptes_dispositifcode", "notifications_envoi", "django_session"):
            curseur.execute(f"SELECT t::text FROM {table} t")
            for (ligne,) in curseur.fetchall():
                assert code not in re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+", "", ligne)
                assert code.encode().hex() not in ligne


def test_un_sms_n_est_pas_propose_sans_passerelle(navigateur, settings):
    settings.MES_SMS_URL = ""
    navigateur.taper_mot_de_passe()
    assert "Par SMS" not in navigateur.get("/connexion/moyen/").content.decode()
    assert navigateur.demander_code("sms").status_code == 422


def test_sans_adresse_connue_la_page_dit_qui_appeler(navigateur, alex):
    alex.poser_fiche({"identifiant": "alex.demo", "prenom": "Alex", "courriel": "", "mobile": ""})
    alex.save()
    navigateur.taper_mot_de_passe()
    assert "3422" in navigateur.get("/connexion/moyen/").content.decode()
    assert navigateur.demander_code().status_code == 422
    assert Envoi.objects.count() == 0


# --- Resending, trying again and again (R-AUT-04) ----------------------------------------------


@pytest.mark.regle("R-AUT-04")
def test_le_renvoi_rend_l_ancien_code_inutile(navigateur):
    ancien = navigateur.jusqu_au_code()
    vieillir_code(minutes=1)
    assert navigateur.renvoyer().status_code == 302
    nouveau = code_recu()
    if ancien != nouveau:  # one chance in a million
        assert navigateur.taper_code(ancien).status_code == 422
    assert navigateur.taper_code(nouveau).status_code == 302


@pytest.mark.regle("R-AUT-04")
def test_changer_de_moyen_rend_l_ancien_code_inutile(navigateur):
    ancien = navigateur.jusqu_au_code("courriel")
    vieillir_code(minutes=1)
    navigateur.demander_code("sms")
    assert contenu(Envoi.objects.latest("id"))["adresse"] == "+33639980001"
    if ancien != code_recu():
        assert navigateur.taper_code(ancien).status_code == 422
    assert not est_connecte(navigateur)


@pytest.mark.regle("R-AUT-04")
def test_un_renvoi_immediat_est_refuse_et_le_code_recu_reste_bon(navigateur):
    code = navigateur.jusqu_au_code()
    reponse = navigateur.renvoyer()
    assert reponse.status_code == 429
    assert "dans 30 secondes" in reponse.content.decode()
    assert Envoi.objects.count() == 1
    assert navigateur.taper_code(code).status_code == 302


@pytest.mark.regle("R-AUT-04")
def test_apres_cinq_envois_il_faut_attendre_un_quart_d_heure(navigateur):
    navigateur.jusqu_au_code()
    for _ in range(4):
        vieillir_code(seconds=31)
        assert navigateur.renvoyer().status_code == 302
    vieillir_code(minutes=14)
    assert navigateur.renvoyer().status_code == 429
    vieillir_code(minutes=2)
    assert navigateur.renvoyer().status_code == 302
    assert Envoi.objects.count() == 6


@pytest.mark.regle("R-AUT-04")
def test_apres_cinq_codes_faux_le_bon_est_refuse_aussi(navigateur):
    code = navigateur.jusqu_au_code()
    for restants in (4, 3, 2, 1):
        reponse = navigateur.taper_code(un_autre_code(code))
        assert f"il vous reste {restants} essai" in reponse.content.decode()
        assert un_autre_code(code) not in reponse.content.decode()
    assert "bloquée" in navigateur.taper_code(un_autre_code(code)).content.decode()
    assert "bloquée" in navigateur.taper_code(code).content.decode()
    assert not est_connecte(navigateur)
    assert navigateur.renvoyer().status_code == 429
    assert motifs_de_securite() == ["CODE_FAUX"] * 4 + ["CODE_BLOQUE"] * 2


@pytest.mark.regle("R-AUT-04")
def test_un_nouveau_code_ne_rend_pas_d_essais(navigateur):
    code = navigateur.jusqu_au_code()
    for _ in range(3):
        navigateur.taper_code(un_autre_code(code))
    vieillir_code(minutes=1)
    navigateur.renvoyer()
    code = code_recu()
    navigateur.taper_code(un_autre_code(code))
    assert "bloquée" in navigateur.taper_code(un_autre_code(code)).content.decode()


@pytest.mark.regle("R-AUT-04")
def test_le_blocage_se_leve_puis_dure_le_double_la_fois_suivante(navigateur):
    def bloquer() -> timedelta:
        code = code_recu()
        for _ in range(5):
            navigateur.taper_code(un_autre_code(code))
        dispositif = DispositifCode.objects.get()
        duree = dispositif.bloque_jusqua - timezone.now()
        DispositifCode.objects.update(bloque_jusqua=timezone.now(), envoye_le=None)
        return duree

    navigateur.jusqu_au_code()
    premier = bloquer()
    assert timedelta(minutes=14) < premier <= timedelta(minutes=15)
    assert navigateur.renvoyer().status_code == 302
    assert timedelta(minutes=29) < bloquer() <= timedelta(minutes=30)
    assert navigateur.renvoyer().status_code == 302
    assert navigateur.taper_code(code_recu()).status_code == 302
    assert DispositifCode.objects.get().blocages == 0


@pytest.mark.regle("R-AUT-04")
def test_l_attente_entre_les_deux_etapes_ne_dure_qu_une_heure(navigateur):
    code = navigateur.jusqu_au_code()
    session = session_de(navigateur)
    session["connexion"] = {**session["connexion"], "le": session["connexion"]["le"] - 3601}
    session.save()
    assert navigateur.taper_code(code).headers["Location"] == "/connexion/"


@pytest.mark.regle("R-AUT-04")
def test_un_compte_ferme_entre_les_deux_etapes_ne_s_ouvre_pas(navigateur, alex):
    code = navigateur.jusqu_au_code()
    Compte.objects.filter(pk=alex.pk).update(is_active=False)
    assert navigateur.taper_code(code).headers["Location"] == "/connexion/"
    assert not est_connecte(navigateur)


# --- Lock-out by account and address (R-AUT-04) ------------------------------------------------


def verrouiller(navigateur: Navigateur) -> None:
    for _ in range(5):
        derniere = navigateur.taper_mot_de_passe("pas-le-bon")
    assert derniere.status_code == 429


@pytest.mark.regle("R-AUT-04")
def test_apres_cinq_mots_de_passe_faux_le_bon_est_refuse_aussi(navigateur):
    verrouiller(navigateur)
    assert navigateur.taper_mot_de_passe().status_code == 429
    assert navigateur.get("/connexion/moyen/").headers["Location"] == "/connexion/"
    assert motifs_de_securite() == ["IDENTIFIANTS"] * 4 + ["VERROUILLE"] * 2


@pytest.mark.regle("R-AUT-04")
def test_le_verrou_tient_pour_cette_adresse_et_non_pour_une_autre(navigateur):
    verrouiller(navigateur)
    ailleurs = Navigateur(REMOTE_ADDR="192.0.2.7")
    assert ailleurs.taper_mot_de_passe().status_code == 302


@pytest.mark.regle("R-AUT-04")
def test_une_adresse_d_ou_l_on_essaie_beaucoup_de_noms_attend_aussi(navigateur, settings):
    settings.MES_ESSAIS_PAR_ADRESSE = 4
    for rang in range(4):
        essai = {"identifiant": f"personne-{rang}.demo", "mot_de_passe": "Faux-1234!"}
        assert navigateur.post("/connexion/", essai).status_code == 422
    assert navigateur.taper_mot_de_passe().status_code == 429
    ailleurs = {"identifiant": "personne-9.demo", "mot_de_passe": "Faux-1234!"}
    reponse = navigateur.post("/connexion/", ailleurs, REMOTE_ADDR="203.0.113.9")
    assert reponse.status_code == 422


@pytest.mark.regle("R-AUT-04")
def test_le_verrou_se_leve_au_bout_d_une_heure(navigateur):
    verrouiller(navigateur)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=61))
    assert navigateur.taper_mot_de_passe().status_code == 302


@pytest.mark.regle("R-AUT-04")
def test_une_connexion_reussie_efface_les_essais_manques(navigateur):
    for _ in range(4):
        navigateur.taper_mot_de_passe("pas-le-bon")
    navigateur.taper_code(navigateur.jusqu_au_code())
    assert AccessAttempt.objects.count() == 0


@pytest.mark.regle("R-AUT-04")
def test_le_mot_de_passe_seul_n_efface_pas_les_essais_manques(navigateur):
    for _ in range(4):
        navigateur.taper_mot_de_passe("pas-le-bon")
    navigateur.taper_mot_de_passe()
    assert navigateur.taper_mot_de_passe("pas-le-bon").status_code == 429


def test_les_essais_ne_gardent_ni_identifiant_ni_mot_de_passe(navigateur):
    navigateur.taper_mot_de_passe("pas-le-bon")
    essai = AccessAttempt.objects.get()
    gardes = " ".join(str(getattr(essai, champ.name)) for champ in AccessAttempt._meta.fields)
    assert "alex.demo" not in gardes
    assert "pas-le-bon" not in gardes
    assert re.fullmatch(r"[0-9a-f]{64}", essai.username)


def test_derriere_un_mandataire_l_adresse_est_celle_qu_il_a_vue(navigateur, settings):
    settings.MES_MANDATAIRES = 1
    for _ in range(5):
        navigateur.post(
            "/connexion/",
            {"identifiant": "alex.demo", "mot_de_passe": "pas-le-bon"},
            HTTP_X_FORWARDED_FOR="203.0.113.9, 192.0.2.7",
        )
    assert AccessAttempt.objects.get().ip_address == "192.0.2.7"


def test_sans_mandataire_l_entete_du_client_n_est_pas_crue(navigateur):
    navigateur.post(
        "/connexion/",
        {"identifiant": "alex.demo", "mot_de_passe": "pas-le-bon"},
        HTTP_X_FORWARDED_FOR="192.0.2.7",
    )
    assert AccessAttempt.objects.get().ip_address == "127.0.0.1"


# --- Nothing said to a stranger (R-SEC-04) -----------------------------------------------------


class HacheurCompte(MD5PasswordHasher):
    """Counts how many times a password is really hashed."""

    travail = 0

    def encode(self, password, salt):
        HacheurCompte.travail += 1
        return super().encode(password, salt)


@pytest.mark.regle("R-SEC-04")
@pytest.mark.parametrize("cas", ["inconnu", "ferme", "sans_mot_de_passe"])
def test_un_identifiant_inconnu_recoit_la_meme_reponse_au_prix_du_meme_travail(
    navigateur, alex, settings, cas
):
    settings.PASSWORD_HASHERS = ["tests.comptes.test_connexion_usager.HacheurCompte"]

    def essayer(identifiant: str) -> tuple[int, str, int, int]:
        HacheurCompte.travail = 0
        with CaptureQueriesContext(connection) as requetes:
            reponse = Navigateur(REMOTE_ADDR=f"192.0.2.{len(identifiant)}").taper_mot_de_passe(
                "pas-le-bon", identifiant
            )
        page = re.sub(
            r'(name="csrfmiddlewaretoken" value|value)="[^"]*"', "", reponse.content.decode()
        )
        return reponse.status_code, page, HacheurCompte.travail, len(requetes)

    essayer("premiere.fois")  # makes, once for all, the key that seals the security journal
    connu = essayer("alex.demo")
    if cas == "ferme":
        Compte.objects.update(is_active=False)
    if cas == "sans_mot_de_passe":
        alex.set_unusable_password()
        alex.save()
    autre = essayer("personne.x" if cas == "inconnu" else "alex.demo ")
    assert connu == autre
    assert connu[2] == 1


@pytest.mark.regle("R-SEC-04")
def test_le_verrou_ne_dit_pas_si_le_compte_existe(navigateur):
    verrouiller(navigateur)
    connue = navigateur.taper_mot_de_passe()
    inconnu = Navigateur()
    for _ in range(5):
        derniere = inconnu.taper_mot_de_passe("pas-le-bon", "personne.demo")
    assert derniere.status_code == 429
    assert derniere.content == connue.content


@pytest.mark.regle("R-SEC-04")
def test_un_refus_est_inscrit_au_journal_de_securite_sans_identifiant(navigateur):
    navigateur.taper_mot_de_passe("pas-le-bon", "personne.demo")
    assert motifs_de_securite() == ["IDENTIFIANTS"]
    with connection.cursor() as curseur:
        curseur.execute("SELECT t::text FROM journal_lignesecurite t")
        assert "personne" not in curseur.fetchone()[0]


@pytest.mark.parametrize("longueur", [101, 5000])
def test_un_identifiant_demesure_est_refuse_sans_etre_cherche(navigateur, longueur):
    assert navigateur.taper_mot_de_passe(MOT_DE_PASSE, "a" * longueur).status_code == 422
    assert AccessAttempt.objects.count() == 0


# --- Where to go afterwards --------------------------------------------------------------------


@pytest.mark.parametrize("suite", ["/documents/", "/historique/?page=2"])
def test_apres_la_connexion_on_arrive_a_la_page_demandee(navigateur, suite):
    navigateur.taper_mot_de_passe(next=suite)
    navigateur.demander_code()
    assert navigateur.taper_code(code_recu()).headers["Location"] == suite


@pytest.mark.parametrize(
    "suite",
    [
        "https://mechant.example/",
        "//mechant.example/",
        "/\\mechant.example",
        "javascript:alert(1)",
        "documents",
    ],
)
def test_une_page_d_ailleurs_n_est_pas_suivie(navigateur, suite):
    navigateur.taper_mot_de_passe(next=suite)
    navigateur.demander_code()
    assert navigateur.taper_code(code_recu()).headers["Location"] == "/accueil/"


def test_deja_connecte_les_pages_de_connexion_menent_a_l_accueil(navigateur):
    navigateur.taper_code(navigateur.jusqu_au_code())
    for adresse in ("/connexion/", "/connexion/moyen/", "/connexion/code/"):
        assert navigateur.get(adresse).headers["Location"] == "/accueil/"


@pytest.mark.parametrize("adresse", ["/connexion/moyen/", "/connexion/code/"])
def test_sans_mot_de_passe_les_etapes_suivantes_renvoient_au_debut(db, adresse):
    assert Navigateur().get(adresse).headers["Location"] == "/connexion/"
    assert Navigateur().post(adresse, {"code": "123456"}).headers["Location"] == "/connexion/"
    assert Navigateur().post("/connexion/code/renvoi/").headers["Location"] == "/connexion/"


# --- The hasher --------------------------------------------------------------------------------


def test_le_mot_de_passe_est_hache_par_argon2id_au_minimum_de_l_owasp(db, settings):
    settings.PASSWORD_HASHERS = ["comptes.authentification.Argon2id"]
    compte = Compte()
    compte.set_password(MOT_DE_PASSE)
    assert compte.password.startswith("argon2$argon2id$")
    assert "m=19456,t=2,p=1" in compte.password
    assert Argon2id().verify(MOT_DE_PASSE, compte.password)
