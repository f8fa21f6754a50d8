"""Asking for an emergency access, over HTTP: who, for whom, how often, and what nobody learns."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.core.serializers import serialize
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from habilitations.acces import AccesRefuse
from habilitations.models import Blocage, Ouverture
from habilitations.politique import Mode, Motif
from journal.faits import Fait
from journal.models import Ligne, LigneSecurite
from mes.socle import mur
from mes.socle.identifiants import Ins, TraitsStricts
from mes.socle.models import Travail
from mes.socle.trousseau import trousseau
from notifications.models import Envoi
from professionnels.models import Exercice
from tests import situations as s
from tests.comptes.outils import connecter_professionnel, faits_du_journal, motifs_de_securite
from tests.securite.scene import exercice_de_secretaire
from tests.urgence.outils import (
    BRIS,
    DOSSIER,
    JUSTIFICATION,
    SAMU,
    avancer,
    demande,
    navigateur,
    ouverte,
    personne,
    regler,
    sans_jeton,
    tout_est_lisible,
)
from urgence.actions import Justification, RaisonTypique, ouvrir_en_urgence
from urgence.models import RevueAcces, TentativeUrgence
from urgence.views import ps
from usagers.actions import ouvrir_espace
from usagers.models import EspaceSante, Identite, Statut

pytestmark = pytest.mark.django_db

FERMES = [statut for statut in Statut if statut not in (Statut.ACTIVE, Statut.OUVERT_NON_ACTIVE)]


@pytest.fixture
def alex():
    tout_est_lisible()
    return s.creer_espace("alex")


def homonyme(sexe: str = "F", lieu: str = "75056") -> EspaceSante:
    """Somebody else of the same name, born on the same day."""
    alex = s.PERSONNES["alex"]
    return ouvrir_espace(
        traits=TraitsStricts.depuis_saisie(
            nom_naissance=alex["nom_naissance"],
            prenoms=alex["prenoms"],
            date_naissance=alex["date_naissance"],
            sexe=sexe,
            lieu_naissance=lieu,
        ),
        ins=Ins("287099900000290", s.OID_TEST),
        acteur=s.SYSTEME,
        trouvee_insi=True,
        piece_controlee=True,
        statut=Statut.ACTIVE,
    )


# --- Bris de glace -------------------------------------------------------------------------------


@pytest.mark.regle("R-URG-05", "R-URG-07", "R-URG-10")
def test_le_bris_de_glace_ouvre_le_dossier_pour_une_heure_et_le_dit_au_journal(alex):
    reponse = navigateur().post(BRIS, demande())

    assert reponse.headers["Location"] == DOSSIER
    ouverture = ouverte()
    assert (ouverture.espace_id, ouverture.mode, ouverture.base) == (
        alex.pk,
        Mode.BRIS_DE_GLACE,
        "aucune",
    )
    assert ouverture.expire_le - ouverture.ouverte_le == timedelta(minutes=60)
    assert faits_du_journal(alex.pk)[-1] is Fait.ACCES_URGENCE
    revue = RevueAcces.objects.get()
    assert (revue.ouverture_id, revue.est_justifiee, revue.mode) == (
        ouverture.pk,
        True,
        Mode.BRIS_DE_GLACE,
    )


@pytest.mark.regle("R-URG-10")
def test_la_ligne_du_journal_porte_le_mode(alex):
    navigateur().post(BRIS, demande())
    navigateur("autre_medecin", regulateur=True).post(SAMU, personne())
    with transaction.atomic(), mur.ouvrir(journal_lu=[alex.pk]):
        lignes = Ligne.objects.filter(espace_id=alex.pk, fait=Fait.ACCES_URGENCE)
        assert list(lignes.order_by("numero").values_list("mode", flat=True)) == [
            "bris_de_glace",
            "samu",
        ]


@pytest.mark.regle("R-URG-05")
def test_la_duree_est_un_reglage(alex, settings):
    settings.MES_BRIS_DE_GLACE_MINUTES = 30
    navigateur().post(BRIS, demande())
    assert ouverte().expire_le - ouverte().ouverte_le == timedelta(minutes=30)


@pytest.mark.regle("R-URG-05", "R-PS-19")
@pytest.mark.parametrize(
    ("champ", "valeur"),
    [
        ("texte", ""),
        ("texte", "   "),
        ("texte", "urgence"),
        ("attestation", ""),
        ("raison", ""),
        ("nom_naissance", ""),
        ("prenom", ""),
        ("date_naissance", ""),
    ],
)
def test_sans_justification_attestation_ou_identite_rien_ne_s_ouvre(alex, champ, valeur):
    reponse = navigateur().post(BRIS, demande(**{champ: valeur}))
    assert reponse.status_code == 422
    assert champ in reponse.context["formulaire"].errors
    assert not Ouverture.objects.exists()
    assert not TentativeUrgence.objects.exists()  # nothing was searched


@pytest.mark.regle("R-URG-05")
@pytest.mark.parametrize(
    "justification", [None, Justification(RaisonTypique.AUTRE, " " * 40)], ids=["aucune", "blanc"]
)
def test_l_action_aussi_refuse_sans_justification(alex, justification):
    with pytest.raises(AccesRefuse) as refus:
        ouvrir_en_urgence(
            acteur=s.acteur_ps("medecin"),
            espace_id=alex.pk,
            mode=Mode.BRIS_DE_GLACE,
            justification=justification,
        )
    assert refus.value.decision.motif is Motif.JUSTIFICATION_REQUISE
    assert refus.value.statut == 403


@pytest.mark.regle("R-PS-19")
def test_la_page_rappelle_la_loi_et_ce_qui_suivra(alex):
    texte = navigateur().get(BRIS).content.decode()
    assert "hors d&#x27;état d&#x27;exprimer sa volonté" in texte or (
        "hors d'état d'exprimer sa volonté" in texte
    )
    assert "5 ans d'emprisonnement et de 150 000 €" in texte
    assert "médecin traitant en sont informés" in texte


def test_les_accents_la_casse_et_les_autres_prenoms_ne_changent_rien(alex):
    reponse = navigateur().post(BRIS, demande(nom_naissance="démo-un", prenom="alex marie"))
    assert reponse.headers["Location"] == DOSSIER


@pytest.mark.regle("R-URG-07", "R-PS-22")
def test_un_seul_dossier_est_ouvert_l_urgence_ferme_l_autre(alex):
    camille = s.creer_espace("camille")
    s.autoriser(s.acteur_ps("medecin"), camille)
    client = navigateur()
    assert "Il sera fermé si vous en ouvrez un autre" in client.get(BRIS).content.decode()
    client.post(BRIS, demande())
    assert ouverte().espace_id == alex.pk
    assert faits_du_journal(camille.pk)[-1] is Fait.ACCES_REFERME


def test_une_seconde_urgence_ferme_la_premiere(alex):
    s.creer_espace("camille")
    client = navigateur()
    client.post(BRIS, demande())
    client.post(BRIS, demande("camille"))
    assert Ouverture.objects.count() == 2
    assert ouverte().espace_id != alex.pk
    assert RevueAcces.objects.count() == 2


# --- SAMU-Centre 15 ------------------------------------------------------------------------------


@pytest.mark.regle("R-URG-03", "R-URG-04")
def test_le_medecin_regulateur_ouvre_sans_justification_ni_autorisation(alex):
    client = navigateur(regulateur=True)
    assert client.post(SAMU, personne()).headers["Location"] == DOSSIER
    ouverture = ouverte()
    assert (ouverture.mode, ouverture.scelle, ouverture.regulateur) == (Mode.SAMU, None, True)
    assert client.get(DOSSIER).status_code == 200
    assert not RevueAcces.objects.get().est_justifiee


@pytest.mark.regle("R-URG-03")
@pytest.mark.parametrize("methode", ["get", "post"])
def test_sans_habilitation_de_regulation_le_mode_samu_est_ferme(alex, methode):
    reponse = getattr(navigateur(), methode)(SAMU, personne())
    assert reponse.status_code == 403
    assert reponse.context["motif"] == Motif.REGULATION_REQUISE
    assert not Ouverture.objects.exists()
    assert not TentativeUrgence.objects.exists()
    assert motifs_de_securite() == ["REGULATION_REQUISE"]


@pytest.mark.regle("R-URG-03")
def test_l_habilitation_perdue_en_cours_de_route_referme_le_dossier(alex):
    """The claim is the session's: another log-in without it opens nothing."""
    navigateur(regulateur=True).post(SAMU, personne())
    reponse = navigateur().get(DOSSIER)
    assert reponse.status_code == 403
    assert reponse.context["motif"] == Motif.REGULATION_REQUISE


