// Typing an amount of one's own chooses “another amount”; choosing a suggested one clears what was typed.
const own = document.querySelector(".give #own_amount");
const choices = document.querySelectorAll(".give input[name='choice']");

if (own) {
  own.addEventListener("input", () => {
    for (const choice of choices) {
      choice.checked = own.value !== "" && choice.value === "other";
    }
  });
  for (const choice of choices) {
    choice.addEventListener("change", () => {
      if (choice.value === "other") {
        own.focus();
      } else {
        own.value = "";
      }
    });
  }
}
