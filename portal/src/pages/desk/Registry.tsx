import { Button, Input, Table } from 'antd';
import { useId, useState } from 'react';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useAction } from '../../components/use-action.ts';
import { type FeedReport, type Person, sendFeedLines } from './local-api.ts';
import { usePeople } from './people.tsx';
import { useDeskTexts } from './texts.ts';

const newCompany = '91340100MADEMA0013';

/** ENT-1, ENT-2: a company that its legal representative confirms after logging in. */
const example = ({ name, documentType, documentNumber }: Person): string =>
  [
    {
      type: 'taxpayer',
      version: 1,
      taxpayerId: newCompany,
      name: '合肥新桌贸易有限公司',
      subject: 'enterprise',
      state: 'awaiting-confirmation',
    },
    {
      type: 'legal-representative',
      version: 1,
      taxpayerId: newCompany,
      person: { name, documentType, documentNumber },
    },
  ]
    .map((line) => JSON.stringify(line))
    .join('\n');

/** Lines as the registry's feed sends them (ENT-3). */
export function Registry() {
  const t = useDeskTexts();
  const id = useId();
  const { all } = usePeople();
  const [lines, setLines] = useState('');
  const [report, setReport] = useState<FeedReport>();
  const { run, busy, problem } = useAction();
  const first = all[0];
  const send = () =>
    void run(async () => {
      setReport(undefined);
      setReport(await sendFeedLines(lines));
    });
  return (
    <>
      <label htmlFor={id}>{t('registry.lines')}</label>
      <Input.TextArea
        id={id}
        className="desk-lines"
        rows={6}
        spellCheck={false}
        value={lines}
        onChange={({ target }) => setLines(target.value)}
      />
      <div className="desk-line">
        <Button type="primary" loading={busy} disabled={lines.trim() === ''} onClick={send}>
          {t('registry.send')}
        </Button>
        {first ? (
          <Button type="link" onClick={() => setLines(example(first))}>
            {t('registry.example')}
          </Button>
        ) : null}
      </div>
      <p className="small">{t('registry.exampleNeeds')}</p>
      <ProblemAlert problem={problem} />
      {report ? <Report report={report} /> : null}
    </>
  );
}

function Report({ report }: { report: FeedReport }) {
  const t = useDeskTexts();
  const { accepted, stale, rejected, warnings } = report;
  const rows = [
    ...rejected.map((note) => ({ ...note, kind: t('registry.rejected') })),
    ...warnings.map((note) => ({ ...note, kind: t('registry.warning') })),
  ].map((row, key) => ({ ...row, key }));
  return (
    <>
      <Notice kind={rejected.length > 0 ? 'warn' : 'good'}>
        {t('registry.report', { accepted, stale, rejected: rejected.length, warnings: warnings.length })}
      </Notice>
      {rows.length > 0 ? (
        <Table
          size="small"
          pagination={false}
          scroll={{ x: 'max-content' }}
          dataSource={rows}
          columns={[
            { dataIndex: 'line', title: t('registry.line') },
            { dataIndex: 'kind', title: t('registry.rejected') },
            { dataIndex: 'code', title: t('registry.code') },
            { dataIndex: 'message', title: t('registry.message') },
          ]}
        />
      ) : null}
    </>
  );
}
