// The judge's tablet: own keys, every change kept at once, drafts sent and sent again until received.
// No imports: the address of a script carries its digest, and that of an import would not.

// ── exact marks ─────────────────────────────────────────────────────────────────────────────────────────

/** How many places follow the point of an exact decimal text: "0.5" → 1, "20" → 0. */
function placesOf(text) {
  const point = text.indexOf(".");
  return point < 0 ? 0 : text.length - point - 1;
}

/** "17.5" with 2 places → 1750. */
function toUnits(text, places) {
  const [whole, part = ""] = text.split(".");
  return Number.parseInt(whole + part.padEnd(places, "0"), 10);
}

/** 1750 with 2 places → "17.50". */
function fromUnits(units, places) {
  if (places === 0) return String(units);
  const digits = String(units).padStart(places + 1, "0");
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** What may be typed for one element: every multiple of the step from 0 to the maximum, each in full. */
class Scale {
  constructor(maximum, step) {
    this.places = Math.max(placesOf(maximum), placesOf(step));
    this.step = toUnits(step, this.places);
    this.maximum = toUnits(maximum, this.places);
    this.whole = [];
    for (let units = 0; units <= this.maximum; units += this.step) this.whole.push(fromUnits(units, this.places));
    this.known = new Set(this.whole);
  }

  /** Whether some mark begins with what is typed, so that a key out of range is never taken. */
  possible(typed) {
    return this.whole.some((mark) => mark.startsWith(typed));
  }

  /** The mark that is typed, in full; "" while it is none yet ("" or the "17.2" of a "17.25"). */
  complete(typed) {
    if (typed === "") return "";
    const mark = fromUnits(toUnits(typed, this.places), this.places);
    return placesOf(typed) <= this.places && this.known.has(mark) ? mark : "";
  }

  /** The keys that can follow; the point key stands for ".5" where halves are the only step. */
  next(typed) {
    return [..."0123456789", this.point].filter((key) => this.possible(typed + key));
  }

  /** What the point key types: ".5" where the step is one half, "." for finer steps. */
  get point() {
    return this.places === 1 && this.step === 5 ? ".5" : ".";
  }
}

/** The sum of exact marks, with the most places any of them has. */
function total(marks) {
  const places = Math.max(0, ...marks.map(placesOf));
  return fromUnits(
    marks.reduce((sum, mark) => sum + toUnits(mark, places), 0),
    places,
  );
}

/** The name of the band in which a mark lies, "" if in none. */
function bandOf(mark, bands) {
  const places = Math.max(placesOf(mark), ...bands.map((band) => Math.max(placesOf(band.low), placesOf(band.high))));
  const units = toUnits(mark, places);
  const found = bands.find((band) => toUnits(band.low, places) <= units && units <= toUnits(band.high, places));
  return found ? found.name : "";
}

// ── the number pad and the list of elements ─────────────────────────────────────────────────────────────

/** One row of the sheet: its scale, its bands, what is typed. */
class Row {
  constructor(button) {
    this.button = button;
    this.key = button.dataset.key;
    this.scale = new Scale(button.dataset.maximum, button.dataset.step);
    this.bands = [...button.querySelectorAll(".band")].map((band) => ({
      name: band.dataset.band,
      low: band.dataset.low,
      high: band.dataset.high,
    }));
    this.empty = slot(button, "mark").textContent;
    this.typed = "";
  }

  get mark() {
    return this.scale.complete(this.typed);
  }

  show(current) {
    const { button, mark } = this;
    button.classList.toggle("element-now", current);
    if (current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    const bare = !current && !mark;
    slot(button, "mark").textContent = current ? this.typed : mark || this.empty;
    slot(button, "mark").parentElement.classList.toggle("mark-none", bare);
    slot(button, "band").textContent = mark ? bandOf(mark, this.bands) : "";
  }
}

function slot(within, name) {
  return within.querySelector(`[data-slot="${name}"]`);
}

/** Types marks into the rows; calls `changed` after every change. */
class Pad {
  constructor(sheet, kept, changed) {
    this.sheet = sheet;
    this.changed = changed;
    this.rows = [...sheet.querySelectorAll(".element")].map((button) => new Row(button));
    for (const row of this.rows) {
      const mark = kept[row.key] ?? row.button.dataset.mark;
      row.typed = row.scale.possible(mark) ? mark : "";
      row.button.addEventListener("click", () => this.select(row));
    }
    sheet.querySelector(".keys").addEventListener("click", (event) => this.press(event.target.closest("button")));
    document.addEventListener("keydown", (event) => this.type(event));
    this.select(this.rows.find((row) => `#${row.button.id}` === window.location.hash) ?? this.firstOpen() ?? this.rows[0]);
  }

  /** Element key → exact mark, or "" where none is typed yet. */
  marks() {
    return Object.fromEntries(this.rows.map((row) => [row.key, row.mark]));
  }

  firstOpen(from = 0) {
    const order = [...this.rows.slice(from), ...this.rows.slice(0, from)];
    return order.find((row) => !row.mark);
  }

  select(row) {
    this.row = row;
    // A mark that is shown again is kept until a key is pressed, which then begins a new one.
    row.typed = row.mark;
    this.fresh = row.typed !== "";
    this.show();
  }

  get prefix() {
    return this.fresh ? "" : this.row.typed;
  }

  press(key) {
    if (!key || key.disabled) return;
    if ("digit" in key.dataset) this.set(this.prefix + key.dataset.digit);
    else if ("delete" in key.dataset) this.set(this.fresh ? "" : this.row.typed.slice(0, -(this.row.typed.endsWith(".5") && this.row.scale.point === ".5" ? 2 : 1)));
    else this.goOn();
  }

  /** A real keyboard, where one is there. */
  type(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const wanted = event.key === "." ? this.row.scale.point : event.key;
    const key =
      event.key === "Backspace"
        ? "[data-delete]"
        : /^([0-9]|\.5?)$/.test(wanted)
          ? `[data-digit="${wanted}"]`
          : null;
    if (key) this.press(this.sheet.querySelector(key));
  }

  set(typed) {
    this.row.typed = typed;
    this.fresh = false;
    this.show();
    this.changed();
  }

  goOn() {
    const place = this.rows.indexOf(this.row);
    this.select(this.firstOpen(place + 1) ?? this.rows[(place + 1) % this.rows.length]);
  }

  show() {
    for (const row of this.rows) row.show(row === this.row);
    this.showKeys();
    this.showWords();
    const done = this.rows.map((row) => row.mark).filter(Boolean);
    slot(this.sheet, "count").textContent = String(done.length);
    slot(this.sheet, "total").textContent = total(done);
    const foot = document.querySelector("[data-check]");
    const left = this.rows.length - done.length;
    foot.querySelector("button").disabled = left > 0;
    foot.querySelector("[data-missing]").hidden = left === 0;
    foot.querySelector("[data-complete]").hidden = left > 0;
    slot(foot, "left").textContent = String(left);
  }

  showKeys() {
    const { scale } = this.row;
    const possible = new Set(scale.next(this.prefix));
    for (const key of this.sheet.querySelectorAll("[data-digit]")) {
      if (key.dataset.digit.startsWith(".")) {
        key.dataset.digit = scale.point;
        key.textContent = scale.point;
      }
      key.disabled = !possible.has(key.dataset.digit);
    }
    this.sheet.querySelector("[data-delete]").disabled = this.row.typed === "";
    this.sheet.querySelector("[data-next]").disabled = this.row.typed !== "" && !this.row.mark;
  }

  showWords() {
    const words = this.sheet.querySelector(".pad-now");
    const { row } = this;
    slot(words, "now").textContent = slot(row.button, "name").textContent;
    slot(words, "maximum").textContent = row.button.dataset.maximum;
    const keys = row.scale.next(this.prefix);
    const typing = this.prefix !== "" && keys.length > 0;
    words.querySelector("[data-typing]").hidden = !typing;
    words.querySelector("[data-ready]").hidden = typing;
    slot(words, "typed").textContent = this.prefix;
    slot(words, "keys").textContent = keys.join(" ");
    slot(words, "step").textContent = row.button.dataset.step;
  }
}

// ── what is typed, on its way to the server ─────────────────────────────────────────────────────────────

const WAITS = [2000, 4000, 8000, 15000];

function nameOf(sheet, version) {
  return `gongxuan:sheet:${sheet}:${version}`;
}

/** Remove what was kept of a submitted sheet. */
function forget(sheet, version) {
  window.localStorage.removeItem(nameOf(sheet, version));
}

/** 128 random bits as text; works on a plain HTTP address too, where randomUUID is missing. */
function newKey() {
  return [...window.crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function clock() {
  return document.querySelector(".seat-line [data-slot=time]").textContent;
}

/** The marks of one sheet on their way: kept here first, then received there. */
class Drafts {
  constructor(sheet, show) {
    const { dataset } = sheet;
    this.name = nameOf(dataset.sheet, dataset.version);
    this.url = dataset.draft;
    this.version = Number(dataset.version);
    this.show = show;
    this.tries = 0;
    this.since = "";
    const kept = JSON.parse(window.localStorage.getItem(this.name) ?? "null");
    const server = Number(dataset.sequence);
    const newer = kept !== null && kept.sequence > server;
    this.key = kept?.key ?? newKey();
    this.sequence = newer ? kept.sequence : server;
    this.received = server;
    this.marks = newer ? kept.marks : {};
    window.addEventListener("online", () => this.send());
  }

  /** Keep every mark on the tablet, then send. */
  keep(marks) {
    this.marks = marks;
    this.sequence += 1;
    window.localStorage.setItem(this.name, JSON.stringify({ key: this.key, sequence: this.sequence, marks }));
    this.send();
  }

  /** Send what was not received yet; true once everything was. One request at a time. */
  send() {
    this.sending ??= this.sendAll().finally(() => {
      this.sending = undefined;
    });
    return this.sending;
  }

  /** Send the newest marks even if they were received before: true shows that the server can be reached now. */
  sendAgain(marks) {
    this.marks = marks;
    this.received = this.sequence - 1;
    return this.send();
  }

  async sendAll() {
    window.clearTimeout(this.waiting);
    while (this.sequence > this.received) {
      const { sequence } = this;
      if (!this.since) this.show("sending");
      let answer;
      try {
        answer = await this.put(sequence);
      } catch {
        return this.later();
      }
      if (answer.status >= 500) return this.later();
      if (!answer.ok) {
        this.show(answer.status === 401 || answer.status === 403 ? "signed-out" : "refused");
        return false;
      }
      this.received = sequence;
      this.tries = 0;
      this.since = "";
      this.show("received", { received: clock() });
    }
    return true;
  }

  put(sequence) {
    const token = document.querySelector('meta[name="csrf-token"]');
    const giveUp = new AbortController();
    window.setTimeout(() => giveUp.abort(), 10000);
    return fetch(this.url, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": token ? token.content : "" },
      body: JSON.stringify({ version: this.version, sequence, marks: this.marks }),
      signal: giveUp.signal,
    });
  }

  later() {
    this.since = this.since || clock();
    this.show("offline", { since: this.since });
    this.waiting = window.setTimeout(() => this.send(), WAITS[Math.min(this.tries, WAITS.length - 1)]);
    this.tries += 1;
    return false;
  }
}

// ── the pages ────────────────────────────────────────────────────────────────────────────────────────
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
    if (await drafts.sendAgain(pad.marks())) form.submit();
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

const main = document.getElementById("main");
if (main.dataset.sheet) startSheet(main);
if (main.dataset.submitted) forget(main.dataset.submitted, main.dataset.version);
const submitting = document.querySelector("[data-submit]");
if (submitting) startConfirm(submitting);
