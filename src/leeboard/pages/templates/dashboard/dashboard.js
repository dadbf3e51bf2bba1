(() => {
  "use strict";
  // A page that is being read stays as it is; one that is left open is read again.
  const quiet = 60000;
  const busy = () =>
    document.hidden ||
    document.querySelector("details.act[open]") !== null ||
    String(window.getSelection()) !== "" ||
    document.activeElement.matches("input, select, textarea");
  const again = async () => {
    if (busy()) {
      return;
    }
    const answer = await fetch(location.href, { headers: { "X-Refresh": "1" } });
    if (!answer.ok || answer.redirected) {
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const opened = new Set(
      Array.from(document.querySelectorAll("details[open]"), (one) =>
        Array.from(document.querySelectorAll("details")).indexOf(one)
      )
    );
    const before = document.querySelector("main");
    const after = fresh.querySelector("main");
    if (before && after && before.innerHTML !== after.innerHTML) {
      before.replaceChildren(...after.childNodes);
    }
    document.querySelectorAll("details").forEach((one, at) => {
      one.open = opened.has(at);
    });
  };
  window.setInterval(() => again().catch(() => {}), quiet);
})();
