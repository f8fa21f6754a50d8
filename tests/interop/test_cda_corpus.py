"""The real documents of `../shared/corpus`, read in place. Skipped where they are absent."""

from __future__ import annotations

from functools import cache

import pytest

from interop.cda import (
    CorpsNonStructure,
    CorpsStructure,
    DocumentCDA,
    lire,
    pdf_embarque,
    rendre_html,
)
from tests.interop import exemples
from tests.interop.exemples import CORPUS
from tests.interop.fragment import Element, lire_fragment
from tests.interop.narratif_source import blocs, texte_visible

FICHIERS = sorted(chemin.name for chemin in CORPUS.glob("*.xml"))
CORPUS_ABSENT = pytest.mark.skip(reason="corpus public absent (../shared/corpus/cda)")
chaque_fichier = pytest.mark.parametrize(
    "nom", FICHIERS or [pytest.param("absent", marks=CORPUS_ABSENT)]
)

NOTRES = {
    "niveau_3": exemples.document_complet(),
    "niveau_1_pdf": exemples.niveau_1(exemples.PDF, "application/pdf"),
    "auto_presentable": exemples.auto_presentable(
        exemples.clinical_document(
            "<structuredBody><component>"
            + exemples.section("<paragraph>Un</paragraph> deux<list><item>trois</item></list>")
            + "</component></structuredBody>"
        )
    ),
    "latin_1": exemples.octets(
        exemples.clinical_document(
            f"<structuredBody><component>{exemples.section('Hôpital')}</component></structuredBody>"
        ),
        "ISO-8859-1",
    ),
}


@cache
def _lu(nom: str) -> tuple[bytes, DocumentCDA, Element]:
    octets = (CORPUS / nom).read_bytes()
    document = lire(octets)
    return octets, document, lire_fragment(rendre_html(document))


def _verifier_rien_de_perdu(octets: bytes, fragment: Element) -> None:
    assert fragment.texte() == texte_visible(octets)

    def rendus(*noms: str) -> list[str]:
        return [
            texte
            for element in fragment.trouver(*noms)
            if element.attributs.get("class") != "cda-legende" and (texte := element.texte())
        ]

    assert rendus("td", "th") == _pieds_en_dernier(octets)
    assert rendus("li") == blocs(octets, "item")
    assert rendus("p") == blocs(octets, "paragraph")


def _pieds_en_dernier(octets: bytes) -> list[str]:
    """The cells. Only our own document has a foot: one cell, read after the rows."""
    cellules = blocs(octets, "td", "th")
    for pied in blocs(octets, "tfoot"):
        cellules.append(cellules.pop(cellules.index(pied)))
    return cellules


@chaque_fichier
def test_rien_n_est_perdu_ni_deplace_d_un_document_reel(nom):
    octets, document, fragment = _lu(nom)
    if isinstance(document.corps, CorpsNonStructure):
        assert "Ce document contient un fichier PDF." in fragment.tout_le_texte()
        return
    assert len(fragment.texte()) > 100
    _verifier_rien_de_perdu(octets, fragment)
    titres = [e.texte() for e in fragment.trouver("h3", "h4", "h5", "h6")]
    assert titres == blocs(octets, "title")


@pytest.mark.parametrize("nom", NOTRES)
def test_rien_n_est_perdu_ni_deplace_de_nos_documents(nom):
    fragment = lire_fragment(rendre_html(lire(NOTRES[nom])))
    if nom != "niveau_1_pdf":
        assert fragment.texte()
        _verifier_rien_de_perdu(NOTRES[nom], fragment)


@chaque_fichier
def test_l_en_tete_d_un_document_reel_est_lu(nom):
    _, document, _ = _lu(nom)
    assert document.id_unique
    assert document.type_code
    assert document.titre
    assert document.version
    assert document.confidentialite == "N"
    assert document.date_effet is not None
    assert document.date_effet.instant() is not None
    patient = document.patient
    assert patient.oid_ins == "1.2.250.1.213.1.4.8"
    assert patient.matricule_ins
    assert len(patient.matricule_ins) == 15
    assert patient.nom_naissance
    assert patient.prenoms
    assert patient.sexe in {"F", "M"}
    assert patient.date_naissance is not None
    assert patient.date_naissance.jour_civil is not None
    assert document.auteurs
    assert all(auteur.identifiant and auteur.nom for auteur in document.auteurs)
    assert document.responsable is not None
    assert document.depositaire is not None
    assert document.depositaire.identifiant is not None
    assert document.actes


@chaque_fichier
def test_les_images_annoncees_d_un_document_reel_sont_montrees(nom):
    _, document, fragment = _lu(nom)
    if isinstance(document.corps, CorpsStructure):
        renvois = [e for e in fragment.parcourir() if "cda-figure" in e.attributs.get("class", "")]
        avis = [e for e in renvois if "absente" in e.tout_le_texte()]
        assert not avis, "un renvoi vers un fichier présent n'est pas résolu"
        images = [m for m in document.corps.medias if m.type_reel in ("image/png", "image/jpeg")]
        assert len(fragment.trouver("img")) >= len(images)


@pytest.mark.skipif(not FICHIERS, reason="corpus public absent (../shared/corpus/cda)")
def test_les_pdf_et_les_enveloppes_du_corpus_sont_reconnus():
    auto_presentables = {nom for nom in FICHIERS if _lu(nom)[1].auto_presentable}
    assert len(auto_presentables) == 3
    assert all("presentable" in nom.lower() for nom in auto_presentables)
    avec_pdf = {nom for nom in FICHIERS if pdf_embarque(_lu(nom)[1])}
    # Independent of the codec: the base64 of « %PDF- » appears in the file.
    assert avec_pdf == {nom for nom in FICHIERS if b"JVBERi0" in _lu(nom)[0]}
    assert "CR-BIO_2021.01_PDF.xml" in avec_pdf
