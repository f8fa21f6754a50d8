"""After a deposit: versions, masks that follow, and who is told."""

from __future__ import annotations

import pytest

from demo.documents import cda_biologie
from dossier.actions import DepotRefuse, masquer_document, masquer_tout
from dossier.effets import annoncer_depot
from dossier.models import EtatDocument
from habilitations.politique import Action, Masque
from mes.socle.models import Travail
from notifications.models import Envoi, Notification
from tests import situations as s
from tests.comptes.outils import contenu
from usagers.models import EspaceSante, Gestion, Qualite

pytestmark = pytest.mark.django_db


@pytest.fixture
def alex():
    return s.creer_espace("alex")


@pytest.fixture
def compte(alex):
    return s.creer_compte("alex", alex)


def _cda(identifiant: str, *, lot: str = "1.2.3^lot", version: int = 1) -> bytes:
    octets = cda_biologie(
        identifiant=identifiant,
        matricule=s.PERSONNES["alex"]["matricule"],
        oid=s.OID_TEST,
        nom="DEMO-UN",
        prenom="ALEX",
        naissance="1985-04-12",
        sexe="M",
        date_effet="20260301",
    ).decode()
    racine, _, extension = lot.partition("^")
    suite = f'<setId root="{racine}" extension="{extension}"/><versionNumber value="{version}"/>'
    return octets.replace("<recordTarget>", f"{suite}<recordTarget>").encode()


def _deposer_cda(acteur, espace, octets: bytes):
    return s.deposer(acteur, espace, octets=octets, nom_fichier="bilan.xml", type_code="", titre="")


@pytest.mark.regle("R-DOC-12", "R-DOC-28")
def test_une_version_plus_haute_du_meme_lot_remplace_la_precedente(alex):
    medecin = s.acteur_ps("medecin")
    un = _deposer_cda(medecin, alex, _cda("2.1.1"))
    deux = _deposer_cda(medecin, alex, _cda("2.1.2", version=2))
    assert s.document_en_base(un).etat == EtatDocument.REMPLACE
    suivant = s.document_en_base(deux)
    assert suivant.etat == EtatDocument.COURANT
    assert suivant.remplace_id == un.id


@pytest.mark.regle("R-DOC-12")
def test_personne_d_autre_ne_remplace_le_document_d_un_confrere(alex):
    un = _deposer_cda(s.acteur_ps("medecin"), alex, _cda("2.1.1"))
    structure = s.creer_structure("990009045", "Hôpital DÉMO")
    ailleurs = s.creer_exercice("autre_medecin", structure)
    from habilitations.portes import acteur_de_l_exercice

    acteur = acteur_de_l_exercice(ailleurs, compte_id=None, regulateur=False)
    with pytest.raises(DepotRefuse) as refus:
        _deposer_cda(acteur, alex, _cda("2.1.2", version=2))
    assert refus.value.motif == "REMPLACEMENT_REFUSE"
    assert s.document_en_base(un).etat == EtatDocument.COURANT


@pytest.mark.regle("R-DOC-18")
def test_un_identifiant_unique_qui_nomme_un_autre_contenu_est_refuse(alex):
    medecin = s.acteur_ps("medecin")
    _deposer_cda(medecin, alex, _cda("2.1.1"))
    with pytest.raises(DepotRefuse) as refus:
        _deposer_cda(medecin, alex, _cda("2.1.1", version=2))
    assert refus.value.motif == "IDENTIFIANT_DEJA_UTILISE"


@pytest.mark.regle("R-MAS-02", "R-DOC-12")
def test_ce_que_le_patient_a_masque_ne_revient_pas_par_sa_nouvelle_version(alex, compte):
    medecin = s.acteur_ps("medecin")
    un = _deposer_cda(medecin, alex, _cda("2.1.1"))
    titulaire = s.acteur_titulaire(compte)
    with s.espace_ouvert(titulaire, alex.pk, Action.MASQUER, objet_id=un.id) as acces:
        masquer_document(acces=acces, document_id=un.id)
    deux = _deposer_cda(medecin, alex, _cda("2.1.2", version=2))
    assert Masque.MASQUE_PS in s.document_en_base(deux).masques


