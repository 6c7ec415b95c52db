import '@fontsource/noto-sans-sc/400.css';

/**
 * Chromium caches words that it drew as boxes before a font arrived, and draws the boxes again. So each arriving font
 * changes the key of that cache: it switches on a font feature that no font has. Machines with a Chinese font download
 * nothing and never run this.
 */
let arrivals = 0;
document.fonts.addEventListener('loadingdone', () => {
  arrivals = (arrivals + 1) % 100;
  document.documentElement.style.fontFeatureSettings = `"zz${String(arrivals).padStart(2, '0')}"`;
});
document.documentElement.dataset.fonts = 'late';
