import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { scan } from './contract.ts';
import { pollScan } from './poll-scan.ts';
import { startQrLogin } from './start-qr-login.ts';

export const handler = serve(scan, { qrLogin: startQrLogin, poll: pollScan }, { db: openTables() });
