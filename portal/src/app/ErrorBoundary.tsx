import { Button } from 'antd';
import { Component, type ReactNode } from 'react';
import { translate } from '../i18n/index.ts';

interface Props {
  readonly children: ReactNode;
  /** True for a part that may be missing: then nothing is shown. */
  readonly silent?: boolean;
}

/** Catches a page that threw, or a chunk that did not arrive: the frame stays, and reloading is offered. */
export class ErrorBoundary extends Component<Props, { hasFailed: boolean }> {
  override state = { hasFailed: false };
  static getDerivedStateFromError() {
    return { hasFailed: true };
  }
  override render() {
    if (!this.state.hasFailed) return this.props.children;
    if (this.props.silent) return null;
    return (
      <section className="card narrow" role="alert">
        <h1>{translate('pageFailed')}</h1>
        <Button type="primary" onClick={() => location.reload()}>
          {translate('reload')}
        </Button>
      </section>
    );
  }
}
