"""What holds for anybody, whatever she did and when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from calendrier import Acte, Etat, Grossesse, Nature, Personne, Portee, Rang, Sexe, examiner, tables
from calendrier.echeances import A_PROPOSER
from calendrier.regles import Mode
from mes.socle.dates import DateImprecise

pytestmark = pytest.mark.regle("R-VAC-05", "R-AGE-08")

TABLES = tables()
VACCINS = sorted(TABLES.vaccins)
EXAMENS = sorted({code for r in TABLES.examens for code in (r.id, r.acte, r.code_nos) if code})
VACCINALES = {r.id: r for r in TABLES.vaccinations}
GRAVITE = {
    Etat.FAIT: 0,
    Etat.NON_CONCERNE: 0,
    Etat.A_VENIR: 1,
    Etat.A_FAIRE: 2,
    Etat.RATTRAPAGE: 3,
    Etat.EN_RETARD: 3,
}
JOURS = st.dates(date(2017, 1, 1), date(2026, 12, 31))


@st.composite
def personnes(tirer, jour: date) -> Personne:
    age = tirer(st.one_of(st.integers(0, 800), st.integers(0, 7500), st.integers(0, 36_000)))
    grossesses = []
    if tirer(st.booleans()):
        debut = jour - timedelta(days=tirer(st.integers(0, 400)))
        est_finie = tirer(st.booleans())
        grossesses.append(Grossesse(debut, debut + timedelta(days=270) if est_finie else None))
        passee = debut - timedelta(days=tirer(st.integers(400, 1200)))
        grossesses.append(Grossesse(passee, passee + timedelta(days=250)))
    return Personne(
        naissance=jour - timedelta(days=age),
        sexe=tirer(st.sampled_from(Sexe)),
        situations=frozenset(tirer(st.sets(st.sampled_from(sorted(TABLES.situations)), max_size=3)))
        | ({"INCONNUE"} if tirer(st.booleans()) else set()),
        grossesses=tuple(grossesses),
    )


@st.composite
def actes(tirer, personne: Personne, jour: date, *, passes: bool = False) -> list[Acte]:
    debut = (
        personne.naissance if passes else max(personne.naissance - timedelta(60), date(1901, 1, 1))
    )
    fin = jour - timedelta(days=1) if passes else jour + timedelta(days=60)
    faits = []
    for _ in range(tirer(st.integers(0, 9)) if fin >= debut else 0):
        quand = DateImprecise.depuis_jour(tirer(st.dates(debut, fin)))
        if tirer(st.integers(0, 5)) == 0:
            quand = tirer(
                st.sampled_from(
                    [DateImprecise(quand.annee), DateImprecise(quand.annee, quand.mois)]
                )
            )
        est_vaccin = tirer(st.integers(0, 3)) > 0
        codes = [*VACCINS, "ABSENT"] if est_vaccin else [*EXAMENS, "ABSENT"]
        nature = Nature.VACCIN if est_vaccin else Nature.EXAMEN
        rang = tirer(st.sampled_from(Rang))
        faits.append(Acte(nature, tirer(st.sampled_from(codes)), quand, rang))
    if passes:
        faits = [a for a in faits if a.quand.dernier_jour < jour]
    return faits


@st.composite
def histoires(tirer, *, passes: bool = False):
    jour = tirer(JOURS)
    personne = tirer(personnes(jour))
    return personne, tirer(actes(personne, jour, passes=passes)), jour


@given(histoires())
@settings(max_examples=150, deadline=None)
def test_chaque_regle_repond_une_fois_par_maladie_et_par_dose(histoire):
    personne, faits, jour = histoire
    rendues = examiner(personne, faits, jour).echeances
    cles = [e.cle for e in rendues]
    assert len(cles) == len(set(cles))
    couples = {(e.regle, e.maladie) for e in rendues}
    attendus = {(r.id, m) for r in TABLES.vaccinations for m in r.maladies}
    assert couples == attendus | {(r.id, "") for r in TABLES.examens}


@given(histoires())
@settings(max_examples=150, deadline=None)
def test_les_etats_se_partagent_les_cas(histoire):
    personne, faits, jour = histoire
    for e in examiner(personne, faits, jour).echeances:
        assert (e.etat is Etat.FAIT) == (e.fait_le is not None)
        assert e.raison
        if e.etat in A_PROPOSER:
            assert e.debut is not None
            assert e.debut <= jour
        if e.etat in {Etat.A_FAIRE, Etat.RATTRAPAGE}:
            assert e.fin is None or jour <= e.fin
        if e.etat is Etat.EN_RETARD:
            assert e.portee is not Portee.POSSIBLE
            assert e.fin is not None
            assert e.fin < jour
        if e.etat is Etat.A_VENIR and "Après l" not in e.raison and e.nature is Nature.VACCIN:
            assert e.debut is not None
            assert e.debut > jour
        if e.etat is Etat.NON_CONCERNE:
            assert (e.debut, e.fin) == (None, None)


@given(histoires(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_l_ordre_de_saisie_ne_change_rien(histoire, hasard):
    personne, faits, jour = histoire
    meles = [*faits, *faits[:2]]
    hasard.shuffle(meles)
    attendu, rendu = examiner(personne, faits, jour), examiner(personne, meles, jour)
    assert rendu.echeances == attendu.echeances


@given(histoires(passes=True), st.data())
@settings(max_examples=150, deadline=None)
def test_faire_ce_qui_est_du_le_rend_fait(histoire, data):
    personne, faits, jour = histoire
    dues = [e for e in examiner(personne, faits, jour).echeances if e.est_a_proposer]
    assume(dues)
    due = data.draw(st.sampled_from(dues))
    aujourdhui = DateImprecise.depuis_jour(jour)
    if due.nature is Nature.EXAMEN:
        acte = Acte(Nature.EXAMEN, due.regle, aujourdhui)
    else:
        regle = VACCINALES[due.regle]
        rang = Rang.RAPPEL if regle.mode is Mode.AGE else Rang.INITIALE
        acte = Acte(Nature.VACCIN, regle.vaccin, aujourdhui, rang)
    apres = {e.cle: e for e in examiner(personne, [*faits, acte], jour).echeances}
    assert apres[due.cle].etat is Etat.FAIT


@given(histoires(passes=True), st.sampled_from(VACCINS))
@settings(max_examples=150, deadline=None)
def test_un_vaccin_de_plus_ne_met_rien_plus_en_retard(histoire, vaccin):
    personne, faits, jour = histoire
    avant = {e.cle: e for e in examiner(personne, faits, jour).echeances}
    acte = Acte(Nature.VACCIN, vaccin, DateImprecise.depuis_jour(jour))
    for cle, e in {e.cle: e for e in examiner(personne, [*faits, acte], jour).echeances}.items():
        if cle in avant and avant[cle].est_a_proposer:
            assert GRAVITE[e.etat] <= GRAVITE[avant[cle].etat]


@given(histoires())
@settings(max_examples=100, deadline=None)
def test_une_dose_ne_compte_jamais_deux_fois_pour_la_meme_serie(histoire):
    personne, faits, jour = histoire
    rendues = examiner(personne, faits, jour).echeances
    for maladie in TABLES.maladies:
        comptees = [
            e
            for e in rendues
            if e.maladie == maladie
            and e.etat is Etat.FAIT
            and VACCINALES[e.regle].mode in {Mode.SERIE, Mode.AGE}
        ]
        contre = [
            a
            for a in faits
            if a.nature is Nature.VACCIN
            and a.code in TABLES.vaccins
            and maladie in TABLES.vaccins[a.code].maladies
        ]
        assert len(comptees) <= len(contre)


def test_une_histoire_impossible_ne_fait_rien_echouer():
    jour = date(2026, 11, 21)
    bizarres = [
        Acte(Nature.VACCIN, "HEXA", DateImprecise(9999)),
        Acte(Nature.VACCIN, "HEXA", DateImprecise(1900, 1, 1)),
        Acte(Nature.VACCIN, "", DateImprecise(2020)),
        Acte(Nature.EXAMEN, "HEXA", DateImprecise(2020)),
    ]
    for naissance in (date.min, date(2026, 11, 22), date.max, date(2024, 2, 29)):
        for quand in (jour, date.min, date.max):
            personne = Personne(naissance, Sexe.FEMININ, grossesses=(Grossesse(date.max),))
            assert examiner(personne, bizarres, quand).echeances
