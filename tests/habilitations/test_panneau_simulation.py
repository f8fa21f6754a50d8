"""« Ce que voit mon médecin »: the simulation says what the professional's own list says (I-16)."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from dossier.models import Document
from dossier.selection import courants, decision_pour, visibles_par
from dossier.simulation import VUES, regards, vus_par
from habilitations.acces import acces_simule
from habilitations.actions import accords, choix
from habilitations.models import Blocage, Ouverture, ReglageAcces
from habilitations.politique import Action, Base, Masque, Mode
from journal.faits import Fait
from mes.socle.nomenclatures import types_documents
from professionnels.models import Exercice
from tests import situations as s
from tests.accueil.conftest import gabarits_stricts  # noqa: F401  # asked for by name
from tests.accueil.lecture import Page, lire, verifier_liens, verifier_structure
from tests.accueil.scenes import COMPTE_RENDU, ORDONNANCE, Scene, dossier
from tests.comptes.outils import faits_du_journal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]

QUI = ("medecin", "autre_medecin", "pharmacien", "opticien", "kine", "medecin_du_travail")
PS, PATIENT = Masque.MASQUE_PS, Masque.INVISIBLE_PATIENT


@pytest.fixture
def scene() -> Scene:
    """Documents of two types and every mask; the physician deposited the first of each."""
    scene = dossier()
    for rang, masques in enumerate(
        [
            frozenset(),
            frozenset({PS}),
            frozenset({PATIENT}),
            frozenset({PS, PATIENT}),
            frozenset({Masque.INVISIBLE_REPRESENTANTS_LEGAUX}),
        ]
    ):
        for type_code in (COMPTE_RENDU, ORDONNANCE):
            auteur = scene.medecin if type_code == COMPTE_RENDU else scene.confrere
            nom = f"{type_code}-{rang}"
            scene.documents[nom] = s.deposer(
                auteur,
                scene.espace,
                type_code=type_code,
                titre=f"Document {rang} {type_code}",
                masques=masques,
            )
    return scene


def reelle(scene: Scene, qui: str) -> set[str]:
    """What the professional's own list holds, once the record is declared with her agreement."""
    acteur = s.acteur_ps(qui)
    s.autoriser(acteur, scene.espace)
    with s.espace_ouvert(acteur, scene.espace.pk, Action.LISTER) as acces:
        ids = {str(d.pk) for d in courants(acces)}
    Ouverture.objects.all().delete()
    return ids


def caches_au_patient() -> set[str]:
    return {str(d.pk) for d in Document.objects.filter(masques__contains=[PATIENT])}


def simulee(scene: Scene, qui: str) -> tuple[set[str], set[str]]:
    """(what the simulation shows as seen, what the patient may not see herself)."""
    titulaire = s.acteur_titulaire(scene.compte)
    with s.espace_ouvert(titulaire, scene.espace.pk, Action.LISTER) as acces:
        simule = acces_simule(acces, s.acteur_ps(qui))
        vus = {str(d.pk) for d in vus_par(simule, acces)}
        page = regards(simule, acces, vue="", numero=1)
        # One list, one answer for each document: they agree, and so do the counts.
        assert {str(r.apercu.document.pk) for r in page.regards if r.decision} == vus
        assert (page.comptes.vus, page.comptes.tous) == (len(vus), len(page.regards))
        for nom in VUES:
            regards(simule, acces, vue=nom, numero=99)
        return vus, caches_au_patient()


@pytest.mark.regle("R-HAB-02")
@pytest.mark.parametrize("administre", [False, True])
@pytest.mark.parametrize("qui", QUI)
def test_la_simulation_egale_la_liste_du_professionnel_sans_ce_que_je_ne_vois_pas(
    scene: Scene, qui: str, administre: bool
) -> None:
    if administre:
        with s.espace_ouvert(
            s.acteur_titulaire(scene.compte), scene.espace.pk, Action.BLOQUER
        ) as acces:
            choix.nommer_administrateur(acces=acces, professionnel_id=s.acteur_ps(qui).id)
    vus, caches = simulee(scene, qui)
    assert len(caches) == 4
    assert vus == reelle(scene, qui) - caches
    assert bool(vus) is (qui not in ("opticien", "kine"))


@pytest.mark.parametrize("ferme", ["blocage", "structure", "retrait", "inactif"])
def test_qui_ne_peut_rien_voir_ne_voit_rien_et_la_page_dit_pourquoi(
    scene: Scene, ferme: str
) -> None:
    medecin = scene.confrere
    with s.espace_ouvert(
        s.acteur_titulaire(scene.compte), scene.espace.pk, Action.BLOQUER
    ) as acces:
        if ferme == "blocage":
            choix.bloquer_professionnel(acces=acces, professionnel_id=medecin.id)
        elif ferme == "structure":
            choix.bloquer_structure(acces=acces, structure_id=medecin.structure_id)
        elif ferme == "retrait":
            accords.retirer_acces_professionnel(acces=acces, professionnel_id=medecin.id)
    if ferme == "inactif":
        Exercice.objects.filter(pk=medecin.exercice_id).update(fin_le="2026-01-01T00:00Z")
    page = lire(scene.patient(), f"/acces/simulation/?exercice={medecin.exercice_id}")
    assert "Il ne peut pas ouvrir votre dossier." in page.texte
    phrase = {
        "blocage": "Vous l'avez bloqué, lui ou sa structure.",
        "structure": "Vous l'avez bloqué, lui ou sa structure.",
        "retrait": "Vous lui avez retiré l'accès, à lui ou à son équipe.",
        "inactif": "Il n'exerce plus là.",
    }[ferme]
    assert phrase in page.texte
    # After a withdrawal he still sees what he deposited himself (line 5 before line 6a).
    nombre = "3" if ferme == "retrait" else "0"
    assert f"Vus {nombre}" in page.texte


