import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import 'palette.css';
import './app/styles.css';
import { startLanguage } from './i18n/index.ts';
import { startSession } from './session/session.ts';

const root = document.getElementById('root');
void startLanguage().then(() => {
  void startSession();
  if (root) createRoot(root).render(<App />);
});

// After the first paint: only machines without a Chinese font download any of it.
addEventListener('load', () => void import('./app/fonts.ts'), { once: true });
