"""Imprecise dates, and dates written as French people write them."""

from __future__ import annotations

import calendar
import json
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mes.socle.dates import (
    MOIS,
    PARIS,
    DateImprecise,
    DateInvalide,
    a_paris,
    aujourdhui_a_paris,
    formater_heure,
    formater_instant,
    formater_jour,
    jour_a_paris,
)

sans_delai = settings(deadline=None)  # no test depends on the time it takes
jours = st.dates(date(1900, 1, 1), date(2999, 12, 31))


@st.composite
def dates_imprecises(draw: st.DrawFn) -> DateImprecise:
    jour = draw(jours)
    precision = draw(st.integers(1, 3))
    return DateImprecise(*(jour.year, jour.month, jour.day)[:precision])


@pytest.mark.regle("R-PML-05")
@pytest.mark.parametrize(
    ("texte", "attendue"),
    [
        ("2021", DateImprecise(2021)),
        (" 2021 ", DateImprecise(2021)),
        ("2021-03", DateImprecise(2021, 3)),
        ("2021-03-03", DateImprecise(2021, 3, 3)),
        ("mars 2021", DateImprecise(2021, 3)),
        ("Mars  2021", DateImprecise(2021, 3)),
        ("3 mars 2021", DateImprecise(2021, 3, 3)),
        ("03 MARS 2021", DateImprecise(2021, 3, 3)),
        ("1er août 2021", DateImprecise(2021, 8, 1)),
        ("1 aout 2021", DateImprecise(2021, 8, 1)),
        ("fevrier 2020", DateImprecise(2020, 2)),
        ("29 février 2020", DateImprecise(2020, 2, 29)),
        ("31 décembre 1999", DateImprecise(1999, 12, 31)),
        ("3/3/2021", DateImprecise(2021, 3, 3)),
        ("03.03.2021", DateImprecise(2021, 3, 3)),
        ("03/2021", DateImprecise(2021, 3)),
        ("3\u00a0mars\u00a02021", DateImprecise(2021, 3, 3)),
    ],
)
def test_une_date_partielle_se_lit_comme_on_l_ecrit(texte, attendue) -> None:
    assert DateImprecise.lire(texte) == attendue


@pytest.mark.regle("R-PML-05")
@pytest.mark.parametrize(
    "texte",
    [
        "", "hier", "21", "mars", "3 mars", "2021-3", "2021-00", "2021-13", "2021-02-31",
        "31/02/2021", "29/02/2021", "31 avril 2021", "0 mars 2021", "3 brumaire 2021", "1899",
        "31/12/1899", "2021-03-03T10:00", "2021-03-03-04", "٢٠٢١", "13/2021",
    ],
)  # fmt: skip
def test_une_date_qui_n_existe_pas_est_refusee_en_disant_quoi_faire(texte) -> None:
    with pytest.raises(DateInvalide) as capture:
        DateImprecise.lire(texte)
    assert str(capture.value).endswith(".")


@pytest.mark.regle("R-PML-05")
def test_un_jour_sans_mois_est_refuse() -> None:
    with pytest.raises(DateInvalide, match="aussi le mois"):
        DateImprecise(2021, None, 3)
    with pytest.raises(DateInvalide, match="1900"):
        DateImprecise(1899)
    with pytest.raises(DateInvalide, match="1900"):
        DateImprecise(10000)
    assert DateImprecise(1900).annee == 1900


@pytest.mark.regle("R-PML-05")
@pytest.mark.parametrize(
    ("texte", "future"),
    [
        ("2021", False),
        ("mars 2021", False),
        ("3 mars 2021", False),
        ("4 mars 2021", True),
        ("avril 2021", True),
        ("2022", True),
    ],
)
def test_une_date_future_est_refusee_quand_on_le_demande(texte, future) -> None:
    lue = DateImprecise.lire(texte)
    assert lue.est_future(aujourdhui=date(2021, 3, 3)) is future
    if future:
        with pytest.raises(DateInvalide, match="passée"):
            lue.exiger_non_future(aujourdhui=date(2021, 3, 3))
    else:
        assert lue.exiger_non_future(aujourdhui=date(2021, 3, 3)) is lue


@given(dates_imprecises())
@sans_delai
def test_ce_qui_est_ecrit_se_relit(imprecise) -> None:
    assert DateImprecise.lire(str(imprecise)) == imprecise
    assert DateImprecise.lire(imprecise.iso) == imprecise
    assert DateImprecise.depuis_iso(json.loads(json.dumps(imprecise.iso))) == imprecise


@pytest.mark.parametrize("texte", ["mars 2021", "2021-3", " 2021", "2021-03-03T00", ""])
def test_la_forme_enregistree_est_stricte(texte) -> None:
    with pytest.raises(DateInvalide):
        DateImprecise.depuis_iso(texte)


