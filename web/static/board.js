// A live board or desk: the server's clock by the second, and a plain word when the page is not live any more.

const clockWords = new Map();

/** The server's time in its own zone; the difference to this machine's clock is taken from the newest block. */
function tick() {
  for (const shown of document.querySelectorAll("[data-clock]")) {
    shown.ahead ??= Date.parse(shown.dataset.clock) - Date.now();
    const zone = shown.dataset.zone;
    if (!clockWords.has(zone)) {
      const format = { hour: "numeric", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone };
      clockWords.set(zone, new Intl.DateTimeFormat("en-GB", format));
    }
    shown.textContent = clockWords.get(zone).format(new Date(Date.now() + shown.ahead)).replace(/^0(?=\d)/, "");
  }
}

function showLive(live) {
  const notice = document.querySelector("[data-not-live]");
  if (!notice || notice.hidden === live) return;
  notice.hidden = live;
  const clock = document.querySelector("[data-clock]");
  if (!live) notice.querySelector('[data-slot="since"]').textContent = clock ? clock.textContent : "";
}

document.addEventListener("htmx:sse:after:connection", () => showLive(true));
document.addEventListener("htmx:sse:error", () => showLive(false));
tick();
window.setInterval(tick, 1000);
