/**
 * Our own mark: a stepped gable of the houses of southern Anhui, with the door open. The state's emblem is not ours to
 * use. The tab's icon (icon.svg) shows the same mark.
 */
export const Emblem = () => (
  <svg className="emblem" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <path d="M10 3h12v3h-2v4h6v3h-2v4h6v3h-2v9H4v-9H2v-3h6v-4H6v-3h6V6h-2z" fill="currentColor" />
    <path d="M13 29V19a3 3 0 0 1 6 0v10z" fill="var(--gold)" />
  </svg>
);
