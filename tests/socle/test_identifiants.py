"""The checks of identifiers, against the fictitious identities of the project and by properties."""

from __future__ import annotations

import re
import string
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mes.socle.identifiants import (
    LIEU_INCONNU,
    OID_INS_DEMO,
    OID_INS_NIA,
    OID_INS_NIR,
    OID_INS_TEST,
    OIDS_INS_ANCIENS,
    AlerteIdentite,
    Avertissement,
    Environnement,
    IdentifiantInvalide,
    ManqueMotDePasse,
    NatureNir,
    Sexe,
    TraitsStricts,
    TypeIdentifiantPS,
    TypeIdentifiantStructure,
    alertes_coherence,
    cle_luhn,
    cle_nir,
    est_luhn,
    ins_recue,
    lire_date_naissance,
    lire_identifiant_structure,
    lire_idnps,
    lire_nir,
    manques_mot_de_passe,
    masquer_courriel,
    masquer_telephone,
    normaliser_trait,
    oids_acceptes,
    valider_adeli,
    valider_code_postal,
    valider_code_provisoire,
    valider_code_unique,
    valider_finess,
    valider_identifiant_connexion,
    valider_ins,
    valider_lieu_naissance,
    valider_matricule_ins,
    valider_nir,
    valider_numero_serie,
    valider_oid_ins,
    valider_rpps,
    valider_siren,
    valider_siret,
)

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference"

sans_delai = settings(deadline=None)  # no test depends on the time it takes
# body, key, name, first name, sex, day of birth
IDENTITES = [
    ("2790351215189", "89", "PAT-TROIS", "DOMINIQUE", "F", "1979-03-28"),
    ("1850499000001", "62", "DEMO-UN", "ALEX", "M", "1985-04-12"),
    ("2870999000002", "90", "DEMO-DEUX", "CAMILLE", "F", "1987-09-03"),
    ("1241199000003", "57", "DEMO-UN", "NOE", "M", "2024-11-20"),
    ("2210299000004", "09", "DEMO-UN", "LOU", "F", "2021-02-14"),
    ("2140699000005", "27", "DEMO-UN", "INES", "F", "2014-06-30"),
    ("1090199000006", "47", "DEMO-TROIS", "SACHA", "M", "2009-01-22"),
    ("1080399000007", "30", "DEMO-QUATRE", "YANIS", "M", "2008-03-08"),
    ("2621299000008", "96", "DEMO-CINQ", "MARTHE", "F", "1962-12-01"),
    ("1490799000009", "23", "DEMO-SIX", "PAUL", "M", "1949-07-19"),
    ("2380599000010", "91", "DEMO-SEPT", "ODETTE", "F", "1938-05-25"),
    ("2951099000011", "93", "DEMO-HUIT", "NADIA", "F", "1995-10-10"),
    ("1710899000012", "25", "DEMO-NEUF", "MARC", "M", "1971-08-16"),
    ("2792099000013", "65", "DEMO-DIX", "LINA", "F", "1979-01-01"),
    ("185042A000014", "75", "DEMO-ONZE", "JEAN", "M", "1985-04-01"),
    ("285042B000015", "51", "DEMO-ONZE", "MARIE", "F", "1985-04-02"),
]
RPPS = [
    "99700218896", "99700218904", "99700900014", "99700900022", "99700900030", "99700900048",
    "99700900055", "99700900063", "99700900071", "99700900089", "99700900097", "99700900105",
    "99700900113", "99700900121", "99700900139",
]  # fmt: skip
FINESS = ["990009011", "990009029", "990009037", "990009045", "990009052", "990009060"]
ALEX = "185049900000162"

corps_nir = st.builds(
    "{}{:02d}{}{}{:03d}{:03d}".format,
    st.sampled_from("12"),
    st.integers(0, 99),
    st.one_of(st.integers(1, 12), st.integers(20, 99)).map("{:02d}".format),
    st.one_of(st.integers(1, 99).map("{:02d}".format), st.sampled_from(["2A", "2B"])),
    st.integers(0, 999),
    st.integers(1, 999),
)


def refus(verification: object, *args: object, **kwargs: object) -> IdentifiantInvalide:
    """The refusal, whose sentence must never repeat what was typed."""
    assert callable(verification)
    with pytest.raises(IdentifiantInvalide) as capture:
        verification(*args, **kwargs)
    message = str(capture.value)
    assert message.endswith(".")
    for valeur in (*args, *kwargs.values()):
        if isinstance(valeur, str) and len(valeur) > 4:
            assert valeur not in message
    return capture.value


# --- NIR -------------------------------------------------------------------------------------


