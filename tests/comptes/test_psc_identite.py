"""Reading the userinfo: real shapes in, frozen objects out, wrong shapes refused."""

from __future__ import annotations

from typing import Any

import pytest

from comptes.psc_identite import (
    Moyen,
    SansRPPS,
    UserinfoInvalide,
    lire_userinfo,
    moyen_de,
)
from demo.federations.psc import moyens
from demo.federations.psc.personnes import professionnels, revendications

GENERALISTE = "99700900014"


def userinfo(rpps: str = GENERALISTE, **remplace: Any) -> dict[str, Any]:
    lu = revendications(professionnels()[rpps], moyens.Moyen.CARTE)
    return {**lu, **remplace}


@pytest.mark.parametrize("rpps", sorted(professionnels()))
def test_chaque_personnage_du_bouchon_est_lu(rpps):
    personne = professionnels()[rpps]
    identite = lire_userinfo(userinfo(rpps))
    assert (identite.rpps, identite.id_national) == (rpps, f"8{rpps}")
    assert (identite.nom, identite.prenom) == (personne.nom, personne.prenom)
    assert identite.regulateur is personne.est_regulateur
    assert len(identite.exercices) == len(personne.exercices)
    for lu, attendu in zip(identite.exercices, personne.exercices, strict=True):
        assert lu.profession == attendu["codeProfession"]
        assert [a.raison_sociale for a in lu.activites] == [
            a["raisonSocialeSite"] for a in attendu["activities"]
        ]


@pytest.mark.parametrize(
    ("palier", "moyen"),
    [
        ("APPPRIP3^1.2.250.1.213.1.5.1.1.1", Moyen.CARTE),
        ("APPPRIP2^1.2.250.1.213.1.5.1.1.1", Moyen.ECPS),
        ("APPPUBP2^1.2.250.1.213.1.5.1.1.1", Moyen.FIDO),
        ("APPPRIP9^1.2.250.1.213.1.5.1.1.1", Moyen.AUTRE),
        ("", Moyen.AUTRE),
    ],
)
def test_le_palier_dit_le_moyen(palier, moyen):
    assert moyen_de(palier) is moyen


def test_les_champs_absents_ou_vides_se_lisent_vides():
    lu = userinfo()
    del lu["SubjectRefPro"], lu["codeCivilite"], lu["Palier_Authentification"]
    lu["family_name"] = None
    identite = lire_userinfo(lu)
    assert identite.exercices == ()
    assert (identite.nom, identite.civilite, identite.palier) == ("", "", "")


@pytest.mark.parametrize("valeur", ["faux", "vrai", "FAUX", "", "true"])
def test_seul_vrai_en_capitales_fait_un_regulateur(valeur):
    assert not lire_userinfo(userinfo(Acces_Regulation_Medicale=valeur)).regulateur


@pytest.mark.regle("R-PS-07")
@pytest.mark.parametrize(
    "identifiant", ["", None, "0751234567", "899700900015", "99700900014", "3990009011/123"]
)
def test_une_identite_sans_rpps_valide_est_refusee(identifiant):
    lu = userinfo(SubjectNameID=identifiant, preferred_username=identifiant)
    with pytest.raises(SansRPPS):
        lire_userinfo(lu)


@pytest.mark.parametrize(
    "remplace",
    [
        {"sub": ""},
        {"sub": 12},
        {"given_name": ["CLAUDE"]},
        {"SubjectRefPro": "exercices"},
        {"SubjectRefPro": {"exercices": {"codeProfession": "10"}}},
        {"SubjectRefPro": {"exercices": ["10"]}},
        {"SubjectRefPro": {"exercices": [{"codeProfession": 10}]}},
        {"SubjectRefPro": {"exercices": [{"activities": [None]}]}},
    ],
    ids=str,
)
def test_une_forme_inattendue_est_refusee(remplace):
    with pytest.raises(UserinfoInvalide):
        lire_userinfo(userinfo(**remplace))
