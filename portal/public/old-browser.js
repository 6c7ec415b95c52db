/*
 * Runs before everything else, in every engine: the syntax is that of old ones (ES 5). Where the pages can't run, the
 * sentence that says which browsers serve is shown instead of a blank page. Keep it in step with `build.target`.
 */
// biome-ignore-all lint/complexity/useArrowFunction: old engines know no arrows
// biome-ignore-all lint/complexity/useOptionalChain: nor optional chains
(function (root, sentence) {
  function show() {
    sentence.removeAttribute('hidden');
    // Nothing is begun that can't be finished.
    if (root.parentNode) root.parentNode.removeChild(root);
  }
  function canRun() {
    try {
      return (
        'noModule' in HTMLScriptElement.prototype &&
        typeof CSSStyleSheet.prototype.replaceSync === 'function' &&
        typeof document.adoptedStyleSheets.splice === 'function' &&
        typeof HTMLDialogElement.prototype.showModal === 'function' &&
        typeof Array.prototype.at === 'function' &&
        typeof window.CSSLayerBlockRule === 'function'
      );
    } catch (_missing) {
      return false;
    }
  }
  if (!canRun()) show();
  // An engine that has all of these and can't read the newer syntax of our files.
  window.addEventListener('error', function (event) {
    if (!document.documentElement.hasAttribute('data-runs') && /SyntaxError/.test(String(event.message)))
      show();
  });
})(document.getElementById('root'), document.getElementById('old-browser'));
