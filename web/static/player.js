// The player of one recording: chapters and findings seek, keys jump, the needle follows.

const player = document.querySelector("[data-player]");

if (player) {
  const clock = document.querySelector("[data-player-clock]");
  const into = document.querySelector('.player-bar [data-slot="into"]');
  const needle = document.querySelector("[data-needle]");
  const chapters = [...document.querySelectorAll("[data-from]")];
  const started = Date.parse(clock.dataset.started);
  const zone = clock.dataset.zone;
  const format = { hour: "numeric", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone };
  const words = new Intl.DateTimeFormat("en-GB", format);

  const seek = (seconds) => {
    player.currentTime = Math.min(Math.max(0, seconds), player.duration || seconds);
    show();
  };

  const here = () => chapters.findLastIndex((chapter) => Number(chapter.dataset.from) <= player.currentTime + 0.05);

  function show() {
    const now = player.currentTime;
    into.textContent = `${Math.floor(now / 60)}:${String(Math.floor(now % 60)).padStart(2, "0")}`;
    if (!Number.isNaN(started)) clock.textContent = words.format(new Date(started + now * 1000)).replace(/^0(?=\d)/, "");
    const current = here();
    chapters.forEach((chapter, place) => {
      if (place === current) chapter.setAttribute("aria-current", "true");
      else chapter.removeAttribute("aria-current");
    });
    if (needle && player.duration) {
      const { left, right } = needle.dataset;
      needle.setAttribute("transform", `translate(${((right - left) * now) / player.duration} 0)`);
    }
  }

  const KEYS = {
    j: () => seek(player.currentTime - 10),
    l: () => seek(player.currentTime + 10),
    "[": () => seek(Number(chapters[Math.max(0, here() - 1)]?.dataset.from ?? 0)),
    "]": () => seek(Number(chapters[Math.min(chapters.length - 1, here() + 1)]?.dataset.from ?? player.currentTime)),
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-seek]");
    if (!link) return;
    event.preventDefault();
    seek(Number(link.dataset.seek));
    player.scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
    const jump = KEYS[event.key.toLowerCase()];
    if (!jump) return;
    event.preventDefault();
    jump();
  });
  for (const name of ["timeupdate", "seeked", "loadedmetadata"]) player.addEventListener(name, show);
}
