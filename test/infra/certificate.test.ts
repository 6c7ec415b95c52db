import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { afterEach, expect, it, vi } from 'vitest';
import { handler } from '../../infra/canary/handler.ts';
import { selfSigned } from '../support/certificate.ts';
import { assembly, synthTimeout } from './assembly.ts';

const day = 86_400_000;
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** The canary's result for a server whose certificate ends in this many days. */
async function toldOf(days: number): Promise<Record<string, unknown>> {
  const now = Date.now();
  const { key, cert } = selfSigned(new Date(now - 100 * day), new Date(now + days * day + day / 2));
  const server = createServer({ key, cert }, (socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('DOOR_URL', `https://localhost:${(server.address() as AddressInfo).port}`);
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await handler();
    return JSON.parse(String(write.mock.lastCall?.[0]));
  } finally {
    write.mockRestore();
    server.close();
  }
}

it(
  'OPS-02 rings when the certificate at the public address ends within thirty days, or has ended',
  async () => {
    const rings = (await assembly('showcase'))
      .of('AWS::CloudWatch::Alarm')
      .find(({ Properties }) => Properties.AlarmName === 'ahtax-showcase-certificate-ends')?.Properties;
    expect(rings).toMatchObject({
      Namespace: 'AhtaxDoor',
      ComparisonOperator: 'LessThanThreshold',
      Statistic: 'Minimum',
    });
    const metric = String(rings?.MetricName);
    const told = new Map<number, boolean>();
    for (const days of [400, 30, 29, 0, -3]) {
      const line = await toldOf(days);
      expect(JSON.stringify(line._aws)).toContain(`{"Name":"${metric}"}`);
      expect(line[metric]).toBe(days);
      told.set(days, Number(line[metric]) < Number(rings?.Threshold));
    }
    expect([...told]).toEqual([
      [400, false],
      [30, false],
      [29, true],
      [0, true],
      [-3, true],
    ]);
  },
  synthTimeout,
);
