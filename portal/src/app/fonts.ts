import '@fontsource/noto-sans-sc/400.css';

/**
 * Chromium keeps words that it drew as boxes before a font arrived in its cache and draws them as boxes again. So each
 * arrival gives the page another key in that cache: a font feature that no font has. Machines with a Chinese font
 * download nothing and never come here.
 */
let arrivals = 0;
document.fonts.addEventListener('loadingdone', () => {
  arrivals = (arrivals + 1) % 100;
  document.documentElement.style.fontFeatureSettings = `"zz${String(arrivals).padStart(2, '0')}"`;
});
document.documentElement.dataset.fonts = 'late';
