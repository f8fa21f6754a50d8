"""A document kept for a consultation d'annonce, or from a minor's parents, then shown (R-MAS, R-PRO)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from dossier import selection
from dossier.actions import (
    DepotRefuse,
    demasquer_document,
    masquer_document,
    masquer_tout,
    noter_lecture,
    supprimer_document,
)
from dossier.effets import annoncer_depot
from dossier.models import Document
from dossier.suites import rendre_visible_patient, rendre_visible_representants
from habilitations.acces import AccesRefuse, ActeurAcces, ouvrir_pour_le_systeme
from habilitations.models import Administrateur, Ouverture
from habilitations.politique import Acteur, Action, Masque, Motif
from journal.faits import ActeurTrace, Chaine, Fait, GenreActeur
from journal.lecture import en_francais, ouvrir_ligne
from journal.models import Ligne
from journal.verification import tetes, verifier_chaine
from mes.socle import coffres, mur, travaux
from mes.socle.models import CleJournal, Travail
from notifications.models import Envoi, Notification
from tests import situations as s
from tests.comptes.outils import contenu
from usagers.models import EspaceSante, Gestion, Qualite

pytestmark = pytest.mark.django_db

ANNONCE = frozenset({Masque.INVISIBLE_PATIENT})
SECRET = frozenset({Masque.INVISIBLE_REPRESENTANTS_LEGAUX})


@pytest.fixture
def alex():
    return s.creer_espace("alex")


@pytest.fixture
def compte(alex):
    return s.creer_compte("alex", alex)


@pytest.fixture
def ines():
    return s.creer_espace("ines")


@pytest.fixture
def parent(alex, compte, ines) -> ActeurAcces:
    """Alex, Inès's father."""
    Gestion.objects.create(espace=ines, compte_id=compte.pk, qualite=Qualite.REPRESENTANT)
    return ActeurAcces(
        genre=Acteur.REPRESENTANT,
        id=compte.pk,
        compte_id=compte.pk,
        trace=ActeurTrace(GenreActeur.REPRESENTANT, compte.pk, "Alex DEMO-UN"),
    )


def lignes(espace: EspaceSante, depose: s.Depose | None = None) -> list[tuple[str, str, Any]]:
    """(chain, fact, canonical text) of the journal, each chain in its order."""
    cle = coffres.coffre(CleJournal, espace.pk)
    with (
        transaction.atomic(),
        mur.ouvrir(journal_lu=[espace.pk], journal_reserve=[espace.pk]),
    ):
        liste = Ligne.objects.filter(espace_id=espace.pk).order_by("chaine", "numero")
        if depose is not None:
            liste = liste.filter(objet_id=depose.id)
        return [(ligne.chaine, ligne.fait, ouvrir_ligne(ligne, cle)) for ligne in liste]


def faits(espace: EspaceSante, depose: s.Depose) -> list[tuple[str, str]]:
    return [(chaine, fait) for chaine, fait, _ in lignes(espace, depose)]


def titres(acteur: ActeurAcces, espace: EspaceSante, **criteres: Any) -> list[str]:
    with s.espace_ouvert(acteur, espace.pk, Action.LISTER) as acces:
        return [a.titre for a in selection.page(acces, selection.Criteres(**criteres), 1).apercus]


def lire(acteur: ActeurAcces, depose: s.Depose) -> None:
    with s.espace_ouvert(acteur, depose.espace_id, Action.LIRE, objet_id=depose.id) as acces:
        document = selection.document_pour(acces, depose.id)
        noter_lecture(acces=acces, documents=[document], fait=Fait.DOCUMENT_CONSULTE)


def rendre_visible(acteur: ActeurAcces, depose: s.Depose) -> None:
    action = Action.RENDRE_VISIBLE_PATIENT
    with s.espace_ouvert(acteur, depose.espace_id, action, objet_id=depose.id) as acces:
        rendre_visible_patient(acces=acces, document_id=depose.id)


def lever_le_secret(acteur: ActeurAcces, depose: s.Depose) -> None:
    action = Action.RENDRE_VISIBLE_REPRESENTANTS
    with s.espace_ouvert(acteur, depose.espace_id, action, objet_id=depose.id) as acces:
        rendre_visible_representants(acces=acces, document_id=depose.id)


