// The till says whether the line is up: the browser's own word, checked against the server every 20 seconds.
const sign = document.querySelector("[data-line]");
const text = sign?.querySelector("[data-line-text]");

function show(up) {
  const words = up ? sign.dataset.online : sign.dataset.offline;
  if (text.textContent !== words) {
    text.textContent = words;
  }
  sign.classList.toggle("is-down", !up);
  sign.hidden = false;
}

async function check() {
  if (!navigator.onLine) {
    show(false);
    return;
  }
  try {
    const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(5000) });
    show(answer.ok);
  } catch {
    show(false);
  }
}

if (sign) {
  window.addEventListener("online", check);
  window.addEventListener("offline", check);
  setInterval(check, 20000);
  check();
}
