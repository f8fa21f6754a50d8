"""What marks an emergency access: pure rules over facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from habilitations.politique import Mode
from urgence.anomalies import LIBELLES, Faits, Marque, Nom, Seuils, marques

pytestmark = pytest.mark.regle("R-TRA-10", "R-URG-05")

MIDI = datetime(2026, 11, 18, 12, 0, tzinfo=ZoneInfo("Europe/Paris"))
SEUILS = Seuils(
    nombreux=3,
    fenetre_nombreux=timedelta(days=7),
    repetes=2,
    fenetre_repetes=timedelta(days=30),
    nuit_debut=time(22),
    nuit_fin=time(6),
)
ORDINAIRE = Faits(
    mode=Mode.BRIS_DE_GLACE,
    ouverte_le=MIDI,
    acces_de_la_personne=[MIDI],
    acces_au_dossier=[MIDI],
    a_depose=True,
    professionnel=Nom("MARTIN", "ANNE"),
    noms_du_patient=[Nom("DURAND", "PAUL")],
    collegues=[Nom("MARTIN", "ANNE"), Nom("PETIT", "JEANNE")],
)


def de(**faits) -> set[Marque]:
    return set(marques(replace(ORDINAIRE, **faits), SEUILS))


def il_y_a(*jours: float) -> list[datetime]:
    return [MIDI - timedelta(days=jour) for jour in jours]


def test_un_acces_ordinaire_n_a_aucune_marque():
    assert de() == set()


@pytest.mark.parametrize(
    ("instants", "marque"),
    [
        (il_y_a(0, 1, 6.9), True),
        (il_y_a(0, 1), False),
        (il_y_a(0, 1, 7), False),
        # What came later is not its doing.
        (il_y_a(0, 1, -0.1), False),
    ],
)
def test_beaucoup_d_acces_d_une_personne_dans_la_fenetre(instants, marque):
    assert (Marque.ACCES_NOMBREUX in de(acces_de_la_personne=instants)) is marque


@pytest.mark.parametrize(("instants", "marque"), [(il_y_a(0, 29), True), (il_y_a(0, 30), False)])
def test_le_meme_dossier_a_plusieurs_reprises(instants, marque):
    assert (Marque.PATIENT_REPETE in de(acces_au_dossier=instants)) is marque


def test_aucun_depot_ensuite():
    assert de(a_depose=False) == {Marque.SANS_DEPOT}


def test_le_meme_nom_de_famille_quel_que_soit_le_prenom():
    assert de(noms_du_patient=[Nom("DURAND", "PAUL"), Nom("MARTIN", "PAUL")]) == {Marque.MEME_NOM}


def test_un_patient_qui_exerce_dans_la_structure():
    assert de(noms_du_patient=[Nom("PETIT", "JEANNE")]) == {Marque.COLLEGUE}
    assert de(noms_du_patient=[Nom("PETIT", "MARIE")]) == set()


@pytest.mark.parametrize(
    ("heure", "marque"),
    [
        (time(21, 59), False),
        (time(22), True),
        (time(0), True),
        (time(5, 59), True),
        (time(6), False),
    ],
)
def test_une_heure_inhabituelle(heure, marque):
    alors = datetime.combine(MIDI.date(), heure, MIDI.tzinfo)
    trouvees = de(ouverte_le=alors, acces_de_la_personne=[alors], acces_au_dossier=[alors])
    assert (Marque.HEURE_INHABITUELLE in trouvees) is marque


def test_une_nuit_qui_ne_passe_pas_minuit():
    seuils = replace(SEUILS, nuit_debut=time(0), nuit_fin=time(6))
    trois_heures = MIDI.replace(hour=3)
    tard = MIDI.replace(hour=23)
    assert marques(replace(ORDINAIRE, ouverte_le=trois_heures), seuils) >= {
        Marque.HEURE_INHABITUELLE
    }
    assert Marque.HEURE_INHABITUELLE not in marques(replace(ORDINAIRE, ouverte_le=tard), seuils)


@pytest.mark.regle("R-URG-03")
def test_repondre_aux_appels_la_nuit_sans_deposer_est_le_metier_de_la_regulation():
    nuit = MIDI.replace(hour=3)
    appels = [nuit - timedelta(minutes=5 * rang) for rang in range(20)]
    assert (
        de(
            mode=Mode.SAMU,
            ouverte_le=nuit,
            acces_de_la_personne=appels,
            acces_au_dossier=[nuit],
            a_depose=False,
        )
        == set()
    )
    assert de(mode=Mode.SAMU, noms_du_patient=[Nom("MARTIN", "PAUL")]) == {Marque.MEME_NOM}


def test_chaque_marque_se_dit_en_francais():
    assert set(LIBELLES) == set(Marque)
