/* The browser knows its time zone better than anybody guesses, unless it hides it: then it says UTC. */
for (const list of document.querySelectorAll("[data-here='guess'] select")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const option = [...list.options].find((each) => each.value === zone);
  if (option && (zone !== "UTC" || !list.value)) option.selected = true;
}
