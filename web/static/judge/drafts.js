// What is typed stays on the tablet at once and goes to the server as a draft, again and again until received.

const WAITS = [2000, 4000, 8000, 15000];

function nameOf(sheet, version) {
  return `gongxuan:sheet:${sheet}:${version}`;
}

/** Remove what was kept of a submitted sheet. */
export function forget(sheet, version) {
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
export class Drafts {
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
