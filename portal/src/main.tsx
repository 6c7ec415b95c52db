import { createRoot, hydrateRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { hasFirstView } from './app/early.ts';
import 'tokens.css';
import './app/styles.css';
import { startLook } from './app/look.ts';
import { loadFirst } from './app/routes.tsx';
import { startLanguage } from './i18n/index.ts';
import { startSession } from './session/session.ts';

const root = document.getElementById('root');
// public/old-browser.js waits for it.
document.documentElement.dataset.runs = 'yes';
void Promise.all([startLanguage(), startLook()]).then(async () => {
  void startSession();
  if (!root) return;
  if (location.pathname === '/') history.replaceState(history.state, '', `/login${location.search}`);
  if (hasFirstView(root)) {
    // Without its code the page would be taken over later, and nothing clicked until then would be seen.
    await loadFirst(location.pathname);
    hydrateRoot(root, <App />);
    return;
  }
  window.early?.end();
  window.early = undefined;
  root.replaceChildren();
  createRoot(root).render(<App />);
  document.documentElement.dataset.first = 'gone';
});

// After the first paint: only machines without a Chinese font download any of it.
addEventListener('load', () => void import('./app/fonts.ts'), { once: true });