def travail(depose: s.Depose) -> Travail:
    return Travail.objects.get(nature="dossier.remettre_visible", cible_id=depose.id)


def echoir(depose: s.Depose) -> None:
    """The day of the automatic lifting has come."""
    hier = timezone.now() - timedelta(days=1)
    Travail.objects.filter(pk=travail(depose).pk).update(pas_avant=hier)
    with transaction.atomic(), ouvrir_pour_le_systeme(depose.espace_id):
        Document.objects.filter(pk=depose.id).update(annonce_avant_le=hier)


def codes(espace: EspaceSante) -> list[str]:
    return list(
        Notification.objects.filter(espace_id=espace.pk)
        .order_by("cree_le", "id")
        .values_list("code", flat=True)
    )


# --- Consultation d'annonce ----------------------------------------------------------------------


@pytest.mark.regle("R-MAS-09", "R-MAS-10", "R-NOT-09")
def test_l_auteur_leve_l_annonce_le_patient_voit_et_apprend(alex, compte):
    medecin, patient = s.acteur_ps("medecin"), s.acteur_titulaire(compte)
    depose = s.deposer(medecin, alex, titre="Résultat grave", masques=ANNONCE)
    annoncer_depot(Travail(cible_id=depose.id, espace_id=alex.pk))
    assert titres(patient, alex) == []
    assert codes(alex) == []
    attendu = timezone.now() + timedelta(days=15)
    assert abs(s.document_en_base(depose).annonce_avant_le - attendu) < timedelta(minutes=5)

    lire(medecin, depose)
    rendre_visible(medecin, depose)
    rendre_visible(medecin, depose)

    assert titres(patient, alex) == ["Résultat grave"]
    assert codes(alex) == ["AJOUT_DOCUMENT"]
    (envoi,) = Envoi.objects.all()
    assert "grave" not in str(contenu(envoi))
    assert s.document_en_base(depose).annonce_avant_le is None
    assert travaux.faire(travail(depose).pk) is False
    echoir(depose)
    assert travaux.faire(travail(depose).pk) is True
    assert codes(alex) == ["AJOUT_DOCUMENT"]


@pytest.mark.regle("R-MAS-10", "R-NOT-08")
def test_sans_levee_le_delai_montre_le_document_une_seule_fois(alex, compte):
    patient = s.acteur_titulaire(compte)
    depose = s.deposer(s.acteur_ps("medecin"), alex, titre="Résultat", masques=ANNONCE)
    assert travaux.faire(travail(depose).pk) is False
    assert titres(patient, alex) == []

    echoir(depose)
    assert travaux.faire(travail(depose).pk) is True
    Travail.objects.filter(pk=travail(depose).pk).update(
        etat="a_faire", pas_avant=timezone.now() - timedelta(days=1)
    )
    assert travaux.faire(travail(depose).pk) is True

    assert titres(patient, alex) == ["Résultat"]
    assert codes(alex) == ["REMISE_VISIBILITE_AUTO"]
    rendus = [ligne for ligne in lignes(alex, depose) if ligne[1] == Fait.DOCUMENT_RENDU_VISIBLE]
    ((chaine, _, texte),) = rendus
    assert chaine == Chaine.VISIBLE
    assert texte["acteur"]["nom"] == "Mon espace santé"
    assert texte["details"]["automatique"] is True


@pytest.mark.regle("R-MAS-10", "R-NOT-09")
def test_un_document_supprime_avant_le_delai_n_est_ni_montre_ni_annonce(alex, compte):
    medecin = s.acteur_ps("medecin")
    depose = s.deposer(medecin, alex, masques=ANNONCE)
    with s.espace_ouvert(medecin, alex.pk, Action.SUPPRIMER, objet_id=depose.id) as acces:
        supprimer_document(acces=acces, document_id=depose.id)
    echoir(depose)
    assert travaux.faire(travail(depose).pk) is True
    assert codes(alex) == []
    assert Masque.INVISIBLE_PATIENT in s.document_en_base(depose).masques


