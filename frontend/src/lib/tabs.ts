/** A row of tabs that scrolls shows the open one whole, with a piece of its neighbours; the page itself does not move. */
interface Span {
  left: number;
  right: number;
}

const MARGIN = 32;

/** How far a row must scroll from where it stands (to the right: positive) for a tab to be seen whole; 0 where it is. */
export function shift(row: Span, tab: Span): number {
  const margin = Math.min(MARGIN, Math.max(0, (row.right - row.left - (tab.right - tab.left)) / 2));
  if (tab.left < row.left + margin) return tab.left - row.left - margin;
  if (tab.right > row.right - margin) return Math.min(tab.right - row.right + margin, tab.left - row.left);
  return 0;
}

export function showTabs(within: ParentNode): void {
  for (const row of within.querySelectorAll<HTMLElement>(".tabs")) {
    const tab = row.querySelector("[aria-current], [aria-selected=true]");
    if (tab && row.scrollWidth > row.clientWidth) row.scrollLeft += shift(row.getBoundingClientRect(), tab.getBoundingClientRect());
  }
}
