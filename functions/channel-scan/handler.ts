import { createFaceGateway } from '#gateways/face/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { cancelScan, confirmScan } from './confirm-scan.ts';
import { channelScan } from './contract.ts';
import { scanCode, startFaceKit, takeFaceResult } from './scan-code.ts';

export const handler = serve(
  channelScan,
  {
    scan: scanCode,
    confirm: confirmScan,
    cancel: cancelScan,
    face: startFaceKit,
    faceResult: takeFaceResult,
  },
  { db: openTables(), face: createFaceGateway },
);
