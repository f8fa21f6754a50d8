// Announces the end of the session and extends it by a click. Without this file, the next request
// says that the session has ended, and a form sent too late is given back after the log-in.
const dialogue = document.getElementById("annonce-session");

if (dialogue) {
  const avant = dialogue.querySelector("[data-avant-fin]");
  const apres = dialogue.querySelector("[data-apres-fin]");
  const compte = dialogue.querySelector("[data-compte]");
  const voix = dialogue.querySelector("[data-annonce-vocale]");
  const annonce = Number(dialogue.dataset.annonce);
  let fin = Date.now() + Number(dialogue.dataset.reste) * 1000;
  let minuterie;
  let formulaire = null;
  let dit = null;

  document.addEventListener("input", ({ target }) => {
    const modifie = target.closest("form");
    if (modifie && modifie.method === "post" && !dialogue.contains(modifie)) formulaire = modifie;
  });

  const restant = () => Math.ceil((fin - Date.now()) / 1000);

  const enClair = (secondes) => {
    if (secondes < 60) return `${secondes} seconde${secondes > 1 ? "s" : ""}`;
    const minutes = Math.ceil(secondes / 60);
    return `${minutes} minute${minutes > 1 ? "s" : ""}`;
  };

  const relire = async (adresse, options = {}) => {
    const reponse = await fetch(adresse, {
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      redirect: "manual",
      ...options,
    });
    return reponse.ok ? (await reponse.json()).reste : 0;
  };

  const repousser = (secondes) => {
    fin = Date.now() + secondes * 1000;
    dit = null;
    if (secondes > annonce && dialogue.open) dialogue.close();
    dialogue.querySelector("[data-maximum]").hidden = secondes > annonce;
    tourner();
  };

  const terminer = () => {
    avant.hidden = true;
    apres.hidden = false;
    dialogue.setAttribute("aria-labelledby", apres.querySelector("h2").id);
    if (!dialogue.open) dialogue.showModal();
    voix.textContent = "Votre session a pris fin.";
    apres.querySelector("button").focus();
  };

  // Another tab may have kept the session alive: the server knows.
  const verifier = async (sinon) => {
    try {
      const reste = await relire(dialogue.dataset.etat);
      if (reste > annonce) return repousser(reste);
      if (reste > 0) fin = Date.now() + reste * 1000;
    } catch {
      // Not reachable: what is known here holds.
    }
    return sinon();
  };

  const annoncer = () => {
    if (!dialogue.open) dialogue.showModal();
    minuterie = setInterval(() => {
      const secondes = restant();
      if (secondes <= 0) {
        clearInterval(minuterie);
        verifier(terminer);
        return;
      }
      compte.textContent = enClair(secondes);
      const palier = Math.ceil(secondes / 30);
      if (palier !== dit) {
        dit = palier;
        voix.textContent = `Votre session prend fin dans ${enClair(secondes)}.`;
      }
    }, 1000);
  };

  const tourner = () => {
    clearInterval(minuterie);
    clearTimeout(minuterie);
    const attente = (restant() - annonce) * 1000;
    minuterie = setTimeout(() => verifier(annoncer), Math.max(attente, 0));
  };

  dialogue.querySelector("[data-prolonger]").addEventListener("submit", async (evenement) => {
    evenement.preventDefault();
    const envoye = evenement.target;
    try {
      const reste = await relire(envoye.action, { method: "POST", body: new FormData(envoye) });
      if (reste > 0) return repousser(reste);
      terminer();
    } catch {
      envoye.submit();
    }
  });

  // Sent too late on purpose: the server keeps what was written and gives it back (see above).
  apres.querySelector("button").addEventListener("click", () => {
    if (formulaire) HTMLFormElement.prototype.submit.call(formulaire);
    else location.assign(`${dialogue.dataset.connexion}?next=${encodeURIComponent(location.pathname + location.search)}`);
  });

  dialogue.addEventListener("cancel", (evenement) => {
    if (!apres.hidden) evenement.preventDefault();
  });

  tourner();
}
