// Goes on as soon as the phone has answered. Without it, the button does the same.
const formulaire = document.getElementById("suite");
const guetter = async () => {
  try {
    const reponse = await fetch(formulaire.dataset.etat, { cache: "no-store" });
    const { etat } = await reponse.json();
    if (etat !== "en_attente") {
      formulaire.requestSubmit(document.getElementById("continuer"));
      return;
    }
  } catch {
    // The server is restarting: keep waiting.
  }
  setTimeout(guetter, 1000);
};
setTimeout(guetter, 1000);
