import { createFaceGateway } from '#gateways/face/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { cancelScan, confirmScan } from './confirm.ts';
import { channelScan } from './contract.ts';
import { scanCode, startFaceKit, takeFaceResult } from './steps.ts';

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
