import type { ReactNode } from 'react';
import { Link } from 'react-router';

/** One way on: a name, what it is for, a number that waits. Stands in `<ul className="tiles">`. */
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
