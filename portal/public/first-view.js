/*
 * Runs before the login page that was made at build time is painted, in the syntax of old engines (ES 5). Says whether that
 * page is what this visitor would see (no other language, look, company or journey of before); where not, it stays unseen
 * until the real one is there. Until then it keeps clicks, so that none is lost, and no form is sent by the browser itself.
 */
// biome-ignore-all lint/complexity/useArrowFunction: old engines know no arrows
// biome-ignore-all lint/complexity/useOptionalChain: nor optional chains
(function (early, html) {
  function kept(store, key) {
    try {
      return window[store].getItem(key);
    } catch (_refused) {
      return null;
    }
  }
  var entry = kept('localStorage', 'login-entry');
  early.fits =
    /^\/(login)?$/.test(location.pathname) &&
    !(history.state && history.state.usr) &&
    !kept('localStorage', 'language') &&
    !kept('localStorage', 'large-type') &&
    !kept('localStorage', 'elder') &&
    !kept('localStorage', 'login-companies') &&
    (!entry || entry === 'enterprise') &&
    !kept('sessionStorage', 'journey-login');
  html.setAttribute('data-first', early.fits ? 'shown' : 'hidden');
  function click(event) {
    var button = event.target.closest ? event.target.closest('button') : null;
    if (button) early.clicks.push(button);
  }
  function submit(event) {
    event.preventDefault();
  }
  document.addEventListener('click', click, true);
  document.addEventListener('submit', submit, true);
  early.clicks = [];
  early.end = function () {
    document.removeEventListener('click', click, true);
    document.removeEventListener('submit', submit, true);
  };
  window.early = early;
})({}, document.documentElement);
