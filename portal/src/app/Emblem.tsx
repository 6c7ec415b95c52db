/** Our own plain mark; we may not use the state's emblem. */
export const Emblem = () => (
  <svg className="emblem" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <path
      d="M3 14 16 4l13 10v2H3zM6 18h3v8H6zm8.5 0h3v8h-3zM23 18h3v8h-3zM3 28h26v2H3z"
      fill="currentColor"
    />
  </svg>
);
