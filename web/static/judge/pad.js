// The number pad and the list of elements.
import { Scale, bandOf, total } from "./marks.js";

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
export class Pad {
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
