/*
 * Runs before a page made at build time is painted, in the syntax of old engines (ES 5). Decides whether that page is right
 * for this visitor (no stored language, look, company or journey). If not, the page stays hidden until the real page is
 * ready. Until React takes over, this script keeps the clicks, so that none is lost, and stops the browser from sending
 * a form.
 */
// biome-ignore-all lint/complexity/useArrowFunction: old engines know no arrows
// biome-ignore-all lint/complexity/useOptionalChain: nor optional chains
// biome-ignore-all lint/style/useTemplate: nor templates
(function (handover, html) {
  function stored(store, key) {
    try {
      return window[store].getItem(key);
    } catch (_refused) {
      return null;
    }
  }
  var view = html.getAttribute('data-view');
  var entry = stored('localStorage', 'login-entry');
  handover.suitsVisitor =
    (location.pathname === '/' ? '/login' : location.pathname) === view &&
    !(history.state && history.state.usr) &&
    !stored('localStorage', 'language') &&
    !stored('localStorage', 'large-type') &&
    !stored('localStorage', 'elder') &&
    !stored('sessionStorage', 'journey-' + view.slice(1)) &&
    (view !== '/login' || (!stored('localStorage', 'login-companies') && (!entry || entry === 'enterprise')));
  html.setAttribute('data-first', handover.suitsVisitor ? 'shown' : 'hidden');
  // A call that gets no answer is given up after eight seconds, because the lock stops every tab while it is held. Our
  // scripts then ask again, within the ten seconds in which the API takes the same cookie twice (SES-2).
  function call(path, options) {
    var timeout = window.AbortController ? new AbortController() : null;
    var timer = setTimeout(function () {
      if (timeout) timeout.abort();
    }, 8000);
    if (timeout) options.signal = timeout.signal;
    return fetch(path, options).then(function (answer) {
      clearTimeout(timer);
      // The answer may wait here until our scripts read it: they need the time at which it came.
      answer.receivedAt = Date.now();
      return answer;
    });
  }
  // What the first screen reads in this identity (src/pages/me/home), the slowest first. A browser test compares.
  function readsOf(identity) {
    var reads = ['/v1/account/activity', '/v1/account', '/v1/session/systems', '/v1/session/identities'];
    if (identity.kind === 'natural') {
      reads.push('/v1/confirmations');
      reads.push('/v1/authorizations?state=pending');
      reads.push('/v1/authorizations?state=active');
    }
    if (identity.kind === 'enterprise') reads.push('/v1/enterprise');
    if (identity.role === 'legal-representative' || identity.role === 'finance-head') {
      reads.push('/v1/enterprise/staff?state=pending');
      reads.push('/v1/enterprise/agreements');
    }
    return reads;
  }
  // Asks them as soon as the session is known, while scripts load. Resolves to the token and the answers to come.
  function prefetchReads(answer) {
    if (!answer.ok) return null;
    return answer
      .clone()
      .json()
      .then(function (body) {
        var session = body.session;
        var token = 'Bearer ' + session.accessToken;
        var answers = {};
        readsOf(session.identity).forEach(function (path) {
          answers[path] = call(path, { headers: { authorization: token, 'accept-language': 'zh-CN' } });
          answers[path].catch(function () {});
        });
        return { token: token, answers: answers };
      });
  }
  // The first calls of each page begin now and are answered while scripts load; /me shows nothing before it has a session.
  if (handover.suitsVisitor && window.fetch) {
    handover.config = call('/v1/config', {});
    try {
      if (view === '/me' && navigator.locks)
        handover.session = navigator.locks.request('session-refresh', function () {
          return call('/v1/session/refresh', { method: 'POST', headers: { 'accept-language': 'zh-CN' } });
        });
      if (handover.session) handover.prefetched = handover.session.then(prefetchReads);
    } catch (_refused) {
      // Then our scripts ask.
    }
    [handover.config, handover.session, handover.prefetched].forEach(function (begun) {
      // The code that uses the answer handles the error.
      if (begun) begun.catch(function () {});
    });
  }
  function click(event) {
    var button = event.target.closest ? event.target.closest('button') : null;
    if (button) handover.clicks.push(button);
  }
  function submit(event) {
    event.preventDefault();
  }
  document.addEventListener('click', click, true);
  document.addEventListener('submit', submit, true);
  handover.clicks = [];
  handover.stopKeepingClicks = function () {
    document.removeEventListener('click', click, true);
    document.removeEventListener('submit', submit, true);
  };
  window.prerenderHandover = handover;
})({}, document.documentElement);
