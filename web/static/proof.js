// "Send me a code" without leaving the page, so that nothing typed in the act's form is lost. Without this script the
// button posts the form to /code, and the page comes back empty.
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element && event.target.closest('#proof button[formaction="/code"]');
  if (!button || button.dataset.plain) return;
  event.preventDefault();
  button.disabled = true;
  const sent = new URLSearchParams({
    _csrf: button.form.elements.namedItem("_csrf").value,
    back: button.form.elements.namedItem("back").value,
  });
  const answer = await fetch("/code", { method: "POST", body: sent, redirect: "manual" }).catch(() => null);
  button.disabled = false;
  if (answer && answer.type === "opaqueredirect") {
    window.location.hash = "proof";
    document.getElementById("password").focus();
  } else {
    button.dataset.plain = "1";
    button.form.requestSubmit(button);
  }
});
