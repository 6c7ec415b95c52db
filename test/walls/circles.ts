/**
 * The circles of imports: groups of files in which each file leads to every other one (Tarjan). Files and groups are
 * sorted.
 * @param imports what each file imports; a file that is not a key belongs to something else
 */
export function circlesIn(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.size - 1);
    path.push(file);
    for (const next of imports.get(file) ?? []) {
      if (!imports.has(next)) continue;
      if (!order.has(next)) visit(next);
      // A file that has left the path belongs to another group.
      if (path.includes(next)) lowest.set(file, Math.min(lowest.get(file) ?? 0, lowest.get(next) ?? 0));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const group = path.splice(path.indexOf(file)).sort();
    if (group.length > 1 || imports.get(file)?.includes(file)) circles.push(group);
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return circles.sort(([one = ''], [other = '']) => (one < other ? -1 : 1));
}
