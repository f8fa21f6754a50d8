"""Why an access is granted or refused: the walk, what would change it, the command, no content."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from habilitations.explication import (
    QUESTIONS,
    Deroule,
    ExplicationImpossible,
    FaitsDuDocument,
    Levier,
    changements,
    derouler,
    expliquer_acces,
    expliquer_document,
    phrase_de_l_explication,
)
from habilitations.models import (
    Administrateur,
    Autorisation,
    Blocage,
    ConsentementInitial,
    RetraitAcces,
)
from habilitations.politique import (
    DEFAUT,
    TABLE,
    Acteur,
    Action,
    Base,
    Masque,
    Mode,
    Motif,
    Reglages,
    Situation,
    Statut,
    decider,
    lignes_examinees,
)
from journal.faits import Fait
from journal.lecture import en_francais
from journal.models import Ligne
from mes.socle import coffres, mur
from mes.socle.models import CleJournal
from professionnels.models import Exercice, Professionnel
from tests import situations as s
from tests.habilitations.page import selon_la_page
from tests.habilitations.test_politique import (
    MASQUE,
    OUVERTE,
    bris_de_glace,
    professionnel,
    samu,
    tirages,
)

pytestmark = pytest.mark.regle("R-SEC-06")

INS = s.PERSONNES["alex"]["matricule"]
MEDECIN = s.RPPS["medecin"][0]
CR = "11488-4"


def changerait(*args, **options) -> tuple[str, ...]:
    return derouler(*args, **options).changerait


# === The walk ==================================================================================


def test_chaque_ligne_des_tables_a_sa_question_et_chaque_question_sa_ligne():
    lignes = {
        (ligne.repere, ligne.reponse.motif, ligne.reponse.regle)
        for actes in TABLE.values()
        for lignes in actes.values()
        for ligne in lignes
    }
    assert set(QUESTIONS) == lignes
    for question in QUESTIONS.values():
        assert question[0].isupper()
        assert question.endswith((" ?", "."))


def test_chaque_motif_a_sa_phrase_qui_dit_l_accord_ou_le_refus():
    for situation, reglages in tirages(5_000, graine=6):
        decision = decider(situation, reglages)
        debut = "Accordé" if decision else "Refusé"
        assert phrase_de_l_explication(decision.motif).startswith(debut)
    assert len({phrase_de_l_explication(motif) for motif in Motif}) == len(Motif)


def test_le_deroule_suit_la_page_et_s_arrete_a_la_ligne_qui_decide():
    for situation, reglages in itertools.islice(tirages(4_000, graine=7), 400):
        deroule = derouler(situation, reglages)
        ligne, (accordee, motif, regle) = selon_la_page(situation, reglages)
        decision = deroule.decision
        assert (decision.accordee, decision.motif, decision.regle) == (accordee, motif, regle)
        assert deroule.ligne == (ligne or "–")
        *avant, derniere = deroule.etapes
        assert not any(etape.arrete for etape in avant)
        assert {etape.reponse for etape in avant} <= {"non"}
        assert derniere.arrete is (ligne is not None)
        assert len(deroule.etapes) == len(list(lignes_examinees(situation, reglages)))


def test_un_refus_se_lit_ligne_par_ligne():
    deroule = derouler(professionnel(masques=MASQUE))
    assert [etape.ligne for etape in deroule.etapes] == [
        "1", "2", "3", "4a", "4b", "4c", "4d", "5", "6", "6a", "6b", "7a", "7b",
    ]  # fmt: skip
    assert deroule.etapes[-1].question == (
        "Le document est-il masqué à ce professionnel, qui n'est pas administrateur du dossier ?"
    )
    assert (deroule.etapes[-1].reponse, deroule.etapes[-1].arrete) == ("oui", True)
    assert deroule.phrase == "Refusé : le document est masqué à ce professionnel."


# === What would change the answer ==============================================================


def apres(situation: Situation, leviers: Sequence[Levier]) -> Situation:
    """What is left to do, done in order."""
    for levier in leviers:
        situation = levier.changer(situation) or situation
    return situation


def test_ce_qui_changerait_est_vrai_selon_la_page_et_jamais_superflu():
    tailles: Counter[int] = Counter()
    for situation, reglages in tirages(1_200, graine=8):
        avant = selon_la_page(situation, reglages)[1][0]
        for leviers in changements(situation, reglages):
            tailles[len(leviers)] += 1
            assert selon_la_page(apres(situation, leviers), reglages)[1][0] is not avant
            for moins in range(len(leviers)):
                for partie in itertools.combinations(leviers, moins):
                    assert selon_la_page(apres(situation, partie), reglages)[1][0] is avant
    assert set(tailles) == {1, 2, 3}


def test_ce_qui_suffit_seul_selon_la_page_est_toujours_dit():
    """Each fact that a person can change is tried on the page itself, not on the engine."""
    for situation, reglages in tirages(1_500, graine=9):
        if situation.acteur is not Acteur.PROFESSIONNEL or selon_la_page(situation, reglages)[1][0]:
            continue
        dits = {apres(situation, ensemble) for ensemble in changements(situation, reglages)}
        for changement in (
            {"exercice_actif": True},
            {"bloque": False},
            {"structure_bloquee": False},
            {"base": Base.CONSENTEMENT},
            {"consentement_initial": True},
            {"administrateur": True},
            {"regulateur": True},
            {"justification": True},
            {"opposition_samu": False},
            {"opposition_bris_de_glace": False},
            {"masques_en_urgence": True},
            {"masques": situation.masques - {Masque.MASQUE_PS}},
            {"case": OUVERTE},
            {"a_la_demande_du_patient": True},
        ):
            change = replace(situation, **changement)
            if selon_la_page(change, reglages)[1][0]:
                assert change in dits


@pytest.mark.regle("R-PS-01", "R-PS-02")
def test_sans_base_l_accord_du_patient_suffirait():
    assert changerait(professionnel(base=Base.AUCUNE)) == (
        "Si le patient donnait son accord à ce professionnel, l'accès serait accordé.",
    )
    assert changerait(professionnel(base=Base.AUCUNE, consentement_initial=True)) == (
        "Si le patient donnait son accord à ce professionnel, l'accès serait accordé.",
        "Si ce professionnel déclarait faire partie de l'équipe de soins, l'accès serait accordé.",
    )


@pytest.mark.regle("R-PS-12", "R-PS-16")
def test_apres_un_retrait_seul_le_patient_peut_rendre_son_accord():
    situation = professionnel(base=Base.AUCUNE, consentement_initial=True)
    assert changerait(situation, retire=True, autorise=True) == (
        "Si le patient redonnait lui-même son accord à ce professionnel, l'accès serait accordé.",
    )


@pytest.mark.regle("R-MAS-02", "R-MAS-06")
def test_un_document_masque_s_ouvre_par_le_patient_ou_par_un_administrateur():
    assert changerait(professionnel(masques=MASQUE)) == (
        "Si le patient désignait ce professionnel comme administrateur de son dossier, l'accès "
        "serait accordé.",
        "Si le patient rendait ce document visible aux professionnels, l'accès serait accordé.",
    )


@pytest.mark.regle("R-PS-10")
def test_deux_faits_sont_dits_ensemble_quand_aucun_ne_suffit_seul():
    situation = professionnel(bloque=True, base=Base.AUCUNE)
    assert (
        "Si le patient donnait son accord à ce professionnel et si le patient débloquait ce "
        "professionnel, l'accès serait accordé."
    ) in changerait(situation)
    assert (
        "Si le patient donnait son accord à ce professionnel, si le patient débloquait ce "
        "professionnel et si la matrice d'habilitation ouvrait ce type de document à cette "
        "profession, l'accès serait accordé."
    ) in changerait(professionnel(bloque=True, base=Base.AUCUNE, case=None))


@pytest.mark.regle("R-URG-01", "R-URG-02", "R-URG-03", "R-URG-05")
def test_en_urgence_on_dit_qui_peut_quoi():
    assert changerait(samu(regulateur=False)) == (
        "Si ce professionnel se connectait comme médecin régulateur du SAMU-Centre 15, l'accès "
        "serait accordé.",
    )
    assert changerait(samu(opposition_samu=True)) == (
        "Si le patient levait son opposition à l'accès du SAMU-Centre 15, l'accès serait accordé.",
    )
    assert changerait(bris_de_glace(justification=False)) == (
        "Si ce professionnel justifiait le bris de glace, l'accès serait accordé.",
    )
    assert (
        "Si le patient ouvrait ses documents masqués aux accès d'urgence, l'accès serait accordé."
    ) in changerait(bris_de_glace(masques=MASQUE))


@pytest.mark.regle("R-HAB-01")
def test_hors_matrice_seule_la_matrice_changerait_la_reponse():
    assert changerait(professionnel(case=None)) == (
        "Si la matrice d'habilitation ouvrait ce type de document à cette profession, l'accès "
        "serait accordé.",
    )
    reglages = Reglages(matrice_en_urgence=False)
    assert changerait(bris_de_glace(case=None), reglages) != ()
    assert derouler(bris_de_glace(case=None), reglages).decision


def test_un_acces_accorde_dit_ce_qui_le_fermerait():
    phrases = changerait(professionnel())
    for attendue in (
        "Si le patient bloquait ce professionnel, l'accès serait refusé.",
        "Si le patient retirait son accord à ce professionnel, l'accès serait refusé.",
        "Si le patient masquait ce document aux professionnels, l'accès serait refusé.",
        "Si cet exercice prenait fin au répertoire (RPPS), l'accès serait refusé.",
    ):
        assert attendue in phrases


def test_un_depot_parle_de_depot():
    assert (
        "Si cet exercice redevenait actif au répertoire (RPPS), le dépôt serait accordé."
        in changerait(professionnel(Action.DEPOSER, exercice_actif=False))
    )


def test_rien_ne_change_la_reponse_d_un_espace_dont_la_personne_est_decedee():
    assert changerait(professionnel(statut_espace=Statut.DECEDE)) == ()


# === With the facts of the database ============================================================


@pytest.fixture
def espace(db):
    s.poser_matrice({("10", CR): True, ("21", CR): False})
    return s.creer_espace("alex")


def expliquer(*args: str, **options) -> str:
    sortie = StringIO()
    call_command("expliquer", rpps=MEDECIN, ins=INS, **options, stdout=sortie)
    return sortie.getvalue()


def test_sans_dossier_ouvert_l_explication_dit_ce_qu_il_manque(espace):
    s.acteur_ps("medecin")
    explication = expliquer_acces(MEDECIN, INS, CR)
    assert (explication.accordee, explication.motif, explication.regle, explication.ligne) == (
        False,
        "CONSENTEMENT_REQUIS",
        "R-PS-01",
        "6a",
    )
    assert explication.phrase.startswith("Refusé : ")
    assert explication.changerait[0] == (
        "Si le patient donnait son accord à ce professionnel, l'accès serait accordé."
    )


def test_l_explication_repond_comme_l_acces_lui_meme(espace):
    acteur = s.acteur_ps("medecin")
    for base, bloque, administrateur, consentement in itertools.product(
        Base, (False, True), (False, True), (False, True)
    ):
        for modele in (Blocage, Administrateur, ConsentementInitial):
            modele.objects.filter(espace=espace).delete()
        if bloque:
            Blocage.objects.create(espace=espace, professionnel_id=acteur.id)
        if administrateur:
            Administrateur.objects.create(espace=espace, professionnel_id=acteur.id)
        if consentement:
            ConsentementInitial.objects.create(
                espace=espace,
                structure_id=acteur.structure_id,
                information="papier",
                fin_le=timezone.now() + timedelta(days=1),
            )
        s.autoriser(acteur, espace, base=base)
        for masques, auteur in itertools.product((frozenset(), MASQUE), (False, True)):
            faits = FaitsDuDocument(CR, masques, "professionnel", acteur.id if auteur else None)
            attendue = selon_la_page(
                professionnel(
                    base=base,
                    bloque=bloque,
                    administrateur=administrateur,
                    consentement_initial=consentement,
                    masques=masques,
                    auteur=auteur,
                ),
                DEFAUT,
            )
            explication = expliquer_document(MEDECIN, INS, faits)
            obtenue = (explication.accordee, explication.motif, explication.regle)
            assert (explication.ligne, obtenue) == attendue


def test_sans_type_l_explication_porte_sur_l_espace_et_tait_les_documents(espace):
    s.autoriser(s.acteur_ps("medecin"), espace)
    explication = expliquer_acces(MEDECIN, INS)
    assert explication.accordee
    assert explication.phrase.startswith("Accordé pour l'espace ; chaque document dépend")
    assert not {"5", "7a", "7b", "7c", "8"} & {etape.ligne for etape in explication.etapes}
    assert not any("document" in phrase for phrase in explication.changerait)


def test_un_accord_du_patient_non_utilise_est_dit(espace):
    acteur = s.acteur_ps("medecin")
    Autorisation.objects.create(
        espace=espace,
        professionnel_id=acteur.id,
        origine="ecran",
        fin_le=timezone.now() + timedelta(days=1),
    )
    assert expliquer_acces(MEDECIN, INS, CR).changerait[0] == (
        "Si ce professionnel ouvrait le dossier au titre de l'accord que le patient lui a donné, "
        "l'accès serait accordé."
    )
    RetraitAcces.objects.create(espace=espace, professionnel_id=acteur.id)
    assert expliquer_acces(MEDECIN, INS, CR).changerait == (
        "Si le patient redonnait lui-même son accord à ce professionnel, l'accès serait accordé.",
    )


@pytest.mark.regle("R-URG-03")
def test_le_mode_demande_prevaut_sur_celui_du_dossier_ouvert(espace):
    acteur = s.acteur_ps("medecin")
    s.autoriser(acteur, espace)
    assert expliquer_acces(MEDECIN, INS, CR).motif == "MATRICE"
    assert expliquer_acces(MEDECIN, INS, CR, "samu").motif == "REGULATION_REQUISE"
    assert expliquer_acces(MEDECIN, INS, CR, "bris_de_glace").motif == "JUSTIFICATION_REQUISE"
    s.autoriser(acteur, espace, base=Base.AUCUNE, mode=Mode.SAMU)
    assert expliquer_acces(MEDECIN, INS, CR, "samu").motif == "MATRICE_URGENCE"
    s.autoriser(acteur, espace, base=Base.AUCUNE, mode=Mode.BRIS_DE_GLACE)
    assert expliquer_acces(MEDECIN, INS, CR, "bris_de_glace").motif == "MATRICE_URGENCE"


@pytest.mark.regle("R-PS-09")
def test_chaque_exercice_d_un_professionnel_a_son_explication(espace):
    s.acteur_ps("medecin")
    medecin = Professionnel.objects.get(rpps=MEDECIN)
    pharmacie = Exercice.objects.create(
        professionnel=medecin, profession="21", cle_annuaire="essai-pharmacie"
    )
    premiere = expliquer_acces(MEDECIN, INS, CR)
    assert len(premiere.autres) == 1
    assert {premiere.exercice.split(",")[0], premiere.autres[0].exercice} == {
        "Médecin",
        "Pharmacien",
    }
    s.autoriser(s.acteur_ps("medecin"), espace)
    assert expliquer_acces(MEDECIN, INS, CR).exercice.startswith("Médecin")
    Exercice.objects.filter(professionnel=medecin).exclude(pk=pharmacie.pk).update(
        fin_le=timezone.now()
    )
    assert expliquer_acces(MEDECIN, INS, CR).exercice == "Pharmacien"
    Exercice.objects.filter(pk=pharmacie.pk).update(fin_le=timezone.now() + timedelta(minutes=1))
    assert expliquer_acces(MEDECIN, INS, CR).motif == "EXERCICE_INACTIF"


@pytest.mark.regle("R-SUP-05")
def test_le_role_du_support_suffit_et_le_mur_reste_ferme(espace):
    s.autoriser(s.acteur_ps("medecin"), espace)
    with transaction.atomic():
        with connection.cursor() as curseur:
            curseur.execute("SET LOCAL ROLE mes_support")
        explication = expliquer_acces(MEDECIN, INS, CR)
        mur.exiger_ferme()
        with connection.cursor() as curseur:
            curseur.execute("RESET ROLE")
    assert explication.accordee


@pytest.mark.parametrize(
    ("rpps", "ins", "type_document", "mode", "dit"),
    [
        ("99700900015", INS, "", "normal", "RPPS"),
        ("99700900204", INS, "", "normal", "Aucun professionnel"),
        (MEDECIN, "185049900000163", "", "normal", "clé"),
        (MEDECIN, s.PERSONNES["camille"]["matricule"], "", "normal", "Aucun espace"),
        (MEDECIN, INS, "99999-9", "normal", "type de document"),
        (MEDECIN, INS, "", "nuit", "mode d'accès"),
    ],
)
def test_une_saisie_fausse_est_dite_en_francais_sans_etre_repetee(
    espace, rpps, ins, type_document, mode, dit
):
    s.acteur_ps("medecin")
    with pytest.raises(ExplicationImpossible, match=dit) as erreur:
        expliquer_acces(rpps, ins, type_document, mode)
    assert rpps not in str(erreur.value)
    assert ins not in str(erreur.value)


# === The command ===============================================================================


def test_la_commande_explique_en_francais(espace):
    s.acteur_ps("medecin")
    texte = expliquer(type=CR)
    assert texte.splitlines()[:4] == [
        "Médecin, Qualifié en Médecine Générale, structure 990009011",
        "Refusé : l'accès ne repose ni sur l'accord du patient ni sur l'équipe de soins.",
        "Motif CONSENTEMENT_REQUIS, règle R-PS-01, ligne 6a de la page.",
        "Lignes examinées :",
    ]
    assert "  1 — L'exercice du professionnel est-il inactif ? non" in texte
    assert "oui (cette ligne décide)" in texte
    assert "Si le patient donnait son accord à ce professionnel" in texte


def test_la_commande_explique_un_document_sans_jamais_dire_son_titre(espace):
    auteur = s.acteur_ps("autre_medecin")
    depose = s.deposer(auteur, espace, titre="Sérologie à taire", masques=MASQUE)
    s.autoriser(s.acteur_ps("medecin"), espace)
    texte = expliquer(document=depose.id)
    brut = expliquer(document=depose.id, json=True)
    assert "Motif DOCUMENT_MASQUE, règle R-MAS-02, ligne 7b" in texte
    reponse = json.loads(brut)
    assert (reponse["accordee"], reponse["motif"], reponse["ligne"]) == (
        False,
        "DOCUMENT_MASQUE",
        "7b",
    )
    assert reponse["etapes"][-1]["arrete"] is True
    for secret in ("Sérologie", "DEMO", "Dominique", "ALEX", "Cabinet", INS, MEDECIN):
        assert secret not in texte + brut


@pytest.mark.regle("R-HAB-05")
def test_la_commande_reconnait_l_auteur_du_document(espace):
    acteur = s.acteur_ps("medecin")
    depose = s.deposer(acteur, espace)
    assert "Motif AUTEUR, règle R-HAB-05, ligne 5" in expliquer(document=depose.id)


def lignes_du_journal(espace, chaine: str):
    with (
        transaction.atomic(),
        mur.ouvrir(journal_lu=[espace.pk], journal_reserve=[espace.pk]),
    ):
        cle = coffres.coffre(CleJournal, espace.pk)
        return [
            en_francais(ligne, cle)
            for ligne in Ligne.objects.filter(
                espace_id=espace.pk, chaine=chaine, fait=Fait.DECISION_EXPLIQUEE
            )
        ]


@pytest.mark.regle("R-TRA-01")
def test_le_patient_voit_dans_son_historique_qu_on_a_verifie_des_droits(espace):
    s.acteur_ps("medecin")
    expliquer(type=CR)
    (ligne,) = lignes_du_journal(espace, "V")
    assert ligne.acteur == "L'exploitant de la plateforme"
    assert ligne.phrase == "a vérifié, sans rien lire du dossier, les droits de"
    assert ligne.titre == "Dominique DEMO-MEDECIN"


@pytest.mark.regle("R-TRA-01", "R-MAS-09")
def test_expliquer_un_document_secret_ne_le_nomme_pas_dans_l_historique_visible(espace):
    depose = s.deposer(
        s.acteur_ps("medecin"), espace, masques=frozenset({Masque.INVISIBLE_PATIENT})
    )
    expliquer(document=depose.id)
    assert lignes_du_journal(espace, "V") == []
    (ligne,) = lignes_du_journal(espace, "R")
    assert ligne.objet_id == depose.id


@pytest.mark.parametrize(
    ("options", "dit"),
    [
        ({"rpps": "99700900015"}, "RPPS"),
        ({"ins": "185049900000163"}, "clé"),
        ({"document": "01900000-0000-7000-8000-000000000000"}, "Aucun document"),
    ],
)
def test_une_commande_fausse_rend_le_code_deux_et_n_ecrit_rien(espace, options, dit):
    s.acteur_ps("medecin")
    with pytest.raises(CommandError, match=dit) as erreur:
        call_command("expliquer", **({"rpps": MEDECIN, "ins": INS} | options), stdout=StringIO())
    assert erreur.value.returncode == 2
    assert lignes_du_journal(espace, "V") == []


def test_un_deroule_ne_porte_ni_nom_ni_titre():
    assert set(Deroule.__slots__) == {"decision", "ligne", "phrase", "etapes", "changerait"}
    assert derouler(professionnel(case=OUVERTE)).decision.motif is Motif.MATRICE