@pytest.mark.regle("R-MAS-10", "R-ADM-02")
def test_l_administrateur_leve_l_annonce_un_confrere_ou_le_patient_ne_le_peut_pas(alex, compte):
    s.poser_matrice({("10", "11488-4"): True})
    depose = s.deposer(s.acteur_ps("medecin"), alex, masques=ANNONCE)
    confrere, patient = s.acteur_ps("autre_medecin"), s.acteur_titulaire(compte)
    s.autoriser(confrere, alex)
    with pytest.raises(AccesRefuse) as refus:
        rendre_visible(confrere, depose)
    assert (refus.value.decision.motif, refus.value.statut) == (Motif.NON_AUTEUR, 403)
    with pytest.raises(AccesRefuse) as refus:
        rendre_visible(patient, depose)
    assert refus.value.statut == 404

    Administrateur.objects.create(espace=alex, professionnel_id=confrere.id)
    rendre_visible(confrere, depose)
    assert s.document_en_base(depose).masques == []


@pytest.mark.regle("R-MAS-11")
def test_ce_que_le_patient_a_lu_ne_lui_est_plus_cache_par_une_nouvelle_version(alex, compte):
    medecin = s.acteur_ps("medecin")
    depose = s.deposer(medecin, alex, titre="Bilan")

    def remplacer() -> s.Depose:
        return s.deposer(
            medecin, alex, titre="Bilan corrigé", masques=ANNONCE, remplace_id=depose.id
        )

    lire(s.acteur_titulaire(compte), depose)
    with pytest.raises(DepotRefuse) as refus:
        remplacer()
    assert refus.value.motif == "DEJA_LU_PAR_LE_PATIENT"

    with transaction.atomic(), ouvrir_pour_le_systeme(alex.pk):
        Document.objects.filter(pk=depose.id).update(lu_par_patient_le=None)
    assert Masque.INVISIBLE_PATIENT in s.document_en_base(remplacer()).masques


@pytest.mark.regle("R-MAS-09", "R-MAS-10", "R-PRO-07", "R-DOC-12")
def test_une_nouvelle_version_garde_le_secret_et_le_jour_de_l_annonce(alex):
    medecin = s.acteur_ps("medecin")
    un = s.deposer(medecin, alex, masques=ANNONCE | SECRET)
    jour = timezone.now() + timedelta(days=3)
    with transaction.atomic(), ouvrir_pour_le_systeme(alex.pk):
        Document.objects.filter(pk=un.id).update(annonce_avant_le=jour)
    deux = s.deposer(medecin, alex, titre="Version 2", remplace_id=un.id)
    document = s.document_en_base(deux)
    assert set(document.masques) == ANNONCE | SECRET
    assert document.annonce_avant_le == jour
    assert travail(deux).pas_avant == jour


# --- Secret of a minor ---------------------------------------------------------------------------


def connexion_secrete(acteur: ActeurAcces, espace: EspaceSante) -> Ouverture:
    ouverture = s.autoriser(acteur, espace)
    Ouverture.objects.filter(pk=ouverture.pk).update(secrete=True)
    return ouverture


@pytest.mark.regle("R-PRO-07", "R-PRO-09", "R-MAS-17", "R-NOT-09")
def test_un_depot_en_connexion_secrete_n_existe_pas_pour_les_parents(ines, parent):
    s.poser_matrice({("10", "11488-4"): True})
    medecin = s.acteur_ps("medecin")
    connu = s.deposer(medecin, ines, titre="Angine")
    connexion_secrete(medecin, ines)
    depose = s.deposer(medecin, ines, titre="Contraception")
    lire(medecin, depose)
    lire(medecin, connu)
    annoncer_depot(Travail(cible_id=depose.id, espace_id=ines.pk))

    assert s.document_en_base(depose).masques == [Masque.INVISIBLE_REPRESENTANTS_LEGAUX]
    assert titres(parent, ines) == ["Angine"]
    assert titres(parent, ines, recherche="contraception") == []
    with s.espace_ouvert(parent, ines.pk, Action.LISTER) as acces:
        assert [c.nombre for c in selection.comptes(acces)] == [1]
    with pytest.raises(AccesRefuse) as refus:
        lire(parent, depose)
    assert refus.value.statut == 404
    assert codes(ines) == []
    assert not Envoi.objects.exists()
    assert {chaine for chaine, _ in faits(ines, depose)} == {Chaine.RESERVEE}
    # Reading what the parents know, under the secret, is not told either.
    assert (Chaine.RESERVEE, Fait.DOCUMENT_CONSULTE) in faits(ines, connu)

    aidant = replace(parent, genre=Acteur.AIDANT)
    assert titres(aidant, ines) == ["Angine"]