@pytest.mark.regle("R-ACT-03")
@pytest.mark.parametrize(("corps", "cle", "nom", "prenom", "sexe", "naissance"), IDENTITES)
def test_les_matricules_du_projet_sont_exacts_et_coherents(
    corps, cle, nom, prenom, sexe, naissance
) -> None:
    assert cle_nir(corps) == cle
    nir = valider_nir(corps + cle)
    assert (nir.corps, nir.cle, nir.nature) == (corps, cle, NatureNir.NIR)
    traits = TraitsStricts.depuis_saisie(
        nom_naissance=nom,
        prenoms=prenom,
        date_naissance=naissance,
        sexe=sexe,
        lieu_naissance="99999",
    )
    assert alertes_coherence(nir, traits) == ()


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="../shared is absent from this clone")
def test_chaque_ligne_du_fichier_des_identites_fictives_est_exacte() -> None:
    texte = (REFERENCE / "jeux_de_test.md").read_text()
    matricules = re.findall(r"^\| ([0-9]{5}[0-9AB]{8}) \| ([0-9]{2}) \|", texte, re.M)
    assert len(matricules) == 15
    assert {corps + cle for corps, cle in matricules} <= {i[0] + i[1] for i in IDENTITES}
    assert all(cle_nir(corps) == cle for corps, cle in matricules)
    rpps = set(re.findall(r"\b997[0-9]{8}\b", texte))
    assert rpps == set(RPPS)
    finess = set(re.findall(r"^\| (99[0-9]{7}) \|", texte, re.M))
    assert finess == set(FINESS)


def test_la_cle_se_calcule_aussi_sur_un_corps_qui_ne_peut_exister() -> None:
    assert cle_nir("1992A00000000") == "59"
    refus(cle_nir, "1992C00000000")
    refus(cle_nir, "185049900000")


@pytest.mark.parametrize(
    "saisie",
    [
        "1 85 04 99 000 001 62",
        "1.85.04.99.000.001.62",
        "  185049900000162\t",
        "1\u00a085\u202f04 99 000 001 62",
    ],
)
def test_espaces_et_points_sont_toleres(saisie) -> None:
    assert valider_nir(saisie).valeur == ALEX


@pytest.mark.regle("R-ACT-03")
def test_un_numero_corse_en_minuscules_est_accepte() -> None:
    assert valider_nir("1 85 04 2a 000 014 75").valeur == "185042A00001475"
    assert valider_nir("285042b00001551").departement == "2B"


@pytest.mark.regle("R-ACT-03")
@given(corps_nir)
@sans_delai
def test_la_cle_calculee_est_acceptee_et_toute_autre_refusee(corps) -> None:
    cle = cle_nir(corps)
    assert 1 <= int(cle) <= 97
    assert valider_nir(corps + cle).corps == corps
    autre = f"{int(cle) % 97 + 1:02d}"
    assert autre != cle
    refus(valider_nir, corps + autre)


@given(corps_nir, st.integers(0, 12), st.sampled_from(string.digits))
@sans_delai
def test_un_chiffre_faux_se_voit_a_la_cle(corps, rang, chiffre) -> None:
    assume(corps[rang] != chiffre and corps[rang] in string.digits)
    modifie = corps[:rang] + chiffre + corps[rang + 1 :]
    # A Corsican department is one sign in two characters: another first digit is another shape.
    assume(re.fullmatch(r"[0-9]{5}([0-9]{2}|2[AB])[0-9]{6}", modifie))
    refus(valider_nir, modifie + cle_nir(corps))


@pytest.mark.parametrize(
    ("saisie", "mot"),
    [
        ("", "15 caractères"),
        ("185049900000", "15 caractères"),
        ("1850499000001", "Il manque la clé"),
        ("1850499000001621", "15 caractères"),
        ("185049900000163", "clé"),
        ("18504990000016X", "chiffres"),
        ("185042C00001475", "chiffres"),
        ("1850499OOOOO162", "chiffres"),
        ("585049900000162", "début"),
        ("085049900000162", "début"),
        ("١٨٥٠٤٩٩٠٠٠٠٠١٦٢", "chiffres"),
    ],
)
def test_un_numero_mal_saisi_dit_quoi_corriger(saisie, mot) -> None:
    erreur = refus(valider_nir, saisie)
    assert mot in str(erreur)
    assert erreur.champ == "nir"


@pytest.mark.parametrize(
    ("corps", "accepte"),
    [
        ("1850099000001", False),
        ("1851399000001", False),
        ("1851999000001", False),
        ("1852099000001", True),
        ("1854299000001", True),
        ("1859999000001", True),
        ("1850400000001", False),
        ("1850495000001", True),
        ("1850496000001", True),
        ("1850497100001", True),
        ("1850498700001", True),
        ("1850499000000", False),
        ("1850499000999", True),
    ],
)
def test_mois_departement_et_rang_suivent_le_controle_de_surface(corps, accepte) -> None:
    saisie = corps + cle_nir(corps)
    if accepte:
        assert valider_nir(saisie).corps == corps
    else:
        refus(valider_nir, saisie)


