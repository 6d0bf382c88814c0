// Differential, reports and queries: what is typed goes to the server, the answer comes back as markup.
(() => {
  const openCase = () => document.querySelector("#result .thoracite[data-case]");

  const send = async (form, path, body) => {
    const tab = form.closest(".thoracite");
    const problem = tab.querySelector(":scope > .problem");
    const results = tab.querySelector(".results");
    form.setAttribute("aria-busy", "true");
    results.innerHTML = '<p class="note">Working …</p>';
    let said = { error: "The server does not answer; try again." };
    let ok = false;
    try {
      const answer = await fetch(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      said = await answer.json();
      ok = answer.ok;
    } catch {
      // it is told below
    }
    problem.textContent = ok ? "" : said.error;
    problem.hidden = ok;
    results.innerHTML = ok ? said.answer : "";
    form.removeAttribute("aria-busy");
  };

  const readParameters = (form) => {
    const values = {};
    for (const field of form.querySelectorAll(".parameters input")) {
      values[field.name] = field.dataset.kind === "number" ? Number(field.value) : field.value.trim();
    }
    return values;
  };

  const choosePublished = (form) => {
    const option = form.elements.published.selectedOptions[0];
    const holder = form.querySelector(".parameters");
    holder.replaceChildren();
    form.querySelector(".purpose").textContent = option.dataset.purpose || "";
    if (!option.value) return;
    form.elements.text.value = option.dataset[form.elements.language.value];
    for (const [name, value] of Object.entries(JSON.parse(option.dataset.parameters))) {
      const label = document.createElement("label");
      const field = document.createElement("input");
      label.textContent = `$${name} `;
      Object.assign(field, { name, value, size: 34 });
      field.dataset.kind = typeof value;
      label.append(field);
      holder.append(label);
    }
  };

  const splitWords = (text) => text.split(/[,;\n]/).map((word) => word.trim()).filter(Boolean);

  const submit = (form) => {
    const { elements } = form;
    if (form.matches("[data-query]")) {
      send(form, "/page/query", { language: elements.language.value, text: elements.text.value, parameters: readParameters(form) });
    } else if (form.matches("[data-report]")) {
      const open = openCase();
      const body = { text: elements.text.value };
      if (open && elements.image.checked) body.case = open.dataset.case;
      send(form, "/page/report", body);
    } else if (form.matches("[data-differential]")) {
      const body = { findings: splitWords(elements.findings.value), denied: splitWords(elements.denied.value), view: elements.view.value };
      send(form, "/page/differential", body);
    }
  };

  // A tab that is shown says whether an image is open.
  const tellOpen = () => {
    const open = openCase();
    for (const place of document.querySelectorAll(".tab-form .open-image")) place.textContent = open ? `(${open.dataset.name})` : "(none is open)";
    for (const item of document.querySelectorAll(".tab-form [data-from-image], .tab-form input[name=image]")) {
      if (item.disabled && open && item.name === "image") item.checked = true;
      item.disabled = !open;
      if (!open && item.name === "image") item.checked = false;
    }
  };

  document.addEventListener("submit", (event) => {
    if (!event.target.closest(".tab-form")) return;
    event.preventDefault();
    submit(event.target);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && form.matches("[data-query]") && /published|language/.test(event.target.name)) choosePublished(form);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest) return;
    if (event.target.closest('[role="tab"]')) setTimeout(tellOpen, 50);
    const button = event.target.closest(".tab-form button");
    if (!button) return;
    if (button.dataset.fill) button.form.elements.text.value = button.dataset.fill;
    if (button.matches("[data-from-image]") && openCase()) send(button.form, "/page/differential", { case: openCase().dataset.case });
  });
  document.addEventListener("focusin", tellOpen);
  document.addEventListener("thoracite:parts", tellOpen);
})();
