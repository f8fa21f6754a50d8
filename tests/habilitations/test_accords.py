"""What the patient agrees to and takes back, decides and undoes; what professionals record of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from comptes.models import Compte
from habilitations import effets
from habilitations.acces import Acces, AccesRefuse, ActeurAcces
from habilitations.actions import accords, choix
from habilitations.actions.accords import AccordImpossible
from habilitations.actions.choix import ChoixImpossible
from habilitations.actions.dossiers import Declaration, DeclarationInvalide, ouvrir_dossier
from habilitations.models import (
    AbonnementAlerte,
    Administrateur,
    Autorisation,
    Blocage,
    CodeOuverture,
    ConsentementInitial,
    EpisodeSoins,
    Origine,
    Ouverture,
    ReglageAcces,
    RetraitAcces,
    Role,
    RoleDeclare,
)
from habilitations.politique import Action, Base, Mode, Motif
from habilitations.portes import acteur_de_l_exercice
from journal.faits import ActeurTrace, Fait, GenreActeur
from mes.socle.models import Travail
from notifications.models import CodeNotification, Notification
from professionnels.models import Exercice
from tests import situations as s
from tests.accueil.scenes import DECLARATION, Scene, chercher, dossier
from tests.comptes.outils import connecter_professionnel, faits_du_journal
from usagers.models import EspaceSante, Gestion, Qualite

pytestmark = pytest.mark.django_db

NAISSANCE = date(1985, 4, 12)
EQUIPE = {
    "base": "equipe",
    "information": "papier",
    "rappel_lu": "on",
    "consentement_initial": "on",
}


@pytest.fixture
def scene() -> Scene:
    return dossier("pdf")


@contextmanager
def gestion(scene: Scene, action: Action = Action.BLOQUER) -> Iterator[Acces]:
    """The titulaire in front of her own record."""
    with s.espace_ouvert(s.acteur_titulaire(scene.compte), scene.espace.pk, action) as acces:
        yield acces


def declarer(client: Client, base: dict[str, str]) -> int:
    """Ticks the declaration again, as in the Web PS; the status of the answer."""
    chercher(client)
    return client.post("/ps/patients/declaration/", base).status_code


def collegue(scene: Scene) -> ActeurAcces:
    """The other physician, who practises in the same structure."""
    assert scene.confrere.structure_id == scene.medecin.structure_id
    return scene.confrere


def entrer(acteur: ActeurAcces) -> Client:
    client = Client()
    connecter_professionnel(
        client,
        Exercice.objects.select_related("professionnel", "structure").get(pk=acteur.exercice_id),
    )
    return client


def tenter(acteur: ActeurAcces, scene: Scene, base: Base = Base.CONSENTEMENT) -> Motif | None:
    """Declares this basis; the reason of the refusal, None when the record opens."""
    try:
        ouvrir_dossier(
            acteur=acteur,
            espace_id=scene.espace.pk,
            declaration=Declaration(
                base=base, consentement_initial_recueilli=True, information="papier"
            ),
        )
    except AccesRefuse as refus:
        return refus.decision.motif
    return None


# --- Withdrawal ----------------------------------------------------------------------------------


@pytest.mark.regle("R-PS-16")
def test_le_retrait_ferme_le_dossier_a_la_requete_suivante(scene: Scene) -> None:
    client = scene.professionnel()
    assert client.get("/ps/dossier/documents/").status_code == 200
    assert client.get(scene.url_ps("pdf")).status_code == 200
    with gestion(scene) as acces:
        accords.retirer_acces_professionnel(acces=acces, professionnel_id=scene.medecin.id)
    assert client.get("/ps/dossier/documents/").status_code == 403
    assert Fait.AUTORISATION_RETIREE in faits_du_journal(scene.espace.pk)


@pytest.mark.regle("R-PS-16", "R-PS-12")
@pytest.mark.parametrize("base", [DECLARATION, EQUIPE], ids=["accord", "equipe"])
def test_apres_un_retrait_recocher_ne_retablit_rien(scene: Scene, base: dict[str, str]) -> None:
    client = scene.professionnel()
    with gestion(scene) as acces:
        accords.retirer_acces_professionnel(acces=acces, professionnel_id=scene.medecin.id)
    assert declarer(client, base) == 403
    assert client.get("/ps/dossier/documents/").status_code == 403


@pytest.mark.regle("R-PS-16", "R-PS-17")
def test_l_autorisation_du_patient_retablit_ce_qu_il_avait_retire(scene: Scene) -> None:
    client = scene.professionnel()
    with gestion(scene) as acces:
        accords.retirer_acces_professionnel(acces=acces, professionnel_id=scene.medecin.id)
        accords.autoriser_professionnel(acces=acces, professionnel_id=scene.medecin.id, jours=30)
    # The agreement is given; the opening that was cut must be declared again.
    assert client.get("/ps/dossier/documents/").status_code == 403
    assert declarer(client, DECLARATION) == 302
    assert client.get("/ps/dossier/documents/").status_code == 200
    assert not RetraitAcces.objects.filter(leve_le=None).exists()


@pytest.mark.regle("R-PS-16")
def test_un_retrait_rejoue_ne_change_rien(scene: Scene) -> None:
    for _ in range(2):
        with gestion(scene) as acces:
            accords.retirer_acces_professionnel(acces=acces, professionnel_id=scene.medecin.id)
    assert RetraitAcces.objects.count() == 1


@pytest.mark.regle("R-PS-16", "R-URG-04")
def test_un_retrait_ne_coupe_pas_une_urgence_en_cours(scene: Scene) -> None:
    s.autoriser(scene.medecin, scene.espace, mode=Mode.SAMU, base=Base.AUCUNE)
    with gestion(scene) as acces:
        accords.retirer_acces_professionnel(acces=acces, professionnel_id=scene.medecin.id)
    assert Ouverture.objects.get().fermee_le is None


@pytest.mark.regle("R-PS-11", "R-PS-16")
def test_a_qui_l_acces_est_retire_depose_encore(scene: Scene) -> None:
    with gestion(scene) as acces:
        accords.retirer_acces_professionnel(acces=acces, professionnel_id=scene.medecin.id)
    depose = s.deposer(scene.medecin, scene.espace, titre="Courrier")
    assert s.document_en_base(depose).auteur_id == scene.medecin.id


# --- Authorisation -------------------------------------------------------------------------------


@pytest.mark.regle("R-PS-17", "R-PS-18")
def test_une_autorisation_porte_ses_dates_et_finit_toute_seule(scene: Scene) -> None:
    avant = timezone.now()
    with gestion(scene) as acces:
        posee = accords.autoriser_professionnel(
            acces=acces, professionnel_id=scene.medecin.id, jours=90
        )
    assert posee.origine == Origine.ECRAN
    assert avant <= posee.debut_le <= timezone.now()
    assert posee.fin_le == posee.debut_le + timedelta(days=90)
    assert list(Autorisation.objects.en_cours()) == [posee]

    client = scene.professionnel()
    assert client.get("/ps/dossier/documents/").status_code == 200
    hier = timezone.now() - timedelta(minutes=1)
    Autorisation.objects.update(fin_le=hier)
    assert not Autorisation.objects.en_cours().exists()
    # The opening never outlives the agreement on which it rests.
    assert Ouverture.objects.get().autorisation_id == posee.pk
    assert Ouverture.objects.get().expire_le <= posee.fin_le
    assert accords.clore_accords_echus() == 1
    assert Autorisation.objects.get().retiree_le is not None
    assert accords.clore_accords_echus() == 0


@pytest.mark.regle("R-PS-17")
def test_une_nouvelle_duree_remplace_la_precedente(scene: Scene) -> None:
    for jours in (1, 365):
        with gestion(scene) as acces:
            accords.autoriser_professionnel(
                acces=acces, professionnel_id=scene.medecin.id, jours=jours
            )
    (en_cours,) = Autorisation.objects.en_cours()
    assert en_cours.fin_le - en_cours.debut_le == timedelta(days=365)
    assert Autorisation.objects.count() == 2


@pytest.mark.regle("R-PS-17")
@pytest.mark.parametrize("jours", [0, -1, 2, 366, 10_000])
def test_une_duree_qui_n_est_pas_proposee_est_refusee(scene: Scene, jours: int) -> None:
    with gestion(scene) as acces:
        with pytest.raises(AccordImpossible, match="durées proposées"):
            accords.autoriser_professionnel(
                acces=acces, professionnel_id=scene.medecin.id, jours=jours
            )
        with pytest.raises(AccordImpossible, match="durées proposées"):
            accords.autoriser_structure(
                acces=acces, structure_id=scene.medecin.structure_id, jours=jours
            )


def test_la_base_refuse_deux_autorisations_d_une_meme_personne(scene: Scene) -> None:
    demain = timezone.now() + timedelta(days=1)
    qui = {
        "espace": scene.espace,
        "professionnel_id": scene.medecin.id,
        "origine": Origine.ECRAN,
        "fin_le": demain,
    }
    Autorisation.objects.create(**qui)
    with pytest.raises(IntegrityError), transaction.atomic():
        Autorisation.objects.create(**qui)


# --- The team ------------------------------------------------------------------------------------


@pytest.mark.regle("R-PS-02", "R-PS-16")
def test_le_consentement_de_l_equipe_vaut_pour_tous_et_son_retrait_aussi(scene: Scene) -> None:
    clients = [entrer(scene.medecin), entrer(collegue(scene))]
    assert declarer(clients[0], EQUIPE) == 302
    # The second member doesn't tick the consent: it was gathered once.
    assert declarer(clients[1], {**EQUIPE, "consentement_initial": ""}) == 302
    assert ConsentementInitial.objects.count() == 1
    with gestion(scene) as acces:
        accords.retirer_acces_structure(acces=acces, structure_id=scene.medecin.structure_id)
    for client in clients:
        assert client.get("/ps/dossier/documents/").status_code == 403
        assert declarer(client, EQUIPE) == 403
    assert not EpisodeSoins.objects.filter(fin_le=None).exists()


@pytest.mark.regle("R-PS-02", "R-PS-17")
def test_le_retrait_a_l_equipe_laisse_qui_est_autorise_personnellement(scene: Scene) -> None:
    with gestion(scene) as acces:
        accords.autoriser_professionnel(acces=acces, professionnel_id=scene.medecin.id, jours=30)
    client = scene.professionnel()
    with gestion(scene) as acces:
        accords.retirer_acces_structure(acces=acces, structure_id=scene.medecin.structure_id)
    assert client.get("/ps/dossier/documents/").status_code == 200
    assert tenter(collegue(scene), scene) is Motif.CONSENTEMENT_REQUIS


@pytest.mark.regle("R-PS-02", "R-PS-17")
def test_le_patient_autorise_une_structure_depuis_son_ecran(scene: Scene) -> None:
    with gestion(scene) as acces:
        accords.retirer_acces_structure(acces=acces, structure_id=scene.medecin.structure_id)
        donne = accords.autoriser_structure(
            acces=acces, structure_id=scene.medecin.structure_id, jours=7
        )
    assert (donne.recueilli_par_id, donne.information) == (None, "numerique")
    client = entrer(collegue(scene))
    assert declarer(client, {**EQUIPE, "consentement_initial": ""}) == 302


@pytest.mark.regle("R-PS-18")
def test_un_consentement_d_equipe_echu_ne_vaut_plus_et_clot_l_episode(scene: Scene) -> None:
    client = entrer(scene.medecin)
    assert declarer(client, EQUIPE) == 302
    ConsentementInitial.objects.update(fin_le=timezone.now() - timedelta(seconds=1))
    assert client.get("/ps/dossier/documents/").status_code == 403
    assert accords.clore_accords_echus() == 1
    assert EpisodeSoins.objects.get().fin_le is not None


# --- The code ------------------------------------------------------------------------------------


def creer_code(scene: Scene) -> str:
    with gestion(scene) as acces:
        return accords.creer_code_ouverture(acces=acces)[0]


def utiliser(scene: Scene, code: str, qui: ActeurAcces | None = None, **autres: Any) -> Any:
    return accords.utiliser_code_ouverture(
        acteur=qui or scene.medecin, code=code, date_naissance=autres.get("ne_le", NAISSANCE)
    )


@pytest.mark.regle("R-PS-16")
def test_le_code_du_patient_retablit_un_acces_retire(scene: Scene) -> None:
    with gestion(scene) as acces:
        accords.retirer_acces_professionnel(acces=acces, professionnel_id=scene.medecin.id)
    assert tenter(scene.medecin, scene) is Motif.CONSENTEMENT_REQUIS
    assert utiliser(scene, creer_code(scene)) == scene.espace.pk
    assert tenter(scene.medecin, scene) is None
    assert Autorisation.objects.en_cours().get().origine == Origine.CODE


def test_un_code_ne_sert_qu_une_fois_et_a_qui_l_utilise(scene: Scene) -> None:
    code = creer_code(scene)
    assert len(code) == accords.LONGUEUR_CODE
    assert set(code) <= set(accords.ALPHABET_CODE)
    # As dictated, with a space and small letters.
    utiliser(scene, f" {code[:5].lower()} {code[5:]}-")
    for acteur in (scene.medecin, scene.confrere):
        with pytest.raises(AccordImpossible):
            utiliser(scene, code, acteur)
    assert CodeOuverture.objects.get().utilise_par_id == scene.medecin.id
    assert not Autorisation.objects.filter(professionnel_id=scene.confrere.id).exists()


def test_du_code_il_ne_reste_que_son_empreinte(scene: Scene) -> None:
    code = creer_code(scene)
    ligne = CodeOuverture.objects.get()
    valeurs = [str(getattr(ligne, champ.attname)) for champ in ligne._meta.concrete_fields]
    assert not any(code in valeur for valeur in valeurs)
    assert code.encode() not in bytes(ligne.code_index)


@pytest.mark.parametrize("cas", ["faux", "echu", "annule", "remplace", "naissance", "personnel"])
def test_un_code_qui_n_ouvre_rien_le_dit_toujours_de_la_meme_facon(scene: Scene, cas: str) -> None:
    code, acteur, ne_le = creer_code(scene), scene.medecin, NAISSANCE
    if cas == "faux":
        code = "ABCDEFGH22"
    elif cas == "echu":
        CodeOuverture.objects.update(expire_le=timezone.now())
    elif cas == "annule":
        with gestion(scene) as acces:
            accords.annuler_codes_ouverture(acces=acces)
    elif cas == "remplace":
        creer_code(scene)
    elif cas == "naissance":
        ne_le = date(1985, 4, 13)
    else:
        exercice = s.creer_exercice("medecin")
        exercice.profession = "331"
        acteur = acteur_de_l_exercice(exercice, compte_id=None, regulateur=False)
    with pytest.raises(AccordImpossible, match="Ce code n'ouvre aucun dossier"):
        utiliser(scene, code, acteur, ne_le=ne_le)
    assert not Autorisation.objects.exists()


@pytest.mark.regle("R-PS-10")
def test_un_code_ne_leve_pas_un_blocage(scene: Scene) -> None:
    with gestion(scene) as acces:
        choix.bloquer_professionnel(acces=acces, professionnel_id=scene.medecin.id)
    with pytest.raises(AccordImpossible, match="Ce code n'ouvre aucun dossier"):
        utiliser(scene, creer_code(scene))
    assert CodeOuverture.objects.get().utilise_le is None


# --- A colleague, a refusal ----------------------------------------------------------------------


@contextmanager
def dans_l_equipe(scene: Scene, base: Base = Base.EQUIPE) -> Iterator[Acces]:
    assert tenter(scene.medecin, scene, base) is None
    with s.espace_ouvert(scene.medecin, scene.espace.pk, Action.LISTER) as acces:
        yield acces


@pytest.mark.regle("R-PS-05")
def test_un_membre_de_l_equipe_recueille_l_accord_pour_un_confrere(scene: Scene) -> None:
    pharmacien = s.acteur_ps("pharmacien")
    with dans_l_equipe(scene) as acces:
        posee = accords.recueillir_pour_un_confrere(
            acces=acces, professionnel_id=pharmacien.id, information="numerique"
        )
    assert posee.origine == Origine.CONFRERE
    assert posee.recueillie_par_id == scene.medecin.exercice_id
    assert posee.information == "numerique"
    assert Fait.CONSENTEMENT_POUR_CONFRERE in faits_du_journal(scene.espace.pk)
    assert tenter(pharmacien, scene) is None


@pytest.mark.regle("R-PS-05")
def test_sans_etre_de_l_equipe_ni_informer_on_ne_recueille_rien(scene: Scene) -> None:
    pharmacien = s.acteur_ps("pharmacien")
    with dans_l_equipe(scene, Base.CONSENTEMENT) as acces, pytest.raises(AccordImpossible):
        accords.recueillir_pour_un_confrere(
            acces=acces, professionnel_id=pharmacien.id, information="papier"
        )
    with dans_l_equipe(scene) as acces:
        with pytest.raises(DeclarationInvalide):
            accords.recueillir_pour_un_confrere(
                acces=acces, professionnel_id=pharmacien.id, information=""
            )
        with pytest.raises(AccordImpossible, match="autre professionnel"):
            accords.recueillir_pour_un_confrere(
                acces=acces, professionnel_id=scene.medecin.id, information="papier"
            )
    assert not Autorisation.objects.exists()


@pytest.mark.regle("R-PS-05", "R-PS-16")
@pytest.mark.parametrize("ferme", ["retrait", "blocage", "deblocage"])
def test_un_confrere_ne_retablit_pas_ce_que_le_patient_a_ferme(scene: Scene, ferme: str) -> None:
    pharmacien = s.acteur_ps("pharmacien")
    with gestion(scene) as acces:
        if ferme == "retrait":
            accords.retirer_acces_professionnel(acces=acces, professionnel_id=pharmacien.id)
        else:
            choix.bloquer_professionnel(acces=acces, professionnel_id=pharmacien.id)
        if ferme == "deblocage":
            choix.debloquer_professionnel(acces=acces, professionnel_id=pharmacien.id)
    with dans_l_equipe(scene) as acces, pytest.raises(AccordImpossible) as impossible:
        accords.recueillir_pour_un_confrere(
            acces=acces, professionnel_id=pharmacien.id, information="papier"
        )
    # Nothing says whether she withdrew or blocked.
    assert "bloqu" not in str(impossible.value)
    assert not Autorisation.objects.exists()


@pytest.mark.regle("R-PS-06")
@pytest.mark.parametrize("toute_l_equipe", [False, True])
def test_le_refus_dit_au_professionnel_ferme_la_lecture_pas_le_depot(
    scene: Scene, toute_l_equipe: bool
) -> None:
    client = scene.professionnel()
    accords.enregistrer_refus_de_consultation(
        acteur=scene.medecin, espace_id=scene.espace.pk, toute_l_equipe=toute_l_equipe
    )
    assert client.get("/ps/dossier/documents/").status_code == 403
    assert declarer(client, DECLARATION) == 403
    s.deposer(scene.medecin, scene.espace, titre="Courrier")
    attendu = Motif.CONSENTEMENT_REQUIS if toute_l_equipe else None
    assert tenter(collegue(scene), scene) is attendu
    assert RetraitAcces.objects.get().enregistre_par_id == scene.medecin.exercice_id


# --- Blocks --------------------------------------------------------------------------------------


@pytest.mark.regle("R-PS-10", "R-PS-11")
def test_bloquer_ferme_tout_de_suite_meme_avant_un_premier_acces(scene: Scene) -> None:
    client = scene.professionnel()
    with gestion(scene) as acces:
        for acteur in (scene.medecin, s.acteur_ps("kine")):
            choix.bloquer_professionnel(acces=acces, professionnel_id=acteur.id)
    assert client.get("/ps/dossier/documents/").status_code == 403
    assert client.get(scene.url_ps("pdf")).status_code == 404
    assert declarer(client, DECLARATION) == 403
    assert tenter(s.acteur_ps("kine"), scene) is Motif.PROFESSIONNEL_BLOQUE
    s.deposer(scene.medecin, scene.espace, titre="Courrier")


@pytest.mark.regle("R-PS-12")
def test_debloquer_ne_reautorise_pas(scene: Scene) -> None:
    with gestion(scene) as acces:
        accords.autoriser_professionnel(acces=acces, professionnel_id=scene.medecin.id, jours=365)
    client = scene.professionnel()
    with gestion(scene) as acces:
        choix.bloquer_professionnel(acces=acces, professionnel_id=scene.medecin.id)
        choix.debloquer_professionnel(acces=acces, professionnel_id=scene.medecin.id)
    assert client.get("/ps/dossier/documents/").status_code == 403
    assert declarer(client, DECLARATION) == 403
    assert not Autorisation.objects.en_cours().exists()
    assert tenter(scene.medecin, scene, Base.EQUIPE) is Motif.CONSENTEMENT_REQUIS
    with gestion(scene) as acces:
        accords.autoriser_professionnel(acces=acces, professionnel_id=scene.medecin.id, jours=1)
    assert declarer(client, DECLARATION) == 302


@pytest.mark.regle("R-ADM-05")
def test_un_administrateur_bloque_ne_l_est_plus(scene: Scene) -> None:
    with gestion(scene) as acces:
        choix.nommer_administrateur(acces=acces, professionnel_id=scene.medecin.id)
        choix.bloquer_professionnel(acces=acces, professionnel_id=scene.medecin.id)
        choix.debloquer_professionnel(acces=acces, professionnel_id=scene.medecin.id)
    assert not Administrateur.objects.filter(fin_le=None).exists()


def test_bloquer_deux_fois_ne_laisse_qu_une_trace_et_debloquer_dans_le_vide_aucune(
    scene: Scene,
) -> None:
    with gestion(scene) as acces:
        choix.debloquer_professionnel(acces=acces, professionnel_id=scene.medecin.id)
        choix.debloquer_structure(acces=acces, structure_id=scene.medecin.structure_id)
        for _ in range(2):
            choix.bloquer_professionnel(acces=acces, professionnel_id=scene.medecin.id)
            choix.bloquer_structure(acces=acces, structure_id=scene.medecin.structure_id)
    faits = faits_du_journal(scene.espace.pk)
    assert (faits.count(Fait.BLOCAGE), faits.count(Fait.DEBLOCAGE)) == (2, 0)


@pytest.mark.regle("R-PS-10", "R-URG-06")
@pytest.mark.parametrize(("mode", "coupee"), [(Mode.BRIS_DE_GLACE, True), (Mode.SAMU, False)])
def test_bloquer_une_personne_coupe_son_bris_de_glace_pas_le_samu(
    scene: Scene, mode: Mode, coupee: bool
) -> None:
    s.autoriser(scene.medecin, scene.espace, mode=mode, base=Base.AUCUNE)
    with gestion(scene) as acces:
        choix.bloquer_professionnel(acces=acces, professionnel_id=scene.medecin.id)
    assert (Ouverture.objects.get().fermee_le is not None) is coupee


@pytest.mark.regle("R-PS-17")
def test_bloquer_une_structure_ferme_ses_professionnels_meme_autorises_mais_pas_l_urgence(
    scene: Scene,
) -> None:
    ailleurs = s.creer_structure("990009037", "Hôpital DÉMO")
    with gestion(scene) as acces:
        accords.autoriser_professionnel(acces=acces, professionnel_id=scene.medecin.id, jours=30)
        choix.bloquer_structure(acces=acces, structure_id=scene.medecin.structure_id)
    assert tenter(scene.medecin, scene) is Motif.PROFESSIONNEL_BLOQUE
    # The same person, from another place, is who she authorised.
    exercice = s.creer_exercice("medecin", ailleurs)
    de_l_hopital = acteur_de_l_exercice(exercice, compte_id=None, regulateur=False)
    assert tenter(de_l_hopital, scene) is None
    s.autoriser(collegue(scene), scene.espace, mode=Mode.BRIS_DE_GLACE, base=Base.AUCUNE)
    with s.espace_ouvert(collegue(scene), scene.espace.pk, Action.LISTER) as acces:
        assert acces.decision
    with gestion(scene) as acces:
        choix.debloquer_structure(acces=acces, structure_id=scene.medecin.structure_id)
    assert tenter(collegue(scene), scene) is Motif.CONSENTEMENT_REQUIS
    assert tenter(scene.medecin, scene) is None


@pytest.mark.regle("R-PS-17")
def test_une_structure_debloquee_ne_rouvre_pas_le_dossier_qu_elle_avait_ouvert(
    scene: Scene,
) -> None:
    with gestion(scene) as acces:
        accords.autoriser_professionnel(acces=acces, professionnel_id=scene.medecin.id, jours=30)
    client = scene.professionnel()
    with gestion(scene) as acces:
        choix.bloquer_structure(acces=acces, structure_id=scene.medecin.structure_id)
        choix.debloquer_structure(acces=acces, structure_id=scene.medecin.structure_id)
    assert Ouverture.objects.get().fermee_le is not None
    assert client.get("/ps/dossier/documents/").status_code == 403
    assert declarer(client, DECLARATION) == 302


@pytest.mark.regle("R-PS-10")
def test_on_n_autorise_ni_ne_nomme_qui_est_bloque(scene: Scene) -> None:
    with gestion(scene) as acces:
        choix.bloquer_professionnel(acces=acces, professionnel_id=scene.medecin.id)
        choix.bloquer_structure(acces=acces, structure_id=scene.medecin.structure_id)
        with pytest.raises(AccordImpossible, match="débloquez-le"):
            accords.autoriser_professionnel(acces=acces, professionnel_id=scene.medecin.id, jours=1)
        with pytest.raises(ChoixImpossible, match="débloquez-le"):
            choix.nommer_administrateur(acces=acces, professionnel_id=scene.medecin.id)
        with pytest.raises(AccordImpossible, match="débloquez-la"):
            accords.autoriser_structure(
                acces=acces, structure_id=scene.medecin.structure_id, jours=1
            )


@pytest.mark.regle("R-PS-30")
@pytest.mark.parametrize(
    "geste",
    ["retirer", "bloquer", "retirer_structure", "bloquer_structure"],
)
def test_les_alertes_finissent_avec_l_acces(scene: Scene, geste: str) -> None:
    AbonnementAlerte.objects.create(
        espace=scene.espace,
        exercice_id=scene.medecin.exercice_id,
        rythme="chaque",
        canal="courriel",
    )
    qui, ou = scene.medecin.id, scene.medecin.structure_id
    with gestion(scene) as acces:
        if geste == "retirer":
            accords.retirer_acces_professionnel(acces=acces, professionnel_id=qui)
        elif geste == "bloquer":
            choix.bloquer_professionnel(acces=acces, professionnel_id=qui)
        elif geste == "retirer_structure":
            accords.retirer_acces_structure(acces=acces, structure_id=ou)
        else:
            choix.bloquer_structure(acces=acces, structure_id=ou)
    assert AbonnementAlerte.objects.get().fin_le is not None


# --- Administrators, roles -----------------------------------------------------------------------


@pytest.mark.regle("R-ADM-01", "R-ADM-04")
def test_nommer_et_retirer_un_administrateur_se_tracent_et_se_disent(scene: Scene) -> None:
    with gestion(scene) as acces:
        for acteur in (scene.medecin, scene.confrere, scene.medecin):
            choix.nommer_administrateur(acces=acces, professionnel_id=acteur.id)
    assert Administrateur.objects.filter(fin_le=None).count() == 2
    with gestion(scene) as acces:
        choix.retirer_administrateur(acces=acces, professionnel_id=scene.medecin.id)
        choix.retirer_administrateur(acces=acces, professionnel_id=scene.medecin.id)
    faits = faits_du_journal(scene.espace.pk)
    assert faits.count(Fait.ADMINISTRATEUR_NOMME) == 2
    assert faits.count(Fait.ADMINISTRATEUR_RETIRE) == 1
    for travail in Travail.objects.filter(nature="habilitations.annoncer_nomination"):
        effets.annoncer_nomination(travail)
    (retrait,) = Travail.objects.filter(nature="habilitations.annoncer_retrait")
    for _ in range(2):
        effets.annoncer_retrait(retrait)
    codes = list(Notification.objects.values_list("code", flat=True))
    assert sorted(codes) == [
        CodeNotification.ATTRIBUTION_STATUT_MEDECIN_ADMIN,
        CodeNotification.ATTRIBUTION_STATUT_MEDECIN_ADMIN,
        CodeNotification.RETRAIT_STATUT_MEDECIN_ADMIN,
    ]


@pytest.mark.regle("R-ADM-06", "R-ADM-03")
def test_un_seul_de_chaque_role_et_le_nouveau_remplace_l_ancien(scene: Scene) -> None:
    with gestion(scene) as acces:
        for acteur in (scene.medecin, scene.confrere, scene.confrere):
            choix.declarer_role(acces=acces, professionnel_id=acteur.id, role=Role.MEDECIN_TRAITANT)
        choix.declarer_role(
            acces=acces,
            professionnel_id=s.acteur_ps("pharmacien").id,
            role=Role.PHARMACIEN_CORRESPONDANT,
        )
    en_cours = RoleDeclare.objects.filter(fin_le=None)
    assert dict(en_cours.values_list("role", "professionnel_id")) == {
        Role.MEDECIN_TRAITANT: scene.confrere.id,
        Role.PHARMACIEN_CORRESPONDANT: s.acteur_ps("pharmacien").id,
    }
    assert faits_du_journal(scene.espace.pk).count(Fait.ROLE_DECLARE) == 3
    # A role opens nothing, and makes nobody administrator.
    assert not Administrateur.objects.exists()
    assert not Autorisation.objects.exists()
    with gestion(scene) as acces:
        choix.retirer_role(acces=acces, role=Role.MEDECIN_TRAITANT)
        choix.retirer_role(acces=acces, role=Role.MEDECIN_TRAITANT)
    assert en_cours.get().role == Role.PHARMACIEN_CORRESPONDANT
    assert faits_du_journal(scene.espace.pk).count(Fait.ROLE_DECLARE) == 4


# --- Settings ------------------------------------------------------------------------------------


@pytest.mark.regle("R-URG-01", "R-URG-02", "R-URG-09")
def test_les_trois_reglages_d_urgence_sont_independants(scene: Scene) -> None:
    with gestion(scene) as acces:
        depart = acces.situation
    assert (depart.opposition_samu, depart.opposition_bris_de_glace) == (False, False)
    assert depart.masques_en_urgence is False
    for samu, bris, masques in product((True, False), repeat=3):
        with gestion(scene) as acces:
            choix.regler_urgence(
                acces=acces, samu=samu, bris_de_glace=bris, masques_en_urgence=masques
            )
        with gestion(scene) as acces:
            lue = acces.situation
        assert lue.opposition_samu is not samu
        assert lue.opposition_bris_de_glace is not bris
        assert lue.masques_en_urgence is masques
    assert ReglageAcces.objects.count() == 1


def test_masquer_par_defaut_se_regle_dans_les_deux_sens(scene: Scene) -> None:
    for masquer in (True, False):
        with gestion(scene) as acces:
            choix.masquer_par_defaut(acces=acces, masquer=masquer)
        with gestion(scene) as acces:
            assert acces.masquer_par_defaut is masquer


# --- Who may -------------------------------------------------------------------------------------


def acteur_de(compte: Compte, qualite: Qualite, espace: EspaceSante) -> ActeurAcces:
    from habilitations.politique import Acteur

    Gestion.objects.create(espace=espace, compte_id=compte.pk, qualite=qualite)
    return ActeurAcces(
        genre=Acteur(qualite.value),
        id=compte.pk,
        compte_id=compte.pk,
        trace=ActeurTrace(GenreActeur(qualite.value), compte.pk, "Camille DEMO-DEUX"),
    )


GESTES: dict[str, Any] = {
    "autoriser": lambda a, sc: accords.autoriser_professionnel(
        acces=a, professionnel_id=sc.medecin.id, jours=1
    ),
    "retirer": lambda a, sc: accords.retirer_acces_professionnel(
        acces=a, professionnel_id=sc.medecin.id
    ),
    "autoriser_structure": lambda a, sc: accords.autoriser_structure(
        acces=a, structure_id=sc.medecin.structure_id, jours=1
    ),
    "retirer_structure": lambda a, sc: accords.retirer_acces_structure(
        acces=a, structure_id=sc.medecin.structure_id
    ),
    "code": lambda a, sc: accords.creer_code_ouverture(acces=a),
    "annuler": lambda a, sc: accords.annuler_codes_ouverture(acces=a),
    "debloquer": lambda a, sc: choix.debloquer_professionnel(
        acces=a, professionnel_id=sc.medecin.id
    ),
    "bloquer_structure": lambda a, sc: choix.bloquer_structure(
        acces=a, structure_id=sc.medecin.structure_id
    ),
    "debloquer_structure": lambda a, sc: choix.debloquer_structure(
        acces=a, structure_id=sc.medecin.structure_id
    ),
    "nommer": lambda a, sc: choix.nommer_administrateur(acces=a, professionnel_id=sc.medecin.id),
    "destituer": lambda a, sc: choix.retirer_administrateur(
        acces=a, professionnel_id=sc.medecin.id
    ),
    "role": lambda a, sc: choix.declarer_role(
        acces=a, professionnel_id=sc.medecin.id, role=Role.MEDECIN_TRAITANT
    ),
    "retirer_role": lambda a, sc: choix.retirer_role(acces=a, role=Role.MEDECIN_TRAITANT),
    "urgence": lambda a, sc: choix.regler_urgence(
        acces=a, samu=False, bris_de_glace=False, masques_en_urgence=True
    ),
    "masquer": lambda a, sc: choix.masquer_par_defaut(acces=a, masquer=True),
}
SANS_TRACE = {
    "annuler": "the creation is traced, a code that was never used opens nothing",
    "debloquer": "nobody was blocked",
    "debloquer_structure": "nothing was blocked",
    "destituer": "nobody was administrator",
    "retirer_role": "nobody held it",
    "masquer": "traced with the documents it masks (`dossier.actions.masquer_tout`)",
}


@pytest.mark.parametrize("geste", [*GESTES, "bloquer"])
def test_un_aidant_ni_un_administrateur_ne_decident_a_la_place_du_patient(
    scene: Scene, geste: str
) -> None:
    aidant = acteur_de(s.creer_compte("camille"), Qualite.AIDANT, scene.espace)
    Administrateur.objects.create(espace=scene.espace, professionnel_id=scene.confrere.id)
    s.autoriser(scene.confrere, scene.espace)
    gestes = {
        **GESTES,
        "bloquer": lambda a, sc: choix.bloquer_professionnel(
            acces=a, professionnel_id=sc.medecin.id
        ),
    }
    with (
        s.espace_ouvert(aidant, scene.espace.pk, Action.LISTER) as acces,
        pytest.raises(AccesRefuse) as refus,
    ):
        gestes[geste](acces, scene)
    assert (refus.value.decision.motif, refus.value.statut) == (Motif.NON_PREVU, 403)
    if geste == "bloquer":  # the only one that is also an administrator's (R-ADM-02)
        return
    with (
        s.espace_ouvert(scene.confrere, scene.espace.pk, Action.LISTER) as acces,
        pytest.raises(AccesRefuse) as refus,
    ):
        gestes[geste](acces, scene)
    assert refus.value.statut == 403


@pytest.mark.regle("R-ADM-02")
def test_un_administrateur_bloque_un_confrere_pour_le_patient(scene: Scene) -> None:
    Administrateur.objects.create(espace=scene.espace, professionnel_id=scene.confrere.id)
    s.autoriser(scene.confrere, scene.espace)
    with s.espace_ouvert(scene.confrere, scene.espace.pk, Action.BLOQUER) as acces:
        choix.bloquer_professionnel(acces=acces, professionnel_id=scene.medecin.id)
    assert Blocage.objects.get(leve_le=None).professionnel_id == scene.medecin.id


@pytest.mark.parametrize("geste", GESTES)
def test_un_representant_decide_comme_le_titulaire_et_chaque_geste_est_trace(
    geste: str,
) -> None:
    espace = s.creer_espace("ines")
    parent = acteur_de(s.creer_compte("camille"), Qualite.REPRESENTANT, espace)
    scene = Scene(espace, s.creer_compte("alex"), s.acteur_ps("medecin"), s.acteur_ps("kine"))
    avant = len(faits_du_journal(espace.pk))
    with s.espace_ouvert(parent, espace.pk, Action.BLOQUER) as acces:
        GESTES[geste](acces, scene)
    assert len(faits_du_journal(espace.pk)) == avant + (0 if geste in SANS_TRACE else 1)