def test_le_numero_dit_sexe_annee_et_mois_quand_ils_sont_connus() -> None:
    nir = valider_nir(ALEX)
    assert (nir.sexe, nir.annee, nir.mois, nir.departement) == (Sexe.MASCULIN, "85", 4, "99")
    assert valider_nir("279209900001365").mois is None


@pytest.mark.parametrize(
    ("corps", "nature"),
    [
        ("3850499000001", NatureNir.NIA),
        ("4850499000001", NatureNir.NIA),
        ("7112300000001", NatureNir.NNP),
        ("8212300000001", NatureNir.NNP),
    ],
)
def test_les_numeros_d_attente_et_provisoires_sont_reconnus(corps, nature) -> None:
    nir = lire_nir(corps + cle_nir(corps))
    assert nir.nature is nature
    refus(valider_nir, corps + cle_nir(corps))
    if nature is NatureNir.NNP:
        assert (nir.sexe, nir.annee, nir.mois, nir.departement) == (None, None, None, None)
        assert "provisoire" in str(refus(valider_matricule_ins, corps + cle_nir(corps)))
    else:
        assert valider_matricule_ins(corps + cle_nir(corps)).nature is NatureNir.NIA


def test_un_numero_provisoire_mal_forme_est_refuse() -> None:
    corps = "7850499000001"
    refus(lire_nir, corps + cle_nir(corps))


def test_la_representation_des_identites_ne_montre_rien() -> None:
    traits = TraitsStricts("DEMO-UN", "ALEX", date(1985, 4, 12), Sexe.MASCULIN, "2A004")
    ins = valider_ins(ALEX, OID_INS_DEMO, acceptes=oids_acceptes(Environnement.DEMO))
    vu = repr([valider_nir(ALEX), ins, ins_recue(ALEX, OID_INS_DEMO, acceptes=()), traits])
    for secret in (ALEX, "DEMO-UN", "ALEX", "1985", "2A004"):
        assert secret not in vu


# --- INS -------------------------------------------------------------------------------------

TOUS_LES_OIDS = [
    *sorted(OIDS_INS_ANCIENS),
    OID_INS_NIR,
    OID_INS_NIA,
    OID_INS_TEST,
    OID_INS_DEMO,
    "1.2.250.1.213.1.4",
    "1.2.250.1.213.1.4.80",
    "",
]


@pytest.mark.regle("R-INS-03")
@pytest.mark.parametrize(
    ("environnement", "attendus"),
    [
        (Environnement.PRODUCTION, {"1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"}),
        (Environnement.TEST, {"1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11"}),
        (Environnement.DEMO, {"1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11"}),
    ],
)
def test_chaque_environnement_n_accepte_que_ses_oid(environnement, attendus) -> None:
    acceptes = oids_acceptes(environnement)
    for oid in TOUS_LES_OIDS:
        recue = ins_recue(ALEX, oid, acceptes=acceptes)
        assert recue.est_acceptee_ici is (oid in attendus)
        if oid in attendus:
            assert valider_ins(ALEX, oid, acceptes=acceptes).oid == oid
        else:
            assert refus(valider_ins, ALEX, oid, acceptes=acceptes).champ == "oid"


@pytest.mark.regle("R-INS-03")
def test_un_ancien_oid_est_refuse_meme_si_on_le_dit_accepte() -> None:
    assert {"1.2.250.1.213.1.4.1", "1.2.250.1.213.1.4.2"} == OIDS_INS_ANCIENS
    for oid in OIDS_INS_ANCIENS:
        refus(valider_oid_ins, oid, acceptes={oid})
        with pytest.raises(ValueError, match="can't be accepted"):
            oids_acceptes(Environnement.DEMO, aussi={oid})


@pytest.mark.regle("R-INS-03")
@pytest.mark.parametrize(
    ("oid", "environnement", "mot"),
    [
        (OID_INS_DEMO, Environnement.PRODUCTION, "démonstration"),
        (OID_INS_NIR, Environnement.DEMO, "hors production"),
        ("1.2.250.1.213.1.4.2", Environnement.DEMO, "ancien type"),
        ("1.2.3", Environnement.DEMO, "inconnu"),
    ],
)
def test_le_refus_d_un_oid_dit_pourquoi(oid, environnement, mot) -> None:
    assert mot in str(refus(valider_oid_ins, oid, acceptes=oids_acceptes(environnement)))


@pytest.mark.regle("R-INS-03")
def test_la_production_ne_peut_pas_s_ouvrir_aux_identites_fictives() -> None:
    with pytest.raises(ValueError, match="real identities only"):
        oids_acceptes(Environnement.PRODUCTION, aussi={OID_INS_TEST})
    assert OID_INS_NIR in oids_acceptes(Environnement.TEST, aussi={OID_INS_NIR})


