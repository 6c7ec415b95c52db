import { createFaceGateway } from '#gateways/face/index.ts';
import { serve } from '#http/serve.ts';
import { openTables } from '#store/db.ts';
import { channelScan } from './contract.ts';
import { scanCode, startFaceKit, takeFaceResult } from './steps.ts';

export const handler = serve(
  channelScan,
  { scan: scanCode, face: startFaceKit, faceResult: takeFaceResult },
  { db: openTables(), face: createFaceGateway },
);