@given(dates_imprecises())
@sans_delai
def test_les_bornes_entourent_tous_les_jours_possibles(imprecise) -> None:
    premier, dernier = imprecise.premier_jour, imprecise.dernier_jour
    nombre = (dernier - premier).days + 1
    if imprecise.est_precise:
        assert nombre == 1
    elif imprecise.mois:
        assert nombre == calendar.monthrange(imprecise.annee, imprecise.mois)[1]
    else:
        assert nombre == 365 + calendar.isleap(imprecise.annee)
    assert (premier.year, dernier.year) == (imprecise.annee, imprecise.annee)


@given(st.lists(dates_imprecises()))
@sans_delai
def test_le_tri_suit_le_premier_jour_puis_la_precision(liste) -> None:
    triee = sorted(liste)
    for avant, apres in pairwise(triee):
        assert avant <= apres
        assert not apres < avant
        assert avant.premier_jour <= apres.premier_jour
        assert avant.iso <= apres.iso
    assert triee == sorted(liste, key=lambda imprecise: imprecise.cle_tri)


@given(jours)
@sans_delai
def test_un_jour_precis_est_ses_propres_bornes(jour) -> None:
    imprecise = DateImprecise.depuis_jour(jour)
    assert (imprecise.premier_jour, imprecise.dernier_jour) == (jour, jour)
    assert imprecise.iso == jour.isoformat()
    assert str(imprecise) == formater_jour(jour)


def test_une_date_ne_se_compare_qu_a_une_date_imprecise() -> None:
    with pytest.raises(TypeError):
        assert DateImprecise(2021) < date(2021, 1, 1)


def test_les_douze_mois_sont_en_francais() -> None:
    ecrits = [formater_jour(date(2021, mois, 2)) for mois in range(1, 13)]
    assert ecrits == [f"2 {nom} 2021" for nom in MOIS]
    assert ecrits[1] == "2 février 2021"
    assert ecrits[7] == "2 août 2021"
    assert formater_jour(date(2021, 3, 1)) == "1er mars 2021"
    assert str(DateImprecise(2021, 3, 1)) == "1er mars 2021"


def test_le_jour_est_celui_de_paris() -> None:
    # 23:30 in London on 2 March is 0:30 in Paris on the 3rd; in summer Paris is two hours ahead.
    assert jour_a_paris(datetime(2021, 3, 2, 23, 30, tzinfo=UTC)) == date(2021, 3, 3)
    assert jour_a_paris(datetime(2021, 7, 2, 22, 30, tzinfo=UTC)) == date(2021, 7, 3)
    assert jour_a_paris(datetime(2021, 7, 2, 21, 30, tzinfo=UTC)) == date(2021, 7, 2)
    assert formater_jour(datetime(2021, 3, 2, 23, 30, tzinfo=UTC)) == "3 mars 2021"
    assert abs(aujourdhui_a_paris() - datetime.now(PARIS).date()) <= timedelta(days=1)


@pytest.mark.parametrize(
    ("instant", "attendu"),
    [
        (datetime(2021, 3, 3, 13, 5, tzinfo=UTC), "14 h 05"),
        (datetime(2021, 3, 3, 7, 0, tzinfo=UTC), "8 h"),
        (datetime(2021, 7, 3, 13, 5, tzinfo=UTC), "15 h 05"),
        (datetime(2021, 3, 2, 23, 0, tzinfo=UTC), "0 h"),
        (datetime(2021, 3, 3, 9, 5, tzinfo=timezone(timedelta(hours=-5))), "15 h 05"),
    ],
)
def test_l_heure_est_celle_de_paris(instant, attendu) -> None:
    assert formater_heure(instant) == attendu


@pytest.mark.parametrize(
    ("maintenant", "attendu"),
    [
        (None, "3 mars 2021 à 14 h 05"),
        (datetime(2021, 3, 3, 20, 0, tzinfo=PARIS), "aujourd'hui à 14 h 05"),
        (datetime(2021, 3, 3, 0, 0, tzinfo=PARIS), "aujourd'hui à 14 h 05"),
        (datetime(2021, 3, 4, 0, 1, tzinfo=PARIS), "hier à 14 h 05"),
        (datetime(2021, 3, 3, 23, 30, tzinfo=UTC), "hier à 14 h 05"),
        (datetime(2021, 3, 2, 23, 59, tzinfo=PARIS), "demain à 14 h 05"),
        (datetime(2021, 3, 5, 0, 0, tzinfo=PARIS), "3 mars 2021 à 14 h 05"),
        (datetime(2022, 3, 3, 14, 5, tzinfo=PARIS), "3 mars 2021 à 14 h 05"),
    ],
)
def test_les_jours_proches_sont_nommes(maintenant, attendu) -> None:
    instant = datetime(2021, 3, 3, 14, 5, tzinfo=PARIS)
    assert formater_instant(instant, maintenant=maintenant) == attendu


def test_un_instant_sans_fuseau_est_refuse() -> None:
    for operation in (a_paris, jour_a_paris, formater_heure, formater_instant, formater_jour):
        with pytest.raises(ValueError, match="time zone"):
            operation(datetime(2021, 3, 3, 14, 5))