def test_une_identite_saisie_avec_une_cle_fausse_est_refusee() -> None:
    acceptes = oids_acceptes(Environnement.DEMO)
    refus(valider_ins, "185049900000163", OID_INS_DEMO, acceptes=acceptes)
    assert valider_ins(ALEX, OID_INS_DEMO, acceptes=acceptes).est_fictive


@pytest.mark.parametrize(
    ("matricule", "oid", "attendus"),
    [
        (ALEX, OID_INS_DEMO, ()),
        ("1 85 04 99 000 001 62", OID_INS_DEMO, ()),
        ("185049900000163", OID_INS_DEMO, (Avertissement.CLE_FAUSSE,)),
        ("1850499000001", OID_INS_DEMO, (Avertissement.CLE_ABSENTE,)),
        ("", OID_INS_DEMO, (Avertissement.MATRICULE_ABSENT,)),
        ("ABC", OID_INS_DEMO, (Avertissement.FORME_INATTENDUE,)),
        ("18504990000016", OID_INS_DEMO, (Avertissement.FORME_INATTENDUE,)),
        ("1851399000001" + cle_nir("1851399000001"), OID_INS_DEMO, ("forme_inattendue",)),
        ("9850499000001" + cle_nir("9850499000001"), OID_INS_DEMO, ("forme_inattendue",)),
        ("7112300000001" + cle_nir("7112300000001"), OID_INS_DEMO, ("numero_provisoire",)),
        ("3850499000001" + cle_nir("3850499000001"), OID_INS_NIR, ("nature_incoherente",)),
        (ALEX, OID_INS_NIA, (Avertissement.NATURE_INCOHERENTE,)),
        (ALEX, "1.2.250.1.213.1.4.2", (Avertissement.OID_ANCIEN,)),
        (ALEX, "1.2.3", (Avertissement.OID_REFUSE,)),
    ],
)
def test_une_identite_recue_est_gardee_et_ses_defauts_sont_dits(matricule, oid, attendus) -> None:
    acceptes = oids_acceptes(Environnement.TEST, aussi={OID_INS_NIR, OID_INS_NIA})
    recue = ins_recue(matricule, oid, acceptes=acceptes)
    assert recue.avertissements == attendus
    assert recue.matricule == matricule.replace(" ", "")
    assert all(avertissement.phrase.endswith(".") for avertissement in recue.avertissements)


@given(st.text(max_size=20), st.text(max_size=20))
@sans_delai
def test_lire_une_identite_recue_n_echoue_jamais(matricule, oid) -> None:
    recue = ins_recue(matricule, oid, acceptes=oids_acceptes(Environnement.PRODUCTION))
    assert recue.avertissements


@pytest.mark.parametrize(
    ("sexe", "naissance", "attendues"),
    [
        ("M", "1985-04-12", ()),
        ("F", "1985-04-12", (AlerteIdentite.SEXE,)),
        ("I", "1985-04-12", ()),
        ("M", "1986-04-12", (AlerteIdentite.ANNEE,)),
        ("M", "1885-04-12", ()),
        ("M", "1985-05-12", (AlerteIdentite.MOIS,)),
        ("F", "1986-05-12", tuple(AlerteIdentite)),
    ],
)
def test_une_incoherence_entre_numero_et_traits_alerte_sans_bloquer(
    sexe, naissance, attendues
) -> None:
    traits = TraitsStricts("DEMO-UN", "ALEX", date.fromisoformat(naissance), Sexe(sexe), "99999")
    alertes = alertes_coherence(valider_nir(ALEX), traits)
    assert alertes == attendues
    assert all(alerte.phrase.endswith(".") for alerte in alertes)


def test_un_numero_provisoire_ne_se_compare_a_rien() -> None:
    traits = TraitsStricts("DEMO-UN", "ALEX", date(1985, 4, 12), Sexe.MASCULIN, "99999")
    assert alertes_coherence(lire_nir("7112300000001" + cle_nir("7112300000001")), traits) == ()


# --- Strict traits ---------------------------------------------------------------------------


@pytest.mark.regle("R-INS-01")
@pytest.mark.parametrize(
    ("saisie", "attendu"),
    [
        ("Démo-Un", "DEMO-UN"),
        ("  d’Émo   deux ", "D'EMO DEUX"),
        ("ŒUVRÉ Æ ß", "OEUVRE AE SS"),
        ("Łódź‑Ñandú", "LODZ-NANDU"),
        ("jean\u00a0loup", "JEAN LOUP"),
    ],
)
def test_un_trait_strict_est_en_capitales_sans_accent(saisie, attendu) -> None:
    assert normaliser_trait(saisie) == attendu
    assert normaliser_trait(attendu) == attendu