# --- What the patient decided --------------------------------------------------------------------


@pytest.mark.regle("R-URG-01", "R-URG-06", "R-URG-09")
@pytest.mark.parametrize("samu", [False, True])
@pytest.mark.parametrize("bris", [False, True])
def test_chaque_mode_se_refuse_separement(alex, samu, bris):
    if samu or bris:
        regler(alex, opposition_samu=samu, opposition_bris_de_glace=bris)
    client = navigateur(regulateur=True)

    reponse = client.post(SAMU, personne())
    assert reponse.status_code == (403 if samu else 302)
    if samu:
        assert reponse.context["motif"] == Motif.OPPOSITION_SAMU
        assert "opposé à l’accès du SAMU-Centre 15" in reponse.content.decode()

    reponse = client.post(BRIS, demande())
    assert reponse.status_code == (403 if bris else 302)
    if bris:
        assert reponse.context["motif"] == Motif.OPPOSITION_BRIS_DE_GLACE
    assert Ouverture.objects.count() == (not samu) + (not bris)


@pytest.mark.regle("R-URG-06", "R-URG-04", "R-PS-10")
@pytest.mark.parametrize(
    ("adresse", "bloque", "attendu"),
    [
        (BRIS, "personne", 403),
        (BRIS, "structure", 302),
        (SAMU, "personne", 302),
        (SAMU, "structure", 302),
    ],
)
def test_un_blocage_de_la_personne_arrete_le_bris_de_glace_et_lui_seul(
    alex, adresse, bloque, attendu
):
    exercice = s.creer_exercice("medecin")
    Blocage.objects.create(
        espace=alex,
        professionnel_id=exercice.professionnel_id if bloque == "personne" else None,
        structure_id=exercice.structure_id if bloque == "structure" else None,
    )
    client = navigateur(regulateur=True)
    reponse = client.post(adresse, demande())
    assert reponse.status_code == attendu
    if attendu == 403:
        assert reponse.context["motif"] == Motif.PROFESSIONNEL_BLOQUE
    else:
        assert client.get(DOSSIER).status_code == 200


