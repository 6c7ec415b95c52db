import type { ReactNode } from 'react';
import { Link } from 'react-router';

/** A link with a name, a purpose, and the number of things that wait. Stands in `<ul className="tiles">`. */
export function Tile({
  to,
  title,
  text,
  icon,
}: {
  readonly to: string;
  readonly title: string;
  readonly text: string;
  readonly icon?: ReactNode;
}) {
  return (
    <li>
      <Link className="tile" to={to}>
        {icon ? (
          <span className="tile-icon" aria-hidden="true">
            {icon}
          </span>
        ) : null}
        <span>
          <strong>{title}</strong>
          <small>{text}</small>
        </span>
      </Link>
    </li>
  );
}
