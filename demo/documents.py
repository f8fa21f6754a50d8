"""Small documents of our own: a one-page PDF, and a CDA level 3 with a table."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from xml.sax.saxutils import escape

import pikepdf


def pdf(titre: str, lignes: Sequence[str]) -> bytes:
    """A one-page A4 PDF in Helvetica; text outside Latin-1 is replaced."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    police = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    page = document.pages[0]
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=police))
    morceaux = [b"BT /F1 20 Tf 72 750 Td (" + _texte(titre) + b") Tj /F1 12 Tf 0 -44 Td 20 TL"]
    morceaux += [b"(" + _texte(ligne) + b") Tj T*" for ligne in lignes]
    morceaux.append(b"ET")
    page.Contents = document.make_stream(b"\n".join(morceaux))
    document.docinfo["/Title"] = titre
    sortie = BytesIO()
    # The same document gives the same bytes, so that it is recognised at the next start.
    document.save(sortie, deterministic_id=True)
    return sortie.getvalue()


def _texte(texte: str) -> bytes:
    brut = texte.encode("cp1252", "replace")
    return brut.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def cda_biologie(
    *,
    identifiant: str,
    matricule: str,
    oid: str,
    nom: str,
    prenom: str,
    naissance: str,
    sexe: str,
    date_effet: str,
) -> bytes:
    """A biology report in CDA R2 level 3: one section, one table (dates as YYYYMMDD)."""
    lignes = "".join(
        f"<tr><td>{escape(nom_analyse)}</td><td>{escape(valeur)}</td><td>{escape(reference)}</td></tr>"
        for nom_analyse, valeur, reference in (
            ("Glycémie à jeun", "0,92 g/L", "0,70 à 1,10"),
            ("Hémoglobine", "14,1 g/dL", "13,0 à 17,0"),
            ("Créatinine", "78 µmol/L", "60 à 110"),
        )
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <realmCode code="FR"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <id root="{escape(identifiant)}"/>
  <code code="11502-2" displayName="CR d'examens biologiques" codeSystem="2.16.840.1.113883.6.1"/>
  <title>Bilan sanguin</title>
  <effectiveTime value="{date_effet}"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="fr-FR"/>
  <recordTarget><patientRole>
    <id extension="{matricule}" root="{oid}"/>
    <patient>
      <name><family qualifier="BR">{escape(nom)}</family><given>{escape(prenom)}</given></name>
      <administrativeGenderCode code="{sexe}" codeSystem="2.16.840.1.113883.5.1"/>
      <birthTime value="{naissance.replace("-", "")}"/>
    </patient>
  </patientRole></recordTarget>
  <author><time value="{date_effet}"/><assignedAuthor>
    <id root="1.2.250.1.71.4.2.1" extension="899700900022"/>
    <assignedPerson><name><family>DEMO-HOSPITALIER</family><given>Daniel</given></name></assignedPerson>
  </assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization>
    <id root="1.2.250.1.71.4.2.2" extension="1990009060"/><name>LABORATOIRE DÉMO</name>
  </representedCustodianOrganization></assignedCustodian></custodian>
  <component><structuredBody><component><section>
    <code code="18725-2" codeSystem="2.16.840.1.113883.6.1"/>
    <title>Biochimie et hématologie</title>
    <text>
      <paragraph>Prélèvement veineux, patient à jeun.</paragraph>
      <table>
        <caption>Résultats</caption>
        <thead><tr><th>Analyse</th><th>Résultat</th><th>Valeurs usuelles</th></tr></thead>
        <tbody>{lignes}</tbody>
      </table>
    </text>
  </section></component></structuredBody></component>
</ClinicalDocument>
""".encode()
