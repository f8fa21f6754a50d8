"""Professionals told of new documents, as long as the patient's agreement opens them (R-PS-30)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dossier.alertes import alerter_du_jour, alerter_professionnels
from habilitations.actions import accords, choix
from habilitations.actions.alertes import arreter_alertes, demander_alertes
from habilitations.models import AbonnementAlerte, ConsentementInitial, Rythme
from habilitations.politique import Action, Base, Masque
from mes.socle.models import Travail
from notifications.models import Envoi
from professionnels.models import BoiteMSS
from tests import situations as s
from tests.comptes.outils import connecter_professionnel

pytestmark = [pytest.mark.django_db, pytest.mark.regle("R-PS-30")]


@pytest.fixture
def scene() -> Any:
    """A physician of the team subscribed to Alex's new documents."""
    s.poser_matrice({("10", "11488-4"): True, ("10", "83901-9"): False})
    espace = s.creer_espace("alex")
    compte = s.creer_compte("alex", espace)
    medecin = s.acteur_ps("medecin")
    BoiteMSS.objects.create(
        adresse="medecin@ps.mssante.test", type="PER", professionnel_id=medecin.id
    )
    ConsentementInitial.objects.create(
        espace=espace,
        structure_id=medecin.structure_id,
        information="papier",
        fin_le=timezone.now() + timedelta(days=30),
    )
    s.autoriser(medecin, espace, base=Base.EQUIPE)
    with s.espace_ouvert(medecin, espace.pk, Action.LISTER) as acces:
        demander_alertes(acces=acces, rythme=Rythme.CHAQUE)
    return espace, s.acteur_titulaire(compte), medecin


def _prevenus(depose: s.Depose) -> int:
    """How many messages the arrival of this document wrote to professionals."""
    avant = Envoi.objects.count()
    for _ in range(2):  # a job may run twice
        alerter_professionnels(
            Travail(
                nature="dossier.alerter_professionnels",
                cible_id=depose.id,
                espace_id=depose.espace_id,
            )
        )
    return Envoi.objects.count() - avant


def _deposer(espace: Any, **champs: Any) -> s.Depose:
    return s.deposer(s.acteur_ps("autre_medecin"), espace, **champs)


def test_un_nouveau_document_previent_une_fois_le_professionnel_sans_rien_en_dire(scene):
    espace, _alex, _medecin = scene
    assert _prevenus(_deposer(espace, titre="Angine")) == 1
    from mes.socle.trousseau import trousseau

    messages = [
        trousseau().desceller_json(bytes(envoi.scelle), lieu=Envoi.lieu(envoi.pk))
        for envoi in Envoi.objects.all()
    ]
    message = next(m for m in messages if m["adresse"] == "medecin@ps.mssante.test")
    assert "Angine" not in str(message)
    assert "DEMO-UN" not in str(message).upper()


@pytest.mark.parametrize(
    "champs",
    [{"masques": frozenset({Masque.MASQUE_PS})}, {"type_code": "83901-9"}],
    ids=["masqué", "hors matrice"],
)
def test_ce_que_la_matrice_ou_un_masque_ferme_ne_declenche_rien(scene, champs):
    espace, _alex, _medecin = scene
    assert _prevenus(_deposer(espace, **champs)) == 0
    assert AbonnementAlerte.objects.get().fin_le is None


def test_son_propre_depot_ne_le_previent_pas(scene):
    espace, _alex, medecin = scene
    assert _prevenus(s.deposer(medecin, espace)) == 0


def test_l_abonnement_finit_avec_le_consentement_de_l_equipe(scene):
    espace, _alex, _medecin = scene
    ConsentementInitial.objects.update(fin_le=timezone.now())
    assert _prevenus(_deposer(espace)) == 0
    assert AbonnementAlerte.objects.get().fin_le is not None


def test_le_blocage_et_le_retrait_arretent_l_abonnement_aussitot(scene):
    espace, alex, medecin = scene
    with s.espace_ouvert(alex, espace.pk, Action.BLOQUER) as acces:
        choix.bloquer_professionnel(acces=acces, professionnel_id=medecin.id)
    assert AbonnementAlerte.objects.get().fin_le is not None


def test_le_retrait_de_l_equipe_arrete_l_abonnement(scene):
    espace, alex, medecin = scene
    with s.espace_ouvert(alex, espace.pk, Action.BLOQUER) as acces:
        accords.retirer_acces_structure(acces=acces, structure_id=medecin.structure_id)
    assert AbonnementAlerte.objects.get().fin_le is not None


def test_le_patient_arrete_l_abonnement_qu_il_voit(scene):
    espace, alex, _medecin = scene
    with s.espace_ouvert(alex, espace.pk, Action.BLOQUER) as acces:
        arreter_alertes(acces=acces, abonnement_id=AbonnementAlerte.objects.get().pk)
    assert _prevenus(_deposer(espace)) == 0


def test_une_fois_par_jour_un_seul_message_pour_les_documents_de_la_veille(scene):
    espace, _alex, _medecin = scene
    AbonnementAlerte.objects.update(rythme=Rythme.QUOTIDIEN)
    premier, second = _deposer(espace), _deposer(espace, titre="Second")
    assert _prevenus(premier) + _prevenus(second) == 0
    avant = Envoi.objects.count()
    demain = timezone.localdate() + timedelta(days=1)
    assert alerter_du_jour(demain) == 1
    assert alerter_du_jour(demain) == 1
    assert Envoi.objects.count() - avant == 1
    assert alerter_du_jour(demain + timedelta(days=1)) == 0


def test_sans_boite_mssante_la_page_dit_pourquoi_les_alertes_sont_impossibles(scene):
    espace, _alex, _medecin = scene
    exercice = s.creer_exercice("kine")
    s.autoriser(s.acteur_ps("kine"), espace)
    client = Client()
    connecter_professionnel(client, exercice)
    page = client.post(reverse("webps:alertes"), {"rythme": "chaque"}, follow=True)
    assert "Aucune boîte MSSanté" in page.content.decode()


def test_le_professionnel_demande_et_arrete_depuis_le_recapitulatif(scene):
    _espace, _alex, _medecin = scene
    client = Client()
    connecter_professionnel(client, s.creer_exercice("medecin"))
    client.post(reverse("webps:alertes"), {"rythme": "quotidien"})
    assert AbonnementAlerte.objects.get(fin_le=None).rythme == Rythme.QUOTIDIEN
    page = client.get(reverse("webps:recapitulatif")).content.decode()
    assert "J'arrête les alertes" in page.replace("&#x27;", "'")
    client.post(reverse("webps:alertes"), {"rythme": ""})
    assert not AbonnementAlerte.objects.filter(fin_le=None).exists()
