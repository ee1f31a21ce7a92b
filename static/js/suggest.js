// Suggestions while typing: a list under the search field, by arrow keys or touch. Without scripts the field just searches.
const field = document.getElementById("site-search");
const WAIT = 150;
const LONGEST = 100;

function begin(input) {
  const form = input.form;
  const list = document.createElement("ul");
  list.id = "site-suggestions";
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  const told = document.createElement("p");
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  form.append(list, told);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);

  const known = new Map();
  let chosen = -1;
  let timer = 0;
  let asking = null;

  function close() {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(index) {
    const options = list.children;
    if (chosen >= 0) {
      options[chosen].setAttribute("aria-selected", "false");
    }
    chosen = index;
    if (index < 0) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    options[index].setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", options[index].id);
  }

  function show(answer) {
    list.replaceChildren(
      ...answer.suggestions.map(({ title, url }, index) => {
        const option = document.createElement("li");
        option.id = `site-suggestion-${index}`;
        option.textContent = title;
        option.dataset.url = url;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        return option;
      }),
    );
    list.setAttribute("aria-label", answer.label);
    told.textContent = answer.status;
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = answer.suggestions.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }

  async function ask() {
    const typed = input.value.trim().slice(0, LONGEST);
    asking?.abort();
    if (!typed) {
      told.textContent = "";
      close();
      return;
    }
    if (!known.has(typed)) {
      asking = new AbortController();
      try {
        const answer = await fetch(`/shop/search/suggest?q=${encodeURIComponent(typed)}`, { signal: asking.signal });
        if (!answer.ok) {
          close();
          return;
        }
        known.set(typed, await answer.json());
      } catch {
        return; // Typed on, or no line: the field searches all the same.
      }
    }
    if (document.activeElement === input && input.value.trim().slice(0, LONGEST) === typed) {
      show(known.get(typed));
    }
  }

  function open(option) {
    location.assign(option.dataset.url);
  }

  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    // While an input method still composes, its Latin letters are not the word.
    if (!event.isComposing) {
      timer = setTimeout(ask, WAIT);
    }
  });
  input.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) {
      return;
    }
    const last = list.children.length - 1;
    if (event.key === "ArrowDown") {
      choose(chosen === last ? -1 : chosen + 1);
    } else if (event.key === "ArrowUp") {
      choose(chosen === -1 ? last : chosen - 1);
    } else if (event.key === "Escape") {
      close();
    } else if (event.key === "Enter" && chosen >= 0) {
      open(list.children[chosen]);
    } else {
      return;
    }
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    asking?.abort();
    close();
  });
  // The press comes before the field loses the focus, the click after it.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("li");
    if (option) {
      open(option);
    }
  });
}

if (field?.form) {
  begin(field);
}