@pytest.mark.regle("R-INS-01")
def test_les_cinq_traits_se_lisent_d_une_saisie() -> None:
    traits = TraitsStricts.depuis_saisie(
        nom_naissance="Démo-Un",
        prenoms="alex  Noé",
        date_naissance="1985-04-12",
        sexe="m",
        lieu_naissance="2a004",
    )
    assert traits == TraitsStricts("DEMO-UN", "ALEX NOE", date(1985, 4, 12), Sexe.MASCULIN, "2A004")
    assert traits.premier_prenom == "ALEX"


@pytest.mark.regle("R-INS-01")
@pytest.mark.parametrize(
    ("change", "champ"),
    [
        ({"nom_naissance": ""}, "nom_naissance"),
        ({"nom_naissance": "  "}, "nom_naissance"),
        ({"nom_naissance": "DEMO 2"}, "nom_naissance"),
        ({"nom_naissance": "<b>DEMO</b>"}, "nom_naissance"),
        ({"nom_naissance": "-'"}, "nom_naissance"),
        ({"nom_naissance": "ДЕМО"}, "nom_naissance"),
        ({"nom_naissance": "D" * 101}, "nom_naissance"),
        ({"prenoms": "D " * 50 + "D"}, "prenoms"),
        ({"prenoms": "ALEX,NOE"}, "prenoms"),
        ({"date_naissance": "12/04/1985"}, "date_naissance"),
        ({"date_naissance": "1985-02-31"}, "date_naissance"),
        ({"sexe": "X"}, "sexe"),
        ({"sexe": ""}, "sexe"),
        ({"lieu_naissance": "7500"}, "lieu_naissance"),
        ({"lieu_naissance": "00001"}, "lieu_naissance"),
        ({"lieu_naissance": "2C004"}, "lieu_naissance"),
    ],
)
def test_un_trait_mal_saisi_est_refuse_et_nomme(change, champ) -> None:
    saisie = {
        "nom_naissance": "DEMO-UN",
        "prenoms": "ALEX",
        "date_naissance": "1985-04-12",
        "sexe": "M",
        "lieu_naissance": "99999",
    } | change
    assert refus(TraitsStricts.depuis_saisie, **saisie).champ == champ


def test_un_trait_de_cent_signes_est_accepte() -> None:
    traits = TraitsStricts("D" * 100, "ALEX NOE LOU", date(1985, 4, 12), Sexe.FEMININ, LIEU_INCONNU)
    assert (len(traits.nom_naissance), traits.premier_prenom) == (100, "ALEX")
    assert traits.lieu_naissance == "99999"


def test_le_constructeur_exige_la_forme_normalisee() -> None:
    refus(TraitsStricts, "démo", "ALEX", date(1985, 4, 12), Sexe.MASCULIN, "99999")
    refus(TraitsStricts, "DEMO  UN", "ALEX", date(1985, 4, 12), Sexe.MASCULIN, "99999")
    refus(TraitsStricts, "DEMO", "ALEX", datetime(1985, 4, 12), Sexe.MASCULIN, "99999")
    refus(TraitsStricts, "DEMO", "ALEX", date(1985, 4, 12), "M", "99999")


@pytest.mark.parametrize("code", ["01001", "2A004", "2B033", "75056", "97105", "99100", "99999"])
def test_les_lieux_de_naissance_du_code_officiel_sont_acceptes(code) -> None:
    assert valider_lieu_naissance(code) == code


@pytest.mark.parametrize(
    ("saisie", "attendu"),
    [
        ("1979-00-00", date(1979, 1, 1)),
        ("1979-05-00", date(1979, 5, 1)),
        ("1979-05-06", date(1979, 5, 6)),
    ],
)
def test_un_jour_ou_un_mois_de_naissance_inconnu_devient_le_premier(saisie, attendu) -> None:
    assert lire_date_naissance(saisie) == attendu


# --- Professionals and structures ------------------------------------------------------------


@pytest.mark.parametrize("rpps", RPPS)
def test_les_rpps_de_test_sont_exacts(rpps) -> None:
    assert valider_rpps(f" {rpps[:3]} {rpps[3:]}") == rpps
    assert cle_luhn(rpps[:-1]) == rpps[-1]
    lu = lire_idnps("8" + rpps)
    assert (lu.type, lu.numero, str(lu)) == (TypeIdentifiantPS.RPPS, rpps, "8" + rpps)


@given(st.from_regex(r"[0-9]{1,20}", fullmatch=True), st.data())
@sans_delai
def test_luhn_voit_tout_chiffre_faux(chiffres, data) -> None:
    numero = chiffres + cle_luhn(chiffres)
    assert est_luhn(numero)
    rang = data.draw(st.integers(0, len(numero) - 1))
    autre = data.draw(st.sampled_from([c for c in string.digits if c != numero[rang]]))
    assert not est_luhn(numero[:rang] + autre + numero[rang + 1 :])