@pytest.mark.regle("R-URG-01")
def test_une_opposition_posee_apres_coup_arrete_la_lecture_en_cours(alex):
    client = navigateur()
    client.post(BRIS, demande())
    assert client.get(DOSSIER).status_code == 200
    regler(alex, opposition_bris_de_glace=True)
    assert client.get(DOSSIER).status_code == 403


# --- Who may ask ---------------------------------------------------------------------------------


@pytest.mark.regle("R-PS-08")
@pytest.mark.parametrize("methode", ["get", "post"])
@pytest.mark.parametrize("adresse", [BRIS, SAMU])
def test_le_personnel_n_a_pas_d_acces_d_urgence(alex, adresse, methode):
    client = Client()
    connecter_professionnel(client, exercice_de_secretaire(), regulateur=True)
    reponse = getattr(client, methode)(adresse, demande())
    assert reponse.status_code == 403
    assert reponse.context["motif"] == Motif.LECTURE_INTERDITE
    assert not TentativeUrgence.objects.exists()


@pytest.mark.regle("R-PS-09")
def test_un_exercice_termine_n_ouvre_plus_rien(alex):
    client = navigateur()
    Exercice.objects.update(fin_le=timezone.now())
    assert client.post(BRIS, demande()).context["motif"] == Motif.EXERCICE_INACTIF


