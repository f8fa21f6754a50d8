"""Entries written to harm, or by accident: readers answer, bounded, and never raise."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interop.cda import CDAInvalide
from interop.cda import entrees as E
from interop.cda.entrees.source import AVERTISSEMENTS_MAX, ENTREES_MAX, TEXTE_MAX, Source
from tests.interop import exemples
from tests.interop.entrees_exemples import (
    LOINC,
    code,
    element,
    lien,
    observation,
    section,
    source,
    texte,
    valeur,
)

LECTURES: list[Callable[[Source], tuple[object, tuple[str, ...]]]] = [
    E.lire_vaccinations,
    E.lire_biologie,
    E.lire_medicaments,
    E.lire_dispositifs,
    E.lire_soins,
    E.lire_certificat,
    E.lire_synthese,
    E.lire_mesures,
    E.lire_constats,
    E.lire_problemes,
    E.lire_allergies,
    E.lire_famille,
    E.lire_actes_structures,
]


def _tout_lire(lue: Source) -> list[str]:
    """Every reader on this document, every value put in words; the warnings."""
    remarques: list[str] = [*E.dire_le_reste(lue)]
    for lire in LECTURES:
        items, dites = lire(lue)
        _parcourir(items)
        assert len(dites) <= AVERTISSEMENTS_MAX + 1
        assert all(len(dite) < 1000 for dite in dites)
        remarques += dites
    return remarques


def _parcourir(valeur_lue: object) -> None:
    if isinstance(valeur_lue, tuple):
        for dedans in valeur_lue:
            _parcourir(dedans)
    elif is_dataclass(valeur_lue):
        if isinstance(valeur_lue, E.Quantite | E.Intervalle | E.CodeCDA | E.Periode | E.Texte):
            E.en_clair(valeur_lue)
        for champ in fields(valeur_lue):
            _parcourir(getattr(valeur_lue, champ.name))
    else:
        assert valeur_lue is None or isinstance(valeur_lue, str | int | bool | Decimal)


@pytest.mark.parametrize("octets", [b"", b"<html/>", b"%PDF-1.4", b"<!DOCTYPE x><x/>"])
def test_ce_qui_n_est_pas_un_cda_est_refuse(octets):
    with pytest.raises(CDAInvalide):
        E.ouvrir(octets)


def test_un_document_sans_corps_ou_d_un_seul_fichier_ne_donne_rien_et_le_dit():
    for octets in (
        exemples.octets(exemples.clinical_document("")),
        exemples.niveau_1(exemples.PDF, "application/pdf"),
    ):
        lue = E.ouvrir(octets)
        for lire in (E.lire_vaccinations, E.lire_biologie, E.lire_medicaments, E.lire_soins):
            items, remarques = lire(lue)
            assert items == ()
            assert remarques == (
                "Le document n'est pas structuré : aucune donnée ne peut en être lue.",
            )


def test_un_document_auto_presentable_est_ouvert():
    ecrite = section("29545-1", observation(code("1-1", LOINC, "Constat")))
    corps = f"<structuredBody><component>{ecrite}</component></structuredBody>"
    lue = E.ouvrir(exemples.auto_presentable(exemples.clinical_document(corps)))
    ((constat,), _) = E.lire_constats(lue)
    assert constat.intitule == "Constat"


@pytest.mark.parametrize(
    "nom",
    [
        *("substanceAdministration", "supply", "observation", "organizer", "act", "procedure"),
        *("encounter", "observationMedia", "regionOfInterest", "inconnu"),
    ],
)
@pytest.mark.parametrize(
    "code_section",
    ["11369-6", "10160-0", "46264-8", "8716-3", "48765-2", "11450-4", "10157-6", "29554-3", ""],
)
def test_une_entree_vide_n_importe_ou_ne_casse_rien(nom, code_section):
    lien_vide = element("entryRelationship") + element("component")
    for dedans in ("", lien_vide, lien(element(nom)), lien(observation())):
        _tout_lire(source(section(code_section, element(nom, dedans))))


def test_trop_d_entrees_sont_coupees_et_le_disent():
    entrees = [observation(code("1-1", LOINC, "Constat"))] * (ENTREES_MAX + 5)
    constats, remarques = E.lire_constats(source(section("29545-1", *entrees)))
    assert len(constats) == ENTREES_MAX
    assert remarques == (
        f"Le document contient plus de {ENTREES_MAX} données : les dernières ne sont pas lues.",
    )


def test_les_remarques_sont_bornees():
    entrees = [observation(code("1-1", LOINC, "Constat"), texte(f"#r{n}")) for n in range(500)]
    _, remarques = E.lire_constats(source(section("29545-1", *entrees)))
    assert len(remarques) == AVERTISSEMENTS_MAX + 1
    assert remarques[-1] == "D'autres remarques ne sont pas affichées."


def test_une_imbrication_au_plus_profond_permis_est_lue():
    dedans = observation(code("1-1", LOINC, "fond"))
    for _ in range(40):
        dedans = observation(code("1-1", LOINC, "étage"), lien(dedans))
    ((constat,), _) = E.lire_constats(source(section("29545-1", dedans)))
    profondeur = 0
    while constat.details:
        (constat,) = constat.details
        profondeur += 1
    assert (profondeur, constat.intitule) == (40, "fond")
    codes = element("translation", code="fond")
    for _ in range(80):
        codes = element("translation", codes)
    ecrite = observation(element("code", codes))
    ((constat,), _) = E.lire_constats(source(section("29545-1", ecrite)))
    assert constat.code is not None
    assert [lu.code for lu in constat.code.tous()] == ["fond"]
    trop = "<translation>" * 95 + "</translation>" * 95
    with pytest.raises(CDAInvalide, match="imbrique"):
        source(section("29545-1", observation(element("code", trop))))


def test_des_traductions_sans_fin_sont_coupees_et_le_disent():
    ecrite = observation(element("code", *[element("translation", code=str(n)) for n in range(99)]))
    ((constat,), remarques) = E.lire_constats(source(section("29545-1", ecrite)))
    assert constat.code is not None
    assert len(list(constat.code.tous())) == 30
    assert "trop de traductions" in remarques[0]


def test_des_posologies_sans_fin_sont_coupees_et_le_disent():
    etape = element(
        "entryRelationship",
        element("substanceAdministration", element("doseQuantity", value="1", unit="g")),
    )
    ligne = element(
        "substanceAdministration",
        element(
            "consumable",
            element(
                "manufacturedProduct",
                element("manufacturedMaterial", element("name", "Démo")),
            ),
        ),
        etape * 200,
        moodCode="INT",
    )
    ((lue,), remarques) = E.lire_medicaments(source(section("10160-0", ligne)))
    assert len(lue.posologies) == 50
    assert any("trop de posologies" in remarque for remarque in remarques)


def test_un_passage_enorme_vise_mille_fois_est_garde_une_fois():
    narratif = f"<paragraph ID='ici'>{'mot ' * 200_000}</paragraph>"
    entrees = [observation(code("1-1", LOINC, "Constat"), texte("#ici"))] * 1000
    constats, _ = E.lire_constats(source(section("29545-1", *entrees, narratif=narratif)))
    textes = {id(constat.texte) for constat in constats}
    assert len(textes) == 1
    assert constats[0].texte is not None
    assert len(constats[0].texte) == TEXTE_MAX + 1


@pytest.mark.parametrize(
    "nombre", ["9" * 5000, "1e99999", "-1e-99999", "", " ", "1.", ".5", "\u0661"]
)
def test_un_nombre_demesure_n_est_jamais_calcule(nombre):
    entrees = [
        observation(code("29463-7", LOINC, "Poids"), valeur("PQ", value=nombre, unit="kg")),
        element("substanceAdministration", element("repeatNumber", value=nombre), texte("#x")),
        element("supply", element("quantity", value=nombre), texte("#x")),
    ]
    for code_section in ("8716-3", "10160-0", "11369-6", "46264-8"):
        _tout_lire(source(section(code_section, *entrees, narratif="<content ID='x'>a</content>")))


@pytest.mark.parametrize("largeur", ["9" * 5000, "-3", "x", "0", "²"])
def test_une_colonne_demesuree_n_est_pas_depliee(largeur):
    narratif = (
        f"<table><thead><tr><th colspan='{largeur}'>Posologie</th></tr></thead><tbody><tr>"
        f"<td ID='x' colspan='{largeur}'>a</td></tr></tbody></table>"
    )
    ligne = element("substanceAdministration", texte("#x"), moodCode="INT")
    _tout_lire(source(section("10160-0", ligne, narratif=narratif)))


def test_une_section_de_soins_hostile_garde_son_texte_comme_texte():
    ecrite = section(
        "29545-1",
        observation(code("1-1", LOINC, "<script>alert(1)</script>"), texte("#<b>")),
        titre="<img src=x>",
    )
    ((constat,), remarques) = E.lire_constats(source(ecrite))
    assert constat.intitule == "<script>alert(1)</script>"
    assert remarques[0].startswith("« <img src=x> »")


def test_chaque_document_public_se_lit_par_tous_les_lecteurs():
    """The 54 files, whatever their kind: a sender may send any of them to any reader."""
    fichiers = sorted(exemples.CORPUS.glob("*.xml"))
    if not fichiers:
        pytest.skip("corpus public absent (../shared/corpus/cda)")
    for fichier in fichiers:
        lue = E.ouvrir(fichier.read_bytes())
        _tout_lire(lue)
        assert len(lue.entrees) < ENTREES_MAX


# Any entry at all

_NOMS = [
    *("substanceAdministration", "supply", "observation", "organizer", "act", "procedure"),
    *("encounter", "entryRelationship", "component", "code", "value", "text", "effectiveTime"),
    *("low", "high", "period", "width", "comp", "translation", "qualifier", "name", "originalText"),
    *("reference", "statusCode", "consumable", "product", "manufacturedProduct", "templateId"),
    *("manufacturedMaterial", "lotNumberText", "doseQuantity", "rateQuantity", "maxDoseQuantity"),
    *(
        "numerator",
        "denominator",
        "performer",
        "assignedEntity",
        "author",
        "assignedAuthor",
        "time",
    ),
    *("participant", "participantRole", "playingEntity", "playingDevice", "subject", "id"),
    *("relatedSubject", "referenceRange", "observationRange", "interpretationCode", "methodCode"),
    *(
        "specimen",
        "specimenRole",
        "specimenPlayingEntity",
        "repeatNumber",
        "precondition",
        "criterion",
    ),
    *(
        "routeCode",
        "approachSiteCode",
        "targetSiteCode",
        "sequenceNumber",
        "quantity",
        "expectedUseTime",
    ),
]
_VALEURS = st.sampled_from(
    [
        *(
            "",
            " ",
            "EVN",
            "INT",
            "RQO",
            "DEF",
            "SUBJ",
            "REFR",
            "RSON",
            "COMP",
            "MFST",
            "CAUS",
            "DEV",
        ),
        *(
            "CSM",
            "AUTHEN",
            "true",
            "false",
            "completed",
            "aborted",
            "UNK",
            "NA",
            "PQ",
            "c:CD",
            "BL",
        ),
        *("IVL_PQ", "IVL_TS", "PIVL_TS", "SXPR_TS", "RTO", "TS", "ST", "ED", "INT", "REAL", "x:"),
        *("IMMUNIZ", "BOOSTER", "02276797", "1.2.250.1.213.2.63", "85353-1", "55107-7", "29463-7"),
        *("30973-2", "48767-8", "SEV", "33999-4", "PINSTRUCT", "1.3.6.1.4.1.19376.1.3.1"),
        *(
            "2.16.840.1.113883.6.1",
            "#ici",
            "ici",
            "#nulle",
            "20210231",
            "2021",
            "202103241035+0100",
        ),
        *("1", "-1", "1,5", "1e500", "9" * 60, "kg", "g", "d", "{tablet}"),
    ]
)
_ATTRIBUTS = st.dictionaries(
    st.sampled_from(
        [
            *("code", "codeSystem", "displayName", "value", "unit", "nullFlavor", "typeCode"),
            *("moodCode", "negationInd", "root", "extension", "inclusive", "operator", "ID"),
            "{http://www.w3.org/2001/XMLSchema-instance}type",
        ]
    ),
    _VALEURS,
    max_size=5,
)


@st.composite
def _arbre(tirage: st.DrawFn, profondeur: int = 0) -> ET.Element:
    noeud = ET.Element("{urn:hl7-org:v3}" + tirage(st.sampled_from(_NOMS)), tirage(_ATTRIBUTS))
    if tirage(st.booleans()):
        noeud.text = tirage(_VALEURS)
    if profondeur < 6:
        for _ in range(tirage(st.integers(0, 3))):
            noeud.append(tirage(_arbre(profondeur=profondeur + 1)))
    return noeud


_SECTIONS = st.sampled_from(
    [
        *("11369-6", "57828-6", "10160-0", "46264-8", "46240-8", "29554-3", "8716-3", "48765-2"),
        *("11450-4", "11348-0", "10157-6", "18719-5", ""),
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_SECTIONS, st.lists(_arbre(), max_size=3)), max_size=3))
def test_n_importe_quelles_entrees_se_lisent_sans_exception(tirage):
    ecrites = [
        section(
            code_section,
            *(ET.tostring(arbre, encoding="unicode") for arbre in arbres),
            narratif="<table><tr><td ID='ici'>Oui</td></tr></table>",
        )
        for code_section, arbres in tirage
    ]
    lue = source(*ecrites)
    assert _tout_lire(lue) == _tout_lire(lue)