@pytest.mark.regle("R-PRO-09", "R-PRO-07")
def test_hors_de_la_connexion_secrete_un_depot_est_ordinaire(ines):
    medecin = s.acteur_ps("medecin")
    ouverture = connexion_secrete(medecin, ines)
    Ouverture.objects.filter(pk=ouverture.pk).update(fermee_le=timezone.now())
    assert s.document_en_base(s.deposer(medecin, ines)).masques == []


@pytest.mark.regle("R-PRO-10", "R-TRA-01")
def test_quand_le_secret_finit_chaque_acte_a_sa_ligne_visible_et_rien_ne_bouge(ines, parent):
    medecin = s.acteur_ps("medecin")
    connexion_secrete(medecin, ines)
    depose = s.deposer(medecin, ines, titre="Dépistage")
    lire(medecin, depose)
    reservees = [ligne for ligne in lignes(ines, depose) if ligne[0] == Chaine.RESERVEE]
    Ouverture.objects.update(fermee_le=timezone.now())

    lever_le_secret(medecin, depose)
    lever_le_secret(medecin, depose)

    apres = lignes(ines, depose)
    assert [ligne for ligne in apres if ligne[0] == Chaine.RESERVEE] == reservees
    visibles = [(fait, texte) for chaine, fait, texte in apres if chaine == Chaine.VISIBLE]
    assert [fait for fait, _ in visibles] == [
        Fait.ACTE_REVELE,
        Fait.ACTE_REVELE,
        Fait.DOCUMENT_RENDU_VISIBLE,
    ]
    for (_, revelee), (_, fait, originale) in zip(visibles, reservees, strict=False):
        details = revelee["details"]
        assert (details["fait_revele"], details["revele_du"]) == (fait, originale["le"])
        assert revelee["acteur"] == originale["acteur"]
        assert len(bytes.fromhex(details["engagement"])) == 32
    assert titres(parent, ines) == ["Dépistage"]
    assert codes(ines) == ["AJOUT_DOCUMENT"]
    for tete in tetes("default"):
        assert verifier_chaine(tete) is None


@pytest.mark.regle("R-PRO-10", "R-TRA-02")
def test_la_ligne_revelee_se_lit_avec_son_auteur_sa_date_et_son_geste(ines, parent):
    medecin = s.acteur_ps("medecin")
    depose = s.deposer(medecin, ines, titre="Dépistage", masques=SECRET)
    lever_le_secret(medecin, depose)
    with transaction.atomic(), mur.ouvrir(journal_lu=[ines.pk]):
        ligne = Ligne.objects.get(espace_id=ines.pk, fait=Fait.ACTE_REVELE)
        lue = en_francais(ligne, coffres.coffre(CleJournal, ines.pk))
    assert lue.acteur == "Dominique DEMO-MEDECIN"
    assert lue.titre == "Dépistage"
    assert lue.phrase == "a agi sous le secret, levé depuis"
    assert lue.precision.endswith("a ajouté le document")


@pytest.mark.regle("R-MAS-09", "R-PRO-10")
def test_tant_qu_un_masque_garde_le_secret_rien_n_est_revele(ines, parent):
    medecin = s.acteur_ps("medecin")
    depose = s.deposer(medecin, ines, masques=ANNONCE | SECRET)
    lever_le_secret(medecin, depose)
    assert {chaine for chaine, _ in faits(ines, depose)} == {Chaine.RESERVEE}
    assert codes(ines) == []
    assert titres(parent, ines) == []
    rendre_visible(medecin, depose)
    revelees = [f for f in faits(ines, depose) if f == (Chaine.VISIBLE, Fait.ACTE_REVELE)]
    assert len(revelees) == 2  # the deposit, and the first lifting
    assert codes(ines) == ["AJOUT_DOCUMENT"]


