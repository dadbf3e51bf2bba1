(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  document.addEventListener("DOMContentLoaded", () => {
    const cards = Array.from(document.querySelectorAll("tbody.card"));
    const filters = Array.from(document.querySelectorAll("button.tally"));
    const find = document.getElementById("find");
    const segment = document.getElementById("segment");
    const all = document.getElementById("all");
    const shown = document.getElementById("shown");
    const name = (card) => card.querySelector("button.name");

    const open = (card, wanted) => {
      card.classList.toggle("open", wanted);
      name(card).setAttribute("aria-expanded", String(wanted));
    };

    const filter = () => {
      const states = filters
        .filter((button) => button.getAttribute("aria-pressed") === "true")
        .map((button) => button.dataset.filter);
      const text = find ? find.value.trim().toLowerCase() : "";
      const part = segment ? segment.value : "*";
      let count = 0;
      for (const card of cards) {
        const fits =
          (states.length === 0 || states.includes(card.dataset.state)) &&
          (part === "*" || part === card.dataset.segment) &&
          (text === "" || name(card).textContent.toLowerCase().includes(text));
        card.hidden = !fits;
        count += fits ? 1 : 0;
      }
      if (shown) {
        shown.textContent =
          count === cards.length ? "" : `Showing ${count} of ${cards.length}`;
      }
    };

    for (const card of cards) {
      open(card, false);
      card.querySelector("tr.head").addEventListener("click", (event) => {
        const picked = String(window.getSelection());
        if (picked === "" || event.target.closest("button")) {
          open(card, !card.classList.contains("open"));
        }
      });
    }
    for (const button of filters) {
      button.addEventListener("click", () => {
        const on = button.getAttribute("aria-pressed") === "true";
        button.setAttribute("aria-pressed", String(!on));
        filter();
      });
    }
    if (find) {
      find.addEventListener("input", filter);
      document.addEventListener("keydown", (event) => {
        const typing = event.target.closest("input, select, textarea");
        if (event.key === "/" && !typing) {
          event.preventDefault();
          find.focus();
        } else if (event.key === "Escape" && event.target === find) {
          find.value = "";
          filter();
        }
      });
    }
    if (segment) {
      segment.addEventListener("change", filter);
    }
    if (all) {
      all.addEventListener("click", () => {
        const wanted = all.getAttribute("aria-pressed") !== "true";
        all.setAttribute("aria-pressed", String(wanted));
        all.textContent = wanted ? "Collapse all" : "Expand all";
        for (const card of cards) {
          open(card, wanted);
        }
      });
    }
  });
})();
