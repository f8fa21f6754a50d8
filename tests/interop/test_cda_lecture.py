from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from interop.cda import (
    OID_INS,
    CDAInvalide,
    CorpsNonStructure,
    CorpsStructure,
    IdentifiantCDA,
    lire,
    pdf_embarque,
)
from interop.hl7 import HorodatageHL7, Precision, lire_ts
from tests.interop import exemples
from tests.interop.exemples import PDF, clinical_document, media, narratif, niveau_1, octets


def test_l_en_tete_donne_l_identite_du_document():
    document = lire(exemples.document_complet())
    assert document.id_unique == "1.2.250.1.999.1.1^DOC-1"
    assert document.set_id == "1.2.250.1.999.1.1^SERIE-1"
    assert document.version == 2
    assert (document.type_code, document.type_code_systeme, document.type_libelle) == (
        "11502-2",
        "2.16.840.1.113883.6.1",
        "CR d'examens biologiques",
    )
    assert document.titre == "Compte rendu / biologie du 24 mars"
    assert (document.confidentialite, document.langue) == ("N", "fr-FR")
    assert document.date_effet is not None
    assert document.date_effet.instant() == datetime(
        2021, 3, 24, 10, 35, tzinfo=timezone(timedelta(hours=1))
    )
    assert not document.auto_presentable
    assert document.avertissements == ()


@pytest.mark.regle("R-INS-01", "R-INS-05")
def test_le_patient_porte_ses_traits_et_le_nom_d_usage_s_y_ajoute():
    patient = lire(exemples.document_complet()).patient
    assert (patient.matricule_ins, patient.oid_ins) == ("279035121518989", "1.2.250.1.213.1.4.10")
    assert patient.autres_identifiants == (IdentifiantCDA("1.2.250.1.999.2", "IPP-7"),)
    assert patient.nom_naissance == "PAT-TROIS"
    assert patient.prenoms == ("DOMINIQUE", "MARIE-LOU")
    assert (patient.nom_usage, patient.prenom_utilise) == ("DEMO-EPOUX", "DOM")
    assert (patient.sexe, patient.lieu_naissance) == ("F", "99000")
    assert patient.date_naissance == HorodatageHL7(1979, 3, 28)


@pytest.mark.regle("R-INS-03")
@pytest.mark.parametrize("branche", ["8", "9", "10", "11"])
def test_chaque_oid_d_ins_est_rapporte_tel_quel(branche):
    oid = f"1.2.250.1.213.1.4.{branche}"
    assert oid in OID_INS
    en_tete = exemples.EN_TETE.replace("1.2.250.1.213.1.4.10", oid)
    patient = lire(octets(clinical_document("", en_tete=en_tete))).patient
    assert (patient.oid_ins, patient.matricule_ins) == (oid, "279035121518989")


def test_un_ancien_ins_c_n_est_pas_pris_pour_un_matricule():
    en_tete = exemples.EN_TETE.replace("1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.2")
    document = lire(octets(clinical_document("", en_tete=en_tete)))
    assert document.patient.matricule_ins is None
    ancien = IdentifiantCDA("1.2.250.1.213.1.4.2", "279035121518989")
    assert ancien in document.patient.autres_identifiants
    assert "Le document ne porte pas de matricule INS." in document.avertissements


@pytest.mark.parametrize(
    ("nom", "naissance", "usage", "prenoms", "utilise"),
    [
        ("<family>DEMO-UN</family><given>ALEX</given>", "DEMO-UN", None, ("ALEX",), None),
        (
            '<family qualifier="BR">DEMO-UN</family><family qualifier="SP">S</family>'
            '<family qualifier="CL">C</family><given qualifier="BR">NOE</given><given>LOU</given>',
            *("DEMO-UN", "C", ("NOE", "LOU"), None),
        ),
        (
            '<given qualifier="CL">LOU</given><given qualifier="CL">INES</given>',
            *(None, None, (), "LOU INES"),
        ),
        ('<family nullFlavor="UNK"/>', None, None, (), None),
    ],
)
def test_les_facons_d_ecrire_un_nom(nom, naissance, usage, prenoms, utilise):
    debut, fin = exemples.EN_TETE.index("<family"), exemples.EN_TETE.index("</name>")
    en_tete = exemples.EN_TETE[:debut] + nom + exemples.EN_TETE[fin:]
    lu = lire(octets(clinical_document("", en_tete=en_tete))).patient
    assert (lu.nom_naissance, lu.nom_usage, lu.prenoms, lu.prenom_utilise) == (
        naissance,
        usage,
        prenoms,
        utilise,
    )


