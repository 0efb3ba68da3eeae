// Words at the pointer and one button for all tables. The report needs neither.
(function () {
  "use strict";
  var box = document.createElement("div");
  box.className = "words-at-pointer";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  document.body.appendChild(box);

  function hide() { box.hidden = true; }

  // The words stand in the drawing's own <title>; while this box shows them, the browser should not show them again.
  document.querySelectorAll("svg .tip").forEach(function (part) {
    var title = part.querySelector("title");
    if (!title) { return; }
    part.dataset.words = title.textContent;
    title.remove();
  });
  // So should not the name of the whole chart, which its label says as well.
  document.querySelectorAll("figure svg > title").forEach(function (title) { title.remove(); });

  document.addEventListener("pointermove", function (event) {
    var part = event.target.closest ? event.target.closest("svg .tip") : null;
    if (!part || !part.dataset.words) { hide(); return; }
    box.textContent = part.dataset.words;
    box.hidden = false;
    var width = box.offsetWidth;
    var left = Math.min(event.clientX + 14, document.documentElement.clientWidth - width - 8);
    box.style.left = Math.max(8, left) + "px";
    var above = event.clientY - box.offsetHeight - 12;
    box.style.top = (above > 8 ? above : event.clientY + 18) + "px";
  });
  document.addEventListener("pointerleave", hide);
  document.addEventListener("scroll", hide, { passive: true });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") { hide(); } });

  var charts = document.getElementById("charts");
  var tables = charts ? charts.querySelectorAll("figure details") : [];
  if (tables.length > 0) {
    var button = document.createElement("button");
    button.type = "button";
    var label = function () {
      var isAnyClosed = Array.prototype.some.call(tables, function (table) { return !table.open; });
      button.textContent = isAnyClosed ? "Show the tables behind all charts" : "Hide the tables behind all charts";
      return isAnyClosed;
    };
    label();
    button.addEventListener("click", function () {
      var open = label();
      tables.forEach(function (table) { table.open = open; });
      label();
    });
    tables.forEach(function (table) { table.addEventListener("toggle", label); });
    charts.querySelector("h2").after(button);
  }
})();