@pytest.mark.regle("R-PRO-10", "R-PRO-11")
def test_le_titulaire_majeur_leve_lui_meme_le_secret_un_mineur_non(alex, compte, ines):
    mineure = replace(s.acteur_titulaire(s.creer_compte("ines", ines)))
    depose = s.deposer(s.acteur_ps("medecin"), ines, masques=SECRET)
    with pytest.raises(AccesRefuse) as refus:
        lever_le_secret(mineure, depose)
    assert refus.value.statut == 403
    ancien = s.deposer(s.acteur_ps("medecin"), alex, masques=SECRET)
    lever_le_secret(s.acteur_titulaire(compte), ancien)
    assert s.document_en_base(ancien).masques == []


# --- Masks set or lifted by a professional -------------------------------------------------------


@pytest.mark.regle("R-MAS-07", "R-MAS-08", "R-NOT-04")
def test_un_masquage_par_un_professionnel_se_dit_a_la_demande_du_patient_et_le_previent(
    alex, compte
):
    s.poser_matrice({("10", "11488-4"): True})
    depose = s.deposer(s.acteur_ps("medecin"), alex)
    confrere = s.acteur_ps("autre_medecin")
    s.autoriser(confrere, alex)

    def changer(verbe: Any, action: Action) -> None:
        with s.espace_ouvert(confrere, alex.pk, action, objet_id=depose.id) as acces:
            verbe(acces=acces, document_id=depose.id)

    with pytest.raises(AccesRefuse):
        changer(masquer_document, Action.MASQUER)
    Administrateur.objects.create(espace=alex, professionnel_id=confrere.id)
    changer(masquer_document, Action.MASQUER)
    changer(masquer_document, Action.MASQUER)
    changer(demasquer_document, Action.DEMASQUER)
    textes = {fait: texte for _, fait, texte in lignes(alex, depose)}
    assert textes[Fait.DOCUMENT_MASQUE]["details"]["a_la_demande_du_patient"] is True
    assert codes(alex) == ["MODIF_DOCUMENT"] * 2
    assert Envoi.objects.count() == 2


@pytest.mark.regle("R-NOT-04", "R-MAS-02")
def test_ce_que_le_patient_masque_lui_meme_ne_lui_est_pas_annonce(alex, compte):
    depose = s.deposer(s.acteur_ps("medecin"), alex)
    patient = s.acteur_titulaire(compte)
    with s.espace_ouvert(patient, alex.pk, Action.MASQUER, objet_id=depose.id) as acces:
        masquer_document(acces=acces, document_id=depose.id)
    assert codes(alex) == []


@pytest.mark.regle("R-NOT-09", "R-MAS-17", "R-DOC-11")
def test_ce_qu_un_professionnel_change_au_secret_n_est_pas_annonce_aux_parents(ines, parent):
    medecin = s.acteur_ps("medecin")
    depose = s.deposer(medecin, ines, masques=SECRET)
    with s.espace_ouvert(medecin, ines.pk, Action.MASQUER, objet_id=depose.id) as acces:
        masquer_document(acces=acces, document_id=depose.id)
    with s.espace_ouvert(medecin, ines.pk, Action.SUPPRIMER, objet_id=depose.id) as acces:
        supprimer_document(acces=acces, document_id=depose.id)
    assert codes(ines) == []
    assert not Envoi.objects.exists()


@pytest.mark.regle("R-NOT-04", "R-NOT-08", "R-DOC-11")
def test_le_retrait_par_son_auteur_est_annonce_au_patient(alex, compte):
    medecin = s.acteur_ps("medecin")
    depose = s.deposer(medecin, alex)
    with s.espace_ouvert(medecin, alex.pk, Action.SUPPRIMER, objet_id=depose.id) as acces:
        supprimer_document(acces=acces, document_id=depose.id)
    assert codes(alex) == ["SUPP_DOC"]


@pytest.mark.regle("R-NOT-08", "R-DOC-12")
def test_une_nouvelle_version_est_annoncee_comme_une_mise_a_jour(alex, compte):
    medecin = s.acteur_ps("medecin")
    un = s.deposer(medecin, alex)
    deux = s.deposer(medecin, alex, titre="Version 2", remplace_id=un.id)
    annoncer_depot(Travail(cible_id=deux.id, espace_id=alex.pk))
    assert codes(alex) == ["MODIF_DOCUMENT"]


