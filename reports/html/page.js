// Filter and search of the findings. Their state stands in the address (#find?state=FAIL&q=latency), so that a view can be
// shared and the back button works. Without this script the page is complete; only this convenience is missing.
(() => {
  "use strict";
  const finder = document.querySelector(".finder");
  if (!finder) return;

  const START = "#find?";
  const search = finder.querySelector("input");
  const selects = [...finder.querySelectorAll("select")];
  const status = finder.querySelector("[role=status]");
  const findings = [...document.querySelectorAll(".finding")].map((element) => {
    const [severity, ...flags] = element.querySelector(".tags").textContent.split(" · ");
    const waived = flags.includes("waived") ? "yes" : "no";
    return { element, text: "", is: { severity, waived, ...element.closest(".category").dataset, ...element.dataset } };
  });

  const read = () => new URLSearchParams(location.hash.startsWith(START) ? location.hash.slice(START.length) : "");

  const wanted = () => {
    const choice = new URLSearchParams();
    for (const select of selects) if (select.value) choice.set(select.name, select.value);
    if (search.value.trim()) choice.set("q", search.value.trim());
    return choice;
  };

  const matches = (finding, choice, words) => {
    if (selects.some(({ name }) => choice.has(name) && finding.is[name] !== choice.get(name))) return false;
    if (!words.length) return true;
    finding.text ||= finding.element.textContent.toLowerCase();
    return words.every((word) => finding.text.includes(word));
  };

  const show = (choice) => {
    const words = (choice.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const finding of findings) {
      const visible = matches(finding, choice, words);
      finding.element.hidden = !visible;
      shown += visible;
    }
    for (const category of document.querySelectorAll(".category")) {
      category.hidden = !category.querySelector(".finding:not([hidden])");
    }
    status.textContent = `${shown} of ${findings.length} shown`;
  };

  const fill = (choice) => {
    for (const select of selects) {
      select.value = choice.get(select.name) ?? "";
      if (select.selectedIndex < 0) select.value = ""; // an address from another report
    }
    search.value = choice.get("q") ?? "";
  };

  // A choice is a step of the history, typing is not: going back must not undo letter by letter.
  const remember = (choice, step) => {
    const address = choice.size ? START + choice : location.pathname + location.search;
    if (step) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
    show(choice);
  };

  // A link to a finding that the filter hides must still lead there.
  const reveal = () => {
    const finding = document.getElementById(location.hash.slice(1))?.closest(".finding");
    if (!finding) return;
    if (finding.hidden) {
      fill(new URLSearchParams());
      show(new URLSearchParams());
    }
    finding.open = true;
    finding.scrollIntoView();
  };

  const follow = () => {
    if (!location.hash || location.hash.startsWith(START)) {
      fill(read());
      show(wanted());
    } else {
      reveal();
    }
  };

  for (const select of selects) select.addEventListener("change", () => remember(wanted(), true));
  search.addEventListener("input", () => remember(wanted(), false));
  finder.querySelector("button").addEventListener("click", () => {
    fill(new URLSearchParams());
    remember(wanted(), true);
    search.focus();
  });
  addEventListener("hashchange", follow);

  document.querySelector(".filter").hidden = true;
  document.getElementById("show-all").checked = true;
  finder.hidden = false;
  show(new URLSearchParams());
  follow();
})();

// Paper has no arrows to click: everything is open in print, and as it was afterwards.
(() => {
  "use strict";
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });
})();