@pytest.mark.regle("R-URG-05", "R-PS-20")
def test_le_medecin_du_travail_lit_en_urgence_comme_le_dit_la_table_mais_n_y_depose_pas(alex):
    client = navigateur("medecin_du_travail")
    assert client.post(BRIS, demande()).status_code == 302
    assert client.get(DOSSIER).status_code == 200
    assert client.get("/ps/depot/").status_code == 403


# --- Nobody learns anything ----------------------------------------------------------------------


def reponse_et_requetes(client: Client, adresse: str, champs: dict[str, str]):
    with CaptureQueriesContext(connection) as requetes:
        reponse = client.post(adresse, champs)
    return reponse, [requete["sql"].split(" ")[0] for requete in requetes.captured_queries]


@pytest.mark.regle("R-URG-05", "R-PS-23")
@pytest.mark.parametrize("adresse", [BRIS, SAMU])
@pytest.mark.parametrize("cas", ["homonymes", *FERMES])
def test_inconnu_ferme_ou_partage_la_reponse_et_son_cout_sont_les_memes(alex, adresse, cas):
    """Byte for byte, and query for query."""
    client = navigateur(regulateur=True)
    # What was typed is written back in the form: the same words, first while nobody has this name.
    gardee = Identite.objects.get(pk=alex.pk)
    Identite.objects.filter(pk=alex.pk).update(traits_index=b"\0" * 32)
    client.post(adresse, demande())  # the first demand of a session writes more
    absente, cout_absente = reponse_et_requetes(client, adresse, demande())
    Identite.objects.filter(pk=alex.pk).update(traits_index=gardee.traits_index)

    if cas == "homonymes":
        homonyme()
    else:
        EspaceSante.objects.filter(pk=alex.pk).update(statut=cas)
    autre, cout_autre = reponse_et_requetes(client, adresse, demande())

    assert absente.status_code == autre.status_code == 422
    assert sans_jeton(absente) == sans_jeton(autre)
    assert absente.headers.keys() == autre.headers.keys()
    assert cout_absente == cout_autre
    assert not Ouverture.objects.exists()


@pytest.mark.regle("R-URG-05", "R-INS-02")
@pytest.mark.parametrize(
    ("precision", "trouve"),
    [
        ({}, None),
        ({"sexe": "M"}, "alex"),
        ({"sexe": "F"}, "homonyme"),
        ({"lieu_naissance": "75056"}, "homonyme"),
        ({"lieu_naissance": "99999", "sexe": "M"}, "alex"),
        ({"lieu_naissance": "99999", "sexe": "F"}, None),
        ({"matricule": "185049900000162"}, "alex"),
        ({"matricule": "287099900000290"}, "homonyme"),
        ({"matricule": "238059900001091"}, None),
        ({"matricule": "185049900000162", "sexe": "F"}, None),
    ],
)
def test_les_homonymes_se_separent_par_un_trait_de_plus_jamais_par_une_liste(
    alex, precision, trouve
):
    autre = homonyme()
    reponse = navigateur().post(BRIS, demande(**precision))
    if trouve is None:
        assert reponse.status_code == 422
        assert not Ouverture.objects.exists()
    else:
        assert ouverte().espace_id == {"alex": alex.pk, "homonyme": autre.pk}[trouve]


def test_un_homonyme_ferme_ne_gene_pas(alex):
    EspaceSante.objects.filter(pk=homonyme().pk).update(statut=Statut.OPPOSE)
    navigateur().post(BRIS, demande())
    assert ouverte().espace_id == alex.pk


# --- How often -----------------------------------------------------------------------------------


