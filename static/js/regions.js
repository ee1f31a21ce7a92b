// Regions: each list is filled when the one before it is picked; without this script a button does it.
const form = document.querySelector("form[data-regions]");
if (form) {
  form.querySelector("[data-without-script]")?.remove();
  const names = ["province", "county", "town", "village"];
  const lists = names.map((name) => form.elements[name]);
  let latest = 0;

  const option = ([value, label]) => new Option(label, value);

  const fill = (list, groups) => {
    const kept = list.value;
    list.replaceChildren();
    for (const { group, options } of groups) {
      if (!group || groups.length === 1) {
        list.append(...options.map(option));
        continue;
      }
      const element = document.createElement("optgroup");
      element.label = group;
      element.append(...options.map(option));
      list.append(element);
    }
    list.value = kept;
    if (list.selectedIndex < 0) {
      list.selectedIndex = 0;
    }
  };

  lists.slice(0, -1).forEach((list, index) => {
    list.addEventListener("change", async () => {
      const mine = (latest += 1);
      for (const below of lists.slice(index + 1)) {
        below.value = "";
        below.setAttribute("aria-busy", "true");
      }
      const picked = new URLSearchParams(lists.slice(0, index + 1).map((one) => [one.name, one.value]));
      try {
        const answer = await fetch(`${form.dataset.regions}?${picked}`, { headers: { Accept: "application/json" } });
        if (answer.ok && mine === latest) {
          const levels = await answer.json();
          lists.slice(index + 1).forEach((below) => fill(below, levels[below.name]));
        }
      } finally {
        for (const below of lists.slice(index + 1)) {
          below.removeAttribute("aria-busy");
        }
      }
    });
  });
}
