"""A deposit, from the professional's hands to the patient's eyes."""

from __future__ import annotations

import pytest
from django.db import connection

from dossier import selection
from dossier.actions import DepotRefuse
from habilitations.acces import AccesRefuse
from habilitations.politique import Action, Motif
from journal.models import Ligne
from mes.socle import mur
from tests import situations as s

pytestmark = pytest.mark.django_db


@pytest.fixture
def alex():
    return s.creer_espace("alex")


@pytest.fixture
def compte_alex(alex):
    return s.creer_compte("alex", alex)


@pytest.mark.regle("R-STA-08", "R-HAB-05")
def test_un_medecin_depose_sans_consentement_et_le_patient_lit(alex, compte_alex):
    depose = s.deposer(s.acteur_ps("medecin"), alex, titre="Consultation du soir")

    with s.espace_ouvert(s.acteur_titulaire(compte_alex), alex.pk, Action.LISTER) as acces:
        apercus = selection.page(acces, selection.Criteres(), 1).apercus
        assert [a.titre for a in apercus] == ["Consultation du soir"]
        assert apercus[0].document.pk == depose.id
        assert apercus[0].document.analyse == "sain"


@pytest.mark.regle("R-ALI-10")
def test_rien_n_entre_dans_un_espace_dont_l_identite_n_est_pas_qualifiee():
    espace = s.creer_espace("camille", qualifiee=False)
    with pytest.raises(DepotRefuse) as refus:
        s.deposer(s.acteur_ps("medecin"), espace)
    assert refus.value.motif == "IDENTITE_NON_QUALIFIEE"


@pytest.mark.regle("R-PS-01")
def test_le_deposant_ne_lit_pas_la_liste_pour_autant(alex):
    medecin = s.acteur_ps("medecin")
    s.deposer(medecin, alex)
    with pytest.raises(AccesRefuse) as refus, s.espace_ouvert(medecin, alex.pk, Action.LISTER):
        pass
    assert refus.value.decision.motif is Motif.CONSENTEMENT_REQUIS
    assert refus.value.statut == 403


@pytest.mark.regle("R-HAB-05")
def test_l_auteur_lit_son_document_meme_sans_consentement(alex):
    medecin = s.acteur_ps("medecin")
    depose = s.deposer(medecin, alex)
    with s.espace_ouvert(medecin, alex.pk, Action.LIRE, objet_id=depose.id) as acces:
        assert selection.document_pour(acces, depose.id).pk == depose.id


@pytest.mark.regle("R-DOC-18")
def test_le_meme_document_depose_deux_fois_n_en_fait_qu_un(alex):
    medecin = s.acteur_ps("medecin")
    octets = s.pdf("le même")
    premier = s.deposer(medecin, alex, octets=octets)
    second = s.deposer(medecin, alex, octets=octets)
    assert premier.id == second.id


@pytest.mark.regle("R-TRA-01")
def test_chaque_depot_laisse_une_ligne_au_journal(alex):
    depose = s.deposer(s.acteur_ps("medecin"), alex)
    with mur.ouvrir(journal_lu=[alex.pk]):
        faits = list(
            Ligne.objects.filter(espace_id=alex.pk, objet_id=depose.id).values_list(
                "fait", flat=True
            )
        )
    assert faits == ["document_depose"]


def test_hors_d_un_espace_ouvert_aucun_document_n_apparait(alex):
    s.deposer(s.acteur_ps("medecin"), alex)
    with connection.cursor() as curseur:
        curseur.execute("SELECT count(*) FROM dossier_document")
        assert curseur.fetchone() == (0,)
