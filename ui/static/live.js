// Signs are moved, facts left out and places hidden on a reading that the server keeps; parts of the page come back.
// One state for each explanation; the last question wins.
(() => {
  const states = new WeakMap();

  const stateOf = (article) => {
    if (!states.has(article)) {
      states.set(article, { signs: {}, without: [], graph: true, shown: new Set(), fresh: new Set(), asking: null, timer: 0 });
    }
    return states.get(article);
  };

  const tell = (article, sentence) => {
    const problem = article.querySelector(".whatif .problem");
    problem.textContent = sentence;
    problem.hidden = !sentence;
  };

  const findPart = (article, name) => article.querySelector(`[data-part="${CSS.escape(name)}"]`);

  // Replace the parts; what stood open stands open, and the focus stays, or goes to what changed.
  const apply = (article, parts) => {
    const focused = document.activeElement;
    const opened = [...article.querySelectorAll("details[open][id]")].map((item) => item.id);
    let lost = false;
    for (const [name, html] of Object.entries(parts)) {
      const old = findPart(article, name);
      if (!old) continue;
      lost = lost || old.contains(focused);
      const holder = document.createElement("template");
      holder.innerHTML = html.trim();
      old.replaceWith(holder.content);
    }
    for (const id of opened) {
      const item = document.getElementById(id);
      if (item) item.open = true;
    }
    if (lost) {
      const again = focused.id && document.getElementById(focused.id);
      const heading = article.querySelector(".changes h3");
      (again || heading || article.querySelector(".findings summary")).focus({ preventScroll: Boolean(again) });
    }
    for (const said of article.querySelectorAll(".said-now[data-value]")) {
      const range = said.closest(".sign-control").querySelector("input[type=range]");
      if (range !== document.activeElement) range.value = said.dataset.value;
      range.setAttribute("aria-valuetext", said.textContent);
    }
    article.querySelector(".whatif .announce").textContent = article.querySelector(".changes").dataset.summary;
    const state = stateOf(article);
    const touched = Object.keys(state.signs).length || state.without.length || !state.graph;
    article.querySelector(".whatif .reset").hidden = !touched;
    article.dispatchEvent(new CustomEvent("thoracite:parts", { bubbles: true }));
  };

  // What the server says of the kept reading; nothing where it refused, which is told, or where the question is old.
  const post = async (article, path, body, signal) => {
    try {
      const answer = await fetch(`/case/${article.dataset.case}${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal,
      });
      const said = await answer.json();
      tell(article, answer.ok ? "" : said.error);
      return answer.ok ? said : null;
    } catch (error) {
      if (error.name !== "AbortError") tell(article, "The server does not answer; try again, or open the image again.");
      return null;
    }
  };

  const ask = async (article) => {
    const state = stateOf(article);
    if (state.asking) state.asking.abort();
    const asking = new AbortController();
    state.asking = asking;
    const fresh = [...state.fresh];
    article.setAttribute("aria-busy", "true");
    try {
      const { signs, without, graph } = state;
      const said = await post(article, "", { signs, without, graph, shown: [...state.shown], fresh }, asking.signal);
      if (!said) return;
      fresh.forEach((name) => state.fresh.delete(name));
      apply(article, said.parts);
    } finally {
      if (state.asking === asking) article.removeAttribute("aria-busy");
    }
  };

  const askSoon = (article) => {
    const state = stateOf(article);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => ask(article), 80);
  };

  const setSign = (article, key, answer) => {
    const state = stateOf(article);
    if (answer === undefined) delete state.signs[key];
    else state.signs[key] = answer;
    const choice = answer === undefined ? "read" : answer === null ? "off" : typeof answer === "number" ? "value" : answer;
    for (const control of article.querySelectorAll(`.sign-control[data-sign="${CSS.escape(key)}"]`)) {
      control.querySelector("select").value = choice;
    }
    askSoon(article);
  };

  const moveSlider = (range) => {
    const control = range.closest(".sign-control");
    const output = control.querySelector("output");
    output.textContent = `${Number(Number(range.value).toPrecision(3))} ${range.dataset.unit}`;
    range.setAttribute("aria-valuetext", output.textContent);
    setSign(control.closest(".thoracite"), control.dataset.sign, Number(range.value));
  };

  const choose = (select) => {
    const control = select.closest(".sign-control");
    const value = Number(control.querySelector("input[type=range]").value);
    const answers = { read: undefined, off: null, value };
    const answer = select.value in answers ? answers[select.value] : select.value;
    setSign(control.closest(".thoracite"), control.dataset.sign, answer);
  };

  const leaveOut = (article, words) => {
    const state = stateOf(article);
    state.without = words;
    ask(article);
  };

  const reset = (article) => {
    const state = stateOf(article);
    state.signs = {};
    state.without = [];
    state.graph = true;
    article.querySelector("[data-graph]").checked = true;
    state.fresh = new Set([...state.shown].filter((name) => name !== "others"));
    ask(article);
    article.querySelector(".findings summary, .claims a.cite").focus({ preventScroll: true });
  };

  window.thoracite = { ...window.thoracite, stateOf, tell, post, ask, setSign };
  document.addEventListener("input", (event) => {
    if (event.target.matches(".thoracite[data-case] .sign-control input[type=range]")) moveSlider(event.target);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches(".thoracite[data-case] .sign-control select")) choose(event.target);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest(".thoracite[data-case] button");
    if (!button) return;
    const article = button.closest(".thoracite");
    const { without } = stateOf(article);
    if (button.matches(".reset")) reset(article);
    else if (button.dataset.without) leaveOut(article, [...without, button.dataset.without]);
    else if (button.dataset.putBack) leaveOut(article, without.filter((word) => word !== button.dataset.putBack));
    else if (button.dataset.takeAway) setSign(article, button.dataset.takeAway, null);
    else if (button.dataset.putBackSign) setSign(article, button.dataset.putBackSign, undefined);
  });
  document.addEventListener(
    "toggle",
    (event) => {
      const shows = event.target.dataset && event.target.dataset.shows;
      const article = shows && event.target.closest(".thoracite[data-case]");
      if (!article || !event.target.open || stateOf(article).shown.has(shows)) return;
      stateOf(article).shown.add(shows);
      stateOf(article).fresh.add(shows);
      ask(article);
    },
    true,
  );
  document.addEventListener("change", (event) => {
    const filter = event.target.closest && event.target.closest(".sign-map select, .sign-map input");
    if (!filter) return;
    const map = filter.closest(".sign-map");
    const finding = map.querySelector("select").value;
    const only = map.querySelector("input").checked;
    let count = 0;
    for (const row of map.querySelectorAll("tbody tr")) {
      row.hidden = (finding && row.dataset.of !== finding) || (only && !row.dataset.violated);
      count += !row.hidden;
    }
    map.querySelector(".count").textContent = `${count} pairs`;
  });
})();
