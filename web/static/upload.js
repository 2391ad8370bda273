// A hearing's video handed in from the room: chosen, sent in one stream with progress, and tried again by hand.

const UNITS = [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]];
const panel = document.querySelector("[data-upload]");
const picker = panel.querySelector("[data-file]");
const words = panel.querySelector("[data-say-broken]").dataset;
let task = null; // what is chosen: file, address, number, request while it is being sent

function fill(name, text) {
  for (const place of panel.querySelectorAll(`[data-slot="${name}"]`)) place.textContent = text;
}

function size(octets) {
  const [unit, scale] = UNITS.find(([, from]) => octets >= from) ?? ["B", 1];
  const figure = octets / scale;
  return `${figure < 10 && scale > 1 ? figure.toFixed(1) : Math.round(figure)} ${unit}`;
}

function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Show one of the panel's parts: choose, sending, done, failed. */
function show(part) {
  for (const name of ["choose", "sending", "done", "failed"]) panel.querySelector(`[data-${name}]`).hidden = name !== part;
  panel.hidden = part === "";
}

function choose(button) {
  if (task?.request) {
    panel.scrollIntoView({ block: "nearest" });
    return;
  }
  task = { address: button.dataset.film, number: button.dataset.number, called: button.dataset.called ?? "" };
  picker.value = "";
  picker.click();
}

function chosen() {
  const [file] = picker.files;
  if (!file || !task) return;
  task.file = file;
  fill("number", task.number);
  fill("file", file.name);
  fill("size", size(file.size));
  panel.querySelector("[data-began]").value = task.called.slice(11);
  show("choose");
  panel.scrollIntoView({ block: "nearest" });
}

function report(event, begun) {
  const seconds = (Date.now() - begun) / 1000;
  const rate = seconds > 0 ? event.loaded / seconds : 0;
  panel.querySelector("progress").value = (event.loaded / event.total) * 1000;
  fill("percent", String(Math.floor((event.loaded / event.total) * 100)));
  fill("whole", size(event.total));
  fill("rate", size(rate));
  fill("rest", rate > 0 ? clock((event.total - event.loaded) / rate) : "–");
}

function failed(why) {
  task.request = null;
  fill("why", why);
  show("failed");
}

/** The server's own sentences, if it answered with any. */
function sentences(request) {
  try {
    return JSON.parse(request.responseText).problems.map((problem) => problem.text).join(" ");
  } catch {
    return "";
  }
}

function send() {
  const time = panel.querySelector("[data-began]").value;
  const began = time && task.called ? `${task.called.slice(0, 11)}${time.length === 5 ? `${time}:00` : time}` : "";
  const query = new URLSearchParams({ name: task.file.name, began });
  const request = new XMLHttpRequest();
  const begun = Date.now();
  request.open("PUT", `${task.address}?${query}`);
  request.setRequestHeader("X-CSRF-Token", document.querySelector('meta[name="csrf-token"]').content);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.upload.addEventListener("progress", (event) => report(event, begun));
  request.addEventListener("load", () => {
    if (request.status === 201) {
      task = null;
      show("done");
    } else failed(sentences(request) || words.sayBroken);
  });
  request.addEventListener("error", () => failed(words.sayBroken));
  task.request = request;
  show("sending");
  request.send(task.file);
}

function cancel() {
  task?.request?.abort();
  task = null;
  show("");
}

document.addEventListener("click", (event) => {
  const film = event.target.closest("[data-film]");
  if (film) choose(film);
  else if (event.target.closest("[data-cancel]")) cancel();
  else if (event.target.closest("[data-again]")) send();
});
picker.addEventListener("change", chosen);
panel.querySelector("[data-choose]").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
window.addEventListener("beforeunload", (event) => {
  if (task?.request) event.preventDefault();
});