@pytest.mark.regle("R-DOC-23")
def test_les_auteurs_sont_types_personne_ou_dispositif():
    medecin, logiciel = lire(exemples.document_complet()).auteurs
    assert medecin.identifiant == IdentifiantCDA("1.2.250.1.71.4.2.1", "899700900014")
    assert (medecin.nom, medecin.prenom) == ("DEMO-MEDECIN", "ALEX")
    assert medecin.specialite_code == "G15_10/SM26"
    assert medecin.specialite_libelle == "Médecin - Médecine générale (SM)"
    assert medecin.structure is not None
    assert medecin.structure.nom == "Cabinet de groupe DÉMO"
    assert str(medecin.structure.identifiant) == "1.2.250.1.71.4.2.2^1990009011"
    assert medecin.horodatage == lire_ts("202103241030+0100")
    assert not medecin.est_dispositif
    assert logiciel.est_dispositif
    assert (logiciel.nom, logiciel.identifiant) == ("Logiciel DÉMO", None)
    assert logiciel.horodatage is not None
    assert logiciel.horodatage.precision == Precision.JOUR


def test_le_responsable_le_depositaire_et_les_actes():
    document = lire(exemples.document_complet())
    assert document.responsable is not None
    assert document.responsable.nom == "Docteur DEMO-SIGNATAIRE"
    assert str(document.responsable.identifiant) == "1.2.250.1.71.4.2.1^899700900022"
    assert document.depositaire is not None
    assert document.depositaire.nom == "Laboratoire DÉMO"
    hematologie, sans_code = document.actes
    assert (hematologie.code, hematologie.libelle) == ("18723-7", "Hématologie")
    assert (hematologie.debut, hematologie.fin) == (
        lire_ts("202103240920+0100"),
        lire_ts("20210324"),
    )
    assert (sans_code.code, sans_code.debut, sans_code.fin) == (None, HorodatageHL7(2021, 3), None)


@pytest.mark.regle("R-DOC-12")
def test_seul_un_lien_de_remplacement_remplace():
    assert lire(exemples.document_complet()).remplace == ("1.2.250.1.999.1.1^DOC-0",)


@pytest.mark.regle("R-DOC-18")
def test_un_identifiant_sans_extension_est_sa_racine():
    en_tete = exemples.EN_TETE.replace(' extension="DOC-1"', "")
    assert lire(octets(clinical_document("", en_tete=en_tete))).id_unique == "1.2.250.1.999.1.1"


def test_un_document_presque_vide_est_lu_et_dit_ce_qui_manque():
    document = lire(octets(clinical_document("", en_tete="")))
    assert document.corps is None
    assert document.id_unique is None
    assert document.responsable is None
    assert document.depositaire is None
    assert document.auteurs == document.actes == document.remplace == ()
    assert document.avertissements == (
        "Le document ne porte pas d'identifiant unique.",
        "Le document n'indique pas son type.",
        "Le document ne nomme aucun patient.",
        "Le document n'a pas de corps.",
    )


@pytest.mark.parametrize("valeur", ["2021-03-24", "99999999", "hier"])
def test_une_date_illisible_previent_sans_refuser(valeur):
    en_tete = exemples.EN_TETE.replace("20210324103500+0100", valeur)
    document = lire(octets(clinical_document("", en_tete=en_tete)))
    assert document.date_effet is None
    assert f"Date du document : La date « {valeur} »" in document.avertissements[0]


@pytest.mark.parametrize(
    ("valeur", "version"), [("1", 1), ("x", None), ("²", None), ("9" * 5000, None), ("-1", None)]
)
def test_une_version_est_un_petit_entier_ou_rien(valeur, version):
    en_tete = exemples.EN_TETE.replace(
        '<versionNumber value="2"/>', f'<versionNumber value="{valeur}"/>'
    )
    assert lire(octets(clinical_document("", en_tete=en_tete))).version == version


def test_deux_patients_previennent():
    debut, fin = exemples.EN_TETE.index("<recordTarget>"), exemples.EN_TETE.index("<author>")
    en_tete = exemples.EN_TETE[:fin] + exemples.EN_TETE[debut:fin] + exemples.EN_TETE[fin:]
    document = lire(octets(clinical_document("", en_tete=en_tete)))
    assert document.patient.nom_naissance == "PAT-TROIS"
    assert document.avertissements[0].startswith("Le document nomme plusieurs patients")


def test_le_latin_1_est_lu_comme_l_utf_8():
    source = clinical_document(
        f"<structuredBody><component>{exemples.section('Hôpital')}</component></structuredBody>"
    )
    lus = {lire(octets(source, encodage)) for encodage in ("UTF-8", "ISO-8859-1", "UTF-16")}
    assert len(lus) == 1
    assert lus.pop().auteurs[0].structure.nom == "Cabinet de groupe DÉMO"


# Self-presenting documents


def test_un_document_auto_presentable_est_le_document_qu_il_enveloppe():
    nu = clinical_document(
        f"<structuredBody><component>{exemples.section('Texte')}</component></structuredBody>"
    )
    enveloppe = lire(exemples.auto_presentable(nu))
    assert enveloppe.auto_presentable
    assert enveloppe.corps == lire(octets(nu)).corps
    assert enveloppe.id_unique == "1.2.250.1.999.1.1^DOC-1"


