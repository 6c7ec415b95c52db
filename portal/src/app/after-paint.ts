/**
 * Does work after the next paint, so that what was clicked is seen to be clicked at once. A page that is not painted, in
 * a tab behind, does not wait for ever.
 */
export function afterPaint(work: () => void): void {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    work();
  };
  requestAnimationFrame(() => setTimeout(once));
  setTimeout(once, 200);
}
