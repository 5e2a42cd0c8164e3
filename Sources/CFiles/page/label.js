// The page of `tare label`: shows pairs one by one, keeps the answers in the browser, saves them as a file.
"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const { labeller, pairs } = JSON.parse(find("data").textContent);
  const place = "tare-label " + labeller + " " + pairs.map((one) => one.first).join(" ");
  let answers = [];
  try {
    const kept = JSON.parse(localStorage.getItem(place));
    if (Array.isArray(kept)) answers = kept.slice(0, pairs.length);
  } catch { /* Without storage the answers last as long as the page is open. */ }

  const verdict = (pair, side) =>
    side === "left" || side === "right"
      ? ((side === "left") === pair.first_is_left ? "first" : "second") : side;
  const lines = () => answers.map((answer, index) => JSON.stringify({
    labeller, labelled_at: answer.at,
    label: {
      prompt: pairs[index].prompt, first: pairs[index].first, second: pairs[index].second,
      verdict: verdict(pairs[index], answer.side), first_is_left: pairs[index].first_is_left,
    },
  }) + "\n").join("");

  const show = () => {
    const pair = pairs[answers.length];
    find("place").textContent = pair
      ? `Pair ${answers.length + 1} of ${pairs.length}`
      : `All ${pairs.length} pairs are labelled: save the labels.`;
    find("prompt").textContent = pair ? pair.text : "";
    find("left").textContent = pair ? pair.left : "";
    find("right").textContent = pair ? pair.right : "";
    for (const side of ["left", "right", "tie", "skip"]) find("answer-" + side).disabled = !pair;
    find("undo").disabled = answers.length === 0;
    find("save").href = "data:application/jsonl;charset=utf-8," + encodeURIComponent(lines());
    find("pair").hidden = !pair;
  };
  const keep = () => {
    try { localStorage.setItem(place, JSON.stringify(answers)); } catch { /* As above. */ }
    show();
    scrollTo(0, 0);
  };
  const answer = (side) => {
    if (answers.length >= pairs.length) return;
    answers.push({ side, at: new Date().toISOString().replace(/\.\d+/, "") });
    keep();
  };
  const undo = () => { if (answers.length > 0) { answers.pop(); keep(); } };

  const keys = { 1: "left", 2: "right", t: "tie", s: "skip" };
  for (const side of Object.values(keys)) {
    find("answer-" + side).addEventListener("click", () => answer(side));
  }
  find("undo").addEventListener("click", undo);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (keys[event.key]) answer(keys[event.key]);
    else if (event.key === "u") undo();
  });
  show();
})();
