import darkAlgorithm from 'antd/es/theme/themes/dark';
import { dark } from './tokens.ts';

/**
 * What antd needs for a dark system; loaded only there. antd's algorithm darkens the given colours, so these colours
 * are lighter.
 */
export const algorithm = darkAlgorithm;
export const palette = dark;
export const seeds = {
  colorPrimary: '#2f7fd1',
  colorLink: '#a9d4f1',
  colorInfo: '#2f7fd1',
  colorError: '#ff8a80',
  colorSuccess: '#6fce8b',
};
/** A light red needs dark text on it, and white text under the mouse no lighter blue than this. */
export const components = { Button: { dangerColor: '#1c0f0e', colorPrimaryHover: '#3577bd' } };
