// The seat line of every tablet page: the server's clock, the battery, the size of the letters.

const SIZES = ["normal", "large", "very-large"];
const CHOSEN = "gongxuan:letters";

function fillAll(name, text) {
  for (const place of document.querySelectorAll(`[data-slot="${name}"]`)) place.textContent = text;
}

/** The server's time in its own zone, so that a tablet with a wrong clock shows the right one. */
function startClock() {
  const shown = document.querySelector("[data-clock]");
  const ahead = Date.parse(shown.dataset.clock) - Date.now();
  const words = new Intl.DateTimeFormat("en-GB", { hour: "numeric", minute: "2-digit", timeZone: shown.dataset.zone });
  const tick = () => fillAll("time", words.format(new Date(Date.now() + ahead)).replace(/^0(?=\d)/, ""));
  tick();
  window.setInterval(tick, 5000);
}

/** The battery in words, where the browser tells. */
async function startBattery() {
  if (!navigator.getBattery) return;
  const battery = await navigator.getBattery();
  const show = () => fillAll("battery", String(Math.round(battery.level * 100)));
  show();
  battery.addEventListener("levelchange", show);
  document.querySelector("[data-battery]").hidden = false;
}

function startSizes() {
  const button = document.querySelector("[data-size-switch]");
  const words = [...document.querySelectorAll("[data-size-words] > span")].map((word) => word.textContent);
  const show = (size) => {
    document.documentElement.dataset.letters = size;
    fillAll("size", words[SIZES.indexOf(size)]);
  };
  const kept = window.localStorage.getItem(CHOSEN);
  show(SIZES.includes(kept) ? kept : "large");
  button.addEventListener("click", () => {
    const size = SIZES[(SIZES.indexOf(document.documentElement.dataset.letters) + 1) % SIZES.length];
    window.localStorage.setItem(CHOSEN, size);
    show(size);
  });
  button.hidden = false;
}

startClock();
startSizes();
startBattery();