def test_une_urgence_en_cours_ne_change_pas_la_simulation(scene: Scene) -> None:
    # What is masked would be read in an emergency: it is the ordinary access that is simulated.
    ReglageAcces.objects.create(espace=scene.espace, masques_en_urgence=True)
    attendu = simulee(scene, "pharmacien")
    s.autoriser(s.acteur_ps("pharmacien"), scene.espace, mode=Mode.BRIS_DE_GLACE, base=Base.AUCUNE)
    assert simulee(scene, "pharmacien") == attendu


def test_la_page_est_marquee_simulation_compte_et_dit_pourquoi(scene: Scene) -> None:
    client = scene.patient()
    page = lire(client, "/acces/simulation/?metier=21")
    assert "Simulation. Vous regardez votre dossier comme le verrait Pharmacien" in page.texte
    assert "2 de vos 6 documents" in page.texte
    assert "Son métier lit ce type de document." in page.texte
    assert "Son métier ne lit pas ce type de document." in page.texte
    assert "Ce document est masqué aux professionnels." in page.texte
    for adresse, nombre in (
        ("/acces/simulation/?metier=21", 6),
        ("/acces/simulation/?metier=21&vue=vus", 2),
        ("/acces/simulation/?metier=21&vue=non-vus", 4),
        ("/acces/simulation/?metier=28&vue=vus", 0),
        ("/acces/simulation/?metier=10&specialite=SM04", 6),
        ("/acces/simulation/?specialite=SM04&page=12", 6),
    ):
        page = lire(client, adresse)
        verifier_structure(page, adresse)
        verifier_liens(page, adresse)
        assert "Simulation." in page.texte, adresse
        assert len(page.titres(3)) == nombre, adresse
        # What is not yet mine to see is nowhere, not even counted.
        assert "Document 2" not in page.html, adresse
        assert "Document 3" not in page.html, adresse


def test_beaucoup_de_documents_font_des_pages(scene: Scene) -> None:
    scene.remplir(20)
    client = scene.patient()
    for numero, nombre in ((1, 20), (2, 6), (9, 6)):
        page = lire(client, f"/acces/simulation/?metier=10&page={numero}")
        assert len(page.titres(3)) == nombre
        assert "24 de vos 26 documents" in page.texte


@pytest.mark.parametrize(
    "choix_fait",
    ["metier=999", "metier=350", "specialite=SM99", "metier=21&specialite=SM04", "exercice=12"],
)
def test_un_choix_impossible_revient_au_formulaire(scene: Scene, choix_fait: str) -> None:
    reponse = scene.patient().get(f"/acces/simulation/?{choix_fait}")
    assert reponse.status_code == 422
    assert "Simulation." not in Page(reponse).texte


def test_un_exercice_inconnu_ramene_au_choix(scene: Scene) -> None:
    adresse = f"/acces/simulation/?exercice={scene.espace.pk}"
    assert lire(scene.patient(), adresse).titres(1) == ["Ce que voit mon médecin"]


def test_les_professionnels_connus_sont_proposes(scene: Scene) -> None:
    Blocage.objects.create(espace=scene.espace, professionnel_id=scene.medecin.id)
    page = lire(scene.patient(), "/acces/simulation/")
    adresse = f"/acces/simulation/?exercice={scene.medecin.exercice_id}"
    assert page.liens()["Dominique DEMO-MEDECIN"] == adresse


def test_simuler_s_inscrit_au_journal_et_rien_d_autre_ne_s_ecrit(scene: Scene) -> None:
    avant = faits_du_journal(scene.espace.pk)
    client = scene.patient()
    lire(client, "/acces/simulation/")
    assert faits_du_journal(scene.espace.pk) == avant
    lire(client, f"/acces/simulation/?exercice={scene.medecin.exercice_id}")
    assert faits_du_journal(scene.espace.pk) == [*avant, Fait.SIMULATION]
    assert not Ouverture.objects.exists()
    assert "Dominique DEMO-MEDECIN" in lire(client, "/historique/").texte


def test_sous_la_simulation_le_mur_n_est_ouvert_qu_en_lecture(scene: Scene) -> None:
    titulaire = s.acteur_titulaire(scene.compte)
    with s.espace_ouvert(titulaire, scene.espace.pk, Action.LISTER) as acces:
        simule = acces_simule(acces, s.acteur_ps("medecin"))
        document = visibles_par(simule).first()
        assert document is not None
        assert decision_pour(simule, document, Action.LIRE)
        copie = Document.objects.get(pk=document.pk)
        copie.pk = scene.espace.pk
        copie.identifiant_index = None
        with pytest.raises(DatabaseError), transaction.atomic():
            copie.save(force_insert=True)
        assert Document.objects.filter(pk=document.pk).update(type_code="SYNTH") == 0
        simule.noter(Fait.LISTE_CONSULTEE)
    assert Fait.LISTE_CONSULTEE not in faits_du_journal(scene.espace.pk)


def test_tous_les_metiers_se_simulent(scene: Scene) -> None:
    page = lire(scene.patient(), "/acces/simulation/")
    codes = [option.get("value") for option in page.champ("metier").iter("option")]
    assert {"10", "21", "60", "50"} <= set(codes)
    assert "350" not in codes
    assert len(types_documents()) > 100
