"""Rule coverage: which tests prove which rule (`docs/regles.md`), and which lost theirs.

    python -m tests.couverture_regles           checks, and writes docs/regles.md
    python -m tests.couverture_regles --verifier  checks only, for the continuous integration

A rule is proved by the tests that cite it with `@pytest.mark.regle("R-…")` or a module's
`pytestmark`. A rule that docs/regles.md lists as proved and that no test cites any more is an error,
unless `docs/regles_sans_test.csv` says why.
"""

from __future__ import annotations

import ast
import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

RACINE = Path(__file__).resolve().parents[1]
PAGE = RACINE / "docs" / "regles.md"
SANS_TEST = RACINE / "docs" / "regles_sans_test.csv"
IDENTIFIANT = re.compile(r"R-[A-Z]{2,4}-\d{2}")
ENTETE = """# Rules and the tests that prove them

Written by `bin/check` from the markers `@pytest.mark.regle`; do not edit. A rule is « id → tests »,
or the reason why it has none yet (`docs/regles_sans_test.csv`).

| rule | proved by |
|---|---|
"""


def _regles_citees(noeud: ast.AST) -> set[str]:
    """Rule ids in the arguments of every `….regle(…)` call under the node."""
    citees: set[str] = set()
    for appel in ast.walk(noeud):
        if (
            isinstance(appel, ast.Call)
            and isinstance(appel.func, ast.Attribute)
            and appel.func.attr == "regle"
        ):
            citees |= {
                argument.value
                for argument in appel.args
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            }
    return citees


def _tests(fichier: Path) -> Iterator[tuple[str, set[str]]]:
    """Each test of a file with the rules it cites, its class's and its module's included."""
    module = ast.parse(fichier.read_text(encoding="utf-8"))
    communes: set[str] = set()
    for noeud in module.body:
        if isinstance(noeud, ast.Assign) and any(
            isinstance(cible, ast.Name) and cible.id == "pytestmark" for cible in noeud.targets
        ):
            communes |= _regles_citees(noeud.value)
    yield from _fonctions(module.body, communes, fichier.relative_to(RACINE).as_posix())


def _fonctions(
    corps: list[ast.stmt], heritees: set[str], prefixe: str
) -> Iterator[tuple[str, set[str]]]:
    for noeud in corps:
        if isinstance(noeud, ast.ClassDef):
            propres = set().union(*map(_regles_citees, noeud.decorator_list), heritees)
            yield from _fonctions(noeud.body, propres, f"{prefixe}::{noeud.name}")
        elif isinstance(noeud, ast.FunctionDef) and noeud.name.startswith("test_"):
            propres = set().union(*map(_regles_citees, noeud.decorator_list), heritees)
            yield f"{prefixe}::{noeud.name}", propres


def couverture() -> dict[str, list[str]]:
    """Rule id → names of the tests that cite it."""
    trouvees: dict[str, list[str]] = {}
    for fichier in sorted((RACINE / "tests").rglob("test_*.py")):
        for nom, regles in _tests(fichier):
            for regle in regles:
                trouvees.setdefault(regle, []).append(nom)
    return trouvees


def sans_test() -> dict[str, str]:
    """Rule id → why no test proves it yet."""
    with SANS_TEST.open(encoding="utf-8", newline="") as flux:
        return {ligne["regle"]: ligne["raison"] for ligne in csv.DictReader(flux)}


def prouvees_avant() -> set[str]:
    """The rules that docs/regles.md lists as proved."""
    if not PAGE.exists():
        return set()
    prouvees = set()
    for ligne in PAGE.read_text(encoding="utf-8").splitlines():
        morceaux = ligne.split("|")
        if len(morceaux) > 2 and IDENTIFIANT.fullmatch(morceaux[1].strip()) and "`" in morceaux[2]:
            prouvees.add(morceaux[1].strip())
    return prouvees


def page(preuves: dict[str, list[str]], raisons: dict[str, str]) -> str:
    lignes = []
    for regle in sorted(set(preuves) | set(raisons)):
        if regle in preuves:
            noms = sorted(set(preuves[regle]))
            montres = " · ".join(f"`{nom.removeprefix('tests/')}`" for nom in noms[:3])
            suite = f" · and {len(noms) - 3} more" if len(noms) > 3 else ""
            lignes.append(f"| {regle} | {montres}{suite} |")
        else:
            lignes.append(f"| {regle} | no test yet: {raisons[regle]} |")
    return ENTETE + "\n".join(lignes) + "\n"


def main(arguments: list[str]) -> int:
    preuves, raisons = couverture(), sans_test()
    mal_ecrites = sorted(regle for regle in preuves if not IDENTIFIANT.fullmatch(regle))
    perdues = sorted(prouvees_avant() - set(preuves) - set(raisons))
    for regle in mal_ecrites:
        print(f"règle mal écrite : {regle} ({preuves[regle][0]})", file=sys.stderr)
    for regle in perdues:
        print(f"{regle} a perdu ses tests", file=sys.stderr)
    if mal_ecrites or perdues:
        return 1
    neuve = page(preuves, raisons)
    if "--verifier" in arguments:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != neuve:
            print("docs/regles.md n'est plus à jour : lancez bin/check", file=sys.stderr)
            return 1
    else:
        PAGE.write_text(neuve, encoding="utf-8")
    print(f"{len(preuves)} règles prouvées, {len(set(raisons) - set(preuves))} expliquées")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
