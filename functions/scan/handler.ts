import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { scan } from './contract.ts';
import { pollScan } from './poll.ts';
import { startQrLogin } from './qr-login.ts';

export const handler = serve(scan, { qrLogin: startQrLogin, poll: pollScan }, { db: openTables() });
