/** The page's own words for scripts: `data-…` of #words, in the reader's language. */
export function word(name: string): string {
  return document.getElementById("words")?.dataset[name] ?? name;
}
