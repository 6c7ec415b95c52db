/**
 * Does work after the next paint, so that the person sees at once that the click worked. In a hidden tab the browser
 * does not paint; there the work is done after a limited wait.
 */
export function afterPaint(work: () => void): void {
  let done = false;
  const runOnce = () => {
    if (done) return;
    done = true;
    work();
  };
  requestAnimationFrame(() => setTimeout(runOnce));
  setTimeout(runOnce, 200);
}