@pytest.mark.regle("R-MAS-03", "R-MAS-15", "R-MAS-17")
def test_tout_masquer_compte_ce_que_l_on_voit_et_change_tout_ou_rien(ines, parent):
    medecin = s.acteur_ps("medecin")
    vus = [s.deposer(medecin, ines, titre=f"Visible {rang}") for rang in range(3)]
    secret = s.deposer(medecin, ines, titre="Secret", masques=SECRET)

    def tout_masquer(puis: Any = None) -> int:
        with s.espace_ouvert(parent, ines.pk, Action.MASQUER) as acces:
            nombre = masquer_tout(acces=acces, masquer=True)
            if puis:
                raise puis
            return nombre

    with pytest.raises(RuntimeError):
        tout_masquer(RuntimeError("panne"))
    assert all(s.document_en_base(d).masques == [] for d in vus)
    assert tout_masquer() == 3
    assert all(Masque.MASQUE_PS in s.document_en_base(d).masques for d in (*vus, secret))
    texte = next(t for _, fait, t in lignes(ines) if fait == Fait.TOUT_MASQUE)
    assert texte["details"]["nombre"] == 3


@pytest.mark.regle("R-MAS-12")
def test_changer_la_confidentialite_fait_une_version_de_fiche_pas_un_document(alex):
    medecin = s.acteur_ps("medecin")
    depose = s.deposer(medecin, alex, masques=ANNONCE)
    avant = s.document_en_base(depose)
    rendre_visible(medecin, depose)
    apres = s.document_en_base(depose)
    assert (apres.pk, apres.version) == (avant.pk, avant.version + 1)


@pytest.mark.regle("R-DA-01", "R-DA-07", "R-DA-10", "R-PRO-13")
def test_les_directives_sont_d_un_majeur_ou_d_un_professionnel_pour_lui(alex, compte, ines, parent):
    directives = {"type_code": "EXPPAT_3", "titre": "Mes directives"}
    s.deposer(s.acteur_titulaire(compte), alex, **directives)
    s.deposer(s.acteur_ps("medecin"), alex, octets=s.pdf("autre"), **directives)
    for acteur in (s.acteur_ps("medecin"), parent):
        with pytest.raises(DepotRefuse) as refus:
            s.deposer(acteur, ines, **directives)
        assert refus.value.motif == "DIRECTIVES_RESERVEES_AUX_MAJEURS"
    with pytest.raises(DepotRefuse) as refus:
        s.deposer(replace(parent, genre=Acteur.AIDANT), alex, **directives)
    assert refus.value.motif == "DIRECTIVES_PERSONNELLES"


@pytest.mark.regle("R-MAS-14", "R-MAS-03", "R-DA-08")
def test_les_directives_suivent_le_reglage_global(alex, compte):
    patient = s.acteur_titulaire(compte)
    with s.espace_ouvert(patient, alex.pk, Action.MASQUER) as acces:
        masquer_tout(acces=acces, masquer=True)
    directives = s.deposer(patient, alex, type_code="EXPPAT_3", titre="Mes directives")
    assert s.document_en_base(directives).masques == [Masque.MASQUE_PS]


@pytest.mark.regle("R-MAS-01", "R-ALI-05", "R-MAS-12")
def test_les_masques_se_cumulent_et_se_levent_un_par_un(alex, compte):
    medecin, patient = s.acteur_ps("medecin"), s.acteur_titulaire(compte)
    tous = {*ANNONCE, *SECRET, Masque.MASQUE_PS, Masque.R}
    depose = s.deposer(medecin, alex, masques=frozenset({*tous, Masque.N}))
    assert set(s.document_en_base(depose).masques) == tous
    rendre_visible(medecin, depose)
    assert set(s.document_en_base(depose).masques) == {*SECRET, Masque.MASQUE_PS, Masque.R}
    lever_le_secret(medecin, depose)
    with s.espace_ouvert(patient, alex.pk, Action.DEMASQUER, objet_id=depose.id) as acces:
        demasquer_document(acces=acces, document_id=depose.id)
    assert s.document_en_base(depose).masques == [Masque.R]
    confrere = s.acteur_ps("autre_medecin")
    s.poser_matrice({("10", "11488-4"): True})
    s.autoriser(confrere, alex)
    assert titres(confrere, alex) == []
    assert len(titres(patient, alex)) == 1
