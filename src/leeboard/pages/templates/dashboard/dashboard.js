(() => {
  "use strict";
  // A page that is left open is read again, and what changed is put in place: all else,
  // with what is open, scrolled or has the focus, stays the very same elements.
  const every = 60000;
  let readAt = Date.now();

  const inUse = () =>
    document.querySelector("details.act[open]") !== null ||
    String(window.getSelection()) !== "" ||
    document.activeElement.matches("input, select, textarea");

  // Tokens are written anew for each page, and people open and close details.
  const essence = (node) => {
    const copy = node.cloneNode(true);
    const all = copy.querySelectorAll ? copy.querySelectorAll("input[name=csrf], details") : [];
    for (const one of all) {
      one.removeAttribute("value");
      one.removeAttribute("open");
    }
    if (copy.removeAttribute) {
      copy.removeAttribute("open");
    }
    return copy.outerHTML === undefined ? copy.textContent : copy.outerHTML;
  };

  const same = (one, other) => essence(one) === essence(other);

  // Only what holds elements alone is gone through: text beside them has no element.
  const bare = (node) =>
    Array.from(node.childNodes).every((one) => one.nodeType !== 3 || !one.data.trim());

  const alike = (one, other) =>
    bare(one) && bare(other) &&
    one.nodeType === 1 && other.nodeType === 1 && one.tagName === other.tagName &&
    one.id === other.id && one.className === other.className &&
    one.children.length > 0 && one.children.length === other.children.length;

  // Where an element stands below another, and what stands there in its successor.
  const path = (from, to) => {
    const steps = [];
    for (let at = to; at !== from; at = at.parentElement) {
      steps.unshift(Array.prototype.indexOf.call(at.parentElement.children, at));
    }
    return steps;
  };
  const follow = (from, steps) =>
    steps.reduce((at, step) => (at ? at.children[step] : undefined), from);

  const replace = (before, after) => {
    const focused = before.contains(document.activeElement)
      ? path(before, document.activeElement) : null;
    const scrolled = Array.from(before.querySelectorAll(".wide, .story"), (one) => [
      path(before, one), one.scrollLeft, one.scrollTop,
    ]);
    const opened = Array.from(before.querySelectorAll("details[open]"), (one) => path(before, one));
    before.replaceWith(after);
    for (const steps of opened) {
      const one = follow(after, steps);
      if (one && one.tagName === "DETAILS") {
        one.open = true;
      }
    }
    for (const [steps, left, top] of scrolled) {
      const one = follow(after, steps);
      if (one) {
        one.scrollTo(left, top);
      }
    }
    const now = focused && follow(after, focused);
    if (now) {
      now.focus({ preventScroll: true });
    }
  };

  const renew = (before, after) => {
    if (same(before, after)) {
      return;
    }
    if (!alike(before, after) || before.matches("section, table, nav, header")) {
      replace(before, after);
      return;
    }
    const pairs = Array.from(before.children, (one, at) => [one, after.children[at]]);
    for (const [one, other] of pairs) {
      renew(one, other);
    }
  };

  const say = (name) => {
    for (const one of document.querySelectorAll("[data-when]")) {
      one.hidden = one.dataset.when !== name;
    }
  };

  const again = async () => {
    if (document.hidden || inUse()) {
      return;
    }
    let answer;
    try {
      answer = await fetch(location.href, { cache: "no-store" });
    } catch {
      say("gone");
      return;
    }
    if (answer.redirected) {
      say("out");
      return;
    }
    if (!answer.ok) {
      say("gone");
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const before = document.querySelector("main");
    const after = fresh.querySelector("main");
    if (before && after && !inUse()) {
      say("");
      renew(before, after);
      readAt = Date.now();
    }
  };

  // On a phone the strip of sections is wider than the page.
  const strip = document.querySelector(".tabs");
  const tab = strip && strip.querySelector("[aria-current]");
  if (tab) {
    strip.scrollLeft += tab.getBoundingClientRect().right - strip.getBoundingClientRect().right + 40;
  }

  window.setInterval(again, every);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - readAt > every) {
      again();
    }
  });
})();
