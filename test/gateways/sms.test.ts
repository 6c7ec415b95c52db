import { afterEach, describe, expect, it, vi } from 'vitest';
import { smsPurposes } from '#domain/names.ts';
import { alibabaSms, signedHeaders } from '#gateways/sms/alibaba.ts';
import { awsSms } from '#gateways/sms/aws.ts';
import {
  createSmsGateway,
  noticeText,
  type SmsGateway,
  type SmsMessage,
  SmsRefused,
  SmsUnavailable,
  smsText,
} from '#gateways/sms/index.ts';
import { tencentSms } from '#gateways/sms/tencent.ts';
import { tencentAuthorization } from '#gateways/tencent-api.ts';
import { allowing } from '../support/patience.ts';
import { long } from '../support/variants.ts';
import { deadOrigin, errorOf, type Played, playServer, type Received } from './server.ts';

const message: SmsMessage = {
  phone: '13812345678',
  purpose: 'login',
  code: '123456',
  minutes: 5,
  text: smsText('login', '123456', 5),
};
const notice: SmsMessage = { phone: '13812345678', purpose: 'notice', text: noticeText('password-changed') };
const credentials = async () => ({
  tencent: { secretId: 'tencent-id', secretKey: 'tencent-secret' },
  alibaba: { accessKeyId: 'alibaba-id', accessKeySecret: 'alibaba-secret' },
});
const tencentSettings = {
  kind: 'tencent',
  region: 'ap-nanjing',
  appId: '1400000000',
  signName: '安徽税务',
  templates: { code: '11', notice: '22' },
} as const;
const alibabaSettings = {
  kind: 'alibaba',
  region: 'cn-hangzhou',
  signName: '安徽税务',
  templates: { code: 'SMS_1', notice: 'SMS_2' },
} as const;

const servers: { close(): Promise<void> }[] = [];
const play = async (answer: (request: Received, count: number) => Played) => {
  const server = await playServer(answer);
  servers.push(server);
  return server;
};
const useEnvironment = (variables: Record<string, string>) => {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
};
const awsEnvironment = {
  AWS_REGION: 'ap-southeast-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'aws-secret',
  AWS_SESSION_TOKEN: 'session-token',
};

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe('signatures of the providers', () => {
  it('SMS-3 signs for Tencent Cloud as its documentation does', () => {
    const body = '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}';
    const authorization = tencentAuthorization(
      { service: 'cvm', host: 'cvm.tencentcloudapi.com', timestamp: 1551113065, body },
      { secretId: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE', secretKey: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE' },
    );
    expect(authorization).toBe(
      'TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168',
    );
  });

  it('SMS-3 signs for Alibaba Cloud as its documentation does', () => {
    const { authorization } = signedHeaders(
      {
        host: 'ecs.cn-shanghai.aliyuncs.com',
        action: 'RunInstances',
        version: '2014-05-26',
        body: '',
        query: 'ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai',
        date: new Date('2023-10-26T10:22:32Z'),
        nonce: '3156853299f313e23d1673dc12e1703d',
      },
      { accessKeyId: 'YourAccessKeyId', accessKeySecret: 'YourAccessKeySecret' },
    );
    expect(authorization).toBe(
      'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
    );
  });
});

