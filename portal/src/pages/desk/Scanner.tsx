import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useAction } from '../../components/use-action.ts';
import { handOver, type ScanDetails, scanCode, ssoRequestIn } from './channel-calls.ts';
import type { Partner } from './local-api.ts';
import { ScannedCode } from './ScannedCode.tsx';
import { useShownCodes } from './shown-codes.ts';
import { useDeskTexts } from './texts.ts';

/** The title of a window without the bureau's name. */
const shortTitle = (title: string): string => title.split(' - ')[0] ?? title;

/** The phone's camera: a click scans a code that this browser shows; other codes are pasted. */
export function Scanner({ phone }: { phone: Partner }) {
  const t = useDeskTexts();
  const id = useId();
  const codes = useShownCodes();
  const [pasted, setPasted] = useState('');
  const [scanned, setScanned] = useState<ScanDetails>();
  const { run, busy, problem } = useAction();
  const [systemAddress, setSystemAddress] = useState<string>();
  const scan = (content: string) =>
    run(async () => {
      const request = ssoRequestIn(content.trim());
      if (request !== undefined) setSystemAddress(await handOver(phone, request));
      else setScanned(await scanCode(phone, content.trim()));
      setPasted('');
    });
  if (scanned) return <ScannedCode phone={phone} scanned={scanned} onAnother={() => setScanned(undefined)} />;
  if (systemAddress !== undefined)
    return (
      <div className="desk-scanner">
        <p role="status">
          {t('phone.handedOver')}{' '}
          <a
            href={systemAddress}
            target="_blank"
            rel="noreferrer"
            onClick={() => setSystemAddress(undefined)}
          >
            {t('phone.goOn')}
          </a>
        </p>
      </div>
    );
  return (
    <div className="desk-scanner">
      <p id={`${id}-codes`}>{t('phone.shown')}</p>
      {codes.length === 0 ? <p className="small">{t('phone.noneShown')}</p> : null}
      <ul className="desk-codes" aria-labelledby={`${id}-codes`}>
        {codes.map(({ id: code, content, title }) => (
          <li key={code}>
            <Button block type="primary" disabled={busy} onClick={() => void scan(content)}>
              {t(ssoRequestIn(content) === undefined ? 'phone.scan' : 'phone.enter', {
                title: shortTitle(title),
              })}
            </Button>
          </li>
        ))}
      </ul>
      <label htmlFor={`${id}-paste`}>{t('phone.paste')}</label>
      <div className="desk-line">
        <Input
          id={`${id}-paste`}
          value={pasted}
          autoComplete="off"
          maxLength={512}
          onChange={({ target }) => setPasted(target.value)}
          onPressEnter={() => pasted.trim() && void scan(pasted)}
        />
        <Button disabled={busy || pasted.trim() === ''} onClick={() => void scan(pasted)}>
          {t('phone.scanPasted')}
        </Button>
      </div>
      <ProblemAlert problem={problem} />
    </div>
  );
}
