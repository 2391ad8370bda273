// The judge's tablet: own keys, every change kept at once, drafts sent and sent again until received.
import { Drafts, forget } from "./judge/drafts.js";
import { Pad } from "./judge/pad.js";
import { startSeatLine } from "./judge/seat.js";

/** Show one state of the line below the seat line. */
function showState(name, facts = {}) {
  const line = document.getElementById("kept");
  for (const part of line.querySelectorAll("[data-state]")) {
    part.hidden = part.dataset.state !== name;
    for (const [slot, text] of Object.entries(facts)) {
      const place = part.querySelector(`[data-slot="${slot}"]`);
      if (place) place.textContent = text;
    }
  }
}

function startSheet(sheet) {
  const drafts = new Drafts(sheet, showState);
  const form = document.querySelector("[data-check]");
  const pad = new Pad(sheet, drafts.marks, () => {
    drafts.keep(pad.marks());
    fill(form, pad.marks(), drafts.key);
  });
  fill(form, pad.marks(), drafts.key);
  drafts.send();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await drafts.send()) form.submit();
  });
}

/** Put the marks and the idempotency key into the form that opens the check page. */
function fill(form, marks, key) {
  form.elements.key.value = key;
  for (const [name, mark] of Object.entries(marks)) form.elements[`mark-${name}`].value = mark;
}

/** Submit without leaving the page while the network is down; the same key makes a second try harmless. */
function startConfirm(form) {
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    showState("sending");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (answer.ok && answer.redirected) window.location.assign(answer.url);
      else form.submit();
    } catch {
      showState("offline");
      button.disabled = false;
    }
  });
}

startSeatLine();
const main = document.getElementById("main");
if (main.dataset.sheet) startSheet(main);
if (main.dataset.submitted) forget(main.dataset.submitted, main.dataset.version);
const submitting = document.querySelector("[data-submit]");
if (submitting) startConfirm(submitting);
