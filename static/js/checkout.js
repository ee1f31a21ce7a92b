// Checkout: when a region is picked, the lists below it and the sums come fresh from the server; without this script a
// button does it. What was typed stays where it is.
const form = document.querySelector("form[data-checkout]");
if (form) {
  form.querySelector("[data-without-script]")?.remove();
  let latest = 0;

  const below = (list) => {
    const lists = [...form.querySelectorAll("select[data-fresh]")];
    return lists.slice(lists.indexOf(list) + 1);
  };

  form.addEventListener("change", async (event) => {
    const list = event.target;
    if (!list.matches("select[data-opens], [name='way']")) {
      return;
    }
    const mine = (latest += 1);
    const waiting = list.matches("select") ? below(list) : [];
    for (const one of waiting) {
      one.setAttribute("aria-busy", "true");
    }
    const sent = new FormData(form);
    sent.set("action", "open");
    for (const one of waiting) {
      sent.set(one.name, "");
    }
    try {
      // Buttons are called "action", which hides the form's own property of that name.
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: sent });
      if (!answer.ok || mine !== latest) {
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const old of form.querySelectorAll("[data-fresh]")) {
        const fresh = page.getElementById(old.id);
        if (fresh && old !== list) {
          const focused = old.contains(document.activeElement);
          old.replaceWith(fresh);
          if (focused) {
            // Whoever went on by key stays where they are: at the same list, or at the button that orders.
            (fresh.matches("select, input") ? fresh : fresh.querySelector("button"))?.focus();
          }
        }
      }
    } finally {
      for (const one of waiting) {
        one.removeAttribute("aria-busy");
      }
    }
  });
}