@given(st.from_regex(r"[0-9]{2,20}", fullmatch=True), st.data())
@sans_delai
def test_luhn_voit_deux_chiffres_voisins_echanges_sauf_09(chiffres, data) -> None:
    numero = chiffres + cle_luhn(chiffres)
    rang = data.draw(st.integers(0, len(numero) - 2))
    a, b = numero[rang], numero[rang + 1]
    assume(a != b and {a, b} != {"0", "9"})
    assert not est_luhn(numero[:rang] + b + a + numero[rang + 2 :])


@pytest.mark.parametrize("valeur", ["", "18²", "1 8", "١٨", "18a"])
def test_luhn_ne_lit_que_des_chiffres(valeur) -> None:
    assert not est_luhn(valeur)
    refus(cle_luhn, valeur)


@pytest.mark.parametrize("saisie", ["", "9970090001", "997009000140", "9970090001A", "99700900015"])
def test_un_rpps_mal_saisi_est_refuse(saisie) -> None:
    assert refus(valider_rpps, saisie).champ == "rpps"


@pytest.mark.parametrize("adeli", ["991234567", "2A1234567", "2b1234567", "9D1234567", "909999999"])
def test_un_adeli_est_verifie_dans_sa_forme(adeli) -> None:
    assert valider_adeli(adeli) == adeli.upper()
    assert str(lire_idnps("0" + adeli)) == "0" + adeli.upper()


@pytest.mark.parametrize("saisie", ["", "99123456", "9912345678", "2C1234567", "XX1234567"])
def test_un_adeli_mal_forme_est_refuse(saisie) -> None:
    refus(valider_adeli, saisie)


@pytest.mark.parametrize(
    "saisie", ["", "99700900014", "899700900015", "799700900014", "0997009000", "8991234567"]
)
def test_un_identifiant_national_mal_forme_est_refuse(saisie) -> None:
    if saisie == "0997009000":  # 0 + nine digits has the shape of an ADELI number
        assert lire_idnps(saisie).type is TypeIdentifiantPS.ADELI
    else:
        refus(lire_idnps, saisie)


@pytest.mark.parametrize("finess", FINESS)
def test_les_finess_de_demonstration_ont_la_bonne_cle(finess) -> None:
    lu = valider_finess(finess)
    assert (lu.numero, str(lu), lu.cle_douteuse) == (finess, finess, False)


def test_une_cle_finess_fausse_alerte_sans_refuser() -> None:
    assert valider_finess("990009012").cle_douteuse
    assert not valider_finess("2a0000014").cle_douteuse
    assert valider_finess("2a0000014").numero == "2A0000014"
    assert valider_finess("010009019").numero == "010009019"
    for saisie in ("99000901", "9900090111", "A90009011", "2C0000014"):
        refus(valider_finess, saisie)


def test_siren_et_siret_suivent_luhn() -> None:
    siren = "99900001" + cle_luhn("99900001")
    siret = siren + "0001" + cle_luhn(siren + "0001")
    assert valider_siren(f"{siren[:3]} {siren[3:6]} {siren[6:]}") == siren
    assert valider_siret(siret) == siret
    refus(valider_siren, siren[:-1] + str((int(siren[-1]) + 1) % 10))
    refus(valider_siret, siret[:-1] + str((int(siret[-1]) + 1) % 10))
    refus(valider_siren, siren[:-1])
    for saisie in (siret + "0", siret[:-1], siret[:-1] + "A"):
        assert "14 chiffres" in str(refus(valider_siret, saisie))


def test_les_etablissements_de_la_poste_ont_leur_propre_regle() -> None:
    # Digits whose sum is a multiple of 5 and which Luhn refuses.
    assert not est_luhn("35600000000001")
    assert valider_siret("35600000000001") == "35600000000001"
    refus(valider_siret, "35600000000002")
    assert valider_siren("356000000") == "356000000"


def test_un_identifiant_de_structure_se_lit_par_son_prefixe() -> None:
    lu = lire_identifiant_structure("1990009011")
    assert (lu.type, lu.numero) == (TypeIdentifiantStructure.FINESS, "990009011")
    siren = "99900001" + cle_luhn("99900001")
    assert str(lire_identifiant_structure("2" + siren)) == "2" + siren
    siret = siren + "0001" + cle_luhn(siren + "0001")
    assert lire_identifiant_structure("3" + siret).type is TypeIdentifiantStructure.SIRET
    assert lire_identifiant_structure("4997009000140001").numero == "997009000140001"
    for saisie in ("", "5990009011", "199000901", "4", "4?"):
        refus(lire_identifiant_structure, saisie)


