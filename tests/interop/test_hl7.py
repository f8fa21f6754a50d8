from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.hl7 import HorodatageHL7, HorodatageInvalide, Precision, lire_ts

PARIS_HIVER = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("texte", "precision", "jour", "instant"),
    [
        ("2021", Precision.ANNEE, None, None),
        ("202103", Precision.MOIS, None, None),
        ("20210324", Precision.JOUR, date(2021, 3, 24), None),
        ("2021032410", Precision.HEURE, date(2021, 3, 24), None),
        (
            "202103241035+0100",
            Precision.MINUTE,
            date(2021, 3, 24),
            datetime(2021, 3, 24, 10, 35, tzinfo=PARIS_HIVER),
        ),
        (
            "20210324103512.1234-0330",
            Precision.SECONDE,
            date(2021, 3, 24),
            datetime(
                2021, 3, 24, 10, 35, 12, 123400, tzinfo=timezone(timedelta(hours=-3, minutes=-30))
            ),
        ),
        (
            "20161231235960Z",
            Precision.SECONDE,
            date(2016, 12, 31),
            datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC),
        ),
    ],
)
def test_une_date_hl7_garde_sa_precision(texte, precision, jour, instant):
    lu = lire_ts(texte)
    assert (lu.precision, lu.jour_civil, lu.instant()) == (precision, jour, instant)


@pytest.mark.parametrize(
    "texte", ["20210803113623+100", "20210803113623+01:00", " 20210803113623+0100\n"]
)
def test_les_decalages_mal_ecrits_sont_compris(texte):
    assert lire_ts(texte).instant() == datetime(2021, 8, 3, 11, 36, 23, tzinfo=PARIS_HIVER)


def test_un_jour_ou_un_mois_a_zero_est_inconnu():
    assert lire_ts("19790000") == HorodatageHL7(1979)
    assert lire_ts("19790300") == HorodatageHL7(1979, 3)
    assert lire_ts("197903001200+0100").precision == Precision.MOIS


def test_sans_decalage_l_instant_attend_un_fuseau():
    lu = lire_ts("202103241035")
    assert lu.instant() is None
    assert lu.instant(UTC) == datetime(2021, 3, 24, 10, 35, tzinfo=UTC)
    assert lire_ts("20210324").instant(UTC) is None


def test_le_premier_jour_sert_a_trier():
    assert lire_ts("2021").premier_jour == date(2021, 1, 1)
    assert lire_ts("202102").premier_jour == date(2021, 2, 1)


@pytest.mark.parametrize(
    "texte",
    [
        *("", "x", "202", "20213", "20211301", "20210230", "2021022924", "202103241060"),
        *("20210324103561", "291812011200+0100", "00010101", "20210324103500+1500"),
        *("20210324103500+0160", "2021-03-24", "２０２１", "2021" + "0" * 60, "20210324103512."),
    ],
)
def test_une_date_fausse_est_refusee_en_francais(texte):
    with pytest.raises(HorodatageInvalide, match=r"^La date « .{0,40} » n'est pas une date HL7"):
        lire_ts(texte)


@given(st.text(alphabet="0123456789+-.Z :", max_size=30))
def test_un_texte_quelconque_est_lu_ou_refuse(texte):
    try:
        lu = lire_ts(texte)
    except HorodatageInvalide:
        return
    assert lu.instant(UTC) is None or lu.instant(UTC).tzinfo is not None
    assert lu.premier_jour.year == lu.annee


@given(
    st.datetimes(datetime(1800, 1, 1), datetime(2199, 12, 31)),
    st.integers(-14 * 60, 14 * 60),
)
def test_un_instant_ecrit_puis_lu_est_le_meme(naif, minutes):
    instant = naif.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert lire_ts(instant.strftime("%Y%m%d%H%M%S.%f%z")).instant() == instant