describe('Tencent Cloud SMS', () => {
  const ok = {
    body: { Response: { SendStatusSet: [{ Code: 'Ok', Message: 'send success' }], RequestId: 'r' } },
  };

  it('SMS-3 sends a code and a notice by the templates of the stage', async () => {
    const server = await play(() => ok);
    const gateway = tencentSms(tencentSettings, credentials, server.origin);
    await gateway.send(message);
    await gateway.send(notice);
    const [code, told] = server.requests;
    expect(code?.headers).toMatchObject({
      'x-tc-action': 'SendSms',
      'x-tc-version': '2021-01-11',
      'x-tc-region': 'ap-nanjing',
    });
    expect(JSON.parse(code?.body ?? '')).toEqual({
      PhoneNumberSet: ['+8613812345678'],
      SmsSdkAppId: '1400000000',
      SignName: '安徽税务',
      TemplateId: '11',
      TemplateParamSet: ['登录', '123456', '5'],
    });
    expect(JSON.parse(told?.body ?? '')).toMatchObject({
      TemplateId: '22',
      TemplateParamSet: [notice.text.replace('【安徽税务】', '')],
    });
    expect(code?.headers.authorization).toBe(
      tencentAuthorization(
        {
          service: 'sms',
          host: new URL(server.origin).host,
          timestamp: Number(code?.headers['x-tc-timestamp']),
          body: code?.body ?? '',
        },
        { secretId: 'tencent-id', secretKey: 'tencent-secret' },
      ),
    );
    expect(Math.abs(Number(code?.headers['x-tc-timestamp']) - Date.now() / 1000)).toBeLessThan(allowing(5));
  });

  it.each([
    ['FailedOperation.PhoneNumberInBlacklist', SmsRefused, undefined],
    ['InvalidParameterValue.IncorrectPhoneNumber', SmsRefused, undefined],
    ['LimitExceeded.PhoneNumberDailyLimit', SmsRefused, undefined],
    ['FailedOperation.InsufficientBalanceInSmsPackage', SmsUnavailable, false],
    ['InternalError.Timeout', SmsUnavailable, true],
  ])('SMS-1 tells a refusal (given back) from a failure: %s', async (code, kind, maybeSent) => {
    const server = await play(() => ({ body: { Response: { SendStatusSet: [{ Code: code }] } } }));
    const error = await errorOf(tencentSms(tencentSettings, credentials, server.origin).send(message));
    expect(error).toBeInstanceOf(kind);
    expect(error.maybeSent).toBe(maybeSent);
    expect(server.requests).toHaveLength(1);
  });

  it('SMS-1 treats an error of the whole call like one of the number', async () => {
    const server = await play(() => ({
      body: { Response: { Error: { Code: 'AuthFailure.SignatureFailure', Message: 'x' } } },
    }));
    expect(
      await errorOf(tencentSms(tencentSettings, credentials, server.origin).send(message)),
    ).toMatchObject({ name: 'SmsUnavailable', maybeSent: false });
  });
});

describe('Alibaba Cloud SMS', () => {
  it('SMS-3 DOC-4 sends by template, with the number in the body and not in the URL', async () => {
    const server = await play(() => ({ body: { Code: 'OK', Message: 'OK', BizId: 'b' } }));
    const gateway = alibabaSms(alibabaSettings, credentials, server.origin);
    await gateway.send(message);
    await gateway.send(notice);
    const [code, told] = server.requests;
    expect(code?.url).toBe('/');
    const form = new URLSearchParams(code?.body);
    expect(Object.fromEntries(form)).toEqual({
      RegionId: 'cn-hangzhou',
      PhoneNumbers: '13812345678',
      SignName: '安徽税务',
      TemplateCode: 'SMS_1',
      TemplateParam: '{"purpose":"登录","code":"123456","minutes":"5"}',
    });
    expect(JSON.parse(new URLSearchParams(told?.body).get('TemplateParam') ?? '')).toEqual({
      text: notice.text.replace('【安徽税务】', ''),
    });
    const expected = signedHeaders(
      {
        host: new URL(server.origin).host,
        action: 'SendSms',
        version: '2017-05-25',
        query: '',
        body: code?.body ?? '',
        contentType: 'application/x-www-form-urlencoded',
        date: new Date(String(code?.headers['x-acs-date'])),
        nonce: String(code?.headers['x-acs-signature-nonce']),
      },
      { accessKeyId: 'alibaba-id', accessKeySecret: 'alibaba-secret' },
    );
    expect(code?.headers).toMatchObject(expected);
    expect(told?.headers['x-acs-signature-nonce']).not.toBe(code?.headers['x-acs-signature-nonce']);
  });

  it.each([
    [200, 'isv.MOBILE_NUMBER_ILLEGAL', SmsRefused, undefined],
    [200, 'isv.BUSINESS_LIMIT_CONTROL', SmsRefused, undefined],
    [200, 'isv.OUT_OF_SERVICE', SmsUnavailable, false],
    [403, 'SignatureDoesNotMatch', SmsUnavailable, false],
    [503, 'ServiceUnavailable', SmsUnavailable, true],
  ])('SMS-1 tells a refusal from a failure: %s %s', async (status, code, kind, maybeSent) => {
    const server = await play(() => ({ status, body: { Code: code, Message: '13812345678 is …' } }));
    const error = await errorOf(alibabaSms(alibabaSettings, credentials, server.origin).send(message));
    expect(error).toBeInstanceOf(kind);
    expect(error.maybeSent).toBe(maybeSent);
  });
});

