import { Button, Form, Radio, Select } from 'antd';
import { useState } from 'react';
import { defaultAudiences } from '#domain/factors/matters.ts';
import { useConfig } from '../../api/config.ts';
import { ApiForm } from '../../components/ApiForm.tsx';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { ScanCode } from '../../components/scan/ScanCode.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import { useCommon } from '../../i18n/index.ts';
import { CopyButton } from './CopyButton.tsx';
import { startVerification, type VerificationRequest } from './channel-calls.ts';
import { counterPartner } from './counter.ts';
import { PersonSelect } from './PersonSelect.tsx';
import { phoneApps } from './phone-apps.ts';
import { useDeskTexts } from './texts.ts';

interface Values extends VerificationRequest {
  readonly where: 'terminal' | 'hall';
}
type StartedVerification = Awaited<ReturnType<typeof startVerification>>;

/** STP-3: asks for the face of the person in front; a phone scans the code, and the terminal gets the proof. */
export function Terminal() {
  const t = useDeskTexts();
  const common = useCommon();
  const config = useConfig();
  const [form] = Form.useForm<Values>();
  const [started, setStarted] = useState<StartedVerification>();
  const [proof, setProof] = useState<string>();
  const { submit, busy, problem } = useSubmit<Values>({
    form,
    send: async ({ where, ...asked }) => {
      setProof(undefined);
      setStarted(await startVerification(counterPartner(where), asked));
    },
    fields: { DOCUMENT_INVALID: 'person', PERSON_MISMATCH: 'person', USER_NOT_REGISTERED: 'person' },
  });
  const requiredChoice = (label: string) => [{ required: true, message: common('field.chosen', { label }) }];
  const matters = (config.data?.matters ?? []).map(({ code, zh }) => ({
    value: code,
    label: `${zh} ${code}`,
  }));
  const audiences = defaultAudiences.map(({ code }) => ({ value: code, label: code }));
  if (started)
    return (
      <>
        <ScanCode
          key={started.ticket}
          start={async () => started}
          onDone={(_scan, polled) => setProof(polled.proof)}
          apps={phoneApps}
        />
        {proof === undefined ? null : (
          <Notice kind="good">
            <p>
              {t('terminal.proof')} <CopyButton text={proof} />
            </p>
            <code className="desk-proof">{proof}</code>
          </Notice>
        )}
        <Button onClick={() => setStarted(undefined)}>{t('terminal.again')}</Button>
      </>
    );
  return (
    <ApiForm form={form} onFinish={submit}>
      <ProblemAlert problem={problem} />
      <Form.Item name="where" label={t('terminal.where')} initialValue="terminal">
        <Radio.Group
          options={[
            { value: 'terminal', label: t('terminal.title') },
            { value: 'hall', label: t('hall.title') },
          ]}
        />
      </Form.Item>
      <Form.Item name="person" label={t('terminal.person')} rules={requiredChoice(t('terminal.person'))}>
        <PersonSelect />
      </Form.Item>
      <Form.Item name="matter" label={t('terminal.matter')} rules={requiredChoice(t('terminal.matter'))}>
        <Select options={matters} />
      </Form.Item>
      <Form.Item name="audience" label={t('terminal.audience')} initialValue={audiences[0]?.value}>
        <Select options={audiences} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy}>
        {t('terminal.start')}
      </Button>
    </ApiForm>
  );
}
