// Exact marks: a mark is a whole number of 10^-places, written with all its places; no floating point.

/** How many places follow the point of an exact decimal text: "0.5" → 1, "20" → 0. */
export function placesOf(text) {
  const point = text.indexOf(".");
  return point < 0 ? 0 : text.length - point - 1;
}

/** "17.5" with 2 places → 1750. */
export function toUnits(text, places) {
  const [whole, part = ""] = text.split(".");
  return Number.parseInt(whole + part.padEnd(places, "0"), 10);
}

/** 1750 with 2 places → "17.50". */
export function fromUnits(units, places) {
  if (places === 0) return String(units);
  const digits = String(units).padStart(places + 1, "0");
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** What may be typed for one element: every multiple of the step from 0 to the maximum, each in full. */
export class Scale {
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
export function total(marks) {
  const places = Math.max(0, ...marks.map(placesOf));
  return fromUnits(
    marks.reduce((sum, mark) => sum + toUnits(mark, places), 0),
    places,
  );
}

/** The name of the band in which a mark lies, "" if in none. */
export function bandOf(mark, bands) {
  const places = Math.max(placesOf(mark), ...bands.map((band) => Math.max(placesOf(band.low), placesOf(band.high))));
  const units = toUnits(mark, places);
  const found = bands.find((band) => toUnits(band.low, places) <= units && units <= toUnits(band.high, places));
  return found ? found.name : "";
}
