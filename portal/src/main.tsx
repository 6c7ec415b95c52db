import { createRoot, hydrateRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { hasFirstView } from './app/prerender-handover.ts';
import 'tokens.css';
import './app/styles.css';
import { prepareLook } from './app/look.ts';
import { preloadPage } from './app/routes.tsx';
import { prepareLanguage } from './i18n/index.ts';
import { restoreSession } from './session/session.ts';

const root = document.getElementById('root');
// public/old-browser.js waits for it.
document.documentElement.dataset.runs = 'yes';
void Promise.all([prepareLanguage(), prepareLook()]).then(async () => {
  void restoreSession();
  if (!root) return;
  if (location.pathname === '/') history.replaceState(history.state, '', `/login${location.search}`);
  if (hasFirstView(root)) {
    // Without its code the page would be taken over later, and nothing clicked until then would be seen.
    await preloadPage(location.pathname);
    hydrateRoot(root, <App />);
    return;
  }
  window.prerenderHandover?.stopKeepingClicks();
  window.prerenderHandover = undefined;
  root.replaceChildren();
  createRoot(root).render(<App />);
  document.documentElement.dataset.first = 'gone';
});

// After the first paint: only machines without a Chinese font download any of it.
addEventListener('load', () => void import('./app/fonts.ts'), { once: true });