describe('AWS End User Messaging SMS', () => {
  const settings = { kind: 'aws', originationIdentity: 'pool-1', configurationSet: 'codes' } as const;

  it('SMS-3 sends the whole text once, signed for sms-voice', async () => {
    const server = await play(() => ({ body: { MessageId: 'm' } }));
    useEnvironment({ ...awsEnvironment, AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2: server.origin });
    await awsSms(settings).send(message);
    const [request] = server.requests;
    expect(request?.headers).toMatchObject({
      'x-amz-target': 'PinpointSMSVoiceV2.SendTextMessage',
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-security-token': 'session-token',
    });
    expect(request?.headers.authorization).toContain('/ap-southeast-1/sms-voice/aws4_request');
    expect(JSON.parse(request?.body ?? '')).toEqual({
      DestinationPhoneNumber: '+8613812345678',
      OriginationIdentity: 'pool-1',
      MessageBody: message.text,
      MessageType: 'TRANSACTIONAL',
      ConfigurationSetName: 'codes',
    });
  });

  it.each([
    [400, 'ConflictException', SmsRefused, undefined],
    [400, 'ValidationException', SmsRefused, undefined],
    [400, 'ThrottlingException', SmsUnavailable, false],
    [500, 'InternalServerException', SmsUnavailable, true],
  ])(
    'SMS-1 never sends twice and tells a refusal from a failure: %s %s',
    async (status, type, kind, maybeSent) => {
      const server = await play(() => ({
        status,
        body: { __type: `com.amazonaws.pinpointsmsvoicev2#${type}`, message: '+8613812345678' },
      }));
      useEnvironment({ ...awsEnvironment, AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2: server.origin });
      const error = await errorOf(awsSms(settings).send(message));
      expect(error).toBeInstanceOf(kind);
      expect(error.maybeSent).toBe(maybeSent);
      expect(server.requests).toHaveLength(1);
    },
  );
});

describe('the local outbox', () => {
  it('SMS-3 posts what /local/sms shows', async () => {
    const server = await play(() => ({ status: 204, raw: '' }));
    useEnvironment({ AWS_ENDPOINT_URL_OUTBOX: server.origin });
    const gateway = createSmsGateway({ kind: 'outbox' }, credentials);
    await gateway.send(message);
    await gateway.send(notice);
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /messages',
      'POST /messages',
    ]);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      phone: '13812345678',
      purpose: 'login',
      code: '123456',
      text: message.text,
    });
    expect(JSON.parse(server.requests[1]?.body ?? '')).toEqual({
      phone: '13812345678',
      purpose: 'notice',
      text: notice.text,
    });
  });
});

