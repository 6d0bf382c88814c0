// Questions to the evidence, other mixes of findings, and files to keep; all of it through live.js's state.
(() => {
  const { stateOf, post, tell, download } = window.thoracite;
  const makeBody = (article) => {
    const { signs, without, graph } = stateOf(article);
    return { signs, without, graph };
  };

  const ask = async (article, question) => {
    const answers = article.querySelector(".answers");
    const form = article.querySelector("form[data-ask]");
    form.setAttribute("aria-busy", "true");
    answers.insertAdjacentHTML("afterbegin", '<p class="note pending">Looking at the evidence …</p>');
    const number = answers.querySelectorAll(".answer").length + 1;
    const said = await post(article, "/ask", { ...makeBody(article), question, number });
    answers.querySelector(".pending").remove();
    form.removeAttribute("aria-busy");
    if (!said) return;
    answers.insertAdjacentHTML("afterbegin", said.answer);
    form.querySelector("input").value = "";
    answers.querySelector(".answer").scrollIntoView({ block: "nearest" });
  };

  // Another mix: the whole explanation is drawn anew.
  const mix = async (article, body) => {
    article.setAttribute("aria-busy", "true");
    const said = await post(article, "/mix", body);
    article.removeAttribute("aria-busy");
    if (!said) return;
    const holder = document.createElement("template");
    holder.innerHTML = said.body.trim();
    const drawn = holder.content.firstElementChild;
    article.replaceWith(drawn);
    const heading = drawn.querySelector(".changes h3") || drawn.querySelector(".claims h3");
    if (heading) heading.focus({ preventScroll: true });
  };

  const submitMix = async (form) => {
    const article = form.closest(".thoracite");
    const [file] = form.elements.csv.files;
    if (file) return mix(article, { table: await file.text() });
    const share = Number(form.elements.share.value);
    if (!(share > 0 && share < 1)) return tell(article, "A share lies between 0 and 1, such as 0.05 for one film in twenty.");
    return mix(article, { finding: form.elements.finding.value, share });
  };

  const save = async (article, form) => {
    const name = `${article.dataset.name.replace(/\.[a-z]+$/i, "")}_explained.${form}`;
    if (form === "png") return download(await window.thoracite.savePicture(article), name);
    const answer = await fetch(`/case/${article.dataset.case}/save/${form}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(makeBody(article)),
    });
    if (!answer.ok) return tell(article, (await answer.json()).error);
    return download(await answer.blob(), name);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.closest(".thoracite.live")) return;
    if (form.matches("[data-ask]")) {
      event.preventDefault();
      const question = form.elements.question.value.trim();
      if (question) ask(form.closest(".thoracite"), question);
    }
    if (form.matches("[data-mix]")) {
      event.preventDefault();
      submitMix(form);
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest(".thoracite.live button");
    if (!button) return;
    const article = button.closest(".thoracite");
    if (button.dataset.question) ask(article, button.dataset.question);
    if (button.dataset.save) save(article, button.dataset.save);
    if (button.matches("[data-usual]")) mix(article, {});
    if (button.dataset.trySign) window.thoracite.setSign(article, button.dataset.trySign, Number(button.dataset.tryValue));
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches(".thoracite.live select[name=finding]")) {
      const { share } = event.target.selectedOptions[0].dataset;
      event.target.form.elements.share.placeholder = share ? `usual ${share}` : "0.05";
    }
    if (!event.target.matches(".thoracite.live [data-graph]")) return;
    const article = event.target.closest(".thoracite");
    stateOf(article).graph = event.target.checked;
    window.thoracite.ask(article);
  });
})();