# --- Carte Vitale ----------------------------------------------------------------------------


@pytest.mark.regle("R-ACT-04")
@pytest.mark.parametrize(
    ("longueur", "avec_photo", "acceptee"),
    [
        (10, True, False),
        (11, True, True),
        (12, True, False),
        (7, False, False),
        (8, False, True),
        (13, False, True),
        (14, False, False),
    ],
)
def test_la_longueur_du_numero_de_serie_depend_de_la_photo(longueur, avec_photo, acceptee) -> None:
    saisie = "0" * 5 + "987654321"[: longueur - 5]
    assert len(saisie) == longueur
    if acceptee:
        assert valider_numero_serie(saisie, avec_photo=avec_photo) == saisie
    else:
        refus(valider_numero_serie, saisie, avec_photo=avec_photo)


@pytest.mark.regle("R-ACT-05")
@pytest.mark.parametrize(
    ("saisie", "avec_photo"),
    [
        ("12041985", False),
        ("29022024", False),
        ("18504990000", True),
        ("8504 9900 0001 6", False),
        ("1850499000001", False),
        ("80250000025", True),
        ("80250000021", True),
        ("02500000", False),
        ("25000002", False),
        ("0000000000A", True),
        ("", True),
        ("٠٠٠٠٠١٢٣٤٥٦", True),
    ],
)
def test_le_numero_de_serie_n_est_ni_le_nir_ni_une_date_ni_le_numero_du_regime(
    saisie, avec_photo
) -> None:
    nir = "1 85 04 99 000 001 62"
    assert refus(valider_numero_serie, saisie, avec_photo=avec_photo, nir=nir).champ


@pytest.mark.regle("R-ACT-05")
def test_huit_chiffres_qui_ne_sont_pas_une_date_sont_acceptes() -> None:
    for saisie in ("31021985", "12041785", "99041985"):
        assert valider_numero_serie(saisie, avec_photo=False, nir=ALEX) == saisie
    assert valider_numero_serie("00000 123 456", avec_photo=True) == "00000123456"


# --- Accounts --------------------------------------------------------------------------------


@pytest.mark.regle("R-ACT-06")
def test_le_code_provisoire_compte_douze_lettres_ou_chiffres() -> None:
    assert valider_code_provisoire(" abCD1034efGZ ") == "ABCD1034EFGZ"
    for saisie in (
        "",
        "ABCD1234EFG",
        "ABCD1234EFGHI",
        "ABCD1234EFG-",
        "ÀBCD1234EFGH",
        "ABC1234 EFGH",
    ):
        refus(valider_code_provisoire, saisie)


@pytest.mark.regle("R-AUT-02")
def test_le_code_unique_compte_six_chiffres() -> None:
    assert valider_code_unique("012 345") == "012345"
    for saisie in ("", "12345", "1234567", "12345a", "١٢٣٤٥٦"):
        refus(valider_code_unique, saisie)


def test_le_code_postal_compte_cinq_chiffres() -> None:
    assert valider_code_postal("01000 ") == "01000"
    for saisie in ("", "1000", "010000", "2A000"):
        refus(valider_code_postal, saisie)


@pytest.mark.regle("R-ACT-14")
@pytest.mark.parametrize(
    "saisie",
    ["alexdemo", "a.b_c-d9", "12345678", "france-76", "a" * 100, "jo59lillemetropole", "fr10demo1"],
)
def test_un_identifiant_de_connexion_bien_forme_est_accepte(saisie) -> None:
    assert valider_identifiant_connexion(saisie, nir=ALEX) == saisie


@pytest.mark.regle("R-ACT-14")
@pytest.mark.parametrize(
    ("saisie", "mot"),
    [
        ("alexdem", "8 à 100"),
        ("a" * 101, "8 à 100"),
        ("", "8 à 100"),
        ("AlexDemo", "minuscules"),
        ("alex démo", "minuscules"),
        ("alexdémo", "minuscules"),
        ("alex@demo.example", "adresse électronique"),
        ("185049900000162", "sécurité sociale"),
        ("1850499000001", "sécurité sociale"),
        ("285042b00001551", "sécurité sociale"),
        ("1-85-04-99-000-001", "sécurité sociale"),
        ("alex1850499000001", "sécurité sociale"),
        ("fr7630006000011234567890189", "compte bancaire"),
        ("fr76.3000.6000", "compte bancaire"),
        ("fr10abcdefghij", "compte bancaire"),
        ("fr1420041010050500013m02606", "compte bancaire"),
        ("be68539007547034", "compte bancaire"),
    ],
)
def test_un_identifiant_de_connexion_mal_choisi_est_refuse(saisie, mot) -> None:
    erreur = refus(valider_identifiant_connexion, saisie, nir=ALEX)
    assert mot in str(erreur)
    assert erreur.champ == "identifiant"