describe('every provider', () => {
  const gateways: [string, (origin: string) => SmsGateway][] = [
    ['tencent', (origin) => tencentSms(tencentSettings, credentials, origin)],
    ['alibaba', (origin) => alibabaSms(alibabaSettings, credentials, origin)],
    [
      'aws',
      (origin) => {
        useEnvironment({ ...awsEnvironment, AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2: origin });
        return awsSms({ kind: 'aws', originationIdentity: 'pool-1' });
      },
    ],
    [
      'outbox',
      (origin) => {
        useEnvironment({ AWS_ENDPOINT_URL_OUTBOX: origin });
        return createSmsGateway({ kind: 'outbox' }, credentials);
      },
    ],
  ];

  it.each(gateways)('SMS-1 %s: nobody there means nothing was sent', async (_, open) => {
    expect(await errorOf(open(await deadOrigin()).send(message))).toMatchObject({
      name: 'SmsUnavailable',
      maybeSent: false,
    });
  });

  it.each(gateways)(
    'SMS-1 %s: a connection that breaks may have sent, and is not tried again',
    async (_, open) => {
      const server = await play(() => ({ cut: true }));
      expect(await errorOf(open(server.origin).send(message))).toMatchObject({
        name: 'SmsUnavailable',
        maybeSent: true,
      });
      expect(server.requests).toHaveLength(1);
    },
  );

  long(
    'ERR-02 an answer that does not come is given up after 3 s',
    async () => {
      const server = await play(() => ({ delay: 10_000 }));
      const started = performance.now();
      const errors = await Promise.all(
        gateways.map(([, open]) => errorOf(open(server.origin).send(message))),
      );
      for (const error of errors) expect(error).toMatchObject({ name: 'SmsUnavailable', maybeSent: true });
      expect(performance.now() - started).toBeGreaterThan(2800);
      expect(performance.now() - started).toBeLessThan(allowing(6000));
      expect(server.requests).toHaveLength(gateways.length);
    },
    10_000,
  );

  it.each(gateways.slice(0, 3))(
    'SMS-1 %s: rubbish, an endless answer and a redirect are failures that may have sent',
    async (_, open) => {
      const answers: Played[] = [
        { raw: '<html>' },
        { raw: 'null' },
        { raw: '[]' },
        // Valid in all three forms, but longer than a reader must accept.
        {
          body: {
            Response: { SendStatusSet: [{ Code: 'Ok' }] },
            Code: 'OK',
            MessageId: 'm',
            padding: 'a'.repeat(1_000_000),
          },
        },
        { status: 500, raw: '' },
        { status: 502, raw: '<html>' },
      ];
      for (const answer of answers) {
        const server = await play(() => answer);
        expect(await errorOf(open(server.origin).send(message))).toMatchObject({
          name: 'SmsUnavailable',
          maybeSent: true,
        });
        expect(server.requests).toHaveLength(1);
      }
    },
  );

  it.each(gateways)('DOC-4 %s: a redirect is not followed', async (_, open) => {
    const elsewhere = await play(() => ({}));
    const server = await play(() => ({ status: 307, headers: { location: elsewhere.origin }, raw: '' }));
    expect((await errorOf(open(server.origin).send(message))).name).toBe('SmsUnavailable');
    expect(elsewhere.requests).toHaveLength(0);
  });

  it.each(gateways)('DOC-4 %s: no error repeats the number, the code or a secret', async (_, open) => {
    for (const answer of [
      {
        status: 400,
        body: {
          Code: '13812345678 123456',
          __type: '13812345678 123456',
          Response: { Error: { Code: '13812345678 123456' } },
        },
      },
      { cut: true } as const,
    ]) {
      const server = await play(() => answer);
      const error = await errorOf(open(server.origin).send(message));
      const told = `${error.stack}${JSON.stringify(error)}${String(error.cause)}`;
      expect(told).not.toMatch(/13812345678|123456|secret/);
    }
  });

  it.each([
    ['tencent', tencentSms(tencentSettings, async () => ({}))],
    ['alibaba', alibabaSms(alibabaSettings, async () => ({}))],
  ])('ERR-01 %s: no credentials is our failure', async (_, gateway) => {
    expect((await errorOf(gateway.send(message))).message).toContain('no credentials');
  });
});

describe('texts', () => {
  it('SMS-3 names the bureau, the purpose, the code and its minutes, for every purpose', () => {
    const texts = smsPurposes.map((purpose) => smsText(purpose, '123456', 5));
    for (const text of texts) {
      expect(text).toMatch(/^【安徽税务】/);
      expect(text).toContain('123456');
      expect(text).toContain('5分钟');
    }
    expect(new Set(texts).size).toBe(smsPurposes.length);
    expect(smsText('login', '123456', 5)).toContain('登录');
    expect(smsText('login', '123456', 5, 'en')).toMatch(/^\[Anhui Tax\] 123456 .*login.*5 minutes/);
  });

  it('PWD-3 PHN-4 tells the person of changes', () => {
    expect(noticeText('password-changed')).toMatch(/^【安徽税务】.*密码已修改/);
    expect(noticeText('phone-added', '138****5678')).toContain('138****5678');
    expect(noticeText('deregistered', '', 'en')).toContain('closed');
    // Every notice speaks of the account at the bureau.
    for (const kind of ['relation-invited', 'relation-adjusted', 'relation-deleted', 'restored'] as const)
      expect(noticeText(kind, '某公司')).toMatch(/^【安徽税务】您的安徽省电子税务局账[户号]/);
  });
});
