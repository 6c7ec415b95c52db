import { QRCode } from 'antd';
import { useState } from 'react';
import { useConfig } from '../../api/config.ts';
import { useCommon } from '../../i18n/index.ts';
import { qrColours } from './qr-colours.ts';

const appCodes = ['ahtax-app', 'iit-app', 'wechat-mini', 'alipay-mini'] as const;
export type AppCode = (typeof appCodes)[number];
export const isAppCode = (channel: string): channel is AppCode => appCodes.some((code) => code === channel);

/** CHN-2: the apps that scan, by name, and where to get them; `open` shows that at once. */
export function ScanApps({
  codes,
  open: isInitiallyOpen = false,
}: {
  codes: readonly AppCode[];
  open?: boolean;
}) {
  const t = useCommon();
  const { data } = useConfig();
  const [open, setOpen] = useState(isInitiallyOpen);
  const downloads = (data?.channels ?? []).flatMap(({ code, download }) =>
    download && codes.some((one) => one === code) ? [{ code: code as AppCode, download }] : [],
  );
  return (
    <div className="apps small">
      <p>{t('scan.apps', { apps: codes.map((code) => t(`app.${code}`)).join(t('scan.and')) })}</p>
      {downloads.length > 0 ? (
        <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t('scan.downloadTitle')}
        </button>
      ) : null}
      {open ? (
        <ul className="downloads">
          {downloads.map(({ code, download }) => (
            <li key={code}>
              <QRCode
                value={download}
                type="svg"
                size={112}
                bordered={false}
                {...qrColours}
                role="img"
                aria-label={t('scan.downloadQr', { app: t(`app.${code}`) })}
              />
              <a href={download} rel="noreferrer" target="_blank">
                {t('scan.download', { app: t(`app.${code}`) })}
              </a>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
