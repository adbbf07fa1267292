(function () {
  "use strict";
  var form = document.getElementById("find");
  if (!form) { return; }
  var text = document.getElementById("find-text");
  var outcome = document.getElementById("find-outcome");
  var said = document.getElementById("found");
  var rows = Array.prototype.slice.call(document.querySelectorAll("#people tbody tr"));
  var words = rows.map(function (row) { return row.textContent.toLowerCase(); });
  form.hidden = false;
  function narrow() {
    var wanted = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    rows.forEach(function (row, at) {
      var fits = !outcome.value || row.dataset.o === outcome.value;
      fits = fits && wanted.every(function (word) { return words[at].indexOf(word) >= 0; });
      row.hidden = !fits;
      if (fits) { shown += 1; }
    });
    said.textContent = shown + " of " + rows.length + " rows shown";
  }
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  text.addEventListener("input", narrow);
  outcome.addEventListener("change", narrow);
  narrow();
}());
