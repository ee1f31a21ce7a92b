// Forms: the error summary takes the focus, and a form is sent once however often the button is pressed.
const summary = document.querySelector("[data-focus]");
if (summary) {
  summary.focus();
}

for (const link of document.querySelectorAll(".error-summary a[href^='#']")) {
  link.addEventListener("click", (event) => {
    const control = document.getElementById(link.hash.slice(1));
    if (control) {
      event.preventDefault();
      control.focus();
      control.scrollIntoView({ block: "center" });
    }
  });
}

const sending = new WeakSet();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) {
    return;
  }
  if (sending.has(form)) {
    event.preventDefault();
    return;
  }
  sending.add(form);
  setTimeout(() => sending.delete(form), 15000);
  // The button stays enabled so that its name and value are sent; it only says that it is busy.
  event.submitter?.setAttribute("aria-busy", "true");
});

// A page brought back by the Back button starts afresh.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    for (const form of document.forms) {
      sending.delete(form);
    }
    for (const button of document.querySelectorAll("[aria-busy='true']")) {
      button.removeAttribute("aria-busy");
    }
  }
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
