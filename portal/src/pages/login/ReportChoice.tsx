import { Button, Form } from 'antd';
import { useEffect, useState } from 'react';
import { isEndingLongEnough } from '#domain/companies/report-numbers.ts';
import { answer, bareApi } from '../../api/client.ts';
import { ApiForm } from '../../components/ApiForm.tsx';
import { Input } from '../../components/fields/inputs.ts';
import { announce } from '../../components/live-region.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useAction } from '../../components/use-action.ts';
import { useSubmit } from '../../components/use-submit.ts';
import type { LoginJourney } from './login-journey.ts';
import { submitChoice } from './submit-choice.ts';
import { useLoginTexts } from './texts.ts';

interface Report {
  readonly reportNo: string;
  readonly choiceId: string;
  readonly place: string;
  readonly validUntil: string;
}

/** SPC-2: the reports whose number ends as typed; the API lists only those that the person may work on (SPC-3). */
export function ReportChoice({ journey, loginId }: { journey: LoginJourney; loginId: string }) {
  const t = useLoginTexts();
  const [form] = Form.useForm<{ ending: string }>();
  const [found, setFound] = useState<readonly Report[]>();
  const choosing = useAction();
  const search = async (ending?: string) => {
    const query = ending === undefined ? {} : { ending };
    return answer(
      bareApi.GET('/v1/logins/{id}/cross-region-reports', { params: { path: { id: loginId }, query } }),
    );
  };
  // A company with few reports gets its list at once. For other companies the person types an ending, and sees no
  // error.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a login
  useEffect(() => {
    search()
      .then(({ reports }) => setFound((known) => known ?? (reports.length > 0 ? reports : undefined)))
      .catch(() => undefined);
  }, [loginId]);
  const { submit, busy, problem, retry } = useSubmit<{ ending: string }>({
    form,
    fields: { ENDING_TOO_SHORT: 'ending' },
    send: async ({ ending }) => {
      const { reports } = await search(ending);
      setFound(reports);
      if (reports.length === 0) announce(t('noReports'));
    },
  });
  return (
    <>
      <PageTitle step="reports">{t('reportsTitle')}</PageTitle>
      <p>{t('reportsHint')}</p>
      <ProblemAlert problem={problem ?? choosing.problem} onRetry={retry} />
      <ApiForm form={form} onFinish={submit}>
        <Form.Item
          name="ending"
          label={t('ending')}
          rules={[
            {
              validateTrigger: ['onSubmit'],
              validator: async (_rule, value: string | undefined) => {
                if (!isEndingLongEnough(value ?? '')) throw new Error(t('endingShort'));
              },
            },
          ]}
        >
          <Input autoComplete="off" spellCheck={false} maxLength={64} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('search')}
        </Button>
      </ApiForm>
      {found ? (
        <section className="login-more" aria-label={t('reports')}>
          {found.length === 0 ? <p className="state">{t('noReports')}</p> : null}
          <ul className="choices">
            {found.map(({ choiceId, reportNo, place, validUntil }) => (
              <li key={choiceId}>
                <button
                  type="button"
                  disabled={choosing.busy}
                  onClick={() => void choosing.run(() => submitChoice(journey, loginId, choiceId))}
                >
                  <strong>
                    {t('reportNo')} {reportNo}
                  </strong>
                  <br />
                  {t('place')} {place} · {t('validUntil')} {validUntil}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  );
}