PERSONNE = {
    "mots": ("DEMO-UN", "Jean-Loup", "Lou", "alex.exemple@boite.example", "0639980015"),
    "date_naissance": date(1985, 4, 12),
    "nir": "1 85 04 99 000 001 62",
}


@pytest.mark.regle("R-ACT-15")
@pytest.mark.parametrize(
    ("mot_de_passe", "attendus"),
    [
        ("Vélo+rouge7", ()),
        ("Vel+rou 7", ()),
        ("Vel+ro 7", (ManqueMotDePasse.LONGUEUR_MINIMALE,)),
        ("VELO+ROUGE7", (ManqueMotDePasse.MINUSCULE,)),
        ("velo+rouge7", (ManqueMotDePasse.MAJUSCULE,)),
        ("Velo+rouges", (ManqueMotDePasse.CHIFFRE,)),
        ("Velo7rouges", (ManqueMotDePasse.SPECIAL,)),
        ("", tuple(ManqueMotDePasse)[:1] + tuple(ManqueMotDePasse)[2:5]),
        ("V+7" + "elorouge" * 16, (ManqueMotDePasse.LONGUEUR_MAXIMALE,)),
        (("V+7" + "elorouge" * 16)[:128], ()),
        ("Aab1!cAab1", ()),
    ],
)
def test_le_mot_de_passe_dit_tout_ce_qui_lui_manque(mot_de_passe, attendus) -> None:
    manques = manques_mot_de_passe(mot_de_passe, **PERSONNE)
    if mot_de_passe == "":
        assert set(attendus) <= set(manques)
    else:
        assert manques == attendus


@pytest.mark.regle("R-ACT-15")
@pytest.mark.parametrize(
    "mot_de_passe",
    [
        "Vert+démo+77",
        "Bleu!JEANLOUP7",
        "Bleu!jean-loup7",
        "Bleu!alex7Bleu",
        "Bleu!lou7Bleu",
        "Bleu!0639980015x",
        "Bleu+12041985",
        "Bleu+12/04/85",
        "Bleu+1985.04.12",
        "Bleu+1850499z",
        "Bleu+99000001+z",
    ],
)
def test_le_mot_de_passe_ne_contient_pas_de_donnee_personnelle(mot_de_passe) -> None:
    assert manques_mot_de_passe(mot_de_passe, **PERSONNE) == (ManqueMotDePasse.DONNEE_PERSONNELLE,)
    assert manques_mot_de_passe(mot_de_passe) == ()


@pytest.mark.regle("R-ACT-15")
@pytest.mark.parametrize(
    "mot_de_passe", ["Azerty+789", "M0tD3P@sse!", "Xx-123456-x", "Aa1!Aa1!Aa1!"]
)
def test_un_mot_de_passe_trop_facile_est_refuse(mot_de_passe) -> None:
    assert manques_mot_de_passe(mot_de_passe) == (ManqueMotDePasse.TROP_FACILE,)


# --- Masked contacts -------------------------------------------------------------------------


@pytest.mark.regle("R-ACT-08", "R-AUT-03")
@pytest.mark.parametrize(
    ("telephone", "attendu"),
    [
        ("+33612345615", "+33 6 ** ** ** 15"),
        ("+33 6 39 98 00 15", "+33 6 ** ** ** 15"),
        ("0033639980015", "+33 6 ** ** ** 15"),
        ("06 39 98 00 15", "06 ** ** ** 15"),
        ("+590690123415", "** ** ** 15"),
        ("3422", "** ** ** **"),
        ("", "** ** ** **"),
    ],
)
def test_le_telephone_s_affiche_masque(telephone, attendu) -> None:
    assert masquer_telephone(telephone) == attendu


@pytest.mark.regle("R-ACT-08", "R-AUT-03")
@pytest.mark.parametrize(
    ("courriel", "attendu"),
    [
        ("alex.demo@boite.example", "a***@b***.example"),
        ("a@boite.example", "***@b***.example"),
        ("alex@b.example", "a***@***.example"),
        ("alex@sous.boite.example", "a***@s***.example"),
        ("pas une adresse", "***"),
        ("alex@local", "***"),
        ("", "***"),
    ],
)
def test_le_courriel_s_affiche_masque(courriel, attendu) -> None:
    assert masquer_courriel(courriel) == attendu


@given(st.from_regex(r"[a-z]{3,20}@[a-z]{3,20}\.example", fullmatch=True))
@sans_delai
def test_un_courriel_masque_ne_montre_que_les_initiales(courriel) -> None:
    local, _, domaine = courriel.partition("@")
    assert masquer_courriel(courriel) == f"{local[0]}***@{domaine[0]}***.example"
