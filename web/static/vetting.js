// Keys of the vetting page: ← and → turn the papers. Typing in a field is never taken for a key.
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target instanceof Element && event.target.closest("input, textarea, select, summary")) return;
  const wanted = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  const link = wanted && document.querySelector(`a[rel="${wanted}"]`);
  if (link) link.click();
});
