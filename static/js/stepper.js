// Minus and plus beside a number field; they keep within its min, max and step.
function refresh(input, buttons) {
  const value = Number(input.value);
  for (const button of buttons) {
    const down = Number(button.dataset.step) < 0;
    const limit = down ? input.min : input.max;
    button.disabled = limit !== "" && (down ? value <= Number(limit) : value >= Number(limit));
  }
}

for (const stepper of document.querySelectorAll("[data-stepper]")) {
  const input = stepper.querySelector("input");
  const buttons = [...stepper.querySelectorAll("[data-step]")];
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      if (Number(button.dataset.step) < 0) {
        input.stepDown();
      } else {
        input.stepUp();
      }
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  input.addEventListener("input", () => refresh(input, buttons));
  refresh(input, buttons);
}