@pytest.mark.regle("R-MAS-03", "R-MAS-04")
def test_tout_masquer_vaut_pour_le_passe_et_pour_l_avenir_puis_s_annule(alex, compte):
    medecin = s.acteur_ps("medecin")
    avant = s.deposer(medecin, alex, titre="Avant")
    assert s.document_en_base(avant).masques == []
    titulaire = s.acteur_titulaire(compte)
    with s.espace_ouvert(titulaire, alex.pk, Action.MASQUER) as acces:
        assert masquer_tout(acces=acces, masquer=True) == 1
    pendant = s.deposer(medecin, alex, titre="Pendant")
    assert Masque.MASQUE_PS in s.document_en_base(avant).masques
    assert Masque.MASQUE_PS in s.document_en_base(pendant).masques
    with s.espace_ouvert(titulaire, alex.pk, Action.DEMASQUER) as acces:
        assert masquer_tout(acces=acces, masquer=False) == 2
    apres = s.deposer(medecin, alex, titre="Apres")
    for depose in (avant, pendant, apres):
        assert s.document_en_base(depose).masques == []


def _annoncer(depose) -> None:
    annoncer_depot(
        Travail(nature="dossier.annoncer_depot", cible_id=depose.id, espace_id=depose.espace_id)
    )


@pytest.mark.regle("R-ALI-06", "R-NOT-03", "R-NOT-04")
def test_un_depot_est_annonce_une_fois_meme_si_le_travail_est_fait_deux_fois(alex, compte):
    depose = s.deposer(s.acteur_ps("medecin"), alex, titre="Hémoglobine glyquée")
    _annoncer(depose)
    _annoncer(depose)
    assert Notification.objects.filter(compte_id=compte.pk, objet_id=depose.id).count() == 1
    envoi = Envoi.objects.get()
    message = contenu(envoi)
    assert message["adresse"] == "alex@mes.test"
    for mot in ("glyqu", "Hémoglobine", "DEMO-MEDECIN", "Cabinet"):
        assert mot not in message["sujet"] + message["texte"] + message["html"]


@pytest.mark.regle("R-NOT-09", "R-MAS-09", "R-PRO-07")
def test_ce_qui_est_invisible_ne_s_annonce_pas_a_qui_ne_le_voit_pas(alex, compte):
    cache = s.deposer(s.acteur_ps("medecin"), alex, masques=frozenset({Masque.INVISIBLE_PATIENT}))
    _annoncer(cache)
    ines = s.creer_espace("ines")
    Gestion.objects.create(espace=ines, compte_id=compte.pk, qualite=Qualite.REPRESENTANT)
    secret = s.deposer(
        s.acteur_ps("medecin"), ines, masques=frozenset({Masque.INVISIBLE_REPRESENTANTS_LEGAUX})
    )
    _annoncer(secret)
    assert not Notification.objects.exists()
    assert not Envoi.objects.exists()


@pytest.mark.regle("R-NOT-02", "R-NOT-10")
def test_un_espace_non_active_n_annonce_rien_et_un_parent_est_prevenu_pour_son_enfant(alex, compte):
    EspaceSante.objects.filter(pk=alex.pk).update(statut="OUVERT_NON_ACTIVE")
    _annoncer(s.deposer(s.acteur_ps("medecin"), alex))
    assert not Notification.objects.exists()
    ines = s.creer_espace("ines")
    Gestion.objects.create(espace=ines, compte_id=compte.pk, qualite=Qualite.REPRESENTANT)
    _annoncer(s.deposer(s.acteur_ps("medecin"), ines))
    assert Notification.objects.get().espace_id == ines.pk
