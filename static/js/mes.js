// Comfort only: every page works without this file.

// A menu that unfolds folds again: Escape (focus goes back to its button), or a click elsewhere.
const menus = () => document.querySelectorAll("details.menu-depliant[open]");

document.addEventListener("keydown", (evenement) => {
  if (evenement.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("click", (evenement) => {
  for (const menu of menus()) {
    if (!menu.contains(evenement.target)) menu.open = false;
  }
});

// The password shows itself on demand.
for (const bouton of document.querySelectorAll("button[data-reveler]")) {
  const champ = document.getElementById(bouton.dataset.reveler);
  const [ouvert, barre] = bouton.querySelectorAll("svg");
  bouton.hidden = false;
  bouton.addEventListener("click", () => {
    const visible = champ.type === "password";
    champ.type = visible ? "text" : "password";
    bouton.setAttribute("aria-pressed", String(visible));
    ouvert.toggleAttribute("hidden", visible);
    barre.toggleAttribute("hidden", !visible);
  });
}

for (const bouton of document.querySelectorAll("button[data-imprimer]")) {
  bouton.hidden = false;
  bouton.addEventListener("click", () => window.print());
}

// After a refused form, reading starts at what to correct.
document.getElementById("erreurs-formulaire")?.focus();

// The theme: system, light or dark, remembered in this browser only.
const theme = document.getElementById("choix-theme");
if (theme) {
  theme.hidden = false;
  const actuel = document.documentElement.dataset.frTheme ?? "system";
  theme.querySelector(`input[value="${actuel}"]`).checked = true;
  theme.addEventListener("change", ({ target }) => {
    if (target.value === "system") {
      localStorage.removeItem("theme");
      delete document.documentElement.dataset.frTheme;
    } else {
      localStorage.setItem("theme", target.value);
      document.documentElement.dataset.frTheme = target.value;
    }
  });
}
