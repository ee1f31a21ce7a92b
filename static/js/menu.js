// Folding menus close with Escape and, where they lie over the page, with a click elsewhere.
const menus = [...document.querySelectorAll("details.till-menu, details.rail-fold")];

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") {
    return;
  }
  for (const menu of menus) {
    if (menu.open && menu.contains(document.activeElement)) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});

document.addEventListener("click", (event) => {
  for (const menu of menus) {
    if (menu.open && menu.matches(".till-menu") && !menu.contains(event.target)) {
      menu.open = false;
    }
  }
});