@pytest.mark.regle("R-TRA-10", "R-URG-05")
def test_trop_de_demandes_de_suite_sont_arretees_et_le_compte_survit_aux_refus(alex):
    regler(alex, opposition_bris_de_glace=True)
    client = navigateur()
    assert [client.post(BRIS, demande()).status_code for _ in range(5)] == [403] * 5
    reponse = client.post(BRIS, demande())
    assert reponse.status_code == 429
    assert "Attendez 10 minutes" in " ".join(reponse.content.decode().split())
    # Somebody else is not held back by it.
    assert navigateur("autre_medecin").post(BRIS, demande("camille")).status_code == 422
    attendus = ["BRIS_DE_GLACE", "OPPOSITION_BRIS_DE_GLACE"] * 5
    assert motifs_de_securite() == [
        *attendus,
        "TROP_DE_DEMANDES",
        "BRIS_DE_GLACE",
        "URGENCE",
    ]


def test_arretees_les_demandes_ne_cherchent_plus_personne(alex):
    client = navigateur()
    for _ in range(5):
        client.post(BRIS, demande("camille"))
    # The right person, at last: not before the end of the wait.
    assert client.post(BRIS, demande()).status_code == 429
    assert not Ouverture.objects.exists()


def test_l_attente_passee_on_peut_demander_de_nouveau(alex, monkeypatch):
    client = navigateur()
    for _ in range(6):
        client.post(BRIS, demande("camille"))
    avancer(monkeypatch, timedelta(minutes=10, seconds=1))
    assert client.post(BRIS, demande()).status_code == 302


def test_les_demandes_d_une_journee_sont_bornees(alex, settings, monkeypatch):
    settings.MES_URGENCE_TENTATIVES_JOUR = 7
    depart = timezone.now()
    obtenus = []
    for rang in (*range(8), 24.1):
        monkeypatch.setattr(timezone, "now", lambda rang=rang: depart + timedelta(hours=rang))
        # A session of her own each time: it would not last so long.
        obtenus.append(navigateur().post(BRIS, demande("camille")).status_code)
    assert obtenus == [422] * 7 + [429, 422]


@pytest.mark.regle("R-URG-03")
def test_la_regulation_repond_a_bien_plus_d_appels(alex):
    client = navigateur(regulateur=True)
    assert {client.post(SAMU, personne("camille")).status_code for _ in range(12)} == {422}


@pytest.mark.django_db(transaction=True)
def test_le_compte_est_ecrit_avant_la_recherche_meme_si_la_suite_echoue(alex, monkeypatch):
    def tomber(_):
        raise RuntimeError("panne")

    monkeypatch.setattr(ps, "espace_designe", tomber)
    client = navigateur()
    client.raise_request_exception = False
    assert client.post(BRIS, demande()).status_code == 500
    assert TentativeUrgence.objects.count() == 1
    assert LigneSecurite.objects.filter(fait="tentative_urgence").count() == 1


# --- The justification ---------------------------------------------------------------------------


@pytest.mark.regle("R-URG-05", "R-SEC-03")
def test_la_justification_est_scellee_et_n_est_nulle_part_en_clair(alex, caplog):
    with caplog.at_level(logging.DEBUG):
        navigateur().post(BRIS, demande())
        # Refused, it is not kept at all.
        regler(alex, opposition_bris_de_glace=True)
        navigateur("autre_medecin").post(BRIS, demande())
    ouverture = ouverte()
    clair = trousseau().desceller_json(bytes(ouverture.scelle), lieu=Ouverture.lieu(ouverture.pk))
    assert clair == {"raison": "inconscient", "justification": JUSTIFICATION}

    ecrits = [
        serialize("json", modele.objects.all())
        for modele in (Ouverture, RevueAcces, TentativeUrgence, Travail, Envoi)
    ]
    with connection.cursor() as curseur:
        curseur.execute("SELECT string_agg(l::text, '') FROM journal_lignesecurite l")
        ecrits.append(curseur.fetchone()[0])
        curseur.execute("SELECT string_agg(s::text, '') FROM django_session s")
        ecrits.append(curseur.fetchone()[0])
    for texte in (*ecrits, caplog.text):
        assert "voie publique" not in texte
        assert b"voie publique".hex() not in texte
        assert "DEMO-UN" not in texte
