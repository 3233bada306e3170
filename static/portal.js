"use strict";
// Comforts that forms do without: no second click while one is on its way, and a word when a request failed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
  setTimeout(again, 8000);
});
// Back from the next page, or after a download: the form may be sent again.
const again = () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
};
window.addEventListener("pageshow", again);
// A form that came back with a mistake is left for the payment page: who comes back is not asked to send it again.
for (const page of document.querySelectorAll("[data-address]")) history.replaceState(null, "", page.dataset.address);
const trouble = (shown) => {
  const box = document.getElementById("trouble");
  if (box) box.hidden = !shown;
};
document.addEventListener("htmx:before:request", () => trouble(false));
document.addEventListener("htmx:error", () => trouble(true));
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail.ctx.response.status >= 500) trouble(true);
});
if ("serviceWorker" in navigator && window.isSecureContext) navigator.serviceWorker.register("/sw.js");
