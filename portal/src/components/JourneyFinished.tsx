import { Link } from 'react-router';
import { PageTitle } from './PageTitle.tsx';
import { Notice } from './ProblemAlert.tsx';

/** The end of a journey: the result, and where to go from here. */
export function JourneyFinished({
  title,
  text,
  to,
  linkLabel,
}: {
  title: string;
  text: string;
  to: string;
  linkLabel: string;
}) {
  return (
    <section className="card narrow">
      <PageTitle step="done">{title}</PageTitle>
      <Notice kind="good">{text}</Notice>
      <p>
        <Link to={to}>{linkLabel}</Link>
      </p>
    </section>
  );
}
