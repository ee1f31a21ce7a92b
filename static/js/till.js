// The till: adds up while the keeper chooses, counts a scanned barcode, finds goods by name. The form works without it.
const form = document.querySelector("[data-till]");

function number(input) {
  return /^[0-9]{1,4}$/.test(input.value) ? Number(input.value) : 0;
}

function start() {
  const balance = Number(form.dataset.balance);
  const bar = form.querySelector("[data-bar]");
  const total = form.querySelector("[data-total]");
  const rest = form.querySelector("[data-rest]");
  const find = form.querySelector("[data-find-input]");
  const nothing = form.querySelector("[data-nothing]");
  const goods = [...form.querySelectorAll("[data-goods]")].map((card) => ({
    card,
    input: card.querySelector("input"),
    points: Number(card.dataset.points),
    words: card.dataset.words,
    barcode: card.dataset.barcode,
  }));

  function addUp() {
    const sum = goods.reduce((all, item) => all + item.points * number(item.input), 0);
    const short = sum - balance;
    total.textContent = String(sum);
    rest.textContent = (short > 0 ? rest.dataset.shortText : rest.dataset.leftText).replace("{n}", String(Math.abs(short)));
    bar.classList.toggle("is-short", short > 0);
    for (const item of goods) {
      item.card.classList.toggle("is-chosen", number(item.input) > 0);
    }
  }

  function add(item) {
    item.input.stepUp();
    item.input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function filter() {
    const wanted = find.value.trim().toLowerCase();
    let shown = 0;
    for (const item of goods) {
      const fits = !wanted || item.words.includes(wanted) || item.barcode === wanted;
      item.card.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    for (const group of form.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector("[data-goods]:not([hidden])");
    }
    nothing.hidden = shown > 0;
  }

  form.addEventListener("input", (event) => (event.target === find ? filter() : addUp()));
  form.addEventListener("click", (event) => {
    const picture = event.target.closest("[data-add]");
    if (picture) {
      add(goods.find((item) => item.card.contains(picture)));
    }
  });
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") {
      return;
    }
    // A scanner types the barcode and Enter: count it, and be ready for the next one. Enter never redeems.
    event.preventDefault();
    const wanted = find.value.trim().toLowerCase();
    const fitting = goods.filter((item) => item.barcode && item.barcode === wanted);
    const visible = goods.filter((item) => !item.card.hidden);
    const found = fitting[0] ?? (wanted && visible.length === 1 ? visible[0] : null);
    if (found) {
      add(found);
      find.value = "";
      filter();
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches(".stepper-value")) {
      event.preventDefault();
    }
  });
  for (const item of goods) {
    item.input.addEventListener("focus", () => item.input.select());
  }
  form.querySelector("[data-find]").hidden = false;
  addUp();
}

if (form) {
  start();
}