def test_une_page_html_peut_envelopper_un_document():
    page = f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{clinical_document("")}</body></html>'
    assert lire(octets(page)).auto_presentable


@pytest.mark.parametrize(
    "xml",
    [
        "<html><body/></html>",
        "<ClinicalDocument/>",
        '<Bundle xmlns="http://hl7.org/fhir"/>',
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">{clinical_document("")}</s:Envelope>',
    ],
)
def test_un_xml_qui_n_est_pas_un_cda_est_refuse(xml):
    with pytest.raises(CDAInvalide, match="n'est pas un document CDA"):
        lire(octets(xml))


def test_deux_documents_dans_une_enveloppe_sont_refuses():
    with pytest.raises(CDAInvalide, match="plusieurs documents"):
        lire(exemples.auto_presentable(clinical_document("") * 2))


@pytest.mark.parametrize(
    "octets_recus",
    [
        b"",
        b"\x00\x01\x02",
        PDF,
        exemples.document_complet()[:-20],
        b"<!DOCTYPE x [<!ENTITY e 'e'>]>" + clinical_document("").encode(),
    ],
)
def test_ce_qui_n_est_pas_un_xml_sain_est_refuse(octets_recus):
    with pytest.raises(CDAInvalide):
        lire(octets_recus)


# Bodies and files


@pytest.mark.regle("R-DOC-25")
def test_le_pdf_du_niveau_1_est_rendu_a_l_octet():
    document = lire(niveau_1(PDF, "application/pdf"))
    assert pdf_embarque(document) == PDF
    assert document.corps == CorpsNonStructure("application/pdf", PDF, "application/pdf")


@pytest.mark.regle("R-DOC-25")
def test_le_pdf_d_une_section_est_rendu_le_premier():
    autre = PDF + b"% second"
    entrees = (
        media("i", exemples.png(), "image/png")
        + media("p", PDF, "application/pdf")
        + media("q", autre, "application/pdf")
    )
    document = lire(narratif("Texte", entrees=entrees))
    assert pdf_embarque(document) == PDF
    assert isinstance(document.corps, CorpsStructure)
    assert [fichier.octets for fichier in document.corps.medias] == [exemples.png(), PDF, autre]


def test_un_pdf_pose_dans_le_texte_d_une_section_est_trouve():
    texte = f'<text mediaType="application/pdf" representation="B64">{exemples.b64(PDF)}</text>'
    document = lire(exemples.niveau_3(f"<section>{texte}</section>"))
    assert pdf_embarque(document) == PDF


def test_un_faux_pdf_n_est_pas_un_pdf():
    document = lire(niveau_1(b"<script>alert(1)</script>", "application/pdf"))
    assert pdf_embarque(document) is None
    assert document.avertissements == (
        "Un fichier annoncé « application/pdf » est en réalité « de type inconnu ».",
    )


def test_un_pdf_mal_annonce_est_un_pdf_et_previent():
    document = lire(narratif("x", entrees=media("p", PDF, "image/jpeg")))
    assert pdf_embarque(document) == PDF
    assert document.avertissements == (
        "Un fichier annoncé « image/jpeg » est en réalité « application/pdf ».",
    )


def test_un_document_sans_pdf_n_en_donne_pas():
    assert pdf_embarque(lire(narratif("x"))) is None
    assert pdf_embarque(lire(octets(clinical_document("")))) is None
    assert pdf_embarque(lire(exemples.niveau_1_texte("%PDF-1.4"))) is None


@pytest.mark.parametrize("contenu", ["pas*du*base64", "A", "é", "===="])
def test_un_base64_faux_previent_sans_refuser(contenu):
    document = lire(narratif("x", entrees=media("p", contenu, "application/pdf")))
    assert isinstance(document.corps, CorpsStructure)
    assert document.corps.medias == ()
    assert document.avertissements == ("Un fichier contenu dans le document est illisible.",)
    seul = lire(exemples.niveau_1_brut(contenu, "application/pdf"))
    assert seul.corps == CorpsNonStructure("application/pdf", b"")
    assert seul.avertissements == ("Le fichier contenu dans le document est illisible.",)


def test_un_base64_aere_ou_sans_remplissage_est_lu():
    aere = "\n   ".join(exemples.b64(PDF).rstrip("="))
    assert pdf_embarque(lire(narratif("x", entrees=media("p", aere, "application/pdf")))) == PDF


def test_un_fichier_compresse_previent():
    entree = media("p", b"\x78\x9c0123456789", "application/pdf")
    entree = entree.replace("representation=", 'compression="DF" representation=')
    document = lire(narratif("x", entrees=entree))
    assert document.avertissements == (
        "Un fichier contenu dans le document est compressé : il n'est pas affiché.",
    )


def test_une_valeur_imprimee_par_accident_ne_dit_rien_d_une_personne():
    document = lire(exemples.document_complet())
    assert "PAT-TROIS" not in repr(document) + repr(document.patient)
