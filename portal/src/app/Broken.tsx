import { Button } from 'antd';
import { Component, type ReactNode } from 'react';
import { translate } from '../i18n/index.ts';

interface Props {
  readonly children: ReactNode;
  /** True for a part that may be missing: then nothing is shown. */
  readonly quiet?: boolean;
}

/** Catches a page that threw, or a chunk that did not arrive: the frame stays, and reloading is offered. */
export class Broken extends Component<Props, { broken: boolean }> {
  override state = { broken: false };
  static getDerivedStateFromError() {
    return { broken: true };
  }
  override render() {
    if (!this.state.broken) return this.props.children;
    if (this.props.quiet) return null;
    return (
      <section className="card narrow" role="alert">
        <h1>{translate('broken')}</h1>
        <Button type="primary" onClick={() => location.reload()}>
          {translate('reload')}
        </Button>
      </section>
    );
  }
}
