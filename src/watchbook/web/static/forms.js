// Sends the small forms without leaving the page, and says what went wrong beside the button. The same POST as without scripts.

export function actQuietly(refresh) {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!("quiet" in form.dataset)) return;
    event.preventDefault();
    const button = event.submitter;
    const fields = new URLSearchParams(new FormData(form, button));
    button?.setAttribute("aria-busy", "true");
    form.querySelector("[data-said]")?.remove();
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "application/json" }, redirect: "manual" });
      if (!answer.ok && answer.type !== "opaqueredirect") throw new Error(await reasonOf(answer));
      form.reset();
      document.activeElement?.blur();
      refresh();
    } catch (error) {
      say(form, error.name === "TypeError" ? "Watchbook does not answer. Nothing was done; try again." : error.message);
    } finally {
      button?.removeAttribute("aria-busy");
    }
  });
}

async function reasonOf(answer) {
  try {
    const { error } = await answer.json();
    return `${error.message}. ${error.mend}`;
  } catch {
    return `The server answered ${answer.status}.`;
  }
}

function say(sent, message) {
  // The part around the form may have been made anew while the answer was on its way.
  const form = sent.isConnected ? sent : document.querySelector(`form[action="${CSS.escape(sent.getAttribute("action"))}"]`);
  if (!form) return;
  let place = form.querySelector("[role=alert]");
  if (!place) {
    place = document.createElement("p");
    place.setAttribute("role", "alert");
    place.dataset.said = ""; // stays when the part around it is made anew
    place.className = "because bad";
    form.append(place);
  }
  place.textContent = message;
}
