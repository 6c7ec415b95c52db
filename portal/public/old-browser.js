/*
 * Runs before everything else, in every engine, so it is written in the syntax of old engines (ES 5). If the pages
 * cannot run, it shows a sentence that names the browsers that work, instead of a blank page. Keep this file in step
 * with `build.target`.
 */
// biome-ignore-all lint/complexity/useArrowFunction: old engines know no arrows
// biome-ignore-all lint/complexity/useOptionalChain: nor optional chains
(function (root, sentence) {
  function show() {
    sentence.removeAttribute('hidden');
    // Removes the page's root, so that nothing begins that cannot be finished.
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
  // An engine that has all of these may still be unable to read the newer syntax of our files.
  window.addEventListener('error', function (event) {
    if (!document.documentElement.hasAttribute('data-runs') && /SyntaxError/.test(String(event.message)))
      show();
  });
})(document.getElementById('root'), document.getElementById('old-browser'));
