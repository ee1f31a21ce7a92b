// A node's camera reads the code on a packing slip into the field; without it the code is typed, or scanned by the phone itself.
const form = document.querySelector("[data-scan-form]");

function offer() {
  const start = form.querySelector("[data-scan-start]");
  const view = form.querySelector("[data-scan-view]");
  const field = form.querySelector("[data-scan-into]");
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  let stream = null;

  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    view.hidden = true;
  }

  async function look() {
    if (!stream) {
      return;
    }
    const found = await detector.detect(view).catch(() => []);
    const code = found.map((one) => /YG-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9]{1,2}/.exec(one.rawValue)?.[0]).find(Boolean);
    if (code) {
      stop();
      field.value = code;
      form.querySelector("button[type=submit]").focus();
      return;
    }
    requestAnimationFrame(look);
  }

  start.hidden = false;
  start.addEventListener("click", async () => {
    if (stream) {
      stop();
      return;
    }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      start.hidden = true;
      return;
    }
    view.srcObject = stream;
    view.hidden = false;
    await view.play();
    look();
  });
  addEventListener("pagehide", stop);
}

if (form && "BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia) {
  offer();
}
